/* SPDX-License-Identifier: ISC */
#include "core/packet.h"

#include "base/addr.h"
#include "base/check.h"
#include "base/cur.h"
#include "core/message.h"
#include "core/node.h"
#include "core/store.h"
#include <string.h>

/* --- out ------------------------------------------------------------------------------------ */

bool kith_packet_begin_as(struct kith_node *n, struct kith_packet *pk, struct kith_peer *to,
			  enum kith_packet_form form)
{
	const struct kith_own *own = &n->own;

	KITH_ASSERT(!to->is_self);
	if (!kith_own_is_started(n) || kith_talk_keys(n, to) == NULL ||
	    to->record->body.addr_count == 0)
		return false;
	pk->to = to;
	pk->len = 0;
	pk->room = KITH_DATA_PLAIN_MAX;
	pk->wants_intro = form == KITH_PACKET_INTRO_WANT;
	pk->is_intro = form != KITH_PACKET_ANY ||
		       (!to->heard_session &&
			kith_us_elapsed(own->session_since, n->now) < KITH_INTRO_TIME);
	if (pk->is_intro) {
		const size_t room = kith_intro_room(own->certificate->fact.raw.len,
						    own->peer->record->fact.raw.len);

		pk->room = room > KITH_DATA_OVERHEAD ? room - KITH_DATA_OVERHEAD : 0;
		if (pk->room > KITH_DATA_PLAIN_MAX)
			pk->room = KITH_DATA_PLAIN_MAX;
	}
	return true;
}

bool kith_packet_begin(struct kith_node *n, struct kith_packet *pk, struct kith_peer *to)
{
	return kith_packet_begin_as(n, pk, to, KITH_PACKET_ANY);
}

bool kith_packet_add(struct kith_packet *pk, const struct kith_msg *m)
{
	return kith_msg_write(m, pk->plain, pk->room, &pk->len);
}

bool kith_packet_add_record(struct kith_packet *pk, struct kith_bytes record)
{
	struct kith_msg m = {.kind = KITH_MSG_RECORD, .blob = record};

	return kith_packet_add(pk, &m);
}

size_t kith_packet_seal(struct kith_node *n, struct kith_packet *pk, uint8_t *out)
{
	struct kith_keys *keys = kith_talk_keys(n, pk->to);

	if (keys == NULL)
		return 0;
	return kith_data_seal(&n->own.secrets->session, &keys->pair, pk->to->record->sid, pk->plain,
			      pk->len, out);
}

/* Seals an introduction of ours around `data`, whose length may be 0, and sends it. */
static void send_intro(struct kith_node *n, const struct kith_addr *to, struct kith_bytes data,
		       bool wants_intro)
{
	const struct kith_intro in = {.flags = wants_intro ? KITH_INTRO_WANT : 0,
				      .certificate = n->own.certificate->fact.raw,
				      .record = n->own.peer->record->fact.raw,
				      .data = data};
	uint8_t intro[KITH_DATAGRAM_MAX];

	if (kith_intro_seal(&n->gates[0], &n->own.secrets->session, &in, intro) != 0)
		return;
	KITH_COUNT(n, intros_sent);
	kith_out_datagram(n, to, intro, KITH_DATAGRAM_MAX);
}

void kith_packet_hello(struct kith_node *n, const struct kith_addr *to)
{
	send_intro(n, to, (struct kith_bytes){NULL, 0}, true);
}

void kith_packet_send_to(struct kith_node *n, struct kith_packet *pk, uint8_t addr_index)
{
	uint8_t data[KITH_DATAGRAM_MAX];
	const struct kith_member_body *body = &pk->to->record->body;
	const struct kith_addr *to = &body->addrs[addr_index % body->addr_count];
	size_t len = 0;

	if (pk->len > 0)
		len = kith_packet_seal(n, pk, data);
	if (pk->is_intro)
		send_intro(n, to, (struct kith_bytes){data, len}, pk->wants_intro);
	else if (len > 0)
		kith_out_datagram(n, to, data, len);
	kith_zone_bytes(n, pk->to, &n->stats.zone_bytes_sent, pk->is_intro ? KITH_DATAGRAM_MAX : len);
}

void kith_packet_send(struct kith_node *n, struct kith_packet *pk)
{
	kith_packet_send_to(n, pk, pk->to->addr_index);
}

void kith_packet_fill_send(struct kith_node *n, struct kith_packet *pk)
{
	kith_gossip_fill(n, pk);
	if (pk->len > 0)
		kith_packet_send(n, pk);
}

/* --- in ------------------------------------------------------------------------------------- */

/* Steps 2 to 9 of §5.9. The plaintext's peer, or NULL, counted. `from` is NULL for a relayed
 * packet: where it came from says nothing about its sender's address. */
