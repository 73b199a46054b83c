/* SPDX-License-Identifier: ISC */
#include "query/buf.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void it_grows_to_its_bound(void **state)
{
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct kith_buf b;

	(void)state;
	alloc_fail_init(&heap);
	alloc = alloc_fail_hook(&heap);
	kith_buf_init(&b, &alloc, 1000);
	for (int i = 0; i < 100; i++)
		kith_buf_add(&b, "0123456789", 10);
	assert_false(b.bad);
	assert_int_equal(b.len, 1000);
	assert_memory_equal(b.p + 990, "0123456789", 10);
	kith_buf_add(&b, "", 0);
	assert_false(b.bad);
	kith_buf_add(&b, "x", 1);
	assert_true(b.bad);
	assert_int_equal(b.len, 1000);
	kith_buf_cut(&b, 3);
	assert_false(b.bad);
	kith_buf_add(&b, "x", 1);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.p, "012x", 4);
	kith_buf_fini(&b);
	assert_int_equal(heap.blocks, 0);
}

static void a_gap_moves_what_comes_after(void **state)
{
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct kith_buf b;

	(void)state;
	alloc_fail_init(&heap);
	alloc = alloc_fail_hook(&heap);
	kith_buf_init(&b, &alloc, 8);
	kith_buf_add(&b, "abcd", 4);
	memcpy(kith_buf_insert(&b, 1, 2), "XY", 2);
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.p, "aXYbcd", 6);
	assert_null(kith_buf_insert(&b, 0, 3));
	assert_true(b.bad);
	kith_buf_cut(&b, 6);
	kith_buf_skip(&b, 0);
	kith_buf_skip(&b, 4);
	assert_int_equal(b.len, 2);
	assert_memory_equal(b.p, "cd", 2);
	kith_buf_trim(&b, 0);
	assert_non_null(b.p);
	kith_buf_skip(&b, 2);
	kith_buf_trim(&b, 1 << 20);
	assert_non_null(b.p);
	kith_buf_trim(&b, 0);
	assert_null(b.p);
	assert_int_equal(heap.blocks, 0);
	kith_buf_fini(&b);
}

static void no_memory_makes_it_bad_and_keeps_the_rest(void **state)
{
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct kith_buf b;
	char more[300] = {0};

	(void)state;
	alloc_fail_init(&heap);
	alloc = alloc_fail_hook(&heap);
	kith_buf_init(&b, &alloc, SIZE_MAX);
	kith_buf_add(&b, "abc", 3);
	alloc_fail_next(&heap, 1, false);
	kith_buf_add(&b, more, sizeof(more));
	assert_true(b.bad);
	kith_buf_add(&b, "d", 1); /* would fit, but the text would have a hole */
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.p, "abc", 3);
	kith_buf_fini(&b);
	assert_int_equal(heap.blocks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_grows_to_its_bound),
		cmocka_unit_test(a_gap_moves_what_comes_after),
		cmocka_unit_test(no_memory_makes_it_bad_and_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
