/* SPDX-License-Identifier: ISC */
#include "core/sync.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include "core/store.h"
#include <string.h>

enum {
	ENTRY = 24,             /* mid[16] || leaf[8] in a list */
	LIST_ENTRIES = 1000,    /* per list message: 24 KB */
	NEED_ENTRIES = 1000,
	OWNERS_BYTES = 16 * 1024 /* per frame: its signatures are checked in some milliseconds */
};

static const struct kith_mid mid_last = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

uint64_t kith_sync_leaf(const struct kith_peer *p)
{
	uint8_t what[16 + 1 + 8 + KITH_RECORD_SIG], leaf[8];
	struct kith_bytes part = {what, sizeof(what)};

	memcpy(what, p->mid.b, sizeof(p->mid.b));
	what[16] = KITH_RECORD_MEMBER;
	kith_put_u32(what + 17, p->epoch);
	kith_put_u32(what + 21, p->seq);
	/* Of two records with one number all are to keep the same. */
	memcpy(what + 25, p->record->bytes + p->record->len - KITH_RECORD_SIG, KITH_RECORD_SIG);
	kith_hash(leaf, sizeof(leaf), KITH_LABEL_LEAF, NULL, 0, &part, 1);
	return kith_get_u64(leaf);
}

bool kith_sync_begin(struct kith_node *n, struct kith_stream *s)
{
	s->sync = kith_mem_new(&n->alloc, 1, sizeof(*s->sync));
	if (s->sync == NULL)
		return false;
	s->sync->is_initiator = s->purpose != KITH_STREAM_FOR_PEER;
	if (!s->sync->is_initiator) {
		s->sync->is_busy = n->syncs.answering >= KITH_SYNCS_MAX;
		s->sync->is_counted = !s->sync->is_busy;
		n->syncs.answering += s->sync->is_counted ? 1 : 0;
	}
	return true;
}

void kith_sync_free(struct kith_node *n, struct kith_sync **sync)
{
	struct kith_sync *y = *sync;

	if (y == NULL)
		return;
	if (y->is_counted)
		n->syncs.answering--;
	kith_mem_free(&n->alloc, y->todo);
	kith_mem_free(&n->alloc, y->need);
	kith_mem_free(&n->alloc, y);
	*sync = NULL;
}

static bool enqueue(struct kith_node *n, struct kith_mid **queue, uint32_t *room, uint32_t *count,
		    const struct kith_mid *mid)
{
	void *q = *queue;

	/* No honest list names more owners than a table holds. */
	if (*count >= n->max_members || !kith_mem_grow(&n->alloc, &q, room, *count + 1,
						       sizeof(**queue)))
		return false;
	*queue = q;
	(*queue)[(*count)++] = *mid;
	return true;
}

/* --- writing -------------------------------------------------------------------------------- */

/* One frame under construction. */
struct frame {
	uint8_t *p;
	size_t len, room;
};

static bool add(struct frame *f, const struct kith_msg *m)
{
	return kith_msg_write(m, f->p, f->room, &f->len);
}

static void add_hello(struct kith_node *n, struct frame *f)
{
	static const uint8_t no_trust[16];
	uint8_t root[8];
	struct kith_msg m = {.kind = KITH_MSG_HELLO, .p = KITH_PROTOCOL_MAX,
			     .u = kith_now_unix_s(n), .trust = no_trust, .root = root,
			     .o = n->peers.count,
			     .f = n->join.is_joined ? 0 : KITH_HELLO_JOIN};

	kith_peers_root(n, root);
	add(f, &m);
}

static void mid_increment(struct kith_mid *mid)
{
	int i;

	for (i = 15; i >= 0 && ++mid->b[i] == 0; i--)
		;
}

/* The initiator's next stretch of the ring. */
static void add_list(struct kith_node *n, struct kith_sync *y, struct frame *f)
{
	static const size_t room = (size_t)LIST_ENTRIES * ENTRY;
	uint8_t *entries = kith_mem_new(&n->alloc, room, 1);
	struct kith_mid hi = mid_last;
	struct kith_msg m = {.kind = KITH_MSG_LIST, .lo = y->list_next.b, .hi = hi.b};
	uint32_t at = kith_ring_seek(n, &y->list_next);

	if (entries == NULL)
		return;
	m.blob.p = entries;
	for (; at < n->peers.count && m.blob.len < room; at++) {
		const struct kith_peer *p = kith_peer_at(n, at);

		memcpy(entries + m.blob.len, p->mid.b, sizeof(p->mid.b));
		kith_put_u64(entries + m.blob.len + 16, p->leaf);
		m.blob.len += ENTRY;
		hi = at + 1 < n->peers.count ? p->mid : mid_last;
	}
	if (add(f, &m)) {
		y->list_sent = memcmp(hi.b, mid_last.b, sizeof(hi.b)) == 0;
		y->list_next = hi;
		mid_increment(&y->list_next);
	}
	kith_mem_free(&n->alloc, entries);
}

