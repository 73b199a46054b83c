/* SPDX-License-Identifier: ISC */
/*
 * core/bucket.h: a token bucket in integers. Tokens are counted in units of "microseconds times
 * rate", so nothing is lost to rounding.
 */
#ifndef KITH_CORE_BUCKET_H
#define KITH_CORE_BUCKET_H

#include "base/time.h"
#include <stdbool.h>

struct kith_bucket {
	kith_us full_at; /* when it would be full again; in the past = full */
};

/* Takes one token of a bucket of `burst` tokens refilled at `rate` a second, if there is one.
 * A zeroed bucket is full. */
static inline bool kith_bucket_take(struct kith_bucket *b, kith_us now, uint32_t rate,
				    uint32_t burst)
{
	const kith_us token = KITH_SECOND / (kith_us)rate;
	const kith_us from = kith_us_max(b->full_at, now);

	if (from + token - now > token * (kith_us)burst)
		return false;
	b->full_at = from + token;
	return true;
}

#endif
