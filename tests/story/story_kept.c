/* SPDX-License-Identifier: ISC */
/*
 * A host comes back with what it knew (3-membership.md, Healing: kept records): it answers at once,
 * with the age of its knowledge, and finds the others when no seed is where it was.
 */
#include "story/story.h"

enum { BACK = 3, GONE = 5 };

/* It comes back at an address where nobody looks for it, and is told no seed. */
static void comes_back_elsewhere(struct cluster *c)
{
	cluster_crash(c, BACK);
	cluster_wait_status_everywhere(c, BACK, KITH_STATUS_FAILED, 10 * S);
	cluster_run(c, 60 * S);
	cluster_move(c, BACK);
	cluster_restart(c, BACK);
}

static void the_others_are_found_without_a_seed(void **state)
{
	struct cluster *c = story_joined(8, 1800);
	kith_us back;

	(void)state;
	cluster_keep(c, BACK);
	comes_back_elsewhere(c);
	back = cluster_now(c);
	cluster_wait_all_see_all(c, 2 * S);
	cluster_wait_equal_roots(c, 5 * S);
	cluster_run(c, 30 * S);
	/* They are no news. */
	assert_int_equal(cluster_events(c, BACK, KITH_EVENT_JOINED, CLUSTER_ANY, back), 0);
	cluster_free(&c);
}

/* The control: without what was kept it would be alone. */
static void without_it_nobody_is_found(void **state)
{
	struct cluster *c = story_joined(8, 1801);

	(void)state;
	comes_back_elsewhere(c);
	cluster_run(c, 60 * S);
	assert_int_equal(cluster_status(c, BACK, 0), CLUSTER_UNKNOWN);
	assert_int_equal(cluster_status(c, 0, BACK), KITH_STATUS_FAILED);
	cluster_free(&c);
}

/* Cut off, it answers with what it knew, and says since when it has heard nothing. */
static void it_answers_without_a_network(void **state)
{
	struct cluster *c = story_joined(8, 1802);
	struct kith_view v;
	uint32_t i;

	(void)state;
	cluster_power_off(c, GONE);
	cluster_wait_status_everywhere(c, GONE, KITH_STATUS_FAILED, 60 * S);
	cluster_keep(c, BACK);
	cluster_crash(c, BACK);
	for (i = 0; i < 8; i++)
		if (i != BACK)
			cluster_cut(c, BACK, i);
	cluster_run(c, 600 * S);
	cluster_restart(c, BACK);
	for (i = 0; i < 8; i++)
		if (i != BACK)
			assert_int_equal(cluster_status(c, BACK, i),
					 i == GONE ? KITH_STATUS_FAILED : KITH_STATUS_ALIVE);
	kith_node_view(cluster_node(c, BACK), &v);
	assert_true(v.answered != KITH_NEVER);
	assert_in_range(cluster_clock(c, BACK) - v.answered, 600 * S, 605 * S);
	/* What it cannot confirm it does not go on to tell. */
	for (i = 0; i < 8; i++)
		if (i != BACK)
			cluster_wait_status(c, BACK, i, KITH_STATUS_FAILED, 600 * S);
	kith_node_view(cluster_node(c, BACK), &v);
	assert_true(v.isolated);
	cluster_free(&c);
}

/* After a day its members are history, but where they were is where they are. */
static void after_a_day_addresses_are_enough(void **state)
{
	struct cluster_opts o;
	struct cluster *c;

	(void)state;
	cluster_opts_init(&o, cluster_seed(1806));
	o.reap_after = 600 * S;
	c = cluster_new(8, &o);
	cluster_join_all(c);
	cluster_keep(c, BACK);
	cluster_crash(c, BACK);
	cluster_run(c, 700 * S);
	assert_int_equal(cluster_status(c, 0, BACK), CLUSTER_UNKNOWN);
	cluster_move(c, BACK);
	cluster_restart(c, BACK);
	assert_int_equal(cluster_status(c, BACK, 0), CLUSTER_UNKNOWN);
	cluster_wait_all_see_all(c, 2 * S);
	cluster_free(&c);
}

