/* SPDX-License-Identifier: ISC */
/*
 * core/gossip.h: what is still to be told, and how often it was (3-membership.md, Dissemination).
 * Whatever holds a record (a peer, a suspicion) has the number of its rumor, so there is one per
 * record and a newer one takes its place. Its way: kith_gossip_put() -> lists by lane and number of
 * sends -> kith_gossip_fill() copies it into datagrams, fewest-sent first -> it leaves the queue
 * after ceil(4 ln(n+1)) sends, or ceil(log10(n+1)) in the lazy lane and KITH_NOISE_SENDS more in that of
 * noise: told k times by each it misses some e^-k of all, who learn of a record from the roots of others.
 * The number is not taken back then; it is told from another rumor's by the record.
 *
 * Gossip is for what is fresh. What a synchronisation brought others have known for a while, and
 * many of it at once are more than datagrams carry: a few of them are told lazily, the rest is left
 * to synchronisations. And when one member after the other has our root, all have been told.
 */
#ifndef KITH_CORE_GOSSIP_H
#define KITH_CORE_GOSSIP_H

#include "base/slab.h"
#include "core/bucket.h"
#include "core/fact.h"
#include "core/timer.h"

struct kith_node;
struct kith_peer;
struct kith_packet;

/* Strict, but every fifth slot goes to the oldest of a lower lane. */
enum kith_lane {
	KITH_LANE_URGENT, /* refutations, leaves, suspicions */
	KITH_LANE_RECORD, /* joins, changes */
	KITH_LANE_SERVICE,
	KITH_LANE_NOISE,  /* of who is suspected and answers, again and again (core/dispute.h) */
	KITH_LANE_LAZY,   /* refreshes, and what synchronisations brought: KITH_GOSSIP_LAZY_MAX */
	KITH_LANE_COUNT
};
enum { KITH_SENDS_MAX = 64 }; /* 4 ln of 2^20 members is 56 */

/* A view of a member may have one: 24 bytes. Numbers are places in the table + 1, 0 = none. */
struct kith_rumor {
	uint32_t next, prev;      /* in its list, which is in the order of age */
	struct kith_fact *record; /* owned reference */
	uint32_t stamp;           /* last packet that carried it */
	uint8_t lane, sent;
};

struct kith_rumor_list {
	uint32_t first, last;
};

struct kith_gossip {
	struct kith_slab rumors;
	struct kith_rumor_list queue[KITH_LANE_COUNT][KITH_SENDS_MAX];
	uint64_t busy[KITH_LANE_COUNT]; /* bit i: the list of those sent i times is not empty */
	uint32_t count, lazy_count;
	uint32_t packet_stamp;
	uint32_t picks; /* counts slots for the fifth */
	struct kith_timer tick;
	struct kith_bucket relayed; /* datagrams of news relayed on receipt */
};

KITH_MUST_USE bool kith_gossip_init(struct kith_node *n);
void kith_gossip_fini(struct kith_node *n);

/* Queues the record, whose rumor's number is kept in *r. A former record's rumor was dropped. Without
 * memory the most-told rumor makes room, as at the bound. */
void kith_gossip_put(struct kith_node *n, uint32_t *r, struct kith_fact *record,
		     enum kith_lane lane);
/* The record is no longer told, if it still was; *r = 0. */
void kith_gossip_drop(struct kith_node *n, uint32_t *r, const struct kith_fact *record);
/* The rumor of the record, or NULL: it is not told, or not any more. */
struct kith_rumor *kith_gossip_of(const struct kith_node *n, uint32_t r,
				  const struct kith_fact *record);
/* Others know what we know: the news of joins, changes and services goes on lazily. */
void kith_gossip_known(struct kith_node *n);
/* Fills the rest of a packet with rumors. */
void kith_gossip_fill(struct kith_node *n, struct kith_packet *pk);
/* News: tells it to three peers now, if the budget allows, besides the queue. */
void kith_gossip_relay(struct kith_node *n, const struct kith_peer *except);
/* How often a record is told among `count` members. */
uint8_t kith_gossip_sends(uint32_t count, bool is_lazy);

#endif
