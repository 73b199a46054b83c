/* SPDX-License-Identifier: ISC */
#include "files/suggest.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char *suggest(const char *word)
{
	static const char *const known[] = {"listen", "advertise", "tag", "probe-interval", "name"};
	const char *best = NULL;
	size_t distance = 0;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		best = kith_suggest(word, known[i], best, &distance);
	return best;
}

static void near_words_are_found(void **state)
{
	(void)state;
	assert_string_equal(suggest("lisen"), "listen");
	assert_string_equal(suggest("lsiten"), "listen");  /* swapped: one change */
	assert_string_equal(suggest("listten"), "listen");
	assert_string_equal(suggest("tags"), "tag");
	assert_string_equal(suggest("probe_interval"), "probe-interval");
	assert_string_equal(suggest("advertize"), "advertise");
}

static void far_words_are_not(void **state)
{
	(void)state;
	assert_null(suggest("port"));
	assert_null(suggest("tXY"));  /* two of three letters */
	assert_null(suggest(""));
	assert_null(suggest("a-word-that-is-longer-than-any-key-of-ours-could-ever-be"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_words_are_found),
		cmocka_unit_test(far_words_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
