/* SPDX-License-Identifier: ISC */
/* files/suggest.h: the known word that an unknown one was probably meant to be. */
#ifndef KITH_FILES_SUGGEST_H
#define KITH_FILES_SUGGEST_H

#include <stddef.h>

/* Start with best = NULL, *distance = 0 and offer each known word; returns the better of `best`
 * and `known`. A word that would need more than a third of its letters changed is not offered.
 * Two neighbours swapped count as one change. */
const char *kith_suggest(const char *word, const char *known, const char *best, size_t *distance);

#endif
