/* SPDX-License-Identifier: ISC */
#include "cli/text.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

/* Length of the well-formed, printable UTF-8 sequence at p, or 0. */
static size_t printable(const unsigned char *p)
{
	size_t len;
	unsigned long code;

	if (*p < 0x80)
		return *p >= 0x20 && *p != 0x7f;
	if (*p >= 0xc2 && *p <= 0xdf)
		len = 2, code = *p & 0x1fU;
	else if (*p >= 0xe0 && *p <= 0xef)
		len = 3, code = *p & 0x0fU;
	else if (*p >= 0xf0 && *p <= 0xf4)
		len = 4, code = *p & 0x07U;
	else
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fU);
	}
	if ((len == 3 && code < 0x800) || (len == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	if (code < 0xa0 || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	/* Marks that turn the direction of writing, or break lines. */
	if ((code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069))
		return 0;
	return len;
}

const char *kith_clean(const char *text, char *out, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t at = 0;

	KITH_ASSERT(size > 0);
	while (*p != '\0') {
		size_t len = printable(p);

		if (at + (len > 0 ? len : 4) >= size)
			break;
		if (len == 0) {
			snprintf(out + at, 5, "\\x%02x", *p++);
			at += 4;
			continue;
		}
		memcpy(out + at, p, len);
		at += len;
		p += len;
	}
	out[at] = '\0';
	return out;
}

size_t kith_text_width(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

const char *kith_age_text(double seconds, char out[KITH_AGE_TEXT_MAX])
{
	unsigned long s;

	if (!(seconds >= 0 && seconds < 1e11)) {
		snprintf(out, KITH_AGE_TEXT_MAX, "-");
		return out;
	}
	s = (unsigned long)seconds;
	if (seconds < 9.95)
		snprintf(out, KITH_AGE_TEXT_MAX, "%.1fs", seconds);
	else if (s < 60)
		snprintf(out, KITH_AGE_TEXT_MAX, "%lus", s);
	else if (s < 3600)
		snprintf(out, KITH_AGE_TEXT_MAX, "%lum%02lus", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, KITH_AGE_TEXT_MAX, "%luh%02lum", s / 3600, s / 60 % 60);
	else if (s < 100 * 86400)
		snprintf(out, KITH_AGE_TEXT_MAX, "%lud%02luh", s / 86400, s / 3600 % 24);
	else
		snprintf(out, KITH_AGE_TEXT_MAX, "%lud", s / 86400);
	return out;
}

const char *kith_rtt_text(double ms, char out[KITH_AGE_TEXT_MAX])
{
	if (!(ms >= 0 && ms < 1e11))
		snprintf(out, KITH_AGE_TEXT_MAX, "-");
	else if (ms < 9.95)
		snprintf(out, KITH_AGE_TEXT_MAX, "%.1fms", ms);
	else if (ms < 999.5)
		snprintf(out, KITH_AGE_TEXT_MAX, "%.0fms", ms);
	else
		snprintf(out, KITH_AGE_TEXT_MAX, "%.1fs", ms / 1000);
	return out;
}

const char *kith_color(const struct kith_cli *c, enum kith_color color)
{
	static const char *const sequences[] = {
		[KITH_COLOR_NONE] = "\033[0m", [KITH_COLOR_GOOD] = "\033[32m",
		[KITH_COLOR_WARN] = "\033[33m", [KITH_COLOR_BAD] = "\033[31m",
		[KITH_COLOR_DIM] = "\033[2m",
	};

	return c->color ? sequences[color] : "";
}

enum kith_color kith_status_color(const char *status)
{
	if (strcmp(status, "alive") == 0 || strcmp(status, "ok") == 0)
		return KITH_COLOR_GOOD;
	if (strcmp(status, "failed") == 0)
		return KITH_COLOR_BAD;
	return strcmp(status, "left") == 0 ? KITH_COLOR_DIM : KITH_COLOR_WARN;
}

void kith_table_init(struct kith_table *t, const char *const *heads)
{
	memset(t, 0, sizeof(*t));
	t->heads = heads;
	while (heads[t->columns] != NULL)
		t->columns++;
	KITH_ASSERT(t->columns > 0 && t->columns <= KITH_COLUMNS_MAX);
}

void kith_table_fini(struct kith_table *t)
{
	for (size_t i = 0; i < t->rows * t->columns; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t->colors);
	memset(t, 0, sizeof(*t));
}

static bool table_grow(struct kith_table *t)
{
	size_t room = t->room > 0 ? t->room * 2 : 64;
	enum kith_color *colors;
	char **cells;

	if (t->rows < t->room)
		return true;
	cells = reallocarray(t->cells, room * t->columns, sizeof(*cells));
	if (cells == NULL)
		return false;
	t->cells = cells;
	colors = reallocarray(t->colors, room, sizeof(*colors));
	if (colors == NULL)
		return false;
	t->colors = colors;
	t->room = room;
	return true;
}

void kith_table_row(struct kith_table *t, enum kith_color color, const char *const *cells)
{
	char clean[1024];
	char **row;

	if (!table_grow(t)) {
		t->failed = true;
		return;
	}
	row = &t->cells[t->rows * t->columns];
	for (unsigned i = 0; i < t->columns; i++) {
		const char *cell = cells[i] != NULL && *cells[i] != '\0' ? cells[i] : "-";

		row[i] = strdup(kith_clean(cell, clean, sizeof(clean)));
		if (row[i] != NULL)
			continue;
		while (i-- > 0)
			free(row[i]);
		t->failed = true;
		return;
	}
	t->colors[t->rows++] = color;
}

static void pad(FILE *f, const char *text, size_t width)
{
	size_t have = kith_text_width(text);

	fputs(text, f);
	fprintf(f, "%*s", (int)(width > have ? width - have : 0) + 2, "");
}

void kith_table_print(const struct kith_table *t, struct kith_cli *c)
{
	size_t widths[KITH_COLUMNS_MAX];

	for (unsigned i = 0; i < t->columns; i++) {
		widths[i] = kith_text_width(t->heads[i]);
		for (size_t row = 0; row < t->rows; row++) {
			size_t width = kith_text_width(t->cells[row * t->columns + i]);

			if (width > widths[i])
				widths[i] = width;
		}
	}
	for (unsigned i = 0; i < t->columns && !c->plain; i++)
		if (i + 1 < t->columns)
			pad(c->out, t->heads[i], widths[i]);
		else
			fprintf(c->out, "%s\n", t->heads[i]);
	for (size_t row = 0; row < t->rows; row++)
		for (unsigned i = 0; i < t->columns; i++) {
			const char *cell = t->cells[row * t->columns + i];
			bool colored = i == 0 && t->colors[row] != KITH_COLOR_NONE;

			fputs(colored ? kith_color(c, t->colors[row]) : "", c->out);
			if (c->plain || i + 1 == t->columns)
				fputs(cell, c->out);
			else
				pad(c->out, cell, widths[i]);
			fputs(colored ? kith_color(c, KITH_COLOR_NONE) : "", c->out);
			if (i + 1 == t->columns)
				fputc('\n', c->out);
			else if (c->plain)
				fputc('\t', c->out);
		}
}
