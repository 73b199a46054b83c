/* SPDX-License-Identifier: ISC */
/* query/apart.h: how far this host's clock is from those of the others, as words. */
#ifndef KITH_QUERY_APART_H
#define KITH_QUERY_APART_H

#include <kith/types.h>

enum { KITH_APART_TEXT = 96 };

/* "1 h behind the median of 3 members", "2 d 4 h ahead of the only other one": kith_view's
 * clock_ahead_s and clock_others. Returns out. */
const char *kith_apart_text(int64_t ahead_s, uint32_t others, char out[KITH_APART_TEXT]);

#endif
