/* SPDX-License-Identifier: ISC */
#include "unit/core_fix.h"

#include "core/rtt.h"

/* Configured: 200 ms, so between 100 and 500. */
static void setup(struct fix *f, struct person *a, struct person *b)
{
	fix_setup(f);
	person_joins(f, a, 1);
	person_joins(f, b, 2);
}

static void samples(struct fix *f, struct person *p, uint32_t count, kith_us rtt)
{
	while (count-- > 0)
		kith_rtt_sample(f->n, person_peer(f, p), rtt);
}

static kith_us timeout(struct fix *f, struct person *p)
{
	return kith_rtt_timeout(f->n, person_peer(f, p));
}

static void sixteen_samples_rule(void **state)
{
	struct person a, b;
	struct fix f;

	(void)state;
	setup(&f, &a, &b);
	samples(&f, &a, 15, KITH_MS);
	assert_int_equal(timeout(&f, &a), 200 * KITH_MS);
	samples(&f, &a, 1, KITH_MS);
	assert_int_equal(timeout(&f, &a), 100 * KITH_MS);
	/* Of whom nothing was measured the usual is expected. */
	assert_int_equal(timeout(&f, &b), 100 * KITH_MS);
	fix_end(&f);
}

static void who_is_far_gets_time(void **state)
{
	struct person a, b;
	struct fix f;

	(void)state;
	setup(&f, &a, &b);
	samples(&f, &a, 40, 170 * KITH_MS);
	assert_in_range(timeout(&f, &a), 340 * KITH_MS, 341 * KITH_MS);
	samples(&f, &b, 60, KITH_MS);
	assert_in_range(timeout(&f, &a), 340 * KITH_MS, 341 * KITH_MS);
	assert_int_equal(timeout(&f, &b), 100 * KITH_MS);
	samples(&f, &a, 40, 900 * KITH_MS);
	assert_int_equal(timeout(&f, &a), 500 * KITH_MS);
	fix_end(&f);
}

/* A host that is busy itself sees it with all of them. */
static void unsteady_answers_lengthen_it(void **state)
{
	struct person a, b;
	struct fix f;
	int i;

	(void)state;
	setup(&f, &a, &b);
	for (i = 0; i < 20; i++) {
		samples(&f, &a, 1, 10 * KITH_MS);
		samples(&f, &a, 1, 70 * KITH_MS);
	}
	assert_in_range(timeout(&f, &a), 150 * KITH_MS, 300 * KITH_MS);
	assert_in_range(timeout(&f, &b), 150 * KITH_MS, 300 * KITH_MS);
	fix_end(&f);
}

/* The periods leave no more: a verdict comes before the next round. */
static void it_ends_before_the_period(void **state)
{
	struct person a, b;
	struct fix f;

	(void)state;
	fix_init(&f);
	f.config.timing.probe_timeout = 600 * KITH_MS;
	fix_start(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	samples(&f, &a, 40, 900 * KITH_MS);
	assert_int_equal(timeout(&f, &a), 700 * KITH_MS);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sixteen_samples_rule),
		cmocka_unit_test(who_is_far_gets_time),
		cmocka_unit_test(unsteady_answers_lengthen_it),
		cmocka_unit_test(it_ends_before_the_period),
	};

	return cmocka_run_group_tests_name("core_rtt", tests, NULL, NULL);
}
