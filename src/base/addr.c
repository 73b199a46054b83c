/* SPDX-License-Identifier: ISC */
#include "base/addr.h"
#include "base/check.h"
#include "base/text.h"
#include <string.h>

enum { GROUPS = 8 };

/* Equality is memcmp (kith/types.h), so nothing may lie between the fields. */
_Static_assert(sizeof(struct kith_addr) == 20, "struct kith_addr has no padding");

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

bool kith_addr_eq(const struct kith_addr *a, const struct kith_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool kith_addr_same_host(const struct kith_addr *a, const struct kith_addr *b)
{
	return a->family == b->family && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

int kith_addr_cmp(const struct kith_addr *a, const struct kith_addr *b)
{
	int order;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	order = memcmp(a->ip, b->ip, sizeof(a->ip));
	if (order)
		return order;
	return (a->port > b->port) - (a->port < b->port);
}

struct kith_addr kith_addr_make(uint8_t family, const uint8_t *ip, uint16_t port)
{
	struct kith_addr a = {.port = port, .family = family};

	KITH_ASSERT(family == 4 || family == 6);
	if (family == 6 && memcmp(ip, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		a.family = 4;
		ip += sizeof(mapped_prefix);
	}
	memcpy(a.ip, ip, a.family == 4 ? 4 : 16);
	return a;
}

bool kith_addr_is_unspecified(const struct kith_addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->ip, zero, sizeof(zero)) == 0;
}

bool kith_addr_is_loopback(const struct kith_addr *a)
{
	static const uint8_t one[16] = {[15] = 1};

	if (a->family == 4)
		return a->ip[0] == 127;
	return a->family == 6 && memcmp(a->ip, one, sizeof(one)) == 0;
}

static bool is_usable4(const uint8_t *ip)
{
	static const uint8_t broadcast[4] = {255, 255, 255, 255};

	return ip[0] != 0 && !(ip[0] == 169 && ip[1] == 254) && (ip[0] & 0xf0) != 0xe0 &&
	       memcmp(ip, broadcast, sizeof(broadcast)) != 0;
}

bool kith_addr_is_usable(const struct kith_addr *a)
{
	if (a->port == 0 || kith_addr_is_unspecified(a))
		return false;
	if (a->family == 4)
		return is_usable4(a->ip);
	return a->family == 6 && a->ip[0] != 0xff &&
	       !(a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80) &&
	       memcmp(a->ip, mapped_prefix, sizeof(mapped_prefix)) != 0;
}

/* ---- printing */

static void print4(struct kith_text *t, const uint8_t *ip)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			kith_text_str(t, ".");
		kith_text_u64(t, ip[i]);
	}
}

static unsigned group_of(const uint8_t *ip, int i)
{
	return (unsigned)ip[2 * i] << 8 | ip[2 * i + 1];
}

/* RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals. Returns its
 * start and sets *count, or GROUPS if there is none. */
static int longest_zeros(const uint8_t *ip, int *count)
{
	int start = GROUPS, longest = 1;

	for (int i = 0, run = 0; i < GROUPS; i++) {
		run = group_of(ip, i) == 0 ? run + 1 : 0;
		if (run > longest) {
			longest = run;
			start = i + 1 - run;
		}
	}
	*count = longest;
	return start;
}

static void print_group(struct kith_text *t, unsigned group)
{
	uint8_t bytes[2] = {(uint8_t)(group >> 8), (uint8_t)group};
	char digits[5];
	const char *p = digits;

	kith_hex_write(bytes, 2, digits);
	while (*p == '0' && p[1])
		p++;
	kith_text_str(t, p);
}

static void print6(struct kith_text *t, const uint8_t *ip)
{
	int zeros, start = longest_zeros(ip, &zeros);

	for (int i = 0; i < GROUPS; i++) {
		if (i == start) {
			kith_text_str(t, "::");
			i += zeros - 1;
			continue;
		}
		if (i > 0 && !(start < GROUPS && i == start + zeros))
			kith_text_str(t, ":");
		print_group(t, group_of(ip, i));
	}
}

