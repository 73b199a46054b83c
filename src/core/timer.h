/* SPDX-License-Identifier: ISC */
/*
 * core/timer.h: the node's timers: one heap, one table of kinds. A timer is embedded in what it
 * belongs to; node.c calls the handler of its kind. A stopped or moved timer cannot fire late,
 * since it leaves the heap with its owner.
 *
 * To add a kind: a row below and the handler it names.
 */
#ifndef KITH_CORE_TIMER_H
#define KITH_CORE_TIMER_H

#include "base/heap.h"

struct kith_node;

/* Columns: name, handler(node, owner). */
#define KITH_TIMERS(X) \
	X(PERIOD, kith_period_on_timer) \
	X(ROUND, kith_probe_on_round) \
	X(CASE, kith_suspect_on_case) \
	X(REPROBE, kith_period_on_reprobe) \
	X(BACK, kith_suspect_on_back) \
	X(GOSSIP, kith_gossip_on_tick) \
	X(RELAY, kith_relay_on_timer) \
	X(PING, kith_ping_on_timer) \
	X(STREAM, kith_stream_on_timer) \
	X(SEED, kith_join_on_seed) \
	X(PARTNER, kith_partner_on_timer) \
	X(OWN, kith_own_on_timer) \
	X(OFFER, kith_offer_on_timer) \
	X(CATALOGUE, kith_catalogue_on_timer) \
	X(LEAVE, kith_leave_on_timer) \
	X(RELEASE, kith_flap_on_release) \
	X(SWEEP, kith_peers_on_sweep)
enum kith_timer_kind {
#define X(name, handler) KITH_TIMER_##name,
	KITH_TIMERS(X)
#undef X
	KITH_TIMER_COUNT
};
#define X(name, handler) void handler(struct kith_node *n, void *owner);
KITH_TIMERS(X)
#undef X

struct kith_timer {
	struct kith_heap_node heap; /* first: the heap hands it back */
	enum kith_timer_kind kind;
	void *owner; /* borrowed: the structure that embeds it */
	bool enrolled;
};

/* Gives the timer its kind and reserves its place in the heap, so that setting never fails.
 * False: no memory. */
KITH_MUST_USE bool kith_timer_init(struct kith_node *n, struct kith_timer *t,
				   enum kith_timer_kind kind, void *owner);
/* Stops it and gives its place back; a zeroed timer is fine. */
void kith_timer_fini(struct kith_node *n, struct kith_timer *t);
void kith_timer_set(struct kith_node *n, struct kith_timer *t, kith_us at);
/* Sets it only if that is earlier than it is set, or not set at all. */
void kith_timer_set_earlier(struct kith_node *n, struct kith_timer *t, kith_us at);
/* Between half and all of the wait, at random: those that lost their seed together do not return
 * together. */
kith_us kith_timer_jittered(struct kith_node *n, kith_us wait);
void kith_timer_stop(struct kith_node *n, struct kith_timer *t);
static inline bool kith_timer_is_set(const struct kith_timer *t)
{
	return kith_heap_has(&t->heap);
}

/* Calls the handlers of all that are due at n->now, in order. */
void kith_timers_run(struct kith_node *n);

#endif
