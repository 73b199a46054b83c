/* SPDX-License-Identifier: ISC */
#include "files/report.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void lines_have_file_and_line(void **state)
{
	struct kith_report r = {0};

	(void)state;
	assert_string_equal(kith_report_text(&r), "");
	kith_report_add(&r, "kith.conf", 3, "unknown setting '%s'", "prot");
	kith_report_add(&r, "kith.conf", 0, "it is empty");
	kith_report_add(&r, NULL, 7, "out of %s", "memory");
	assert_string_equal(kith_report_text(&r), "kith.conf:3: unknown setting 'prot'\n"
						  "kith.conf: it is empty\n"
						  "out of memory\n");
	assert_int_equal(r.count, 3);
	kith_report_clear(&r);
	assert_string_equal(kith_report_text(&r), "");
	assert_int_equal(r.count, 0);
}

/* What a file says must not move the cursor of the terminal that shows the report. */
static void control_bytes_are_shown(void **state)
{
	struct kith_report r = {0};

	(void)state;
	kith_report_add(&r, "a\nb", 1, "\x1b[2J\x7f \xc3\xa4");
	assert_string_equal(kith_report_text(&r), "a\\x0ab:1: \\x1b[2J\\x7f \xc3\xa4\n");
	kith_report_clear(&r);
}

static void many_and_long_lines(void **state)
{
	struct kith_report r = {0};
	char longest[3000];

	(void)state;
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	for (int i = 0; i < 100; i++)
		kith_report_add(&r, NULL, 0, "%s", longest);
	assert_int_equal(r.count, 100);
	assert_int_equal(strlen(kith_report_text(&r)), 100 * 1024);
	kith_report_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_have_file_and_line),
		cmocka_unit_test(control_bytes_are_shown),
		cmocka_unit_test(many_and_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
