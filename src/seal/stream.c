/* SPDX-License-Identifier: ISC */
#include "seal/stream.h"
#include "base/check.h"
#include "base/cur.h"
#include <sodium.h>
#include <string.h>

enum {
	HEAD_LEN = 28, /* m1's clear part, its additional data */
	TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	FRAME_LEN_LEN = 4,
	FRAME_SEAL_LEN = crypto_secretstream_xchacha20poly1305_ABYTES,
	PROOF_MIN = KITH_SIG_LEN + TAG_LEN + 1 /* the certificate's own layout is read later */
};

/* What was done last; the numbers mean nothing, 0 is a handshake that failed or was never begun. */
enum step {
	STEP_NONE,
	STEP_M1_SENT,
	STEP_M2_OPENED,
	STEP_M2_VERIFIED,
	STEP_M3_SENT, /* the initiator is ready */
	STEP_M1_OPENED,
	STEP_M2_SENT,
	STEP_M3_OPENED,
	STEP_M3_VERIFIED /* the responder is ready */
};

_Static_assert(HEAD_LEN + 32 + TAG_LEN == KITH_M1_LEN, "m1 is header, sealed key, tag");
_Static_assert(FRAME_LEN_LEN + FRAME_SEAL_LEN == KITH_FRAME_OVERHEAD, "frame overhead");
_Static_assert(crypto_secretstream_xchacha20poly1305_HEADERBYTES == KITH_CHANNEL_HEADER_LEN,
	       "header of a direction");
_Static_assert(sizeof(crypto_secretstream_xchacha20poly1305_state) <=
		       sizeof(((struct kith_channel *)0)->push),
	       "a channel has room for libsodium's state");
_Static_assert(_Alignof(crypto_secretstream_xchacha20poly1305_state) == 1,
	       "the state may lie at any address");

/* --- pieces ----------------------------------------------------------------------------------- */

/* H(32, label, none, a || b || c) */
static void transcript(uint8_t out[32], const char *label, struct kith_bytes a,
		       struct kith_bytes b, struct kith_bytes c)
{
	const struct kith_bytes parts[] = {a, b, c};

	kith_hash(out, 32, label, NULL, 0, parts, 3);
}

static struct kith_bytes bytes(const void *p, size_t len)
{
	return (struct kith_bytes){p, len};
}

static void ephemeral(struct kith_handshake *hs, struct kith_secret *secret)
{
	int rc;

	kith_secret_draw(secret, hs->e_sk, sizeof(hs->e_sk));
	rc = crypto_scalarmult_base(hs->e_pk, hs->e_sk);
	KITH_ASSERT(rc == 0);
}

/* Both sides: h = h1 and the keys of both proofs. */
static int agree(struct kith_handshake *hs, const uint8_t peer[32], const uint8_t e_r[32])
{
	uint8_t keys[64];
	struct kith_bytes h1 = bytes(hs->h, sizeof(hs->h));

	transcript(hs->h, KITH_LABEL_TCP_H1, bytes(hs->cid.b, sizeof(hs->cid.b)),
		   bytes(hs->m1, sizeof(hs->m1)), bytes(e_r, 32));
	if (crypto_scalarmult(hs->dh, hs->e_sk, peer) != 0)
		return KITH_EKEY;
	sodium_memzero(hs->e_sk, sizeof(hs->e_sk));
	kith_hash(keys, sizeof(keys), KITH_LABEL_TCP_K, hs->dh, sizeof(hs->dh), &h1, 1);
	memcpy(hs->k2, keys, 32);
	memcpy(hs->k3, keys + 32, 32);
	sodium_memzero(keys, sizeof(keys));
	return 0;
}

/* What a proof signs: the transcript so far and the signer's own member id. */
static void proof_text(uint8_t out[32 + 16], const uint8_t h[32], const struct kith_mid *mid)
{
	memcpy(out, h, 32);
	memcpy(out + 32, mid->b, sizeof(mid->b));
}

/* Writes len16 || sealed(certificate || signature) at `out` and returns its length. A key seals one
 * message only, so the nonce is zero. */
