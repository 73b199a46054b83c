/* SPDX-License-Identifier: ISC */
#include "base/text.h"
#include "base/addr.h"
#include "base/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_builder_appends(void **state)
{
	const struct kith_addr a = {.ip = {10, 0, 0, 1}, .port = 5484, .family = 4};
	char buf[200];
	struct kith_text t;

	(void)state;
	kith_text_init(&t, buf, sizeof(buf));
	assert_string_equal(buf, "");
	kith_text_str(&t, "n=");
	kith_text_u64(&t, 0);
	kith_text_mem(&t, ",xyz", 2);
	kith_text_u64(&t, UINT64_MAX);
	kith_text_str(&t, " ");
	kith_text_i64(&t, 0);
	kith_text_str(&t, " ");
	kith_text_i64(&t, INT64_MIN);
	kith_text_str(&t, " ");
	kith_text_i64(&t, -1);
	kith_text_i64(&t, INT64_MAX);
	kith_text_str(&t, " ");
	kith_text_hex(&t, "\x00\xff\x1a", 3);
	kith_text_str(&t, " ");
	kith_text_addr(&t, &a);
	assert_string_equal(buf, "n=0,x18446744073709551615 0 -9223372036854775808 "
				 "-19223372036854775807 00ff1a 10.0.0.1:5484");
	assert_int_equal(t.len, strlen(buf));
	assert_false(t.cut);
}

static void a_builder_that_runs_over_keeps_a_true_beginning(void **state)
{
	static const char whole[] = "abc-12";

	(void)state;
	for (size_t size = 1; size <= sizeof(whole) + 1; size++) {
		size_t fits = size - 1 < sizeof(whole) - 1 ? size - 1 : sizeof(whole) - 1;
		char buf[10];
		struct kith_text t;

		memset(buf, '#', sizeof(buf));
		kith_text_init(&t, buf, size);
		kith_text_str(&t, "abc");
		kith_text_i64(&t, -12);
		kith_text_str(&t, "");
		assert_int_equal(t.cut, size < sizeof(whole));
		assert_int_equal(t.len, fits);
		assert_memory_equal(buf, whole, fits);
		assert_int_equal(buf[fits], '\0');
		assert_int_equal(buf[size], '#');
	}
}

static void after_a_cut_nothing_is_added(void **state)
{
	char buf[4];
	struct kith_text t;

	(void)state;
	kith_text_init(&t, buf, sizeof(buf));
	kith_text_str(&t, "ab");
	kith_text_hex(&t, "\x12\x34", 2);
	kith_text_str(&t, "");
	assert_string_equal(buf, "ab1");
	assert_true(t.cut);
}

static void seconds(kith_us us, const char *want)
{
	char buf[40];
	struct kith_text t;

	kith_text_init(&t, buf, sizeof(buf));
	kith_text_seconds(&t, us);
	assert_string_equal(buf, want);
}

static void seconds_have_three_decimals(void **state)
{
	(void)state;
	seconds(0, "0.000 s");
	seconds(1, "0.000 s");
	seconds(1234567, "1.234 s");
	seconds(1000, "0.001 s");
	seconds(60 * KITH_SECOND + 10 * KITH_MS, "60.010 s");
	seconds(-500 * KITH_MS, "-0.500 s");
	seconds(-1, "0.000 s");
	seconds(KITH_NEVER, "never");
	seconds(KITH_NEVER - 1, "9223372036854.775 s");
	seconds(INT64_MIN, "-9223372036854.775 s");
}

