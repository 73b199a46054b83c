/* SPDX-License-Identifier: ISC */
#include "cli/reply.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* {"a":{"b":"hi","n":7,"r":1.5,"t":true,"m":-3},"l":["x"]} and two bytes of the next value */
static const uint8_t sample[] = {
	0x82, 0xa1, 'a', 0x85, 0xa1, 'b', 0xa2, 'h', 'i', 0xa1, 'n', 0x07, 0xa1, 'r', 0xcb, 0x3f,
	0xf8, 0, 0, 0, 0, 0, 0, 0xa1, 't', 0xc3, 0xa1, 'm', 0xfd, 0xa1, 'l', 0x91, 0xa1, 'x',
	0x93, 0x01,
};
enum { SAMPLE_LEN = sizeof(sample) - 2 };

static void read_sample(struct kith_reply *r)
{
	struct kith_value_walk walk;
	struct kith_value item;

	assert_string_equal(kith_reply_text(r, r->root, "a.b", "?"), "hi");
	assert_int_equal(kith_reply_uint(r->root, "a.n", 1), 7);
	assert_true(kith_reply_real(r->root, "a.r", 0) == 1.5);
	assert_true(kith_reply_real(r->root, "a.n", 0) == 7.0);
	assert_true(kith_reply_real(r->root, "a.m", 0) == -3.0);
	assert_true(kith_reply_bool(r->root, "a.t", false));
	walk = kith_value_walk(kith_reply_get(r->root, "l"));
	assert_true(kith_value_next(&walk, &item));
	assert_string_equal(kith_reply_word(r, item, "?"), "x");
}

static void one_value_in_one_piece(void **state)
{
	struct kith_reply r;
	size_t used = 0;

	(void)state;
	kith_reply_init(&r);
	assert_int_equal(kith_reply_feed(&r, sample, sizeof(sample), &used), 1);
	assert_int_equal(used, SAMPLE_LEN); /* what follows is the next value's */
	read_sample(&r);
	kith_reply_fini(&r);
}

static void one_value_byte_by_byte(void **state)
{
	struct kith_reply r;
	size_t used = 0;

	(void)state;
	kith_reply_init(&r);
	for (size_t i = 0; i + 1 < SAMPLE_LEN; i++)
		assert_int_equal(kith_reply_feed(&r, sample + i, 1, &used), 0);
	assert_int_equal(kith_reply_feed(&r, sample + SAMPLE_LEN - 1, 1, &used), 1);
	assert_int_equal(used, 1);
	read_sample(&r);
	kith_reply_fini(&r);
}

static void absent_and_wrong_kinds_give_the_default(void **state)
{
	struct kith_reply r;
	size_t used;

	(void)state;
	kith_reply_init(&r);
	assert_int_equal(kith_reply_feed(&r, sample, sizeof(sample), &used), 1);
	assert_string_equal(kith_reply_text(&r, r.root, "a.n", "none"), "none");
	assert_string_equal(kith_reply_text(&r, r.root, "a.b.c", "none"), "none");
	assert_string_equal(kith_reply_text(&r, r.root, "z.z", "none"), "none");
	assert_int_equal(kith_reply_uint(r.root, "a.b", 42), 42);
	assert_int_equal(kith_reply_uint(r.root, "a.m", 42), 42);
	assert_true(kith_reply_real(r.root, "a.b", -1) == -1.0);
	assert_true(kith_reply_bool(r.root, "a.n", true));
	assert_false(kith_reply_bool(r.root, "a.n", false));
	kith_reply_fini(&r);
	/* Nothing came: the same. */
	assert_string_equal(kith_reply_text(&r, r.root, "a", "none"), "none");
}

/* Five bytes that claim four billion items must not make anybody allocate for them. */
static void claims_are_not_believed(void **state)
{
	static const struct {
		uint8_t bytes[6];
		size_t len;
		int error;
	} table[] = {
		{{0xdd, 0x03, 0, 0, 0}, 5, KITH_ETOOBIG},
		{{0xdf, 0xff, 0xff, 0xff, 0xff}, 5, KITH_ETOOBIG},
		{{0xdb, 0xff, 0xff, 0xff, 0xff}, 5, KITH_ETOOBIG},
		{{0xc1}, 1, KITH_EMALFORMED},
		{{0x81, 0x01, 0x01}, 3, KITH_EMALFORMED}, /* a key that is no text */
		{{0xd4, 0x01, 0x01}, 3, KITH_EMALFORMED}, /* an extension */
	};
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct kith_reply r;

		kith_reply_init(&r);
		assert_int_equal(kith_reply_feed(&r, table[i].bytes, table[i].len, &used),
				 table[i].error);
		assert_true(r.room <= 4096);
		kith_reply_fini(&r);
	}
}

static void depth_is_bounded(void **state)
{
	struct kith_reply r;
	uint8_t deep[64];
	size_t used;

	(void)state;
	memset(deep, 0x91, sizeof(deep));
	kith_reply_init(&r);
	assert_int_equal(kith_reply_feed(&r, deep, sizeof(deep), &used), KITH_ETOOBIG);
	kith_reply_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_value_in_one_piece),
		cmocka_unit_test(one_value_byte_by_byte),
		cmocka_unit_test(absent_and_wrong_kinds_give_the_default),
		cmocka_unit_test(claims_are_not_believed),
		cmocka_unit_test(depth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
