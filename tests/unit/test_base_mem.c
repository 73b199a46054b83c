/* SPDX-License-Identifier: ISC */
#include "base/mem.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void new_memory_is_zero(void **state)
{
	uint8_t *p = kith_mem_new(&kith_alloc_libc, 100, 3);

	(void)state;
	assert_non_null(p);
	for (int i = 0; i < 300; i++)
		assert_int_equal(p[i], 0);
	kith_mem_free(&kith_alloc_libc, p);
	kith_mem_free(&kith_alloc_libc, NULL);
}

static void a_product_that_overflows_is_no_memory(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	assert_null(kith_mem_new(&hook, SIZE_MAX / 2, 3));
	assert_null(kith_mem_new(&hook, SIZE_MAX, 2));
	assert_int_equal(a.requests, 0); /* the hook was not even asked */
}

static void nothing_is_still_something_to_free(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;
	void *p, *q;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	p = kith_mem_new(&hook, 0, 8);
	q = kith_mem_new(&hook, 8, 0);
	assert_non_null(p);
	assert_non_null(q);
	assert_int_equal(a.blocks, 2);
	kith_mem_free(&hook, p);
	kith_mem_free(&hook, q);
	assert_int_equal(a.blocks, 0);
}

static void new_reports_a_failed_hook(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	alloc_fail_next(&a, 1, false);
	assert_null(kith_mem_new(&hook, 1, 1));
	assert_int_equal(a.failed, 1);
}

static void growing_keeps_and_zeroes(void **state)
{
	uint32_t room = 0;
	uint32_t *array = NULL;
	void *p = NULL;

	(void)state;
	assert_true(kith_mem_grow(&kith_alloc_libc, &p, &room, 1, sizeof(*array)));
	assert_int_equal(room, 4);
	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t before = room;

		assert_true(kith_mem_grow(&kith_alloc_libc, &p, &room, i + 1, sizeof(*array)));
		assert_true(room == before || (i == before && room <= before + before / 2));
		array = p;
		assert_true(room > i && (i < 4 || room <= i + 1 + i / 2));
		assert_int_equal(array[i], 0);
		array[i] = i;
	}
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(array[i], i);
	assert_true(kith_mem_grow(&kith_alloc_libc, &p, &room, 5000, sizeof(*array)));
	assert_int_equal(room, 5000); /* half as much again would not have done */
	array = p;
	for (uint32_t i = 1000; i < 5000; i++)
		assert_int_equal(array[i], 0);
	kith_mem_free(&kith_alloc_libc, p);
}

static void growing_to_what_is_there_asks_for_nothing(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;
	uint32_t room = 0;
	void *p = NULL;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	assert_true(kith_mem_grow(&hook, &p, &room, 0, 8));
	assert_null(p);
	assert_true(kith_mem_grow(&hook, &p, &room, 4, 8));
	assert_true(kith_mem_grow(&hook, &p, &room, 4, 8));
	assert_int_equal(a.requests, 1);
	kith_mem_free(&hook, p);
}

static void failed_growth_changes_nothing(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;
	uint32_t room = 0;
	void *p = NULL, *before;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	assert_true(kith_mem_grow(&hook, &p, &room, 4, 1));
	memcpy(p, "kith", 4);
	before = p;
	alloc_fail_next(&a, 1, false);
	assert_false(kith_mem_grow(&hook, &p, &room, 5, 1));
	assert_ptr_equal(p, before);
	assert_int_equal(room, 4);
	assert_memory_equal(p, "kith", 4);
	assert_false(kith_mem_grow(&hook, &p, &room, UINT32_MAX, SIZE_MAX / 2));
	assert_int_equal(room, 4);
	kith_mem_free(&hook, p);
	assert_int_equal(a.blocks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_memory_is_zero),
		cmocka_unit_test(a_product_that_overflows_is_no_memory),
		cmocka_unit_test(nothing_is_still_something_to_free),
		cmocka_unit_test(new_reports_a_failed_hook),
		cmocka_unit_test(growing_keeps_and_zeroes),
		cmocka_unit_test(growing_to_what_is_there_asks_for_nothing),
		cmocka_unit_test(failed_growth_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
