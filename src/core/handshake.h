/* SPDX-License-Identifier: ISC */
/*
 * core/handshake.h: who is at the other end of a stream: seal/stream's handshake (4-security.md
 * §5.10) with the trust, the rates and the replay guard that surround it. begin -> m1 -> m2 -> m3,
 * each called by core/stream when the bytes of one are complete in s->rx; after the last one the
 * stream has its channel. A probe is content with m2. Nobody is told what was wrong with him.
 */
#ifndef KITH_CORE_HANDSHAKE_H
#define KITH_CORE_HANDSHAKE_H

#include "core/stream.h"

/* Initiator: the connection is up. */
void kith_handshake_begin(struct kith_node *n, struct kith_stream *s);
/* Responder: m1 is here, later m3 of len bytes. Initiator: m2. False: the stream is gone. */
KITH_MUST_USE bool kith_handshake_m1(struct kith_node *n, struct kith_stream *s);
KITH_MUST_USE bool kith_handshake_m2(struct kith_node *n, struct kith_stream *s, size_t len);
KITH_MUST_USE bool kith_handshake_m3(struct kith_node *n, struct kith_stream *s, size_t len);
/* Counts, and ends the stream without a word. */
void kith_handshake_refuse(struct kith_node *n, struct kith_stream *s,
			   enum kith_seed_result result);

#endif
