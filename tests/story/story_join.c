/* SPDX-License-Identifier: ISC */
/*
 * Joining: seeds are asked in parallel and again, and a cluster started at once sees itself whole
 * within two seconds (3-membership.md, Healing and The numbers to reach).
 */
#include "story/story.h"

#include <string.h>

static const struct kith_seed *seed_of(struct cluster *c, uint32_t i, uint32_t seed)
{
	static struct kith_seed s;
	struct kith_addr a = cluster_addr(c, seed);
	uint32_t cursor = 0;

	while (kith_node_seeds(cluster_node(c, i), &cursor, &s))
		if (memcmp(&s.addr, &a, sizeof(a)) == 0)
			return &s;
	CLUSTER_CHECK(c, false, "%s does not know the seed %s", c->nodes[i].name,
		      c->nodes[seed].name);
	return NULL;
}

/* The result of the last attempt, or -1 if there is none. */
static int seed_result(struct cluster *c, uint32_t i, uint32_t seed)
{
	const struct kith_seed *s = seed_of(c, i, seed);

	return s->tried ? (int)s->result : -1;
}

static void through_one_seed(void **state)
{
	struct cluster *c = story_new(2, 100);
	struct kith_view v;

	(void)state;
	cluster_start_all(c);
	cluster_join(c, 1, 0);
	cluster_wait_all_see_all(c, 1 * S);
	cluster_run(c, 1 * S);
	assert_int_equal(seed_result(c, 1, 0), KITH_SEED_JOINED);
	cluster_view(c, 1, &v);
	assert_true(v.joined);
	assert_int_equal(v.alive, 2);
	assert_int_equal(cluster_events(c, 0, KITH_EVENT_JOINED, 1, 0), 1);
	assert_int_equal(cluster_events(c, 1, KITH_EVENT_JOINED, 0, 0), 1);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_free(&c);
}

/* A dead process refuses, a dead host says nothing for three seconds: neither holds up the third. */
static void through_one_of_three(void **state)
{
	struct cluster *c = story_new(4, 110);
	struct kith_addr seeds[3];
	uint32_t i;

	(void)state;
	cluster_start(c, 2);
	cluster_start(c, 3);
	cluster_cut_off(c, 1);
	for (i = 0; i < 3; i++)
		seeds[i] = cluster_addr(c, i);
	cluster_run(c, 1 * S);
	cluster_join_addrs(c, 3, seeds, 3);
	cluster_wait_status(c, 3, 2, KITH_STATUS_ALIVE, 1 * S);
	cluster_wait_status(c, 2, 3, KITH_STATUS_ALIVE, 1 * S);
	cluster_run(c, 8 * S);
	assert_int_equal(seed_result(c, 3, 0), KITH_SEED_REFUSED);
	assert_int_equal(seed_result(c, 3, 1), KITH_SEED_TIMEOUT);
	assert_int_equal(seed_result(c, 3, 2), KITH_SEED_JOINED);
	cluster_free(&c);
}

static void thirty_at_once(void **state)
{
	static struct figures f;
	uint64_t seed;

	(void)state;
	figures_init(&f, "30 hosts started at once, all see all");
	for (seed = 120; seed < 125; seed++) {
		struct cluster *c = story_new(30, seed);
		uint32_t i;

		cluster_start_all(c);
		for (i = 1; i < 30; i++)
			cluster_join(c, i, 0);
		figures_add(&f, cluster_wait_all_see_all(c, 2 * S));
		cluster_wait_equal_roots(c, 60 * S);
		cluster_free(&c);
	}
	figures_print(&f);
}

/* The busy answer: one seed, 50 joiners, at most 8 synchronisations at once. */
static void fifty_at_once(void **state)
{
	struct cluster *c = story_new(50, 130);
	uint32_t i;

	(void)state;
	cluster_start_all(c);
	for (i = 1; i < 50; i++)
		cluster_join(c, i, 0);
	cluster_wait_all_see_all(c, 2 * S);
	cluster_free(&c);
}

static void own_address_is_no_seed(void **state)
{
	struct cluster *c = story_new(2, 140);
	struct kith_addr seeds[2];

	(void)state;
	cluster_start_all(c);
	seeds[0] = cluster_addr(c, 0);
	seeds[1] = cluster_addr(c, 1);
	cluster_join_addrs(c, 0, seeds, 2);
	cluster_wait_all_see_all(c, 2 * S);
	cluster_run(c, 1 * S);
	assert_int_equal(seed_result(c, 0, 0), KITH_SEED_SELF);
	assert_int_equal(seed_result(c, 0, 1), KITH_SEED_JOINED);
	cluster_free(&c);
}

