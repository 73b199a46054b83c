/* SPDX-License-Identifier: ISC */
/*
 * core/message.h: what the messages of an opened datagram lead to: one table, kind to handler.
 * Those of a stream are core/sync's.
 */
#ifndef KITH_CORE_MESSAGE_H
#define KITH_CORE_MESSAGE_H

#include "wire/msg.h"

struct kith_node;
struct kith_peer;

/* `from` sealed this plaintext to us. helper: who carried it, NULL if it came directly; then the
 * answer to a ping goes back the same way. */
void kith_message_in(struct kith_node *n, struct kith_peer *from, struct kith_bytes plain,
		     struct kith_peer *helper);
/* A ping or a back with this number, ready to be added to a packet; root has 8 bytes and outlives it. */
void kith_message_ping(struct kith_node *n, enum kith_msg_kind kind, uint32_t seq, uint8_t root[8],
		       struct kith_msg *m);

#endif
