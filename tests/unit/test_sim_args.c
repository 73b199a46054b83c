/* SPDX-License-Identifier: ISC */
#include "sim/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void durations(void **state)
{
	static const struct {
		const char *text;
		kith_us us; /* -1: it is none */
	} rows[] = {
		{"0s", 0}, {"250us", 250}, {"200ms", 200000}, {"1.5s", 1500000}, {"0.000001s", 1},
		{"2m", 120000000}, {"1h", INT64_C(3600000000)}, {"3d", INT64_C(259200000000)},
		{"3650d", INT64_C(315360000000000)}, {"3651d", -1}, {"99999999999d", -1},
		{"", -1}, {"s", -1}, {"5", -1}, {"-1s", -1}, {"1.s5", -1}, {"1s ", -1}, {"1e3s", -1},
	};
	kith_us us;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		us = -1;
		assert_int_equal(sim_duration_parse(rows[i].text, &us), rows[i].us >= 0);
		assert_int_equal(us, rows[i].us);
	}
}

static void shares(void **state)
{
	uint32_t ppm = 7;

	(void)state;
	assert_true(sim_share_parse("30%", &ppm));
	assert_int_equal(ppm, 300000);
	assert_true(sim_share_parse("0.0125%", &ppm));
	assert_int_equal(ppm, 125);
	assert_true(sim_share_parse("100%", &ppm));
	assert_int_equal(ppm, 1000000);
	assert_false(sim_share_parse("100.1%", &ppm));
	assert_false(sim_share_parse("30", &ppm));
	assert_false(sim_share_parse("%", &ppm));
	assert_int_equal(ppm, 1000000);
}

static void numbers(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_true(sim_number_parse("18446744073709551609", UINT64_MAX, &n));
	assert_true(n == UINT64_C(18446744073709551609));
	assert_true(sim_number_parse("0", 0, &n));
	assert_int_equal(n, 0);
	assert_false(sim_number_parse("1", 0, &n));
	assert_false(sim_number_parse("", 9, &n));
	assert_false(sim_number_parse("+1", 9, &n));
	assert_false(sim_number_parse("0x1", 99, &n));
	assert_false(sim_number_parse("99999999999999999999999", UINT64_MAX, &n));
}

static void flags(void **state)
{
	static const struct sim_flag table[] = {
		{"seed", "N", ""}, {"log", NULL, ""}, {"for", "TIME", ""}, {NULL, NULL, NULL}};
	char words[] = "run\0--seed\0" "5\0a\0--log\0b";
	char *argv[] = {words, words + 4, words + 11, words + 13, words + 15, words + 21, NULL};
	struct sim_args a;
	uint64_t n;
	kith_us us;

	(void)state;
	assert_true(sim_args_read(&a, table, 6, argv));
	assert_true(sim_args_number(&a, "seed", 1, 9, 3, &n));
	assert_int_equal(n, 5);
	assert_true(sim_args_has(&a, "log"));
	assert_false(sim_args_has(&a, "for"));
	assert_false(sim_args_has(&a, "never"));
	assert_true(sim_args_us(&a, "for", 42, &us));
	assert_int_equal(us, 42);
	assert_int_equal(a.operand_count, 2);
	assert_string_equal(a.operands[0], "a");
	assert_string_equal(a.operands[1], "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(shares),
		cmocka_unit_test(numbers),
		cmocka_unit_test(flags),
	};

	return cmocka_run_group_tests_name("sim/args", tests, NULL, NULL);
}