const char *kith_addr_print(const struct kith_addr *a, char *buf, size_t size)
{
	struct kith_text t;

	kith_text_init(&t, buf, size);
	if (a->family == 4) {
		print4(&t, a->ip);
	} else if (a->family == 6) {
		if (a->port)
			kith_text_str(&t, "[");
		print6(&t, a->ip);
		if (a->port)
			kith_text_str(&t, "]");
	} else {
		kith_text_str(&t, "-");
		return buf;
	}
	if (a->port) {
		kith_text_str(&t, ":");
		kith_text_u64(&t, a->port);
	}
	return buf;
}

/* ---- parsing: each step takes the text's place and moves it on, or returns false */

/* A decimal number without leading zeros (they mean octal to some) of at most `max`. */
static bool scan_decimal(const char **p, unsigned max, unsigned *value)
{
	const char *s = *p;
	unsigned v = 0;

	if (*s < '0' || *s > '9' || (s[0] == '0' && s[1] >= '0' && s[1] <= '9'))
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (unsigned)(*s - '0');
		if (v > max)
			return false;
	}
	*p = s;
	*value = v;
	return true;
}

static bool scan4(const char **p, uint8_t *ip)
{
	for (int i = 0; i < 4; i++) {
		unsigned v;

		if (i && *(*p)++ != '.')
			return false;
		if (!scan_decimal(p, 255, &v))
			return false;
		ip[i] = (uint8_t)v;
	}
	return true;
}

/* One to four hexadecimal digits. */
static bool scan_group(const char **p, uint8_t *ip)
{
	unsigned v = 0;
	int digits = 0;

	for (; digits <= 4; digits++, (*p)++) {
		char c = **p;

		if (c >= '0' && c <= '9')
			v = v << 4 | (unsigned)(c - '0');
		else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
			v = v << 4 | (unsigned)((c | 0x20) - 'a' + 10);
		else
			break;
	}
	ip[0] = (uint8_t)(v >> 8);
	ip[1] = (uint8_t)v;
	return digits >= 1 && digits <= 4;
}

/* An IPv4 address may stand for the last two groups. */
static bool is_dotted(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return *p == '.';
}

static bool scan6(const char **p, uint8_t ip[16])
{
	uint8_t parts[16] = {0};
	int count = 0, gap = -1; /* bytes scanned; bytes before "::" */

	while (count < 16) {
		if ((*p)[0] == ':' && (*p)[1] == ':') {
			if (gap >= 0)
				return false;
			gap = count;
			*p += 2;
			if (**p == '\0' || **p == ']')
				break;
		} else if (count > 0) {
			if (**p != ':')
				break;
			(*p)++;
		}
		if (count <= 12 && is_dotted(*p)) {
			if (!scan4(p, parts + count))
				return false;
			count += 4;
			break;
		}
		if (!scan_group(p, parts + count))
			return false;
		count += 2;
	}
	if (gap < 0 ? count != 16 : count == 16)
		return false;
	if (gap < 0)
		gap = count;
	memset(ip, 0, 16);
	memcpy(ip, parts, (size_t)gap);
	memcpy(ip + 16 - (count - gap), parts + gap, (size_t)(count - gap));
	return true;
}

int kith_addr_scan(const char *text, uint16_t default_port, struct kith_addr *a)
{
	const char *p = text;
	bool is4 = is_dotted(p), bracketed = !is4 && *p == '[';
	unsigned port = default_port;
	uint8_t ip[16];

	if (bracketed)
		p++;
	if (!(is4 ? scan4(&p, ip) : scan6(&p, ip)))
		return KITH_EINVAL;
	if (bracketed && *p++ != ']')
		return KITH_EINVAL;
	if ((is4 || bracketed) && *p == ':') {
		p++;
		if (!scan_decimal(&p, UINT16_MAX, &port))
			return KITH_EINVAL;
	}
	if (*p != '\0')
		return KITH_EINVAL;
	*a = kith_addr_make(is4 ? 4 : 6, ip, (uint16_t)port);
	return 0;
}

bool kith_addr_is_host(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	const size_t len = strlen(text), name_max = 253;
	struct kith_addr a;

	if (text[0] == '[' || text[0] == '-' || text[0] == '.' || len == 0 || len > name_max)
		return false;
	if (kith_addr_scan(text, 0, &a) == 0)
		return a.family == 6 || strchr(text, ':') == NULL;
	return strspn(text, letters) == len;
}
