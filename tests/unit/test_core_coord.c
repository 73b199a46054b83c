/* SPDX-License-Identifier: ISC */
/*
 * Coordinates by themselves: networks as in the tests of Serf's (line, grid, halves, circle, random,
 * and one with heights), each host asked by all others in turn; liars; and what no network has.
 */
#include "base/rng.h"
#include "unit/core_fix.h"

#include "core/coord.h"
#include <stdio.h>

enum { HOSTS = 25, ROUNDS = 1000, PERMILLE = 1000 };

struct net {
	uint32_t hosts;
	struct kith_coordinate at[HOSTS];
	struct kith_mid mid[HOSTS];
	kith_us rtt[HOSTS][HOSTS];
	struct kith_rng rng;
};

static void net_init(struct net *w, uint32_t hosts)
{
	static const uint8_t seed[32] = {25};
	uint32_t i, k;

	memset(w, 0, sizeof(*w));
	w->hosts = hosts;
	kith_rng_init(&w->rng, seed);
	for (i = 0; i < hosts; i++) {
		kith_coord_init(&w->at[i]);
		for (k = 0; k < sizeof(w->mid[i].b); k++)
			w->mid[i].b[k] = (uint8_t)kith_rng_below(&w->rng, 256);
	}
}

static void set(struct net *w, uint32_t a, uint32_t b, kith_us rtt)
{
	w->rtt[a][b] = w->rtt[b][a] = rtt;
}

/* Each asks a random other in each round; liars say that they are sure to lie far away. */
static void live(struct net *w, uint32_t liars)
{
	const struct kith_coordinate lie = {.at_us = {9000000, -9000000, 9000000, 9000000}};
	uint32_t round, i;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < w->hosts; i++) {
			const uint32_t k = (i + 1 + kith_rng_below(&w->rng, w->hosts - 1)) % w->hosts;

			kith_coord_pull(&w->at[i], k < liars ? &lie : &w->at[k], w->rtt[i][k],
					&w->mid[i]);
			assert_true(kith_coord_is_sane(&w->at[i]));
		}
}

/* Of all pairs from `first` on: the mean of |told - true| / true, and the largest, in thousandths. */
static void errors(const struct net *w, uint32_t first, uint32_t *mean, uint32_t *most)
{
	uint64_t sum = 0;
	uint32_t count = 0, i, k;

	*most = 0;
	for (i = first; i < w->hosts; i++)
		for (k = i + 1; k < w->hosts; k++, count++) {
			const kith_us told = kith_coordinate_rtt(&w->at[i], &w->at[k]);
			const kith_us is = w->rtt[i][k], by = told > is ? told - is : is - told;
			const uint32_t off = (uint32_t)(by * PERMILLE / is);

			sum += off;
			*most = off > *most ? off : *most;
		}
	*mean = (uint32_t)(sum / count);
}

static void expect(const char *name, const struct net *w, uint32_t mean_most, uint32_t most_most)
{
	uint32_t mean, most;

	errors(w, 0, &mean, &most);
	printf("# %s: error %u/1000 in the mean, %u/1000 at most\n", name, mean, most);
	assert_in_range(mean, 0, mean_most);
	assert_in_range(most, 0, most_most);
}

static void a_line(void **state)
{
	struct net w;
	uint32_t i, k;

	(void)state;
	net_init(&w, 10);
	for (i = 0; i < w.hosts; i++)
		for (k = 0; k < i; k++)
			set(&w, i, k, (i - k) * 10 * KITH_MS);
	live(&w, 0);
	expect("line", &w, 10, 60);
}

static kith_us between(int64_t x, int64_t y)
{
	int64_t r = 1;

	while (r * r < x * x + y * y)
		r++;
	return r;
}

static void a_grid(void **state)
{
	struct net w;
	uint32_t i, k;

	(void)state;
	net_init(&w, 25);
	for (i = 0; i < w.hosts; i++)
		for (k = 0; k < i; k++)
			set(&w, i, k, between(((int)(i % 5) - (int)(k % 5)) * 10000,
					      ((int)(i / 5) - (int)(k / 5)) * 10000));
	live(&w, 0);
	expect("grid", &w, 10, 60);
}

static void two_halves(void **state)
{
	struct net w;
	uint32_t i, k;

	(void)state;
	net_init(&w, 25);
	for (i = 0; i < w.hosts; i++)
		for (k = 0; k < i; k++)
			set(&w, i, k, i % 2 == k % 2 ? KITH_MS : 10 * KITH_MS + KITH_MS);
	live(&w, 0);
	expect("halves", &w, 70, 500);
}

/* All as far from each other, but one that is near to all: a height is what says that. */
static void a_circle_with_a_middle(void **state)
{
	struct net w;
	uint32_t i, k;

	(void)state;
	net_init(&w, 25);
	for (i = 0; i < w.hosts; i++)
		for (k = 0; k < i; k++)
			set(&w, i, k, k == 0 ? 10 * KITH_MS : 20 * KITH_MS);
	live(&w, 0);
	expect("circle", &w, 30, 150);
}

static void at_random(void **state)
{
	struct net w;
	uint32_t i, k;

	(void)state;
	net_init(&w, 25);
	for (i = 0; i < w.hosts; i++)
		for (k = 0; k < i; k++)
			set(&w, i, k, 100 * KITH_MS - 10 * KITH_MS + kith_rng_below(&w.rng, 20000));
	live(&w, 0);
	expect("random", &w, 60, 250);
}

