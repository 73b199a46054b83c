/* SPDX-License-Identifier: ISC */
#include "base/err.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_code_has_its_own_sentence(void **state)
{
	static const struct {
		int value, fatal;
		const char *text;
	} rows[] = {
#define X(name, value, fatal, text) {value, fatal, text},
		KITH_ERRORS(X)
#undef X
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(rows[i].value < 0);
		assert_string_equal(kith_err_text(rows[i].value), rows[i].text);
		assert_int_equal(kith_err_fatal(rows[i].value), rows[i].fatal);
		assert_string_not_equal(rows[i].text, kith_err_text(1));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rows[i].text, rows[j].text);
	}
}

static void some_are_fatal_and_success_is_not(void **state)
{
	(void)state;
	assert_true(kith_err_fatal(KITH_ECRYPTO));
	assert_true(kith_err_fatal(KITH_EEPOCH));
	assert_false(kith_err_fatal(KITH_ENOMEM));
	assert_false(kith_err_fatal(KITH_OK));
	assert_false(kith_err_fatal(-10000));
	assert_string_equal(kith_err_text(KITH_OK), "done");
	assert_string_equal(kith_err_text(-10000), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_its_own_sentence),
		cmocka_unit_test(some_are_fatal_and_success_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
