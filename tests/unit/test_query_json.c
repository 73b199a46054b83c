/* SPDX-License-Identifier: ISC */
#include "query/json.h"
#include "base/mem.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct kith_buf buf;
static struct kith_writer w;

static const char *text_of(const char *p, size_t len)
{
	kith_buf_fini(&buf);
	kith_write_init(&w, &kith_form_json, &buf);
	kith_write_textn(&w, p, len);
	assert_true(kith_write_done(&w));
	kith_buf_add(&buf, "", 1);
	return (const char *)buf.p;
}

static void texts_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(text_of("", 0), "\"\"");
	assert_string_equal(text_of("a\"b\\c/d", 7), "\"a\\\"b\\\\c/d\"");
	assert_string_equal(text_of("\b\f\n\r\t", 5), "\"\\b\\f\\n\\r\\t\"");
	assert_string_equal(text_of("\x00\x01\x1F\x20\x7E\x7F", 6), "\"\\u0000\\u0001\\u001f ~\\u007f\"");
	/* U+0080 to U+009F steer terminals: escaped; from U+00A0 on text is text. */
	assert_string_equal(text_of("\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0\xC3\xBC", 10),
			    "\"\\u0080\\u009b\\u009f\xC2\xA0\xC3\xBC\"");
	assert_string_equal(text_of("\xF0\x9F\x98\x80", 4), "\"\xF0\x9F\x98\x80\"");
	assert_string_equal(text_of("a\xFF\xED\xA0\x80z", 6),
			    "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"");
	assert_string_equal(text_of("\xE2\x82", 2), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void a_document_has_its_commas(void **state)
{
	(void)state;
	kith_buf_fini(&buf);
	kith_write_init(&w, &kith_form_json, &buf);
	kith_write_map(&w);
	kith_write_key_u64(&w, "a", UINT64_MAX);
	kith_write_key_array(&w, "b");
	kith_write_i64(&w, INT64_MIN);
	kith_write_map(&w);
	kith_write_end(&w);
	kith_write_array(&w);
	kith_write_end(&w);
	kith_write_null(&w);
	kith_write_end(&w);
	kith_write_key_bool(&w, "k\"", true);
	kith_write_key_bool(&w, "", false);
	kith_write_key_null(&w, "n");
	kith_write_key(&w, "r");
	kith_write_array(&w);
	kith_write_real(&w, 0.5);
	kith_write_real(&w, -1e300);
	kith_write_real(&w, 1.0 / 3);
	kith_write_end(&w);
	kith_write_end(&w);
	assert_true(kith_write_done(&w));
	kith_buf_add(&buf, "", 1);
	assert_string_equal((const char *)buf.p,
			    "{\"a\":18446744073709551615,\"b\":[-9223372036854775808,{},[],null],"
			    "\"k\\\"\":true,\"\":false,\"n\":null,"
			    "\"r\":[0.5,-1.0000000000000001e+300,0.33333333333333331]}");
}

static void bytes_are_base64(void **state)
{
	uint8_t bytes[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	kith_buf_fini(&buf);
	kith_write_init(&w, &kith_form_json, &buf);
	kith_write_array(&w);
	kith_write_bytes(&w, bytes, 0);
	kith_write_bytes(&w, bytes, 1);
	kith_write_bytes(&w, bytes, 49); /* over one piece */
	kith_write_end(&w);
	assert_true(kith_write_done(&w));
	kith_buf_add(&buf, "", 1);
	assert_string_equal((const char *)buf.p,
			    "[\"\",\"AA==\",\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh"
			    "8gISIjJCUmJygpKissLS4vMA==\"]");
}

static void msgpack_becomes_a_document(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int rc;
		const char *json;
	} rows[] = {
		{"\x82\xA2ok\xC3\xA5names\x92\xA1" "a\xA1" "b", 16, 0, "{\"ok\":true,\"names\":[\"a\",\"b\"]}"},
		{"\x05", 1, 0, "5"},
		{"\x05\x05", 2, KITH_EMALFORMED, ""}, /* bytes left over */
		{"\x92\x05", 2, KITH_EMALFORMED, ""},
		{"", 0, KITH_EMALFORMED, ""},
		{"\xDD\x03\x00\x00\x00", 5, KITH_ETOOBIG, ""},
		{"\xDF\x80\x00\x00\x00", 5, KITH_ETOOBIG, ""},
		{"\xC1", 1, KITH_EMALFORMED, ""},
		{"\xD9\xFF" "a", 3, KITH_ETOOBIG, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kith_buf_fini(&buf);
		kith_buf_add(&buf, "!", 1);
		assert_int_equal(kith_json_from_msgpack((const uint8_t *)rows[i].bytes, rows[i].len, &buf),
				 rows[i].rc);
		kith_buf_add(&buf, "", 1);
		assert_string_equal((const char *)buf.p + 1, rows[i].json);
	}
}

static void without_memory_nothing_is_added(void **state)
{
	static const char bytes[] = "\x82\xA2ok\xC3\xA5names\x92\xA1" "a\xA1" "b";
	struct alloc_fail heap;
	struct kith_alloc alloc;
	int rc = KITH_ENOMEM;

	(void)state;
	kith_buf_fini(&buf);
	for (uint64_t n = 1; rc != 0; n++) {
		alloc_fail_init(&heap);
		alloc = alloc_fail_hook(&heap);
		alloc_fail_next(&heap, n, true);
		kith_buf_init(&buf, &alloc, SIZE_MAX);
		rc = kith_json_from_msgpack((const uint8_t *)bytes, sizeof(bytes) - 1, &buf);
		assert_int_equal(rc, heap.failed > 0 ? KITH_ENOMEM : 0);
		assert_int_equal(buf.len > 0, rc == 0);
		kith_buf_fini(&buf);
		assert_int_equal(heap.blocks, 0);
	}
	kith_buf_init(&buf, &kith_alloc_libc, 10);
	assert_int_equal(kith_json_from_msgpack((const uint8_t *)bytes, sizeof(bytes) - 1, &buf),
			 KITH_ENOMEM);
	assert_int_equal(buf.len, 0);
	kith_buf_fini(&buf);
	kith_buf_init(&buf, &kith_alloc_libc, 1 << 16);
}

static int set_up(void **state)
{
	(void)state;
	kith_buf_init(&buf, &kith_alloc_libc, 1 << 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	kith_buf_fini(&buf);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(a_document_has_its_commas),
		cmocka_unit_test(bytes_are_base64),
		cmocka_unit_test(msgpack_becomes_a_document),
		cmocka_unit_test(without_memory_nothing_is_added),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
