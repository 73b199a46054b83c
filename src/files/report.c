/* SPDX-License-Identifier: ISC */
#include "files/report.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 1024 }; /* a path, a key and a sentence fit */

static bool reserve(struct kith_report *r, size_t more)
{
	size_t room = r->room == 0 ? LINE_MAX_LEN : r->room;
	char *text;

	while (room < r->len + more)
		room *= 2;
	if (room == r->room)
		return true;
	text = realloc(r->text, room);
	if (text == NULL)
		return false;
	r->text = text;
	r->room = room;
	return true;
}

static void append(struct kith_report *r, const char *line)
{
	static const char digits[] = "0123456789abcdef";

	if (!reserve(r, 4 * strlen(line) + 2))
		return;
	for (const char *p = line; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c >= 0x20 && c != 0x7f) {
			r->text[r->len++] = *p;
			continue;
		}
		r->text[r->len++] = '\\';
		r->text[r->len++] = 'x';
		r->text[r->len++] = digits[c >> 4];
		r->text[r->len++] = digits[c & 15];
	}
	r->text[r->len++] = '\n';
	r->text[r->len] = '\0';
}

void kith_report_add(struct kith_report *r, const char *file, unsigned line, const char *format, ...)
{
	char buf[LINE_MAX_LEN];
	size_t at = 0;
	va_list args;

	if (file != NULL && line != 0)
		at = (size_t)snprintf(buf, sizeof buf, "%s:%u: ", file, line);
	else if (file != NULL)
		at = (size_t)snprintf(buf, sizeof buf, "%s: ", file);
	else
		buf[0] = '\0';
	if (at < sizeof buf) {
		va_start(args, format);
		vsnprintf(buf + at, sizeof buf - at, format, args);
		va_end(args);
	}
	append(r, buf);
	r->count++;
}

const char *kith_report_text(const struct kith_report *r)
{
	return r->text != NULL ? r->text : "";
}

void kith_report_clear(struct kith_report *r)
{
	free(r->text);
	*r = (struct kith_report){0};
}
