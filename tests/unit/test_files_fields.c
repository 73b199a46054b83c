/* SPDX-License-Identifier: ISC */
#include "files/fields.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/crc.h"
#include <stdio.h>
#include <string.h>

struct got {
	char one[8], many[32];
};

static const char *take_one(void *ctx, const char *value, bool continued)
{
	struct got *g = ctx;

	assert_false(continued);
	if (strlen(value) >= sizeof g->one)
		return "too long";
	memcpy(g->one, value, strlen(value) + 1);
	return NULL;
}

static const char *take_many(void *ctx, const char *value, bool continued)
{
	struct got *g = ctx;

	size_t len = strlen(g->many);

	snprintf(g->many + len, sizeof g->many - len, "%c%s", continued ? '+' : '-', value);
	return NULL;
}

static const struct kith_field fields[] = {
	{"one", 1, 1, false, take_one},
	{"many", 0, 2, true, take_many},
};

static void claim(const char *text, const char *one, const char *many, const char *mistakes)
{
	struct got g = {"", ""};
	struct kith_report r = {0};
	enum kith_file_result result =
		kith_fields_parse("f", text, strlen(text), fields, 2, &g, &r);

	assert_string_equal(kith_report_text(&r), mistakes);
	assert_string_equal(g.one, one);
	assert_string_equal(g.many, many);
	assert_int_equal(result, *mistakes == '\0' ? KITH_FILE_OK : KITH_FILE_BAD);
	kith_report_clear(&r);
}

static void good_files(void **state)
{
	(void)state;
	claim("version = 1\none = x\n", "x", "", "");
	claim("version = 1\nmany = a\n b\none = x\nmany = c\n", "x", "-a+b-c", "");
}

static void every_mistake_is_told(void **state)
{
	(void)state;
	claim("one = too long for it\nmanny = 1\n one\none = y\nmany = 1\nmany = 2\nmany = 3\n[s]\na = 1\n",
	      "", "-1-2",
	      "f:1: one: too long\n"
	      "f:2: unknown key 'manny'; did you mean 'many'?\n"
	      "f:3: unknown key 'manny'; did you mean 'many'?\n"
	      "f:4: one is given twice\n"
	      "f:7: many is given more than 2 times\n"
	      "f:9: there are no sections in this file\n"
	      "f: there is no line 'version = 1'; is it the right file?\n");
	claim("version = 1\nversion = 1\none = x\n two\nzzz = 1\n", "x", "",
	      "f:2: version is given twice\n"
	      "f:4: a line that begins with a blank goes on with the key before it, and one has one "
	      "line only; remove the blank\n"
	      "f:5: unknown key 'zzz'\n");
	claim("version = 1\n", "", "", "f: there is no line 'one = ...'\n");
}

/* Whatever else a newer file says, we cannot judge it. */
static void newer_versions_are_refused(void **state)
{
	(void)state;
	claim("version = 2\nnew = 1\n", "", "",
	      "f:1: version: this program reads version 1 only; use the kith that wrote the file\n");
}

static void keys_and_names(void **state)
{
	uint8_t keys[2][KITH_KEY_LEN], key[KITH_KEY_LEN];
	char text[KITH_KEY_TEXT_LEN + 1], name[KITH_NAME_MAX + 1];
	uint8_t count = 0;

	(void)state;
	memset(key, 7, sizeof key);
	kith_key_write(key, text);
	assert_null(kith_field_key(text, keys, &count));
	assert_int_equal(count, 1);
	assert_memory_equal(keys[0], key, sizeof key);
	text[3] = text[3] == 'A' ? 'B' : 'A';
	assert_non_null(kith_field_key(text, keys, &count));
	assert_int_equal(count, 1);
	assert_null(kith_field_name("web-1", name, KITH_NAME_MAX));
	assert_string_equal(name, "web-1");
	assert_non_null(kith_field_name("Web", name, KITH_NAME_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files),
		cmocka_unit_test(every_mistake_is_told),
		cmocka_unit_test(newer_versions_are_refused),
		cmocka_unit_test(keys_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
