/* SPDX-License-Identifier: ISC */
/*
 * files/ini.h: INI text to (section, key, value, line), with inih behind our own line reader,
 * which knows line numbers, catches what inih would silently do (split long lines, put the keys
 * after a broken [section into the previous one) and finds all syntax errors in one run.
 */
#ifndef KITH_FILES_INI_H
#define KITH_FILES_INI_H

#include "files/report.h"
#include <stdbool.h>

struct kith_ini_item {
	const char *file;
	unsigned line;
	const char *section; /* "" before the first one */
	const char *key, *value;
	bool continued;      /* a line that began with a blank: more of the previous key's value */
};

/* Called for each item in order; the texts are borrowed for the call. */
typedef void (*kith_ini_f)(void *ctx, const struct kith_ini_item *item);

/* Walks len bytes of text. Syntax errors go to the report; returns how many there were. */
unsigned kith_ini_parse(const char *file, const char *text, size_t len, kith_ini_f on_item,
			void *ctx, struct kith_report *r);

#endif