static size_t proof_seal(const struct kith_handshake *hs, const uint8_t key[32], const char *label,
			 const struct kith_identity *own, struct kith_bytes certificate,
			 uint8_t *out)
{
	static const uint8_t nonce[NONCE_LEN];
	uint8_t plain[KITH_PROOF_MAX], text[48], ad[32 + 2];
	size_t len = certificate.len + KITH_SIG_LEN;
	unsigned long long sealed_len = 0;
	int rc;

	KITH_ASSERT(certificate.len > 0 && certificate.len <= KITH_CERTIFICATE_MAX);
	proof_text(text, hs->h, &own->mid);
	memcpy(plain, certificate.p, certificate.len);
	kith_sign(own, label, &hs->cid, text, sizeof(text), plain + certificate.len);
	kith_put_u16(out, (uint16_t)(len + TAG_LEN));
	memcpy(ad, hs->h, 32);
	memcpy(ad + 32, out, 2);
	rc = crypto_aead_xchacha20poly1305_ietf_encrypt(out + 2, &sealed_len, plain, len, ad,
							sizeof(ad), NULL, nonce, key);
	KITH_ASSERT(rc == 0 && sealed_len == len + TAG_LEN);
	return 2 + len + TAG_LEN;
}

/* Opens what proof_seal() wrote, `len` bytes in all, into hs->proof. */
static int proof_open(struct kith_handshake *hs, const uint8_t key[32], const uint8_t *p,
		      size_t len)
{
	static const uint8_t nonce[NONCE_LEN];
	uint8_t ad[32 + 2];
	size_t sealed_len;

	if (len < 2 + PROOF_MIN || len > 2 + KITH_PROOF_MAX)
		return KITH_EMALFORMED;
	sealed_len = kith_get_u16(p);
	if (sealed_len != len - 2)
		return KITH_EMALFORMED;
	memcpy(ad, hs->h, 32);
	memcpy(ad + 32, p, 2);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(hs->proof, NULL, NULL, p + 2, sealed_len, ad,
						       sizeof(ad), nonce, key) != 0)
		return KITH_EAUTH;
	hs->certificate_len = sealed_len - TAG_LEN - KITH_SIG_LEN;
	memcpy(hs->h_proof, hs->h, sizeof(hs->h_proof));
	return 0;
}

static int proof_verify(const struct kith_handshake *hs, const char *label,
			const uint8_t peer_pk[KITH_KEY_LEN])
{
	uint8_t text[48];
	struct kith_mid mid;

	kith_mid_make(&mid, peer_pk);
	proof_text(text, hs->h_proof, &mid);
	return kith_verify(peer_pk, label, &hs->cid, text, sizeof(text),
			   hs->proof + hs->certificate_len);
}

/* h = H(32, label, none, h || message) */
static void advance(struct kith_handshake *hs, const char *label, const uint8_t *message,
		    size_t len)
{
	transcript(hs->h, label, bytes(hs->h, sizeof(hs->h)), bytes(message, len), bytes(NULL, 0));
}

static int fail(struct kith_handshake *hs, int rc)
{
	sodium_memzero(hs, sizeof(*hs)); /* step 0 too */
	return rc;
}

static int sealed_message_len(const uint8_t *p, size_t have, size_t len_at)
{
	size_t sealed_len;

	if (have < len_at + 2)
		return 0;
	sealed_len = kith_get_u16(p + len_at);
	if (sealed_len > KITH_PROOF_MAX)
		return KITH_ETOOBIG;
	return (int)(len_at + 2 + sealed_len);
}

int kith_hs_m2_len(const uint8_t *p, size_t have)
{
	return sealed_message_len(p, have, 32);
}

int kith_hs_m3_len(const uint8_t *p, size_t have)
{
	return sealed_message_len(p, have, 0);
}

/* --- initiator -------------------------------------------------------------------------------- */

void kith_hs_start(struct kith_handshake *hs, const struct kith_cid *cid,
		   const struct kith_gate *gate, struct kith_secret *secret,
		   const uint8_t siv_key[32], uint8_t m1[KITH_M1_LEN])
{
	struct kith_bytes e_part = {hs->e_pk, sizeof(hs->e_pk)};
	unsigned long long sealed_len = 0;
	int rc;

	memset(hs, 0, sizeof(*hs));
	hs->cid = *cid;
	ephemeral(hs, secret);
	m1[0] = KITH_TYPE_STREAM;
	m1[1] = gate->hint;
	m1[2] = m1[3] = 0;
	kith_hash(m1 + 4, NONCE_LEN, KITH_LABEL_NONCE, siv_key, 32, &e_part, 1);
	rc = crypto_aead_xchacha20poly1305_ietf_encrypt(m1 + HEAD_LEN, &sealed_len, hs->e_pk, 32,
							m1, HEAD_LEN, NULL, m1 + 4, gate->tcp);
	KITH_ASSERT(rc == 0 && sealed_len == 32 + TAG_LEN);
	memcpy(hs->m1, m1, KITH_M1_LEN);
	hs->step = STEP_M1_SENT;
}

int kith_hs_m2_open(struct kith_handshake *hs, const uint8_t *m2, size_t len,
		    struct kith_bytes *certificate)
{
	int rc;

