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

/* Whether there is a token in a bucket of `burst` tokens refilled at `rate` a second. A zeroed
 * bucket is full. */
static inline bool kith_bucket_has(const struct kith_bucket *b, kith_us now, uint32_t rate,
				   uint32_t burst)
{
	const kith_us token = KITH_SECOND / (kith_us)rate;

	return kith_us_max(b->full_at, now) + token - now <= token * (kith_us)burst;
}

/* Takes one, if there is one. */
static inline bool kith_bucket_take(struct kith_bucket *b, kith_us now, uint32_t rate,
				    uint32_t burst)
{
	if (!kith_bucket_has(b, now, rate, burst))
		return false;
	b->full_at = kith_us_max(b->full_at, now) + KITH_SECOND / (kith_us)rate;
	return true;
}

#endif
