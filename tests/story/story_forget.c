/* SPDX-License-Identifier: ISC */
/*
 * Forgetting by command: one host lists a gone member no longer, the others do, and nothing else
 * comes of it (4-security.md §5.5: only a newer record raises the dead).
 */
#include "story/story.h"

enum { HERE = 0, GONE = 4 };

static uint64_t syncs_of(struct cluster *c, uint32_t i)
{
	struct kith_stats s;

	cluster_stats(c, i, &s);
	return s.syncs;
}

static void a_forgotten_member_stays_away(void **state)
{
	struct cluster *c = story_joined(5, 1700);
	uint64_t syncs;
	uint32_t i;

	(void)state;
	cluster_power_off(c, GONE);
	cluster_wait_status_everywhere(c, GONE, KITH_STATUS_FAILED, 60 * S);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_run(c, 60 * S);
	syncs = syncs_of(c, HERE);
	assert_int_equal(cluster_forget(c, HERE, GONE), 0);
	assert_int_equal(cluster_status(c, HERE, GONE), CLUSTER_UNKNOWN);
	assert_int_equal(cluster_events(c, HERE, KITH_EVENT_REAPED, GONE, 0), 1);
	/* The others hold its record and evidence, and bring neither back; nor do they synchronise
	 * for ever over what is no difference. */
	for (i = 0; i < 5; i++)
		cluster_forbid(c, HERE, GONE, (enum kith_status)i);
	cluster_wait_equal_roots(c, 1);
	cluster_run(c, 600 * S);
	assert_int_equal(syncs_of(c, HERE), syncs);
	for (i = 1; i < 4; i++)
		assert_int_equal(cluster_status(c, i, GONE), KITH_STATUS_FAILED);
	cluster_wait_equal_roots(c, 1);
	cluster_free(&c);
}

static void one_that_lives_comes_back(void **state)
{
	struct cluster *c = story_joined(5, 1710);

	(void)state;
	cluster_crash(c, GONE);
	cluster_wait_status_everywhere(c, GONE, KITH_STATUS_FAILED, 60 * S);
	assert_int_equal(cluster_forget(c, HERE, GONE), 0);
	cluster_restart(c, GONE);
	cluster_join(c, GONE, 1);
	cluster_wait_status(c, HERE, GONE, KITH_STATUS_ALIVE, 20 * S);
	assert_true(cluster_events(c, HERE, KITH_EVENT_JOINED, GONE, 0) >= 2);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_free(&c);
}

static void the_living_are_not_forgotten(void **state)
{
	struct cluster *c = story_joined(5, 1720);

	(void)state;
	story_others_stay_alive(c, GONE);
	assert_int_equal(cluster_forget(c, HERE, 1), KITH_ESTATE);
	assert_int_equal(cluster_forget(c, HERE, HERE), KITH_ESTATE);
	cluster_power_off(c, GONE);
	cluster_wait_status(c, HERE, GONE, KITH_STATUS_SUSPECT, 60 * S);
	assert_int_equal(cluster_forget(c, HERE, GONE), KITH_ESTATE);
	cluster_wait_status(c, HERE, GONE, KITH_STATUS_FAILED, 60 * S);
	assert_int_equal(cluster_forget(c, HERE, GONE), 0);
	assert_int_equal(cluster_forget(c, HERE, GONE), KITH_ENOTFOUND);
	cluster_free(&c);
}

/* When the others forget it in their time, all are equal again. */
static void in_the_end_all_have_forgotten(void **state)
{
	struct cluster_opts o;
	struct cluster *c;
	uint32_t i;

	(void)state;
	cluster_opts_init(&o, cluster_seed(1730));
	o.reap_after = 120 * S;
	c = cluster_new(5, &o);
	cluster_join_all(c);
	assert_int_equal(cluster_leave(c, GONE), 0);
	cluster_wait_status_everywhere(c, GONE, KITH_STATUS_LEFT, 20 * S);
	cluster_crash(c, GONE);
	cluster_run(c, 20 * S);
	assert_int_equal(cluster_forget(c, HERE, GONE), 0);
	cluster_run(c, 30 * S);
	cluster_wait_equal_roots(c, 1);
	cluster_run(c, 180 * S); /* their time, and a sweep's */
	for (i = 0; i < 4; i++)
		assert_int_equal(cluster_status(c, i, GONE), CLUSTER_UNKNOWN);
	cluster_wait_equal_roots(c, 1);
	cluster_free(&c);
}

/* All have forgotten one before another comes: the newcomer cannot hear of it, and nobody
 * synchronises over that. What it says is news for all, and theirs for it. */
static void a_newcomer_misses_nothing(void **state)
{
	struct cluster *c = story_new(6, 1750);
	uint64_t syncs;
	uint32_t i;

	(void)state;
	for (i = 0; i < 5; i++)
		cluster_start(c, i);
	for (i = 1; i < 5; i++)
		cluster_join(c, i, 0);
	cluster_run(c, 40 * S);
	cluster_crash(c, GONE);
	cluster_wait_status_everywhere(c, GONE, KITH_STATUS_FAILED, 60 * S);
	for (i = 0; i < GONE; i++)
		assert_int_equal(cluster_forget(c, i, GONE), 0);
	cluster_start(c, 5);
	cluster_join(c, 5, HERE);
	cluster_wait_all_see_all(c, 20 * S);
	cluster_run(c, 60 * S);
	syncs = CLUSTER_TOTAL(c, syncs);
	cluster_run(c, 600 * S);
	assert_int_equal(CLUSTER_TOTAL(c, syncs), syncs);
	assert_int_equal(cluster_tag(c, 5, "role", "db"), 0);
	assert_int_equal(cluster_tag(c, HERE, "role", "web"), 0);
	cluster_run(c, 30 * S);
	assert_true(cluster_tag_is(c, HERE, 5, "role", "db"));
	assert_true(cluster_tag_is(c, 5, HERE, "role", "web"));
	cluster_free(&c);
}

/* A third of the members failed: who forgets them is no longer in doubt of itself. */
static void isolation_ends_with_the_forgotten(void **state)
{
	struct cluster *c = story_joined(5, 1740);
	struct kith_view v;
	uint32_t i;

	(void)state;
	for (i = 2; i < 5; i++)
		cluster_crash(c, i);
	for (i = 2; i < 5; i++)
		cluster_wait_status(c, HERE, i, KITH_STATUS_FAILED, 120 * S);
	cluster_view(c, HERE, &v);
	assert_true(v.isolated);
	for (i = 2; i < 5; i++)
		assert_int_equal(cluster_forget(c, HERE, i), 0);
	cluster_view(c, HERE, &v);
	assert_false(v.isolated);
	assert_int_equal(v.failed, 0);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_forgotten_member_stays_away),
		cmocka_unit_test(one_that_lives_comes_back),
		cmocka_unit_test(the_living_are_not_forgotten),
		cmocka_unit_test(in_the_end_all_have_forgotten),
		cmocka_unit_test(a_newcomer_misses_nothing),
		cmocka_unit_test(isolation_ends_with_the_forgotten),
	};

	return story_run(tests);
}
