/* SPDX-License-Identifier: ISC */
/*
 * core/ping.h: a member measured because somebody asks (kith_node_ping), in four ways at once: a
 * datagram to each of its addresses, one through a helper there and back, one through it and straight
 * back, a TCP handshake.
 *
 *	kith_ping_begin -> on_ack, on_nack, on_tcp; or the timer -> an event for each way
 *
 * It is a question of a person and no round of the detector's: its numbers are its own, its silence
 * is no evidence and moves neither local health nor round trips. An answer counts as what every
 * packet does: the member was heard.
 */
#ifndef KITH_CORE_PING_H
#define KITH_CORE_PING_H

#include "core/bucket.h"
#include "core/limits.h"
#include "core/timer.h"
#include <kith/kith.h>

struct kith_peer;
struct kith_msg;

struct kith_ping {
	unsigned open; /* ways under way, a bit each; 0: free */
	uint64_t token;
	struct kith_mid target, helper;
	uint32_t seq; /* 16 numbers from here: an address each, the last two through the helper */
	struct kith_addr addrs[KITH_ADDRS_MAX]; /* that which answered last comes first */
	uint8_t addr_count;
	bool is_nacked;  /* the helper hears nothing either */
	bool is_carried; /* an answer came through it */
	uint64_t stream; /* 0: none */
	kith_us begun;
	struct kith_timer timer;
};

struct kith_pings {
	struct kith_ping table[KITH_PINGS_MAX];
	uint64_t last_token;
	struct kith_bucket begun;
};

KITH_MUST_USE bool kith_pings_init(struct kith_node *n);
void kith_pings_fini(struct kith_node *n);
/* KITH_EFULL: too many are under way, or were begun within the last second. */
KITH_MUST_USE int kith_ping_begin(struct kith_node *n, struct kith_peer *p, uint64_t *token);
bool kith_ping_on_ack(struct kith_node *n, const struct kith_peer *from, const struct kith_msg *m,
		      bool is_relayed);
void kith_ping_on_nack(struct kith_node *n, const struct kith_peer *from, const struct kith_msg *m);
/* A TCP probe ended. False: it was none of a ping. */
bool kith_ping_on_tcp(struct kith_node *n, uint64_t stream, enum kith_seed_result result);

#endif
