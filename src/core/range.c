/* SPDX-License-Identifier: ISC */
#include "core/range.h"

#include "base/check.h"
#include "core/node.h"
#include <string.h>

struct kith_range kith_range_at(const uint8_t lo[16], uint32_t depth)
{
	struct kith_range r = {.depth = (uint8_t)depth};

	memcpy(r.lo.b, lo, (depth + 1) / 2);
	if (depth % 2 != 0)
		r.lo.b[depth / 2] &= 0xf0;
	return r;
}

struct kith_mid kith_range_last(const struct kith_range *r)
{
	struct kith_mid hi = r->lo;
	int i = r->depth;

	if (i % 2 != 0)
		hi.b[i++ / 2] |= 0x0f;
	memset(hi.b + i / 2, 0xff, sizeof(hi.b) - (size_t)i / 2);
	return hi;
}

struct kith_range kith_range_part(const struct kith_range *r, uint8_t nibble)
{
	struct kith_range part = {.lo = r->lo, .depth = (uint8_t)(r->depth + 1)};

	KITH_ASSERT(r->depth < KITH_MID_NIBBLES);
	part.lo.b[r->depth / 2] |= r->depth % 2 == 0 ? (uint8_t)(nibble << 4) : nibble;
	return part;
}

void kith_range_stretch(const struct kith_node *n, const struct kith_range *r, uint32_t *from,
		       uint32_t *to)
{
	const struct kith_mid hi = kith_range_last(r);

	*from = kith_ring_seek(n, &r->lo);
	*to = kith_ring_seek(n, &hi);
	if (kith_ring_is_at(n, *to, &hi))
		++*to;
}

void kith_range_digests(const struct kith_node *n, const struct kith_range *r,
			 uint8_t digests[KITH_RANGE_PARTS * 8])
{
	uint64_t sums[KITH_RANGE_PARTS] = {0};
	uint32_t counts[KITH_RANGE_PARTS] = {0}, at, to;
	uint8_t i;

	if (r->depth < KITH_LEAF_NIBBLES) {
		for (i = 0; i < KITH_RANGE_PARTS; i++) {
			const struct kith_range part = kith_range_part(r, i);

			sums[i] = kith_leaves_of(n, part.lo.b[0], kith_range_last(&part).b[0], &counts[i]);
		}
	} else {
		for (kith_range_stretch(n, r, &at, &to); at < to; at++) {
			i = kith_ring_nibble(n, at, r->depth);
			sums[i] += kith_ring_leaf(n, at);
			counts[i]++;
		}
	}
	for (i = 0; i < KITH_RANGE_PARTS; i++)
		if (counts[i] == 0)
			memset(digests + i * 8, 0, 8);
		else
			kith_peers_digest(sums[i], counts[i], digests + i * 8);
}
