/* SPDX-License-Identifier: ISC */
#include "query/when.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void times_of_the_calendar(void **state)
{
	static const struct {
		int64_t unix_ms;
		const char *rfc3339, *serf;
	} rows[] = {
		{0, "1970-01-01T00:00:00.000Z", "1970/01/01 00:00:00"},
		{-1, "1969-12-31T23:59:59.999Z", "1969/12/31 23:59:59"},
		{951782400000, "2000-02-29T00:00:00.000Z", "2000/02/29 00:00:00"},
		{951868799999, "2000-02-29T23:59:59.999Z", "2000/02/29 23:59:59"},
		{951868800000, "2000-03-01T00:00:00.000Z", "2000/03/01 00:00:00"},
		{1795410764120, "2026-11-23T05:12:44.120Z", "2026/11/23 05:12:44"},
		{4107542400000, "2100-03-01T00:00:00.000Z", "2100/03/01 00:00:00"},
		{4107456000000, "2100-02-28T00:00:00.000Z", "2100/02/28 00:00:00"},
		{253402300799999, "9999-12-31T23:59:59.999Z", "9999/12/31 23:59:59"},
		{INT64_MAX, "9999-12-31T23:59:59.999Z", "9999/12/31 23:59:59"},
		{INT64_MIN, "0000-01-01T00:00:00.000Z", "0000/01/01 00:00:00"},
	};
	char buf[KITH_WHEN_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(kith_when_rfc3339(rows[i].unix_ms, buf), rows[i].rfc3339);
		assert_string_equal(kith_when_serf(rows[i].unix_ms, buf), rows[i].serf);
	}
}

static void a_moment_of_the_node_has_a_wall_time(void **state)
{
	(void)state;
	assert_true(kith_when_of(10 * KITH_SECOND, 12 * KITH_SECOND, 5000) == 3000);
	assert_true(kith_when_of(13 * KITH_SECOND, 12 * KITH_SECOND, 5000) == 6000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_of_the_calendar),
		cmocka_unit_test(a_moment_of_the_node_has_a_wall_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
