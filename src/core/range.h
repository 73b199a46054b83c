/* SPDX-License-Identifier: ISC */
/*
 * core/range.h: ranges of the id space, in which two members compare what they know (core/sync.h):
 * where one lies on the ring, its sixteen parts, and what each part is like in eight bytes.
 */
#ifndef KITH_CORE_RANGE_H
#define KITH_CORE_RANGE_H

#include <kith/types.h>

struct kith_node;

/* All mids whose first `depth` nibbles are those of lo. */
struct kith_range {
	struct kith_mid lo; /* the rest of it is zero */
	uint8_t depth;      /* 0 to KITH_MID_NIBBLES */
};
enum { KITH_MID_NIBBLES = 32 };
enum { KITH_RANGE_PARTS = 16 };

/* The range of the first `depth` nibbles of lo. */
struct kith_range kith_range_at(const uint8_t lo[16], uint32_t depth);
/* Its highest mid. */
struct kith_mid kith_range_last(const struct kith_range *r);
/* The part whose next nibble is this one; the range has parts: depth < KITH_MID_NIBBLES. */
struct kith_range kith_range_part(const struct kith_range *r, uint8_t nibble);
/* Where the ring enters the range and where it has left it. */
void kith_range_stretch(const struct kith_node *n, const struct kith_range *r, uint32_t *from,
			uint32_t *to);
/* Eight bytes about the owners of each part; zero where there is none. */
void kith_range_digests(const struct kith_node *n, const struct kith_range *r,
			uint8_t digests[KITH_RANGE_PARTS * 8]);

#endif