	KITH_ASSERT(hs->step == STEP_M1_SENT);
	if (len < KITH_M2_MIN)
		return fail(hs, KITH_EMALFORMED);
	rc = agree(hs, m2, m2);
	if (rc == 0)
		rc = proof_open(hs, hs->k2, m2 + 32, len - 32);
	if (rc != 0)
		return fail(hs, rc);
	sodium_memzero(hs->k2, sizeof(hs->k2));
	advance(hs, KITH_LABEL_TCP_H2, m2, len);
	hs->step = STEP_M2_OPENED;
	*certificate = bytes(hs->proof, hs->certificate_len);
	return 0;
}

int kith_hs_m2_verify(struct kith_handshake *hs, const uint8_t peer_pk[KITH_KEY_LEN])
{
	int rc;

	KITH_ASSERT(hs->step == STEP_M2_OPENED);
	rc = proof_verify(hs, KITH_LABEL_TCP_RESP, peer_pk);
	if (rc != 0)
		return fail(hs, rc);
	hs->step = STEP_M2_VERIFIED;
	return 0;
}

void kith_hs_m3(struct kith_handshake *hs, const struct kith_identity *own,
		struct kith_bytes certificate, uint8_t *out, size_t *len)
{
	KITH_ASSERT(hs->step == STEP_M2_VERIFIED);
	*len = proof_seal(hs, hs->k3, KITH_LABEL_TCP_INIT, own, certificate, out);
	advance(hs, KITH_LABEL_TCP_H3, out, *len);
	hs->step = STEP_M3_SENT;
}

/* --- responder -------------------------------------------------------------------------------- */

int kith_hs_m1(struct kith_handshake *hs, const struct kith_cid *cid, const struct kith_gate *gates,
	       size_t gate_count, const uint8_t m1[KITH_M1_LEN])
{
	int rc = KITH_EKEY;

	memset(hs, 0, sizeof(*hs));
	if (m1[0] != KITH_TYPE_STREAM)
		return KITH_EAUTH;
	for (size_t i = 0; i < gate_count; i++) {
		if (gates[i].hint != m1[1])
			continue;
		rc = KITH_EAUTH;
		if (crypto_aead_xchacha20poly1305_ietf_decrypt(
			    hs->e_peer, NULL, NULL, m1 + HEAD_LEN, KITH_M1_LEN - HEAD_LEN, m1,
			    HEAD_LEN, m1 + 4, gates[i].tcp) != 0)
			continue;
		memcpy(hs->m1, m1, KITH_M1_LEN);
		hs->cid = *cid;
		hs->step = STEP_M1_OPENED;
		return 0;
	}
	return rc;
}

int kith_hs_m2(struct kith_handshake *hs, struct kith_secret *secret,
	       const struct kith_identity *own, struct kith_bytes certificate, uint8_t *out,
	       size_t *len)
{
	int rc;

	KITH_ASSERT(hs->step == STEP_M1_OPENED);
	ephemeral(hs, secret);
	rc = agree(hs, hs->e_peer, hs->e_pk);
	if (rc != 0)
		return fail(hs, rc);
	memcpy(out, hs->e_pk, 32);
	*len = 32 + proof_seal(hs, hs->k2, KITH_LABEL_TCP_RESP, own, certificate, out + 32);
	sodium_memzero(hs->k2, sizeof(hs->k2));
	advance(hs, KITH_LABEL_TCP_H2, out, *len);
	hs->step = STEP_M2_SENT;
	return 0;
}

int kith_hs_m3_open(struct kith_handshake *hs, const uint8_t *m3, size_t len,
		    struct kith_bytes *certificate)
{
	int rc;

	KITH_ASSERT(hs->step == STEP_M2_SENT);
	rc = proof_open(hs, hs->k3, m3, len);
	if (rc != 0)
		return fail(hs, rc);
	advance(hs, KITH_LABEL_TCP_H3, m3, len);
	hs->step = STEP_M3_OPENED;
	*certificate = bytes(hs->proof, hs->certificate_len);
	return 0;
}

int kith_hs_m3_verify(struct kith_handshake *hs, const uint8_t peer_pk[KITH_KEY_LEN])
{
	int rc;

	KITH_ASSERT(hs->step == STEP_M3_OPENED);
	rc = proof_verify(hs, KITH_LABEL_TCP_INIT, peer_pk);
	if (rc != 0)
		return fail(hs, rc);
	hs->step = STEP_M3_VERIFIED;
	return 0;
}

/* --- channel ---------------------------------------------------------------------------------- */

static crypto_secretstream_xchacha20poly1305_state *state(uint8_t *p)
{
	return (crypto_secretstream_xchacha20poly1305_state *)p;
}

