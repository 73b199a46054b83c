/* SPDX-License-Identifier: ISC */
/*
 * Clocks that are wrong (4-security.md §5.14 and §7, test 7): the monotonic one may drift, the wall
 * clock judges expiries only.
 */
#include "story/story.h"

#define DAY_MS (INT64_C(86400) * 1000)

/* A hundred times worse than a quartz: nobody is failed, a crash is found. */
static void drifting(void **state)
{
	struct cluster *c = story_joined(8, 1500);
	uint32_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		cluster_drift(c, i, i % 2 ? 5000 : -5000);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	cluster_run(c, 120 * S);
	cluster_allow_all(c);
	cluster_crash(c, 7);
	cluster_wait_status_everywhere(c, 7, KITH_STATUS_FAILED, 5 * S);
	cluster_free(&c);
}

/* One host's wall clock jumps by three days, forth and back: the others do not notice. */
static void wall_clock_off_by_days(void **state)
{
	struct cluster *c = story_joined(6, 1501);

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	cluster_wall_skew(c, 2, 3 * DAY_MS, true);
	cluster_run(c, 60 * S);
	cluster_wall_skew(c, 2, -3 * DAY_MS, true);
	cluster_run(c, 60 * S);
	cluster_wall_skew(c, 2, 0, true);
	cluster_run(c, 60 * S);
	cluster_wait_all_see_all(c, 5 * S);
	cluster_free(&c);
}

/* Records live three days and are refreshed every day: a week of idling loses nobody. */
static void a_week(void **state)
{
	struct cluster_opts o;
	struct cluster *c;
	uint32_t day;

	(void)state;
	cluster_opts_init(&o, cluster_seed(1503));
	/* Slow enough that a week has as many rounds as an hour usually has. */
	o.timing.period = 60 * S;
	o.timing.gossip_tick = 10 * S;
	o.trace = false;
	c = cluster_new(3, &o);
	cluster_join_all(c);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	c->opts.check = false;
	for (day = 0; day < 7; day++) {
		cluster_run(c, 86400 * S);
		cluster_wait_all_see_all(c, 1 * S);
	}
	cluster_wait_equal_roots(c, 3600 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drifting),
		cmocka_unit_test(wall_clock_off_by_days),
		cmocka_unit_test(a_week),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