static void hex_reads_both_cases_and_exactly(void **state)
{
	uint8_t out[3];
	char text[7];

	(void)state;
	kith_hex_write("\x00\xaf\x09", 3, text);
	assert_string_equal(text, "00af09");
	assert_int_equal(kith_hex_read("00aF09", out, 3), 0);
	assert_memory_equal(out, "\x00\xaf\x09", 3);
	assert_int_equal(kith_hex_read("", out, 0), 0);
	assert_int_equal(kith_hex_read("00af0", out, 3), KITH_EMALFORMED);
	assert_int_equal(kith_hex_read("00af09ff", out, 3), KITH_EMALFORMED);
	assert_int_equal(kith_hex_read("00af", out, 3), KITH_EMALFORMED);
	for (const char *c = "/:@G`g -"; *c; c++) {
		char bad[3] = {'0', *c, '\0'}, worse[3] = {*c, '0', '\0'};

		out[0] = 0xee;
		assert_int_equal(kith_hex_read(bad, out, 1), KITH_EMALFORMED);
		assert_int_equal(kith_hex_read(worse, out, 1), KITH_EMALFORMED);
		assert_int_equal(out[0], 0xee);
	}
}

/* RFC 4648 §10, and one that uses the last two digits of the alphabet. */
static const struct {
	const char *bytes, *text;
} base64_answers[] = {
	{"", ""},
	{"f", "Zg=="},
	{"fo", "Zm8="},
	{"foo", "Zm9v"},
	{"foob", "Zm9vYg=="},
	{"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"},
	{"\xfb\xff\xbf", "+/+/"},
};

static void base64_gives_the_known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(base64_answers) / sizeof(base64_answers[0]); i++) {
		const char *bytes = base64_answers[i].bytes, *want = base64_answers[i].text;
		uint8_t back[8];
		size_t len = sizeof(back);
		char text[16];

		kith_base64_write(bytes, strlen(bytes), text);
		assert_string_equal(text, want);
		assert_int_equal(kith_base64_read(want, back, &len), 0);
		assert_int_equal(len, strlen(bytes));
		assert_memory_equal(back, bytes, len);
	}
}

static void base64_takes_only_the_canonical_spelling(void **state)
{
	static const char *const refused[] = {
		"Z", "Zg", "Zg=", "Zm8", "Zm9vY", "=", "==", "===", "====", "Z===", "Zg==Zg==",
		"Zm=v", "Z=9v", "Zh==" /* unused bits */, "Zm9=" /* unused bits */, "Zm9v\n", "Zm 9",
		"Zm-9", "Zm_9", "Zm9v====", "Zm8=Zm8=",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		uint8_t out[32];
		size_t len = sizeof(out);

		assert_int_equal(kith_base64_read(refused[i], out, &len), KITH_EMALFORMED);
		assert_int_equal(len, sizeof(out));
	}
}

static void base64_minds_its_room(void **state)
{
	uint8_t out[7] = {[4] = 0xee, 0xee, 0xee};
	size_t len = 3;

	(void)state;
	assert_int_equal(kith_base64_read("Zm9vYg==", out, &len), KITH_ETOOBIG);
	assert_int_equal(len, 3);
	len = 4;
	assert_int_equal(kith_base64_read("Zm9vYg==", out, &len), 0);
	assert_int_equal(len, 4);
	assert_int_equal(out[4], 0xee);
	len = 0;
	assert_int_equal(kith_base64_read("", out, &len), 0);
}

static void base64_of_anything_comes_back(void **state)
{
	struct kith_rng r = {{1, 2, 3, 4}};

	(void)state;
	for (size_t len = 0; len <= 64; len++) {
		uint8_t bytes[64], back[64];
		size_t back_len = len;
		char text[4 * 22 + 1];

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)kith_rng_below(&r, 256);
		kith_base64_write(bytes, len, text);
		assert_int_equal(kith_base64_read(text, back, &back_len), 0);
		assert_int_equal(back_len, len);
		assert_memory_equal(back, bytes, len);
	}
}

