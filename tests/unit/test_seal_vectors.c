/* SPDX-License-Identifier: ISC */
/* The golden bytes of seal's layouts: tests/vectors/{hashes,certificates,sessions,datagrams,
 * streams}.txt. Each is made anew and opened. contrib/python/kith_vectors.py reads the same files
 * and shares nothing with this. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "seal/certificate.h"
#include "seal/stream.h"
#include "support/vectors.h"
#include <stdlib.h>
#include <string.h>

struct value {
	uint8_t b[VECTOR_BYTES_MAX];
	size_t len;
};

/* A missing key is an empty value, and then differs from what is computed. */
static struct value get(const struct vector *v, const char *key)
{
	struct value out;

	memset(&out, 0, sizeof(out));
	out.len = vector_join(v, key, out.b);
	return out;
}

static struct kith_bytes bytes(const struct value *v)
{
	return (struct kith_bytes){v->b, v->len};
}

static const char *text(const struct vector *v, const char *key)
{
	const char *s = vector_value(v, key, 0);

	if (s == NULL)
		fail_msg("vector %s has no %s", v->name, key);
	return s;
}

static uint64_t number(const struct vector *v, const char *key)
{
	char *end;
	uint64_t n = strtoull(text(v, key), &end, 10);

	if (*end != '\0')
		fail_msg("vector %s: %s is no number", v->name, key);
	return n;
}

static void is(const struct vector *v, const char *key, const void *got, size_t len)
{
	struct value want = get(v, key);

	if (want.len != len || memcmp(want.b, got, len) != 0)
		fail_msg("vector %s: %s differs", v->name, key);
}

/* For a struct of a fixed-size array. */
static void put(const struct vector *v, const char *key, void *out, size_t len)
{
	struct value got = get(v, key);

	if (got.len != len)
		fail_msg("vector %s: %s has %zu bytes", v->name, key, got.len);
	memcpy(out, got.b, len);
}

/* --- hashes ----------------------------------------------------------------------------------- */

static void ids(const struct vector *v)
{
	struct kith_identity id;
	struct kith_cid cid;
	uint8_t seed[32], authority[16];

	put(v, "seed", seed, sizeof(seed));
	assert_int_equal(kith_identity_init(&id, seed), 0);
	kith_cid_make(&cid, text(v, "cluster"));
	kith_authority_id(authority, id.pk);
	is(v, "cid", cid.b, sizeof(cid.b));
	is(v, "pk", id.pk, sizeof(id.pk));
	is(v, "mid", id.mid.b, sizeof(id.mid.b));
	is(v, "authority", authority, sizeof(authority));
}

static void signature(const struct vector *v)
{
	struct kith_identity id;
	struct kith_cid cid;
	struct value msg = get(v, "message");
	uint8_t seed[32], sig[KITH_SIG_LEN];

	put(v, "seed", seed, sizeof(seed));
	assert_int_equal(kith_identity_init(&id, seed), 0);
	kith_cid_make(&cid, text(v, "cluster"));
	kith_sign(&id, text(v, "label"), &cid, msg.b, msg.len, sig);
	is(v, "sig", sig, sizeof(sig));
	assert_int_equal(kith_verify(id.pk, text(v, "label"), &cid, msg.b, msg.len, sig), 0);
}

static void secret(const struct vector *v)
{
	struct kith_secret s;
	uint8_t seed[32], out[64];

	put(v, "seed", seed, sizeof(seed));
	kith_secret_init(&s, seed);
	kith_secret_draw(&s, out, 32);
	is(v, "draw1", out, 32);
	is(v, "seed1", s.seed, 32);
	kith_secret_draw(&s, out, 64);
	is(v, "draw2", out, 64);
	is(v, "seed2", s.seed, 32);
}

