/* SPDX-License-Identifier: ISC */
/*
 * The same seed gives the same run, byte for byte; another one does not (2-architecture.md, The
 * core's door). A run with everything in it: joins, loss, a crash, a pause, a partition.
 */
#include "story/story.h"

static uint64_t run_of(uint64_t seed, bool trace, uint64_t *steps)
{
	struct cluster_opts o;
	struct cluster *c;
	uint64_t hash;

	cluster_opts_init(&o, seed);
	o.trace = trace;
	o.weather.loss_ppm = 50000;
	o.weather.duplicate_ppm = 20000;
	o.weather.reorder_ppm = 50000;
	o.weather.corrupt_ppm = 5000;
	o.weather.icmp = true;
	c = cluster_new(10, &o);
	cluster_join_all(c);
	cluster_crash(c, 4);
	cluster_run(c, 10 * S);
	cluster_restart_lost_epoch(c, 4);
	cluster_join(c, 4, 1);
	cluster_pause(c, 2);
	cluster_run(c, 8 * S);
	cluster_resume(c, 2);
	(void)cluster_tag(c, 3, "role", "db");
	cluster_partition(c, 5);
	cluster_run(c, 20 * S);
	cluster_heal(c);
	(void)cluster_leave(c, 9);
	cluster_run(c, 20 * S);
	hash = c->hash;
	*steps = c->world.steps;
	cluster_free(&c);
	return hash;
}

static void same_seed_same_run(void **state)
{
	uint64_t seed = cluster_seed(1200), steps[3], hash;

	(void)state;
	hash = run_of(seed, true, &steps[0]);
	assert_int_equal(run_of(seed, true, &steps[1]), hash);
	assert_int_equal(steps[1], steps[0]);
	assert_int_not_equal(run_of(seed + 1, true, &steps[2]), hash);
	assert_true(steps[0] > 10000);
}

/* To look does not change what is seen. */
static void tracing_changes_nothing(void **state)
{
	uint64_t seed = cluster_seed(1210), with, without;

	(void)state;
	(void)run_of(seed, true, &with);
	(void)run_of(seed, false, &without);
	assert_int_equal(with, without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_run),
		cmocka_unit_test(tracing_changes_nothing),
	};

	return story_run(tests);
}