static void channel_header(uint8_t header[KITH_CHANNEL_HEADER_LEN], const uint8_t key[32])
{
	uint8_t h[32];

	kith_hash(h, sizeof(h), KITH_LABEL_STREAM_HEADER, key, 32, NULL, 0);
	memcpy(header, h, KITH_CHANNEL_HEADER_LEN);
}

/* libsodium's init_push draws the header from the global generator and is otherwise init_pull: the
 * state depends on key and header alone, so init_pull starts our pushing state too. */
static void stream_start(uint8_t *p, const uint8_t header[KITH_CHANNEL_HEADER_LEN],
			 const uint8_t key[32])
{
	int rc = crypto_secretstream_xchacha20poly1305_init_pull(state(p), header, key);

	KITH_ASSERT(rc == 0);
}

void kith_channel_init(struct kith_channel *ch, struct kith_handshake *hs, bool initiator,
		       uint8_t header[KITH_CHANNEL_HEADER_LEN])
{
	struct kith_bytes h3 = bytes(hs->h, sizeof(hs->h));
	uint8_t keys[64];
	const uint8_t *push_key = initiator ? keys : keys + 32;

	KITH_ASSERT(hs->step == (initiator ? STEP_M3_SENT : STEP_M3_VERIFIED));
	kith_hash(keys, sizeof(keys), KITH_LABEL_TCP_S, hs->dh, sizeof(hs->dh), &h3, 1);
	memset(ch, 0, sizeof(*ch));
	channel_header(header, push_key);
	stream_start(ch->push, header, push_key);
	memcpy(ch->pull_key, initiator ? keys + 32 : keys, 32);
	sodium_memzero(keys, sizeof(keys));
	sodium_memzero(hs, sizeof(*hs));
}

int kith_channel_header(struct kith_channel *ch, const uint8_t header[KITH_CHANNEL_HEADER_LEN])
{
	uint8_t right[KITH_CHANNEL_HEADER_LEN];

	KITH_ASSERT(!ch->has_pull);
	channel_header(right, ch->pull_key);
	if (!kith_ct_equal(right, header, sizeof(right)))
		return KITH_EAUTH;
	stream_start(ch->pull, header, ch->pull_key);
	sodium_memzero(ch->pull_key, sizeof(ch->pull_key));
	ch->has_pull = true;
	return 0;
}

size_t kith_channel_push(struct kith_channel *ch, const uint8_t *plain, size_t len, bool final,
			 uint8_t *out)
{
	uint8_t tag = final ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
			    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
	unsigned long long sealed_len = 0;
	int rc;

	KITH_ASSERT(!ch->push_ended);
	KITH_ASSERT(len <= KITH_FRAME_MAX - KITH_FRAME_OVERHEAD);
	kith_put_u32(out, (uint32_t)(len + FRAME_SEAL_LEN));
	rc = crypto_secretstream_xchacha20poly1305_push(state(ch->push), out + FRAME_LEN_LEN,
							&sealed_len, plain, len, out,
							FRAME_LEN_LEN, tag);
	KITH_ASSERT(rc == 0 && sealed_len == len + FRAME_SEAL_LEN);
	ch->push_ended = final;
	return len + KITH_FRAME_OVERHEAD;
}

int kith_channel_frame_len(const uint8_t *p, size_t *len)
{
	uint32_t rest_len = kith_get_u32(p);

	if (rest_len < FRAME_SEAL_LEN)
		return KITH_EMALFORMED;
	if (rest_len > KITH_FRAME_MAX - FRAME_LEN_LEN)
		return KITH_ETOOBIG;
	*len = FRAME_LEN_LEN + (size_t)rest_len;
	return 0;
}

int kith_channel_pull(struct kith_channel *ch, const uint8_t *frame, size_t len, uint8_t *plain,
		      bool *final)
{
	unsigned char tag = 0;
	size_t want;

	KITH_ASSERT(ch->has_pull);
	if (ch->pull_ended)
		return KITH_EAUTH;
	if (len < KITH_FRAME_OVERHEAD || kith_channel_frame_len(frame, &want) != 0 ||
	    want != len ||
	    crypto_secretstream_xchacha20poly1305_pull(state(ch->pull), plain, NULL, &tag,
						       frame + FRAME_LEN_LEN, len - FRAME_LEN_LEN,
						       frame, FRAME_LEN_LEN) != 0 ||
	    (tag != crypto_secretstream_xchacha20poly1305_TAG_MESSAGE &&
	     tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL)) {
		ch->pull_ended = true;
		return KITH_EAUTH;
	}
	ch->pull_ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	*final = ch->pull_ended;
	return 0;
}