static void check_hash(const struct vector *v)
{
	struct value key = get(v, "key"), msg = get(v, "message"), want = get(v, "digest");
	const struct kith_bytes part = bytes(&msg);
	uint8_t out[64];

	if (strcmp(v->name, "ids") == 0) {
		ids(v);
	} else if (strcmp(v->name, "signature") == 0) {
		signature(v);
	} else if (strcmp(v->name, "secret") == 0) {
		secret(v);
	} else {
		kith_hash(out, want.len, text(v, "label"), key.len ? key.b : NULL, key.len, &part,
			  1);
		is(v, "digest", out, want.len);
	}
}

static void hashes(void **state)
{
	(void)state;
	assert_int_equal(vectors_each("hashes.txt", check_hash), 9);
}

/* --- certificates ------------------------------------------------------------------------------ */

static void copy_text(const struct vector *v, const char *key, char *out, size_t size)
{
	const char *s = text(v, key);

	assert_true(strlen(s) < size);
	memcpy(out, s, strlen(s) + 1);
}

static void check_certificate(const struct vector *v)
{
	struct kith_certificate c, got;
	struct kith_identity authority;
	struct value want = get(v, "certificate");
	struct kith_cid cid;
	uint8_t seed[32], out[KITH_CERTIFICATE_MAX];
	size_t len = sizeof(out);

	memset(&c, 0, sizeof(c));
	c.rights = (uint8_t)number(v, "rights");
	c.serial = number(v, "serial");
	c.not_after = (uint32_t)number(v, "not-after");
	put(v, "identity", c.identity, sizeof(c.identity));
	copy_text(v, "name", c.name, sizeof(c.name));
	copy_text(v, "zone", c.zone, sizeof(c.zone));
	copy_text(v, "roles", c.roles, sizeof(c.roles));
	put(v, "authority-seed", seed, sizeof(seed));
	assert_int_equal(kith_identity_init(&authority, seed), 0);
	kith_cid_make(&cid, text(v, "cluster"));
	assert_int_equal(kith_cert_sign(&c, &authority, &cid, out, &len), 0);
	is(v, "certificate", out, len);
	assert_int_equal(kith_cert_read(want.b, want.len, &got), 0);
	assert_memory_equal(&got, &c, sizeof(c));
	assert_int_equal(kith_cert_verify(want.b, want.len, authority.pk, &cid), 0);
}

static void certificates(void **state)
{
	(void)state;
	assert_int_equal(vectors_each("certificates.txt", check_certificate), 3);
}

/* --- sessions --------------------------------------------------------------------------------- */

static void check_session(const struct vector *v)
{
	struct kith_session a = {.ctr = 0}, b = {.ctr = 0};
	struct kith_pair ab, ba;
	struct kith_cid cid;
	struct kith_mid am, bm;

	put(v, "cid", cid.b, sizeof(cid.b));
	put(v, "a-mid", am.b, sizeof(am.b));
	put(v, "b-mid", bm.b, sizeof(bm.b));
	put(v, "a-sk", a.sk, sizeof(a.sk));
	put(v, "a-pk", a.pk, sizeof(a.pk));
	put(v, "b-sk", b.sk, sizeof(b.sk));
	put(v, "b-pk", b.pk, sizeof(b.pk));
	kith_session_id(a.sid, &cid, &am, a.pk);
	kith_session_id(b.sid, &cid, &bm, b.pk);
	is(v, "a-sid", a.sid, sizeof(a.sid));
	is(v, "b-sid", b.sid, sizeof(b.sid));
	assert_int_equal(kith_pair_make(&ab, &a, &cid, &am, &bm, b.pk), 0);
	assert_int_equal(kith_pair_make(&ba, &b, &cid, &bm, &am, a.pk), 0);
	is(v, "a-to-b", ab.send_key, 32);
	is(v, "a-to-b", ba.recv_key, 32);
	is(v, "b-to-a", ab.recv_key, 32);
	is(v, "b-to-a", ba.send_key, 32);
}

static void sessions(void **state)
{
	(void)state;
	assert_int_equal(vectors_each("sessions.txt", check_session), 2);
}

/* --- datagrams -------------------------------------------------------------------------------- */

static struct kith_gate gate; /* of the first vector, for the rest */

