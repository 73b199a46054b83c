/* SPDX-License-Identifier: ISC */
/*
 * core/sync.h: synchronisation of two members over an open stream (8-decisions.md,
 * Reconciliation). The initiator lists what it has, as (mid, leaf) in the ring's order; the
 * responder sends what the list lacks and asks for what it lacks itself; both END. The leaves tell
 * differences apart, so what both have costs 24 bytes and is never sent; splitting ranges by their
 * digests (`sum`) comes before the lists and changes no message.
 */
#ifndef KITH_CORE_SYNC_H
#define KITH_CORE_SYNC_H

#include "core/limits.h"
#include "core/stream.h"
#include "wire/msg.h"

struct kith_peer;

struct kith_sync {
	bool is_initiator, is_counted;
	bool hello_sent, hello_seen;
	bool list_sent, list_seen; /* to the end of the id space */
	bool end_sent, end_seen;
	bool is_busy; /* the responder is, and says so */
	struct kith_mid list_next; /* first mid not yet listed (initiator) or seen (responder) */
	struct kith_mid *todo; /* owned: owners to send, a queue */
	uint32_t todo_room, todo_count, todo_at;
	struct kith_mid *need; /* owned: owners to ask for */
	uint32_t need_room, need_count, need_at;
	uint64_t bytes_in;
	uint32_t forged; /* bad signatures that came; the other may have no record here to charge */
};

struct kith_syncs {
	uint32_t answering; /* as responder */
};

/* The stream is open: begins. False: no memory. */
KITH_MUST_USE bool kith_sync_begin(struct kith_node *n, struct kith_stream *s);
void kith_sync_free(struct kith_node *n, struct kith_sync **sync);
/* Writes as much as the stream takes. True: the sync is over and the stream is to be ended. */
bool kith_sync_pump(struct kith_node *n, struct kith_stream *s);
/* One frame's plaintext. False: malformed or over the bound. */
bool kith_sync_frame(struct kith_node *n, struct kith_stream *s, struct kith_bytes plain);
/* Digest of what we know of one owner; part of the root. */
uint64_t kith_sync_leaf(const struct kith_peer *p);

#endif
