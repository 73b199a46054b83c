/* SPDX-License-Identifier: ISC */
/* seal/secret: the keyed stream against ChaCha20 computed elsewhere, and its erasure. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "seal/hash.h"
#include "seal/secret.h"
#include <string.h>

static void start(struct kith_secret *s)
{
	uint8_t seed[32];

	for (int i = 0; i < 32; i++)
		seed[i] = (uint8_t)i;
	kith_secret_init(s, seed);
}

/* Seed 00..1f under the nonce "LibsodiumDRG", by a ChaCha20 of twenty lines of Python. */
static void known_stream(void **state)
{
	struct kith_secret s;
	uint8_t out[32];
	char hex[65];

	(void)state;
	start(&s);
	kith_secret_draw(&s, out, 32);
	kith_hex_write(out, 32, hex);
	assert_string_equal(hex,
			    "f346ba50723a68ae283524a6bded09f83be6b80595856f72e25b86918e8b114b");
	kith_hex_write(s.seed, 32, hex);
	assert_string_equal(hex,
			    "0d8e6cc68715648926732e7ea73250cfaf2d58422083904c841a8ba33b986111");
	kith_secret_draw(&s, out, 8);
	kith_hex_write(out, 8, hex);
	assert_string_equal(hex, "9eda865749e52c74");
	kith_hex_write(s.seed, 32, hex);
	assert_string_equal(hex,
			    "dcda929377c1bf177b20f84dcc0bad77771121a944116f3c788861d00e39623a");
}

static void every_draw_moves_on(void **state)
{
	struct kith_secret s;
	uint8_t seeds[8][32], draws[8][32];
	static const size_t lens[8] = {32, 32, 0, 32, 1, 32, 128, 32};

	(void)state;
	start(&s);
	for (size_t i = 0; i < 8; i++) {
		uint8_t out[128] = {0};

		kith_secret_draw(&s, out, lens[i]);
		memcpy(draws[i], out, 32);
		memcpy(seeds[i], s.seed, 32);
		for (size_t k = 0; k < i; k++) {
			assert_memory_not_equal(seeds[i], seeds[k], 32);
			if (lens[i] >= 32 && lens[k] >= 32)
				assert_memory_not_equal(draws[i], draws[k], 32);
		}
		for (size_t at = 0; at + 32 <= sizeof(out); at++) /* what stays is not given out */
			assert_memory_not_equal(out + at, s.seed, 32);
	}
}

static void a_draw_writes_its_length(void **state)
{
	struct kith_secret s;
	uint8_t out[130];

	(void)state;
	for (size_t len = 0; len <= 128; len++) {
		start(&s);
		memset(out, 0, sizeof(out));
		kith_secret_draw(&s, out + 1, len);
		assert_int_equal(out[0], 0);
		assert_int_equal(out[len + 1], 0);
		if (len >= 8)
			assert_memory_not_equal(out + 1 + len - 8, (uint8_t[8]){0}, 8);
	}
}

static void the_same_seed_gives_the_same(void **state)
{
	struct kith_secret a, b;
	uint8_t x[64], y[64], other[32] = {1};

	(void)state;
	start(&a);
	start(&b);
	kith_secret_draw(&a, x, 64);
	kith_secret_draw(&b, y, 64);
	assert_memory_equal(x, y, 64);
	kith_secret_init(&b, other);
	kith_secret_draw(&b, y, 64);
	assert_memory_not_equal(x, y, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_stream),
		cmocka_unit_test(every_draw_moves_on),
		cmocka_unit_test(a_draw_writes_its_length),
		cmocka_unit_test(the_same_seed_gives_the_same),
	};

	if (kith_seal_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