static void names_are_labels(void **state)
{
	static const char *const good[] = {"a", "0", "web-1", "web-1.zone.b", "a-", "a.", "a..b"};
	static const char *const bad[] = {"",    "-a",  ".a",      "A",    "a_b", "a b",
					  "a\n", "a/b", "\xc3\xa9", "a\x7f", "a:b", "a`"};
	char longest[KITH_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(kith_name_is_valid(good[i], KITH_NAME_MAX));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(kith_name_is_valid(bad[i], KITH_NAME_MAX));
	memset(longest, 'a', sizeof(longest));
	longest[KITH_NAME_MAX] = '\0';
	assert_true(kith_name_is_valid(longest, KITH_NAME_MAX));
	assert_false(kith_name_is_valid(longest, KITH_NAME_MAX - 1));
	longest[KITH_NAME_MAX] = 'a';
	longest[KITH_NAME_MAX + 1] = '\0';
	assert_false(kith_name_is_valid(longest, KITH_NAME_MAX));
}

static void utf8_takes_only_the_shortest_spelling(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool valid;
	} rows[] = {
		{"", 0, true},
		{"plain \x01\x7f", 8, true},
		{"\xc2\x80", 2, true},              /* U+0080 */
		{"\xdf\xbf", 2, true},              /* U+07FF */
		{"\xe0\xa0\x80", 3, true},          /* U+0800 */
		{"\xed\x9f\xbf", 3, true},          /* U+D7FF */
		{"\xee\x80\x80", 3, true},          /* U+E000 */
		{"\xef\xbf\xbf", 3, true},          /* U+FFFF */
		{"\xf0\x90\x80\x80", 4, true},      /* U+10000 */
		{"\xf4\x8f\xbf\xbf", 4, true},      /* U+10FFFF */
		{"a\xe2\x82\xac" "b", 5, true},     /* in the middle */
		{"\0", 1, false},                   /* NUL */
		{"a\0b", 3, false},
		{"\xc0\x80", 2, false},             /* NUL, too long */
		{"\xc1\xbf", 2, false},             /* U+007F, too long */
		{"\xe0\x9f\xbf", 3, false},         /* U+07FF, too long */
		{"\xf0\x8f\xbf\xbf", 4, false},     /* U+FFFF, too long */
		{"\xed\xa0\x80", 3, false},         /* surrogates */
		{"\xed\xbf\xbf", 3, false},
		{"\xf4\x90\x80\x80", 4, false},     /* U+110000 */
		{"\xf8\x88\x80\x80\x80", 5, false}, /* five bytes */
		{"\xf8\x90\x80\x80", 4, false},
		{"\xff", 1, false},
		{"\x80", 1, false},                 /* a tail alone */
		{"\xc2", 1, false},                 /* cut */
		{"\xe2\x82", 2, false},
		{"\xf0\x90\x80", 3, false},
		{"\xc2" "a", 2, false},             /* no tail */
		{"\xe2\x82" "a", 3, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(kith_text_is_valid(rows[i].bytes, rows[i].len), rows[i].valid);
}

static void a_line_has_no_control_characters(void **state)
{
	(void)state;
	assert_true(kith_text_is_line(NULL, 0));
	assert_true(kith_text_is_line("a b\xC3\xA4~", 6));
	assert_false(kith_text_is_line("a\n", 2));
	assert_false(kith_text_is_line("\x1F", 1));
	assert_false(kith_text_is_line("\x7F", 1));
	assert_false(kith_text_is_line("a\0", 2));
	assert_false(kith_text_is_line("\xFF", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_builder_appends),
		cmocka_unit_test(a_builder_that_runs_over_keeps_a_true_beginning),
		cmocka_unit_test(after_a_cut_nothing_is_added),
		cmocka_unit_test(seconds_have_three_decimals),
		cmocka_unit_test(hex_reads_both_cases_and_exactly),
		cmocka_unit_test(base64_gives_the_known_answers),
		cmocka_unit_test(base64_takes_only_the_canonical_spelling),
		cmocka_unit_test(base64_minds_its_room),
		cmocka_unit_test(base64_of_anything_comes_back),
		cmocka_unit_test(names_are_labels),
		cmocka_unit_test(utf8_takes_only_the_shortest_spelling),
		cmocka_unit_test(a_line_has_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
