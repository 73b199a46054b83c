/* SPDX-License-Identifier: ISC */
#include "core/out.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/node.h"
#include <string.h>

/* Items are aligned, since each starts with a struct kith_out. */
static uint32_t padded(size_t len)
{
	return (uint32_t)((sizeof(struct kith_out) + len + 15) & ~(size_t)15);
}

enum { ROOM_KEPT = 8 * 1024 }; /* the answers to most inputs; what a burst needed beyond goes back */

void kith_out_fini(struct kith_node *n)
{
	kith_mem_free(&n->alloc, n->out.buf);
	n->out.buf = NULL;
	n->out.room = n->out.head = n->out.tail = 0;
}

void kith_out_settle(struct kith_node *n)
{
	struct kith_outq *q = &n->out;

	q->lent = false;
	if (q->head == q->tail && q->room > ROOM_KEPT) {
		kith_out_fini(n);
	} else if (q->head == q->tail) {
		q->head = q->tail = 0;
	} else if (q->head > q->room / 2) {
		memmove(q->buf, q->buf + q->head, q->tail - q->head);
		q->tail -= q->head;
		q->head = 0;
	}
}

/* Room for so many bytes more. It is filled before it is read: nothing is zeroed. */
static bool reserve(struct kith_node *n, uint32_t need)
{
	struct kith_outq *q = &n->out;
	uint32_t room = q->room < ROOM_KEPT / 2 ? ROOM_KEPT : q->room * 2;
	uint8_t *buf;

	if (q->tail + need <= q->room)
		return true;
	room = room < q->tail + need ? q->tail + need : room;
	buf = kith_mem_bytes(&n->alloc, room);
	if (buf == NULL)
		return false;
	if (q->tail > 0)
		memcpy(buf, q->buf, q->tail);
	kith_mem_free(&n->alloc, q->buf);
	q->buf = buf;
	q->room = room;
	return true;
}

void kith_out_put(struct kith_node *n, const struct kith_out *o)
{
	struct kith_outq *q = &n->out;
	const uint32_t need = padded(o->len);

	/* Growing moves the buffer under what was lent: only inputs queue, and they settle first. */
	KITH_ASSERT(!q->lent);
	if (q->tail + need > KITH_OUT_MAX &&
	    (o->kind == KITH_OUT_DATAGRAM || o->kind == KITH_OUT_TRACE)) {
		n->stats.out_dropped++;
		return;
	}
	if (!reserve(n, need)) {
		n->stats.out_dropped++;
		return;
	}
	memcpy(q->buf + q->tail, o, sizeof(*o));
	if (o->len > 0)
		memcpy(q->buf + q->tail + sizeof(*o), o->data, o->len);
	q->tail += need;
}

bool kith_out_take(struct kith_node *n, struct kith_out *o)
{
	struct kith_outq *q = &n->out;

	if (q->head == q->tail)
		return false;
	memcpy(o, q->buf + q->head, sizeof(*o));
	o->data = o->len > 0 ? q->buf + q->head + sizeof(*o) : NULL;
	q->head += padded(o->len);
	q->lent = true;
	return true;
}

void kith_out_datagram(struct kith_node *n, const struct kith_addr *to, const uint8_t *p,
		       size_t len)
{
	struct kith_out o = {.kind = KITH_OUT_DATAGRAM, .addr = *to, .data = p, .len = len};

	n->stats.datagrams_sent++;
	n->stats.bytes_sent += len;
	kith_out_put(n, &o);
}

void kith_out_stream(struct kith_node *n, uint64_t id, const uint8_t *p, size_t len)
{
	struct kith_out o = {.kind = KITH_OUT_STREAM_DATA, .stream = id, .data = p, .len = len};

	n->stats.stream_bytes_sent += len;
	kith_out_put(n, &o);
}

void kith_out_event(struct kith_node *n, struct kith_event *e)
{
	struct kith_out o = {.kind = KITH_OUT_EVENT};

	e->unix_ms = kith_now_unix_ms(n);
	o.event = *e;
	kith_out_put(n, &o);
}
