/* SPDX-License-Identifier: ISC */
#include "wire/mp.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}

/* One value of each shape, in each of its spellings. */
static const struct shape {
	enum { UINT = 1, BIN = 2, STR = 4, NIL = 8, INTS = 16, OTHER = 32, NEVER = 64 } is;
	struct kith_bytes in;
	uint32_t number; /* of a UINT */
	size_t len;	 /* of a BIN or STR: its last bytes */
} shapes[] = {
	{UINT, BYTES("\x00"), 0, 0},
	{UINT, BYTES("\x7f"), 127, 0},
	{UINT, BYTES("\xcc\xff"), 255, 0},
	{UINT, BYTES("\xcd\x01\x00"), 256, 0},
	{UINT, BYTES("\xce\xff\xff\xff\xff"), UINT32_MAX, 0},
	{UINT, BYTES("\xcf\0\0\0\0\xff\xff\xff\xff"), UINT32_MAX, 0},
	{UINT, BYTES("\xd0\x7f"), 127, 0},
	{UINT, BYTES("\xd1\x7f\xff"), 32767, 0},
	{UINT, BYTES("\xd2\x7f\xff\xff\xff"), 2147483647, 0},
	{UINT, BYTES("\xd3\0\0\0\0\xff\xff\xff\xff"), UINT32_MAX, 0},
	{OTHER, BYTES("\xcf\0\0\0\1\0\0\0\0"), 0, 0},
	{OTHER, BYTES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), 0, 0},
	{OTHER, BYTES("\xd3\0\0\0\1\0\0\0\0"), 0, 0},
	{OTHER, BYTES("\xff"), 0, 0},
	{OTHER, BYTES("\xe0"), 0, 0},
	{OTHER, BYTES("\xd0\xff"), 0, 0},
	{OTHER, BYTES("\xd1\xff\xff"), 0, 0},
	{OTHER, BYTES("\xd2\xff\xff\xff\xff"), 0, 0},
	{OTHER, BYTES("\xd3\xff\xff\xff\xff\xff\xff\xff\xff"), 0, 0},
	{OTHER, BYTES("\xc2"), 0, 0},
	{OTHER, BYTES("\xc3"), 0, 0},
	{OTHER, BYTES("\xca\x3f\x80\0\0"), 0, 0},
	{OTHER, BYTES("\xcb\x3f\xf0\0\0\0\0\0\0"), 0, 0},
	{NIL, BYTES("\xc0"), 0, 0},
	{BIN, BYTES("\xc4\0"), 0, 0},
	{BIN, BYTES("\xc4\3abc"), 0, 3},
	{BIN, BYTES("\xc5\0\0"), 0, 0},
	{BIN, BYTES("\xc5\0\3abc"), 0, 3},
	{BIN, BYTES("\xc6\0\0\0\3abc"), 0, 3},
	{STR, BYTES("\xa0"), 0, 0},
	{STR, BYTES("\xa3xyz"), 0, 3},
	{STR, BYTES("\xd9\0"), 0, 0},
	{STR, BYTES("\xd9\3abc"), 0, 3},
	{STR, BYTES("\xda\0\3abc"), 0, 3},
	{STR, BYTES("\xdb\0\0\0\3abc"), 0, 3},
	{INTS, BYTES("\x90"), 0, 0},
	{INTS, BYTES("\x93\x01\xff\xd3\xff\0\0\0\0\0\0\0"), 0, 0},
	{INTS, BYTES("\xdc\0\1\5"), 0, 0},
	{INTS, BYTES("\xdd\0\0\0\1\5"), 0, 0},
	{INTS, BYTES("\x98\1\2\3\4\5\6\7\x08"), 0, 0},
	{OTHER, BYTES("\x99\1\2\3\4\5\6\7\x08\x09"), 0, 0},
	{OTHER, BYTES("\x92\1\xc0"), 0, 0},
	{OTHER, BYTES("\x92\xc0\1"), 0, 0},
	{OTHER, BYTES("\x91\xa1x"), 0, 0},
	{OTHER, BYTES("\x80"), 0, 0},
	{OTHER, BYTES("\x81\xa1k\x01"), 0, 0},
	{OTHER, BYTES("\xde\0\1\xa1k\x01"), 0, 0},
	{OTHER, BYTES("\xdf\0\0\0\1\xa1k\x01"), 0, 0},
	{NEVER, BYTES("\xc1"), 0, 0},
	{NEVER, BYTES("\x91\x90"), 0, 0}, /* a container in a container */
	{NEVER, BYTES("\x91\x91\1"), 0, 0},
	{NEVER, BYTES("\x81\xa1k\x80"), 0, 0},
	{NEVER, BYTES("\xd4\1\0"), 0, 0}, /* extensions */
	{NEVER, BYTES("\xd5\1\0\0"), 0, 0},
	{NEVER, BYTES("\xd6\1\0\0\0\0"), 0, 0},
	{NEVER, BYTES("\xd7\1\0\0\0\0\0\0\0\0"), 0, 0},
	{NEVER, BYTES("\xd8\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0, 0},
	{NEVER, BYTES("\xc7\0\1"), 0, 0},
	{NEVER, BYTES("\xc7\1\1\0"), 0, 0},
	{NEVER, BYTES("\xc8\0\1\1\0"), 0, 0},
	{NEVER, BYTES("\xc9\0\0\0\1\1\0"), 0, 0},
	{NEVER, BYTES("\xc9\xff\xff\xff\xff"), 0, 0}, /* whose length overflows in the parser */
	{NEVER, BYTES("\xdd\3\0\0\0"), 0, 0},	      /* counts that can not be */
	{NEVER, BYTES("\xdd\xff\xff\xff\xff\1"), 0, 0},
	{NEVER, BYTES("\xdf\xff\xff\xff\xff\1\1"), 0, 0},
	{NEVER, BYTES("\x83\1\1"), 0, 0},
};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

/* A copy of exactly that size, so that a sanitizer sees a read past the end. */
static uint8_t *exact(struct kith_bytes b)
{
	uint8_t *copy = malloc(b.len ? b.len : 1);

	assert_non_null(copy);
	memcpy(copy, b.p, b.len);
	return copy;
}

typedef void check_fn(struct kith_mp_in *in, const struct shape *shape);

/* Reads each shape with one function: those in `right` are taken whole, all others refused, and
 * so is every beginning of any. */
static void each_shape(int right, check_fn *read)
{
	for (int i = 0; i < SHAPES; i++) {
		struct kith_bytes whole = shapes[i].in;
		uint8_t *copy = exact(whole);
		struct kith_mp_in in = {.bytes = {copy, whole.len}};

		read(&in, &shapes[i]);
		if (in.bad != !(shapes[i].is & right))
			fail_msg("shape %d is %s", i, in.bad ? "refused" : "taken");
		assert_int_equal(in.at, in.bad && in.at == 0 ? 0 : whole.len);
		free(copy);
		for (size_t len = 0; len < whole.len; len++) {
			struct kith_bytes cut = {whole.p, len};

			copy = exact(cut);
			in = (struct kith_mp_in){.bytes = {copy, len}};
			read(&in, NULL);
			if (!in.bad)
				fail_msg("shape %d, cut to %zu bytes, is taken", i, len);
			free(copy);
		}
	}
}

static void get_uint(struct kith_mp_in *in, const struct shape *shape)
{
	uint32_t v = kith_mp_get_uint(in);

	assert_int_equal(v, in->bad ? 0 : shape->number);
}

static void check_bytes(struct kith_mp_in *in, const struct shape *shape, struct kith_bytes v)
{
	if (in->bad || shape->is == NIL) {
		assert_null(v.p);
		assert_int_equal(v.len, 0);
		return;
	}
	assert_non_null(v.p);
	assert_int_equal(v.len, shape->len);
	if (v.len)
		assert_ptr_equal(v.p, in->bytes.p + in->bytes.len - v.len);
}

static void get_bin(struct kith_mp_in *in, const struct shape *shape)
{
	check_bytes(in, shape, kith_mp_get_bin(in));
}

static void get_str(struct kith_mp_in *in, const struct shape *shape)
{
	check_bytes(in, shape, kith_mp_get_str(in));
}

static void get_bin_or_nil(struct kith_mp_in *in, const struct shape *shape)
{
	check_bytes(in, shape, kith_mp_get_bin_or_nil(in));
}

static void get_ints(struct kith_mp_in *in, const struct shape *shape)
{
	int32_t ints[KITH_MP_INTS];

	(void)shape;
	(void)kith_mp_get_ints(in, ints, KITH_MP_INTS);
}

static void skip_any(struct kith_mp_in *in, const struct shape *shape)
{
	(void)shape;
	kith_mp_skip(in);
}

static void every_reader_takes_its_own_and_nothing_else(void **state)
{
	(void)state;
	each_shape(UINT, get_uint);
	each_shape(BIN, get_bin);
	each_shape(STR, get_str);
	each_shape(BIN | NIL, get_bin_or_nil);
	each_shape(NIL | INTS, get_ints);
	each_shape(UINT | BIN | STR | NIL | INTS | OTHER, skip_any);
}

static void containers_open_in_every_spelling(void **state)
{
	static const struct {
		struct kith_bytes in;
		bool map;
		size_t header;
		uint32_t count;
	} rows[] = {
		{BYTES("\x90"), false, 1, 0},
		{BYTES("\x91\1"), false, 1, 1},
		{BYTES("\xdc\0\0"), false, 3, 0},
		{BYTES("\xdc\0\1\1"), false, 3, 1},
		{BYTES("\xdd\0\0\0\0"), false, 5, 0},
		{BYTES("\xdd\0\0\0\1\1"), false, 5, 1},
		{BYTES("\x80"), true, 1, 0},
		{BYTES("\x81\1\1"), true, 1, 1},
		{BYTES("\xde\0\0"), true, 3, 0},
		{BYTES("\xde\0\1\1\1"), true, 3, 1},
		{BYTES("\xdf\0\0\0\0"), true, 5, 0},
		{BYTES("\xdf\0\0\0\1\1\1"), true, 5, 1},
		{BYTES("\x92\x91\1\x80"), false, 1, 2}, /* what is inside is not looked at */
		{BYTES("\x92\xc1\xc1"), false, 1, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kith_mp_in in = {.bytes = rows[i].in}, other = in;
		uint32_t count = rows[i].map ? kith_mp_get_map(&in) : kith_mp_get_array(&in);

		assert_false(in.bad);
		assert_int_equal(count, rows[i].count);
		assert_int_equal(in.at, rows[i].header);
		count = rows[i].map ? kith_mp_get_array(&other) : kith_mp_get_map(&other);
		assert_true(other.bad);
		assert_int_equal(count, 0);
		for (size_t len = 0; len < rows[i].header; len++) {
			struct kith_mp_in cut = {.bytes = {rows[i].in.p, len}};

			(void)(rows[i].map ? kith_mp_get_map(&cut) : kith_mp_get_array(&cut));
			assert_true(cut.bad);
		}
	}
}

static void no_scalar_opens_as_a_container(void **state)
{
	(void)state;
	for (int i = 0; i < SHAPES; i++) {
		struct kith_mp_in in = {.bytes = shapes[i].in}, map = in;
		uint8_t first = shapes[i].in.p[0];
		bool is_array = (first & 0xf0) == 0x90 || first == 0xdc || first == 0xdd;
		bool is_map = (first & 0xf0) == 0x80 || first == 0xde || first == 0xdf;

		if (!is_array) {
			assert_int_equal(kith_mp_get_array(&in), 0);
			assert_true(in.bad);
		}
		if (!is_map) {
			assert_int_equal(kith_mp_get_map(&map), 0);
			assert_true(map.bad);
		}
	}
}

static void a_count_over_the_bytes_left_is_refused_at_once(void **state)
{
	static const struct kith_bytes rows[] = {
		BYTES("\xdd\3\0\0\0\1\1\1"), BYTES("\xdd\xff\xff\xff\xff"),
		BYTES("\xdc\xff\xff\1"),     BYTES("\x9f\1"),
		BYTES("\xdf\x80\0\0\0\1\1"), BYTES("\x8f\1\1\1"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kith_mp_in array = {.bytes = rows[i]}, map = array;

		assert_int_equal(kith_mp_get_array(&array), 0);
		assert_int_equal(kith_mp_get_map(&map), 0);
		assert_true(array.bad && map.bad);
	}
	/* What lies before the header does not count. */
	struct kith_mp_in late = {.bytes = BYTES("\1\1\1\1\x94\1\1"), .at = 4};

	assert_int_equal(kith_mp_get_array(&late), 0);
	assert_true(late.bad);
}

static void the_first_error_stays(void **state)
{
	struct kith_mp_in in = {.bytes = BYTES("\xc0\x91\x05\xc4\1a\x90\x80")};
	int32_t ints[8];

	(void)state;
	assert_int_equal(kith_mp_get_uint(&in), 0);
	assert_true(in.bad);
	assert_int_equal(kith_mp_get_uint(&in), 0);
	assert_null(kith_mp_get_bin(&in).p);
	assert_null(kith_mp_get_bin_or_nil(&in).p);
	assert_null(kith_mp_get_str(&in).p);
	assert_int_equal(kith_mp_get_array(&in), 0);
	assert_int_equal(kith_mp_get_map(&in), 0);
	kith_mp_skip(&in);
	assert_int_equal(kith_mp_get_ints(&in, ints, 8), 0);
	assert_true(in.bad);
	assert_int_equal(in.at, 1); /* just behind the value that was wrong */
}

static void values_follow_one_another(void **state)
{
	struct kith_mp_in in = {.bytes = BYTES("\x94\xcc\x80\xc4\1a\x92\1\2\xa1x\x07")};
	int32_t ints[8];

	(void)state;
	assert_int_equal(kith_mp_get_array(&in), 4);
	assert_int_equal(kith_mp_get_uint(&in), 128);
	assert_int_equal(kith_mp_get_bin(&in).p[0], 'a');
	assert_int_equal(kith_mp_get_ints(&in, ints, 2), 2);
	assert_int_equal(ints[0] * 10 + ints[1], 12);
	assert_int_equal(kith_mp_get_str(&in).p[0], 'x');
	assert_int_equal(kith_mp_get_uint(&in), 7);
	assert_false(in.bad);
	assert_int_equal(in.at, in.bytes.len);
	kith_mp_skip(&in);
	assert_true(in.bad);
}

/* What does not fit is the nearest that does; more than there is room for is refused. */
static void integers_of_any_width(void **state)
{
	struct kith_mp_in in = {.bytes = BYTES("\x97\x7f\xe0\xd1\x80\0\xce\xff\xff\xff\xff"
					       "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"
					       "\xd3\x80\0\0\0\0\0\0\0\xd2\x80\0\0\0"
					       "\xc0\x92\1\2")};
	static const int32_t expected[7] = {127, -32, -32768, INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
	int32_t ints[KITH_MP_INTS];
	uint8_t bytes[64];
	struct kith_mp_out out = {.p = bytes, .room = sizeof(bytes)};
	int i;

	(void)state;
	assert_int_equal(kith_mp_get_ints(&in, ints, KITH_MP_INTS), 7);
	assert_memory_equal(ints, expected, sizeof(expected));
	assert_int_equal(kith_mp_get_ints(&in, ints, KITH_MP_INTS), 0);
	assert_false(in.bad);
	assert_int_equal(kith_mp_get_ints(&in, ints, 1), 0);
	assert_true(in.bad);
	kith_mp_put_array(&out, 7);
	for (i = 0; i < 7; i++)
		kith_mp_put_int(&out, expected[i]);
	in = (struct kith_mp_in){.bytes = {bytes, out.len}};
	assert_int_equal(kith_mp_get_ints(&in, ints, KITH_MP_INTS), 7);
	assert_memory_equal(ints, expected, sizeof(expected));
}

/* ---- writing */

static void put(int what, struct kith_mp_out *out, uint32_t number)
{
	static const uint8_t bytes[70000];

	switch (what) {
	case 0:
		kith_mp_put_uint(out, number);
		break;
	case 1:
		kith_mp_put_array(out, number);
		break;
	case 2:
		kith_mp_put_bin(out, (struct kith_bytes){number ? bytes : NULL, number});
		break;
	default:
		kith_mp_put_nil(out);
	}
}

/* The shortest spelling, measured as it is written, and nothing at all into less room. */
static void values_are_written_in_their_shortest_form(void **state)
{
	static const struct {
		int what;
		uint32_t number;
		struct kith_bytes header;
		size_t len;
	} rows[] = {
		{0, 0, BYTES("\0"), 1},
		{0, 127, BYTES("\x7f"), 1},
		{0, 128, BYTES("\xcc\x80"), 2},
		{0, 255, BYTES("\xcc\xff"), 2},
		{0, 256, BYTES("\xcd\1\0"), 3},
		{0, 65535, BYTES("\xcd\xff\xff"), 3},
		{0, 65536, BYTES("\xce\0\1\0\0"), 5},
		{0, UINT32_MAX, BYTES("\xce\xff\xff\xff\xff"), 5},
		{1, 0, BYTES("\x90"), 1},
		{1, 15, BYTES("\x9f"), 1},
		{1, 16, BYTES("\xdc\0\x10"), 3},
		{1, 66, BYTES("\xdc\0\x42"), 3},
		{2, 0, BYTES("\xc4\0"), 2},
		{2, 255, BYTES("\xc4\xff"), 257},
		{2, 256, BYTES("\xc5\1\0"), 259},
		{2, 65536, BYTES("\xc6\0\1\0\0"), 65541},
		{3, 0, BYTES("\xc0"), 1},
	};
	static uint8_t buf[70000];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kith_mp_out measure = {.p = NULL}, fits = {.p = buf, .room = rows[i].len};
		struct kith_mp_out tight = {.p = buf, .room = rows[i].len - 1};

		put(rows[i].what, &measure, rows[i].number);
		assert_int_equal(measure.len, rows[i].len);
		put(rows[i].what, &fits, rows[i].number);
		assert_false(fits.full);
		assert_int_equal(fits.len, rows[i].len);
		assert_memory_equal(buf, rows[i].header.p, rows[i].header.len);
		put(rows[i].what, &tight, rows[i].number);
		assert_true(tight.full);
		assert_true(tight.len <= tight.room);
	}
}

static void once_full_nothing_more_is_written(void **state)
{
	uint8_t buf[4] = {1, 1, 1, 1};
	struct kith_mp_out out = {.p = buf, .room = 2};

	(void)state;
	kith_mp_put_uint(&out, 7);
	kith_mp_put_uint(&out, 300);
	assert_true(out.full);
	kith_mp_put_nil(&out);
	assert_int_equal(out.len, 1);
	assert_memory_equal(buf, "\7\1\1\1", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reader_takes_its_own_and_nothing_else),
		cmocka_unit_test(containers_open_in_every_spelling),
		cmocka_unit_test(no_scalar_opens_as_a_container),
		cmocka_unit_test(a_count_over_the_bytes_left_is_refused_at_once),
		cmocka_unit_test(the_first_error_stays),
		cmocka_unit_test(values_follow_one_another),
		cmocka_unit_test(integers_of_any_width),
		cmocka_unit_test(values_are_written_in_their_shortest_form),
		cmocka_unit_test(once_full_nothing_more_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
