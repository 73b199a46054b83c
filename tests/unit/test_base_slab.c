/* SPDX-License-Identifier: ISC */
#include "base/slab.h"
#include "base/mem.h"
#include "base/rng.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void items_stay_where_they_are(void **state)
{
	enum { COUNT = 1000 };
	uint64_t *items[COUNT];
	struct kith_slab s;
	uint32_t i, at;

	(void)state;
	kith_slab_init(&s, &kith_alloc_libc, sizeof(uint64_t));
	assert_false(kith_slab_has(&s, 0));
	for (i = 0; i < COUNT; i++) {
		items[i] = kith_slab_take(&s, &at);
		assert_non_null(items[i]);
		assert_int_equal(at, i);
		assert_int_equal(*items[i], 0);
		*items[i] = i;
	}
	for (i = 0; i < COUNT; i++) {
		assert_true(kith_slab_has(&s, i));
		assert_ptr_equal(kith_slab_at(&s, i), items[i]);
		assert_int_equal(*items[i], i);
	}
	assert_int_equal(s.count, COUNT);
	assert_false(kith_slab_has(&s, COUNT));
	assert_true(kith_slab_end(&s) >= COUNT);
	kith_slab_fini(&s);
	assert_int_equal(s.count, 0);
}

/* A plain array says which places are taken. What is taken is the lowest, and comes zeroed. */
static void the_lowest_place_is_taken_first(void **state)
{
	enum { PLACES = 500 };
	bool model[PLACES + 1] = {false};
	struct kith_rng r = {{1, 2, 3, 4}};
	struct kith_slab s;
	uint32_t step, count = 0;

	(void)state;
	kith_slab_init(&s, &kith_alloc_libc, sizeof(uint32_t));
	for (step = 0; step < 100000; step++) {
		/* Waves: the table fills up, and empties. */
		const bool takes = kith_rng_below(&r, 100) < (step / 5000 % 2 == 0 ? 60u : 40u);
		uint32_t i = kith_rng_below(&r, PLACES), at;

		if (takes && count < PLACES) {
			uint32_t *item = kith_slab_take(&s, &at);

			for (i = 0; model[i]; i++)
				;
			assert_int_equal(at, i);
			assert_int_equal(*item, 0);
			*item = UINT32_MAX;
			model[i] = true;
			count++;
		} else if (model[i]) {
			kith_slab_give(&s, i);
			model[i] = false;
			count--;
		}
		assert_int_equal(s.count, count);
		i = kith_rng_below(&r, PLACES);
		assert_int_equal(kith_slab_has(&s, i), model[i]);
	}
	kith_slab_fini(&s);
}

static void empty_chunks_go_back(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;
	struct kith_slab s;
	uint32_t i, at;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	kith_slab_init(&s, &hook, 8);
	for (i = 0; i < 10 * KITH_SLAB_CHUNK; i++)
		assert_non_null(kith_slab_take(&s, &at));
	assert_int_equal(a.blocks, 11);
	for (i = 10 * KITH_SLAB_CHUNK; i-- > KITH_SLAB_CHUNK + 1;)
		kith_slab_give(&s, i);
	assert_int_equal(a.blocks, 4); /* two in use, one in reserve */
	for (i = 0; i <= KITH_SLAB_CHUNK; i++)
		kith_slab_give(&s, i);
	assert_int_equal(a.blocks, 2);
	assert_non_null(kith_slab_take(&s, &at));
	assert_int_equal(at, 0);
	kith_slab_fini(&s);
	assert_int_equal(a.blocks, 0);
}

static void without_memory_nothing_changes(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;
	struct kith_slab s;
	uint32_t i, at;
	int nth;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	kith_slab_init(&s, &hook, 8);
	for (nth = 1; nth <= 2; nth++) {
		alloc_fail_next(&a, (uint64_t)nth, true);
		assert_null(kith_slab_take(&s, &at));
		assert_int_equal(s.count, 0);
		alloc_fail_next(&a, 0, false);
	}
	for (i = 0; i < KITH_SLAB_CHUNK; i++)
		assert_non_null(kith_slab_take(&s, &at));
	alloc_fail_next(&a, 1, true);
	assert_null(kith_slab_take(&s, &at));
	kith_slab_give(&s, 7);
	assert_non_null(kith_slab_take(&s, &at)); /* a free place needs none */
	assert_int_equal(at, 7);
	kith_slab_fini(&s);
	assert_int_equal(a.blocks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_stay_where_they_are),
		cmocka_unit_test(the_lowest_place_is_taken_first),
		cmocka_unit_test(empty_chunks_go_back),
		cmocka_unit_test(without_memory_nothing_changes),
	};

	return cmocka_run_group_tests_name("base/slab", tests, NULL, NULL);
}
