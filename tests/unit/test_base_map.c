/* SPDX-License-Identifier: ISC */
#include "base/map.h"
#include "base/mem.h"
#include "base/rng.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t secret[2] = {0x0123456789abcdefu, 0xfedcba9876543210u};

/* The table: the key that lies in each slot. */
enum { TABLE = 10001 };
static uint64_t keys[TABLE];

static uint64_t key_of(const void *table, uint32_t slot)
{
	const uint64_t *all = table;

	assert_true(slot < TABLE);
	return all[slot];
}

static void map_init(struct kith_map *m, const struct kith_alloc *alloc)
{
	kith_map_init(m, alloc, secret, key_of, keys);
}

static bool put(struct kith_map *m, uint64_t key, uint32_t slot)
{
	keys[slot] = key;
	return kith_map_put(m, key, slot);
}

static uint32_t slot_in(const struct kith_map *m, uint32_t cell)
{
	return (m->cells[cell] & KITH_MAP_SLOTS) - 1;
}

static void an_empty_map_has_nothing(void **state)
{
	struct kith_map m;

	(void)state;
	map_init(&m, &kith_alloc_libc);
	assert_int_equal(kith_map_get(&m, 0), KITH_MAP_NONE);
	kith_map_drop(&m, 0);
	assert_int_equal(m.count, 0);
	kith_map_fini(&m);
}

static void every_key_can_be_kept(void **state)
{
	static const uint64_t some[] = {0, 1, UINT32_MAX, (uint64_t)1 << 32, UINT64_MAX};
	struct kith_map m;

	(void)state;
	map_init(&m, &kith_alloc_libc);
	for (uint32_t i = 0; i < 5; i++)
		assert_true(put(&m, some[i], i));
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(kith_map_get(&m, some[i]), i);
	assert_true(put(&m, 0, TABLE - 1)); /* overwritten, not added */
	assert_int_equal(m.count, 5);
	assert_int_equal(kith_map_get(&m, 0), TABLE - 1);
	kith_map_fini(&m);
	assert_int_equal(kith_map_get(&m, 0), KITH_MAP_NONE);
}

/* A plain array says what the map must hold. Universes from a handful of keys, where chains wrap
 * round the end of a small table all the time, to hundreds. */
static void random_operations(uint32_t universe, uint32_t steps)
{
	enum { UNIVERSE_MAX = 600 };
	uint32_t model[UNIVERSE_MAX], count = 0, former;
	struct kith_rng r = {{universe, 2, 3, 4}};
	struct kith_map m;

	for (uint32_t i = 0; i < universe; i++)
		model[i] = KITH_MAP_NONE;
	map_init(&m, &kith_alloc_libc);
	for (uint32_t step = 0; step < steps; step++) {
		uint32_t i = kith_rng_below(&r, universe);
		uint64_t key = (uint64_t)i << (i % 40); /* some near, some far apart */

		if (i % 40 != 0)
			key |= (uint64_t)i << 54;
		if (kith_rng_below(&r, 2)) {
			/* Each key has two slots of its own, so that it can move. */
			former = model[i];
			count += former == KITH_MAP_NONE;
			model[i] = 2 * i + kith_rng_below(&r, 2);
			assert_true(put(&m, key, model[i]));
		} else {
			count -= model[i] != KITH_MAP_NONE;
			model[i] = KITH_MAP_NONE;
			kith_map_drop(&m, key);
		}
		assert_int_equal(m.count, count);
		if (step % 16 != 0)
			continue;
		for (uint32_t j = 0; j < universe; j++) {
			uint64_t other = (uint64_t)j << (j % 40);

			if (j % 40 != 0)
				other |= (uint64_t)j << 54;
			assert_int_equal(kith_map_get(&m, other), model[j]);
		}
	}
	kith_map_fini(&m);
}

static void random_operations_agree_with_an_array(void **state)
{
	(void)state;
	random_operations(6, 20000);
	random_operations(12, 20000);
	random_operations(48, 20000);
	random_operations(600, 20000);
}

static void it_grows_before_it_fills_up(void **state)
{
	struct kith_map m;

	(void)state;
	map_init(&m, &kith_alloc_libc);
	for (uint32_t i = 0; i < 10000; i++) {
		assert_true(put(&m, i, i));
		assert_true(m.count * 4 <= m.room * 3);
	}
	assert_int_equal(m.room, 16384);
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(kith_map_get(&m, i), i);
	assert_int_equal(kith_map_get(&m, 10000), KITH_MAP_NONE);
	kith_map_fini(&m);
}

