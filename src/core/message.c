/* SPDX-License-Identifier: ISC */
#include "core/message.h"

#include "base/cur.h"
#include "core/node.h"
#include "core/obituary.h"
#include "core/store.h"
#include <stddef.h>
#include <string.h>

/* Where a message came from. */
struct context {
	struct kith_peer *from, *helper;
};

/* --- roots ------------------------------------------------------------------------------------- */

/* Whether the peer has our root, which is put into ours. Who came after a member was forgotten
 * here never hears of it, and nobody can tell it of a tomb: it has our root without the tombs that
 * count. It is answered with that, or it would synchronise with us for nothing until they do not. */
static bool has_same_root(struct kith_node *n, const uint8_t *theirs, uint8_t ours[8])
{
	uint8_t bare[8];

	kith_peers_make_root(n, ours);
	if (memcmp(ours, theirs, sizeof(bare)) == 0)
		return true;
	if (n->tombs.counted == 0)
		return false;
	kith_peers_bare_root(n, bare);
	if (memcmp(bare, theirs, sizeof(bare)) != 0)
		return false;
	memcpy(ours, bare, sizeof(bare));
	return true;
}

/* --- pings and acks ----------------------------------------------------------------------------- */

void kith_message_ping(struct kith_node *n, enum kith_msg_kind kind, uint32_t seq, uint8_t root[8],
		       struct kith_msg *m)
{
	memset(m, 0, offsetof(struct kith_msg, items));
	kith_peers_make_root(n, root);
	m->kind = kind;
	m->n = seq;
	m->root = root;
}

/* The answer, with a root that outlives it; whether the asker has the same. */
static bool make_ack(struct kith_node *n, const struct kith_msg *ping, uint8_t root[8],
			      struct kith_msg *m)
{
	memset(m, 0, offsetof(struct kith_msg, items));
	m->kind = KITH_MSG_ACK;
	m->n = ping->n;
	m->root = root;
	m->h = n->probes.health;
	m->t = kith_now_unix_s(n) & 0xffff;
	m->coord_count = KITH_COORD_INTS;
	kith_coord_write(&n->coord, m->coord);
	return has_same_root(n, ping->root, root);
}

/* Names of our newest records ride on an ack to a peer whose root differs: it wants what it lacks,
 * long before a synchronisation would tell. */
static void add_names(struct kith_node *n, struct kith_packet *pk)
{
	uint8_t names[KITH_NAMES_MAX * 24];
	struct kith_msg m = {.kind = KITH_MSG_NAMES, .blob = {names, 0}};
	uint32_t i;

	for (i = 0; i < KITH_NAMES_MAX && i < n->peers.recent_at; i++) {
		const uint32_t slot = n->peers.recent[(n->peers.recent_at - 1 - i) % KITH_NAMES_MAX];
		const struct kith_peer *p = kith_peer_at(n, slot);

		if (p == NULL)
			continue;
		memcpy(names + m.blob.len, p->record->mid.b, sizeof(p->record->mid.b));
		kith_put_u32(names + m.blob.len + 16, p->record->epoch);
		kith_put_u32(names + m.blob.len + 20, p->record->seq);
		m.blob.len += 24;
	}
	if (m.blob.len > 0)
		kith_packet_add(pk, &m);
}

static void answer_ping_through(struct kith_node *n, const struct context *c,
				const struct kith_msg *ping)
{
	uint8_t root[8], blob[KITH_DATAGRAM_MAX];
	struct kith_packet inner, outer;
	struct kith_msg ack;
	struct kith_msg relay = {.kind = KITH_MSG_RELAY, .n = ping->n, .mid = c->from->record->mid.b};

	(void)make_ack(n, ping, root, &ack);
	if (!kith_packet_begin(n, &inner, c->from) || !kith_packet_add(&inner, &ack))
		return;
	relay.blob.p = blob;
	relay.blob.len = kith_packet_seal(n, &inner, blob);
	if (relay.blob.len == 0 || relay.blob.len > KITH_RELAY_BLOB_MAX ||
	    !kith_packet_begin(n, &outer, c->helper) || !kith_packet_add(&outer, &relay))
		return;
	kith_packet_send(n, &outer);
}

