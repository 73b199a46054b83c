/* SPDX-License-Identifier: ISC */
/*
 * core/pool.h: verified facts (core/fact.h) that the nodes of one process share. A cluster of ten
 * thousand hosts in one process keeps each record ten thousand times and checks its signature as
 * often, unless they share; so this is for hosts that run many nodes, as the simulator does, and for
 * nobody else. A node of its own has none: it owns its facts and checks each signature itself.
 *
 *	kith_pool_new() -> kith_node_new(), kith_core_share() for each node -> nodes are freed
 *	-> kith_pool_free()
 *
 * A fact is found by its bytes, its kind, the cluster's id and the key that signed it, so that sharing
 * lets nobody believe what it would not have believed by itself; it spares the check alone. It is
 * counted all the same (signatures_checked): no run tells whether its nodes shared. The pool is not
 * thread-safe, and neither are then its nodes together.
 */
#ifndef KITH_CORE_POOL_H
#define KITH_CORE_POOL_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_node;
struct kith_pool;

/* A pool with memory of its own, C's. `key` keys its index: any bits. KITH_ENOMEM. */
KITH_MUST_USE int kith_pool_new(struct kith_pool **pool, const uint64_t key[2]);
/* Frees it and sets *pool to NULL; all its nodes were freed before. NULL inside is fine. */
void kith_pool_free(struct kith_pool **pool);
/* The node shares its facts from now on: right after kith_node_new(), before any other input. The
 * pool is borrowed until the node is freed. */
void kith_core_share(struct kith_node *n, struct kith_pool *pool);
/* n, which has started and shares other's pool, lists all whom other lists, as if it had known them before:
 * without an event. A large cluster can begin so as one that has run for long. */
void kith_core_meet(struct kith_node *n, kith_us now, const struct kith_node *other);
/* How many different facts it holds. */
uint32_t kith_pool_count(const struct kith_pool *pool);

/* --- for core/fact alone --------------------------------------------------------------------- */

struct kith_fact;
struct kith_cid;

/* What a fact is found by; all borrowed. */
struct kith_pool_key {
	struct kith_bytes raw;
	bool is_certificate;
	const struct kith_cid *cid;
	const uint8_t *signer; /* KITH_KEY_LEN */
};

const struct kith_alloc *kith_pool_alloc(const struct kith_pool *pool);
/* The fact with this key, or NULL; no reference is taken. */
struct kith_fact *kith_pool_find(const struct kith_pool *pool, const struct kith_pool_key *key);
/* Enters a fact. Without memory, or beside one whose signature begins alike, it stays outside: it is
 * found by nobody, and is its only holder's. */
void kith_pool_put(struct kith_pool *pool, const struct kith_pool_key *key, struct kith_fact *f);
/* The last reference is gone. */
void kith_pool_drop(struct kith_pool *pool, const struct kith_fact *f);

#endif
