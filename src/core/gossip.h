/* SPDX-License-Identifier: ISC */
/*
 * core/gossip.h: what is still to be told, and how often it was (3-membership.md, Dissemination).
 * A rumor is embedded in whatever holds a record (a peer, a suspicion), so there is one per record
 * and a newer one takes its place. Its way: kith_gossip_put() -> lists by lane and number of sends
 * -> kith_gossip_fill() copies it into datagrams, fewest-sent first -> it leaves the queue after
 * ceil(4 ln(n+1)) sends, or ceil(log10(n+1)) in the lazy way of a pure refresh.
 */
#ifndef KITH_CORE_GOSSIP_H
#define KITH_CORE_GOSSIP_H

#include "base/list.h"
#include "core/blob.h"
#include "core/bucket.h"
#include "core/timer.h"

struct kith_node;
struct kith_peer;
struct kith_packet;

/* Strict, but every fifth slot goes to the oldest of a lower lane. */
enum kith_lane {
	KITH_LANE_URGENT, /* refutations, leaves, suspicions */
	KITH_LANE_RECORD,
	KITH_LANE_COUNT
};
enum { KITH_SENDS_MAX = 64 }; /* 4 ln of 2^20 members is 56 */

struct kith_rumor {
	struct kith_link link;
	struct kith_blob *blob; /* owned reference while queued */
	struct kith_mid about;  /* never told to this one: it is its owner */
	uint64_t serial;        /* age within its lane */
	uint32_t stamp;         /* last packet that carried it */
	uint8_t lane, sent;
	bool is_lazy;
};

struct kith_gossip {
	struct kith_link queue[KITH_LANE_COUNT][KITH_SENDS_MAX];
	uint32_t count;
	uint64_t next_serial;
	uint32_t packet_stamp;
	uint32_t picks; /* counts slots for the fifth */
	struct kith_timer tick;
	struct kith_bucket relayed; /* datagrams of news relayed on receipt */
};

KITH_MUST_USE bool kith_gossip_init(struct kith_node *n);
void kith_gossip_fini(struct kith_node *n);

/* Queues the record; a former one of the same rumor is replaced. */
void kith_gossip_put(struct kith_node *n, struct kith_rumor *r, struct kith_blob *blob,
		     const struct kith_mid *about, enum kith_lane lane, bool is_lazy);
void kith_gossip_drop(struct kith_node *n, struct kith_rumor *r);
/* The rumor was copied to another place in memory, and goes on from there. */
void kith_gossip_moved(struct kith_rumor *r);
/* Fills the rest of a packet with rumors. */
void kith_gossip_fill(struct kith_node *n, struct kith_packet *pk);
/* News: tells it to three peers now, if the budget allows, besides the queue. */
void kith_gossip_relay(struct kith_node *n, const struct kith_peer *except);
/* How often a record is told among `count` members. */
uint8_t kith_gossip_sends(uint32_t count, bool is_lazy);

#endif
