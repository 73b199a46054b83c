/* SPDX-License-Identifier: ISC */
#include "core/sync.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include "core/store.h"
#include <string.h>

enum {
	ENTRY = 24,              /* mid[16] || leaf[8] in a list */
	LIST_ENTRIES = 16,       /* a range with as many owners or fewer is listed: fewer bytes than
				  * the digests of its parts, and then lists of one */
	LIST_PER_PART = 4,       /* or this for each part of the range above that differs, if that
				  * is more: 64 where all do, since nearly every list of one would
				  * follow */
	NEED_ENTRIES = 1000,     /* per message: 16 KB */
	OWNERS_BYTES = 16 * 1024, /* per frame: its signatures are checked in some milliseconds */
	TURNS_MAX = 2 * KITH_MID_NIBBLES /* a level each, and then the owners */
};

/* --- what the next turn will say ------------------------------------------------------------- */

static bool enqueue(struct kith_node *n, struct kith_owners *o, const struct kith_mid *mid)
{
	void *q = o->queue;

	/* Nobody honest asks for more owners than our table holds. */
	if (o->count >= n->max_members ||
	    !kith_mem_grow(&n->alloc, &q, &o->room, o->count + 1, sizeof(*o->queue)))
		return false;
	o->queue = q;
	o->queue[o->count++] = *mid;
	return true;
}

static bool ask_for(struct kith_node *n, struct kith_sync *y, const struct kith_mid *mid)
{
	if (y->need.count >= n->max_members) {
		y->overflows = true;
		return true;
	}
	return enqueue(n, &y->need, mid);
}

static bool ask_about(struct kith_node *n, struct kith_sync *y, const struct kith_range *r,
		      uint8_t differ)
{
	void *q = y->questions;

	/* No pair differs in more ranges than the larger table has members; ours may be smaller. */
	if (y->question_count >= n->max_members) {
		y->overflows = true;
		return true;
	}
	if (!kith_mem_grow(&n->alloc, &q, &y->question_room, y->question_count + 1,
			   sizeof(*y->questions)))
		return false;
	y->questions = q;
	y->questions[y->question_count++] = (struct kith_question){*r, differ};
	return true;
}

/* Whom we gave up hearing nobody: what others hold against them comes with their records. */
static bool ask_for_private(struct kith_node *n, struct kith_sync *y)
{
	uint32_t i;

	for (i = 0; n->suspects.has_private && i < n->peers.count; i++)
		if (kith_suspect_is_private(kith_ring_at(n, i)) &&
		    !ask_for(n, y, &kith_ring_at(n, i)->record->mid))
			return false;
	return true;
}

bool kith_sync_begin(struct kith_node *n, struct kith_stream *s)
{
	s->sync = kith_mem_new(&n->alloc, 1, sizeof(*s->sync));
	if (s->sync == NULL)
		return false;
	s->sync->began = n->now;
	s->sync->is_initiator = s->sync->is_our_turn = s->purpose != KITH_STREAM_FOR_PEER;
	if (s->sync->is_initiator)
		return ask_for_private(n, s->sync) &&
		       ask_about(n, s->sync, &(struct kith_range){.depth = 0}, 0);
	if (n->syncs.answering >= KITH_SYNCS_MAX)
		s->sync->refusal = KITH_SEED_BUSY;
	s->sync->is_counted = s->sync->refusal != KITH_SEED_BUSY;
	n->syncs.answering += s->sync->is_counted ? 1 : 0;
	return true;
}

void kith_sync_free(struct kith_node *n, struct kith_sync **sync)
{
	struct kith_sync *y = *sync;

	if (y == NULL)
		return;
	if (y->is_counted)
		n->syncs.answering--;
	kith_mem_free(&n->alloc, y->questions);
	kith_mem_free(&n->alloc, y->need.queue);
	kith_mem_free(&n->alloc, y->todo.queue);
	kith_mem_free(&n->alloc, y->differ.queue);
	kith_mem_free(&n->alloc, y);
	*sync = NULL;
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
			     .f = n->partners.is_joined ? 0 : KITH_HELLO_JOIN};

	kith_peers_make_root(n, root);
	add(f, &m);
}

