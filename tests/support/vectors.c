/* SPDX-License-Identifier: ISC */
#include "support/vectors.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MAX = 1 << 18, LINE_MAX_LEN = 4096 };

static char *read_whole(const char *file)
{
	const char *top = getenv("top_srcdir");
	char path[LINE_MAX_LEN];
	char *text = malloc(FILE_MAX);
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/vectors/%s", top ? top : ".", file);
	f = fopen(path, "rb");
	if (!f || !text)
		fail_msg("cannot open %s (top_srcdir names the source tree)", path);
	len = fread(text, 1, FILE_MAX - 1, f);
	fclose(f);
	if (len == FILE_MAX - 1)
		fail_msg("%s is larger than FILE_MAX", path);
	text[len] = '\0';
	return text;
}

static void add_line(struct vector *v, char *line)
{
	char *value = strchr(line, ' ');

	if (v->line_count == VECTOR_LINES_MAX)
		fail_msg("vector %s has more than VECTOR_LINES_MAX lines", v->name);
	if (value)
		*value++ = '\0';
	v->lines[v->line_count].key = line;
	v->lines[v->line_count].value = value ? value : "";
	if (v->line_count++ == 0) {
		if (strcmp(line, "vector") != 0)
			fail_msg("a block starts with '%s' instead of 'vector'", line);
		v->name = v->lines[0].value;
	}
}

size_t vectors_each(const char *file, void (*check)(const struct vector *v))
{
	char *text = read_whole(file), *line = text;
	struct vector v = {.line_count = 0};
	size_t count = 0;

	while (line) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		if (*line != '\0' && *line != '#')
			add_line(&v, line);
		if ((*line == '\0' || !end) && v.line_count > 0) {
			check(&v);
			count++;
			v.line_count = 0;
		}
		line = end ? end + 1 : NULL;
	}
	free(text);
	return count;
}

const char *vector_value(const struct vector *v, const char *key, size_t n)
{
	for (size_t i = 0; i < v->line_count; i++)
		if (strcmp(v->lines[i].key, key) == 0 && n-- == 0)
			return v->lines[i].value;
	return NULL;
}

size_t vector_bytes(const struct vector *v, const char *value, uint8_t out[VECTOR_BYTES_MAX])
{
	size_t len = strlen(value) / 2;

	if (len > VECTOR_BYTES_MAX || kith_hex_read(value, out, len) != 0)
		fail_msg("vector %s: not hex, or too long: %s", v->name, value);
	return len;
}

size_t vector_join(const struct vector *v, const char *key, uint8_t out[VECTOR_BYTES_MAX])
{
	uint8_t part[VECTOR_BYTES_MAX];
	const char *value;
	size_t total = 0;

	for (size_t n = 0; (value = vector_value(v, key, n)) != NULL; n++) {
		size_t len = vector_bytes(v, value, part);

		if (total + len > VECTOR_BYTES_MAX)
			fail_msg("vector %s is longer than VECTOR_BYTES_MAX", v->name);
		memcpy(out + total, part, len);
		total += len;
	}
	return total;
}

size_t vector_hex(const struct vector *v, uint8_t out[VECTOR_BYTES_MAX])
{
	return vector_join(v, "hex", out);
}

void vector_means(const struct vector *v, const char *text)
{
	const char *value;

	for (size_t n = 0; (value = vector_value(v, "means", n)) != NULL; n++) {
		size_t len = strlen(value);

		if (strncmp(text, value, len) != 0 || text[len] != '\n')
			fail_msg("vector %s: '%s' is written, read was: %s", v->name, value, text);
		text += len + 1;
	}
	if (*text != '\0')
		fail_msg("vector %s: read but not written: %s", v->name, text);
}
