/* SPDX-License-Identifier: ISC */
#include "base/time.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void never_absorbs_and_overflow_saturates(void **state)
{
	(void)state;
	assert_true(kith_us_add(5, 7) == 12);
	assert_true(kith_us_add(-5, 7) == 2);
	assert_true(kith_us_add(KITH_NEVER, 0) == KITH_NEVER);
	assert_true(kith_us_add(KITH_NEVER, 7) == KITH_NEVER);
	assert_true(kith_us_add(0, KITH_NEVER) == KITH_NEVER);
	assert_true(kith_us_add(1, KITH_NEVER) == KITH_NEVER);
	assert_true(kith_us_add(KITH_NEVER - 7, 6) == KITH_NEVER - 1);
	assert_true(kith_us_add(KITH_NEVER - 7, 7) == KITH_NEVER);
	assert_true(kith_us_add(KITH_NEVER - 7, 8) == KITH_NEVER);
}

static void elapsed_time_is_never_negative(void **state)
{
	(void)state;
	assert_true(kith_us_elapsed(10, 17) == 7);
	assert_true(kith_us_elapsed(17, 17) == 0);
	assert_true(kith_us_elapsed(18, 17) == 0);
	assert_true(kith_us_elapsed(KITH_NEVER, 17) == KITH_NEVER);
}

static void the_lesser_and_the_greater(void **state)
{
	(void)state;
	assert_true(kith_us_min(1, 2) == 1 && kith_us_min(2, 1) == 1);
	assert_true(kith_us_max(1, 2) == 2 && kith_us_max(2, 1) == 2);
	assert_true(kith_us_min(KITH_NEVER, -1) == -1);
	assert_true(kith_us_max(KITH_NEVER, -1) == KITH_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_absorbs_and_overflow_saturates),
		cmocka_unit_test(elapsed_time_is_never_negative),
		cmocka_unit_test(the_lesser_and_the_greater),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
