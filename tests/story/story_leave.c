/* SPDX-License-Identifier: ISC */
/*
 * Leaving on purpose (4-security.md §5.5: leave is final for its epoch; 8-decisions.md, Lanes:
 * pushed to three members, which say so, or three seconds).
 */
#include "story/story.h"

static void shown_as_left_never_failed(void **state)
{
	struct cluster *c = story_joined(8, 700);
	uint32_t i;
	kith_us start = cluster_now(c), done;

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	assert_int_equal(cluster_leave(c, 6), 0);
	done = cluster_wait_event(c, 6, KITH_EVENT_LEAVE_DONE, CLUSTER_ANY, 3 * S);
	assert_in_range(done, 0, 500 * MS); /* three members answered; nobody waited for the time */
	cluster_crash(c, 6);
	cluster_wait_status_everywhere(c, 6, KITH_STATUS_LEFT, 1 * S);
	cluster_run(c, 120 * S);
	for (i = 0; i < 8; i++)
		if (i != 6)
			assert_int_equal(cluster_events(c, i, KITH_EVENT_LEFT, 6, start), 1);
	cluster_free(&c);
}

/* Half of all packets are lost: left all the same. */
static void left_under_loss(void **state)
{
	struct cluster *c = story_joined(8, 701);

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, 6, KITH_STATUS_FAILED);
	c->net.weather.loss_ppm = 500000;
	assert_int_equal(cluster_leave(c, 6), 0);
	cluster_wait_event(c, 6, KITH_EVENT_LEAVE_DONE, CLUSTER_ANY, 3 * S + 10 * MS);
	cluster_crash(c, 6);
	c->net.weather.loss_ppm = 0;
	cluster_wait_status_everywhere(c, 6, KITH_STATUS_LEFT, 10 * S);
	cluster_free(&c);
}

/* Nobody answers: the leave takes its three seconds, and no more. */
static void leaving_alone(void **state)
{
	struct cluster *c = story_joined(2, 702);
	kith_us took;

	(void)state;
	cluster_cut_off(c, 0);
	assert_int_equal(cluster_leave(c, 1), 0);
	took = cluster_wait_event(c, 1, KITH_EVENT_LEAVE_DONE, CLUSTER_ANY, 3 * S + 10 * MS);
	assert_true(took >= 2900 * MS);
	cluster_free(&c);
}

static void the_only_member_leaves_at_once(void **state)
{
	struct cluster *c = story_new(1, 703);

	(void)state;
	cluster_start(c, 0);
	cluster_run(c, 1 * S);
	assert_int_equal(cluster_leave(c, 0), 0);
	cluster_run(c, 3 * S + 10 * MS);
	assert_int_equal(cluster_events(c, 0, KITH_EVENT_LEAVE_DONE, CLUSTER_ANY, 0), 1);
	cluster_free(&c);
}

/* While it lingers it stays left: it is not probed, its packets do not bring it back, and the calls
 * of a member are refused. */
static void left_is_final_for_its_epoch(void **state)
{
	struct cluster *c = story_joined(5, 704);
	struct kith_addr a;
	struct kith_view v;

	(void)state;
	cluster_forbid(c, 0, 4, KITH_STATUS_FAILED);
	assert_int_equal(cluster_leave(c, 4), 0);
	cluster_wait_status_everywhere(c, 4, KITH_STATUS_LEFT, 3 * S);
	cluster_forbid(c, 0, 4, KITH_STATUS_ALIVE);
	assert_int_equal(cluster_leave(c, 4), KITH_ESTATE);
	assert_int_equal(cluster_announce_restart(c, 4, 10), KITH_ESTATE);
	assert_int_equal(cluster_tag(c, 4, "a", "b"), KITH_ESTATE);
	a = cluster_addr(c, 0);
	assert_int_equal(kith_node_join(cluster_node(c, 4), cluster_clock(c, 4), &a, 1),
			 KITH_ESTATE);
	cluster_run(c, 60 * S);
	cluster_view(c, 0, &v);
	assert_int_equal(v.left, 1);
	assert_int_equal(v.failed, 0);
	cluster_allow_all(c);
	cluster_restart(c, 4);
	cluster_join(c, 4, 1);
	cluster_wait_all_see_all(c, 3 * S);
	assert_int_equal(cluster_events(c, 0, KITH_EVENT_JOINED, 4, 0), 2);
	cluster_free(&c);
}

/* Listed until reap, then gone; and its last record, played back, does not return. */
static void reaped_and_not_resurrected(void **state)
{
	struct cluster_opts o;
	struct cluster *c;
	size_t i;

	(void)state;
	cluster_opts_init(&o, cluster_seed(705));
	o.reap_after = 120 * S;
	c = cluster_new(4, &o);
	cluster_record(c, true);
	cluster_join_all(c);
	assert_int_equal(cluster_leave(c, 3), 0);
	cluster_wait_event(c, 3, KITH_EVENT_LEAVE_DONE, CLUSTER_ANY, 3 * S);
	cluster_crash(c, 3);
	cluster_record(c, false);
	cluster_run(c, 100 * S);
	assert_int_equal(cluster_status(c, 0, 3), KITH_STATUS_LEFT);
	/* Looked for once a minute. */
	for (i = 0; i < 3; i++)
		cluster_wait_status(c, (uint32_t)i, 3, CLUSTER_UNKNOWN, 90 * S);
	assert_int_equal(cluster_events(c, 0, KITH_EVENT_REAPED, 3, 0), 1);
	cluster_forbid(c, CLUSTER_ANY, 3, KITH_STATUS_ALIVE);
	cluster_forbid(c, CLUSTER_ANY, 3, KITH_STATUS_LEFT);
	for (i = 0; i < c->packet_count; i++) {
		if (c->packets[i].sent.stream)
			continue;
		cluster_replay(c, &c->packets[i], (uint32_t)i % 3);
		if (i % 16 == 0)
			cluster_run(c, 10 * MS);
	}
	cluster_run(c, 10 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shown_as_left_never_failed),
		cmocka_unit_test(left_under_loss),
		cmocka_unit_test(leaving_alone),
		cmocka_unit_test(the_only_member_leaves_at_once),
		cmocka_unit_test(left_is_final_for_its_epoch),
		cmocka_unit_test(reaped_and_not_resurrected),
	};

	return story_run(tests);
}
