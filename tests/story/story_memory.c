/* SPDX-License-Identifier: ISC */
/*
 * Memory: each allocation fails once, nothing leaks, nothing crashes, and the pair joins all the
 * same (6-style.md §4.13; 7-testing.md, 1).
 */
#include "story/story.h"

static int start_failing(struct cluster *c, uint32_t i, uint64_t nth)
{
	struct kith_config cfg;

	cluster_config(c, i, &cfg);
	alloc_fail_next(&c->nodes[i].heap, nth, false);
	return cluster_start_with(c, i, &cfg);
}

/* kith_node_new() with its n-th allocation refused, until it needs no more of them. */
static void each_allocation_of_new(void **state)
{
	uint64_t nth;

	(void)state;
	for (nth = 1;; nth++) {
		struct cluster *c = story_new(1, 1300);
		int err = start_failing(c, 0, nth);
		uint64_t failed = c->nodes[0].heap.failed;

		if (err != 0) {
			assert_int_equal(err, KITH_ENOMEM);
			assert_int_equal(failed, 1);
			assert_int_equal(c->nodes[0].heap.blocks, 0);
		}
		cluster_free(&c);
		if (err == 0 && failed == 0)
			break;
		assert_true(nth < 1000);
	}
	assert_true(nth > 3);
}

/* A pair joins; the n-th allocation of one of them after its birth is refused. */
static uint64_t join_failing(uint32_t who, uint64_t nth, bool and_all_later)
{
	struct cluster *c = story_new(2, 1310);
	uint64_t requests;

	cluster_start_all(c);
	requests = c->nodes[who].heap.requests;
	alloc_fail_next(&c->nodes[who].heap, nth, and_all_later);
	cluster_join(c, 1, 0);
	cluster_run(c, 3 * S);
	requests = c->nodes[who].heap.requests - requests;
	alloc_fail_next(&c->nodes[who].heap, 0, false);
	/* Whatever was lost is tried again. */
	cluster_wait_all_see_all(c, 60 * S);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_free(&c);
	return requests;
}

static void each_allocation_of_join(void **state)
{
	uint32_t who;

	(void)state;
	for (who = 0; who < 2; who++) {
		uint64_t nth = 1, requests = join_failing(who, 0, false);

		assert_true(requests > 0);
		for (; nth <= requests + 5; nth++)
			(void)join_failing(who, nth, false);
	}
}

/* From the n-th on nothing is to be had for three seconds. */
static void drought(void **state)
{
	uint64_t nth;

	(void)state;
	for (nth = 1; nth <= 30; nth += 3) {
		(void)join_failing(0, nth, true);
		(void)join_failing(1, nth, true);
	}
}

/* Steady state takes nothing, an hour of it leaves nothing behind. */
static void an_hour_of_idling(void **state)
{
	struct cluster *c = story_joined(4, 1320);
	size_t bytes;
	uint32_t i;

	(void)state;
	cluster_run(c, 600 * S); /* what is kept for minutes is filled by now */
	bytes = c->nodes[0].heap.bytes;
	c->opts.check = false;
	cluster_run(c, 3600 * S);
	for (i = 0; i < 4; i++)
		CLUSTER_CHECK(c, c->nodes[i].heap.bytes <= bytes + bytes / 20,
			      "%s holds %zu bytes, %zu an hour ago", c->nodes[i].name,
			      c->nodes[i].heap.bytes, bytes);
	cluster_free(&c);
}

