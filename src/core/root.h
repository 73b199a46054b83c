/* SPDX-License-Identifier: ISC */
/*
 * core/root.h: eight bytes about a whole view. Each owner has a leaf, of its record and its services;
 * the digest of some is made of the sum of their leaves and of their number, so that a change costs one
 * subtraction and one addition, in any order. Sums are kept by the first byte of the mid as well, so that a
 * synchronisation need not walk over the whole ring to say what its large ranges are like, and how
 * many come before each, which is where they lie on the ring.
 */
#ifndef KITH_CORE_ROOT_H
#define KITH_CORE_ROOT_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_node;
struct kith_peer;

enum { KITH_LEAF_GROUPS = 256, KITH_LEAF_NIBBLES = 2 }; /* by so many nibbles of the mid */
struct kith_leaves {
	uint64_t sum[KITH_LEAF_GROUPS];
	uint32_t before[KITH_LEAF_GROUPS + 1]; /* owners of all groups below */
};

/* A digest, and what it was made of. */
struct kith_root {
	uint64_t sum;
	uint32_t count;
	bool is_made;
	uint8_t digest[8];
};

/* The peer's leaf: of its record and of what it offers. */
uint64_t kith_leaf_of(const struct kith_node *n, const struct kith_peer *p);
/* The peer counts from now on, or no longer. */
void kith_leaf_add(struct kith_node *n, const struct kith_peer *p);
void kith_leaf_take(struct kith_node *n, const struct kith_peer *p);
/* Its record, or what it offers, has changed: so has its leaf, there and on the ring. */
void kith_leaf_renew(struct kith_node *n, const struct kith_peer *p);
/* The sum over all owners whose mids' first byte lies in from..to, and their number. */
uint64_t kith_leaves_of(const struct kith_node *n, uint8_t from, uint8_t to, uint32_t *count);

/* Digest of some owners: the sum of their leaves mod 2^64, hashed with their count. */
void kith_peers_digest(uint64_t leaf_sum, uint32_t count, uint8_t digest[8]);
/* That of all, with those that count in the root although they are forgotten (core/tomb.h), and with
 * the revocations (core/revoke.h). */
void kith_peers_root(const struct kith_node *n, uint8_t root[8]);
/* The same without the forgotten. */
void kith_peers_bare_root(const struct kith_node *n, uint8_t root[8]);
/* The first, remembered: each ping and each ack needs it, and it rarely changes. */
void kith_peers_make_root(struct kith_node *n, uint8_t root[8]);

#endif
