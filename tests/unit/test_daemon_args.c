/* SPDX-License-Identifier: ISC */
#include "daemon/args.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct kith_args args;
static struct kith_report report;

static int read_args(const char *line)
{
	static char copy[4096], *argv[64];
	char *save = NULL;
	int argc = 0;

	kith_report_clear(&report);
	memcpy(copy, line, strlen(line) + 1);
	for (char *p = strtok_r(copy, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save))
		argv[argc++] = p;
	argv[argc] = NULL;
	return kith_args_read(&args, argc, argv, &report);
}

static void modes(void **state)
{
	(void)state;
	assert_int_equal(read_args("kithd"), 0);
	assert_int_equal(args.mode, KITH_MODE_RUN);
	assert_false(args.dev);
	assert_null(args.config);
	assert_int_equal(read_args("kithd --check"), 0);
	assert_int_equal(args.mode, KITH_MODE_CHECK);
	assert_int_equal(read_args("kithd --check=bind"), 0);
	assert_int_equal(args.mode, KITH_MODE_CHECK_BIND);
	assert_int_equal(read_args("kithd --print-config"), 0);
	assert_int_equal(args.mode, KITH_MODE_PRINT_CONFIG);
	assert_int_equal(read_args("kithd -V"), 0);
	assert_int_equal(args.mode, KITH_MODE_VERSIONS);
	assert_int_equal(read_args("kithd -h"), 0);
	assert_int_equal(args.mode, KITH_MODE_HELP);
}

static void settings(void **state)
{
	(void)state;
	assert_int_equal(read_args("kithd -c f.conf --state s -o a.b=c --set d.e=f -v --socket /x "
				   "--log text --dev"), 0);
	assert_string_equal(args.config, "f.conf");
	assert_string_equal(args.state, "s");
	assert_true(args.dev);
	assert_int_equal(args.override_count, 5);
	assert_string_equal(args.overrides[0], "a.b=c");
	assert_string_equal(args.overrides[1], "d.e=f");
	assert_string_equal(args.overrides[2], "log.level=debug");
	assert_string_equal(args.overrides[3], "control.socket=/x");
	assert_string_equal(args.overrides[4], "log.format=text");
}

static void mistakes(void **state)
{
	(void)state;
	assert_int_equal(read_args("kithd --sate x"), 2);
	assert_string_equal(kith_report_text(&report),
			    "kithd: unknown option or missing value: --sate; did you mean --state? "
			    "(kithd --help tells more)\n");
	assert_int_equal(read_args("kithd -x"), 2);
	assert_string_equal(kith_report_text(&report), "kithd: unknown option or missing value: -x "
						       "(kithd --help tells more)\n");
	assert_int_equal(read_args("kithd -c"), 2);
	assert_int_equal(read_args("kithd start"), 2);
	assert_string_equal(kith_report_text(&report),
			    "kithd: what is this for: start (kithd --help tells more)\n");
	assert_int_equal(read_args("kithd --check=all"), 2);
	assert_string_equal(kith_report_text(&report),
			    "kithd: --check takes only =bind, not =all (kithd --help tells more)\n");
	kith_report_clear(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes),
		cmocka_unit_test(settings),
		cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