/* Without the secret nobody can tell where a key will lie. */
static void the_secret_decides_the_places(void **state)
{
	const uint64_t others[2][2] = {{secret[0] + 1, secret[1]}, {secret[0], secret[1] + 1}};
	struct kith_map a, b;

	(void)state;
	for (int which = 0; which < 2; which++) {
		int same = 0;

		map_init(&a, &kith_alloc_libc);
		kith_map_init(&b, &kith_alloc_libc, others[which], key_of, keys);
		for (uint32_t i = 0; i < 700; i++) {
			assert_true(put(&a, i, i));
			assert_true(put(&b, i, i));
		}
		assert_int_equal(a.room, b.room);
		for (uint32_t i = 0; i < a.room; i++)
			same += a.cells[i] != 0 && slot_in(&a, i) == slot_in(&b, i);
		assert_true(same < 20); /* one in a thousand by chance */
		kith_map_fini(&a);
		kith_map_fini(&b);
	}
}

/* SipHash-1-3 of the keys 0 to 63 by a second implementation, in Python: its lowest three bits are
 * where a key lies in a map of eight cells. */
static void places_are_those_of_siphash(void **state)
{
	static const char homes[] =
		"0514501213620536756226041267335441133604614150652375231545436017";

	(void)state;
	for (uint32_t key = 0; key < 64; key++) {
		struct kith_map m;

		map_init(&m, &kith_alloc_libc);
		assert_true(put(&m, key, 5));
		assert_int_equal(m.room, 8);
		assert_int_equal(slot_in(&m, (uint32_t)(homes[key] - '0')), 5);
		kith_map_fini(&m);
	}
}

static void without_memory_nothing_changes(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;
	struct kith_map m;
	uint32_t kept = 0;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	map_init(&m, &hook);
	alloc_fail_next(&a, 1, false);
	assert_false(put(&m, 1, 1));
	alloc_fail_next(&a, 1, false);
	assert_false(kith_map_reserve(&m, 1));
	assert_int_equal(m.count, 0);
	alloc_fail_next(&a, 2, true);
	while (put(&m, kept, kept))
		kept++;
	assert_int_equal(kept, 6); /* three quarters of eight */
	assert_int_equal(m.count, kept);
	for (uint32_t i = 0; i < kept; i++)
		assert_int_equal(kith_map_get(&m, i), i);
	assert_true(put(&m, 0, 9)); /* to overwrite needs none */
	kith_map_drop(&m, 3);
	assert_true(kith_map_reserve(&m, 1)); /* nor does a place that became free */
	assert_true(put(&m, 77, 3));
	kith_map_fini(&m);
	assert_int_equal(a.blocks, 0);
}

static void what_is_expected_is_put_without_growing(void **state)
{
	struct alloc_fail a;
	struct kith_alloc hook;
	struct kith_map m;

	(void)state;
	alloc_fail_init(&a);
	hook = alloc_fail_hook(&a);
	map_init(&m, &hook);
	assert_true(put(&m, 0, 0));
	assert_true(kith_map_reserve(&m, 999));
	alloc_fail_next(&a, 1, true);
	for (uint32_t i = 1; i < 1000; i++)
		assert_true(put(&m, i, i));
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(kith_map_get(&m, i), i);
	assert_true(kith_map_reserve(&m, 0));
	assert_false(kith_map_reserve(&m, KITH_MAP_SLOTS));
	kith_map_fini(&m);
	assert_int_equal(a.blocks, 0);
}

static uint64_t same_key(const void *table, uint32_t slot)
{
	(void)table;
	return slot;
}

/* Slots up to the last one, told apart by their keys where the bits of the hash agree. */
static void every_slot_can_be_kept(void **state)
{
	struct kith_map m;

	(void)state;
	kith_map_init(&m, &kith_alloc_libc, secret, same_key, NULL);
	for (uint32_t i = 0; i < KITH_MAP_SLOTS; i++)
		assert_true(kith_map_put(&m, i, i));
	assert_int_equal(m.count, KITH_MAP_SLOTS);
	for (uint32_t i = 0; i < KITH_MAP_SLOTS; i++)
		if (kith_map_get(&m, i) != i)
			fail_msg("slot %u", i);
	assert_int_equal(kith_map_get(&m, KITH_MAP_SLOTS), KITH_MAP_NONE);
	kith_map_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(every_key_can_be_kept),
		cmocka_unit_test(every_slot_can_be_kept),
		cmocka_unit_test(random_operations_agree_with_an_array),
		cmocka_unit_test(it_grows_before_it_fills_up),
		cmocka_unit_test(the_secret_decides_the_places),
		cmocka_unit_test(places_are_those_of_siphash),
		cmocka_unit_test(without_memory_nothing_changes),
		cmocka_unit_test(what_is_expected_is_put_without_growing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