/* Churn leaves nothing behind either, once the gone are reaped. */
static void churn_is_forgotten(void **state)
{
	struct cluster_opts o;
	struct cluster *c;
	size_t bytes;
	uint32_t r;

	(void)state;
	cluster_opts_init(&o, cluster_seed(1330));
	o.reap_after = 60 * S;
	c = cluster_new(6, &o);
	cluster_join_all(c);
	bytes = 0;
	for (r = 0; r < 60; r++) {
		uint32_t who = 1 + r % 5;

		if (r % 2)
			(void)cluster_leave(c, who);
		cluster_run(c, 1 * S);
		cluster_restart(c, who);
		cluster_join(c, who, 0);
		cluster_run(c, 5 * S);
		if (r == 20)
			bytes = c->nodes[0].heap.bytes;
	}
	CLUSTER_CHECK(c, c->nodes[0].heap.bytes <= bytes + bytes / 10, "%zu bytes, then %zu",
		      bytes, c->nodes[0].heap.bytes);
	cluster_free(&c);
}

static enum kith_seed_result seed_result(struct cluster *c, uint32_t i)
{
	struct kith_seed seed;
	uint32_t cursor = 0;

	assert_int_equal(kith_node_seeds(cluster_node(c, i), &cursor, &seed), 1);
	assert_true(seed.tried);
	return seed.result;
}

/* A table at its bound refuses newcomers, says so to both, and keeps whom it has. Who is refused is in
 * as soon as there is room. */
static void full_table(void **state)
{
	struct cluster_opts o;
	struct cluster *c;
	struct kith_stats s;
	struct kith_view v;
	uint32_t i, known = 0;

	(void)state;
	cluster_opts_init(&o, cluster_seed(1340));
	o.max_members = 4;
	c = cluster_new(7, &o);
	for (i = 0; i < 4; i++)
		cluster_start(c, i);
	for (i = 1; i < 4; i++)
		cluster_join(c, i, 0);
	cluster_wait_all_see_all(c, 5 * S);
	cluster_forbid(c, 0, 1, KITH_STATUS_FAILED);
	for (i = 4; i < 7; i++) {
		cluster_start(c, i);
		cluster_join(c, i, 0);
	}
	cluster_run(c, 20 * S);
	cluster_stats(c, 0, &s);
	assert_true(s.drops.table_full > 0);
	for (i = 0; i < 7; i++)
		known += cluster_status(c, 0, i) == KITH_STATUS_ALIVE;
	assert_int_equal(known, 4);
	cluster_view(c, 0, &v);
	assert_int_equal(v.max_members, 4);
	assert_int_equal(cluster_events(c, 0, KITH_EVENT_DROPPED, CLUSTER_ANY, 0), 1);
	for (i = 4; i < 7; i++)
		assert_int_equal(seed_result(c, i), KITH_SEED_FULL);
	cluster_allow_all(c);
	c->opts.max_members = 7;
	for (i = 0; i < 7; i++) {
		cluster_restart(c, i);
		if (i > 0)
			cluster_join(c, i, 0);
	}
	cluster_wait_all_see_all(c, 30 * S);
	cluster_free(&c);
}

/* One host's table is too small for the cluster: it is told, and nobody is called failed for it. */
static void small_table(void **state)
{
	struct cluster_opts o;
	struct cluster *c;
	uint32_t i;

	(void)state;
	cluster_opts_init(&o, cluster_seed(1341));
	c = cluster_new(40, &o);
	for (i = 0; i < 39; i++) {
		cluster_start(c, i);
		if (i > 0)
			cluster_join(c, i, 0);
	}
	cluster_wait_all_see_all(c, 10 * S);
	c->opts.max_members = 4;
	cluster_start(c, 39);
	cluster_join(c, 39, 0);
	for (i = 0; i < 39; i++)
		cluster_forbid(c, CLUSTER_ANY, i, KITH_STATUS_FAILED);
	cluster_run(c, 60 * S);
	assert_int_equal(seed_result(c, 39), KITH_SEED_OVERFLOW);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_of_new),
		cmocka_unit_test(each_allocation_of_join),
		cmocka_unit_test(drought),
		cmocka_unit_test(an_hour_of_idling),
		cmocka_unit_test(churn_is_forgotten),
		cmocka_unit_test(full_table),
		cmocka_unit_test(small_table),
	};

	return story_run(tests);
}
