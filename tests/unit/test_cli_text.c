/* SPDX-License-Identifier: ISC */
#include "cli/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void only_printable_text_gets_out(void **state)
{
	static const struct {
		const char *text, *clean;
	} table[] = {
		{"", ""},
		{"web-1 \xc3\xa9", "web-1 \xc3\xa9"},
		{"a\033[31mb\n", "a\\x1b[31mb\\x0a"},
		{"\x7f", "\\x7f"},
		{"\xc2\x9b", "\\xc2\\x9b"},             /* CSI in its C1 form */
		{"\xe2\x80\xae" "x", "\\xe2\\x80\\xaex"}, /* right-to-left override */
		{"\xc0\x80", "\\xc0\\x80"},
		{"\xe0\x80\x80", "\\xe0\\x80\\x80"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
		{"\xff", "\\xff"},
		{"\xe2\x82", "\\xe2\\x82"},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_string_equal(kith_clean(table[i].text, out, sizeof(out)), table[i].clean);
}

static void cleaning_stops_at_the_room(void **state)
{
	char out[6];

	(void)state;
	assert_string_equal(kith_clean("abcdefgh", out, 6), "abcde");
	assert_string_equal(kith_clean("ab\nc", out, 6), "ab");
	assert_string_equal(kith_clean("a\n", out, 6), "a\\x0a");
	assert_string_equal(kith_clean("abcd\xc3\xa9", out, 6), "abcd");
	assert_string_equal(kith_clean("abc\xc3\xa9", out, 6), "abc\xc3\xa9");
	assert_string_equal(kith_clean("abc", out, 1), "");
}

static void widths_count_characters(void **state)
{
	(void)state;
	assert_int_equal(kith_text_width(""), 0);
	assert_int_equal(kith_text_width("abc"), 3);
	assert_int_equal(kith_text_width("\xc3\xa9\xe2\x82\xac"), 2);
}

static void ages(void **state)
{
	static const struct {
		double seconds;
		const char *text;
	} table[] = {
		{-1, "-"}, {0, "0.0s"}, {0.34, "0.3s"}, {9.94, "9.9s"}, {9.96, "9s"}, {59.9, "59s"},
		{60, "1m00s"}, {3599, "59m59s"}, {3600, "1h00m"}, {8040, "2h14m"}, {86399, "23h59m"},
		{86400, "1d00h"}, {273840, "3d04h"}, {99 * 86400.0, "99d00h"}, {211 * 86400.0, "211d"},
		{1e12, "-"},
	};
	char out[KITH_AGE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_string_equal(kith_age_text(table[i].seconds, out), table[i].text);
}

static void round_trips(void **state)
{
	char out[KITH_AGE_TEXT_MAX];

	(void)state;
	assert_string_equal(kith_rtt_text(-1, out), "-");
	assert_string_equal(kith_rtt_text(0.4, out), "0.4ms");
	assert_string_equal(kith_rtt_text(12.3, out), "12ms");
	assert_string_equal(kith_rtt_text(1234, out), "1.2s");
}

static const char *const heads[] = {"STATE", "NAME", "TAGS", NULL};

/* What the table prints for c; freed by the caller. */
static char *printed(const struct kith_table *t, bool plain, bool color)
{
	struct kith_cli c = {.plain = plain, .color = color};
	char *text = NULL;
	size_t len;

	c.out = open_memstream(&text, &len);
	assert_non_null(c.out);
	kith_table_print(t, &c);
	assert_int_equal(fclose(c.out), 0);
	return text;
}

static void a_table_lines_up(void **state)
{
	struct kith_table t;
	char *text;

	(void)state;
	kith_table_init(&t, heads);
	kith_table_row(&t, KITH_COLOR_GOOD, (const char *[]){"alive", "\xc3\xa9", "a=b"});
	kith_table_row(&t, KITH_COLOR_NONE, (const char *[]){"suspect", "db-1", NULL});
	text = printed(&t, false, false);
	assert_string_equal(text, "STATE    NAME  TAGS\n"
				  "alive    \xc3\xa9     a=b\n"
				  "suspect  db-1  -\n");
	free(text);
	text = printed(&t, true, false);
	assert_string_equal(text, "alive\t\xc3\xa9\ta=b\nsuspect\tdb-1\t-\n");
	free(text);
	text = printed(&t, false, true);
	assert_non_null(strstr(text, "\033[32malive    \033[0m"));
	free(text);
	kith_table_fini(&t);
}

static void cells_are_cleaned(void **state)
{
	struct kith_table t;
	char *text;

	(void)state;
	kith_table_init(&t, heads);
	kith_table_row(&t, KITH_COLOR_NONE, (const char *[]){"a\tb", "x\ny", ""});
	text = printed(&t, true, false);
	assert_string_equal(text, "a\\x09b\tx\\x0ay\t-\n");
	free(text);
	kith_table_fini(&t);
}

static void many_rows(void **state)
{
	struct kith_table t;

	(void)state;
	kith_table_init(&t, heads);
	for (int i = 0; i < 1000; i++)
		kith_table_row(&t, KITH_COLOR_NONE, (const char *[]){"alive", "n", "t"});
	assert_int_equal(t.rows, 1000);
	assert_false(t.failed);
	kith_table_fini(&t);
}

static void colours_follow_the_state(void **state)
{
	struct kith_cli plain = {.color = false};

	(void)state;
	assert_int_equal(kith_status_color("alive"), KITH_COLOR_GOOD);
	assert_int_equal(kith_status_color("failed"), KITH_COLOR_BAD);
	assert_int_equal(kith_status_color("left"), KITH_COLOR_DIM);
	assert_int_equal(kith_status_color("suspect"), KITH_COLOR_WARN);
	assert_string_equal(kith_color(&plain, KITH_COLOR_BAD), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_printable_text_gets_out),
		cmocka_unit_test(cleaning_stops_at_the_room),
		cmocka_unit_test(widths_count_characters),
		cmocka_unit_test(ages),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(a_table_lines_up),
		cmocka_unit_test(cells_are_cleaned),
		cmocka_unit_test(many_rows),
		cmocka_unit_test(colours_follow_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
