/* SPDX-License-Identifier: ISC */
#include "base/heap.h"
#include "base/mem.h"
#include "base/rng.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NODES = 200 };

static void make(struct kith_heap *h, uint32_t room)
{
	kith_heap_init(h, &kith_alloc_libc);
	assert_true(kith_heap_reserve(h, room));
}

static void an_empty_heap_has_no_first(void **state)
{
	struct kith_heap_node stray = {0};
	struct kith_heap h;

	(void)state;
	kith_heap_init(&h, &kith_alloc_libc);
	assert_null(kith_heap_first(&h));
	kith_heap_stop(&h, &stray);
	kith_heap_shift(&h, 5);
	assert_false(kith_heap_has(&stray));
	kith_heap_fini(&h);
}

static void equal_deadlines_come_in_the_order_they_were_set(void **state)
{
	struct kith_heap_node n[NODES] = {{0}};
	struct kith_heap h;

	(void)state;
	make(&h, NODES);
	for (int i = 0; i < NODES; i++)
		kith_heap_set(&h, &n[i], 1000);
	/* Setting it again, even to the same time, puts it last. */
	kith_heap_set(&h, &n[0], 1000);
	for (int i = 1; i < NODES; i++) {
		assert_ptr_equal(kith_heap_first(&h), &n[i]);
		kith_heap_stop(&h, &n[i]);
	}
	assert_ptr_equal(kith_heap_first(&h), &n[0]);
	kith_heap_fini(&h);
}

static void a_moved_node_finds_its_place(void **state)
{
	struct kith_heap_node n[3] = {{0}};
	struct kith_heap h;

	(void)state;
	make(&h, 3);
	kith_heap_set(&h, &n[0], 10);
	kith_heap_set(&h, &n[1], 20);
	kith_heap_set(&h, &n[2], 30);
	kith_heap_set(&h, &n[2], 5);
	assert_ptr_equal(kith_heap_first(&h), &n[2]);
	kith_heap_set(&h, &n[2], 15);
	assert_ptr_equal(kith_heap_first(&h), &n[0]);
	kith_heap_set(&h, &n[0], KITH_NEVER);
	assert_ptr_equal(kith_heap_first(&h), &n[2]);
	assert_int_equal(h.count, 3);
	kith_heap_fini(&h);
	for (int i = 0; i < 3; i++)
		assert_false(kith_heap_has(&n[i]));
}

/* The first by deadline, then by serial, among those that are in. */
static struct kith_heap_node *model_first(struct kith_heap_node *n)
{
	struct kith_heap_node *first = NULL;

	for (int i = 0; i < NODES; i++) {
		if (!kith_heap_has(&n[i]))
			continue;
		if (!first || n[i].at < first->at ||
		    (n[i].at == first->at && n[i].serial < first->serial))
			first = &n[i];
	}
	return first;
}

static void random_operations_agree_with_a_scan(void **state)
{
	struct kith_heap_node n[NODES] = {{0}};
	kith_us want[NODES] = {0};
	struct kith_rng r = {{1, 2, 3, 4}};
	struct kith_heap h;
	uint32_t in = 0;

	(void)state;
	make(&h, NODES);
	for (int step = 0; step < 20000; step++) {
		uint32_t i = kith_rng_below(&r, NODES), what = kith_rng_below(&r, 100);

		if (what < 55) {
			want[i] = kith_rng_below(&r, 50); /* few values: many ties */
			in += !kith_heap_has(&n[i]);
			kith_heap_set(&h, &n[i], want[i]);
		} else if (what < 99) {
			in -= kith_heap_has(&n[i]);
			kith_heap_stop(&h, &n[i]);
		} else {
			kith_heap_shift(&h, 3);
			for (int j = 0; j < NODES; j++)
				want[j] += 3;
		}
		assert_int_equal(h.count, in);
		assert_ptr_equal(kith_heap_first(&h), model_first(n));
		if (kith_heap_has(&n[i]))
			assert_true(n[i].at == want[i]);
	}
	kith_heap_fini(&h);
}

static void a_shift_keeps_the_order_and_never(void **state)
{
	struct kith_heap_node n[4] = {{0}};
	struct kith_heap h;

	(void)state;
	make(&h, 4);
	kith_heap_set(&h, &n[0], 100);
	kith_heap_set(&h, &n[1], 50);
	kith_heap_set(&h, &n[2], 100);
	kith_heap_set(&h, &n[3], KITH_NEVER);
	kith_heap_shift(&h, 1000);
	assert_true(n[0].at == 1100 && n[1].at == 1050 && n[2].at == 1100);
	assert_true(n[3].at == KITH_NEVER);
	static const int order[] = {1, 0, 2, 3};

	for (int i = 0; i < 4; i++) {
		assert_ptr_equal(kith_heap_first(&h), &n[order[i]]);
		kith_heap_stop(&h, &n[order[i]]);
	}
	kith_heap_fini(&h);
}

/* Deadlines that a shift carries over the end all become "never" and tie; a tie goes by serial. */
static void a_shift_that_saturates_leaves_a_heap(void **state)
{
	struct kith_heap_node n[5] = {{0}};
	struct kith_heap h;

	(void)state;
	make(&h, 5);
	for (int i = 0; i < 5; i++)
		kith_heap_set(&h, &n[i], KITH_NEVER - i);
	kith_heap_shift(&h, 10);
	for (int i = 0; i < 5; i++) {
		assert_true(n[i].at == KITH_NEVER);
		assert_ptr_equal(kith_heap_first(&h), &n[i]);
		kith_heap_stop(&h, &n[i]);
	}
	kith_heap_fini(&h);
}

static void a_failed_reservation_keeps_the_heap(void **state)
{
	struct kith_heap_node n = {0};
	struct alloc_fail a;
	struct kith_alloc hook;
	struct kith_heap h;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	kith_heap_init(&h, &hook);
	assert_true(kith_heap_reserve(&h, 1));
	kith_heap_set(&h, &n, 7);
	alloc_fail_next(&a, 1, true);
	assert_false(kith_heap_reserve(&h, 1000));
	assert_ptr_equal(kith_heap_first(&h), &n);
	assert_true(kith_heap_reserve(&h, 1));
	kith_heap_fini(&h);
	assert_int_equal(a.blocks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_heap_has_no_first),
		cmocka_unit_test(equal_deadlines_come_in_the_order_they_were_set),
		cmocka_unit_test(a_moved_node_finds_its_place),
		cmocka_unit_test(random_operations_agree_with_a_scan),
		cmocka_unit_test(a_shift_keeps_the_order_and_never),
		cmocka_unit_test(a_shift_that_saturates_leaves_a_heap),
		cmocka_unit_test(a_failed_reservation_keeps_the_heap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
