/* SPDX-License-Identifier: ISC */
#include "base/rng.h"
#include <stdbool.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void next_gives_the_published_sequence(void **state)
{
	/* xoshiro256** from the state 1, 2, 3, 4, as its authors' C code prints it. */
	static const uint64_t want[] = {
		11520u, 0u, 1509978240u, 1215971899390074240u, 1216172134540287360u,
		607988272756665600u, 16172922978634559625u, 8476171486693032832u,
		10595114339597558777u, 2904607092377533576u,
	};
	struct kith_rng r = {{1, 2, 3, 4}};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(kith_rng_next(&r), want[i]);
}

static void a_seed_gives_one_sequence_for_ever(void **state)
{
	/* From a second implementation, in Python. */
	static const uint64_t want_state[4] = {0x270ee79c29352755u, 0xf26c33208c9cc9b5u,
					       0x69e7d81b232bbcd9u, 0xc8ba8807d7113feau};
	static const uint64_t want[4] = {0x827e5c5bc7ba6bceu, 0xb19cb952743a058fu,
					 0x12ed469b5d2ccc98u, 0x261320a5d023d259u};
	uint8_t seed[16];
	struct kith_rng r;

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		seed[i] = i;
	kith_rng_init(&r, seed);
	assert_memory_equal(r.s, want_state, sizeof(want_state));
	for (int i = 0; i < 4; i++)
		assert_int_equal(kith_rng_next(&r), want[i]);
}

static void every_byte_of_the_seed_changes_the_first_draw(void **state)
{
	uint8_t seed[16] = {0};
	uint64_t first[17];
	struct kith_rng r;

	(void)state;
	for (int i = 0; i <= 16; i++) {
		memset(seed, 0, sizeof(seed));
		if (i < 16)
			seed[i] = 1;
		kith_rng_init(&r, seed);
		first[i] = kith_rng_next(&r);
		for (int j = 0; j < i; j++)
			assert_int_not_equal(first[i], first[j]);
	}
}

static void a_seed_of_equal_halves_does_not_stick_at_zero(void **state)
{
	uint8_t seed[16];
	struct kith_rng r;

	(void)state;
	memset(seed, 0xab, sizeof(seed));
	kith_rng_init(&r, seed);
	assert_true((r.s[0] | r.s[1] | r.s[2] | r.s[3]) != 0);
	assert_int_not_equal(kith_rng_next(&r), kith_rng_next(&r));
}

static void below_stays_below(void **state)
{
	static const uint32_t limits[] = {1, 2, 3, 7, 1000, 0x80000000u, 0x80000001u, UINT32_MAX};
	struct kith_rng r = {{1, 2, 3, 4}};

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		for (int draw = 0; draw < 1000; draw++)
			assert_true(kith_rng_below(&r, limits[i]) < limits[i]);
	assert_int_equal(kith_rng_below(&r, 1), 0);
}

/* With n = 3 * 2^30 a remainder would draw the lowest third in half of all cases, and a product
 * without rejection every third value twice as often. */
static void below_has_no_bias(void **state)
{
	enum { DRAWS = 90000, FIVE_SIGMA = 708 }; /* of a binomial with p = 1/3 */
	const uint32_t third = 1u << 30;
	uint32_t by_third[3] = {0}, by_rest[3] = {0};
	struct kith_rng r = {{1, 2, 3, 4}};

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		uint32_t v = kith_rng_below(&r, 3 * third);

		by_third[v / third]++;
		by_rest[v % 3]++;
	}
	for (int i = 0; i < 3; i++) {
		assert_in_range(by_third[i], DRAWS / 3 - FIVE_SIGMA, DRAWS / 3 + FIVE_SIGMA);
		assert_in_range(by_rest[i], DRAWS / 3 - FIVE_SIGMA, DRAWS / 3 + FIVE_SIGMA);
	}
}

static void below_reaches_every_value(void **state)
{
	struct kith_rng r = {{1, 2, 3, 4}};
	uint32_t seen = 0;

	(void)state;
	for (int i = 0; i < 500; i++)
		seen |= 1u << kith_rng_below(&r, 20);
	assert_int_equal(seen, (1u << 20) - 1);
}

static void shuffle_gives_each_order_equally_often(void **state)
{
	enum { DRAWS = 24000, EACH = DRAWS / 24, FIVE_SIGMA = 155 };
	struct kith_rng r = {{1, 2, 3, 4}};
	uint32_t seen[256] = {0};
	int orders = 0;

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		uint32_t a[4] = {0, 1, 2, 3};

		kith_rng_shuffle(&r, a, 4);
		assert_int_equal(1u << a[0] | 1u << a[1] | 1u << a[2] | 1u << a[3], 15);
		seen[a[0] << 6 | a[1] << 4 | a[2] << 2 | a[3]]++;
	}
	for (int i = 0; i < 256; i++) {
		if (seen[i] == 0)
			continue;
		orders++;
		assert_in_range(seen[i], EACH - FIVE_SIGMA, EACH + FIVE_SIGMA);
	}
	assert_int_equal(orders, 24);
}

static void shuffle_of_none_or_one_draws_nothing(void **state)
{
	struct kith_rng r = {{1, 2, 3, 4}}, untouched = r;
	uint32_t one = 7;

	(void)state;
	kith_rng_shuffle(&r, NULL, 0);
	kith_rng_shuffle(&r, &one, 1);
	assert_int_equal(one, 7);
	assert_memory_equal(&r, &untouched, sizeof(r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next_gives_the_published_sequence),
		cmocka_unit_test(a_seed_gives_one_sequence_for_ever),
		cmocka_unit_test(every_byte_of_the_seed_changes_the_first_draw),
		cmocka_unit_test(a_seed_of_equal_halves_does_not_stick_at_zero),
		cmocka_unit_test(below_stays_below),
		cmocka_unit_test(below_has_no_bias),
		cmocka_unit_test(below_reaches_every_value),
		cmocka_unit_test(shuffle_gives_each_order_equally_often),
		cmocka_unit_test(shuffle_of_none_or_one_draws_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