/* A ping is answered the way that it came, a back straight. */
static void on_ping(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	struct kith_talk *talk;
	bool is_same;
	uint8_t root[8];
	struct kith_msg ack;
	struct kith_packet pk;

	if (c->helper != NULL && m->kind == KITH_MSG_PING) {
		answer_ping_through(n, c, m);
		return;
	}
	is_same = make_ack(n, m, root, &ack);
	if (!kith_packet_begin(n, &pk, c->from) || !kith_packet_add(&pk, &ack))
		return;
	talk = kith_talk_of(n, c->from);
	if (!is_same && talk != NULL && kith_us_elapsed(talk->named, n->now) >= KITH_NAMES_GAP) {
		talk->named = n->now;
		add_names(n, &pk);
	}
	kith_packet_fill_send(n, &pk);
}

static void on_ack(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	uint8_t root[8];

	const bool is_same = has_same_root(n, m->root, root);
	const bool is_of_dead = m->n == 0 && c->from->status == KITH_STATUS_FAILED;
	const bool is_of_round = kith_probe_on_ack(n, c->from, m, c->helper != NULL);
	const bool is_of_ping = kith_ping_on_ack(n, c->from, m, c->helper != NULL);

	/* Who was not asked says nothing: it could say our own root again and again. */
	if (is_of_round || is_of_ping || is_of_dead)
		kith_partner_root(n, c->from, !is_same);
}

static void on_nack(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	kith_probe_on_nack(n, c->from, m);
	kith_ping_on_nack(n, c->from, m);
}

/* Relaying is one hop: a relay inside a relayed packet is not carried on. */
static void on_relay(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	if (c->helper == NULL)
		kith_relay_in(n, c->from, m);
}

static void on_relayed(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	uint8_t plain[KITH_DATA_PLAIN_MAX];
	struct kith_bytes bytes = {plain, 0};
	struct kith_mid mid;
	struct kith_peer *p;

	if (c->helper != NULL)
		return;
	memcpy(mid.b, m->mid, sizeof(mid.b));
	p = kith_packet_open_relayed(n, m->blob, plain, &bytes.len);
	if (p == NULL)
		return;
	if (memcmp(p->record->mid.b, mid.b, sizeof(mid.b)) != 0)
		KITH_DROP(n, malformed);
	else
		kith_message_in(n, p, bytes, c->from);
}

static void on_record(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	(void)kith_store_record(n, c->from, (struct kith_bytes){NULL, 0}, m->blob, KITH_STORE_BY_DATAGRAM);
}

static void on_intro(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	(void)kith_store_record(n, c->from, m->certificate, m->blob, KITH_STORE_BY_DATAGRAM);
}

static void on_want(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	struct kith_mid mid;
	const struct kith_peer *p;
	struct kith_packet pk;
	struct kith_msg intro = {.kind = KITH_MSG_INTRO};

	memcpy(mid.b, m->mid, sizeof(mid.b));
	p = kith_peer_find(n, &mid);
	if (p == NULL || kith_incarnation_cmp(p->record->epoch, p->record->seq, m->e, m->q) <= 0 ||
	    !kith_charge(n, c->from, KITH_CHARGE_RETURNED) ||
	    !kith_packet_begin(n, &pk, c->from))
		return;
	intro.certificate = p->certificate->fact.raw;
	intro.blob = p->record->fact.raw;
	if (!kith_packet_add(&pk, &intro))
		return;
	if (p->status == KITH_STATUS_FAILED) /* as the record goes, so does why it is not believed */
		kith_obituary_carry(&pk, p);
	kith_packet_send(n, &pk);
}

static void on_put(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	struct kith_msg got = {.kind = KITH_MSG_GOT, .k = m->k};
	struct kith_packet pk;
	int i;

	for (i = 0; i < m->item_count; i++)
		(void)kith_store_record(n, c->from, (struct kith_bytes){NULL, 0}, m->items[i],
					KITH_STORE_BY_DATAGRAM);
	if (kith_packet_begin(n, &pk, c->from) && kith_packet_add(&pk, &got))
		kith_packet_send(n, &pk);
}

