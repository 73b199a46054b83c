/* SPDX-License-Identifier: ISC */
#include "core/sync.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/compare.h"
#include "core/node.h"
#include "core/stock.h"
#include "core/store.h"
#include <string.h>

enum {
	NEED_ENTRIES = 1000,     /* per message: 16 KB */
	REVOCATIONS_BYTES = KITH_REVOCATIONS_MAX * 128,
	OWNERS_BYTES = 16 * 1024, /* per frame: its signatures are checked in some milliseconds */
	TURNS_MAX = 2 * KITH_MID_NIBBLES /* a level each, and then the owners */
};

/* Whom we gave up hearing nobody: what others hold against them comes with their records. */
static bool ask_for_private(struct kith_node *n, struct kith_sync *y)
{
	uint32_t i;

	for (i = 0; n->suspects.has_private && i < n->peers.count; i++)
		if (kith_suspect_is_private(kith_ring_at(n, i)) &&
		    !kith_compare_need(n, y, &kith_ring_at(n, i)->record->mid))
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
		return ask_for_private(n, s->sync) && kith_compare_all(n, s->sync);
	s->sync->tells_revocations = s->is_revoked;
	if (s->is_revoked)
		s->sync->refusal = KITH_SEED_UNTRUSTED;
	else if (n->syncs.answering >= KITH_SYNCS_MAX)
		s->sync->refusal = KITH_SEED_BUSY;
	s->sync->is_counted = s->sync->refusal == KITH_SEED_JOINED;
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
	kith_mem_free(&n->alloc, y->want.queue);
	kith_mem_free(&n->alloc, y->bring.queue);
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

/* Whoever is expelled learns nothing from it. */
static void add_hello(struct kith_node *n, const struct kith_stream *s, struct frame *f)
{
	uint8_t root[8] = {0}, trust[16] = {0};
	struct kith_msg m = {.kind = KITH_MSG_HELLO, .p = KITH_PROTOCOL_MAX,
			     .u = kith_now_unix_s(n), .trust = trust, .root = root,
			     .o = s->is_revoked ? 0 : n->peers.count,
			     .f = n->partners.is_joined ? 0 : KITH_HELLO_JOIN};

	if (!s->is_revoked) {
		kith_peers_make_root(n, root);
		kith_revoke_digest(n, trust);
	}
	add(f, &m);
}

/* All that we know to be revoked, or that whoever we talk with is; false: the frame is full. */
static bool add_revocations(struct kith_node *n, struct kith_stream *s, struct frame *f)
{
	struct kith_sync *y = s->sync;
	struct kith_msg m = {.kind = KITH_MSG_RECORD};

	for (; y->tells_revocations && y->revocation_at < n->revocations.count; y->revocation_at++) {
		const struct kith_revocation *r = &n->revocations.table[y->revocation_at];

		if (s->is_revoked && memcmp(r->target.b, s->peer.b, sizeof(s->peer.b)) != 0)
			continue;
		m.blob = r->record->raw;
		if (!add(f, &m))
			return false;
	}
	return true;
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

static bool add_record(struct frame *f, const struct kith_fact *record)
{
	const struct kith_msg m = {.kind = KITH_MSG_RECORD, .blob = record->raw};

	return f->len < OWNERS_BYTES && add(f, &m);
}

/* What the owner offers, behind its record; false: the frame is full. */
static bool add_services(struct kith_node *n, struct kith_sync *y, const struct kith_mid *mid,
			 struct frame *f)
{
	const struct kith_peer *p = kith_peer_find(n, mid);
	const struct kith_offers *os = p != NULL ? kith_catalogue_of(n, p) : NULL;

	for (; os != NULL && y->service_at < os->count; y->service_at++)
		if (!os->table[y->service_at].is_former &&
		    !add_record(f, &os->table[y->service_at].record->fact))
			return false;
	return true;
}

/* One owner with all that it offers. */
static bool add_whole(struct kith_node *n, struct kith_sync *y, const struct kith_mid *mid, struct frame *f)
{
	if (!y->is_owner_told && !add_owner(n, y, mid, false, f))
		return false;
	y->is_owner_told = true;
	if (!add_services(n, y, mid, f))
		return false;
	y->is_owner_told = false;
	y->service_at = 0;
	return true;
}

/* One owner to be compared: the numbers of what it offers follow its record. */
static bool add_compared(struct kith_node *n, struct kith_sync *y, const struct kith_mid *mid,
			 struct frame *f)
{
	const struct kith_peer *p = kith_peer_find(n, mid);
	const size_t len = f->len;
	struct kith_stock_msg stock;

	if (!add_owner(n, y, mid, true, f))
		return false;
	if (p == NULL)
		return true;
	kith_stock_list(n, p, &stock);
	if (add(f, &stock.m))
		return true;
	f->len = len; /* both, or none */
	return false;
}

static bool add_wanted(struct kith_node *n, struct kith_sync *y, struct frame *f)
{
	struct kith_stock_msg stock;
	uint32_t count;

	while (y->want.at < y->want.count) {
		kith_stock_wanted(n, &y->want, &stock, &count);
		if (!add(f, &stock.m))
			return false;
		y->has_asked = true;
		y->want.at += count;
	}
	return true;
}

static bool add_brought(struct kith_node *n, struct kith_sync *y, struct frame *f)
{
	for (; y->bring.at < y->bring.count; y->bring.at++) {
		const struct kith_fact *record = kith_stock_record(n, &y->bring.queue[y->bring.at]);

		if (record != NULL && !add_record(f, record))
			return false;
	}
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
		if (f->len >= OWNERS_BYTES ||
		    !(compares ? add_compared : add_whole)(n, y, &o->queue[o->at], f))
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
static bool fill(struct kith_node *n, struct kith_stream *s, struct frame *f)
{
	struct kith_sync *y = s->sync;
	const struct kith_msg full = {.kind = KITH_MSG_FULL}, end = {.kind = KITH_MSG_END};
	struct kith_question_msg question;

	if (!y->hello_sent) {
		add_hello(n, s, f);
		y->hello_sent = true;
		/* The other sees that as well, and has its turn to tell what we lack. */
		y->has_asked |= y->tells_revocations && !s->is_revoked;
		if (y->refusal == KITH_SEED_BUSY)
			add_busy(n, f);
		else if (y->refusal == KITH_SEED_FULL)
			add(f, &full);
	}
	if (!add_revocations(n, s, f))
		return false;
	while (y->question_at < y->question_count) {
		kith_compare_question(n, &y->questions[y->question_at], &question);
		if (!add(f, &question.m))
			return false;
		y->has_asked = true;
		y->question_at++;
	}
	while (y->need.at < y->need.count) {
		if (!add_need(&y->need, f))
			return false;
		y->has_asked = true;
	}
	if (!add_wanted(n, y, f))
		return false;
	if (y->todo.at == 0 && !y->is_owner_told)
		put_evidence_last(n, &y->todo);
	/* The suspectors of those that differ are known, or among the others. */
	return add_owners(n, y, &y->todo, false, f) && add_owners(n, y, &y->differ, true, f) &&
	       add_brought(n, y, f) && add(f, &end);
}

/* The turn goes over to the other side, unless it has asked nothing. */
static void hand_over(struct kith_sync *y)
{
	if (y->is_our_turn) {
		y->question_count = y->question_at = 0;
		y->need.count = y->need.at = y->todo.count = y->todo.at = 0;
		y->differ.count = y->differ.at = 0;
		y->want.count = y->want.at = y->bring.count = y->bring.at = 0;
	}
	y->is_over = !y->has_asked;
	y->is_our_turn = !y->is_our_turn;
	y->has_asked = y->asked.has = false;
	y->asked_services[0].has = y->asked_services[1].has = false;
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
		if (fill(n, s, &f))
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

/* A newcomer for whom there is no room is told so, instead of all that it could do nothing with. */
static bool on_hello(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_sync *y = s->sync;
	uint8_t trust[16];

	y->hello_seen = true;
	if (s->is_revoked) /* nothing that it says counts */
		return m->p >= KITH_PROTOCOL_MIN;
	kith_clocks_hello(n, &s->peer, m->u);
	kith_revoke_digest(n, trust);
	if (memcmp(m->trust, trust, sizeof(trust)) != 0 && y->refusal == KITH_SEED_JOINED)
		y->tells_revocations = y->has_asked = true; /* so that a turn of ours follows */
	if (!y->is_initiator && y->refusal == KITH_SEED_JOINED && kith_peers_are_full(n) &&
	    kith_peer_find(n, &s->peer) == NULL) {
		KITH_DROP_FROM(n, FULL, table_full, &s->addr);
		y->refusal = KITH_SEED_FULL;
	}
	kith_peers_expect(n, m->o);
	return m->p >= KITH_PROTOCOL_MIN;
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
		struct kith_mid mid;

		memcpy(mid.b, m->blob.p + i, sizeof(mid.b));
		/* Perhaps our table had no room for it. */
		if (kith_peer_find(n, &mid) != NULL && !kith_owners_add(n, &y->todo, &mid))
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
	const uint32_t services = n->catalogue.count;
	const enum kith_store_way way = is_its_own(s, record) ? KITH_STORE_BY_OWNER
							      : KITH_STORE_BY_SYNC;

	if (s->is_revoked)
		return;
	switch (kith_store_record(n, kith_peer_find(n, &s->peer), certificate, record, way)) {
	case KITH_STORE_NEWS:
		s->sync->news++;
		if (n->catalogue.count > services)
			s->sync->bytes_of_services += record.len;
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
		       ? kith_compare_need(n, y, &head.owner)
		       : kith_owners_add(n, &y->todo, &head.owner);
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

/* Of records that come alone revocations and services belong here. */
static bool on_record(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_record_head head;

	if (kith_record_read(m->blob.p, m->blob.len, &head) != 0)
		return false;
	if (head.kind == KITH_RECORD_REVOKE || head.kind == KITH_RECORD_SERVICE)
		take(n, s, (struct kith_bytes){NULL, 0}, m->blob);
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
	{KITH_MSG_HELLO, on_hello}, {KITH_MSG_RECORD, on_record},
	 {KITH_MSG_PARTS, kith_compare_parts}, {KITH_MSG_LIST, kith_compare_list},
	{KITH_MSG_NEED, on_need},   {KITH_MSG_OWNER, on_owner}, {KITH_MSG_BUSY, on_busy},
	{KITH_MSG_FULL, on_full},   {KITH_MSG_SERVICES, kith_stock_compare},
	{KITH_MSG_END, on_end},
};

bool kith_sync_frame(struct kith_node *n, struct kith_stream *s, struct kith_bytes plain)
{
	struct kith_sync *y = s->sync;
	struct kith_msg m;
	size_t at = 0, i;
	uint32_t unknown = 0;
	int r;

	y->bytes_in += plain.len;
	if (y->bytes_in - y->bytes_of_services >
	    UINT64_C(2048) * n->max_members + REVOCATIONS_BYTES + KITH_FRAME_MAX) {
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
