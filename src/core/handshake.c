/* SPDX-License-Identifier: ISC */
#include "core/handshake.h"

#include "base/mem.h"
#include "core/node.h"
#include "core/trust.h"
#include "seal/certificate.h"
#include <string.h>

void kith_handshake_refuse(struct kith_node *n, struct kith_stream *s, enum kith_seed_result result)
{
	KITH_DROP(n, stream_handshake);
	kith_trace(n, "stream.refused", NULL, NULL);
	kith_stream_end(n, s, result, false);
}

static bool is_self_mid(const struct kith_node *n, const struct kith_mid *mid)
{
	return memcmp(mid->b, n->own.secrets->identity.mid.b, sizeof(mid->b)) == 0;
}

/* Judges the certificate at the other end; JOINED, with the key that it names, when it counts and is
 * of whom we want. */
static enum kith_seed_result judge_peer(struct kith_node *n, struct kith_stream *s,
					struct kith_bytes certificate,
					uint8_t identity[KITH_KEY_LEN])
{
	const struct kith_peer *known;
	struct kith_certificate came;
	struct kith_cert_fact *c;
	struct kith_mid mid;
	int r;

	/* The stored certificate spares the signature check when it is the same. */
	if (kith_cert_read(certificate.p, certificate.len, &came) != 0)
		return KITH_SEED_UNTRUSTED;
	kith_mid_make(&mid, came.identity);
	known = kith_peer_find(n, &mid);
	r = kith_trust_judge(n, certificate, known != NULL ? known->certificate : NULL, &c);
	if (r == KITH_ENOMEM)
		return KITH_SEED_CLOSED;
	/* Whoever is expelled may come to hear that: its key is proven all the same. */
	if (r == KITH_EREVOKED && s->purpose == KITH_STREAM_FOR_PEER && !is_self_mid(n, &mid)) {
		KITH_DROP(n, record_revoked);
		memcpy(identity, came.identity, KITH_KEY_LEN);
		s->peer = mid;
		s->is_revoked = true;
		return KITH_SEED_JOINED;
	}
	if (r != 0) {
		KITH_DROP_FROM(n, CERTIFICATE, record_certificate, &s->addr);
		return KITH_SEED_UNTRUSTED;
	}
	memcpy(identity, c->c.identity, KITH_KEY_LEN);
	kith_fact_unref(n, &c->fact);
	if (is_self_mid(n, &mid))
		return KITH_SEED_SELF;
	if ((s->purpose == KITH_STREAM_FOR_SYNC || s->purpose == KITH_STREAM_FOR_PROBE) &&
	    memcmp(mid.b, s->want.b, sizeof(mid.b)) != 0)
		return KITH_SEED_UNTRUSTED;
	s->peer = mid;
	return KITH_SEED_JOINED;
}

void kith_handshake_begin(struct kith_node *n, struct kith_stream *s)
{
	uint8_t m1[KITH_M1_LEN];

	kith_hs_start(s->hs, &n->cid, &n->gates[0], &n->secret, n->own.secrets->session.siv_key,
		      m1);
	s->state = KITH_STREAM_WAITS_M2;
	kith_timer_set(n, &s->timer, kith_us_add(n->now, KITH_HANDSHAKE_TIME));
	kith_stream_write(n, s, m1, sizeof(m1));
}

/* Also where there is no memory to tell. */
static bool m1_is_replayed(struct kith_node *n, const uint8_t *nonce)
{
	struct kith_streams *ss = &n->streams;
	const uint32_t kept = ss->m1_at < KITH_M1_KEPT ? ss->m1_at : KITH_M1_KEPT;
	void *seen = ss->m1_seen;
	uint32_t i;

	for (i = 0; i < kept; i++)
		if (memcmp(ss->m1_seen[i], nonce, sizeof(ss->m1_seen[i])) == 0)
			return true;
	if (kept < KITH_M1_KEPT &&
	    !kith_mem_grow(&n->alloc, &seen, &ss->m1_room, kept + 1, sizeof(*ss->m1_seen)))
		return true;
	ss->m1_seen = seen;
	memcpy(ss->m1_seen[ss->m1_at++ % KITH_M1_KEPT], nonce, sizeof(ss->m1_seen[0]));
	return false;
}