static void check_gate(const struct vector *v)
{
	struct kith_cid cid;
	uint8_t key[32];

	put(v, "cid", cid.b, sizeof(cid.b));
	put(v, "cluster-key", key, sizeof(key));
	kith_gate_make(&gate, key, &cid);
	is(v, "hint", &gate.hint, 1);
	is(v, "udp", gate.udp, sizeof(gate.udp));
	is(v, "tcp", gate.tcp, sizeof(gate.tcp));
}

static void check_data(const struct vector *v)
{
	struct value plain = get(v, "plain"), want = get(v, "packet");
	uint8_t packet[KITH_DATAGRAM_MAX], got[KITH_DATA_PLAIN_MAX], rsid[KITH_SID_LEN];
	struct kith_session own = {.ctr = number(v, "ctr") - 1};
	struct kith_pair pair;
	struct kith_data_head h;
	size_t len;

	memset(&pair, 0, sizeof(pair));
	put(v, "key", pair.send_key, 32);
	put(v, "key", pair.recv_key, 32);
	put(v, "siv-key", own.siv_key, sizeof(own.siv_key));
	put(v, "sender-sid", own.sid, sizeof(own.sid));
	put(v, "receiver-sid", rsid, sizeof(rsid));
	len = kith_data_seal(&own, &pair, rsid, plain.b, plain.len, packet);
	is(v, "packet", packet, len);
	assert_int_equal(kith_data_open(&pair, want.b, want.len, got), 0);
	is(v, "plain", got, want.len - KITH_DATA_OVERHEAD);
	kith_data_head(want.b, &h);
	assert_int_equal(h.ctr, own.ctr);
	assert_memory_equal(h.rtag, rsid, 3);
	assert_memory_equal(h.sid, own.sid, KITH_SID_LEN);
}

static void check_intro(const struct vector *v)
{
	struct value cert = get(v, "certificate"), record = get(v, "record"),
		     data = get(v, "data"), want = get(v, "packet");
	struct kith_intro in = {.flags = (uint8_t)number(v, "flags"),
				.certificate = bytes(&cert),
				.record = bytes(&record),
				.data = bytes(&data)},
			  got;
	uint8_t packet[KITH_DATAGRAM_MAX], scratch[KITH_INTRO_SEALED_MAX];
	struct kith_session own = {.ctr = 0};

	put(v, "siv-key", own.siv_key, sizeof(own.siv_key));
	assert_int_equal(kith_intro_seal(&gate, &own, &in, packet), 0);
	is(v, "packet", packet, sizeof(packet));
	assert_int_equal(kith_intro_open(&gate, 1, want.b, scratch, &got), 0);
	assert_int_equal(got.flags, in.flags);
	is(v, "certificate", got.certificate.p, got.certificate.len);
	is(v, "record", got.record.p, got.record.len);
	is(v, "data", got.data.p, got.data.len);
}

static void check_datagram(const struct vector *v)
{
	if (strcmp(v->name, "gate") == 0)
		check_gate(v);
	else if (strncmp(v->name, "data", 4) == 0)
		check_data(v);
	else
		check_intro(v);
}

static void datagrams(void **state)
{
	(void)state;
	assert_int_equal(vectors_each("datagrams.txt", check_datagram), 7);
}

/* --- streams ---------------------------------------------------------------------------------- */

static struct kith_channel initiator, responder;
static uint8_t initiator_header[KITH_CHANNEL_HEADER_LEN], responder_header[KITH_CHANNEL_HEADER_LEN];

struct end {
	struct kith_identity id;
	struct value certificate;
	struct kith_secret secret;
	struct kith_handshake hs;
};

static void end_make(struct end *e, const struct vector *v, const char *seed,
		     const char *identity, const char *certificate)
{
	uint8_t b[32];

	put(v, seed, b, sizeof(b));
	kith_secret_init(&e->secret, b);
	put(v, identity, b, sizeof(b));
	assert_int_equal(kith_identity_init(&e->id, b), 0);
	e->certificate = get(v, certificate);
}