/* The question about a range: its owners if they are few, else the digests of its parts. */
static bool add_question(struct kith_node *n, const struct kith_question *q, struct frame *f)
{
	const struct kith_range *r = &q->range;
	const uint32_t many = LIST_PER_PART * (uint32_t)q->differ;
	const uint32_t listed = many > LIST_ENTRIES ? many : LIST_ENTRIES;
	uint8_t blob[LIST_PER_PART * KITH_RANGE_PARTS * ENTRY];
	struct kith_mid hi = kith_range_last(r);
	struct kith_msg m = {.kind = KITH_MSG_LIST, .lo = r->lo.b, .hi = hi.b, .blob = {blob, 0}};
	uint32_t at, to;

	_Static_assert(KITH_RANGE_PARTS * 8 <= sizeof(blob), "room for either");
	kith_range_stretch(n, r, &at, &to);
	if (to - at <= listed) {
		for (; at < to; at++, m.blob.len += ENTRY) {
			const struct kith_member_fact *p = kith_ring_at(n, at)->record;

			memcpy(blob + m.blob.len, p->mid.b, sizeof(p->mid.b));
			kith_put_u64(blob + m.blob.len + 16, p->leaf);
		}
		return add(f, &m);
	}
	m.kind = KITH_MSG_PARTS;
	m.d = r->depth;
	kith_range_digests(n, r, blob);
	m.blob.len = KITH_RANGE_PARTS * 8;
	return add(f, &m);
}

static bool add_need(struct kith_owners *need, struct frame *f)
{
	uint32_t count = need->count - need->at;
	struct kith_msg m = {.kind = KITH_MSG_NEED};

	count = count < NEED_ENTRIES ? count : NEED_ENTRIES;
	m.blob.p = need->queue[need->at].b;
	m.blob.len = count * sizeof(*need->queue);
	if (!add(f, &m))
		return false;
	need->at += count;
	return true;
}

/* All of one owner: certificate, unless it is compared alone, record, suspicions of that. */
static bool add_owner(struct kith_node *n, struct kith_sync *y, const struct kith_mid *mid, bool compares,
		      struct frame *f)
{
	const struct kith_peer *p = kith_peer_find(n, mid);
	struct kith_msg m = {.kind = KITH_MSG_OWNER};
	const struct kith_case *c;
	int i;

	if (p == NULL)
		return true;
	if (!compares)
		m.certificate = p->certificate->fact.raw;
	m.items[m.item_count++] = p->record->fact.raw;
	c = kith_peer_case(p);
	for (i = 0; c != NULL && i < c->held_count; i++)
		if (!c->held[i].is_cleared)
			m.items[m.item_count++] = c->held[i].record->raw;
	if (!add(f, &m))
		return false;
	y->has_asked |= compares;
	return true;
}

static bool has_evidence(const struct kith_node *n, const struct kith_mid *mid)
{
	const struct kith_peer *p = kith_peer_find(n, mid);
	const struct kith_case *c = p != NULL ? kith_peer_case(p) : NULL;

	return c != NULL && c->held_count > 0;
}

/* Who is suspected comes after the others, so that its suspectors are known to who hears of it: a
 * suspicion of somebody unknown is dropped, and nobody would tell it again. */
static void put_evidence_last(const struct kith_node *n, struct kith_owners *todo)
{
	uint32_t from = 0, to = n->suspects.cases > 0 ? todo->count : 0;

	while (from < to) {
		const struct kith_mid mid = todo->queue[from];

		if (!has_evidence(n, &mid)) {
			from++;
			continue;
		}
		todo->queue[from] = todo->queue[--to];
		todo->queue[to] = mid;
	}
}

/* False: the frame is full. */
static bool add_owners(struct kith_node *n, struct kith_sync *y, struct kith_owners *o, bool compares,
		       struct frame *f)
{
	for (; o->at < o->count; o->at++)
		if (f->len >= OWNERS_BYTES || !add_owner(n, y, &o->queue[o->at], compares, f))
			return false;
	return true;
}

static void add_busy(struct kith_node *n, struct frame *f)
{
	struct kith_peer *some[KITH_BUSY_NAMES];
	const uint32_t count = kith_ring_pick(n, some, 0, KITH_BUSY_NAMES, NULL, KITH_ANYWHERE);
	struct kith_msg m = {.kind = KITH_MSG_BUSY};
	uint32_t i;

	for (i = 0; i < count; i++) {
		m.items[m.item_count++] = some[i]->certificate->fact.raw;
		m.items[m.item_count++] = some[i]->record->fact.raw;
	}
	add(f, &m);
}

