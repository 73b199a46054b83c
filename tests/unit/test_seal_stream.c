/* SPDX-License-Identifier: ISC */
/*
 * seal/stream, the handshake: both ways, any byte of it changed, replays, and the attacks that
 * SIGMA is there against: a certificate of somebody else (misbinding), a stolen own key used to
 * play another to its owner (KCI), a proof relayed from another exchange. An attacker here holds
 * the cluster key, and its messages are well sealed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/cur.h"
#include "unit/seal_fixture.h"
#include <sodium.h>

static struct seal_world w;
static struct seal_talk t;

static int setup(void **state)
{
	(void)state;
	seal_world_make(&w);
	memset(&t, 0, sizeof(t));
	return 0;
}

static void m1(void **state)
{
	uint8_t again[KITH_M1_LEN];
	struct kith_handshake hs;

	(void)state;
	seal_talk_m1(&w, &t);
	assert_int_equal(t.m1[0], 0x14);
	assert_int_equal(t.m1[1], w.gate.hint);
	assert_int_equal(kith_get_u16(t.m1 + 2), 0);
	assert_memory_equal(t.r.e_peer, t.i.e_pk, 32);
	/* Another connection has another ephemeral key, and so another nonce. */
	kith_hs_start(&hs, &w.cid, &w.gate, &w.a.secret, w.a.session.siv_key, again);
	assert_memory_not_equal(again + 4, t.m1 + 4, 24);
	assert_memory_not_equal(hs.e_pk, t.i.e_pk, 32);
}

static void both_ways(void **state)
{
	struct kith_channel i, r;
	uint8_t header_i[KITH_CHANNEL_HEADER_LEN], header_r[KITH_CHANNEL_HEADER_LEN];
	static const struct kith_handshake none;

	(void)state;
	seal_talk_m3(&w, &t);
	assert_int_equal(t.m2_len, 34 + w.b.certificate_len + 64 + 16);
	assert_int_equal(kith_get_u16(t.m2 + 32), t.m2_len - 34);
	assert_int_equal(t.certificate.len, w.b.certificate_len);
	assert_memory_equal(t.certificate.p, w.b.certificate, w.b.certificate_len);
	assert_int_equal(t.m3_len, 2 + w.a.certificate_len + 64 + 16);
	assert_int_equal(kith_get_u16(t.m3), t.m3_len - 2);
	assert_int_equal(kith_hs_m3_open(&t.r, t.m3, t.m3_len, &t.certificate), 0);
	assert_int_equal(t.certificate.len, w.a.certificate_len);
	assert_memory_equal(t.certificate.p, w.a.certificate, w.a.certificate_len);
	assert_int_equal(kith_hs_m3_verify(&t.r, w.a.id.pk), 0);
	kith_channel_init(&i, &t.i, true, header_i);
	kith_channel_init(&r, &t.r, false, header_r);
	assert_memory_not_equal(header_i, header_r, sizeof(header_i));
	assert_int_equal(kith_channel_header(&i, header_r), 0);
	assert_int_equal(kith_channel_header(&r, header_i), 0);
	assert_memory_equal(i.push, r.pull, sizeof(i.push));
	assert_memory_equal(i.pull, r.push, sizeof(i.pull));
	assert_memory_not_equal(i.push, i.pull, sizeof(i.push));
	/* Nothing of the secrets stays in the handshake. */
	assert_memory_equal(&t.i, &none, sizeof(none));
	assert_memory_equal(&t.r, &none, sizeof(none));
}

static void longest_certificates(void **state)
{
	struct kith_certificate c = {.name = "a"};

	(void)state;
	memset(c.name, 'n', KITH_NAME_MAX);
	memset(c.zone, 'z', KITH_ZONE_MAX);
	memset(c.roles, 'r', KITH_ROLES_MAX);
	w.b.certificate_len = sizeof(w.b.certificate);
	assert_int_equal(kith_cert_sign(&c, &w.authority, &w.cid, w.b.certificate,
					&w.b.certificate_len),
			 0);
	assert_int_equal(w.b.certificate_len, KITH_CERTIFICATE_MAX);
	seal_talk_m3(&w, &t);
	assert_int_equal(t.m2_len, sizeof(t.m2));
	assert_int_equal(kith_hs_m2_len(t.m2, t.m2_len), sizeof(t.m2));
	assert_int_equal(t.certificate.len, KITH_CERTIFICATE_MAX);
}

