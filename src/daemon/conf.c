/* SPDX-License-Identifier: ISC */
#include "daemon/conf.h"
#include "base/check.h"
#include "daemon/conf_in.h"
#include "files/disk.h"
#include "files/state.h"
#include "files/suggest.h"
#include <glob.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* --- values ---------------------------------------------------------------------------------- */

void kith_setting_clear(struct kith_setting *s)
{
	for (uint16_t i = 0; i < s->count; i++)
		free(s->values[i].text);
	s->count = 0;
}

static const char *intern(struct kith_conf *c, const char *name)
{
	char *copy = strdup(name);
	char **files = realloc(c->files, (c->file_count + 1) * sizeof *files);

	if (files != NULL)
		c->files = files;
	if (copy == NULL || files == NULL) {
		free(copy);
		c->no_memory = true;
		return "";
	}
	c->files[c->file_count++] = copy;
	return copy;
}

void kith_setting_add(struct kith_conf *c, struct kith_setting *s, const char *text, int64_t number,
		      const char *file, unsigned line)
{
	struct kith_conf_value *v = &s->values[s->count];

	KITH_ASSERT(s->count < KITH_OPTION_VALUES_MAX);
	*v = (struct kith_conf_value){.text = strdup(text), .number = number, .file = file, .line = line};
	if (v->text == NULL)
		c->no_memory = true;
	else
		s->count++;
}

static void set_defaults(struct kith_conf *c)
{
	char wrong[200];

	for (int i = 0; i < KITH_OPTION_COUNT; i++) {
		const struct kith_option *o = &kith_options[i];
		int64_t number = 0;

		if (*o->preset == '\0')
			continue;
		if (kith_option_value(o, o->preset, &number, wrong, sizeof wrong) != 0)
			KITH_ASSERT(!"a default that is out of its own range");
		kith_setting_add(c, &c->all[i], o->preset, number, NULL, 0);
	}
}

void kith_conf_preset(struct kith_conf *c, enum kith_option_id id, const char *text)
{
	if (c->all[id].count == 0)
		kith_setting_add(c, &c->all[id], text, 0, NULL, 0);
}

/* --- mistakes -------------------------------------------------------------------------------- */

bool kith_conf_is_told(struct kith_conf_load *l, const char *section)
{
	if (l->has_unknown && strcmp(l->unknown_section, section) == 0)
		return true;
	l->has_unknown = true;
	snprintf(l->unknown_section, sizeof l->unknown_section, "%s", section);
	return false;
}

static void unknown_section(struct kith_conf_load *l, const struct kith_ini_item *item)
{
	const char *best = NULL;
	size_t distance = 0;

	if (kith_conf_is_told(l, item->section))
		return;
	if (*item->section == '\0') {
		kith_report_add(l->report, item->file, item->line,
				"'%s' stands before the first [section]", item->key);
		return;
	}
	for (int i = 0; i < KITH_OPTION_COUNT; i++)
		best = kith_suggest(item->section, kith_options[i].section, best, &distance);
	if (best != NULL)
		kith_report_add(l->report, item->file, item->line,
				"unknown section [%s]; did you mean [%s]?", item->section, best);
	else
		kith_report_add(l->report, item->file, item->line, "unknown section [%s]",
				item->section);
}

static void unknown_key(struct kith_conf_load *l, const struct kith_ini_item *item)
{
	const char *best = NULL;
	size_t distance = 0;

	for (int i = 0; i < KITH_OPTION_COUNT; i++) {
		const struct kith_option *o = &kith_options[i];

		if (strcmp(o->key, item->key) == 0) {
			kith_report_add(l->report, item->file, item->line,
					"unknown setting '%s' in [%s]; it belongs in [%s]", item->key,
					item->section, o->section);
			return;
		}
		if (strcmp(o->section, item->section) == 0)
			best = kith_suggest(item->key, o->key, best, &distance);
	}
	if (best != NULL)
		kith_report_add(l->report, item->file, item->line,
				"unknown setting '%s' in [%s]; did you mean '%s'?", item->key,
				item->section, best);
	else
		kith_report_add(l->report, item->file, item->line, "unknown setting '%s' in [%s]",
				item->key, item->section);
}

/* --- reading --------------------------------------------------------------------------------- */

static bool is_in_place(struct kith_conf_load *l, const struct kith_ini_item *item,
			const struct kith_option *o, const struct kith_setting *s)
{
	if (item->continued && o->most == 1) {
		kith_report_add(l->report, item->file, item->line,
				"a line that begins with a blank goes on with '%s', which has one value; "
				"remove the blank", o->key);
		return false;
	}
	if (o->most == 1 && s->file == l->file && !l->is_command_line) {
		kith_report_add(l->report, item->file, item->line,
				"%s.%s is given twice, first in line %u", item->section, o->key,
				s->line);
		return false;
	}
	return true;
}

