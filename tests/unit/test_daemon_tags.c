/* SPDX-License-Identifier: ISC */
#include "daemon/tags.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <kith/kith.h>
#include <stdio.h>
#include <string.h>

static struct kith_conf *conf;
static struct kith_report report;

static void load(const char *const *overrides, size_t count)
{
	struct kith_conf_source source = {.path = "/nowhere/kith.conf", .overrides = overrides,
					  .override_count = count, .override_origin = "-o"};

	kith_conf_free(&conf);
	kith_report_clear(&report);
	(void)!kith_conf_load(&conf, &source, &report);
	assert_non_null(conf);
}

static void packed(void **state)
{
	static const char *const overrides[] = {"node.tag=a=1", "node.tag=role=web", "node.tag=a=",
						"node.tag=ab=2"};
	static const char bytes[] = "\x83" "\xa4role\xa3web" "\xa1" "a\xa0" "\xa2" "ab\xa1" "2";
	struct kith_tags tags;

	(void)state;
	load(NULL, 0);
	assert_int_equal(kith_tags_pack(&tags, conf, &report), 0);
	assert_int_equal(tags.len, 1);
	assert_int_equal(tags.bytes[0], 0x80);
	load(overrides, 4);
	assert_int_equal(kith_tags_pack(&tags, conf, &report), 0);
	assert_int_equal(tags.len, sizeof bytes - 1);
	assert_memory_equal(tags.bytes, bytes, tags.len);
}

/* What goes into a member record reads back by the public reader. */
static void many(void **state)
{
	static char texts[20][64];
	const char *overrides[20];
	struct kith_bytes key, value;
	struct kith_tags tags;
	size_t at = 0;
	int count = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(texts[i], sizeof texts[i], "node.tag=key%d=%040d", i, i);
		overrides[i] = texts[i];
	}
	load(overrides, 10);
	assert_int_equal(kith_tags_pack(&tags, conf, &report), 0);
	while (kith_tag_next((struct kith_bytes){tags.bytes, tags.len}, &at, &key, &value)) {
		assert_int_equal(value.len, 40);
		count++;
	}
	assert_int_equal(count, 10);
	load(overrides, 20);
	assert_int_equal(kith_tags_pack(&tags, conf, &report), 78);
	assert_string_equal(kith_report_text(&report),
			    "-o: node.tag: all tags together take more than 512 bytes; shorten them\n");
	for (int i = 0; i < 20; i++)
		snprintf(texts[i], sizeof texts[i], "node.tag=k%d=", i);
	load(overrides, 20);
	assert_int_equal(kith_tags_pack(&tags, conf, &report), 0);
	assert_int_equal(tags.bytes[0], 0xde);
	for (at = 0, count = 0;
	     kith_tag_next((struct kith_bytes){tags.bytes, tags.len}, &at, &key, &value);)
		count++;
	assert_int_equal(count, 20);
	kith_conf_free(&conf);
	kith_report_clear(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packed),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
