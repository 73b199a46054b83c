/* SPDX-License-Identifier: ISC */
#include "files/ini.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct seen {
	char text[4096];
};

static void on_item(void *ctx, const struct kith_ini_item *item)
{
	struct seen *s = ctx;
	size_t len = strlen(s->text);

	snprintf(s->text + len, sizeof s->text - len, "%u[%s]%s%s=%s\n", item->line, item->section,
		 item->continued ? "+" : "", item->key, item->value);
}

/* Items and mistakes of `text`, items first. */
static void claim(const char *text, size_t len, const char *items, const char *mistakes)
{
	struct seen s = {""};
	struct kith_report r = {0};
	unsigned errors = kith_ini_parse("f", text, len, on_item, &s, &r);

	assert_string_equal(s.text, items);
	assert_string_equal(kith_report_text(&r), mistakes);
	assert_int_equal(errors, r.count);
	kith_report_clear(&r);
}

#define CLAIM(text, items, mistakes) claim(text, sizeof(text) - 1, items, mistakes)

static void lines_are_numbered(void **state)
{
	(void)state;
	CLAIM("", "", "");
	CLAIM("a = 1\n\n; b = 2\n# c = 3\n[s]\nd=4 ; five\ne = 5", "1[]a=1\n6[s]d=4\n7[s]e=5\n", "");
	CLAIM("\xef\xbb\xbf" "a = 1\r\nb =\r\n", "1[]a=1\n2[]b=\n", "");
	CLAIM("url = http://x/;y # z\n", "1[]url=http://x/;y # z\n", "");
}

static void blank_continues(void **state)
{
	(void)state;
	CLAIM("a = 1\n\t2\n  b = 3\nc = 4\n", "1[]a=1\n2[]+a=2\n3[]+a=b = 3\n4[]c=4\n", "");
	/* There is nothing to continue at the start of a section. */
	CLAIM("a = 1\n[s]\n  b = 2\n", "1[]a=1\n3[s]b=2\n", "");
}

static void all_syntax_errors(void **state)
{
	(void)state;
	CLAIM("a\nb = 1\nc\n= 3\n", "2[]b=1\n",
	      "f:1: syntax error: neither a comment, a [section] nor KEY = VALUE\n"
	      "f:3: syntax error: neither a comment, a [section] nor KEY = VALUE\n"
	      "f:4: syntax error: there is nothing before '='\n");
	CLAIM("last", "", "f:1: syntax error: neither a comment, a [section] nor KEY = VALUE\n");
	CLAIM("[s] x\na = 1\n[t] ; x\nb = 2\n", "2[s]a=1\n4[t]b=2\n",
	      "f:1: only a comment (; ...) may follow ']'\n");
	claim("a = 1\nb\0c = 2\n", 14, "1[]a=1\n",
	      "f:2: there is a NUL byte in the line; this is not a text file\n");
}

/* inih would put the settings into the section before. */
static void broken_section_takes_nothing(void **state)
{
	(void)state;
	CLAIM("[a]\nx = 1\n[b\nx = 2\n  y\nz\n[c]\nx = 3\n", "2[a]x=1\n8[c]x=3\n",
	      "f:3: the section's ']' is missing; its settings were not read\n");
	CLAIM("[0123456789012345678901234567890123456789012345678]\nx = 1\n", "",
	      "f:1: the section's name is longer than 48 characters; its settings were not read\n");
}

/* inih would make two lines of it. */
static void long_lines(void **state)
{
	char text[600];

	(void)state;
	snprintf(text, sizeof text, "a = %0194d\nb = %0195d\nc = 1\n", 1, 2);
	{
		struct seen s = {""};
		struct kith_report r = {0};

		assert_int_equal(kith_ini_parse("f", text, strlen(text), on_item, &s, &r), 1);
		assert_string_equal(kith_report_text(&r),
				    "f:2: line is longer than 198 characters\n");
		assert_int_equal(strlen(s.text), strlen("1[]a=\n") + 194 + strlen("3[]c=1\n"));
		kith_report_clear(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_numbered),
		cmocka_unit_test(blank_continues),
		cmocka_unit_test(all_syntax_errors),
		cmocka_unit_test(broken_section_takes_nothing),
		cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
