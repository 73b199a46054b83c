/* SPDX-License-Identifier: ISC */
/*
 * sim/hash.h: a hash of bytes, the same on every machine, for all that the simulator compares by
 * one: the trace, the clear-text seal, what a record shows; and uthash with it. Its own one falls
 * through between labels, which clang takes for a mistake, and takes bytes one by one. No order hangs
 * on it: what is walked is walked in the order in which it was added.
 */
#ifndef KITH_SIM_HASH_H
#define KITH_SIM_HASH_H

#include "base/cur.h"
#include <stddef.h>
#include <stdint.h>

static inline uint64_t sim_hash_word(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static inline uint64_t sim_hash(const void *key, size_t len)
{
	enum { LANES = 4 }; /* that do not wait for each other: most of what is hashed is long */
	uint64_t lanes[LANES] = {len, ~len, len + 1, ~len + 1}, h = 0, rest = 0;
	const uint8_t *p = key;
	unsigned i;

	for (; len >= 8 * LANES; len -= 8 * LANES)
		for (i = 0; i < LANES; i++, p += 8)
			lanes[i] = sim_hash_word(lanes[i], kith_get_u64(p));
	for (i = 0; i < LANES; i++)
		h = (h << 16 | h >> 48) ^ lanes[i];
	for (; len >= 8; len -= 8, p += 8)
		h = sim_hash_word(h, kith_get_u64(p));
	for (i = 0; i < len; i++)
		rest |= (uint64_t)p[i] << (8 * i);
	return len > 0 ? sim_hash_word(h, rest) : h;
}
#define HASH_FUNCTION(key, len, hash) ((hash) = (unsigned)sim_hash((key), (len)))

#include <uthash.h>

#endif