/* One frame of our turn; true when it holds the turn's end. */
static bool fill(struct kith_node *n, struct kith_sync *y, struct frame *f)
{
	const struct kith_msg full = {.kind = KITH_MSG_FULL}, end = {.kind = KITH_MSG_END};

	if (!y->hello_sent) {
		add_hello(n, f);
		y->hello_sent = true;
		if (y->refusal == KITH_SEED_BUSY)
			add_busy(n, f);
		else if (y->refusal == KITH_SEED_FULL)
			add(f, &full);
	}
	while (y->question_at < y->question_count) {
		if (!add_question(n, &y->questions[y->question_at], f))
			return false;
		y->has_asked = true;
		y->question_at++;
	}
	while (y->need.at < y->need.count) {
		if (!add_need(&y->need, f))
			return false;
		y->has_asked = true;
	}
	if (y->todo.at == 0)
		put_evidence_last(n, &y->todo);
	/* The suspectors of those that differ are known, or among the others. */
	return add_owners(n, y, &y->todo, false, f) && add_owners(n, y, &y->differ, true, f) &&
	       add(f, &end);
}

/* The turn goes over to the other side, unless it has asked nothing. */
static void hand_over(struct kith_sync *y)
{
	if (y->is_our_turn) {
		y->question_count = y->question_at = 0;
		y->need.count = y->need.at = y->todo.count = y->todo.at = 0;
		y->differ.count = y->differ.at = 0;
	}
	y->is_over = !y->has_asked;
	y->is_our_turn = !y->is_our_turn;
	y->has_asked = y->has_asked_up_to = false;
	y->turns++;
}

bool kith_sync_pump(struct kith_node *n, struct kith_stream *s)
{
	struct kith_sync *y = s->sync;
	struct frame f = {.room = KITH_FRAME_MAX - KITH_FRAME_OVERHEAD};

	if (y->is_over || !y->is_our_turn)
		return y->is_over;
	f.p = kith_mem_bytes(&n->alloc, f.room);
	if (f.p == NULL)
		return false;
	while (y->is_our_turn && s->ahead < KITH_STREAM_AHEAD) {
		f.len = 0;
		if (fill(n, y, &f))
			hand_over(y);
		kith_stream_send(n, s, f.p, f.len, y->is_over);
	}
	kith_mem_free(&n->alloc, f.p);
	return y->is_over;
}

enum kith_seed_result kith_sync_result(const struct kith_node *n, const struct kith_stream *s)
{
	if (s->sync->refusal != KITH_SEED_JOINED)
		return s->sync->refusal;
	if (s->sync->overflows)
		return KITH_SEED_OVERFLOW;
	/* Not by its clock alone: that record has to be the reason why it is not listed here. */
	if (s->sync->has_expired && kith_peer_find(n, &s->peer) == NULL)
		return KITH_SEED_EXPIRED;
	return KITH_SEED_JOINED;
}

/* --- reading -------------------------------------------------------------------------------- */

static struct kith_mid mid_at(const uint8_t *p)
{
	struct kith_mid mid;

	memcpy(mid.b, p, sizeof(mid.b));
	return mid;
}

/* A newcomer for whom there is no room is told so, instead of all that it could do nothing with. */
static bool on_hello(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_sync *y = s->sync;

	kith_clocks_hello(n, &s->peer, m->u);
	if (!y->is_initiator && y->refusal == KITH_SEED_JOINED && kith_peers_are_full(n) &&
	    kith_peer_find(n, &s->peer) == NULL) {
		KITH_DROP_FROM(n, FULL, table_full, &s->addr);
		y->refusal = KITH_SEED_FULL;
	}
	kith_peers_expect(n, m->o);
	y->hello_seen = true;
	return m->p >= KITH_PROTOCOL_MIN;
}

/* The next question of the other's turn is about lo..hi. False: it is none, or not in order. */
static bool is_asked_in_order(struct kith_sync *y, const struct kith_mid *lo,
			      const struct kith_mid *hi)
{
	if (memcmp(hi->b, lo->b, sizeof(hi->b)) < 0 ||
	    (y->has_asked_up_to && memcmp(lo->b, y->asked_up_to.b, sizeof(lo->b)) <= 0))
		return false;
	y->has_asked = y->has_asked_up_to = true;
	y->asked_up_to = *hi;
	return true;
}

