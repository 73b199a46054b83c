/* SPDX-License-Identifier: ISC */
/*
 * core/ring.h: the members in the order of their ids, and the choices made from it: whom to ask
 * next, who watches whom, some at random. The table itself, and who enters and leaves it, is
 * core/peer.
 *
 * It is one array with a gap where somebody entered or left last. A synchronisation brings thousands
 * in the order of their ids: each of them enters beside the one before, and moves hardly anybody.
 */
#ifndef KITH_CORE_RING_H
#define KITH_CORE_RING_H

#include "core/limits.h"
#include "core/zone.h"
#include <kith/types.h>
#include <stdbool.h>

struct kith_node;
struct kith_peer;

/* A member's place. What searches and synchronisations look at lies here beside the next ones: the
 * record itself is two pointers away. */
struct kith_place {
	uint64_t leaf; /* the peer's (core/root.h) */
	uint32_t key;  /* the first four bytes of the mid, as a number */
	uint32_t slot;
};

struct kith_ring {
	struct kith_place *places; /* owned */
	uint32_t room;
	uint32_t gap; /* the index of whoever lies behind it */
};

void kith_ring_fini(struct kith_node *n);
/* Room for one more; false: no memory. */
KITH_MUST_USE bool kith_ring_reserve(struct kith_node *n);
/* The peer enters, for which there is room, or leaves. They change the ring and its count alone, which
 * is searched by the leaves (core/root.h): they are counted right after. */
void kith_ring_enter(struct kith_node *n, const struct kith_peer *p);
void kith_ring_leave(struct kith_node *n, const struct kith_peer *p);
/* The peer's leaf is this one from now on; which it was. */
uint64_t kith_ring_renew(struct kith_node *n, const struct kith_peer *p, uint64_t leaf);
/* Asserts that the ring is what it should be. */
void kith_ring_check(const struct kith_node *n);

struct kith_peer *kith_ring_at(const struct kith_node *n, uint32_t ring_index);
/* Index in the ring of the first mid >= *mid; count if there is none. */
uint32_t kith_ring_seek(const struct kith_node *n, const struct kith_mid *mid);
/* Whose mid is lower, that of who is at this index (< 0) or this one (> 0); as memcmp. */
int kith_ring_compare(const struct kith_node *n, uint32_t ring_index, const struct kith_mid *mid);
/* Whether the member of that mid is at this index. */
bool kith_ring_is_at(const struct kith_node *n, uint32_t ring_index, const struct kith_mid *mid);
/* The leaf of who is at this index, and a nibble of its mid. */
uint64_t kith_ring_leaf(const struct kith_node *n, uint32_t ring_index);
uint8_t kith_ring_nibble(const struct kith_node *n, uint32_t ring_index, uint32_t depth);
/* Whether a member's first bytes and its record's leaf are these: for an honest pair it is the same
 * record then, for a leaf is made of the whole mid. */
bool kith_ring_is_same(const struct kith_node *n, uint32_t ring_index, const struct kith_mid *mid,
		       uint64_t leaf);

/* Alive, and no round of ours has failed since it last answered one. */
bool kith_ring_is_unsuspected(const struct kith_peer *p);
/* The next near one after ourselves that is alive, and that we do not suspect: who is suspected is asked
 * again anyway, and whoever comes after it would have nobody to ask for it meanwhile. Where none is
 * near, the next one. NULL: there is none. */
struct kith_peer *kith_ring_successor(const struct kith_node *n);
/* Adds distinct random peers that are up, not self, not `except`, and there, to the `got` in out, up to
 * `count` in all. Returns how many there are. */
uint32_t kith_ring_pick(struct kith_node *n, struct kith_peer **out, uint32_t got, uint32_t count,
			const struct kith_peer *except, enum kith_where where);
/* The observers of p: of its group the KITH_OBSERVERS_NEAR alive after it on the ring, and the next of
 * others; where there are too few of either, of the other (self may be one). */
uint32_t kith_ring_observers(const struct kith_node *n, const struct kith_peer *p,
			     struct kith_peer *out[KITH_OBSERVERS]);
/* Whether we are one. */
bool kith_ring_observes(const struct kith_node *n, const struct kith_peer *p);

#endif
