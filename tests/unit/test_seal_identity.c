/* SPDX-License-Identifier: ISC */
/* seal/identity: what a signature binds, and the signatures and keys that plain Ed25519 would take
 * and we must not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "unit/seal_fixture.h"

static struct seal_world w;

/* RFC 8032, 7.1, test 1. */
static void known_key(void **state)
{
	uint8_t seed[32];
	struct kith_identity id;
	struct kith_mid mid;
	char hex[65];

	(void)state;
	assert_int_equal(
		kith_hex_read("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
			      seed, 32),
		0);
	assert_int_equal(kith_identity_init(&id, seed), 0);
	kith_hex_write(id.pk, 32, hex);
	assert_string_equal(hex,
			    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	kith_mid_make(&mid, id.pk);
	assert_memory_equal(&id.mid, &mid, sizeof(mid));
}

static void sign(const char *msg, uint8_t sig[KITH_SIG_LEN])
{
	kith_sign(&w.a.id, "kth.record", &w.cid, msg, strlen(msg), sig);
}

static int verify(const char *msg, const uint8_t *sig)
{
	return kith_verify(w.a.id.pk, "kth.record", &w.cid, msg, strlen(msg), sig);
}

static void a_signature_binds_all(void **state)
{
	uint8_t sig[KITH_SIG_LEN];
	struct kith_cid other = w.cid;

	(void)state;
	sign("hello", sig);
	assert_int_equal(verify("hello", sig), 0);
	assert_int_equal(verify("hellp", sig), KITH_EAUTH);
	assert_int_equal(verify("hell", sig), KITH_EAUTH);
	assert_int_equal(verify("hello ", sig), KITH_EAUTH);
	assert_int_equal(kith_verify(w.a.id.pk, "kth.cert", &w.cid, "hello", 5, sig), KITH_EAUTH);
	assert_int_equal(kith_verify(w.b.id.pk, "kth.record", &w.cid, "hello", 5, sig),
			 KITH_EAUTH);
	other.b[15] ^= 1;
	assert_int_equal(kith_verify(w.a.id.pk, "kth.record", &other, "hello", 5, sig),
			 KITH_EAUTH);
}

static void every_bit_of_it_counts(void **state)
{
	uint8_t sig[KITH_SIG_LEN], pk[32];

	(void)state;
	sign("hello", sig);
	for (size_t bit = 0; bit < sizeof(sig) * 8; bit++) {
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(verify("hello", sig), KITH_EAUTH);
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	memcpy(pk, w.a.id.pk, 32);
	for (size_t bit = 0; bit < sizeof(pk) * 8; bit++) {
		pk[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(kith_verify(pk, "kth.record", &w.cid, "hello", 5, sig),
				 KITH_EAUTH);
		pk[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(verify("hello", sig), 0);
}

/* S + L is the same number to the curve, so a verifier that does not look at its size takes a
 * second signature for the same message: a block list by signature would be escaped. */
static void the_other_s_is_refused(void **state)
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
					  0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
					  [31] = 0x10};
	uint8_t sig[KITH_SIG_LEN];
	unsigned carry = 0;

	(void)state;
	sign("hello", sig);
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	assert_int_equal(verify("hello", sig), KITH_EAUTH);
}

/* Under a key of small order a signature of zeros holds for every eighth message or for all. */
static void small_order_keys_are_refused(void **state)
{
	static const char *const keys[] = {
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		/* and the same points in another encoding: y = p, y = p + 1 */
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
	uint8_t sig[KITH_SIG_LEN] = {1}, pk[32]; /* R = the neutral point, S = 0 */
	char msg[2] = {0, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_int_equal(kith_hex_read(keys[i], pk, 32), 0);
		for (msg[0] = 'a'; msg[0] <= 'z'; msg[0]++)
			assert_int_equal(kith_verify(pk, "kth.record", &w.cid, msg, 1, sig),
					 KITH_EAUTH);
	}
}

static void lengths(void **state)
{
	uint8_t msg[KITH_SIGNED_MAX + 1] = {0}, sig[KITH_SIG_LEN];

	(void)state;
	kith_sign(&w.a.id, "kth.record", &w.cid, NULL, 0, sig);
	assert_int_equal(kith_verify(w.a.id.pk, "kth.record", &w.cid, NULL, 0, sig), 0);
	kith_sign(&w.a.id, "kth.record", &w.cid, msg, KITH_SIGNED_MAX, sig);
	assert_int_equal(
		kith_verify(w.a.id.pk, "kth.record", &w.cid, msg, KITH_SIGNED_MAX, sig), 0);
	assert_int_equal(
		kith_verify(w.a.id.pk, "kth.record", &w.cid, msg, KITH_SIGNED_MAX + 1, sig),
		KITH_EAUTH);
	msg[KITH_SIGNED_MAX - 1] = 1;
	assert_int_equal(
		kith_verify(w.a.id.pk, "kth.record", &w.cid, msg, KITH_SIGNED_MAX, sig),
		KITH_EAUTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_key),
		cmocka_unit_test(a_signature_binds_all),
		cmocka_unit_test(every_bit_of_it_counts),
		cmocka_unit_test(the_other_s_is_refused),
		cmocka_unit_test(small_order_keys_are_refused),
		cmocka_unit_test(lengths),
	};

	seal_world_make(&w);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
