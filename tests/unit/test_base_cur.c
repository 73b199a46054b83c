/* SPDX-License-Identifier: ISC */
#include "base/cur.h"
#include <stdbool.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
				0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};

static void loads_and_stores_are_little_endian(void **state)
{
	uint8_t out[8];

	(void)state;
	assert_int_equal(kith_get_u16(bytes), 0x0201);
	assert_int_equal(kith_get_u32(bytes), 0x04030201);
	assert_true(kith_get_u64(bytes) == 0x0807060504030201u);
	assert_int_equal(kith_get_u32((const uint8_t *)"\xff\xff\xff\xff"), UINT32_MAX);
	kith_put_u16(out, 0x0201);
	assert_memory_equal(out, bytes, 2);
	kith_put_u32(out, 0x04030201);
	assert_memory_equal(out, bytes, 4);
	kith_put_u64(out, 0x0807060504030201u);
	assert_memory_equal(out, bytes, 8);
}

static void a_reader_reads_straight_through(void **state)
{
	struct kith_rd r;

	(void)state;
	kith_rd_init(&r, bytes, sizeof(bytes));
	assert_int_equal(kith_rd_left(&r), 15);
	assert_int_equal(kith_rd_u8(&r), 0x01);
	assert_int_equal(kith_rd_u16(&r), 0x0302);
	assert_int_equal(kith_rd_u32(&r), 0x07060504);
	assert_true(kith_rd_u64(&r) == 0x0f0e0d0c0b0a0908u);
	assert_int_equal(kith_rd_left(&r), 0);
	assert_false(r.bad);
	assert_ptr_equal(kith_rd_bytes(&r, 0), bytes + 15);
	assert_false(r.bad);
}

/* Each read with one byte too few: it gives zeros, and so does everything after it. */
static void a_reader_keeps_its_first_error(void **state)
{
	(void)state;
	for (int op = 0; op < 5; op++) {
		static const size_t needs[] = {1, 2, 4, 8, 5};
		uint8_t copy[5] = {1, 1, 1, 1, 1};
		struct kith_rd r;

		kith_rd_init(&r, bytes, needs[op] - 1);
		switch (op) {
		case 0:
			assert_int_equal(kith_rd_u8(&r), 0);
			break;
		case 1:
			assert_int_equal(kith_rd_u16(&r), 0);
			break;
		case 2:
			assert_int_equal(kith_rd_u32(&r), 0);
			break;
		case 3:
			assert_true(kith_rd_u64(&r) == 0);
			break;
		case 4:
			kith_rd_copy(&r, copy, sizeof(copy));
			assert_memory_equal(copy, "\0\0\0\0\0", sizeof(copy));
		}
		assert_true(r.bad);
		assert_int_equal(kith_rd_left(&r), 0);
		assert_int_equal(kith_rd_u8(&r), 0);
		assert_null(kith_rd_bytes(&r, 0));
	}
}

static void bytes_are_borrowed_and_bounded(void **state)
{
	struct kith_rd r;

	(void)state;
	kith_rd_init(&r, bytes, 4);
	assert_ptr_equal(kith_rd_bytes(&r, 3), bytes);
	assert_null(kith_rd_bytes(&r, SIZE_MAX));
	assert_true(r.bad);
	kith_rd_init(&r, NULL, 0);
	assert_int_equal(kith_rd_left(&r), 0);
	assert_int_equal(kith_rd_u8(&r), 0);
	assert_true(r.bad);
}

static void text8(const char *in, size_t in_len, size_t max, const char *want)
{
	char out[8];
	struct kith_rd r;

	memset(out, 'x', sizeof(out));
	kith_rd_init(&r, (const uint8_t *)in, in_len);
	kith_rd_text8(&r, out, max);
	assert_int_equal(r.bad, want == NULL);
	assert_string_equal(out, want ? want : "");
	assert_int_equal(out[max + 1], 'x');
}