static void check_handshake(const struct vector *v)
{
	uint8_t key[32], siv_key[32], m1[KITH_M1_LEN], out[KITH_M2_MIN + KITH_PROOF_MAX];
	struct kith_bytes cert;
	struct kith_cid cid;
	struct end i, r;
	size_t len;

	put(v, "cid", cid.b, sizeof(cid.b));
	put(v, "cluster-key", key, sizeof(key));
	put(v, "i-siv-key", siv_key, sizeof(siv_key));
	kith_gate_make(&gate, key, &cid);
	end_make(&i, v, "i-seed", "i-identity", "i-certificate");
	end_make(&r, v, "r-seed", "r-identity", "r-certificate");

	kith_hs_start(&i.hs, &cid, &gate, &i.secret, siv_key, m1);
	is(v, "m1", m1, sizeof(m1));
	assert_int_equal(kith_hs_m1(&r.hs, &cid, &gate, 1, m1), 0);
	assert_int_equal(
		kith_hs_m2(&r.hs, &r.secret, &r.id, bytes(&r.certificate), out, &len), 0);
	is(v, "m2", out, len);
	is(v, "dh", r.hs.dh, 32);
	is(v, "k3", r.hs.k3, 32);
	is(v, "h2", r.hs.h, 32);
	assert_int_equal(kith_hs_m2_open(&i.hs, out, len, &cert), 0);
	is(v, "r-certificate", cert.p, cert.len);
	is(v, "h1", i.hs.h_proof, 32);
	is(v, "h2", i.hs.h, 32);
	assert_int_equal(kith_hs_m2_verify(&i.hs, r.id.pk), 0);
	kith_hs_m3(&i.hs, &i.id, bytes(&i.certificate), out, &len);
	is(v, "m3", out, len);
	is(v, "h3", i.hs.h, 32);
	assert_int_equal(kith_hs_m3_open(&r.hs, out, len, &cert), 0);
	is(v, "i-certificate", cert.p, cert.len);
	is(v, "h3", r.hs.h, 32);
	assert_int_equal(kith_hs_m3_verify(&r.hs, i.id.pk), 0);
	kith_channel_init(&initiator, &i.hs, true, initiator_header);
	kith_channel_init(&responder, &r.hs, false, responder_header);
	assert_int_equal(kith_channel_header(&responder, initiator_header), 0);
	assert_int_equal(kith_channel_header(&initiator, responder_header), 0);
}

static void check_direction(const struct vector *v, struct kith_channel *from,
			    struct kith_channel *to, const uint8_t *header)
{
	static const char *const names[3][2] = {
		{"plain1", "frame1"}, {"plain2", "frame2"}, {"plain3", "frame3"}};

	is(v, "header", header, KITH_CHANNEL_HEADER_LEN);
	for (size_t i = 0; i < 3; i++) {
		struct value plain = get(v, names[i][0]), want = get(v, names[i][1]);
		uint8_t frame[256], got[256];
		size_t len = kith_channel_push(from, plain.b, plain.len, i == 2, frame), told;
		bool final;

		is(v, names[i][1], frame, len);
		assert_int_equal(kith_channel_frame_len(want.b, &told), 0);
		assert_int_equal(told, want.len);
		assert_int_equal(kith_channel_pull(to, want.b, want.len, got, &final), 0);
		is(v, names[i][0], got, want.len - KITH_FRAME_OVERHEAD);
		assert_int_equal(final, i == 2);
	}
}

static void check_stream(const struct vector *v)
{
	if (strcmp(v->name, "handshake") == 0)
		check_handshake(v);
	else if (strcmp(v->name, "initiator") == 0)
		check_direction(v, &initiator, &responder, initiator_header);
	else
		check_direction(v, &responder, &initiator, responder_header);
}

static void streams(void **state)
{
	(void)state;
	assert_int_equal(vectors_each("streams.txt", check_stream), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),
		cmocka_unit_test(certificates),
		cmocka_unit_test(sessions),
		cmocka_unit_test(datagrams),
		cmocka_unit_test(streams),
	};

	if (kith_seal_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
