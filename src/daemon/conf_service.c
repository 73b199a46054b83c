/* SPDX-License-Identifier: ISC */
#include "base/text.h"
#include "daemon/conf_in.h"
#include "files/suggest.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "service";
enum { PREFIX = sizeof prefix - 1, TEXT_MAX = 2 * KITH_OPTION_TEXT_MAX + 2 };

bool kith_conf_is_service(const char *section)
{
	return strncmp(section, prefix, PREFIX) == 0 && (section[PREFIX] == '\0' || section[PREFIX] == '.');
}

/* --- sections -------------------------------------------------------------------------------- */

static bool is_name(const char *name)
{
	const size_t len = strlen(name);

	return len >= 1 && len <= KITH_SERVICE_NAME_MAX && kith_text_is_line(name, len);
}

static bool may_begin(struct kith_conf_load *l, const struct kith_ini_item *item)
{
	const char *wrong = NULL;

	if (l->is_command_line)
		wrong = "a service is not given here; write a [service.NAME] section";
	else if (item->section[PREFIX] == '\0' || !is_name(item->section + PREFIX + 1))
		wrong = "a service needs a name, UTF-8 without control characters: [service.NAME]";
	else if (l->c->service_count == KITH_SERVICES_MAX)
		wrong = "more than 256 services, which is what a host may offer";
	if (wrong != NULL && !kith_conf_is_told(l, item->section))
		kith_report_add(l->report, item->file, item->line, "[%s]: %s", item->section, wrong);
	return wrong == NULL;
}

static void set_defaults(struct kith_conf *c, struct kith_conf_service *s)
{
	char wrong[200];

	for (int i = 0; i < KITH_SERVICE_OPTION_COUNT; i++) {
		const struct kith_option *o = &kith_service_options[i];
		int64_t number = 0;

		if (*o->preset != '\0' &&
		    kith_option_value(o, o->preset, &number, wrong, sizeof wrong) == 0)
			kith_setting_add(c, &s->all[i], o->preset, number, NULL, 0);
	}
}

/* The service of the item's section, which may be its first one. NULL: it may not be, or no memory. */
static struct kith_conf_service *service_of(struct kith_conf_load *l, const struct kith_ini_item *item)
{
	struct kith_conf *c = l->c;
	struct kith_conf_service *s = NULL, **all;
	const char *name = item->section + PREFIX + 1;

	for (size_t i = 0; i < c->service_count && item->section[PREFIX] != '\0'; i++)
		if (strcmp(c->services[i]->name, name) == 0)
			return c->services[i];
	if (!may_begin(l, item))
		return NULL;
	all = realloc(c->services, (c->service_count + 1) * sizeof *all);
	if (all != NULL) {
		c->services = all;
		s = calloc(1, sizeof *s);
	}
	if (s == NULL) {
		c->no_memory = true;
		return NULL;
	}
	memcpy(s->name, name, strlen(name) + 1);
	s->file = l->file;
	s->line = item->line;
	set_defaults(c, s);
	c->services[c->service_count++] = s;
	return s;
}

/* --- settings -------------------------------------------------------------------------------- */

static void unknown_key(struct kith_conf_load *l, const struct kith_ini_item *item)
{
	const char *best = NULL;
	size_t distance = 0;

	for (int i = 0; i < KITH_SERVICE_OPTION_COUNT; i++)
		best = kith_suggest(item->key, kith_service_options[i].key, best, &distance);
	if (best != NULL)
		kith_report_add(l->report, item->file, item->line,
				"unknown setting '%s' in [%s]; did you mean '%s'?", item->key,
				item->section, best);
	else
		kith_report_add(l->report, item->file, item->line, "unknown setting '%s' in [%s]",
				item->key, item->section);
}

/* Makes room for the value of `rest`: a later file's takes the place of an earlier one's. */
static bool make_way(struct kith_conf_load *l, const struct kith_ini_item *item, struct kith_setting *s,
		     const char *rest)
{
	const size_t len = strlen(rest);

	for (uint16_t i = 0; i < s->count; i++) {
		struct kith_conf_value *v = &s->values[i];

		if (strncmp(v->text, rest, len) != 0 || v->text[len] != '=')
			continue;
		if (v->file == l->file) {
			kith_report_add(l->report, item->file, item->line,
					"%s.%s is given twice, first in line %u", item->section, item->key,
					v->line);
			return false;
		}
		free(v->text);
		memmove(v, v + 1, (s->count - i - 1u) * sizeof *v);
		s->count--;
		break;
	}
	return true;
}

