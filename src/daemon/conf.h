/* SPDX-License-Identifier: ISC */
/*
 * daemon/conf.h: the configuration: kith.conf, then conf.d/ *.conf beside it in the order of their
 * names, then the command line. Each value knows where it came from.
 *
 * A later file replaces a single setting and adds to a repeatable one; a repeatable setting with
 * an empty value forgets what came before. The first -o of a setting replaces it whole. All
 * mistakes of all files are reported at once, and then nothing of it is used.
 */
#ifndef KITH_DAEMON_CONF_H
#define KITH_DAEMON_CONF_H

#include "daemon/options.h"
#include "files/report.h"
#include <stdio.h>

struct kith_conf;

struct kith_conf_source {
	const char *path;          /* of kith.conf */
	bool must_exist;           /* it was named on the command line */
	const char *const *overrides; /* "SECTION.KEY=VALUE" */
	size_t override_count;
	const char *override_origin;  /* how they are called in sentences: "-o" */
};

/* 0, or an exit code of kithd: 78 mistakes, 77 not allowed to read, 71. *c is written on success
 * only. */
KITH_MUST_USE int kith_conf_load(struct kith_conf **c, const struct kith_conf_source *source,
				 struct kith_report *r);
void kith_conf_free(struct kith_conf **c);

/* A default that depends on where the daemon runs, for a setting that nobody set and that has no
 * default of its own. */
void kith_conf_preset(struct kith_conf *c, enum kith_option_id id, const char *text);

/* How many values it has: 0 when unset without a default. */
size_t kith_conf_count(const struct kith_conf *c, enum kith_option_id id);
/* The i-th value's text, i < count. */
const char *kith_conf_item(const struct kith_conf *c, enum kith_option_id id, size_t i);
/* The first value's text, "" when unset. */
const char *kith_conf_text(const struct kith_conf *c, enum kith_option_id id);
/* The first value's number, 0 when unset. */
int64_t kith_conf_number(const struct kith_conf *c, enum kith_option_id id);
/* Whether somebody set it: not the default. */
bool kith_conf_is_set(const struct kith_conf *c, enum kith_option_id id);
/* Adds a sentence about a setting to r, at the place where its i-th value stands. */
__attribute__((format(printf, 5, 6))) void kith_conf_blame(const struct kith_conf *c,
							   enum kith_option_id id, size_t i,
							   struct kith_report *r,
							   const char *format, ...);
/* Whether both have the same values for it. */
bool kith_conf_same(const struct kith_conf *a, const struct kith_conf *b, enum kith_option_id id);
/* The [service.NAME] sections that have settings, in the order in which they came. */
struct kith_conf_service;
size_t kith_conf_service_count(const struct kith_conf *c);
const struct kith_conf_service *kith_conf_service_at(const struct kith_conf *c, size_t i);
const char *kith_conf_service_name(const struct kith_conf_service *s);
/* How many values a setting of it has; each as text, "REST=VALUE" where its key has a rest, and as
 * number. */
size_t kith_conf_service_values(const struct kith_conf_service *s, enum kith_service_option_id id);
const char *kith_conf_service_text(const struct kith_conf_service *s, enum kith_service_option_id id,
				   size_t i);
int64_t kith_conf_service_number(const struct kith_conf_service *s, enum kith_service_option_id id,
				 size_t i);
/* Adds a sentence about it to r, at the place of its first setting. */
__attribute__((format(printf, 3, 4))) void kith_conf_service_blame(const struct kith_conf_service *s,
								   struct kith_report *r,
								   const char *format, ...);
/* All settings as INI, each with its origin in a comment. */
void kith_conf_print(const struct kith_conf *c, FILE *out);

#endif
