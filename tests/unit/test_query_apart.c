/* SPDX-License-Identifier: ISC */
#include "query/apart.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void two_units_and_a_side(void **state)
{
	static const struct {
		int64_t ahead_s;
		uint32_t others;
		const char *text;
	} rows[] = {
		{0, 3, "0 s ahead of the median of 3 members"},
		{-31, 3, "31 s behind the median of 3 members"},
		{60, 5, "1 min ahead of the median of 5 members"},
		{-61, 5, "1 min 1 s behind the median of 5 members"},
		{-3569, 2, "59 min 29 s behind the median of 2 members"},
		{-3570, 2, "1 h behind the median of 2 members"},
		{-3601, 2, "1 h behind the median of 2 members"},
		{5400, 2, "1 h 30 min ahead of the median of 2 members"},
		{84599, 2, "23 h 30 min ahead of the median of 2 members"},
		{84600, 2, "1 d ahead of the median of 2 members"},
		{3 * 86400 + 4 * 3600 - 1, 2, "3 d 4 h ahead of the median of 2 members"},
		{-3600, 1, "1 h behind the only other one"},
		{INT64_MIN, 1, "106751991167300 d 16 h behind the only other one"},
	};
	char text[KITH_APART_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(kith_apart_text(rows[i].ahead_s, rows[i].others, text),
				    rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_units_and_a_side),
	};

	return cmocka_run_group_tests_name("query/apart", tests, NULL, NULL);
}
