/* SPDX-License-Identifier: ISC */
#include "daemon/options.h"
#include "base/addr.h"
#include "base/check.h"
#include "base/crc.h"
#include "base/text.h"
#include "files/seed.h"
#include "files/state.h"
#include <grp.h>
#include <stdio.h>
#include <string.h>

const struct kith_option kith_options[KITH_OPTION_COUNT] = {
#define X(id, section, key, type, most, preset, least, greatest, words, reload, help) \
	{section, key, KITH_TYPE_##type, most, preset, least, greatest, words, reload, help},
	KITH_OPTIONS(X)
#undef X
};

const struct kith_option kith_service_options[KITH_SERVICE_OPTION_COUNT] = {
#define X(id, section, key, type, most, preset, least, greatest, words, reload, help) \
	{section, key, KITH_TYPE_##type, most, preset, least, greatest, words, reload, help},
	KITH_SERVICE_OPTIONS(X)
#undef X
};

enum kith_service_option_id kith_service_option_find(const char *key, const char **rest)
{
	for (int i = 0; i < KITH_SERVICE_OPTION_COUNT; i++) {
		const char *known = kith_service_options[i].key;
		const size_t len = strlen(known);
		const bool is_begin = known[len - 1] == '.';

		if (strncmp(key, known, len) != 0 || (!is_begin && key[len] != '\0'))
			continue;
		*rest = key + len;
		return (enum kith_service_option_id)i;
	}
	return KITH_SERVICE_OPTION_COUNT;
}

enum kith_option_id kith_option_find(const char *section, const char *key)
{
	for (int i = 0; i < KITH_OPTION_COUNT; i++)
		if (strcmp(kith_options[i].section, section) == 0 &&
		    strcmp(kith_options[i].key, key) == 0)
			return (enum kith_option_id)i;
	return KITH_OPTION_COUNT;
}

bool kith_option_has_section(const char *section)
{
	for (int i = 0; i < KITH_OPTION_COUNT; i++)
		if (strcmp(kith_options[i].section, section) == 0)
			return true;
	return false;
}

/* --- numbers --------------------------------------------------------------------------------- */

static const struct unit {
	const char *name;
	int64_t us;
} units[] = {
	{"ms", KITH_MS},
	{"s", KITH_SECOND},
	{"m", 60 * KITH_SECOND},
	{"h", 3600 * KITH_SECOND},
	{"d", 86400 * KITH_SECOND},
};

/* Up to nine digits; the number of characters read, 0 if there is no number. */
static size_t scan_digits(const char *s, int64_t *v)
{
	size_t len = strspn(s, "0123456789");

	if (len > 9)
		return 0;
	*v = 0;
	for (size_t i = 0; i < len; i++)
		*v = 10 * *v + (s[i] - '0');
	return len;
}

static bool scan_duration(const char *text, int64_t *us)
{
	int64_t v;
	size_t len = scan_digits(text, &v);

	if (len == 0)
		return false;
	if (text[len] == '\0' && v == 0) {
		*us = 0;
		return true;
	}
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(text + len, units[i].name) == 0) {
			*us = v * units[i].us;
			return true;
		}
	}
	return false;
}

static void print_duration(int64_t us, char *out, size_t size)
{
	size_t i = sizeof units / sizeof *units - 1;

	while (i > 0 && us % units[i].us != 0)
		i--;
	snprintf(out, size, us == 0 ? "0" : "%lld%s", (long long)(us / units[i].us), units[i].name);
}

static void print_number(const struct kith_option *o, int64_t v, char *out, size_t size)
{
	if (o->type == KITH_TYPE_DURATION)
		print_duration(v, out, size);
	else
		snprintf(out, size, "%lld", (long long)v);
}

static const char *judge_range(const struct kith_option *o, int64_t v, char *wrong, size_t size)
{
	char least[24], greatest[24];

	if (v >= o->least && v <= o->greatest)
		return NULL;
	print_number(o, o->least, least, sizeof least);
	print_number(o, o->greatest, greatest, sizeof greatest);
	snprintf(wrong, size, "must be %s to %s", least, greatest);
	return wrong;
}

/* --- texts ----------------------------------------------------------------------------------- */

static bool scan_word(const char *words, const char *text, int64_t *place)
{
	size_t len = strlen(text);
	int64_t i = 0;

	for (const char *p = words; *p != '\0'; i++) {
		size_t n = strcspn(p, " ");

		if (n == len && memcmp(p, text, n) == 0) {
			*place = i;
			return true;
		}
		p += n + strspn(p + n, " ");
	}
	return false;
}

/* A free port is asked for with :0, which base/addr.h takes for "no port". */
static bool scan_listen(const struct kith_option *o, const char *text, struct kith_addr *a)
{
	size_t len = strlen(text);
	char copy[KITH_ADDR_TEXT_MAX + 1];
	bool free_port = len > 2 && strcmp(text + len - 2, ":0") == 0 && text[len - 3] != ':';

	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len + 1);
	if (free_port)
		copy[len - 2] = '\0';
	return kith_addr_scan(copy, free_port ? 0 : (uint16_t)o->greatest, a) == 0;
}