static bool send_all_of(struct kith_node *n, struct kith_sync *y, const struct kith_range *r)
{
	uint32_t at, to;

	kith_range_stretch(n, r, &at, &to);
	for (; at < to; at++)
		if (!enqueue(n, &y->todo, &kith_ring_at(n, at)->record->mid))
			return false;
	return true;
}

/* Compares each part with ours. Where they differ we ask in turn, one level down; where the other
 * has nobody it gets everybody. */
static bool on_parts(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	static const uint8_t nobody[8];
	struct kith_sync *y = s->sync;
	struct kith_range r;
	uint8_t ours[KITH_RANGE_PARTS * 8], i, differ = 0;
	struct kith_mid hi;

	if (m->d >= KITH_MID_NIBBLES || m->blob.len != KITH_RANGE_PARTS * 8)
		return false;
	r = kith_range_at(m->lo, m->d);
	hi = kith_range_last(&r);
	if (!is_asked_in_order(y, &r.lo, &hi))
		return false;
	kith_range_digests(n, &r, ours);
	for (i = 0; i < KITH_RANGE_PARTS; i++)
		differ += memcmp(ours + (size_t)i * 8, m->blob.p + (size_t)i * 8, 8) != 0 ? 1 : 0;
	for (i = 0; i < KITH_RANGE_PARTS && y->refusal == KITH_SEED_JOINED; i++) {
		const struct kith_range part = kith_range_part(&r, i);
		const uint8_t *theirs = m->blob.p + (size_t)i * 8;

		if (memcmp(ours + (size_t)i * 8, theirs, 8) == 0)
			continue;
		if (memcmp(theirs, nobody, sizeof(nobody)) == 0
			    ? !send_all_of(n, y, &part)
			    : !ask_about(n, y, &part, differ))
			return false;
	}
	return true;
}

/* Merges a sorted list with our ring: what it lacks is sent, what we lack is asked for, what differs
 * is compared. */
static bool on_list(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_sync *y = s->sync;
	const struct kith_mid lo = mid_at(m->lo), hi = mid_at(m->hi);
	uint32_t at = kith_ring_seek(n, &lo);
	struct kith_mid last = {{0}};
	size_t i = 0;

	if (m->blob.len % ENTRY != 0 || !is_asked_in_order(y, &lo, &hi))
		return false;
	while (y->refusal == KITH_SEED_JOINED) {
		const bool have = at < n->peers.count && kith_ring_compare(n, at, &hi) <= 0;
		const bool has = i < m->blob.len;
		struct kith_mid theirs;
		bool is_same = false;
		int c;

		if (!have && !has)
			break;
		if (has) {
			theirs = mid_at(m->blob.p + i);
			if ((i > 0 && memcmp(theirs.b, last.b, sizeof(last.b)) <= 0) ||
			    memcmp(theirs.b, lo.b, sizeof(lo.b)) < 0 ||
			    memcmp(theirs.b, hi.b, sizeof(hi.b)) > 0)
				return false;
			is_same = have && kith_ring_is_same(n, at, &theirs,
							    kith_get_u64(m->blob.p + i + 16));
		}
		c = is_same ? 0 : !has ? -1 : !have ? 1 : kith_ring_compare(n, at, &theirs);
		if ((c < 0 && !enqueue(n, &y->todo, &kith_ring_at(n, at)->record->mid)) ||
		    (c > 0 && !ask_for(n, y, &theirs)) ||
		    (c == 0 && !is_same && !enqueue(n, &y->differ, &theirs)))
			return false;
		if (c <= 0)
			at++;
		if (c >= 0) {
			last = theirs;
			i += ENTRY;
		}
	}
	return true;
}

static bool on_need(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_sync *y = s->sync;
	size_t i;

	if (m->blob.len % 16 != 0)
		return false;
	if (y->refusal != KITH_SEED_JOINED)
		return true;
	y->has_asked = true;
	for (i = 0; i < m->blob.len; i += 16) {
		const struct kith_mid mid = mid_at(m->blob.p + i);

		/* Perhaps our table had no room for it. */
		if (kith_peer_find(n, &mid) != NULL && !enqueue(n, &y->todo, &mid))
			return false;
	}
	return true;
}

static bool is_its_own(const struct kith_stream *s, struct kith_bytes record)
{
	struct kith_record_head head;

	return kith_record_read(record.p, record.len, &head) == 0 &&
	       memcmp(head.owner.b, s->peer.b, sizeof(s->peer.b)) == 0;
}