static void on_got(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	kith_leave_on_got(n, c->from, m->k);
}

/* Wants what is newer there: at most as many as one list names, once a second per peer. */
static void on_names(struct kith_node *n, const struct context *c, const struct kith_msg *m)
{
	struct kith_packet pk;
	uint32_t lacking = 0;
	size_t i;

	if (m->blob.len % 24 != 0 || m->blob.len > (size_t)KITH_NAMES_MAX * 24) {
		KITH_DROP(n, malformed);
		kith_stranger_tell_of(n, KITH_DROPPED_MALFORMED, c->from);
		return;
	}
	if (!kith_charge(n, c->from, KITH_CHARGE_NAMES) || !kith_packet_begin(n, &pk, c->from))
		return;
	for (i = 0; i < m->blob.len; i += 24) {
		const uint32_t epoch = kith_get_u32(m->blob.p + i + 16);
		const uint32_t seq = kith_get_u32(m->blob.p + i + 20);
		struct kith_msg want = {.kind = KITH_MSG_WANT, .mid = m->blob.p + i};
		struct kith_mid mid;
		const struct kith_member_fact *known;
		const struct kith_peer *p;

		memcpy(mid.b, m->blob.p + i, sizeof(mid.b));
		p = kith_peer_find(n, &mid);
		known = p != NULL ? p->record : NULL;
		if (p != NULL && (p->is_self || kith_incarnation_cmp(epoch, seq, known->epoch,
								     known->seq) <= 0))
			continue;
		if (p == NULL && kith_tomb_covers(n, &mid, epoch, seq))
			continue;
		want.e = known != NULL ? known->epoch : 0;
		want.q = known != NULL ? known->seq : 0;
		kith_packet_add(&pk, &want);
		lacking++;
	}
	kith_packet_send(n, &pk);
	if (lacking == KITH_NAMES_MAX)
		kith_partner_behind(n, c->from);
}

static const struct {
	enum kith_msg_kind kind;
	void (*handle)(struct kith_node *, const struct context *, const struct kith_msg *);
} handlers[] = {
	{KITH_MSG_PING, on_ping},   {KITH_MSG_ACK, on_ack},         {KITH_MSG_RELAY, on_relay},
	{KITH_MSG_NACK, on_nack},   {KITH_MSG_RELAYED, on_relayed}, {KITH_MSG_RECORD, on_record},
	{KITH_MSG_INTRO, on_intro}, {KITH_MSG_WANT, on_want},       {KITH_MSG_PUT, on_put},
	{KITH_MSG_GOT, on_got},     {KITH_MSG_NAMES, on_names},   {KITH_MSG_BACK, on_ping},
};

/* Messages that are answered whatever they say: a datagram full of them would be answered by
 * hundreds, at an address of the sender's choice. Nobody honest sends two of them in one. */
#define ONE_EACH \
	(UINT32_C(1) << KITH_MSG_PING | UINT32_C(1) << KITH_MSG_PUT | UINT32_C(1) << KITH_MSG_BACK)

void kith_message_in(struct kith_node *n, struct kith_peer *from, struct kith_bytes plain,
		     struct kith_peer *helper)
{
	/* Handlers may forget the peer's record, never the peer: reaping happens in its own timer. */
	const struct context c = {from, helper};
	struct kith_msg m;
	size_t at = 0, i;
	uint32_t unknown = 0, answered = 0;
	int r;

	while ((r = kith_msg_next(plain, &at, &m, &unknown)) == 1) {
		if ((ONE_EACH >> m.kind & 1) && (answered >> m.kind & 1)) {
			KITH_DROP(n, rate);
			continue;
		}
		answered |= UINT32_C(1) << m.kind;
		for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
			if (handlers[i].kind == m.kind) {
				handlers[i].handle(n, &c, &m);
				break;
			}
	}
	n->stats.messages_unknown += unknown;
	if (r < 0) {
		KITH_DROP(n, malformed);
		kith_stranger_tell_of(n, KITH_DROPPED_MALFORMED, from);
	}
	if (!n->plain.is_on || from->status == KITH_STATUS_FAILED)
		kith_suspect_heard(n, from);
}