bool kith_handshake_m1(struct kith_node *n, struct kith_stream *s)
{
	uint8_t m2[KITH_M2_MIN + KITH_PROOF_MAX];
	size_t len;
	int r;

	r = kith_hs_m1(s->hs, &n->cid, n->gates, n->gate_count, s->rx);
	if (r == KITH_EKEY)
		KITH_DROP_FROM(n, KEY, unknown_key, &s->addr);
	if (r != 0 || m1_is_replayed(n, s->rx + 4)) {
		kith_handshake_refuse(n, s, KITH_SEED_CLOSED);
		return false;
	}
	/* The bucket comes after the gate, so that a stranger cannot drain it. */
	if (!kith_bucket_take(&n->streams.handshakes, n->now, 500, 1000)) {
		KITH_DROP(n, stream_rate);
		kith_stream_end(n, s, KITH_SEED_CLOSED, false);
		return false;
	}
	if (kith_hs_m2(s->hs, &n->secret, &n->own.secrets->identity,
		       n->own.certificate->fact.raw, m2, &len) != 0) {
		kith_handshake_refuse(n, s, KITH_SEED_CLOSED);
		return false;
	}
	s->state = KITH_STREAM_WAITS_M3;
	kith_timer_set(n, &s->timer, kith_us_add(n->now, KITH_HANDSHAKE_TIME));
	kith_stream_write(n, s, m2, len);
	return true;
}

/* Both sides: the other is proven. */
static bool open_channel(struct kith_node *n, struct kith_stream *s, bool initiator)
{
	uint8_t header[KITH_CHANNEL_HEADER_LEN];

	s->ch = kith_mem_new(&n->alloc, 1, sizeof(*s->ch));
	if (s->ch == NULL) {
		kith_stream_end(n, s, KITH_SEED_CLOSED, false);
		return false;
	}
	kith_channel_init(s->ch, s->hs, initiator, header);
	kith_wipe(s->hs, sizeof(*s->hs));
	kith_mem_free(&n->alloc, s->hs);
	s->hs = NULL;
	s->state = KITH_STREAM_WAITS_HEADER;
	kith_stream_write(n, s, header, sizeof(header));
	return true;
}

bool kith_handshake_m2(struct kith_node *n, struct kith_stream *s, size_t len)
{
	uint8_t m3[KITH_M3_MIN + KITH_PROOF_MAX];
	struct kith_bytes certificate;
	uint8_t identity[KITH_KEY_LEN];
	enum kith_seed_result result;
	size_t m3_len;

	if (kith_hs_m2_open(s->hs, s->rx, len, &certificate) != 0) {
		kith_handshake_refuse(n, s, KITH_SEED_CLOSED);
		return false;
	}
	result = judge_peer(n, s, certificate, identity);
	if (result == KITH_SEED_JOINED && kith_hs_m2_verify(s->hs, identity) != 0)
		result = KITH_SEED_UNTRUSTED;
	if (result != KITH_SEED_JOINED) {
		kith_handshake_refuse(n, s, result);
		return false;
	}
	s->is_proven = true;
	n->peers.heard = n->now;
	if (s->purpose == KITH_STREAM_FOR_PROBE) {
		kith_stream_end(n, s, KITH_SEED_JOINED, false);
		return false;
	}
	kith_hs_m3(s->hs, &n->own.secrets->identity, n->own.certificate->fact.raw, m3,
		   &m3_len);
	kith_stream_write(n, s, m3, m3_len);
	return open_channel(n, s, true);
}

/* A member has a few streams here; the oldest makes room for the newest. */
static void end_surplus(struct kith_node *n, const struct kith_mid *peer)
{
	struct kith_stream *oldest = NULL;
	struct kith_link *l;
	uint32_t count = 0;

	for (l = n->streams.list.next; l != &n->streams.list; l = l->next) {
		struct kith_stream *s = KITH_CONTAINER(l, struct kith_stream, link);

		if (s->purpose != KITH_STREAM_FOR_PEER || !s->is_proven ||
		    memcmp(s->peer.b, peer->b, sizeof(peer->b)) != 0)
			continue;
		if (oldest == NULL)
			oldest = s;
		count++;
	}
	if (count < KITH_STREAMS_PER_PEER)
		return;
	KITH_DROP(n, stream_rate);
	kith_stream_end(n, oldest, KITH_SEED_CLOSED, false);
}

bool kith_handshake_m3(struct kith_node *n, struct kith_stream *s, size_t len)
{
	struct kith_bytes certificate;
	uint8_t identity[KITH_KEY_LEN];

	if (kith_hs_m3_open(s->hs, s->rx, len, &certificate) != 0 ||
	    judge_peer(n, s, certificate, identity) != KITH_SEED_JOINED ||
	    kith_hs_m3_verify(s->hs, identity) != 0) {
		kith_handshake_refuse(n, s, KITH_SEED_CLOSED);
		return false;
	}
	end_surplus(n, &s->peer);
	s->is_proven = true;
	if (!s->is_revoked)
		n->peers.heard = n->now;
	n->streams.unproven--;
	return open_channel(n, s, false);
}
