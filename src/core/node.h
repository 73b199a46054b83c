/* SPDX-License-Identifier: ISC */
/*
 * core/node.h: the node: every part of the core, side by side, and the door through which all
 * inputs come (node.c). An input sets `now`, is handed to the part that it concerns, and leaves
 * its consequences in the output queue:
 *
 *	datagram -> packet (open) -> message (dispatch) -+-> probe, ping, relay  acks, relays
 *	stream   -> stream (handshake, frames) ----------+-> store          records -> peer, suspect
 *	tick     -> timer -> probe, suspect, gossip, ...  -> sync, join     ranges, seeds
 *	everything that leaves: packet or stream -> out
 *
 * Parts reach each other through this structure and the functions of their headers only. Nothing
 * here reads a clock, a socket, a file or the system's randomness.
 */
#ifndef KITH_CORE_NODE_H
#define KITH_CORE_NODE_H

#include "base/rng.h"
#include "core/catalogue.h"
#include "core/clocks.h"
#include "core/coord.h"
#include "core/gossip.h"
#include "core/join.h"
#include "core/kept.h"
#include "core/ledger.h"
#include "core/leave.h"
#include "core/offer.h"
#include "core/out.h"
#include "core/own.h"
#include "core/packet.h"
#include "core/partner.h"
#include "core/peer.h"
#include "core/period.h"
#include "core/ping.h"
#include "core/plain.h"
#include "core/probe.h"
#include "core/relay.h"
#include "core/revoke.h"
#include "core/ring.h"
#include "core/rtt.h"
#include "core/stranger.h"
#include "core/stream.h"
#include "core/suspect.h"
#include "core/sync.h"
#include "core/talk.h"
#include "core/timer.h"
#include "core/tomb.h"
#include "seal/identity.h"
#include <kith/kith.h>

struct kith_node {
	struct kith_alloc alloc;
	struct kith_pool *pool; /* borrowed; facts shared with other nodes; NULL: none are */
	/* Configuration, copied. */
	struct kith_timing timing;
	enum kith_profile profile;
	kith_us reap_after;
	uint32_t max_members;
	bool trace;
	struct kith_cid cid;
	struct kith_gate gates[KITH_CLUSTER_KEYS_MAX];
	uint8_t gate_count;
	uint8_t authorities[KITH_AUTHORITIES_MAX][KITH_KEY_LEN];
	uint8_t authority_ids[KITH_AUTHORITIES_MAX][16];
	uint8_t authority_count;

	/* Time: the last input's, and the wall clock as told last. */
	kith_us now;
	kith_us clock_at;
	int64_t clock_unix_ms;
	struct kith_clocks clocks;

	struct kith_rng rng;
	struct kith_secret secret;
	struct kith_stats stats;
	struct kith_heap timers;
	uint32_t timer_count;

	struct kith_outq out;
	struct kith_own own;
	struct kith_peers peers;
	struct kith_zones zones;
	struct kith_talks talks;
	struct kith_ledgers ledgers;
	struct kith_tombs tombs;
	struct kith_revocations revocations;
	struct kith_catalogue catalogue;
	struct kith_own_offers offers; /* ours */
	struct kith_packets packets;
	struct kith_gossip gossip;
	struct kith_probes probes;
	struct kith_period period;
	struct kith_coordinate coord; /* ours */
	struct kith_relays relays;
	struct kith_pings pings;
	struct kith_suspects suspects;
	struct kith_plain plain; /* all false: the detector that ships */
	struct kith_streams streams;
	struct kith_strangers strangers;
	struct kith_syncs syncs;
	struct kith_join join;
	struct kith_partners partners;
	struct kith_leave leave;
	struct kith_kept kept;
};

int64_t kith_now_unix_ms(const struct kith_node *n);
uint32_t kith_now_unix_s(const struct kith_node *n);

#define KITH_COUNT(n, name) ((n)->stats.name++)
#define KITH_DROP(n, reason) ((n)->stats.drops.reason++)

/* One line about one decision: "what who: detail". who and detail may be NULL. */
void kith_trace(struct kith_node *n, const char *what, const struct kith_peer *who,
		const char *detail);

/* The door; the public calls of src/lib check arguments and end here. */
int kith_core_new(struct kith_node **n, const struct kith_config *c, kith_us now,
		  int64_t unix_ms);
void kith_core_free(struct kith_node **n);
void kith_core_tick(struct kith_node *n, kith_us now);
void kith_core_datagram(struct kith_node *n, kith_us now, const struct kith_addr *from,
			const uint8_t *buf, size_t len);
void kith_core_unreachable(struct kith_node *n, kith_us now, const struct kith_addr *to);
void kith_core_stream(struct kith_node *n, kith_us now, uint64_t id, enum kith_stream_what what,
		      const struct kith_addr *from);
void kith_core_stream_data(struct kith_node *n, kith_us now, uint64_t id, const uint8_t *buf,
			   size_t len);
void kith_core_clock(struct kith_node *n, kith_us now, int64_t unix_ms);
void kith_core_persisted(struct kith_node *n, kith_us now, uint64_t token);
int kith_core_join(struct kith_node *n, kith_us now, const struct kith_addr *seeds, size_t count);
int kith_core_leave(struct kith_node *n, kith_us now);
int kith_core_restart(struct kith_node *n, kith_us now, uint16_t back_s);
int kith_core_tags(struct kith_node *n, kith_us now, struct kith_bytes tags);
int kith_core_service_put(struct kith_node *n, kith_us now, const struct kith_service_body *body);
int kith_core_service_drop(struct kith_node *n, kith_us now, struct kith_bytes id);
int kith_core_forget(struct kith_node *n, kith_us now, const struct kith_mid *mid);
int kith_core_release(struct kith_node *n, kith_us now, const struct kith_mid *mid);
int kith_core_revoke(struct kith_node *n, kith_us now, struct kith_bytes record);
int kith_core_ping(struct kith_node *n, kith_us now, const struct kith_mid *mid, uint64_t *token);
int kith_core_restore(struct kith_node *n, kith_us now, struct kith_bytes entry);
void kith_core_check(const struct kith_node *n);

#endif
