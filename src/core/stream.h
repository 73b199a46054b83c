/* SPDX-License-Identifier: ISC */
/*
 * core/stream.h: TCP connections, within the limits of 4-security.md §5.10. One stream's way:
 * dialled by join, sync, a probe or a ping - or accepted -> core/handshake proves who is there -> open:
 * core/sync talks in frames of messages -> kith_stream_end() tells whoever dialled how it went. A
 * probe's stream ends with a proven m2.
 */
#ifndef KITH_CORE_STREAM_H
#define KITH_CORE_STREAM_H

#include "base/list.h"
#include "core/bucket.h"
#include "core/limits.h"
#include "core/timer.h"
#include "seal/stream.h"
#include "wire/msg.h"
#include <kith/kith.h>

struct kith_sync;

enum kith_stream_purpose {
	KITH_STREAM_FOR_SEED,  /* join through a configured address: anybody valid but ourselves */
	KITH_STREAM_FOR_SYNC,  /* with a known member */
	KITH_STREAM_FOR_PROBE, /* of a known member, by a round or a ping; over after m2 */
	KITH_STREAM_FOR_PEER   /* accepted */
};
enum kith_stream_state {
	KITH_STREAM_CONNECTING,
	KITH_STREAM_WAITS_M1,
	KITH_STREAM_WAITS_M2,
	KITH_STREAM_WAITS_M3,
	KITH_STREAM_WAITS_HEADER,
	KITH_STREAM_OPEN
};

struct kith_stream {
	struct kith_link link;
	uint64_t id;
	enum kith_stream_purpose purpose;
	enum kith_stream_state state;
	struct kith_addr addr;
	struct kith_mid want; /* SYNC, PROBE: who must be there */
	uint32_t seed;        /* SEED: its index */
	struct kith_mid peer; /* who is there, once proven */
	bool is_proven;
	bool is_revoked; /* it is expelled: it is told so, and that is all */
	struct kith_handshake *hs;  /* owned, until open; secret */
	struct kith_channel *ch;    /* owned, from then; secret */
	struct kith_sync *sync;     /* owned */
	uint8_t *rx;                /* owned: bytes not yet complete */
	uint32_t rx_len, rx_room;
	uint32_t ahead;             /* written since the last WRITABLE */
	kith_us opened;             /* when it became OPEN */
	struct kith_timer timer;
};

struct kith_streams {
	struct kith_link list; /* oldest first */
	uint32_t count, unproven;
	uint64_t next_id; /* odd: ours */
	uint8_t (*m1_seen)[24]; /* owned ring of nonces, KITH_M1_KEPT once it has grown */
	uint32_t m1_at, m1_room;
	struct kith_bucket handshakes;
};

void kith_streams_init(struct kith_node *n);
void kith_streams_fini(struct kith_node *n);
/* Opens a connection; its id, or 0 if there is no room or memory. want: NULL for a seed. */
uint64_t kith_stream_dial(struct kith_node *n, const struct kith_addr *to,
			  enum kith_stream_purpose purpose, const struct kith_mid *want,
			  uint32_t seed);
void kith_stream_in(struct kith_node *n, uint64_t id, enum kith_stream_what what,
		    const struct kith_addr *from);
void kith_stream_data_in(struct kith_node *n, uint64_t id, const uint8_t *buf, size_t len);
/* Queues bytes as they are, and counts them as ahead. */
void kith_stream_write(struct kith_node *n, struct kith_stream *s, const uint8_t *p, size_t len);
/* Seals and queues one frame of messages; the caller minds s->ahead. */
void kith_stream_send(struct kith_node *n, struct kith_stream *s, const uint8_t *plain, size_t len,
		      bool final);
/* Ends a stream from our side, or after the host said that it is gone (is_gone: no close is sent),
 * and tells whoever dialled. The stream is freed. */
void kith_stream_end(struct kith_node *n, struct kith_stream *s, enum kith_seed_result result,
		     bool is_gone);
/* Whether the other's host has taken the connection; its process need not have noticed. */
bool kith_stream_is_accepted(struct kith_node *n, uint64_t id);
/* Ends all streams with a member that is no longer one, but for those that tell it so. */
void kith_stream_end_all(struct kith_node *n, const struct kith_mid *peer);
/* Ends the stream with this id, if there is one, without telling anybody. */
void kith_stream_abandon(struct kith_node *n, uint64_t id);

#endif
