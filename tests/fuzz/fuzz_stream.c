/* SPDX-License-Identifier: ISC */
/*
 * The handshake and the frames after it. The first byte says what the rest is:
 *
 *	0  bytes from a stranger to a responder: m1
 *	1  m1 with any ephemeral key, sealed by an insider, then what follows as m3
 *	2  bytes to an initiator: m2
 *	3  what an insider seals into m2        4  and into m3
 *	5  bytes to a channel: frames
 *	6  frames on their way: each byte says how long the next one is and what happens to it
 *
 * Nothing that a stranger sends opens, but what the corpus holds; no insider is taken for b or a.
 */
#include "base/cur.h"
#include "unit/seal_fixture.h"
#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

static struct seal_world w;
static struct kith_handshake at_m2, at_m3; /* an initiator that waits, and a responder */
static struct kith_channel from, to;       /* an initiator's channel, the responder's */
static struct {
	uint8_t e_pk[32], h1[32], k2[32];
} insider; /* has answered at_m2's m1 */
static struct seal_talk talk;

static void insider_make(const struct seal_talk *t)
{
	uint8_t e_sk[32], dh[32], keys[64];
	const struct kith_bytes parts[] = {
		{w.cid.b, 16}, {t->m1, KITH_M1_LEN}, {insider.e_pk, 32}};
	const struct kith_bytes h1 = {insider.h1, 32};
	int rc;

	seal_fill(e_sk, 32, 77);
	rc = crypto_scalarmult_base(insider.e_pk, e_sk);
	KITH_ASSERT(rc == 0);
	kith_hash(insider.h1, 32, KITH_LABEL_TCP_H1, NULL, 0, parts, 3);
	rc = crypto_scalarmult(dh, e_sk, t->r.e_peer);
	KITH_ASSERT(rc == 0);
	kith_hash(keys, 64, KITH_LABEL_TCP_K, dh, 32, &h1, 1);
	memcpy(insider.k2, keys, 32);
}

static void prepare(void)
{
	seal_world_make(&w);
	seal_talk_m2(&w, &talk);
	at_m2 = talk.i;
	at_m3 = talk.r;
	insider_make(&talk);
	struct seal_talk *t = malloc(sizeof(*t));

	KITH_ASSERT(t != NULL);
	seal_talk_channels(&w, t, &from, &to);
	free(t);
}

/* len16 || sealed, as a proof is; the plain text is cut at 512 bytes. */
static size_t seal_proof(const uint8_t key[32], const uint8_t h[32], const uint8_t *plain,
			 size_t len, uint8_t *out)
{
	uint8_t ad[34], nonce[24] = {0};
	int rc;

	kith_put_u16(out, (uint16_t)(len + 16));
	memcpy(ad, h, 32);
	memcpy(ad + 32, out, 2);
	rc = crypto_aead_xchacha20poly1305_ietf_encrypt(out + 2, NULL, plain, len, ad, 34, NULL,
							nonce, key);
	KITH_ASSERT(rc == 0);
	return 2 + len + 16;
}

static void try_m1(const uint8_t *buf, size_t len)
{
	uint8_t m1[KITH_M1_LEN] = {0};
	struct kith_gate gates[2];
	struct kith_handshake hs;
	int rc;

	memcpy(m1, buf, len < sizeof(m1) ? len : sizeof(m1));
	gates[0] = w.gate;
	gates[0].tcp[0] ^= 1;
	gates[0].hint = m1[1];
	gates[1] = w.gate;
	rc = kith_hs_m1(&hs, &w.cid, gates, 2, m1);
	KITH_ASSERT(rc == KITH_EAUTH || (rc == 0 && memcmp(m1, talk.m1, sizeof(m1)) == 0));
}

static void try_m3(struct kith_handshake *hs, const uint8_t *buf, size_t len)
{
	struct kith_bytes certificate;
	int want = kith_hs_m3_len(buf, len);
	int rc;

	KITH_ASSERT(want == KITH_ETOOBIG || (want == 0) == (len < 2));
	if (want <= 0 || (size_t)want > len)
		return;
	rc = kith_hs_m3_open(hs, buf, (size_t)want, &certificate);
	KITH_ASSERT(rc == KITH_EAUTH || rc == KITH_EMALFORMED);
}

static void try_insider_m1(const uint8_t *buf, size_t len)
{
	uint8_t m1[KITH_M1_LEN] = {KITH_TYPE_STREAM, w.gate.hint};
	uint8_t m2[KITH_M2_MIN + KITH_PROOF_MAX];
	struct kith_secret secret = w.b.secret; /* each input starts from the same */
	struct kith_handshake hs;
	size_t m2_len = 0;
	int rc;

	if (len < 32)
		return;
	rc = crypto_aead_xchacha20poly1305_ietf_encrypt(m1 + 28, NULL, buf, 32, m1, 28, NULL,
							m1 + 4, w.gate.tcp);
	KITH_ASSERT(rc == 0);
	rc = kith_hs_m1(&hs, &w.cid, &w.gate, 1, m1);
	KITH_ASSERT(rc == 0);
	rc = kith_hs_m2(&hs, &secret, &w.b.id, party_certificate(&w.b), m2, &m2_len);
	KITH_ASSERT(rc == 0 || rc == KITH_EKEY);
	if (rc == 0) {
		KITH_ASSERT(kith_hs_m2_len(m2, m2_len) == (int)m2_len);
		try_m3(&hs, buf + 32, len - 32);
	}
}

