/* SPDX-License-Identifier: ISC */
/*
 * files/fields.h: a small file of ours from a table of its keys. All files of the state directory
 * are INI without sections and begin with `version = 1`; this finds unknown, missing and repeated
 * keys, and lets the table judge the values.
 */
#ifndef KITH_FILES_FIELDS_H
#define KITH_FILES_FIELDS_H

#include "base/text.h"
#include "files/disk.h"
#include "files/seed.h"
#include <stdbool.h>

struct kith_field {
	const char *key;
	uint16_t min, max; /* lines with this key */
	bool continues;    /* may go on in lines that begin with a blank */
	/* Takes a value, or says what is wrong with it as the end of "KEY: ...". It must not repeat
	 * the value, which may be a secret. */
	const char *(*take)(void *ctx, const char *value, bool continued);
};

/* `version` is known without being in the table. KITH_FILE_BAD after any error. */
KITH_MUST_USE enum kith_file_result kith_fields_parse(const char *file, const char *text,
						      size_t len, const struct kith_field *fields,
						      size_t count, void *ctx,
						      struct kith_report *r);

/* The key as key text into the next free of `max` places. */
const char *kith_field_key(const char *value, uint8_t (*keys)[KITH_KEY_LEN], uint8_t *count);
/* A name of at most `max` bytes into out. */
const char *kith_field_name(const char *value, char *out, size_t max);
/* A seed, as text, into the next free place. */
const char *kith_field_seed(const char *value, char (*seeds)[KITH_SEED_TEXT_MAX + 1],
			    uint8_t *count);

/* "KEY = VALUE" as a line. */
void kith_field_print(struct kith_text *t, const char *key, const char *value);
void kith_field_print_key(struct kith_text *t, const char *key, const uint8_t value[KITH_KEY_LEN]);

#endif
