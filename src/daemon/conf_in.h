/* SPDX-License-Identifier: ISC */
/*
 * daemon/conf_in.h: the insides of a configuration, shared by conf.c, which has the table's settings,
 * and conf_service.c, which has the sections of services.
 */
#ifndef KITH_DAEMON_CONF_IN_H
#define KITH_DAEMON_CONF_IN_H

#include "daemon/conf.h"
#include "files/ini.h"

struct kith_conf_value {
	char *text;       /* owned */
	int64_t number;
	const char *file; /* borrowed from conf.files; NULL = the default */
	unsigned line;
};

struct kith_setting {
	struct kith_conf_value values[KITH_OPTION_VALUES_MAX];
	uint16_t count;
	const char *file; /* whose values were taken last: a single one twice in it is a mistake */
	unsigned line;    /* there */
};

struct kith_conf {
	struct kith_setting all[KITH_OPTION_COUNT];
	struct kith_conf_service **services; /* owned, each of them too */
	size_t service_count;
	char **files; /* owned names */
	size_t file_count;
	bool no_memory;
};

struct kith_conf_load {
	struct kith_conf *c;
	struct kith_report *report;
	const char *file;         /* interned */
	bool is_command_line;
	char unknown_section[64]; /* reported already, if has_unknown */
	bool has_unknown;
};

/* A [service.NAME]. */
struct kith_conf_service {
	char name[KITH_SERVICE_NAME_MAX + 1];
	const char *file; /* of its first setting; as line. Borrowed from conf.files */
	unsigned line;
	struct kith_setting all[KITH_SERVICE_OPTION_COUNT]; /* "REST=VALUE" where a key has a rest */
};

/* conf.c */
/* Whether a section was reported as a mistake already; from now on it was. */
bool kith_conf_is_told(struct kith_conf_load *l, const char *section);
void kith_setting_clear(struct kith_setting *s);
void kith_setting_add(struct kith_conf *c, struct kith_setting *s, const char *text, int64_t number,
		      const char *file, unsigned line);
/* Judges and takes a value that a file or the command line gives. */
void kith_setting_take(struct kith_conf_load *l, const struct kith_ini_item *item,
		       const struct kith_option *o, struct kith_setting *s);
void kith_setting_print(const char *key, const char *text, const struct kith_conf_value *v, FILE *out);

/* conf_service.c */
bool kith_conf_is_service(const char *section);
void kith_conf_take_service(struct kith_conf_load *l, const struct kith_ini_item *item);
void kith_conf_free_services(struct kith_conf *c);
void kith_conf_print_services(const struct kith_conf *c, FILE *out);

#endif
