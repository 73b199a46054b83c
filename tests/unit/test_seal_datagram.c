/* SPDX-License-Identifier: ISC */
/* seal/datagram: what opens and what does not: every byte flipped, every length, every wrong key,
 * the own packet come back, and lies told by somebody who holds the cluster key. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/cur.h"
#include "unit/seal_fixture.h"
#include <sodium.h>

static struct seal_world w;

static int setup(void **state)
{
	(void)state;
	seal_world_make(&w);
	return 0;
}

static size_t seal_text(const char *text, uint8_t *out)
{
	return kith_data_seal(&w.a.session, &w.ab, w.b.session.sid, (const uint8_t *)text,
			      strlen(text), out);
}

/* --- DATA ------------------------------------------------------------------------------------- */

static void data_layout(void **state)
{
	uint8_t p[KITH_DATAGRAM_MAX], plain[KITH_DATA_PLAIN_MAX];
	struct kith_data_head h;
	size_t len = seal_text("ping", p);

	(void)state;
	assert_int_equal(len, 4 + 44);
	assert_int_equal(p[0], 0x11);
	assert_memory_equal(p + 1, w.b.session.sid, 3);
	assert_memory_equal(p + 4, w.a.session.sid, 8);
	assert_int_equal(kith_get_u64(p + 12), 1);
	kith_data_head(p, &h);
	assert_ptr_equal(h.rtag, p + 1);
	assert_ptr_equal(h.sid, p + 4);
	assert_int_equal(h.ctr, 1);
	assert_int_equal(kith_data_open(&w.ba, p, len, plain), 0);
	assert_memory_equal(plain, "ping", 4);
	(void)seal_text("ping", p);
	assert_int_equal(kith_get_u64(p + 12), 2);
	assert_int_equal(w.a.session.ctr, 2);
}

static void data_of_every_length(void **state)
{
	uint8_t plain[KITH_DATA_PLAIN_MAX], got[KITH_DATA_PLAIN_MAX + 1], p[KITH_DATAGRAM_MAX + 1];

	(void)state;
	for (size_t len = 0; len <= sizeof(plain); len++) {
		seal_fill(plain, len, (uint8_t)len);
		p[len + 44] = got[len] = 0xee;
		assert_int_equal(kith_data_seal(&w.a.session, &w.ab, w.b.session.sid, plain, len,
						p),
				 len + 44);
		assert_int_equal(kith_data_open(&w.ba, p, len + 44, got), 0);
		assert_memory_equal(got, plain, len);
		assert_int_equal(p[len + 44], 0xee);
		assert_int_equal(got[len], 0xee);
	}
}

static void data_with_any_bit_flipped(void **state)
{
	uint8_t p[KITH_DATAGRAM_MAX], plain[KITH_DATA_PLAIN_MAX];
	size_t len = seal_text("the quick brown fox jumps over the lazy dog", p);

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(kith_data_open(&w.ba, p, len, plain), KITH_EAUTH);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(kith_data_open(&w.ba, p, len, plain), 0);
}

static void data_of_wrong_length(void **state)
{
	uint8_t p[KITH_DATAGRAM_MAX + 2] = {0}, plain[KITH_DATAGRAM_MAX];
	size_t len = seal_text("ping", p);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut + 1);

		assert_non_null(exact);
		memcpy(exact, p, cut);
		assert_int_equal(kith_data_open(&w.ba, exact, cut, plain), KITH_EAUTH);
		free(exact);
	}
	for (size_t more = len + 1; more <= sizeof(p); more++)
		assert_int_equal(kith_data_open(&w.ba, p, more, plain), KITH_EAUTH);
}

/* Well sealed, but longer than a datagram may be: the receiver's buffer is for the longest. */
static void data_that_is_too_long(void **state)
{
	static uint8_t p[KITH_DATAGRAM_MAX + 1], plain[KITH_DATAGRAM_MAX + 1];

	(void)state;
	for (size_t len = KITH_DATA_PLAIN_MAX; len <= KITH_DATA_PLAIN_MAX + 1; len++) {
		uint8_t nonce[24] = {0};

		(void)seal_text("", p);
		memcpy(nonce, p + 12, 16);
		assert_int_equal(crypto_aead_xchacha20poly1305_ietf_encrypt(
					 p + 28, NULL, plain, len, p, 28, NULL, nonce,
					 w.ab.send_key),
				 0);
		assert_int_equal(kith_data_open(&w.ba, p, len + 44, plain),
				 len == KITH_DATA_PLAIN_MAX ? 0 : KITH_EAUTH);
	}
}

