/* SPDX-License-Identifier: ISC */
#include "files/ini.h"
#include <ini.h>
#include <string.h>

enum { SECTION_MAX = 48 }; /* inih cuts section names at 49 bytes without a word */

struct reader {
	const char *file;
	const char *at, *end;
	unsigned line;         /* of the line last handed to inih */
	bool wants_item;       /* inih must call on_item for it, or it is no setting */
	bool begins_blank;
	bool has_key;          /* a setting stands before it in its section */
	bool skips;            /* after a broken section header: whose settings would these be? */
	unsigned errors;
	kith_ini_f on_item;
	void *ctx;
	struct kith_report *report;
};

static void error(struct reader *r, const char *sentence)
{
	kith_report_add(r->report, r->file, r->line, "%s", sentence);
	r->errors++;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void check_section(struct reader *r, const char *start, size_t len)
{
	const char *close = memchr(start, ']', len), *p;

	r->has_key = false;
	r->skips = close == NULL || memchr(start, ';', (size_t)(close - start)) != NULL;
	if (r->skips) {
		error(r, "the section's ']' is missing; its settings were not read");
		return;
	}
	if (close - start - 1 > SECTION_MAX) {
		error(r, "the section's name is longer than 48 characters; its settings were not read");
		r->skips = true;
		return;
	}
	for (p = close + 1; p < start + len && is_blank(*p); p++)
		;
	if (p < start + len && *p != ';')
		error(r, "only a comment (; ...) may follow ']'");
}

/* Looks at the line before inih does; false: inih gets an empty one in its place. */
static bool check_line(struct reader *r, const char *line, size_t len, size_t room)
{
	const char *start = line, *end = line + len;

	r->wants_item = false;
	if (len > room) {
		kith_report_add(r->report, r->file, r->line, "line is longer than %zu characters",
				room);
		r->errors++;
		return false;
	}
	if (memchr(line, '\0', len) != NULL) {
		error(r, "there is a NUL byte in the line; this is not a text file");
		return false;
	}
	if (r->line == 1 && len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
		start += 3;
	r->begins_blank = start < end && is_blank(*start);
	while (start < end && is_blank(*start))
		start++;
	if (start == end || *start == ';' || *start == '#')
		return true;
	if (*start == '[' && !(r->begins_blank && r->has_key)) {
		check_section(r, start, (size_t)(end - start));
		return !r->skips;
	}
	r->wants_item = !r->skips;
	return !r->skips;
}

static void finish_line(struct reader *r)
{
	if (r->wants_item)
		error(r, "syntax error: neither a comment, a [section] nor KEY = VALUE");
	r->wants_item = false;
}

/* inih's fgets. `size` is its line buffer: newline and NUL take two of it. */
static char *read_line(char *out, int size, void *ctx)
{
	struct reader *r = ctx;
	const char *newline;
	size_t len;

	finish_line(r);
	if (r->at == r->end)
		return NULL;
	newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	len = (size_t)((newline != NULL ? newline : r->end) - r->at);
	r->line++;
	if (check_line(r, r->at, len, (size_t)size - 2)) {
		memcpy(out, r->at, len);
		out[len] = '\n';
		out[len + 1] = '\0';
	} else {
		memcpy(out, "\n", 2);
	}
	r->at = newline != NULL ? newline + 1 : r->end;
	return out;
}

static int take_item(void *ctx, const char *section, const char *key, const char *value)
{
	struct reader *r = ctx;
	struct kith_ini_item item = {
		.file = r->file,
		.line = r->line,
		.section = section,
		.key = key,
		.value = value,
		.continued = r->begins_blank && r->has_key,
	};

	r->wants_item = false;
	r->has_key = true;
	if (*key == '\0')
		error(r, "syntax error: there is nothing before '='");
	else
		r->on_item(r->ctx, &item);
	return 1;
}

unsigned kith_ini_parse(const char *file, const char *text, size_t len, kith_ini_f on_item,
			void *ctx, struct kith_report *report)
{
	struct reader r = {
		.file = file,
		.at = text,
		.end = text + len,
		.on_item = on_item,
		.ctx = ctx,
		.report = report,
	};

	/* Its return value is the first line with a syntax error, and we have found them all. */
	(void)ini_parse_stream(read_line, &r, take_item, &r);
	finish_line(&r);
	return r.errors;
}