/* One of the values that are told apart by the rest of their key. */
static void take_one_of(struct kith_conf_load *l, const struct kith_ini_item *item,
			const struct kith_option *o, struct kith_setting *s, const char *rest)
{
	char wrong[512] = "", text[TEXT_MAX];
	int64_t number = 0;

	if (*rest == '\0')
		snprintf(wrong, sizeof wrong, "something has to follow the dot: %sNAME", o->key);
	else if (item->continued)
		snprintf(wrong, sizeof wrong, "it has one value; remove the blank at the start of the line");
	else if (strchr(rest, '=') != NULL || !is_name(rest))
		snprintf(wrong, sizeof wrong, "'%s' is not a name without '=' and control characters", rest);
	else if (kith_option_value(o, item->value, &number, wrong, sizeof wrong) == 0 &&
		 !make_way(l, item, s, rest))
		return;
	else if (*wrong == '\0' && s->count == o->most)
		snprintf(wrong, sizeof wrong, "there are more than %u of %s", o->most, o->key);
	if (*wrong != '\0') {
		kith_report_add(l->report, item->file, item->line, "%s.%s: %s", item->section, item->key,
				wrong);
		return;
	}
	snprintf(text, sizeof text, "%s=%s", rest, item->value);
	kith_setting_add(l->c, s, text, number, l->file, item->line);
}

void kith_conf_take_service(struct kith_conf_load *l, const struct kith_ini_item *item)
{
	struct kith_conf_service *s = service_of(l, item);
	const char *rest = "";
	enum kith_service_option_id id = kith_service_option_find(item->key, &rest);
	const struct kith_option *o;

	if (s == NULL)
		return;
	if (id == KITH_SERVICE_OPTION_COUNT) {
		unknown_key(l, item);
		return;
	}
	o = &kith_service_options[id];
	if (o->key[strlen(o->key) - 1] == '.')
		take_one_of(l, item, o, &s->all[id], rest);
	else
		kith_setting_take(l, item, o, &s->all[id]);
}

void kith_conf_free_services(struct kith_conf *c)
{
	for (size_t i = 0; i < c->service_count; i++) {
		for (int k = 0; k < KITH_SERVICE_OPTION_COUNT; k++)
			kith_setting_clear(&c->services[i]->all[k]);
		free(c->services[i]);
	}
	free(c->services);
}

/* --- questions ------------------------------------------------------------------------------- */

size_t kith_conf_service_count(const struct kith_conf *c)
{
	return c->service_count;
}

const struct kith_conf_service *kith_conf_service_at(const struct kith_conf *c, size_t i)
{
	return c->services[i];
}

const char *kith_conf_service_name(const struct kith_conf_service *s)
{
	return s->name;
}

size_t kith_conf_service_values(const struct kith_conf_service *s, enum kith_service_option_id id)
{
	return s->all[id].count;
}

const char *kith_conf_service_text(const struct kith_conf_service *s, enum kith_service_option_id id,
				   size_t i)
{
	return s->all[id].values[i].text;
}

int64_t kith_conf_service_number(const struct kith_conf_service *s, enum kith_service_option_id id,
				 size_t i)
{
	return s->all[id].values[i].number;
}

void kith_conf_service_blame(const struct kith_conf_service *s, struct kith_report *r, const char *format,
			     ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	kith_report_add(r, s->file, s->line, "service.%s: %s", s->name, sentence);
}

void kith_conf_print_services(const struct kith_conf *c, FILE *out)
{
	for (size_t i = 0; i < c->service_count; i++) {
		const struct kith_conf_service *s = c->services[i];

		fprintf(out, "\n[service.%s]\n", s->name);
		for (int k = 0; k < KITH_SERVICE_OPTION_COUNT; k++) {
			const struct kith_option *o = &kith_service_options[k];

			for (uint16_t v = 0; v < s->all[k].count; v++) {
				const struct kith_conf_value *value = &s->all[k].values[v];
				const char *text = value->text, *equals = strchr(text, '=');
				char key[TEXT_MAX];
				const bool has_rest = o->key[strlen(o->key) - 1] == '.';

				snprintf(key, sizeof key, "%s%.*s", o->key,
					 has_rest ? (int)(equals - text) : 0, text);
				kith_setting_print(key, has_rest ? equals + 1 : text, value, out);
			}
		}
	}
}