static void gates(void **state)
{
	struct kith_gate gates[3];
	struct kith_handshake hs;
	uint8_t key[32];

	(void)state;
	for (uint8_t i = 0; i < 3; i++) {
		seal_fill(key, sizeof(key), i);
		kith_gate_make(&gates[i], key, &w.cid);
		assert_int_not_equal(gates[i].hint, w.gate.hint);
	}
	seal_talk_m1(&w, &t);
	assert_int_equal(kith_hs_m1(&hs, &w.cid, gates, 0, t.m1), KITH_EKEY);
	assert_int_equal(kith_hs_m1(&hs, &w.cid, gates, 3, t.m1), KITH_EKEY);
	gates[0].hint = w.gate.hint;
	assert_int_equal(kith_hs_m1(&hs, &w.cid, gates, 3, t.m1), KITH_EAUTH);
	gates[2] = w.gate;
	assert_int_equal(kith_hs_m1(&hs, &w.cid, gates, 3, t.m1), 0);
	memcpy(gates[2].tcp, w.gate.udp, 32);
	assert_int_equal(kith_hs_m1(&hs, &w.cid, gates, 3, t.m1), KITH_EAUTH);
}

/* --- changed bytes ---------------------------------------------------------------------------- */

static void m1_with_any_bit_flipped(void **state)
{
	struct kith_handshake hs;

	(void)state;
	seal_talk_m1(&w, &t);
	for (size_t bit = 0; bit < sizeof(t.m1) * 8; bit++) {
		t.m1[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(kith_hs_m1(&hs, &w.cid, &w.gate, 1, t.m1),
				 bit / 8 == 1 ? KITH_EKEY : KITH_EAUTH);
		t.m1[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(kith_hs_m1(&hs, &w.cid, &w.gate, 1, t.m1), 0);
}

/* The top bit of a key is ignored by X25519; the transcript does not ignore it. Lengths are told
 * as they came, as a reader of a stream would with what it has. */
static void m2_with_any_bit_flipped(void **state)
{
	struct kith_handshake fresh;
	struct kith_bytes cert = {0};

	(void)state;
	seal_talk_m2(&w, &t);
	fresh = t.i;
	for (size_t bit = 0; bit < t.m2_len * 8; bit++) {
		int rc;

		t.m2[bit / 8] ^= (uint8_t)(1 << bit % 8);
		t.i = fresh;
		rc = kith_hs_m2_open(&t.i, t.m2, t.m2_len, &cert);
		assert_int_equal(rc, bit / 8 == 32 || bit / 8 == 33 ? KITH_EMALFORMED
								    : KITH_EAUTH);
		t.m2[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_null(cert.p);
	t.i = fresh;
	assert_int_equal(kith_hs_m2_open(&t.i, t.m2, t.m2_len, &cert), 0);
}

static void m3_with_any_bit_flipped(void **state)
{
	struct kith_handshake fresh;
	struct kith_bytes cert = {0};

	(void)state;
	seal_talk_m3(&w, &t);
	fresh = t.r;
	for (size_t bit = 0; bit < t.m3_len * 8; bit++) {
		t.m3[bit / 8] ^= (uint8_t)(1 << bit % 8);
		t.r = fresh;
		assert_int_equal(kith_hs_m3_open(&t.r, t.m3, t.m3_len, &cert),
				 bit / 8 < 2 ? KITH_EMALFORMED : KITH_EAUTH);
		t.m3[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_null(cert.p);
	t.r = fresh;
	assert_int_equal(kith_hs_m3_open(&t.r, t.m3, t.m3_len, &cert), 0);
}

/* Shorter by any amount, with the length told truly (as a well-behaved splitter of the stream
 * would) and with the old one; and a byte longer. */
static void cut_messages(void **state)
{
	struct kith_handshake fresh_i, fresh_r;
	struct kith_bytes cert;
	uint8_t *exact;

	(void)state;
	seal_talk_m2(&w, &t);
	fresh_i = t.i;
	for (size_t len = 0; len <= t.m2_len + 1; len++) {
		for (int honest = 0; honest < 2; honest++) {
			exact = calloc(1, len + 1);
			assert_non_null(exact);
			memcpy(exact, t.m2, len < t.m2_len ? len : t.m2_len);
			if (honest && len >= 34)
				kith_put_u16(exact + 32, (uint16_t)(len - 34));
			t.i = fresh_i;
			assert_int_equal(kith_hs_m2_open(&t.i, exact, len, &cert) == 0,
					 len == t.m2_len);
			free(exact);
		}
	}
	setup(NULL);
	seal_talk_m3(&w, &t);
	fresh_r = t.r;
	for (size_t len = 0; len <= t.m3_len + 1; len++) {
		for (int honest = 0; honest < 2; honest++) {
			exact = calloc(1, len + 1);
			assert_non_null(exact);
			memcpy(exact, t.m3, len < t.m3_len ? len : t.m3_len);
			if (honest && len >= 2)
				kith_put_u16(exact, (uint16_t)(len - 2));
			t.r = fresh_r;
			assert_int_equal(kith_hs_m3_open(&t.r, exact, len, &cert) == 0,
					 len == t.m3_len);
			free(exact);
		}
	}
}

static void message_lengths(void **state)
{
	uint8_t p[34] = {0};

	(void)state;
	for (size_t have = 0; have < 34; have++)
		assert_int_equal(kith_hs_m2_len(p, have), 0);
	for (size_t have = 0; have < 2; have++)
		assert_int_equal(kith_hs_m3_len(p, have), 0);
	for (size_t len = 0; len <= 0xffff; len++) {
		int fits = len <= KITH_PROOF_MAX;

		kith_put_u16(p + 32, (uint16_t)len);
		assert_int_equal(kith_hs_m2_len(p, 34), fits ? (int)(34 + len) : KITH_ETOOBIG);
		kith_put_u16(p, (uint16_t)len);
		assert_int_equal(kith_hs_m3_len(p, 2), fits ? (int)(2 + len) : KITH_ETOOBIG);
		kith_put_u16(p, 0);
	}
}

/* --- replays ---------------------------------------------------------------------------------- */

static void replays_across_handshakes(void **state)
{
	struct kith_handshake other_i, other_r;
	struct kith_bytes cert;
	uint8_t other_m1[KITH_M1_LEN], other_m2[sizeof(t.m2)];
	size_t other_m2_len;

	(void)state;
	seal_talk_m3(&w, &t);
	/* m2 of one connection, played to another of the same two. */
	kith_hs_start(&other_i, &w.cid, &w.gate, &w.a.secret, w.a.session.siv_key, other_m1);
	assert_int_equal(kith_hs_m2_open(&other_i, t.m2, t.m2_len, &cert), KITH_EAUTH);
	/* m1 and m3 as recorded: m1 opens, but the responder's key is a fresh one. */
	assert_int_equal(kith_hs_m1(&other_r, &w.cid, &w.gate, 1, t.m1), 0);
	assert_int_equal(kith_hs_m2(&other_r, &w.b.secret, &w.b.id, party_certificate(&w.b),
				    other_m2, &other_m2_len),
			 0);
	assert_memory_not_equal(other_m2, t.m2, 32);
	assert_int_equal(kith_hs_m3_open(&other_r, t.m3, t.m3_len, &cert), KITH_EAUTH);
	/* The recorded connection itself is still the right one. */
	assert_int_equal(kith_hs_m3_open(&t.r, t.m3, t.m3_len, &cert), 0);
}

/* The responder's proof, sent back to it as if it were the initiator's. */
static void a_reflected_proof(void **state)
{
	struct kith_bytes cert;

	(void)state;
	seal_talk_m2(&w, &t);
	assert_int_equal(kith_hs_m3_open(&t.r, t.m2 + 32, t.m2_len - 32, &cert), KITH_EAUTH);
}

/* Two clusters under one authority and one cluster key: no message is good in the other. */
static void another_cluster(void **state)
{
	struct kith_handshake hs;
	struct kith_cid other;
	struct kith_bytes cert;

	(void)state;
	kith_cid_make(&other, "other");
	seal_talk_m2(&w, &t);
	t.i.cid = other;
	assert_int_equal(kith_hs_m2_open(&t.i, t.m2, t.m2_len, &cert), KITH_EAUTH);
	assert_int_equal(kith_hs_m1(&hs, &other, &w.gate, 1, t.m1), 0); /* the gate has the cid */
	struct kith_gate gate;
	uint8_t key[32];

	seal_fill(key, sizeof(key), 100);
	kith_gate_make(&gate, key, &other);
	assert_int_equal(kith_hs_m1(&hs, &other, &gate, 1, t.m1), KITH_EAUTH);
}

/* --- a dishonest member ------------------------------------------------------------------------ */

/* m2 as an insider makes it: it has answered m1 with its own ephemeral key, so it knows k2, and
 * seals any certificate and signature it likes. h1 is told, so that it can sign. */
struct forger {
	uint8_t e_sk[32], e_pk[32], h1[32], k2[32];
};

static void forger_answers(struct forger *f, const struct kith_handshake *r, const uint8_t *m1_in)
{
	const struct kith_bytes parts[] = {{w.cid.b, 16}, {m1_in, KITH_M1_LEN}, {f->e_pk, 32}};
	uint8_t dh[32], keys[64];
	struct kith_bytes h1 = {f->h1, 32};

	seal_fill(f->e_sk, 32, 77);
	assert_int_equal(crypto_scalarmult_base(f->e_pk, f->e_sk), 0);
	kith_hash(f->h1, 32, "kth.tcp.h1", NULL, 0, parts, 3);
	assert_int_equal(crypto_scalarmult(dh, f->e_sk, r->e_peer), 0);
	kith_hash(keys, 64, "kth.tcp.k", dh, 32, &h1, 1);
	memcpy(f->k2, keys, 32);
}

/* Seals any plain text as a proof; at most 512 bytes. */
static size_t forger_seals_raw(const struct forger *f, const uint8_t *plain, size_t len,
			       uint8_t *m2)
{
	uint8_t ad[34], nonce[24] = {0};

	memcpy(m2, f->e_pk, 32);
	kith_put_u16(m2 + 32, (uint16_t)(len + 16));
	memcpy(ad, f->h1, 32);
	memcpy(ad + 32, m2 + 32, 2);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_encrypt(m2 + 34, NULL, plain, len, ad,
								    34, NULL, nonce, f->k2),
			 0);
	return 34 + len + 16;
}

static size_t forger_seals(const struct forger *f, struct kith_bytes cert,
			   const uint8_t sig[KITH_SIG_LEN], uint8_t *m2)
{
	uint8_t plain[KITH_PROOF_MAX];

	memcpy(plain, cert.p, cert.len);
	memcpy(plain + cert.len, sig, 64);
	return forger_seals_raw(f, plain, cert.len + 64, m2);
}

static void signs(const struct kith_identity *id, const char *label, const uint8_t h[32],
		  const struct kith_mid *mid, uint8_t sig[KITH_SIG_LEN])
{
	uint8_t text[48];

	memcpy(text, h, 32);
	memcpy(text + 32, mid->b, 16);
	kith_sign(id, label, &w.cid, text, sizeof(text), sig);
}

/* The victim opens a forged m2; `pk` is the key in the certificate that it was shown. */
static int victim_says(const uint8_t *m2, size_t len, const uint8_t pk[32])
{
	struct kith_handshake hs = t.i;
	struct kith_bytes cert;

	assert_int_equal(kith_hs_m2_open(&hs, m2, len, &cert), 0);
	return kith_hs_m2_verify(&hs, pk);
}

static void certificate_of_another(void **state)
{
	uint8_t m2[sizeof(t.m2)], sig[64];
	struct forger f;
	struct party mallory;
	size_t len;

	(void)state;
	party_make(&mallory, &w, 140, "mallory");
	seal_talk_m1(&w, &t);
	forger_answers(&f, &t.r, t.m1);
	/* As itself it may. */
	signs(&mallory.id, "kth.tcp.resp", f.h1, &mallory.id.mid, sig);
	len = forger_seals(&f, party_certificate(&mallory), sig, m2);
	assert_int_equal(victim_says(m2, len, mallory.id.pk), 0);
	/* b's certificate, its own signature, over either's id. */
	len = forger_seals(&f, party_certificate(&w.b), sig, m2);
	assert_int_equal(victim_says(m2, len, w.b.id.pk), KITH_EAUTH);
	signs(&mallory.id, "kth.tcp.resp", f.h1, &w.b.id.mid, sig);
	len = forger_seals(&f, party_certificate(&w.b), sig, m2);
	assert_int_equal(victim_says(m2, len, w.b.id.pk), KITH_EAUTH);
	/* Its own certificate over b's id, as if b had spoken. */
	len = forger_seals(&f, party_certificate(&mallory), sig, m2);
	assert_int_equal(victim_says(m2, len, mallory.id.pk), KITH_EAUTH);
	/* A right signature for another purpose. */
	signs(&mallory.id, "kth.tcp.init", f.h1, &mallory.id.mid, sig);
	len = forger_seals(&f, party_certificate(&mallory), sig, m2);
	assert_int_equal(victim_says(m2, len, mallory.id.pk), KITH_EAUTH);
}

/* Mallory talks to b in its own name and hands b's proof on to a. */
static void a_proof_from_another_exchange(void **state)
{
	uint8_t m2[sizeof(t.m2)];
	struct seal_talk with_b;
	struct kith_bytes cert;
	struct forger f;
	size_t len;

	(void)state;
	seal_talk_m1(&w, &t);
	forger_answers(&f, &t.r, t.m1);
	seal_talk_m2(&w, &with_b); /* from Mallory's side: it is the initiator here */
	assert_int_equal(kith_hs_m2_open(&with_b.i, with_b.m2, with_b.m2_len, &cert), 0);
	len = forger_seals(&f, cert, cert.p + cert.len, m2);
	assert_int_equal(victim_says(m2, len, w.b.id.pk), KITH_EAUTH);
	/* The same proof is good where it was made. */
	assert_int_equal(kith_hs_m2_verify(&with_b.i, w.b.id.pk), 0);
}

/* Who has stolen a's identity can be a, but can not be b to a: there is no static key agreement in
 * which the own secret stands for the peer's. */
static void a_stolen_key_does_not_forge_its_peers(void **state)
{
	uint8_t m2[sizeof(t.m2)], sig[64];
	struct forger f;
	size_t len;

	(void)state;
	seal_talk_m1(&w, &t);
	forger_answers(&f, &t.r, t.m1);
	signs(&w.a.id, "kth.tcp.resp", f.h1, &w.b.id.mid, sig);
	len = forger_seals(&f, party_certificate(&w.b), sig, m2);
	assert_int_equal(victim_says(m2, len, w.b.id.pk), KITH_EAUTH);
}

/* The responder, too, judges by the initiator's signature. */
static void initiator_with_another_certificate(void **state)
{
	struct party mallory;

	(void)state;
	party_make(&mallory, &w, 140, "mallory");
	memcpy(mallory.certificate, w.a.certificate, w.a.certificate_len);
	mallory.certificate_len = w.a.certificate_len;
	seal_talk_m2(&w, &t);
	assert_int_equal(kith_hs_m2_open(&t.i, t.m2, t.m2_len, &t.certificate), 0);
	assert_int_equal(kith_hs_m2_verify(&t.i, w.b.id.pk), 0);
	kith_hs_m3(&t.i, &mallory.id, party_certificate(&mallory), t.m3, &t.m3_len);
	assert_int_equal(kith_hs_m3_open(&t.r, t.m3, t.m3_len, &t.certificate), 0);
	assert_memory_equal(t.certificate.p, w.a.certificate, w.a.certificate_len);
	assert_int_equal(kith_hs_m3_verify(&t.r, w.a.id.pk), KITH_EAUTH);
}

/* Well sealed, but too short to hold a signature, or longer than any certificate makes it. */
static void proofs_of_wrong_length(void **state)
{
	uint8_t m2[34 + 512 + 16], plain[512] = {0};
	struct kith_handshake hs;
	struct kith_bytes cert;
	struct forger f;

	(void)state;
	seal_talk_m1(&w, &t);
	forger_answers(&f, &t.r, t.m1);
	for (size_t len = 0; len <= sizeof(plain); len++) {
		size_t m2_len = forger_seals_raw(&f, plain, len, m2);
		int fine = len > 64 && len <= 64 + KITH_CERTIFICATE_MAX;

		hs = t.i;
		assert_int_equal(kith_hs_m2_open(&hs, m2, m2_len, &cert),
				 fine ? 0 : KITH_EMALFORMED);
		if (fine)
			assert_int_equal(cert.len, len - 64);
	}
}

static void m1_of_another_type(void **state)
{
	struct kith_handshake hs;

	(void)state;
	seal_talk_m1(&w, &t);
	t.m1[0] = 0x15;
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_encrypt(t.m1 + 28, NULL, t.i.e_pk, 32,
								    t.m1, 28, NULL, t.m1 + 4,
								    w.gate.tcp),
			 0);
	assert_int_equal(kith_hs_m1(&hs, &w.cid, &w.gate, 1, t.m1), KITH_EAUTH);
}

static void a_refusal_wipes(void **state)
{
	static const struct kith_handshake none;
	struct kith_handshake copy;
	struct kith_bytes cert;

	(void)state;
	seal_talk_m3(&w, &t);
	copy = t.r;
	assert_int_equal(kith_hs_m3_open(&copy, t.m3, t.m3_len - 1, &cert), KITH_EMALFORMED);
	assert_memory_equal(&copy, &none, sizeof(none));
	assert_int_equal(kith_hs_m3_open(&t.r, t.m3, t.m3_len, &cert), 0);
	assert_int_equal(kith_hs_m3_verify(&t.r, w.b.id.pk), KITH_EAUTH);
	assert_memory_equal(&t.r, &none, sizeof(none));
	seal_talk_m2(&w, &t);
	copy = t.i;
	t.m2[50] ^= 1;
	assert_int_equal(kith_hs_m2_open(&copy, t.m2, t.m2_len, &cert), KITH_EAUTH);
	assert_memory_equal(&copy, &none, sizeof(none));
}

/* A key of small order makes dh known to all: refused on both sides. */
static void small_order_ephemerals(void **state)
{
	uint8_t p[KITH_M1_LEN], out[sizeof(t.m2)], zero[32] = {0};
	struct kith_handshake hs;
	struct kith_bytes cert;
	size_t len = 0;

	(void)state;
	seal_talk_m2(&w, &t);
	memcpy(p, t.m1, sizeof(p));
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_encrypt(p + 28, NULL, zero, 32, p, 28,
								    NULL, p + 4, w.gate.tcp),
			 0);
	assert_int_equal(kith_hs_m1(&hs, &w.cid, &w.gate, 1, p), 0);
	assert_int_equal(kith_hs_m2(&hs, &w.b.secret, &w.b.id, party_certificate(&w.b), out, &len),
			 KITH_EKEY);
	memset(t.m2, 0, 32);
	assert_int_equal(kith_hs_m2_open(&t.i, t.m2, t.m2_len, &cert), KITH_EKEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(m1, setup),
		cmocka_unit_test_setup(both_ways, setup),
		cmocka_unit_test_setup(longest_certificates, setup),
		cmocka_unit_test_setup(gates, setup),
		cmocka_unit_test_setup(m1_with_any_bit_flipped, setup),
		cmocka_unit_test_setup(m2_with_any_bit_flipped, setup),
		cmocka_unit_test_setup(m3_with_any_bit_flipped, setup),
		cmocka_unit_test_setup(cut_messages, setup),
		cmocka_unit_test_setup(message_lengths, setup),
		cmocka_unit_test_setup(replays_across_handshakes, setup),
		cmocka_unit_test_setup(a_reflected_proof, setup),
		cmocka_unit_test_setup(another_cluster, setup),
		cmocka_unit_test_setup(certificate_of_another, setup),
		cmocka_unit_test_setup(a_proof_from_another_exchange, setup),
		cmocka_unit_test_setup(a_stolen_key_does_not_forge_its_peers, setup),
		cmocka_unit_test_setup(initiator_with_another_certificate, setup),
		cmocka_unit_test_setup(proofs_of_wrong_length, setup),
		cmocka_unit_test_setup(m1_of_another_type, setup),
		cmocka_unit_test_setup(a_refusal_wipes, setup),
		cmocka_unit_test_setup(small_order_ephemerals, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
