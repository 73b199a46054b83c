/* SPDX-License-Identifier: ISC */
/*
 * core/join.h: how a node comes to know others. Seeds are dialled in parallel, each again with
 * doubling back-off and jitter until it answered or an up member lists its address, and again when we
 * know nobody who is up. Whom they lead to is synchronised with (core/partner.h). Configured seeds are
 * never changed by what peers say. A dial is accompanied by an introduction: a seed that has no time
 * for us tells others of us.
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
};

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
/* The stream of this dial ended. */
void kith_join_on_end(struct kith_node *n, uint32_t seed, enum kith_seed_result result);

#endif
