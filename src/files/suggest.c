/* SPDX-License-Identifier: ISC */
#include "files/suggest.h"
#include <string.h>

enum { WORD_MAX = 48 }; /* longer words are never a slip of the finger away from a key of ours */

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance (Levenshtein with swaps of neighbours), three rows. */
static size_t distance_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			row[j] = min(min(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], two[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

const char *kith_suggest(const char *word, const char *known, const char *best, size_t *distance)
{
	size_t word_len = strlen(word), known_len = strlen(known), d;

	if (word_len > WORD_MAX || known_len > WORD_MAX)
		return best;
	d = distance_of(word, word_len, known, known_len);
	if (3 * d > known_len || (best != NULL && d >= *distance))
		return best;
	*distance = d;
	return known;
}