static struct kith_peer *open_data(struct kith_node *n, const struct kith_addr *from,
				   const uint8_t *buf, size_t len, uint8_t *plain)
{
	struct kith_data_head head;
	struct kith_peer *p;
	struct kith_keys *keys;

	if (!kith_own_is_started(n))
		return NULL;
	kith_data_head(buf, &head);
	if (memcmp(head.rtag, n->own.secrets->session.sid, 3) != 0) {
		if (memcmp(head.sid, n->own.secrets->session.sid, KITH_SID_LEN) == 0)
			KITH_DROP(n, own);
		else
			KITH_DROP(n, unknown_receiver);
		return NULL;
	}
	p = kith_peer_by_sid(n, head.sid);
	if (p == NULL) {
		KITH_DROP(n, unknown_sender);
		return NULL;
	}
	if (p->is_self) {
		KITH_DROP(n, own);
		return NULL;
	}
	/* Who has just left still waits for the word that we know. */
	if ((p->status == KITH_STATUS_LEFT &&
	     kith_us_elapsed(p->since, n->now) > KITH_LEAVE_TIME) ||
	    (int64_t)p->record->expires + KITH_RECORD_SLACK_S < (int64_t)kith_now_unix_s(n)) {
		KITH_DROP_FROM(n, MEMBER, not_member, from);
		return NULL;
	}
	if (!kith_talk_is_new(n, p, head.ctr)) {
		KITH_DROP(n, replay);
		return NULL;
	}
	keys = kith_talk_keys(n, p);
	if (keys == NULL || kith_data_open(&keys->pair, buf, len, plain) != 0) {
		KITH_DROP(n, bad_tag);
		return NULL;
	}
	kith_window_commit(&keys->pair.window, head.ctr);
	if (!kith_bucket_take(&keys->packets, n->now, 1000, 2000)) {
		KITH_DROP(n, rate);
		return NULL;
	}
	kith_peer_heard(n, p, from);
	return p;
}

static void data_in(struct kith_node *n, const struct kith_addr *from, const uint8_t *buf,
		    size_t len)
{
	uint8_t plain[KITH_DATA_PLAIN_MAX];
	struct kith_peer *p = open_data(n, from, buf, len, plain);
	struct kith_bytes bytes = {plain, len - KITH_DATA_OVERHEAD};

	if (p == NULL)
		return;
	kith_zone_bytes(n, p, &n->stats.zone_bytes_received, len);
	kith_message_in(n, p, bytes, NULL);
}

struct kith_peer *kith_packet_open_relayed(struct kith_node *n, struct kith_bytes blob,
					   uint8_t *plain, size_t *len)
{
	struct kith_peer *p;

	if (blob.len < KITH_DATA_OVERHEAD || blob.len > KITH_RELAY_BLOB_MAX ||
	    blob.p[0] != KITH_TYPE_DATA) {
		KITH_DROP(n, malformed);
		return NULL;
	}
	p = open_data(n, NULL, blob.p, blob.len, plain);
	if (p != NULL)
		*len = blob.len - KITH_DATA_OVERHEAD;
	return p;
}

/* The bucket of a source: keyed, so that nobody can choose whose bucket he shares. */
static struct kith_bucket *source_bucket(struct kith_node *n, const struct kith_addr *from)
{
	uint64_t h = n->packets.source_key;
	int i;

	for (i = 0; i < 16; i += 8) {
		h ^= kith_get_u64(from->ip + i);
		h *= UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return &n->packets.sources[h % KITH_SOURCES];
}

static void answer_intro(struct kith_node *n, struct kith_peer *p)
{
	struct kith_packet pk;

	if (!kith_charge(n, p, KITH_CHARGE_INTRO) ||
	    !kith_packet_begin_as(n, &pk, p, KITH_PACKET_INTRO))
		return;
	kith_gossip_fill(n, &pk);
	kith_packet_send(n, &pk);
}

/* A session of p that is not the one of the record we hold; 0 = not usable. */
static size_t seal_for(struct kith_node *n, const struct kith_peer *p, const uint8_t *session_pk,
		       const struct kith_packet *pk, uint8_t *out)
{
	struct kith_pair pair;
	uint8_t sid[KITH_SID_LEN];
	size_t len = 0;

	KITH_COUNT(n, key_agreements);
	kith_session_id(sid, &n->cid, &p->record->mid, session_pk);
	if (kith_pair_make(&pair, &n->own.secrets->session, &n->cid,
			   &n->own.secrets->identity.mid, &p->record->mid, session_pk) == 0)
		len = kith_data_seal(&n->own.secrets->session, &pair, sid, pk->plain, pk->len, out);
	kith_wipe(&pair, sizeof(pair));
	return len;
}

/* Reflection (§5.5): an introduction of p that is older than the record we hold, or equal with
 * other bytes, comes from an earlier state of its host or from a second process with its identity.
 * The newer record goes back to where it came from, if that verified record lists the address. */
static void reflect(struct kith_node *n, struct kith_peer *p, const struct kith_addr *from,
		    const struct kith_intro *in, const struct kith_record_head *head)
{
	const struct kith_bytes what = kith_record_signed(in->record.p, head);
	uint8_t data[KITH_DATAGRAM_MAX];
	struct kith_packet pk = {.to = p, .room = KITH_DATA_PLAIN_MAX};
	struct kith_member_body body;
	bool listed = false;
	size_t len;
	int i;

	if (kith_member_body_read(kith_record_body(in->record.p, head), &body) != 0)
		return;
	for (i = 0; i < body.addr_count; i++)
		listed = listed || kith_addr_eq(&body.addrs[i], from);
	if (!listed || !kith_charge(n, p, KITH_CHARGE_REFLECTED) ||
	    kith_verify(p->certificate->c.identity, KITH_LABEL_RECORD, &n->cid, what.p, what.len,
			kith_record_sig(in->record.p, head)) != 0 ||
	    !kith_packet_add_record(&pk, p->record->fact.raw))
		return;
	len = seal_for(n, p, body.session_pk, &pk, data);
	if (len == 0)
		return;
	kith_trace(n, "reflect", p, NULL);
	send_intro(n, from, (struct kith_bytes){data, len}, false);
}

static bool is_other_life(const struct kith_peer *p, const struct kith_record_head *head,
			  struct kith_bytes record)
{
	const struct kith_member_fact *ours = p->record;
	const int c = kith_incarnation_cmp(head->epoch, head->seq, ours->epoch, ours->seq);