static void data_under_wrong_keys(void **state)
{
	uint8_t p[KITH_DATAGRAM_MAX], plain[KITH_DATA_PLAIN_MAX];
	struct kith_session fresh;
	struct kith_pair other;
	struct party c;
	size_t len = seal_text("ping", p);

	(void)state;
	/* Our own packet, sent back to us. */
	assert_int_equal(kith_data_open(&w.ab, p, len, plain), KITH_EAUTH);
	/* A third member, at either end. */
	party_make(&c, &w, 90, "c");
	seal_pair(&w, &c, &w.a, &other);
	assert_int_equal(kith_data_open(&other, p, len, plain), KITH_EAUTH);
	seal_pair(&w, &w.b, &c, &other);
	assert_int_equal(kith_data_open(&other, p, len, plain), KITH_EAUTH);
	/* The same two after the receiver or the sender took a new session. */
	kith_session_new(&fresh, &w.b.secret, &w.cid, &w.b.id.mid);
	assert_int_equal(kith_pair_make(&other, &fresh, &w.cid, &w.b.id.mid, &w.a.id.mid,
					w.a.session.pk),
			 0);
	assert_int_equal(kith_data_open(&other, p, len, plain), KITH_EAUTH);
	kith_session_new(&fresh, &w.a.secret, &w.cid, &w.a.id.mid);
	assert_int_equal(kith_pair_make(&other, &w.b.session, &w.cid, &w.b.id.mid, &w.a.id.mid,
					fresh.pk),
			 0);
	assert_int_equal(kith_data_open(&other, p, len, plain), KITH_EAUTH);
	assert_int_equal(kith_data_open(&w.ba, p, len, plain), 0);
}

/* The receiver's tag and the sender's id are covered: a packet can not be made to name others. */
static void data_addressed_to_another_session(void **state)
{
	uint8_t p[KITH_DATAGRAM_MAX], plain[KITH_DATA_PLAIN_MAX];
	size_t len = seal_text("ping", p);

	(void)state;
	memcpy(p + 1, w.a.session.sid, 3);
	assert_int_equal(kith_data_open(&w.ba, p, len, plain), KITH_EAUTH);
	memcpy(p + 1, w.b.session.sid, 3);
	memcpy(p + 4, w.b.session.sid, 8);
	assert_int_equal(kith_data_open(&w.ba, p, len, plain), KITH_EAUTH);
	memcpy(p + 4, w.a.session.sid, 8);
	assert_int_equal(kith_data_open(&w.ba, p, len, plain), 0);
}

/* A snapshot is taken, and both lives go on from the same counter. */
static void a_repeated_counter_takes_another_nonce(void **state)
{
	uint8_t one[KITH_DATAGRAM_MAX], two[KITH_DATAGRAM_MAX], plain[KITH_DATA_PLAIN_MAX];
	struct kith_session snapshot = w.a.session;
	struct kith_pair third = w.ab;
	size_t len = seal_text("ping 1", one);

	(void)state;
	w.a.session = snapshot;
	assert_int_equal(seal_text("ping 1", two), len);
	assert_memory_equal(one, two, len); /* the same content shows nothing new */
	w.a.session = snapshot;
	assert_int_equal(seal_text("ping 2", two), len);
	assert_memory_equal(one, two, 20);
	assert_memory_not_equal(one + 20, two + 20, 8);
	assert_int_equal(kith_data_open(&w.ba, two, len, plain), 0);
	/* The same text to another peer, under whatever key: the tag of the receiver is in it. */
	w.a.session = snapshot;
	(void)kith_data_seal(&w.a.session, &third, w.a.session.sid, (const uint8_t *)"ping 1", 6,
			     two);
	assert_memory_not_equal(one + 20, two + 20, 8);
	/* The synthetic part is keyed: whoever knows the text can not tell it. */
	w.a.session = snapshot;
	w.a.session.siv_key[0] ^= 1;
	(void)seal_text("ping 1", two);
	assert_memory_equal(one, two, 20);
	assert_memory_not_equal(one + 20, two + 20, 8);
}