static bool is_usable_without_port(struct kith_addr a)
{
	if (a.port == 0)
		a.port = KITH_PORT_DEFAULT;
	return kith_addr_is_usable(&a);
}

static bool scan_tag(const char *text)
{
	const char *equals = strchr(text, '=');

	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return equals != NULL && equals != text;
}

static const char *judge_line(const struct kith_option *o, const char *text)
{
	const size_t len = strlen(text);

	if (len < (size_t)o->least)
		return "empty";
	if (len > (size_t)o->greatest)
		return "too long";
	return kith_text_is_line(text, len) ? NULL : "not UTF-8 without control characters";
}

struct kith_addr kith_option_addr(const struct kith_option *o, const char *text)
{
	struct kith_addr a = {0};
	bool good = true; /* it was judged before */

	if (o->type == KITH_TYPE_LISTEN)
		good = scan_listen(o, text, &a);
	else if (strcmp(text, "auto") != 0)
		good = kith_addr_scan(text, 0, &a) == 0;
	KITH_ASSERT(good);
	return a;
}

static const char *judge_addr(const struct kith_option *o, const char *text)
{
	struct kith_addr a;

	if (o->type == KITH_TYPE_ADVERTISE) {
		if (strcmp(text, "auto") == 0 ||
		    (kith_addr_scan(text, 0, &a) == 0 && is_usable_without_port(a)))
			return NULL;
		return "not an address that others can reach (use auto, 10.0.0.5 or [fd00::5]:5484)";
	}
	if (scan_listen(o, text, &a) && (kith_addr_is_unspecified(&a) || is_usable_without_port(a)))
		return NULL;
	return "not an address to listen on (use [::]:5484, 0.0.0.0:5484 or 10.0.0.5:5484)";
}

static const char *judge_group(const char *text, int64_t *number)
{
	const struct group *g = getgrnam(text);

	if (g == NULL)
		return "there is no such group on this host (groupadd makes one)";
	*number = (int64_t)g->gr_gid;
	return NULL;
}

static const char *judge_text(const struct kith_option *o, const char *text, int64_t *number)
{
	struct kith_seed_text seed;
	struct kith_dns_name domain;
	uint8_t key[KITH_KEY_LEN];

	switch (o->type) {
	case KITH_TYPE_NAME:
		return kith_name_is_valid(text, (size_t)o->greatest)
			       ? NULL : "not a name (a-z, 0-9, '.' and '-')";
	case KITH_TYPE_PATH:
		return *text != '\0' && strlen(text) < KITH_PATH_MAX ? NULL : "not a path";
	case KITH_TYPE_GROUP:
		return judge_group(text, number);
	case KITH_TYPE_SEED:
		return kith_seed_scan(text, &seed) == 0
			       ? NULL : "not an address or host name that can be dialled "
					"(use seed.example.org or 10.0.0.1:5484)";
	case KITH_TYPE_TAG:
		return scan_tag(text) ? NULL : "not a tag (use KEY=VALUE)";
	case KITH_TYPE_TEXT:
		return judge_line(o, text);
	case KITH_TYPE_HOST:
		return kith_addr_is_host(text) ? NULL : "not an address or host name without a port (use 10.0.0.5, "
						"fd00::5 or web.example.org)";
	case KITH_TYPE_DOMAIN:
		return kith_dns_domain_read(&domain, text)
			       ? NULL : "not a domain (use kith.internal: a-z, 0-9, '-', '_' and dots)";
	case KITH_TYPE_LISTEN:
	case KITH_TYPE_ADVERTISE:
		return judge_addr(o, text);
	case KITH_TYPE_KEY:
		return kith_key_read(text, key) == 0
			       ? NULL : "not a key of 48 characters with a checksum that fits";
	case KITH_TYPE_DURATION:
		return scan_duration(text, number) ? NULL : "not a duration (use 500ms, 5s, 2m, 1h, 1d)";
	case KITH_TYPE_COUNT: {
		size_t len = scan_digits(text, number);

		return len > 0 && text[len] == '\0' ? NULL : "not a whole number";
	}
	case KITH_TYPE_WORD:
		return scan_word(o->words, text, number) ? NULL : o->words;
	}
	return "of an unknown type";
}

int kith_option_value(const struct kith_option *o, const char *text, int64_t *number, char *wrong,
		      size_t wrong_size)
{
	int64_t v = 0;
	const char *sentence = judge_text(o, text, &v);

	if (sentence != NULL) {
		if (o->type == KITH_TYPE_WORD)
			snprintf(wrong, wrong_size, "'%s' is none of: %s", text, sentence);
		else
			snprintf(wrong, wrong_size, "'%s' is %s", text, sentence);
		if (o->type == KITH_TYPE_GROUP)
			snprintf(wrong, wrong_size, "%s: '%s'", sentence, text);
		return -1;
	}
	if ((o->type == KITH_TYPE_DURATION || o->type == KITH_TYPE_COUNT) &&
	    judge_range(o, v, wrong, wrong_size) != NULL)
		return -1;
	*number = v;
	return 0;
}