static void add_need(struct kith_sync *y, struct frame *f)
{
	uint32_t count = y->need_count - y->need_at;
	struct kith_msg m = {.kind = KITH_MSG_NEED};

	count = count < NEED_ENTRIES ? count : NEED_ENTRIES;
	m.blob.p = y->need[y->need_at].b;
	m.blob.len = count * sizeof(*y->need);
	if (add(f, &m))
		y->need_at += count;
}

/* Everything of one owner: certificate, member record, and the suspicions of its incarnation. */
static bool add_owner(struct kith_node *n, const struct kith_mid *mid, struct frame *f)
{
	const struct kith_peer *p = kith_peer_find(n, mid);
	struct kith_msg m = {.kind = KITH_MSG_OWNER};
	int i;

	if (p == NULL)
		return true;
	m.certificate = kith_blob_bytes(p->certificate);
	m.items[m.item_count++] = kith_blob_bytes(p->record);
	for (i = 0; p->kase != NULL && i < p->kase->held_count; i++)
		if (!p->kase->held[i].is_cleared)
			m.items[m.item_count++] = kith_blob_bytes(p->kase->held[i].record);
	return add(f, &m);
}

static void add_busy(struct kith_node *n, struct frame *f)
{
	struct kith_peer *some[KITH_BUSY_NAMES];
	const uint32_t count = kith_peers_pick(n, some, KITH_BUSY_NAMES, NULL);
	struct kith_msg m = {.kind = KITH_MSG_BUSY};
	uint32_t i;

	for (i = 0; i < count; i++) {
		m.items[m.item_count++] = kith_blob_bytes(some[i]->certificate);
		m.items[m.item_count++] = kith_blob_bytes(some[i]->record);
	}
	add(f, &m);
}

/* Whether this side has said all that it will say: the responder ends when the whole list was
 * seen, the initiator when the responder has. */
static bool may_end(const struct kith_sync *y)
{
	if (y->todo_at < y->todo_count || y->need_at < y->need_count)
		return false;
	return y->is_initiator ? y->end_seen && y->list_sent : y->list_seen || y->is_busy;
}

/* One frame of whatever is next; false if there is nothing to say now. */
static bool fill(struct kith_node *n, struct kith_sync *y, struct frame *f)
{
	if (!y->hello_sent) {
		add_hello(n, f);
		y->hello_sent = true;
	}
	if (y->is_busy && !y->is_initiator && !y->end_sent && y->hello_seen)
		add_busy(n, f);
	if (y->is_initiator && !y->list_sent && !y->is_busy)
		add_list(n, y, f);
	else if (y->need_at < y->need_count)
		add_need(y, f);
	else
		while (y->todo_at < y->todo_count && f->len < OWNERS_BYTES &&
		       add_owner(n, &y->todo[y->todo_at], f))
			y->todo_at++;
	if (!y->end_sent && may_end(y) && (y->is_initiator || y->hello_seen)) {
		const struct kith_msg end = {.kind = KITH_MSG_END};

		y->end_sent = add(f, &end);
	}
	return f->len > 0;
}

bool kith_sync_pump(struct kith_node *n, struct kith_stream *s)
{
	struct kith_sync *y = s->sync;
	struct frame f = {.room = KITH_FRAME_MAX - KITH_FRAME_OVERHEAD};

	if (y->is_initiator && y->is_busy)
		return true; /* it is busy: what it named is known now */
	f.p = kith_mem_new(&n->alloc, f.room, 1);
	if (f.p == NULL)
		return false;
	while (!y->end_sent && s->ahead < KITH_STREAM_AHEAD) {
		f.len = 0;
		if (!fill(n, y, &f))
			break;
		kith_stream_send(n, s, f.p, f.len, y->end_sent);
	}
	kith_mem_free(&n->alloc, f.p);
	return y->end_sent && (y->end_seen || (y->is_busy && !y->is_initiator));
}

/* --- reading -------------------------------------------------------------------------------- */

static struct kith_mid mid_at(const uint8_t *p)
{
	struct kith_mid mid;

	memcpy(mid.b, p, sizeof(mid.b));
	return mid;
}

static bool on_hello(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	(void)n;
	s->sync->hello_seen = true;
	return m->p >= KITH_PROTOCOL_MIN;
}

/* Merges the initiator's sorted list with our ring: what it lacks is sent, what we lack is asked
 * for, what differs goes both ways, since only a record's number tells which is newer. */