/* --- INTRO ------------------------------------------------------------------------------------ */

enum { PLAIN_MAX = KITH_DATAGRAM_MAX - 28 - 16 };

static uint8_t record[KITH_RECORD_MAX];

static struct kith_intro sample_intro(uint8_t *data)
{
	struct kith_intro in = {.flags = KITH_INTRO_WANT,
				.certificate = party_certificate(&w.a),
				.record = {record, 250}};

	seal_fill(record, sizeof(record), 3);
	in.data = seal_bytes(data, seal_text("ping", data));
	return in;
}

static void assert_intro_equal(const struct kith_intro *a, const struct kith_intro *b)
{
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->certificate.len, b->certificate.len);
	assert_int_equal(a->record.len, b->record.len);
	assert_int_equal(a->data.len, b->data.len);
	if (a->certificate.len > 0)
		assert_memory_equal(a->certificate.p, b->certificate.p, a->certificate.len);
	if (a->record.len > 0)
		assert_memory_equal(a->record.p, b->record.p, a->record.len);
	if (a->data.len > 0)
		assert_memory_equal(a->data.p, b->data.p, a->data.len);
}

/* Opens from a buffer of exactly the right size into a scratch of exactly the right size. */
static int open_intro(const struct kith_gate *gates, size_t count, const uint8_t *p,
		      struct kith_intro *out)
{
	static uint8_t scratch[KITH_INTRO_SEALED_MAX], buf[KITH_DATAGRAM_MAX];

	memcpy(buf, p, sizeof(buf));
	memset(scratch, 0xee, sizeof(scratch));
	return kith_intro_open(gates, count, buf, scratch, out);
}

static void intro_layout(void **state)
{
	uint8_t data[KITH_DATAGRAM_MAX], p[KITH_DATAGRAM_MAX], plain[KITH_DATA_PLAIN_MAX];
	struct kith_intro in = sample_intro(data), got;

	(void)state;
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, p), 0);
	assert_int_equal(p[0], 0x12);
	assert_int_equal(p[1], w.gate.hint);
	assert_int_equal(kith_get_u16(p + 2), in.data.len);
	assert_memory_equal(p + sizeof(p) - in.data.len, in.data.p, in.data.len);
	assert_int_equal(open_intro(&w.gate, 1, p, &got), 0);
	assert_intro_equal(&got, &in);
	assert_int_equal(kith_data_open(&w.ba, got.data.p, got.data.len, plain), 0);
	assert_memory_equal(plain, "ping", 4);
}

static void intro_room(void **state)
{
	static uint8_t data[KITH_DATAGRAM_MAX], p[KITH_DATAGRAM_MAX];
	struct kith_intro in, got;

	(void)state;
	assert_int_equal(kith_intro_room(0, 0), PLAIN_MAX - 5);
	assert_int_equal(kith_intro_room(141, 250), 792);
	assert_int_equal(kith_intro_room(350, 729), 104);
	assert_int_equal(kith_intro_room(350, PLAIN_MAX - 5 - 350 - 44), 44);
	assert_int_equal(kith_intro_room(350, PLAIN_MAX - 5 - 350 - 43), 0);
	assert_int_equal(kith_intro_room(350, 1024), 0);
	for (size_t record_len = 0; record_len <= 1024; record_len++) {
		size_t room = kith_intro_room(350, record_len);

		memset(&in, 0, sizeof(in));
		in.certificate = seal_bytes(record, 350);
		in.record = seal_bytes(record, record_len);
		in.data = seal_bytes(data, room);
		if (5 + 350 + record_len > PLAIN_MAX) {
			assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, p),
					 KITH_ETOOBIG);
			continue;
		}
		assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, p), 0);
		assert_int_equal(open_intro(&w.gate, 1, p, &got), 0);
		assert_intro_equal(&got, &in);
		in.data.len = room == 0 ? 44 : room + 1;
		assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, p), KITH_ETOOBIG);
	}
	memset(&in, 0, sizeof(in));
	in.certificate = seal_bytes(record, 351);
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, p), KITH_ETOOBIG);
	in.certificate = seal_bytes(record, 0);
	in.record = seal_bytes(data, 1025);
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, p), KITH_ETOOBIG);
}

