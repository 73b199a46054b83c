/* SPDX-License-Identifier: ISC */
/*
 * cli/text.h: what people read: columns that line up, ages, colours. Texts that come from other
 * hosts (tags, errors) pass through kith_clean(), so that none can play tricks on a terminal.
 */
#ifndef KITH_CLI_TEXT_H
#define KITH_CLI_TEXT_H

#include "cli/cli.h"

/* Control bytes and bytes that are no UTF-8 as \xNN, into out; cut at its size. Returns out. */
const char *kith_clean(const char *text, char *out, size_t size);
/* How many columns a text takes; code points, since names and tags are hardly ever wide. */
size_t kith_text_width(const char *text);

enum { KITH_AGE_TEXT_MAX = 24 };
/* Two units: "0.3s" (below 10 s), "42s", "2m14s", "2h14m", "3d04h", "211d"; "-" for negative. */
const char *kith_age_text(double seconds, char out[KITH_AGE_TEXT_MAX]);
/* "0.4ms", "12ms", "1.2s"; "-" for negative. */
const char *kith_rtt_text(double ms, char out[KITH_AGE_TEXT_MAX]);

enum kith_color { KITH_COLOR_NONE, KITH_COLOR_GOOD, KITH_COLOR_WARN, KITH_COLOR_BAD, KITH_COLOR_DIM };
/* The sequence that starts a colour, or ends it (NONE); "" when there is to be no colour. */
const char *kith_color(const struct kith_cli *c, enum kith_color color);
enum kith_color kith_status_color(const char *status);

enum { KITH_COLUMNS_MAX = 16 };

/* Rows of texts; printed when all are known. Memory runs out: the row is left out and the table
 * remembers it. */
struct kith_table {
	const char *const *heads; /* borrowed; NULL-ended */
	unsigned columns;
	char **cells; /* owned, columns * rows */
	enum kith_color *colors; /* owned; of each row's first cell */
	size_t rows, room;
	bool failed;
};

void kith_table_init(struct kith_table *t, const char *const *heads);
void kith_table_fini(struct kith_table *t);
/* One row; `cells` has as many texts as there are heads; NULL or "" shows as "-". Copied. */
void kith_table_row(struct kith_table *t, enum kith_color color, const char *const *cells);
/* Heads and columns, or with --plain rows with tabs. */
void kith_table_print(const struct kith_table *t, struct kith_cli *c);

#endif
