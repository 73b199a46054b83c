/* SPDX-License-Identifier: ISC */
#include "query/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static size_t next(const char *bytes, size_t len)
{
	uint8_t exact[8];

	memcpy(exact, bytes, len);
	return kith_utf8_next(exact, len);
}

static void the_edges_of_each_length(void **state)
{
	static const struct {
		const char *bytes;
		size_t len, want;
	} cases[] = {
		{"\x00", 1, 1}, {"\x7F", 1, 1}, {"\x80", 1, 0}, {"\xBF", 1, 0},
		{"\xC1\xBF", 2, 0}, {"\xC2\x80", 2, 2}, {"\xDF\xBF", 2, 2}, {"\xC2\x7F", 2, 0},
		{"\xC2", 1, 0}, {"\xC2\xC0", 2, 0},
		{"\xE0\x9F\xBF", 3, 0}, {"\xE0\xA0\x80", 3, 3}, {"\xEC\xBF\xBF", 3, 3},
		{"\xED\x9F\xBF", 3, 3}, {"\xED\xA0\x80", 3, 0}, /* a surrogate */
		{"\xEE\x80\x80", 3, 3}, {"\xEF\xBF\xBF", 3, 3}, {"\xEF\xBF", 2, 0},
		{"\xEF\xBF\xC0", 3, 0},
		{"\xF0\x8F\xBF\xBF", 4, 0}, {"\xF0\x90\x80\x80", 4, 4},
		{"\xF3\xBF\xBF\xBF", 4, 4}, {"\xF4\x8F\xBF\xBF", 4, 4},
		{"\xF4\x90\x80\x80", 4, 0}, {"\xF5\x80\x80\x80", 4, 0}, {"\xFF", 1, 0},
		{"\xF0\x90\x80", 3, 0}, {"\xF0\x90\x80\x7F", 4, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (next(cases[i].bytes, cases[i].len) != cases[i].want)
			print_error("case %zu\n", i);
		assert_int_equal(next(cases[i].bytes, cases[i].len), cases[i].want);
	}
}

static void every_character_has_one_form(void **state)
{
	uint32_t valid = 0;

	(void)state;
	/* Of all three-byte texts exactly U+0800 to U+FFFF without the 2048 surrogates are one
	 * character. */
	for (uint32_t i = 0; i < 0x1000000; i += 1) {
		const uint8_t p[3] = {(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};

		if (p[0] < 0xE0 || p[0] > 0xEF)
			continue;
		valid += kith_utf8_next(p, 3) == 3;
	}
	assert_int_equal(valid, 0x10000 - 0x800 - 2048);
}

static void a_text_is_valid_as_a_whole(void **state)
{
	(void)state;
	assert_true(kith_utf8_is_text((const uint8_t *)"", 0));
	assert_true(kith_utf8_is_text((const uint8_t *)"z\xC3\xBCrich", 7));
	assert_false(kith_utf8_is_text((const uint8_t *)"z\xC3\xBCrich\xC3", 8));
	assert_false(kith_utf8_is_text((const uint8_t *)"a\xFFz", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_edges_of_each_length),
		cmocka_unit_test(every_character_has_one_form),
		cmocka_unit_test(a_text_is_valid_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