static void intro_with_any_bit_flipped(void **state)
{
	uint8_t data[KITH_DATAGRAM_MAX], p[KITH_DATAGRAM_MAX], plain[KITH_DATA_PLAIN_MAX];
	struct kith_intro in = sample_intro(data), got;

	(void)state;
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, p), 0);
	for (size_t bit = 0; bit < sizeof(p) * 8; bit++) {
		size_t at = bit / 8;
		int rc;

		p[at] ^= (uint8_t)(1 << bit % 8);
		rc = open_intro(&w.gate, 1, p, &got);
		if (at == 1)
			assert_int_equal(rc, KITH_EKEY);
		else if (at == 2 || at == 3)
			assert_true(rc == KITH_EAUTH || rc == KITH_EMALFORMED);
		else if (at < sizeof(p) - in.data.len)
			assert_int_equal(rc, KITH_EAUTH);
		else /* the rider is sealed for itself */
			assert_int_equal(kith_data_open(&w.ba, got.data.p, got.data.len, plain),
					 KITH_EAUTH);
		p[at] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(open_intro(&w.gate, 1, p, &got), 0);
}

static void intro_needs_the_right_gate(void **state)
{
	uint8_t data[KITH_DATAGRAM_MAX], p[KITH_DATAGRAM_MAX], key[32];
	struct kith_intro in = sample_intro(data), got;
	struct kith_gate gates[4];
	struct kith_cid cid;

	(void)state;
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, p), 0);
	for (uint8_t i = 0; i < 4; i++) {
		seal_fill(key, sizeof(key), i);
		kith_gate_make(&gates[i], key, &w.cid);
		assert_int_not_equal(gates[i].hint, w.gate.hint);
	}
	assert_int_equal(open_intro(NULL, 0, p, &got), KITH_EKEY);
	assert_int_equal(open_intro(gates, 4, p, &got), KITH_EKEY);
	gates[1].hint = gates[2].hint = w.gate.hint; /* one in 256 keys collides */
	assert_int_equal(open_intro(gates, 4, p, &got), KITH_EAUTH);
	gates[3] = w.gate;
	assert_int_equal(open_intro(gates, 4, p, &got), 0);
	assert_intro_equal(&got, &in);
	/* The same key in another cluster; the TCP key of the same gate. */
	seal_fill(key, sizeof(key), 100);
	kith_cid_make(&cid, "other");
	kith_gate_make(&gates[0], key, &cid);
	assert_int_equal(gates[0].hint, w.gate.hint);
	assert_int_equal(open_intro(gates, 1, p, &got), KITH_EAUTH);
	gates[0] = w.gate;
	memcpy(gates[0].udp, w.gate.tcp, 32);
	assert_int_equal(open_intro(gates, 1, p, &got), KITH_EAUTH);
}

static void intro_nonces(void **state)
{
	uint8_t data[KITH_DATAGRAM_MAX], one[KITH_DATAGRAM_MAX], two[KITH_DATAGRAM_MAX];
	struct kith_intro in = sample_intro(data);

	(void)state;
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, one), 0);
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, two), 0);
	assert_memory_equal(one, two, sizeof(one));
	data[in.data.len - 1] ^= 1; /* only the rider differs */
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, two), 0);
	assert_memory_not_equal(one + 4, two + 4, 24);
	data[in.data.len - 1] ^= 1;
	in.flags = 0;
	assert_int_equal(kith_intro_seal(&w.gate, &w.a.session, &in, two), 0);
	assert_memory_not_equal(one + 4, two + 4, 24);
	/* Many hosts share the gate's key: each has nonces of its own. */
	in.flags = KITH_INTRO_WANT;
	assert_int_equal(kith_intro_seal(&w.gate, &w.b.session, &in, two), 0);
	assert_memory_not_equal(one + 4, two + 4, 24);
}

/* An insider seals a plain text of its own choice. */
static void forge_intro(const uint8_t *plain, size_t data_len, uint8_t *p)
{
	memset(p, 0, KITH_DATAGRAM_MAX);
	p[0] = 0x12;
	p[1] = w.gate.hint;
	kith_put_u16(p + 2, (uint16_t)data_len);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_encrypt(
				 p + 28, NULL, plain, PLAIN_MAX - data_len, p, 28, NULL, p + 4,
				 w.gate.udp),
			 0);
}

