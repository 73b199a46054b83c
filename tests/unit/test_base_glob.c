/* SPDX-License-Identifier: ISC */
#include "base/glob.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct kith_bytes bytes(const char *text)
{
	return (struct kith_bytes){(const uint8_t *)text, strlen(text)};
}

static void globs(void **state)
{
	static const struct {
		const char *glob, *text;
		bool is;
	} rows[] = {
		{"", "", true},          {"", "a", false},        {"a", "a", true},
		{"a", "ab", false},      {"*", "", true},         {"*", "anything", true},
		{"web-*", "web-1", true}, {"web-*", "web-", true}, {"web-*", "we", false},
		{"*-1", "web-1", true},  {"*-1", "web-11", false}, {"?", "", false},
		{"??", "ab", true},      {"a*b*c", "axxbyyc", true}, {"a*b*c", "axxbyy", false},
		{"*a*", "bab", true},    {"**", "x", true},       {"a**", "a", true},
		{"*ab", "aab", true},    {"*aab", "aaab", true},  {"[a]", "a", false},
		{"A", "a", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (kith_glob_matches(bytes(rows[i].glob), bytes(rows[i].text)) != rows[i].is)
			fail_msg("'%s' on '%s'", rows[i].glob, rows[i].text);
}

/* A glob of many stars is linear in each star, not exponential. */
static void many_stars_end(void **state)
{
	char text[4001];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(kith_glob_matches(bytes("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), bytes(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs),
		cmocka_unit_test(many_stars_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
