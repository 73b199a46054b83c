/* SPDX-License-Identifier: ISC */
#include "cli/verbs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* No line is wider than a terminal of 80 columns. */
static void assert_fits(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		assert_in_range(len, 1, 80);
		text += len + (text[len] == '\n');
	}
}

static void assert_flags(const struct kith_flag *flags, const struct kith_flag *others)
{
	for (const struct kith_flag *f = flags; f != NULL && f->name != NULL; f++) {
		assert_true(*f->help != '\0');
		for (const struct kith_flag *g = others; g != NULL && g->name != NULL; g++) {
			if (f == g)
				continue;
			assert_string_not_equal(f->name, g->name);
			if (f->letter != 0)
				assert_int_not_equal(f->letter, g->letter);
		}
	}
}

static void every_row_is_whole(void **state)
{
	(void)state;
	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++) {
		assert_true(*v->name != '\0' && *v->synopsis != '\0' && *v->group != '\0');
		assert_non_null(v->run);
		assert_fits(v->help);
		assert_true(v->operands_max < 0 || v->operands_min <= v->operands_max);
		assert_int_equal(*v->args != '\0', v->operands_max != 0);
		assert_int_equal(v->operands == KITH_OPERANDS_WORDS, v->words != NULL);
	}
}

static void flags_do_not_collide(void **state)
{
	(void)state;
	assert_flags(kith_global_flags, kith_global_flags);
	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++) {
		assert_flags(v->flags, v->flags);
		assert_flags(v->flags, kith_global_flags);
	}
}

static void names_are_unique_and_groups_hang_together(void **state)
{
	(void)state;
	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++) {
		bool ended = false;

		assert_ptr_equal(kith_verb_find(v->name), v);
		for (const struct kith_verb *w = v; w->name != NULL; w++) {
			ended |= strcmp(w->group, v->group) != 0;
			assert_false(ended && strcmp(w->group, v->group) == 0);
		}
	}
	assert_null(kith_verb_find("member"));
	assert_null(kith_verb_find(""));
}

static void guesses(void **state)
{
	static const char *const table[][2] = {
		{"member", "members"}, {"mebmers", "members"}, {"stauts", "status"},
		{"stat", "stats"}, {"jion", "join"}, {"admin", "admit"}, {"hlep", "help"},
		{"x", NULL}, {"frobnicate", NULL}, {"how", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct kith_verb *v = kith_verb_guess(table[i][0]);

		if (table[i][1] == NULL)
			assert_null(v);
		else
			assert_string_equal(v != NULL ? v->name : "none", table[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(flags_do_not_collide),
		cmocka_unit_test(names_are_unique_and_groups_hang_together),
		cmocka_unit_test(guesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
