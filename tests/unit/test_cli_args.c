/* SPDX-License-Identifier: ISC */
#include "cli/args.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct kith_flag own[] = {
	{"all", 'a', NULL, "x"},
	{"zone", 'z', "ZONE", "x"},
	{NULL, 0, NULL, NULL},
};

static struct kith_cli cli;
static struct kith_args args;
static int at;

/* Parses a command line of up to 15 words, as main does. */
static enum kith_exit parse(const char *const *words)
{
	static char copies[16][64];
	static char *argv[17];
	int argc = 0;
	enum kith_exit got;

	memset(&cli, 0, sizeof(cli));
	memset(&args, 0, sizeof(args));
	for (; words[argc] != NULL; argc++) {
		assert_true(argc < 15);
		snprintf(copies[argc], sizeof(copies[argc]), "%s", words[argc]);
		argv[argc] = copies[argc];
	}
	argv[argc] = NULL;
	got = kith_args_before(&cli, &args, argc, argv, &at);
	if (got != KITH_EXIT_YES || at == argc)
		return got;
	return kith_args_after(&cli, &args, argc, argv, at, own);
}
#define PARSE(...) parse((const char *const[]){"kith", __VA_ARGS__, NULL})

static void flags_before_and_after_the_verb(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--json", "-s", "/a", "members", "x", "-v", "--zone=b", "y", "-a"),
			 KITH_EXIT_YES);
	assert_int_equal(at, 4);
	assert_true(kith_args_has(&args, "json"));
	assert_true(kith_args_has(&args, "verbose"));
	assert_true(kith_args_has(&args, "all"));
	assert_false(kith_args_has(&args, "quiet"));
	assert_string_equal(kith_args_get(&args, "socket"), "/a");
	assert_string_equal(kith_args_get(&args, "zone"), "b");
	assert_int_equal(args.operand_count, 2);
	assert_string_equal(args.operands[0], "x");
	assert_string_equal(args.operands[1], "y");
}

static void no_verb(void **state)
{
	(void)state;
	assert_int_equal(PARSE("-q"), KITH_EXIT_YES);
	assert_int_equal(at, 2);
	assert_true(kith_args_has(&args, "quiet"));
}

static void two_dashes_end_the_flags(void **state)
{
	(void)state;
	assert_int_equal(PARSE("why", "--", "--all"), KITH_EXIT_YES);
	assert_int_equal(args.operand_count, 1);
	assert_string_equal(args.operands[0], "--all");
	assert_int_equal(PARSE("join", "-"), KITH_EXIT_YES);
	assert_string_equal(args.operands[0], "-");
}

static void the_last_value_wins_and_all_are_walked(void **state)
{
	unsigned i = 0;

	(void)state;
	assert_int_equal(PARSE("-s", "a", "x", "--socket", "b", "-sc"), KITH_EXIT_YES);
	assert_string_equal(kith_args_get(&args, "socket"), "c");
	assert_string_equal(kith_args_next(&args, "socket", &i), "a");
	assert_string_equal(kith_args_next(&args, "socket", &i), "b");
	assert_string_equal(kith_args_next(&args, "socket", &i), "c");
	assert_null(kith_args_next(&args, "socket", &i));
}

static void mistakes_have_a_sentence(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--zone", "b", "members"), KITH_EXIT_USAGE); /* the verb's, too early */
	assert_int_equal(PARSE("members", "--soket", "x"), KITH_EXIT_USAGE);
	assert_string_equal(cli.failure.message, "unknown flag --soket");
	assert_string_equal(cli.failure.hint, "did you mean --socket?");
	assert_int_equal(PARSE("members", "-x"), KITH_EXIT_USAGE);
	assert_string_equal(cli.failure.message, "unknown flag -x");
	assert_int_equal(PARSE("members", "--zone"), KITH_EXIT_USAGE);
	assert_string_equal(cli.failure.message, "flag --zone needs a value");
	assert_int_equal(PARSE("members", "-z"), KITH_EXIT_USAGE);
	assert_int_equal(PARSE("members", "--all=yes"), KITH_EXIT_USAGE);
	assert_string_equal(cli.failure.message, "flag --all takes no value");
}