static void seed_that_comes_later(void **state)
{
	struct cluster *c = story_new(2, 150);

	(void)state;
	cluster_start(c, 1);
	cluster_join(c, 1, 0);
	cluster_run(c, 60 * S);
	assert_int_equal(seed_result(c, 1, 0), KITH_SEED_REFUSED);
	assert_true(seed_of(c, 1, 0)->attempts >= 3);
	cluster_start(c, 0);
	cluster_wait_all_see_all(c, 60 * S);
	cluster_free(&c);
}

/* Nothing is signed, and nobody is told, before the epoch is on disk. */
static void not_before_the_disk(void **state)
{
	struct cluster *c = story_new(2, 160);
	struct kith_view v;

	(void)state;
	cluster_disk_hangs(c, 1, true);
	cluster_start_all(c);
	cluster_join(c, 1, 0);
	cluster_run(c, 30 * S);
	cluster_view(c, 1, &v);
	assert_false(v.started);
	assert_int_equal(cluster_status(c, 0, 1), CLUSTER_UNKNOWN);
	assert_int_equal(cluster_events(c, 1, KITH_EVENT_STARTED, CLUSTER_ANY, 0), 0);
	cluster_disk_hangs(c, 1, false);
	cluster_restart(c, 1);
	cluster_join(c, 1, 0);
	cluster_wait_all_see_all(c, 2 * S);
	assert_int_equal(cluster_events(c, 1, KITH_EVENT_STARTED, CLUSTER_ANY, 0), 1);
	cluster_free(&c);
}

static void under_loss(uint32_t n, uint32_t loss_ppm, uint64_t seed, kith_us within)
{
	struct cluster_opts o;
	struct cluster *c;
	uint32_t i;

	cluster_opts_init(&o, cluster_seed(seed));
	o.weather.loss_ppm = loss_ppm;
	c = cluster_new(n, &o);
	cluster_start_all(c);
	for (i = 1; i < n; i++)
		cluster_join(c, i, 0);
	cluster_wait_all_see_all(c, within);
	cluster_free(&c);
}

static void seventeen_under_loss(void **state)
{
	(void)state;
	under_loss(17, 100000, 170, 15 * S);
	under_loss(17, 300000, 171, 30 * S);
}

/* Through a seed that is not asked to remember: the last of a chain knows the first. */
static void chain_of_seeds(void **state)
{
	struct cluster *c = story_new(8, 180);
	uint32_t i;

	(void)state;
	cluster_start(c, 0);
	for (i = 1; i < 8; i++) {
		cluster_run(c, 200 * MS);
		cluster_start(c, i);
		cluster_join(c, i, i - 1);
	}
	cluster_wait_all_see_all(c, 2 * S);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_free(&c);
}

static void bounds_of_the_seed_list(void **state)
{
	struct cluster *c = story_new(1, 190);
	struct kith_addr a = {.ip = {192, 168, 0, 0}, .port = CLUSTER_PORT, .family = 4};
	struct kith_node *n;
	uint32_t i;

	(void)state;
	cluster_start(c, 0);
	n = cluster_node(c, 0);
	for (i = 0; i < CLUSTER_SEEDS_MAX; i++) {
		a.ip[3] = (uint8_t)(1 + i);
		assert_int_equal(kith_node_join(n, cluster_clock(c, 0), &a, 1), 0);
	}
	assert_int_equal(kith_node_join(n, cluster_clock(c, 0), &a, 1), 0); /* known */
	a.ip[3] = 200;
	assert_int_equal(kith_node_join(n, cluster_clock(c, 0), &a, 1), KITH_EFULL);
	cluster_run(c, 10 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_one_seed),
		cmocka_unit_test(through_one_of_three),
		cmocka_unit_test(thirty_at_once),
		cmocka_unit_test(fifty_at_once),
		cmocka_unit_test(own_address_is_no_seed),
		cmocka_unit_test(seed_that_comes_later),
		cmocka_unit_test(not_before_the_disk),
		cmocka_unit_test(seventeen_under_loss),
		cmocka_unit_test(chain_of_seeds),
		cmocka_unit_test(bounds_of_the_seed_list),
	};

	return story_run(tests);
}
