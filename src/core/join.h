/* SPDX-License-Identifier: ISC */
/*
 * core/join.h: how a node comes to know others, and stays in step with them. Seeds are dialled in
 * parallel, each again with doubling back-off and jitter until it answered or an up member lists
 * its address, and again when we know nobody who is up. Then distinct partners are synchronised
 * with until three (or all there are) have told us the same; later a partner whose root keeps
 * differing is synchronised with again. Configured seeds are never changed by what peers say.
 *
 * Where many things differ, as after a mass start or a cut, each host lacks what only a few have:
 * synchronisations that bring much are followed by the next one with anybody, so that views grow by
 * a factor each round; those that bring little are rare.
 *
 * Hints, addresses from before a restart, are dialled like seeds until the join is complete, and
 * when we are alone; nobody chose them, so nobody is told how they went.
 */
#ifndef KITH_CORE_JOIN_H
#define KITH_CORE_JOIN_H

#include "core/limits.h"
#include "core/timer.h"
#include <kith/kith.h>

struct kith_peer;

struct kith_dial {
	struct kith_seed seed; /* as the reader sees it */
	uint64_t stream; /* under way; 0 = none */
	bool is_forced;  /* the operator asks: dialled even if an up member lists it */
	bool is_lost;    /* the member that listed it was forgotten: asked again until it answers */
	kith_us wait;         /* next back-off */
	struct kith_timer timer;
};

struct kith_join {
	struct kith_dial dials[KITH_SEEDS_MAX + KITH_HINTS_MAX]; /* seeds, and behind them hints */
	uint32_t seed_count, hint_count, hints_seen;
	struct kith_mid partners[KITH_JOIN_PARTNERS];
	uint32_t partner_count;
	bool is_joined;
	uint64_t partner_stream; /* the sync that we started; 0 = none */
	kith_us partner_wait;
	kith_us gap;         /* between two syncs that we start: shorter while they bring news */
	kith_us differs_since; /* first ack with another root; KITH_NEVER: the last one was equal */
	bool is_catching_up; /* another one is due at the timer */
	uint8_t agreed;      /* acks in a row with our root, while it was this */
	uint64_t agreed_sum;
	kith_us started; /* dialling began */
	kith_us sync_started, synced; /* KITH_NEVER */
	struct kith_timer partner;
};

KITH_MUST_USE bool kith_join_init(struct kith_node *n);
void kith_join_fini(struct kith_node *n);
int kith_join_add(struct kith_node *n, const struct kith_addr *seeds, size_t count);
/* One more address where somebody was; of many a random choice is kept. */
void kith_join_hint(struct kith_node *n, const struct kith_addr *a);
/* The own record is signed: dialling may begin. */
void kith_join_start(struct kith_node *n);
/* No more dials: we leave. */
void kith_join_stop(struct kith_node *n);
/* Somebody failed or left: perhaps nobody is left, so seeds are asked again. */
void kith_join_wake(struct kith_node *n);
/* The member is forgotten: whoever is at its address one day is to be found through the seed. */
void kith_join_lost(struct kith_node *n, const struct kith_peer *p);
/* A stream that was dialled for a seed or a sync ended. */
void kith_join_on_end(struct kith_node *n, uint64_t stream, bool is_seed, uint32_t seed,
		      enum kith_seed_result result);
/* A synchronisation with this member is complete ; `news` records were. is_ours: we began it. */
void kith_join_synced(struct kith_node *n, const struct kith_mid *peer, uint32_t news,
		      bool is_ours);
/* p has what we lack: it is synchronised with, or somebody soon. True: it is, now. */
bool kith_join_behind(struct kith_node *n, const struct kith_peer *p);
/* An ack of p carried another root than ours, or the same. */
void kith_join_root(struct kith_node *n, struct kith_peer *p, bool differs);

#endif