/* What the store makes of it also tells how the synchronisation went. */
static void take(struct kith_node *n, struct kith_stream *s, struct kith_bytes certificate,
		 struct kith_bytes record)
{
	const uint64_t expired = n->stats.drops.record_expired;
	const uint64_t full = n->stats.drops.table_full;
	const enum kith_store_way way = is_its_own(s, record) ? KITH_STORE_BY_OWNER
							      : KITH_STORE_BY_SYNC;

	switch (kith_store_record(n, kith_peer_find(n, &s->peer), certificate, record, way)) {
	case KITH_STORE_NEWS:
		s->sync->news++;
		break;
	case KITH_STORE_FORGED:
		s->sync->forged++;
		break;
	default:
		break;
	}
	s->sync->has_expired |= n->stats.drops.record_expired != expired;
	s->sync->overflows |= n->stats.drops.table_full != full;
}

/* The member record came to be compared: if ours is the newer one it goes back. If theirs is, and
 * could not be taken, it may be for want of a newer certificate, and is asked for with it. */
static bool compare(struct kith_node *n, struct kith_sync *y, struct kith_bytes record)
{
	struct kith_record_head head;
	const struct kith_peer *p = kith_record_read(record.p, record.len, &head) == 0
					    ? kith_peer_find(n, &head.owner)
					    : NULL;
	const struct kith_fact *ours = p != NULL ? &p->record->fact : NULL;

	y->has_asked = true;
	if (ours == NULL || y->refusal != KITH_SEED_JOINED ||
	    (record.len == ours->raw.len && memcmp(record.p, ours->raw.p, record.len) == 0))
		return true;
	return kith_incarnation_cmp(head.epoch, head.seq, p->record->epoch, p->record->seq) > 0
		       ? ask_for(n, y, &head.owner)
		       : enqueue(n, &y->todo, &head.owner);
}

static bool on_owner(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	int i;

	for (i = 0; i < m->item_count; i++)
		take(n, s, i == 0 ? m->certificate : (struct kith_bytes){NULL, 0}, m->items[i]);
	if (m->certificate.len == 0 && m->item_count > 0 && !compare(n, s->sync, m->items[0]))
		return false;
	return s->sync->forged < KITH_BAD_SIGNATURES;
}

static bool on_busy(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	int i;

	if (!s->sync->is_initiator || m->item_count % 2 != 0 || m->item_count > 2 * KITH_BUSY_NAMES)
		return false;
	for (i = 0; i < m->item_count; i += 2)
		take(n, s, m->items[i], m->items[i + 1]);
	s->sync->refusal = KITH_SEED_BUSY;
	return s->sync->forged < KITH_BAD_SIGNATURES;
}

static bool on_full(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	(void)n;
	(void)m;
	s->sync->refusal = KITH_SEED_FULL;
	return s->sync->is_initiator;
}

static bool on_end(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	(void)n;
	(void)m;
	hand_over(s->sync);
	return s->sync->turns < TURNS_MAX;
}

static const struct {
	enum kith_msg_kind kind;
	bool (*handle)(struct kith_node *, struct kith_stream *, const struct kith_msg *);
} handlers[] = {
	{KITH_MSG_HELLO, on_hello}, {KITH_MSG_PARTS, on_parts}, {KITH_MSG_LIST, on_list},
	{KITH_MSG_NEED, on_need},   {KITH_MSG_OWNER, on_owner}, {KITH_MSG_BUSY, on_busy},
	{KITH_MSG_FULL, on_full},   {KITH_MSG_END, on_end},
};

bool kith_sync_frame(struct kith_node *n, struct kith_stream *s, struct kith_bytes plain)
{
	struct kith_sync *y = s->sync;
	struct kith_msg m;
	size_t at = 0, i;
	uint32_t unknown = 0;
	int r;

	y->bytes_in += plain.len;
	if (y->bytes_in > UINT64_C(2048) * n->max_members + KITH_FRAME_MAX) {
		y->overflows = kith_peers_are_full(n);
		return false;
	}
	while ((r = kith_msg_next(plain, &at, &m, &unknown)) == 1) {
		if (y->is_our_turn || y->is_over || y->hello_seen == (m.kind == KITH_MSG_HELLO))
			return false;
		for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
			if (handlers[i].kind == m.kind) {
				if (!handlers[i].handle(n, s, &m))
					return false;
				break;
			}
	}
	n->stats.messages_unknown += unknown;
	return r == 0;
}