void kith_setting_take(struct kith_conf_load *l, const struct kith_ini_item *item,
		       const struct kith_option *o, struct kith_setting *s)
{
	char wrong[512];
	int64_t number = 0;

	if (!is_in_place(l, item, o, s))
		return;
	/* A default gives way to the first word of anybody, a single value to each later one. */
	if (o->most == 1 || *item->value == '\0' || (s->count > 0 && s->values[0].file == NULL) ||
	    (l->is_command_line && s->file != l->file))
		kith_setting_clear(s);
	s->file = l->file;
	s->line = item->line;
	if (*item->value == '\0' && o->most > 1)
		return;
	if (kith_option_value(o, item->value, &number, wrong, sizeof wrong) != 0) {
		kith_report_add(l->report, item->file, item->line, "%s.%s: %s", item->section, o->key,
				wrong);
		return;
	}
	if (s->count == o->most) {
		kith_report_add(l->report, item->file, item->line,
				"%s.%s: there are more than %u values", item->section, o->key, o->most);
		return;
	}
	kith_setting_add(l->c, s, item->value, number, l->file, item->line);
}

static void on_item(void *ctx, const struct kith_ini_item *item)
{
	struct kith_conf_load *l = ctx;
	enum kith_option_id id = kith_option_find(item->section, item->key);

	if (kith_conf_is_service(item->section))
		kith_conf_take_service(l, item);
	else if (!kith_option_has_section(item->section))
		unknown_section(l, item);
	else if (id == KITH_OPTION_COUNT)
		unknown_key(l, item);
	else
		kith_setting_take(l, item, &kith_options[id], &l->c->all[id]);
}

static enum kith_file_result load_file(struct kith_conf_load *l, const char *path)
{
	enum kith_file_result result;
	char *text;
	size_t len;

	result = kith_file_read(path, 0, &text, &len, l->report);
	if (result != KITH_FILE_OK)
		return result;
	l->file = intern(l->c, path);
	l->has_unknown = false;
	kith_ini_parse(l->file, text, len, on_item, l, l->report);
	kith_file_free(&text, len);
	return KITH_FILE_OK;
}

/* The worst exit code of the files in conf.d beside `path`. */
static int load_drop_ins(struct kith_conf_load *l, const char *path)
{
	char pattern[KITH_PATH_MAX + 16];
	const char *slash = strrchr(path, '/');
	glob_t found = {0};
	int code = 0;

	snprintf(pattern, sizeof pattern, "%.*sconf.d/*.conf",
		 slash != NULL ? (int)(slash - path + 1) : 0, path);
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			enum kith_file_result result = load_file(l, found.gl_pathv[i]);

			if (result != KITH_FILE_OK && result != KITH_FILE_ABSENT)
				code = kith_file_exit_code(result);
		}
	}
	globfree(&found);
	return code;
}

static void load_override(struct kith_conf_load *l, const char *text)
{
	char copy[KITH_PATH_MAX + 128], *equals, *dot;
	struct kith_ini_item item = {.file = l->file};

	if (strlen(text) >= sizeof copy) {
		kith_report_add(l->report, l->file, 0, "longer than %zu characters", sizeof copy - 1);
		return;
	}
	memcpy(copy, text, strlen(text) + 1);
	equals = strchr(copy, '=');
	dot = strchr(copy, '.');
	if (equals == NULL || dot == NULL || dot > equals) {
		kith_report_add(l->report, l->file, 0, "'%s' is not SECTION.KEY=VALUE", text);
		return;
	}
	*equals = *dot = '\0';
	item.section = copy;
	item.key = dot + 1;
	item.value = equals + 1;
	l->has_unknown = false;
	on_item(l, &item);
}

/* What only several settings together can tell. */
static void check_rules(const struct kith_conf *c, struct kith_report *r)
{
	int64_t interval = kith_conf_number(c, KITH_OPTION_TIMING_PROBE_INTERVAL);
	int64_t timeout = kith_conf_number(c, KITH_OPTION_TIMING_PROBE_TIMEOUT);

	if (interval != 0 && timeout != 0 && timeout >= interval)
		kith_conf_blame(c, KITH_OPTION_TIMING_PROBE_TIMEOUT, 0, r,
				"must be below timing.probe-interval (%s)",
				kith_conf_text(c, KITH_OPTION_TIMING_PROBE_INTERVAL));
}

