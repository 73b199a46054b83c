/* SPDX-License-Identifier: ISC */
/* seal/hash: H and its ids against digests that Python's hashlib computed, and what separates two
 * uses of it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "seal/hash.h"
#include <string.h>

static void assert_hex(const void *p, size_t len, const char *want)
{
	char got[2 * 64 + 1];

	kith_hex_write(p, len, got);
	assert_string_equal(got, want);
}

static void h1(uint8_t *out, size_t n, const char *label, const void *key, size_t keylen,
	       const char *text)
{
	struct kith_bytes part = {(const uint8_t *)text, strlen(text)};

	kith_hash(out, n, label, key, keylen, &part, 1);
}

static void known_digests(void **state)
{
	uint8_t out[32], key[32], pk[32] = {0}, id[16];
	struct kith_cid cid;
	struct kith_mid mid;

	(void)state;
	for (int i = 0; i < 32; i++)
		key[i] = (uint8_t)i;
	h1(out, 32, "kth.leaf", key, sizeof(key), "abc");
	assert_hex(out, 32, "821f295d0a5bf3ac667e4a0aaebb73dee6e2fc738f00414d4fc5748fb75dfa89");
	h1(out, 1, "kth.ghint", NULL, 0, "x");
	assert_hex(out, 1, "b0");
	kith_cid_make(&cid, "lan");
	assert_hex(cid.b, 16, "ce7d223c84ce0f6af1a3c198f2ebf23f");
	kith_mid_make(&mid, pk);
	assert_hex(mid.b, 16, "bf45c496b25f7334bdad4195590e48b7");
	kith_authority_id(id, pk);
	assert_hex(id, 16, "2cd18a4a72de3ec9c7b918139a99af25");
}

static void parts_are_concatenated(void **state)
{
	const uint8_t text[] = "gossip is a service";
	uint8_t whole[64], pieces[64];

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		const struct kith_bytes one = {text, sizeof(text)};
		const struct kith_bytes three[] = {
			{text, cut}, {NULL, 0}, {text + cut, sizeof(text) - cut}};

		kith_hash(whole, sizeof(whole), "kth.leaf", NULL, 0, &one, 1);
		kith_hash(pieces, sizeof(pieces), "kth.leaf", NULL, 0, three, 3);
		assert_memory_equal(whole, pieces, sizeof(whole));
	}
}

static void every_length_is_another_hash(void **state)
{
	uint8_t longer[64], shorter[64];

	(void)state;
	h1(longer, 64, "kth.leaf", NULL, 0, "abc");
	for (size_t n = 63; n >= 8; n--) {
		memset(shorter, 0xee, sizeof(shorter));
		h1(shorter, n, "kth.leaf", NULL, 0, "abc");
		assert_memory_not_equal(shorter, longer, 8);
		for (size_t i = n; i < sizeof(shorter); i++)
			assert_int_equal(shorter[i], 0xee);
		memcpy(longer, shorter, sizeof(longer));
	}
}

static void keys_separate(void **state)
{
	uint8_t none[32], zeros[32], longest[32], key[64] = {0};

	(void)state;
	h1(none, 32, "kth.leaf", NULL, 0, "abc");
	h1(zeros, 32, "kth.leaf", key, 32, "abc");
	h1(longest, 32, "kth.leaf", key, 64, "abc");
	assert_memory_not_equal(none, zeros, 32);
	assert_memory_not_equal(zeros, longest, 32);
}

/* All labels of the protocol: none longer than the field, no two alike, none that would be another
 * one's after padding. */
static void labels_separate(void **state)
{
	static const char *const labels[] = {
		KITH_LABEL_CLUSTER, KITH_LABEL_MEMBER, KITH_LABEL_AUTHORITY, KITH_LABEL_CERT,
		KITH_LABEL_RECORD, KITH_LABEL_SERVICE, KITH_LABEL_SESSION, KITH_LABEL_PAIR,
		KITH_LABEL_SIV, KITH_LABEL_GATE_HINT, KITH_LABEL_GATE_UDP, KITH_LABEL_GATE_TCP,
		KITH_LABEL_NONCE, KITH_LABEL_TCP_H1, KITH_LABEL_TCP_H2, KITH_LABEL_TCP_H3,
		KITH_LABEL_TCP_K, KITH_LABEL_TCP_S, KITH_LABEL_TCP_RESP, KITH_LABEL_TCP_INIT,
		KITH_LABEL_STREAM_HEADER, KITH_LABEL_LEAF, KITH_LABEL_RANGE};
	enum { COUNT = sizeof(labels) / sizeof(labels[0]) };
	uint8_t digests[COUNT][32];

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		uint8_t padded[KITH_LABEL_LEN];

		kith_label(padded, labels[i]);
		assert_memory_equal(padded, labels[i], strlen(labels[i]));
		for (size_t k = strlen(labels[i]); k < sizeof(padded); k++)
			assert_int_equal(padded[k], 0);
		h1(digests[i], 32, labels[i], NULL, 0, "abc");
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(digests[i], digests[k], 32);
	}
	uint8_t sixteen[KITH_LABEL_LEN];

	kith_label(sixteen, "0123456789abcdef");
	assert_memory_equal(sixteen, "0123456789abcdef", 16);
}

static void wiping_and_comparing(void **state)
{
	uint8_t a[5] = {1, 2, 3, 4, 5}, b[5] = {1, 2, 3, 4, 5};

	(void)state;
	assert_int_equal(kith_ct_equal(a, b, 5), 1);
	for (size_t i = 0; i < 5; i++) {
		b[i] ^= 0x80;
		assert_int_equal(kith_ct_equal(a, b, 5), 0);
		b[i] ^= 0x80;
	}
	kith_wipe(a + 1, 3);
	assert_memory_equal(a, ((uint8_t[]){1, 0, 0, 0, 5}), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests),
		cmocka_unit_test(parts_are_concatenated),
		cmocka_unit_test(every_length_is_another_hash),
		cmocka_unit_test(keys_separate),
		cmocka_unit_test(labels_separate),
		cmocka_unit_test(wiping_and_comparing),
	};

	if (kith_seal_init() != 0 || kith_seal_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
