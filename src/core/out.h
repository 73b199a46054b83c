/* SPDX-License-Identifier: ISC */
/*
 * core/out.h: the one ordered queue of what the host shall do. Items lie one behind the other in
 * one buffer; taking an item lends its bytes until the next input. Only datagrams may be dropped
 * when the host does not collect them; all else waits.
 */
#ifndef KITH_CORE_OUT_H
#define KITH_CORE_OUT_H

#include <kith/kith.h>

struct kith_node;

struct kith_outq {
	uint8_t *buf; /* owned */
	uint32_t room, head, tail;
	bool lent; /* the item before head was handed out */
};

void kith_out_fini(struct kith_node *n);
/* Queues a copy of *o and its data. Without memory the item is dropped and counted, and the
 * protocol bears it: a lost CONNECT or STREAM_DATA ends at the stream's deadline, a lost EVENT shows
 * in kith_view.changes, and kith_node_new() fails if its PERSIST found no room. */
void kith_out_put(struct kith_node *n, const struct kith_out *o);
bool kith_out_take(struct kith_node *n, struct kith_out *o);
/* A new input begins: what was lent is no longer needed. */
void kith_out_settle(struct kith_node *n);

/* Shorthands. */
void kith_out_datagram(struct kith_node *n, const struct kith_addr *to, const uint8_t *p,
		       size_t len);
void kith_out_stream(struct kith_node *n, uint64_t id, const uint8_t *p, size_t len);
void kith_out_event(struct kith_node *n, struct kith_event *e);

#endif
