/* SPDX-License-Identifier: ISC */
/*
 * sim/hash.h: a hash of bytes, and uthash with it. Its own one falls through between labels, which
 * clang takes for a mistake, and takes bytes one by one. No order hangs on it: what is walked is
 * walked in the order in which it was added.
 */
#ifndef KITH_SIM_HASH_H
#define KITH_SIM_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t sim_hash(const void *key, size_t len)
{
	const unsigned char *p = key;
	uint64_t h = len;

	while (len > 0) {
		const size_t part = len < 8 ? len : 8;
		uint64_t word = 0;

		memcpy(&word, p, part);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
		p += part;
		len -= part;
	}
	return h;
}
#define HASH_FUNCTION(key, len, hash) ((hash) = (unsigned)sim_hash((key), (len)))

#include <uthash.h>

#endif
