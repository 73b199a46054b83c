/* SPDX-License-Identifier: ISC */
#include "query/pattern.h"
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

static void regular_expressions_as_serf_means_them(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool is;
	} rows[] = {
		{"", "anything", true},      {"web", "web", true},         {"web", "web-1", false},
		{"web.*", "web-1", true},    {".*-1", "web-1", true},      {"web-[0-9]+", "web-12", true},
		/* ungrouped: starts with alive, or ends with failed */
		{"alive|failed", "alivexx", true}, {"alive|failed", "xxfailed", true},
		{"alive|failed", "xxalive", false},
		{"web-\\d+", "web-12", true}, {"web-\\d+", "web-x", false}, {"\\w+", "a_b9", true},
		{"\\w+", "a-b", false},      {"\\D+", "abc", true},        {"\\S+", "a b", false},
		{"a\\sb", "a b", true},      {"[\\d.]+", "10.0.0.1", true}, {"[^\\d]+", "ab1", false},
		{"(?i)web", "WEB", true},    {"(?:a|b)c", "bc", true},     {"(?:a|b)c", "cc", false},
		{"a.*?b", "axxb", true},     {"a+?b", "aab", true},        {"a??b", "b", true},
		{"a{2,3}", "aaa", true},     {"a{2,3}", "a", false},       {"a{2}?", "aa", true},
		{"a\\.b", "a.b", true},      {"a\\.b", "axb", false},      {"a\\*", "a*", true},
		{"[[:alpha:]]+", "ab", true}, {"[]a]+", "]a", true},       {"[^]]", "]", false},
		{"[\\.]", ".", true},        {"[\\.]", "x", false},        {"", "", true},
	};
	struct kith_pattern p;
	const char *why = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (kith_pattern_compile(&p, bytes(rows[i].pattern), &why) != 0)
			fail_msg("'%s': %s", rows[i].pattern, why);
		if (kith_pattern_matches(&p, bytes(rows[i].text)) != rows[i].is)
			fail_msg("'%s' on '%s'", rows[i].pattern, rows[i].text);
		kith_pattern_fini(&p);
	}
}

static void what_can_not_be_said_is_refused(void **state)
{
	static const char *const patterns[] = {
		"(", ")(", "[", "[a", "a\\", "(a)\\1", "\\pL", "\\bx", "(?P<n>a)", "(?=a)", "[\\]]", "[\\^a]",
		"a{33}", "a{1,33}", "a{2}b{2}", "a**", "a++", "a*+", "a*?*", "a{2}{2}", "((((a+)+)+)+)+",
		"a{x}", "[[:alpha]", "[a[b]", "[[", "(a){2}(b)+(c)+(d)+", "a{", "[\\D]",
	};
	char longer[300];
	struct kith_pattern p;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		why = NULL;
		if (kith_pattern_compile(&p, bytes(patterns[i]), &why) != KITH_EINVAL)
			fail_msg("'%s' is taken", patterns[i]);
		assert_non_null(why);
		assert_false(p.is_set);
		kith_pattern_fini(&p);
	}
	memset(longer, 'a', sizeof(longer));
	assert_int_equal(kith_pattern_compile(&p, (struct kith_bytes){(const uint8_t *)longer, 257},
					      &why), KITH_ETOOBIG);
	assert_int_equal(kith_pattern_compile(&p, (struct kith_bytes){(const uint8_t *)longer, 256},
					      &why), 0);
	kith_pattern_fini(&p);
	assert_int_equal(kith_pattern_compile(&p, (struct kith_bytes){(const uint8_t *)"a\0b", 3},
					      &why), KITH_EINVAL);
}

/* The longest patterns grow the most when they are rewritten, and must still fit. */
static void the_widest_rewriting_fits(void **state)
{
	char wide[257] = "";
	struct kith_pattern p;
	const char *why = "";

	(void)state;
	for (size_t i = 0; i < 256; i += 2)
		memcpy(wide + i, "\\W", 2);
	wide[256] = '\0';
	assert_int_equal(kith_pattern_compile(&p, bytes(wide), &why), 0);
	kith_pattern_fini(&p);
}

static void texts_that_no_pattern_matches(void **state)
{
	char longer[1100];
	struct kith_pattern p;
	const char *why;

	(void)state;
	memset(longer, 'a', sizeof(longer));
	assert_int_equal(kith_pattern_compile(&p, bytes(".*"), &why), 0);
	assert_true(kith_pattern_matches(&p, (struct kith_bytes){(const uint8_t *)longer, 1024}));
	assert_false(kith_pattern_matches(&p, (struct kith_bytes){(const uint8_t *)longer, 1025}));
	assert_false(kith_pattern_matches(&p, (struct kith_bytes){(const uint8_t *)"a\0b", 3}));
	assert_true(kith_pattern_matches(&p, (struct kith_bytes){NULL, 0}));
	kith_pattern_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regular_expressions_as_serf_means_them),
		cmocka_unit_test(what_can_not_be_said_is_refused),
		cmocka_unit_test(the_widest_rewriting_fits),
		cmocka_unit_test(texts_that_no_pattern_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