	return c < 0 || (c == 0 && (record.len != ours->fact.raw.len ||
				    memcmp(record.p, ours->fact.raw.p, record.len) != 0));
}

/* What the record is refused for is counted there; here is known where it came from. */
static void take_record(struct kith_node *n, const struct kith_addr *from,
			const struct kith_intro *in)
{
	const uint64_t untrusted = n->stats.drops.record_certificate;
	const uint64_t expired = n->stats.drops.record_expired;
	const uint64_t full = n->stats.drops.table_full;

	(void)kith_store_record(n, NULL, in->certificate, in->record, KITH_STORE_BY_DATAGRAM);
	if (n->stats.drops.record_certificate != untrusted)
		kith_stranger_tell(n, KITH_DROPPED_CERTIFICATE, from);
	if (n->stats.drops.record_expired != expired)
		kith_stranger_tell(n, KITH_DROPPED_EXPIRED, from);
	if (n->stats.drops.table_full != full)
		kith_stranger_tell(n, KITH_DROPPED_FULL, from);
}

static void intro_in(struct kith_node *n, const struct kith_addr *from, const uint8_t *buf)
{
	uint8_t scratch[KITH_INTRO_SEALED_MAX];
	struct kith_intro in;
	struct kith_record_head head;
	struct kith_peer *p;
	const int r = kith_intro_open(n->gates, n->gate_count, buf, scratch, &in);

	if (r != 0) {
		if (r == KITH_EKEY)
			KITH_DROP_FROM(n, KEY, unknown_key, from);
		else if (r == KITH_EAUTH)
			KITH_DROP(n, bad_tag);
		else
			KITH_DROP(n, malformed);
		return;
	}
	/* Buckets come after the gate, so that a stranger cannot drain them. */
	if (!kith_bucket_take(&n->packets.intros, n->now, 500, 1000) ||
	    !kith_bucket_take(source_bucket(n, from), n->now, 100, 400)) {
		KITH_DROP(n, rate);
		return;
	}
	KITH_COUNT(n, intros_received);
	if (!kith_own_is_started(n) || kith_record_read(in.record.p, in.record.len, &head) != 0) {
		KITH_DROP(n, record_malformed);
		return;
	}
	take_record(n, from, &in);
	p = kith_peer_find(n, &head.owner);
	if (p == NULL && kith_tomb_covers(n, &head.owner, head.epoch, head.seq))
		kith_tomb_ask(n, &head.owner, from);
	if (p == NULL || p->is_self)
		return;
	kith_zone_bytes(n, p, &n->stats.zone_bytes_received, KITH_DATAGRAM_MAX - in.data.len);
	if (is_other_life(p, &head, in.record))
		reflect(n, p, from, &in, &head);
	if (in.data.len > 0 && in.data.len <= KITH_DATAGRAM_MAX &&
	    in.data.len >= KITH_DATA_OVERHEAD && in.data.p[0] == KITH_TYPE_DATA)
		data_in(n, from, in.data.p, in.data.len);
	p = kith_peer_find(n, &head.owner);
	if (p != NULL && (in.flags & KITH_INTRO_WANT) && p->status != KITH_STATUS_LEFT)
		answer_intro(n, p);
}

void kith_packet_in(struct kith_node *n, const struct kith_addr *from, const uint8_t *buf,
		    size_t len)
{
	KITH_COUNT(n, datagrams_received);
	n->stats.bytes_received += len;
	if (len == 0) {
		KITH_DROP(n, length);
	} else if (buf[0] == KITH_TYPE_DATA) {
		if (len < KITH_DATA_OVERHEAD || len > KITH_DATAGRAM_MAX)
			KITH_DROP(n, length);
		else
			data_in(n, from, buf, len);
	} else if (buf[0] == KITH_TYPE_INTRO) {
		if (len != KITH_DATAGRAM_MAX)
			KITH_DROP(n, length);
		else
			intro_in(n, from, buf);
	} else {
		KITH_DROP(n, type);
	}
}