static void try_m2(const uint8_t *buf, size_t len)
{
	struct kith_handshake hs = at_m2;
	struct kith_bytes certificate;
	int want = kith_hs_m2_len(buf, len);
	int rc;

	KITH_ASSERT(want == KITH_ETOOBIG || (want == 0) == (len < KITH_M2_MIN));
	if (want <= 0 || (size_t)want > len)
		return;
	rc = kith_hs_m2_open(&hs, buf, (size_t)want, &certificate);
	if (rc == 0)
		KITH_ASSERT(memcmp(buf, talk.m2, talk.m2_len) == 0);
}

/* What a host does with an opened proof: reads the certificate, judges it, verifies. */
static void judge(struct kith_handshake *hs, struct kith_bytes certificate, const uint8_t *proof,
		  size_t len, bool is_m2)
{
	struct kith_certificate c;
	const uint8_t *pk = is_m2 ? w.b.id.pk : w.a.id.pk;
	int rc;

	KITH_ASSERT(certificate.len == len - KITH_SIG_LEN);
	KITH_ASSERT(memcmp(certificate.p, proof, len) == 0);
	if (kith_cert_read(certificate.p, certificate.len, &c) == 0)
		pk = c.identity;
	if (memcmp(pk, w.a.id.pk, 32) != 0 && memcmp(pk, w.b.id.pk, 32) != 0)
		return;
	rc = is_m2 ? kith_hs_m2_verify(hs, pk) : kith_hs_m3_verify(hs, pk);
	KITH_ASSERT(rc == KITH_EAUTH);
}

static void try_insider_proof(const uint8_t *buf, size_t len, bool is_m2)
{
	uint8_t m[32 + 2 + 512 + 16];
	struct kith_handshake hs = is_m2 ? at_m2 : at_m3;
	struct kith_bytes certificate;
	bool fits;
	size_t m_len;
	int rc;

	len = len < 512 ? len : 512;
	fits = len > KITH_SIG_LEN && len <= KITH_SIG_LEN + KITH_CERTIFICATE_MAX;
	if (is_m2) {
		memcpy(m, insider.e_pk, 32);
		m_len = 32 + seal_proof(insider.k2, insider.h1, buf, len, m + 32);
		rc = kith_hs_m2_open(&hs, m, m_len, &certificate);
	} else {
		m_len = seal_proof(at_m3.k3, at_m3.h, buf, len, m);
		rc = kith_hs_m3_open(&hs, m, m_len, &certificate);
	}
	KITH_ASSERT(rc == (fits ? 0 : KITH_EMALFORMED));
	if (rc == 0)
		judge(&hs, certificate, buf, len, is_m2);
}

static void try_frames(const uint8_t *buf, size_t len)
{
	struct kith_channel ch = to;
	size_t at = 0, want;
	bool failed = false;

	while (len - at >= 4 && kith_channel_frame_len(buf + at, &want) == 0 &&
	       want <= len - at) {
		uint8_t *plain = malloc(want);
		bool final = false;
		int rc;

		KITH_ASSERT(plain != NULL);
		rc = kith_channel_pull(&ch, buf + at, want, plain, &final);
		KITH_ASSERT(!failed || rc == KITH_EAUTH);
		KITH_ASSERT(!final || rc == 0);
		failed = failed || rc != 0 || final;
		free(plain);
		at += want;
	}
}

/* Low six bits: length; top two: delivered, delivered as the last one, changed, left out. After
 * the last, a change or a gap nothing opens any more. */
static void try_way(const uint8_t *buf, size_t len)
{
	struct kith_channel a = from, b = to;
	uint8_t plain[64], frame[64 + KITH_FRAME_OVERHEAD], got[64];
	bool over = false;

	for (size_t i = 0; i < len && i < 256 && !a.push_ended; i++) {
		size_t plain_len = buf[i] & 63, frame_len;
		unsigned fate = buf[i] >> 6;
		bool final = false;
		int rc;

		seal_fill(plain, sizeof(plain), (uint8_t)i);
		frame_len = kith_channel_push(&a, plain, plain_len, fate == 1, frame);
		if (fate == 2)
			frame[i % frame_len] ^= 0x10;
		if (fate == 3) {
			over = true;
			continue;
		}
		rc = kith_channel_pull(&b, frame, frame_len, got, &final);
		over = over || fate == 2;
		KITH_ASSERT(rc == (over ? KITH_EAUTH : 0));
		if (rc == 0) {
			KITH_ASSERT(final == (fate == 1));
			KITH_ASSERT(memcmp(got, plain, plain_len) == 0);
			over = final;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	if (w.a.certificate_len == 0)
		prepare();
	if (len == 0)
		return 0;
	switch (buf[0]) {
	case 0:
		try_m1(buf + 1, len - 1);
		break;
	case 1:
		try_insider_m1(buf + 1, len - 1);
		break;
	case 2:
		try_m2(buf + 1, len - 1);
		break;
	case 3:
	case 4:
		try_insider_proof(buf + 1, len - 1, buf[0] == 3);
		break;
	case 5:
		try_frames(buf + 1, len - 1);
		break;
	case 6:
		try_way(buf + 1, len - 1);
		break;
	}
	return 0;
}