/* A power loss takes all of them, and their seeds are gone for good. Who boots first is refused by
 * those whose kithd is not up yet, which is the truth, and takes nothing from the end. */
static void all_at_once_find_each_other(void **state)
{
	struct cluster *c = story_joined(16, 1803);
	uint32_t i;

	(void)state;
	for (i = 0; i < 16; i++)
		cluster_keep(c, i);
	for (i = 0; i < 16; i++)
		cluster_crash(c, i);
	cluster_run(c, 3600 * S);
	for (i = 0; i < 16; i++) {
		cluster_restart(c, i);
		cluster_run(c, 300 * MS);
	}
	cluster_wait_all_see_all(c, 5 * S);
	cluster_wait_equal_roots(c, 20 * S);
	cluster_run(c, 60 * S);
	cluster_free(&c);
}

/* One failed while this one was down, another came back, a third left: it ends with the truth. */
static void what_happened_meanwhile_is_learnt(void **state)
{
	struct cluster *c = story_joined(8, 1804);

	(void)state;
	cluster_crash(c, 6);
	cluster_wait_status_everywhere(c, 6, KITH_STATUS_FAILED, 10 * S);
	cluster_keep(c, BACK);
	cluster_crash(c, BACK);
	cluster_power_off(c, GONE);
	cluster_restart(c, 6);
	cluster_join(c, 6, 0);
	assert_int_equal(cluster_leave(c, 7), 0);
	cluster_run(c, 5 * S);
	cluster_crash(c, 7);
	cluster_wait_status_everywhere(c, GONE, KITH_STATUS_FAILED, 60 * S);
	cluster_run(c, 60 * S);
	cluster_restart(c, BACK);
	assert_int_equal(cluster_status(c, BACK, 6), KITH_STATUS_FAILED);
	assert_int_equal(cluster_status(c, BACK, 7), KITH_STATUS_ALIVE);
	cluster_wait_status(c, BACK, 6, KITH_STATUS_ALIVE, 5 * S);
	cluster_wait_status(c, BACK, 7, KITH_STATUS_LEFT, 5 * S);
	cluster_wait_status(c, BACK, GONE, KITH_STATUS_FAILED, 20 * S);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_free(&c);
}

/* Kept over one more restart: the forgotten member stays away, and its tomb counts as before. */
static void forgotten_stays_forgotten(void **state)
{
	struct cluster *c = story_joined(5, 1805);
	struct kith_stats s;
	uint64_t syncs;
	uint32_t i;

	(void)state;
	cluster_power_off(c, 4);
	cluster_wait_status_everywhere(c, 4, KITH_STATUS_FAILED, 60 * S);
	cluster_run(c, 60 * S);
	assert_int_equal(cluster_forget(c, BACK, 4), 0);
	cluster_keep(c, BACK);
	for (i = 0; i < 5; i++)
		cluster_forbid(c, BACK, 4, (enum kith_status)i);
	cluster_restart(c, BACK);
	cluster_wait_equal_roots(c, 20 * S);
	cluster_run(c, 60 * S);
	cluster_stats(c, BACK, &s);
	syncs = s.syncs;
	cluster_run(c, 600 * S);
	cluster_stats(c, BACK, &s);
	assert_int_equal(s.syncs, syncs);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_others_are_found_without_a_seed),
		cmocka_unit_test(without_it_nobody_is_found),
		cmocka_unit_test(it_answers_without_a_network),
		cmocka_unit_test(after_a_day_addresses_are_enough),
		cmocka_unit_test(all_at_once_find_each_other),
		cmocka_unit_test(what_happened_meanwhile_is_learnt),
		cmocka_unit_test(forgotten_stays_forgotten),
	};

	return story_run(tests);
}
