/* SPDX-License-Identifier: ISC */
/*
 * core/ring.h: the members in the order of their ids, and the choices made from it: whom to ask
 * next, who watches whom, some at random. The table itself, and who enters and leaves it, is
 * core/peer.
 */
#ifndef KITH_CORE_RING_H
#define KITH_CORE_RING_H

#include "core/limits.h"
#include <kith/types.h>
#include <stdbool.h>

struct kith_node;
struct kith_peer;

/* What the ring is searched by: the first four bytes of a mid, in order. */
uint32_t kith_ring_key(const struct kith_mid *mid);
struct kith_peer *kith_ring_at(const struct kith_node *n, uint32_t ring_index);
/* Index in the ring of the first mid >= *mid; count if there is none. */
uint32_t kith_ring_seek(const struct kith_node *n, const struct kith_mid *mid);
/* Whether the member of that mid is at this index. */
bool kith_ring_is_at(const struct kith_node *n, uint32_t ring_index, const struct kith_mid *mid);

/* The next peer after ring position `after` (exclusive, wrapping) that is up and not self, and not
 * `except` (may be NULL); NULL if there is none. */
struct kith_peer *kith_ring_next_up(const struct kith_node *n, const struct kith_mid *after,
				    const struct kith_peer *except);
/* Up to `count` distinct random peers that are up, not self, not `except`. Returns how many. */
uint32_t kith_ring_pick(struct kith_node *n, struct kith_peer **out, uint32_t count,
			 const struct kith_peer *except);
/* The observers of p: the next KITH_OBSERVERS alive after it on the ring (self may be one). */
uint32_t kith_ring_observers(const struct kith_node *n, const struct kith_peer *p,
			     struct kith_peer *out[KITH_OBSERVERS]);

#endif