static bool on_list(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_sync *y = s->sync;
	const struct kith_mid lo = mid_at(m->lo), hi = mid_at(m->hi);
	uint32_t at = kith_ring_seek(n, &lo);
	struct kith_mid last = {{0}};
	size_t i = 0;

	if (y->is_initiator || y->list_seen || m->blob.len % ENTRY != 0 ||
	    memcmp(hi.b, lo.b, sizeof(hi.b)) < 0 ||
	    memcmp(lo.b, y->list_next.b, sizeof(lo.b)) != 0)
		return false;
	for (;;) {
		const struct kith_peer *ours = at < n->peers.count ? kith_peer_at(n, at) : NULL;
		const bool has = i < m->blob.len;
		struct kith_mid theirs;
		int c;

		if (ours != NULL && memcmp(ours->mid.b, hi.b, sizeof(hi.b)) > 0)
			ours = NULL;
		if (ours == NULL && !has)
			break;
		if (has) {
			theirs = mid_at(m->blob.p + i);
			if ((i > 0 && memcmp(theirs.b, last.b, sizeof(last.b)) <= 0) ||
			    memcmp(theirs.b, lo.b, sizeof(lo.b)) < 0 ||
			    memcmp(theirs.b, hi.b, sizeof(hi.b)) > 0)
				return false;
		}
		c = !has ? -1 : ours == NULL ? 1 : memcmp(ours->mid.b, theirs.b, sizeof(theirs.b));
		if ((c < 0 || (c == 0 && kith_get_u64(m->blob.p + i + 16) != ours->leaf)) &&
		    !enqueue(n, &y->todo, &y->todo_room, &y->todo_count, &ours->mid))
			return false;
		if ((c > 0 || (c == 0 && kith_get_u64(m->blob.p + i + 16) != ours->leaf)) &&
		    !enqueue(n, &y->need, &y->need_room, &y->need_count, &theirs))
			return false;
		if (c <= 0)
			at++;
		if (c >= 0) {
			last = theirs;
			i += ENTRY;
		}
	}
	y->list_next = hi;
	mid_increment(&y->list_next);
	y->list_seen = memcmp(hi.b, mid_last.b, sizeof(hi.b)) == 0;
	return true;
}

static bool on_need(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_sync *y = s->sync;
	size_t i;

	if (m->blob.len % 16 != 0)
		return false;
	for (i = 0; i < m->blob.len; i += 16) {
		const struct kith_mid mid = mid_at(m->blob.p + i);

		if (!enqueue(n, &y->todo, &y->todo_room, &y->todo_count, &mid))
			return false;
	}
	return true;
}

static bool on_owner(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_peer *deliverer = kith_peer_find(n, &s->peer);
	int i;

	for (i = 0; i < m->item_count; i++)
		if (kith_store_record(n, deliverer,
				      i == 0 ? m->certificate : (struct kith_bytes){NULL, 0},
				      m->items[i], true) == KITH_STORE_FORGED)
			s->sync->forged++;
	return s->sync->forged < KITH_BAD_SIGNATURES;
}

static bool on_busy(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_peer *deliverer = kith_peer_find(n, &s->peer);
	int i;

	if (!s->sync->is_initiator || m->item_count % 2 != 0 || m->item_count > 2 * KITH_BUSY_NAMES)
		return false;
	for (i = 0; i < m->item_count; i += 2)
		if (kith_store_record(n, deliverer, m->items[i], m->items[i + 1], true) ==
		    KITH_STORE_FORGED)
			s->sync->forged++;
	s->sync->is_busy = true;
	return s->sync->forged < KITH_BAD_SIGNATURES;
}

static bool on_end(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	(void)n;
	(void)m;
	s->sync->end_seen = true;
	return true;
}

static const struct {
	enum kith_msg_kind kind;
	bool (*handle)(struct kith_node *, struct kith_stream *, const struct kith_msg *);
} handlers[] = {
	{KITH_MSG_HELLO, on_hello}, {KITH_MSG_LIST, on_list}, {KITH_MSG_NEED, on_need},
	{KITH_MSG_OWNER, on_owner}, {KITH_MSG_BUSY, on_busy}, {KITH_MSG_END, on_end},
};

bool kith_sync_frame(struct kith_node *n, struct kith_stream *s, struct kith_bytes plain)
{
	struct kith_sync *y = s->sync;
	struct kith_msg m;
	size_t at = 0, i;
	uint32_t unknown = 0;
	int r;

	y->bytes_in += plain.len;
	if (y->bytes_in > UINT64_C(2048) * n->max_members + KITH_FRAME_MAX)
		return false;
	while ((r = kith_msg_next(plain, &at, &m, &unknown)) == 1)
		for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
			if (handlers[i].kind == m.kind) {
				if (!handlers[i].handle(n, s, &m))
					return false;
				break;
			}
	n->stats.messages_unknown += unknown;
	return r == 0;
}
