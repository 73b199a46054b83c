/* SPDX-License-Identifier: ISC */
/*
 * Clocks that are wrong (4-security.md §5.14 and §7, test 7): the monotonic one may drift, the wall
 * clock judges expiries only.
 */
#include "story/story.h"

#define HOUR_MS (INT64_C(3600) * 1000)
#define DAY_MS (24 * HOUR_MS)

struct telling {
	uint32_t observer;
	bool differs;
};

static bool tells(struct cluster *c, void *arg)
{
	const struct telling *t = arg;
	struct kith_view v;

	cluster_view(c, t->observer, &v);
	return v.clock_differs == t->differs;
}

/* How often anybody but `except` was told that its clock differs. */
static uint32_t alarms_besides(struct cluster *c, uint32_t except)
{
	uint32_t count = 0, i;

	for (i = 0; i < c->count; i++)
		if (i != except)
			count += cluster_events(c, i, KITH_EVENT_CLOCK_DIFFERS, CLUSTER_ANY, 0);
	return count;
}

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

/* Nobody may be suspected, and nothing held against anybody. */
static void nobody_is_doubted(struct cluster *c)
{
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
}

/* One of five is an hour behind: it is told, by whom it is judged, and the others see an outlier.
 * Nothing else comes of it, and the clock that is put right ends it. */
static void an_hour_behind(void **state)
{
	struct cluster *c = story_joined(5, 1505);
	struct telling t = {2, true};
	const struct cluster_entry *e;
	uint64_t drops[5], failed = CLUSTER_TOTAL(c, rounds_failed);
	struct kith_stats s;
	uint32_t i;

	(void)state;
	nobody_is_doubted(c);
	for (i = 0; i < 5; i++) {
		cluster_stats(c, i, &s);
		drops[i] = s.drops.record_expired + s.drops.not_member;
	}
	cluster_wall_skew(c, 2, -HOUR_MS, true);
	cluster_wait(c, 20 * S, tells, &t, "the host that is an hour behind is told");
	e = cluster_event(c, 2, KITH_EVENT_CLOCK_DIFFERS, CLUSTER_ANY, 0);
	assert_in_range(e->event.clock_ahead_s + 3602, 0, 4);
	assert_int_equal(e->event.clock_others, 4);
	cluster_run(c, 600 * S);
	assert_true(tells(c, &t));
	assert_int_equal(alarms_besides(c, 2), 0);
	assert_int_equal(CLUSTER_TOTAL(c, rounds_failed), failed);
	for (i = 0; i < 5; i++) {
		cluster_stats(c, i, &s);
		assert_int_equal(s.drops.record_expired + s.drops.not_member, drops[i]);
	}
	t.differs = false;
	cluster_wall_skew(c, 2, 0, true);
	cluster_wait(c, 1 * S, tells, &t, "and that its clock is right again");
	cluster_run(c, 600 * S);
	assert_int_equal(cluster_events(c, 2, KITH_EVENT_CLOCK_DIFFERS, CLUSTER_ANY, 0), 1);
	assert_int_equal(cluster_events(c, 2, KITH_EVENT_CLOCK_AGREES, CLUSTER_ANY, 0), 1);
	assert_int_equal(alarms_besides(c, 2), 0);
	cluster_free(&c);
}

/* It starts with that clock, and is told once it has joined. */
static void an_hour_ahead_from_the_start(void **state)
{
	struct cluster *c = story_new(5, 1506);
	struct telling t = {4, true};

	(void)state;
	nobody_is_doubted(c);
	cluster_wall_skew(c, 4, HOUR_MS, true);
	cluster_join_all(c);
	cluster_wait(c, 60 * S, tells, &t, "the host that is an hour ahead is told");
	cluster_run(c, 60 * S);
	assert_int_equal(alarms_besides(c, 4), 0);
	cluster_free(&c);
}

/* Neither knows which one is wrong. */
static void two_hosts_tell_each_other(void **state)
{
	struct cluster *c = story_joined(2, 1507);
	struct telling t = {0, true};

	(void)state;
	nobody_is_doubted(c);
	cluster_wall_skew(c, 1, HOUR_MS, true);
	cluster_wait(c, 20 * S, tells, &t, "the one");
	t.observer = 1;
	cluster_wait(c, 20 * S, tells, &t, "and the other");
	cluster_free(&c);
}

/* One host's wall clock jumps by three days, forth and back: the others do not notice, it does. */
static void wall_clock_off_by_days(void **state)
{
	struct cluster *c = story_joined(6, 1501);
	struct telling t = {2, true};

	(void)state;
	nobody_is_doubted(c);
	cluster_wall_skew(c, 2, 3 * DAY_MS, true);
	cluster_run(c, 60 * S);
	assert_true(tells(c, &t));
	cluster_wall_skew(c, 2, -3 * DAY_MS, true);
	cluster_run(c, 60 * S);
	assert_true(tells(c, &t));
	cluster_wall_skew(c, 2, 0, true);
	cluster_run(c, 60 * S);
	cluster_wait_all_see_all(c, 5 * S);
	t.differs = false;
	assert_true(tells(c, &t));
	assert_int_equal(alarms_besides(c, 2), 0);
	cluster_free(&c);
}

/* It starts with such a clock: by it the seed's record is from the future, or over within the hour,
 * and the other way round. It is told of the clock and of the seed, asks on, and is in as soon as the
 * clock is right. */
static void days_off_from_the_start(void **state)
{
	static const int64_t skews_ms[] = {3 * DAY_MS, -3 * DAY_MS};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct cluster *c = story_new(4, 1508 + i);
		struct telling t = {3, true};
		struct kith_seed seed;
		uint32_t cursor = 0, k;

		cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
		cluster_wall_skew(c, 3, skews_ms[i], true);
		cluster_start_all(c);
		for (k = 1; k < 4; k++)
			cluster_join(c, k, 0);
		cluster_wait(c, 90 * S, tells, &t, "the host that is days off is told");
		cluster_run(c, 7200 * S);
		assert_int_equal(kith_node_seeds(cluster_node(c, 3), &cursor, &seed), 1);
		assert_int_equal(seed.result, KITH_SEED_EXPIRED);
		cluster_wall_skew(c, 3, 0, true);
		cluster_wait_all_see_all(c, 60 * S);
		t.differs = false;
		cluster_wait(c, 60 * S, tells, &t, "its clock is right");
		assert_int_equal(alarms_besides(c, 3), 0);
		cluster_free(&c);
	}
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

/* What a host signs of others by a clock that is hours ahead they take for a forgery of time. When its
 * clock is right it says the same again, or they would never refute it. */
static void suspicions_by_a_wrong_clock_are_signed_again(void **state)
{
	struct cluster *c = story_joined(5, 1990);
	uint32_t i;

	(void)state;
	cluster_wall_skew(c, 4, 2 * 3600 * 1000, true);
	cluster_cut_off(c, 4);
	for (i = 0; i < 4; i++)
		cluster_wait_status(c, 4, i, KITH_STATUS_FAILED, 120 * S);
	cluster_wall_skew(c, 4, 0, true);
	cluster_reconnect(c, 4);
	cluster_wait_all_see_all(c, 30 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drifting),
		cmocka_unit_test(an_hour_behind),
		cmocka_unit_test(an_hour_ahead_from_the_start),
		cmocka_unit_test(two_hosts_tell_each_other),
		cmocka_unit_test(wall_clock_off_by_days),
		cmocka_unit_test(suspicions_by_a_wrong_clock_are_signed_again),
		cmocka_unit_test(days_off_from_the_start),
		cmocka_unit_test(a_week),
	};

	return story_run(tests);
}