/* Behind a modem: 50 ms to everybody, also to its neighbour. */
static void heights(void **state)
{
	struct net w;
	uint32_t i, k;

	(void)state;
	net_init(&w, 20);
	for (i = 0; i < w.hosts; i++)
		for (k = 0; k < i; k++)
			set(&w, i, k, (i - k) * 5 * KITH_MS + (i % 4 == 0) * 50 * KITH_MS +
					      (k % 4 == 0) * 50 * KITH_MS);
	live(&w, 0);
	expect("heights", &w, 80, 2000); /* of the shortest way */
}

/* A tenth lies: the others still tell each other's distance. */
static void liars_move_us_little(void **state)
{
	struct net w;
	uint32_t i, k, mean, most;

	(void)state;
	net_init(&w, 20);
	for (i = 0; i < w.hosts; i++)
		for (k = 0; k < i; k++)
			set(&w, i, k, 5 * KITH_MS + (i - k) * 5 * KITH_MS);
	live(&w, 2);
	errors(&w, 2, &mean, &most);
	printf("# two liars of 20: error %u/1000 in the mean, %u/1000 at most\n", mean, most);
	assert_in_range(mean, 0, 60);
}

/* Two networks that never met are each around the origin, by themselves and sure of it. */
static void halves_find_together(void **state)
{
	struct net w;
	uint32_t round, i, k, mean, most;

	(void)state;
	net_init(&w, 20);
	for (i = 0; i < w.hosts; i++)
		for (k = 0; k < i; k++)
			set(&w, i, k, KITH_MS + (i - k) * 5 * KITH_MS);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < w.hosts; i++) {
			k = i / 10 * 10 + (i % 10 + 1 + kith_rng_below(&w.rng, 9)) % 10;
			kith_coord_pull(&w.at[i], &w.at[k], w.rtt[i][k], &w.mid[i]);
		}
	for (i = 0; i < 10; i++)
		w.at[i].at_us[2] += 5000000; /* and drifted far */
	errors(&w, 0, &mean, &most);
	assert_in_range(mean, 1000, UINT32_MAX);
	live(&w, 0);
	live(&w, 0);
	expect("halves that met again", &w, 30, 200);
}

static void one_lie_is_a_short_step(void **state)
{
	const struct kith_coordinate lie = {.at_us = {10000000, 0, 0, 0}};
	const struct kith_mid way = {{0}};
	struct kith_coordinate c, was;

	(void)state;
	kith_coord_init(&c);
	was = c;
	kith_coord_pull(&c, &lie, KITH_MS, &way);
	assert_in_range(kith_coordinate_rtt(&c, &was) - c.height_us - was.height_us, 0,
			(KITH_MS + 10 * KITH_MS) / 4);
	assert_true(kith_coord_is_sane(&c));
}

static void what_no_network_has_is_dropped(void **state)
{
	struct kith_coordinate c;
	struct person a;
	struct fix f;
	int32_t ints[8];

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	kith_coord_init(&c);
	kith_coord_write(&c, ints);
	kith_coord_sample(f.n, person_peer(&f, &a), KITH_MS, ints, 5);
	kith_coord_sample(f.n, person_peer(&f, &a), 0, ints, 6);
	kith_coord_sample(f.n, person_peer(&f, &a), 11 * KITH_SECOND, ints, 6);
	ints[0] = 10000001;
	kith_coord_sample(f.n, person_peer(&f, &a), KITH_MS, ints, 6);
	ints[0] = INT32_MIN;
	kith_coord_sample(f.n, person_peer(&f, &a), KITH_MS, ints, 6);
	ints[0] = 0;
	ints[4] = -1;
	kith_coord_sample(f.n, person_peer(&f, &a), KITH_MS, ints, 6);
	ints[4] = 0;
	ints[5] = INT32_MAX;
	kith_coord_sample(f.n, person_peer(&f, &a), KITH_MS, ints, 6);
	assert_null(kith_coord_of(f.n, person_peer(&f, &a)));
	assert_memory_equal(&f.n->coord, &c, sizeof(c));
	ints[5] = KITH_COORDINATE_ERROR_ONE;
	kith_coord_sample(f.n, person_peer(&f, &a), KITH_MS, ints, 6);
	assert_non_null(kith_coord_of(f.n, person_peer(&f, &a)));
	assert_memory_not_equal(&f.n->coord, &c, sizeof(c));
	fix_end(&f);
}

/* One late answer among three is none. */
static void the_median_counts(void **state)
{
	struct kith_coordinate zero, before;
	struct person a;
	struct fix f;
	int32_t ints[6];
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	kith_coord_init(&zero);
	zero.error = KITH_COORDINATE_ERROR_ONE / 10;
	kith_coord_write(&zero, ints);
	for (i = 0; i < 200; i++)
		kith_coord_sample(f.n, person_peer(&f, &a), KITH_MS, ints, 6);
	before = f.n->coord;
	assert_in_range(kith_coordinate_rtt(&before, &zero), 900, 1100);
	kith_coord_sample(f.n, person_peer(&f, &a), KITH_SECOND, ints, 6);
	assert_in_range(kith_coordinate_rtt(&f.n->coord, &before), 0, 200);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line),
		cmocka_unit_test(a_grid),
		cmocka_unit_test(two_halves),
		cmocka_unit_test(a_circle_with_a_middle),
		cmocka_unit_test(at_random),
		cmocka_unit_test(heights),
		cmocka_unit_test(liars_move_us_little),
		cmocka_unit_test(halves_find_together),
		cmocka_unit_test(one_lie_is_a_short_step),
		cmocka_unit_test(what_no_network_has_is_dropped),
		cmocka_unit_test(the_median_counts),
	};

	return cmocka_run_group_tests_name("core/coord", tests, NULL, NULL);
}
