/* SPDX-License-Identifier: ISC */
#include "query/out.h"
#include "base/mem.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct kith_buf buf;
static struct kith_writer w;

static void begin(void)
{
	kith_buf_fini(&buf);
	kith_write_init(&w, &kith_form_msgpack, &buf);
}

static void expect_bytes(const char *bytes, size_t len, const char *file, int line)
{
	_assert_true(kith_write_done(&w), "done", file, line);
	_assert_int_equal(buf.len, len, file, line);
	_assert_memory_equal(buf.p, bytes, len, file, line);
}
#define EXPECT(bytes) expect_bytes(bytes, sizeof(bytes) - 1, __FILE__, __LINE__)

static void scalars_take_their_smallest_form(void **state)
{
	(void)state;
	begin();
	kith_write_array(&w);
	kith_write_u64(&w, 0);
	kith_write_u64(&w, 127);
	kith_write_u64(&w, 128);
	kith_write_u64(&w, 7101);
	kith_write_u64(&w, 65536);
	kith_write_u64(&w, 4294967296);
	kith_write_i64(&w, -1);
	kith_write_i64(&w, -33);
	kith_write_bool(&w, true);
	kith_write_bool(&w, false);
	kith_write_null(&w);
	kith_write_real(&w, 0);
	kith_write_bytes(&w, (const uint8_t *)"\x7F\x00\x00\x01", 4);
	kith_write_text(&w, "a");
	kith_write_end(&w);
	EXPECT("\x9E\x00\x7F\xCC\x80\xCD\x1B\xBD\xCE\x00\x01\x00\x00\xCF\x00\x00\x00\x01\x00\x00\x00\x00"
	       "\xFF\xD0\xDF\xC3\xC2\xC0\xCB\x00\x00\x00\x00\x00\x00\x00\x00\xC4\x04\x7F\x00\x00\x01"
	       "\xA1" "a");
}

static void texts_are_of_the_str_family(void **state)
{
	char text[70000];

	(void)state;
	memset(text, 'x', sizeof(text));
	begin();
	kith_write_textn(&w, text, 31);
	assert_int_equal(buf.p[0], 0xBF);
	begin();
	kith_write_textn(&w, text, 32);
	assert_memory_equal(buf.p, "\xD9\x20", 2);
	begin();
	kith_write_textn(&w, text, 256);
	assert_memory_equal(buf.p, "\xDA\x01\x00", 3);
	begin();
	kith_write_textn(&w, text, 65536);
	assert_memory_equal(buf.p, "\xDB\x00\x01\x00\x00", 5);
	assert_int_equal(buf.len, 5 + 65536);
	begin();
	kith_write_bytes(&w, (const uint8_t *)text, 256);
	assert_memory_equal(buf.p, "\xC5\x01\x00", 3);
}

static void wrong_bytes_become_replacements(void **state)
{
	(void)state;
	begin();
	kith_write_textn(&w, "a\xFF\xC3\xBC\xC3", 5);
	EXPECT("\xA9" "a\xEF\xBF\xBD\xC3\xBC\xEF\xBF\xBD");
	begin();
	kith_write_map(&w);
	kith_write_keyn(&w, "\x80", 1);
	kith_write_null(&w);
	kith_write_end(&w);
	EXPECT("\x81\xA3\xEF\xBF\xBD\xC0");
}

/* Sizes where the head of a container grows, with a container inside that grows as well. */
static void containers_know_their_size_at_the_end(void **state)
{
	static const uint32_t sizes[] = {0, 1, 15, 16, 17, 65535, 65536};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t n = sizes[i];
		size_t head = n < 16 ? 1 : n < 65536 ? 3 : 5;

		begin();
		kith_write_map(&w);
		kith_write_key_array(&w, "a");
		for (uint32_t k = 0; k < n; k++)
			kith_write_u64(&w, 5);
		kith_write_end(&w);
		kith_write_key_map(&w, "m");
		for (uint32_t k = 0; k < n; k++)
			kith_write_key_bool(&w, "k", true);
		kith_write_end(&w);
		kith_write_end(&w);
		assert_true(kith_write_done(&w));
		assert_int_equal(buf.len, 1 + 2 + head + n + 2 + head + 3 * (size_t)n);
		assert_memory_equal(buf.p, "\x82\xA1" "a", 3);
		assert_memory_equal(buf.p + 3 + head + n, "\xA1m", 2);
		if (n == 17) {
			assert_memory_equal(buf.p + 3, "\xDC\x00\x11\x05", 4);
			assert_memory_equal(buf.p + 3 + 3 + 17 + 2, "\xDE\x00\x11\xA1k\xC3", 6);
		}
		if (n == 65536)
			assert_memory_equal(buf.p + 3, "\xDD\x00\x01\x00\x00\x05", 6);
		if (n == 15)
			assert_int_equal(buf.p[3], 0x9F);
	}
}

static void it_writes_behind_what_is_there(void **state)
{
	(void)state;
	begin();
	kith_buf_add(&buf, "before", 6);
	kith_write_array(&w);
	for (int k = 0; k < 16; k++)
		kith_write_null(&w);
	kith_write_end(&w);
	assert_true(kith_write_done(&w));
	assert_memory_equal(buf.p, "before\xDC\x00\x10\xC0", 10);
	assert_int_equal(buf.len, 6 + 3 + 16);
}

static void write_much(void)
{
	kith_write_map(&w);
	for (int i = 0; i < 100; i++) {
		kith_write_key_text(&w, "name", "some text that takes room");
		kith_write_key_array(&w, "list");
		kith_write_textn(&w, "\xFF\xFE", 2);
		kith_write_end(&w);
	}
	kith_write_end(&w);
}

static void what_does_not_fit_is_told_at_the_end(void **state)
{
	struct alloc_fail heap;
	struct kith_alloc alloc;
	bool is_done = false;
	size_t whole;

	(void)state;
	begin();
	write_much();
	assert_true(kith_write_done(&w));
	whole = buf.len;
	kith_buf_fini(&buf);
	for (size_t max = 0; max < whole; max += 13) {
		kith_buf_init(&buf, &kith_alloc_libc, max);
		begin();
		write_much();
		assert_false(kith_write_done(&w));
		kith_buf_fini(&buf);
	}
	for (uint64_t n = 1; !is_done; n++) {
		alloc_fail_init(&heap);
		alloc = alloc_fail_hook(&heap);
		alloc_fail_next(&heap, n, true);
		kith_buf_init(&buf, &alloc, SIZE_MAX);
		begin();
		write_much();
		is_done = kith_write_done(&w);
		assert_int_equal(is_done, heap.failed == 0);
		kith_buf_fini(&buf);
		assert_int_equal(heap.blocks, 0);
	}
	kith_buf_init(&buf, &kith_alloc_libc, SIZE_MAX);
}

static int set_up(void **state)
{
	(void)state;
	kith_buf_init(&buf, &kith_alloc_libc, SIZE_MAX);
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
		cmocka_unit_test(scalars_take_their_smallest_form),
		cmocka_unit_test(texts_are_of_the_str_family),
		cmocka_unit_test(wrong_bytes_become_replacements),
		cmocka_unit_test(containers_know_their_size_at_the_end),
		cmocka_unit_test(it_writes_behind_what_is_there),
		cmocka_unit_test(what_does_not_fit_is_told_at_the_end),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
