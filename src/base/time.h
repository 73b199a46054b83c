/* SPDX-License-Identifier: ISC */
/*
 * base/time.h: arithmetic on kith_us, in one place. Nothing else adds to a deadline.
 */
#ifndef KITH_BASE_TIME_H
#define KITH_BASE_TIME_H

#include <kith/types.h>

/* a + b where "never" absorbs and overflow saturates to never. b >= 0. */
static inline kith_us kith_us_add(kith_us a, kith_us b)
{
	return a > KITH_NEVER - b ? KITH_NEVER : a + b;
}

/* Time from `since` to `now`, 0 if since lies ahead; never if since is KITH_NEVER. */
static inline kith_us kith_us_elapsed(kith_us since, kith_us now)
{
	if (since == KITH_NEVER)
		return KITH_NEVER;
	return now > since ? now - since : 0;
}

static inline kith_us kith_us_min(kith_us a, kith_us b)
{
	return a < b ? a : b;
}

static inline kith_us kith_us_max(kith_us a, kith_us b)
{
	return a > b ? a : b;
}

#endif