static int load_all(struct kith_conf_load *l, const struct kith_conf_source *source)
{
	enum kith_file_result result = load_file(l, source->path);
	int code = 0, drop_ins;

	if (result == KITH_FILE_ABSENT && source->must_exist)
		kith_report_add(l->report, source->path, 0, "there is no such file");
	if (result != KITH_FILE_OK && (result != KITH_FILE_ABSENT || source->must_exist))
		code = kith_file_exit_code(result);
	drop_ins = load_drop_ins(l, source->path);
	if (source->override_count > 0) {
		l->is_command_line = true;
		l->file = intern(l->c, source->override_origin);
		for (size_t i = 0; i < source->override_count; i++)
			load_override(l, source->overrides[i]);
	}
	return code != 0 ? code : drop_ins;
}

int kith_conf_load(struct kith_conf **out, const struct kith_conf_source *source,
		   struct kith_report *r)
{
	struct kith_conf *c = calloc(1, sizeof *c);
	struct kith_conf_load l = {.c = c, .report = r};
	unsigned before = r->count;
	int code;

	if (c == NULL) {
		kith_report_add(r, NULL, 0, "%s", "out of memory");
		return 71;
	}
	set_defaults(c);
	code = load_all(&l, source);
	check_rules(c, r);
	if (code == 0 && r->count != before)
		code = 78;
	if (c->no_memory) {
		kith_report_add(r, NULL, 0, "%s", "out of memory");
		code = 71;
	}
	if (code != 0)
		kith_conf_free(&c);
	else
		*out = c;
	return code;
}

void kith_conf_free(struct kith_conf **c)
{
	if (*c == NULL)
		return;
	for (int i = 0; i < KITH_OPTION_COUNT; i++)
		kith_setting_clear(&(*c)->all[i]);
	for (size_t i = 0; i < (*c)->file_count; i++)
		free((*c)->files[i]);
	free((*c)->files);
	kith_conf_free_services(*c);
	free(*c);
	*c = NULL;
}

/* --- questions ------------------------------------------------------------------------------- */

size_t kith_conf_count(const struct kith_conf *c, enum kith_option_id id)
{
	return c->all[id].count;
}

const char *kith_conf_item(const struct kith_conf *c, enum kith_option_id id, size_t i)
{
	KITH_ASSERT(i < c->all[id].count);
	return c->all[id].values[i].text;
}

const char *kith_conf_text(const struct kith_conf *c, enum kith_option_id id)
{
	return c->all[id].count > 0 ? c->all[id].values[0].text : "";
}

int64_t kith_conf_number(const struct kith_conf *c, enum kith_option_id id)
{
	return c->all[id].count > 0 ? c->all[id].values[0].number : 0;
}

bool kith_conf_is_set(const struct kith_conf *c, enum kith_option_id id)
{
	return c->all[id].count > 0 && c->all[id].values[0].file != NULL;
}

void kith_conf_blame(const struct kith_conf *c, enum kith_option_id id, size_t i,
		     struct kith_report *r, const char *format, ...)
{
	const struct kith_setting *s = &c->all[id];
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	kith_report_add(r, i < s->count ? s->values[i].file : NULL,
			i < s->count ? s->values[i].line : 0, "%s.%s: %s",
			kith_options[id].section, kith_options[id].key, sentence);
}

bool kith_conf_same(const struct kith_conf *a, const struct kith_conf *b, enum kith_option_id id)
{
	const struct kith_setting *x = &a->all[id], *y = &b->all[id];

	if (x->count != y->count)
		return false;
	for (uint16_t i = 0; i < x->count; i++)
		if (strcmp(x->values[i].text, y->values[i].text) != 0)
			return false;
	return true;
}

void kith_setting_print(const char *key, const char *text, const struct kith_conf_value *v, FILE *out)
{
	int at = fprintf(out, "%s = %s", key, text);

	fprintf(out, "%*s ; ", at < 40 ? 40 - at : 0, "");
	if (v->file == NULL)
		fprintf(out, "default\n");
	else if (v->line == 0)
		fprintf(out, "%s\n", v->file);
	else
		fprintf(out, "%s:%u\n", v->file, v->line);
}

void kith_conf_print(const struct kith_conf *c, FILE *out)
{
	const char *section = "";

	for (int i = 0; i < KITH_OPTION_COUNT; i++) {
		const struct kith_option *o = &kith_options[i];
		const struct kith_setting *s = &c->all[i];

		if (strcmp(section, o->section) != 0)
			fprintf(out, "%s[%s]\n", *section != '\0' ? "\n" : "", o->section);
		section = o->section;
		for (uint16_t j = 0; j < s->count; j++)
			kith_setting_print(o->key, s->values[j].text, &s->values[j], out);
		if (s->count == 0)
			fprintf(out, ";%s =%*s ; not set\n", o->key, 37 - (int)strlen(o->key), "");
	}
	kith_conf_print_services(c, out);
}
