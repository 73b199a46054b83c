/* SPDX-License-Identifier: ISC */
#include "files/fields.h"
#include "base/check.h"
#include "base/crc.h"
#include "files/ini.h"
#include "files/suggest.h"
#include <string.h>

enum { FIELDS_MAX = 16 };

struct parse {
	const struct kith_field *fields;
	size_t count;
	uint16_t seen[FIELDS_MAX];
	void *ctx;
	bool has_version, is_newer;
	struct kith_report *report;
};

static const struct kith_field *find(const struct parse *p, const char *key)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->fields[i].key, key) == 0)
			return &p->fields[i];
	return NULL;
}

static void unknown(const struct parse *p, const struct kith_ini_item *item)
{
	const char *best = NULL;
	size_t distance = 0;

	for (size_t i = 0; i < p->count; i++)
		best = kith_suggest(item->key, p->fields[i].key, best, &distance);
	if (best != NULL)
		kith_report_add(p->report, item->file, item->line,
				"unknown key '%s'; did you mean '%s'?", item->key, best);
	else
		kith_report_add(p->report, item->file, item->line, "unknown key '%s'", item->key);
}

static void take_version(struct parse *p, const struct kith_ini_item *item)
{
	if (p->has_version)
		kith_report_add(p->report, item->file, item->line, "version is given twice");
	p->has_version = true;
	if (strcmp(item->value, "1") == 0)
		return;
	p->is_newer = true;
	kith_report_add(p->report, item->file, item->line,
			"version: this program reads version 1 only; use the kith that wrote the file");
}

static void on_item(void *ctx, const struct kith_ini_item *item)
{
	struct parse *p = ctx;
	const struct kith_field *f;
	const char *wrong;
	size_t i;

	if (p->is_newer)
		return; /* whatever follows may mean something else there */
	if (*item->section != '\0') {
		kith_report_add(p->report, item->file, item->line, "there are no sections in this file");
		return;
	}
	if (strcmp(item->key, "version") == 0) {
		take_version(p, item);
		return;
	}
	f = find(p, item->key);
	if (f == NULL) {
		unknown(p, item);
		return;
	}
	i = (size_t)(f - p->fields);
	if (item->continued && !f->continues) {
		kith_report_add(p->report, item->file, item->line,
				"a line that begins with a blank goes on with the key before it, and %s "
				"has one line only; remove the blank", f->key);
		return;
	}
	if (!item->continued && p->seen[i]++ >= f->max) {
		if (f->max == 1)
			kith_report_add(p->report, item->file, item->line, "%s is given twice", f->key);
		else
			kith_report_add(p->report, item->file, item->line,
					"%s is given more than %u times", f->key, f->max);
		return;
	}
	wrong = f->take(p->ctx, item->value, item->continued);
	if (wrong != NULL)
		kith_report_add(p->report, item->file, item->line, "%s: %s", f->key, wrong);
}

enum kith_file_result kith_fields_parse(const char *file, const char *text, size_t len,
					const struct kith_field *fields, size_t count, void *ctx,
					struct kith_report *r)
{
	struct parse p = {.fields = fields, .count = count, .ctx = ctx, .report = r};
	unsigned before = r->count;

	KITH_ASSERT(count <= FIELDS_MAX);
	kith_ini_parse(file, text, len, on_item, &p, r);
	if (p.is_newer)
		return KITH_FILE_BAD;
	if (!p.has_version)
		kith_report_add(r, file, 0, "there is no line 'version = 1'; is it the right file?");
	for (size_t i = 0; i < count; i++)
		if (p.seen[i] < fields[i].min)
			kith_report_add(r, file, 0, "there is no line '%s = ...'", fields[i].key);
	return r->count == before ? KITH_FILE_OK : KITH_FILE_BAD;
}

const char *kith_field_key(const char *value, uint8_t (*keys)[KITH_KEY_LEN], uint8_t *count)
{
	if (kith_key_read(value, keys[*count]) != 0)
		return "not a key of 48 characters with a checksum that fits; a typing error?";
	(*count)++;
	return NULL;
}

const char *kith_field_name(const char *value, char *out, size_t max)
{
	if (!kith_name_is_valid(value, max))
		return "a name is 1 to 63 of a-z, 0-9, '.' and '-', beginning with a letter or digit";
	memcpy(out, value, strlen(value) + 1);
	return NULL;
}

const char *kith_field_seed(const char *value, char (*seeds)[KITH_SEED_TEXT_MAX + 1],
			    uint8_t *count)
{
	struct kith_seed_text scanned;

	if (strlen(value) > KITH_SEED_TEXT_MAX || kith_seed_scan(value, &scanned) != 0)
		return "a seed is an address or a host name that others can be reached at, "
		       "with :port if it is not 5484";
	memcpy(seeds[(*count)++], value, strlen(value) + 1);
	return NULL;
}

void kith_field_print(struct kith_text *t, const char *key, const char *value)
{
	kith_text_str(t, key);
	kith_text_str(t, " = ");
	kith_text_str(t, value);
	kith_text_str(t, "\n");
}

void kith_field_print_key(struct kith_text *t, const char *key, const uint8_t value[KITH_KEY_LEN])
{
	char text[KITH_KEY_TEXT_LEN + 1];

	kith_key_write(value, text);
	kith_field_print(t, key, text);
	explicit_bzero(text, sizeof text);
}
