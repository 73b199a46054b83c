/* SPDX-License-Identifier: ISC */
/* Where a mid is found on a ring whose members lie as hashes do, and as somebody would choose them. */
#include "core/node.h"
#include "unit/core_fix.h"
#include <stdlib.h>

enum { MEMBERS = 3000 };

/* A ring of keys alone: nobody is sought who has one of them, so no record is looked at. */
struct keys {
	struct kith_node *n;
	uint32_t keys[MEMBERS];
};

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void lay(struct keys *k)
{
	struct kith_peers *ps = &k->n->peers;
	uint32_t i, group;

	qsort(k->keys, MEMBERS, sizeof(k->keys[0]), compare);
	ps->ring.places = calloc(MEMBERS, sizeof(*ps->ring.places));
	assert_non_null(ps->ring.places);
	ps->ring.room = ps->ring.gap = ps->count = MEMBERS;
	for (i = 0; i < MEMBERS; i++) {
		ps->ring.places[i].key = k->keys[i];
		for (group = (k->keys[i] >> 24) + 1; group <= KITH_LEAF_GROUPS; group++)
			ps->leaves.before[group]++;
	}
}

static void finds(struct keys *k, uint32_t key)
{
	const struct kith_mid mid = {{(uint8_t)(key >> 24), (uint8_t)(key >> 16), (uint8_t)(key >> 8),
				      (uint8_t)key}};
	uint32_t want = 0;

	while (want < MEMBERS && k->keys[want] < key)
		want++;
	assert_int_equal(kith_ring_seek(k->n, &mid), want);
}

/* Keys are even, and what is sought is odd. */
static void found_among(uint32_t (*key)(struct kith_rng *rng, uint32_t i))
{
	struct keys k = {.n = calloc(1, sizeof(struct kith_node))};
	const uint8_t seed[16] = {1};
	struct kith_rng rng;
	uint32_t i;

	assert_non_null(k.n);
	kith_rng_init(&rng, seed);
	for (i = 0; i < MEMBERS; i++)
		k.keys[i] = key(&rng, i) & ~1u;
	lay(&k);
	for (i = 0; i < MEMBERS; i++) {
		finds(&k, k.keys[i] | 1);
		finds(&k, (k.keys[i] - 1) | 1);
		finds(&k, (uint32_t)kith_rng_next(&rng) | 1);
	}
	finds(&k, 1);
	finds(&k, UINT32_MAX);
	free(k.n->peers.ring.places);
	free(k.n);
}

static uint32_t anywhere(struct kith_rng *rng, uint32_t i)
{
	(void)i;
	return (uint32_t)kith_rng_next(rng);
}

static uint32_t at_the_end_of_a_group(struct kith_rng *rng, uint32_t i)
{
	(void)rng;
	return 0x7f000000u - 2 * i;
}

static uint32_t at_its_start(struct kith_rng *rng, uint32_t i)
{
	(void)rng;
	return 0xff000000u + 2 * i;
}

static void all_are_found_where_they_are(void **state)
{
	(void)state;
	found_among(anywhere);
	found_among(at_the_end_of_a_group);
	found_among(at_its_start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_found_where_they_are),
	};

	return cmocka_run_group_tests_name("core/ring", tests, NULL, NULL);
}