static void text_is_bounded_and_holds_no_nul(void **state)
{
	(void)state;
	text8("\x03" "abc", 4, 6, "abc");
	text8("\x03" "abc", 4, 3, "abc");
	text8("\x03" "abcd", 5, 3, "abc");
	text8("\x00", 1, 6, "");
	text8("\x04" "abcd", 5, 3, NULL); /* over max */
	text8("\x03" "ab", 3, 6, NULL);   /* cut */
	text8("\x03" "a\0c", 4, 6, NULL); /* NUL inside */
	text8("", 0, 6, NULL);            /* not even a length */
}

static void a_writer_writes_straight_through(void **state)
{
	uint8_t out[15];
	struct kith_wr w;

	(void)state;
	kith_wr_init(&w, out, sizeof(out));
	kith_wr_u8(&w, 0x01);
	kith_wr_u16(&w, 0x0302);
	kith_wr_u32(&w, 0x07060504);
	kith_wr_u64(&w, 0x0f0e0d0c0b0a0908u);
	assert_false(w.bad);
	assert_int_equal(kith_wr_len(&w), 15);
	assert_int_equal(kith_wr_left(&w), 0);
	assert_memory_equal(out, bytes, sizeof(out));
}

/* Each write with one byte too few: nothing of it is written, and nothing after it. */
static void a_writer_keeps_its_first_error(void **state)
{
	(void)state;
	for (int op = 0; op < 7; op++) {
		static const size_t needs[] = {1, 2, 4, 8, 5, 5, 4};
		uint8_t out[9], untouched[9];
		struct kith_wr w;

		memset(out, 0xee, sizeof(out));
		memset(untouched, 0xee, sizeof(untouched));
		kith_wr_init(&w, out, needs[op] - 1);
		switch (op) {
		case 0:
			kith_wr_u8(&w, 1);
			break;
		case 1:
			kith_wr_u16(&w, 1);
			break;
		case 2:
			kith_wr_u32(&w, 1);
			break;
		case 3:
			kith_wr_u64(&w, 1);
			break;
		case 4:
			kith_wr_bytes(&w, bytes, 5);
			break;
		case 5:
			kith_wr_zero(&w, 5);
			break;
		case 6:
			kith_wr_text8(&w, "abc");
		}
		assert_true(w.bad);
		kith_wr_u8(&w, 1);
		kith_wr_zero(&w, 0);
		assert_true(w.bad);
		assert_int_equal(kith_wr_len(&w), 0);
		assert_int_equal(kith_wr_left(&w), 0);
		assert_memory_equal(out, untouched, sizeof(out));
	}
}

static void a_writer_takes_no_bytes_from_nowhere(void **state)
{
	struct kith_wr w;

	(void)state;
	kith_wr_init(&w, NULL, 0);
	kith_wr_bytes(&w, NULL, 0);
	kith_wr_zero(&w, 0);
	assert_false(w.bad);
	kith_wr_bytes(&w, bytes, 1);
	assert_true(w.bad);
}

static void text_comes_back(void **state)
{
	char text[258], back[256];
	uint8_t out[300];
	struct kith_wr w;
	struct kith_rd r;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[255] = '\0';
	kith_wr_init(&w, out, sizeof(out));
	kith_wr_text8(&w, text);
	assert_int_equal(kith_wr_len(&w), 256);
	kith_rd_init(&r, out, kith_wr_len(&w));
	kith_rd_text8(&r, back, 255);
	assert_false(r.bad);
	assert_string_equal(back, text);
	text[255] = 'a';
	text[256] = '\0';
	kith_wr_text8(&w, text);
	assert_true(w.bad);
	assert_int_equal(kith_wr_len(&w), 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_and_stores_are_little_endian),
		cmocka_unit_test(a_reader_reads_straight_through),
		cmocka_unit_test(a_reader_keeps_its_first_error),
		cmocka_unit_test(bytes_are_borrowed_and_bounded),
		cmocka_unit_test(text_is_bounded_and_holds_no_nul),
		cmocka_unit_test(a_writer_writes_straight_through),
		cmocka_unit_test(a_writer_keeps_its_first_error),
		cmocka_unit_test(a_writer_takes_no_bytes_from_nowhere),
		cmocka_unit_test(text_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