static void intro_lengths_that_lie(void **state)
{
	static const struct {
		size_t certificate_len, record_len;
		int rc;
	} table[] = {
		{0, 0, 0},
		{350, 10, 0},
		{351, 10, KITH_EMALFORMED},
		{10, 1024, 0},
		{10, 1025, KITH_EMALFORMED},
		{0, 1139, KITH_EMALFORMED}, /* would fit */
		{350, 789, 0},              /* the last byte */
		{350, 790, KITH_EMALFORMED},
		{349, 790, 0},
		{0xffff, 0, KITH_EMALFORMED},
		{0, 0xffff, KITH_EMALFORMED},
		{0xffff, 0xffff, KITH_EMALFORMED},
	};
	uint8_t plain[PLAIN_MAX], p[KITH_DATAGRAM_MAX];
	struct kith_intro got;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t at = 3 + table[i].certificate_len;

		memset(plain, 0, sizeof(plain));
		kith_put_u16(plain + 1, (uint16_t)table[i].certificate_len);
		if (at + 2 <= PLAIN_MAX - 44)
			kith_put_u16(plain + at, (uint16_t)table[i].record_len);
		forge_intro(plain, 44, p);
		if (open_intro(&w.gate, 1, p, &got) != table[i].rc)
			fail_msg("row %zu", i);
	}
	/* What follows the record is skipped, so that later fields can stand there. */
	memset(plain, 0, sizeof(plain));
	plain[PLAIN_MAX - 1] = 1;
	forge_intro(plain, 0, p);
	assert_int_equal(open_intro(&w.gate, 1, p, &got), 0);
	assert_int_equal(got.data.len, 0);
}

static void intro_rider_lengths(void **state)
{
	uint8_t plain[PLAIN_MAX] = {0}, p[KITH_DATAGRAM_MAX];
	struct kith_intro got;

	(void)state;
	for (size_t len = 1; len <= PLAIN_MAX; len++) {
		int fine = len >= 44 && len <= PLAIN_MAX - 5;

		forge_intro(plain, len, p);
		assert_int_equal(open_intro(&w.gate, 1, p, &got), fine ? 0 : KITH_EMALFORMED);
		if (fine)
			assert_int_equal(got.data.len, len);
	}
	for (size_t len = PLAIN_MAX; len <= 0xffff; len++) {
		kith_put_u16(p + 2, (uint16_t)len);
		assert_int_equal(open_intro(&w.gate, 1, p, &got), KITH_EMALFORMED);
	}
}

static void gates(void **state)
{
	struct kith_gate g;
	uint8_t key[32];

	(void)state;
	seal_fill(key, sizeof(key), 100);
	kith_gate_make(&g, key, &w.cid);
	assert_memory_equal(&g, &w.gate, sizeof(g));
	assert_memory_not_equal(g.udp, g.tcp, 32);
	key[31] ^= 1;
	kith_gate_make(&g, key, &w.cid);
	assert_memory_not_equal(g.udp, w.gate.udp, 32);
	assert_memory_not_equal(g.tcp, w.gate.tcp, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(data_layout, setup),
		cmocka_unit_test_setup(data_of_every_length, setup),
		cmocka_unit_test_setup(data_with_any_bit_flipped, setup),
		cmocka_unit_test_setup(data_of_wrong_length, setup),
		cmocka_unit_test_setup(data_that_is_too_long, setup),
		cmocka_unit_test_setup(data_under_wrong_keys, setup),
		cmocka_unit_test_setup(data_addressed_to_another_session, setup),
		cmocka_unit_test_setup(a_repeated_counter_takes_another_nonce, setup),
		cmocka_unit_test_setup(intro_layout, setup),
		cmocka_unit_test_setup(intro_room, setup),
		cmocka_unit_test_setup(intro_with_any_bit_flipped, setup),
		cmocka_unit_test_setup(intro_needs_the_right_gate, setup),
		cmocka_unit_test_setup(intro_nonces, setup),
		cmocka_unit_test_setup(intro_lengths_that_lie, setup),
		cmocka_unit_test_setup(intro_rider_lengths, setup),
		cmocka_unit_test_setup(gates, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