static void names_are_not_abbreviated(void **state)
{
	(void)state;
	assert_int_equal(PARSE("members", "--al"), KITH_EXIT_USAGE);
	assert_int_equal(PARSE("members", "--zon=b"), KITH_EXIT_USAGE);
	assert_int_equal(PARSE("members", "--zon", "b"), KITH_EXIT_USAGE);
	assert_int_equal(PARSE("members", "--zone", "--all"), KITH_EXIT_YES);
	assert_string_equal(kith_args_get(&args, "zone"), "--all");
}

static void too_many_flags(void **state)
{
	static char flag[] = "-v", verb[] = "x";
	static char *argv[KITH_ARGS_FLAGS_MAX + 4];

	(void)state;
	for (int i = 0; i < KITH_ARGS_FLAGS_MAX + 3; i++)
		argv[i] = i == 0 ? verb : flag;
	memset(&args, 0, sizeof(args));
	memset(&cli, 0, sizeof(cli));
	assert_int_equal(kith_args_before(&cli, &args, KITH_ARGS_FLAGS_MAX + 1, argv, &at),
			 KITH_EXIT_YES);
	memset(&args, 0, sizeof(args));
	assert_int_equal(kith_args_before(&cli, &args, KITH_ARGS_FLAGS_MAX + 2, argv, &at),
			 KITH_EXIT_USAGE);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: none */
	} table[] = {
		{"0s", 0}, {"500ms", 500}, {"5s", 5000}, {"2m", 120000}, {"1h", 3600000},
		{"3650d", INT64_C(3650) * 86400000}, {"3651d", -1}, {"", -1}, {"5", -1}, {"s", -1},
		{"-5s", -1}, {"5 s", -1}, {"5sec", -1}, {"1.5s", -1}, {"99999999999999999999s", -1},
		{"9223372036854775807h", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		int64_t ms = -1;

		assert_int_equal(kith_duration_parse(table[i].text, &ms), table[i].ms >= 0);
		assert_int_equal(ms, table[i].ms);
	}
}

static void numbers(void **state)
{
	unsigned long n = 7;

	(void)state;
	assert_true(kith_number_parse("1", 1, 400, &n));
	assert_int_equal(n, 1);
	assert_true(kith_number_parse("400", 1, 400, &n));
	assert_false(kith_number_parse("401", 1, 400, &n));
	assert_false(kith_number_parse("0", 1, 400, &n));
	assert_false(kith_number_parse("", 1, 400, &n));
	assert_false(kith_number_parse("-1", 1, 400, &n));
	assert_false(kith_number_parse("4x", 1, 400, &n));
	assert_false(kith_number_parse("99999999999999999999999", 1, ~0UL, &n));
	assert_int_equal(n, 400);
}

static void distances(void **state)
{
	(void)state;
	assert_int_equal(kith_word_distance("members", "members"), 0);
	assert_int_equal(kith_word_distance("mebmers", "members"), 1); /* two letters changed places */
	assert_int_equal(kith_word_distance("member", "members"), 1);
	assert_int_equal(kith_word_distance("memxers", "members"), 1);
	assert_int_equal(kith_word_distance("", "abc"), 3);
	assert_int_equal(kith_word_distance("join", "leave"), 5);
	assert_int_equal(kith_word_distance("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a"), 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_before_and_after_the_verb),
		cmocka_unit_test(no_verb),
		cmocka_unit_test(two_dashes_end_the_flags),
		cmocka_unit_test(the_last_value_wins_and_all_are_walked),
		cmocka_unit_test(mistakes_have_a_sentence),
		cmocka_unit_test(names_are_not_abbreviated),
		cmocka_unit_test(too_many_flags),
		cmocka_unit_test(durations),
		cmocka_unit_test(numbers),
		cmocka_unit_test(distances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
