/* SPDX-License-Identifier: ISC */
/*
 * Processes that are stopped and go on (3-membership.md: "Silence may be a pause", "Own pauses are
 * knowable", "pauses tolerated up to 4 s").
 */
#include "story/story.h"

static void four_seconds_are_tolerated(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 800; seed < 804; seed++) {
		struct cluster *c = story_joined(32, seed);
		uint32_t r;

		story_others_stay_alive(c, CLUSTER_ANY);
		for (r = 0; r < 5; r++) {
			uint32_t who = (uint32_t)world_below(&c->world, 32);

			cluster_run(c, (kith_us)world_below(&c->world, 2 * S));
			cluster_pause(c, who);
			cluster_run(c, 4 * S);
			cluster_resume(c, who);
			cluster_run(c, 5 * S);
			cluster_wait_all_see_all(c, 1 * S);
		}
		cluster_free(&c);
	}
}

/* Who was stopped itself blames nobody: its rounds end without a verdict. */
static void own_pause_blames_nobody(void **state)
{
	struct cluster *c = story_joined(8, 810);
	struct kith_stats before, after;
	struct kith_view v;
	uint32_t r;
	kith_us start = cluster_now(c);

	(void)state;
	story_others_stay_alive(c, 4);
	cluster_stats(c, 4, &before);
	for (r = 0; r < 10; r++) {
		cluster_pause(c, 4);
		/* The first one is longer than any promised deadline and 500 ms, so it is seen. */
		cluster_run(c, r == 0 ? 1600 * MS
				      : 600 * MS + (kith_us)world_below(&c->world, 900 * MS));
		cluster_resume(c, 4);
		if (r == 0) {
			cluster_view(c, 4, &v);
			assert_true(v.health >= 1);
		}
		cluster_run(c, 2 * S);
	}
	cluster_stats(c, 4, &after);
	/* A gap counts from the promised deadline on: some pauses are short of 500 ms past it. */
	assert_in_range(after.pauses - before.pauses, 5, 10);
	assert_int_equal(cluster_events(c, 4, KITH_EVENT_SUSPECT, CLUSTER_ANY, start), 0);
	assert_int_equal(after.suspicions_sent, before.suspicions_sent);
	cluster_run(c, 60 * S);
	cluster_view(c, 4, &v);
	assert_int_equal(v.health, 0);
	cluster_free(&c);
}

/* The boundary: 0.4 s late is no pause, 0.6 s is one. A tick is promised at least once a period. */
static void half_a_second_is_the_boundary(void **state)
{
	struct cluster *c = story_joined(4, 811);
	struct kith_stats before, after;
	kith_us deadline;

	(void)state;
	cluster_stats(c, 1, &before);
	deadline = kith_node_deadline(cluster_node(c, 1)) - cluster_clock(c, 1);
	cluster_pause(c, 1);
	cluster_run(c, deadline + 490 * MS);
	cluster_resume(c, 1);
	cluster_stats(c, 1, &after);
	assert_int_equal(after.pauses, before.pauses);
	cluster_run(c, 5 * S);
	deadline = kith_node_deadline(cluster_node(c, 1)) - cluster_clock(c, 1);
	cluster_pause(c, 1);
	cluster_run(c, deadline + 510 * MS);
	cluster_resume(c, 1);
	cluster_stats(c, 1, &after);
	assert_int_equal(after.pauses, before.pauses + 1);
	cluster_free(&c);
}

/* Failed during a long one; back by its own refutation, without having failed anybody. */
static void a_minute_is_too_long_but_mends(void **state)
{
	struct cluster *c = story_joined(8, 812);
	struct kith_member before, after;
	kith_us start = cluster_now(c);

	(void)state;
	story_others_stay_alive(c, 2);
	assert_true(cluster_member(c, 0, 2, &before));
	cluster_pause(c, 2);
	cluster_wait_status_everywhere(c, 2, KITH_STATUS_FAILED, 8 * S);
	cluster_run(c, 52 * S);
	cluster_resume(c, 2);
	cluster_wait_all_see_all(c, 5 * S);
	assert_int_equal(cluster_events(c, 2, KITH_EVENT_FAILED, CLUSTER_ANY, start), 0);
	assert_int_equal(cluster_events(c, 2, KITH_EVENT_SUSPECT, CLUSTER_ANY, start), 0);
	assert_true(cluster_member(c, 0, 2, &after));
	assert_int_equal(after.epoch, before.epoch);
	assert_true(after.seq > before.seq);
	cluster_free(&c);
}

/* A quarter of all is stopped again and again: none of the healthy is ever called failed. */
static void a_quarter_again_and_again(void **state)
{
	struct cluster *c = story_joined(32, 813);
	uint32_t r, i, k;

	(void)state;
	for (k = 8; k < 32; k++)
		cluster_forbid(c, CLUSTER_ANY, k, KITH_STATUS_FAILED);
	for (r = 0; r < 8; r++) {
		for (i = 0; i < 8; i++)
			cluster_pause(c, i);
		cluster_run(c, 2 * S + (kith_us)world_below(&c->world, 8 * S));
		for (i = 0; i < 8; i++)
			cluster_resume(c, i);
		cluster_run(c, 1 * S + (kith_us)world_below(&c->world, 3 * S));
	}
	cluster_wait_all_see_all(c, 15 * S);
	cluster_free(&c);
}

/* The whole cluster sleeps (a host of virtual machines is suspended): nobody is failed after. */
static void all_sleep(void **state)
{
	struct cluster *c = story_joined(8, 814);
	uint32_t i;

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	for (i = 0; i < 8; i++)
		cluster_pause(c, i);
	cluster_run(c, 3600 * S);
	for (i = 0; i < 8; i++)
		cluster_resume(c, i);
	cluster_run(c, 30 * S);
	cluster_wait_all_see_all(c, 1 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_seconds_are_tolerated),
		cmocka_unit_test(own_pause_blames_nobody),
		cmocka_unit_test(half_a_second_is_the_boundary),
		cmocka_unit_test(a_minute_is_too_long_but_mends),
		cmocka_unit_test(a_quarter_again_and_again),
		cmocka_unit_test(all_sleep),
	};

	return story_run(tests);
}
