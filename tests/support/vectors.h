/* SPDX-License-Identifier: ISC */
/*
 * support/vectors.h: reads the golden bytes of tests/vectors/. A file holds blocks parted by blank
 * lines; each line of a block is a key, a blank and a value; a '#' starts a comment line:
 *
 *	vector ping          the block's name, always first
 *	means ping seq=7     what the bytes say, as the test of that format prints it; may repeat
 *	hex 920107           the one way to write it, and a way to read it; long ones go over lines
 *	also 920107...       another spelling that reads the same, but that nobody writes
 *	refused 9207         what looks like it and must not be read
 *
 * The files of seal name each value (key, plain, packet, ...) instead; the lines of one name are one
 * value in hex, parted where a field of the layout ends and a comment tells the next one's meaning.
 *
 * Every error here ends the running cmocka test.
 */
#ifndef KITH_TEST_VECTORS_H
#define KITH_TEST_VECTORS_H

#include <stddef.h>
#include <stdint.h>

enum { VECTOR_LINES_MAX = 96, VECTOR_BYTES_MAX = 4096 };

struct vector {
	const char *name;
	size_t line_count;
	struct {
		const char *key, *value;
	} lines[VECTOR_LINES_MAX];
};

/* Calls `check` for each block of tests/vectors/FILE; returns their number. */
size_t vectors_each(const char *file, void (*check)(const struct vector *v));
/* The n-th value (from 0) of a key, or NULL. */
const char *vector_value(const struct vector *v, const char *key, size_t n);
/* Bytes of one value in hex. */
size_t vector_bytes(const struct vector *v, const char *value, uint8_t out[VECTOR_BYTES_MAX]);
/* Bytes of all lines of a key together; 0 if there is none. */
size_t vector_join(const struct vector *v, const char *key, uint8_t out[VECTOR_BYTES_MAX]);
/* Bytes of all "hex" lines together; 0 if there is none. */
size_t vector_hex(const struct vector *v, uint8_t out[VECTOR_BYTES_MAX]);
/* Fails unless `text`, of lines that end in '\n', is the block's "means" lines. */
void vector_means(const struct vector *v, const char *text);

#endif
