/* SPDX-License-Identifier: ISC */
/*
 * A process comes back under its identity (4-security.md §5.5: epoch, reflection, duplicates;
 * 3-membership.md, Announced restart).
 */
#include "story/story.h"

#include "sim/watch.h"

#include <string.h>

static uint32_t epoch_seen(struct cluster *c, uint32_t observer, uint32_t who)
{
	struct kith_member m;

	return cluster_member(c, observer, who, &m) ? m.epoch : 0;
}

struct epoch_wish {
	uint32_t who, above;
};

static bool all_see_a_newer_epoch(struct cluster *c, void *arg)
{
	const struct epoch_wish *w = arg;
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (cluster_is_running(c, i) && epoch_seen(c, i, w->who) <= w->above)
			return false;
	return true;
}

/* Nobody but `who` may be held for anything but alive. */
static void nobody_else_flaps(struct cluster *c, uint32_t who)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (i != who) {
			cluster_forbid(c, CLUSTER_ANY, i, KITH_STATUS_FAILED);
			cluster_forbid(c, CLUSTER_ANY, i, KITH_STATUS_SUSPECT);
		}
}

static void quick_restart(void **state)
{
	struct cluster *c = story_joined(8, 600);
	struct epoch_wish w = {3, epoch_seen(c, 0, 3)};

	(void)state;
	assert_int_equal(w.above, 1);
	nobody_else_flaps(c, 3);
	cluster_forbid(c, CLUSTER_ANY, 3, KITH_STATUS_FAILED);
	cluster_crash(c, 3);
	cluster_run(c, 200 * MS);
	cluster_restart(c, 3);
	cluster_join(c, 3, 0);
	cluster_wait(c, 2 * S, all_see_a_newer_epoch, &w, "the second epoch is seen by all");
	cluster_wait_all_see_all(c, 1 * S);
	cluster_run(c, 60 * S);
	assert_int_equal(epoch_seen(c, 0, 3), 2);
	assert_int_equal(epoch_seen(c, 3, 3), 2);
	cluster_free(&c);
}

static void restart_after_the_verdict(void **state)
{
	struct cluster *c = story_joined(8, 601);
	uint32_t i;
	kith_us back;

	(void)state;
	nobody_else_flaps(c, 3);
	cluster_crash(c, 3);
	cluster_wait_status_everywhere(c, 3, KITH_STATUS_FAILED, 5 * S);
	cluster_run(c, 30 * S);
	back = cluster_now(c);
	cluster_restart(c, 3);
	cluster_join(c, 3, 0);
	cluster_wait_all_see_all(c, 2 * S);
	cluster_run(c, 30 * S);
	for (i = 0; i < 8; i++) {
		if (i == 3)
			continue;
		CLUSTER_CHECK(c, cluster_events(c, i, KITH_EVENT_ALIVE, 3, back) == 1 &&
				      cluster_events(c, i, KITH_EVENT_SUSPECT, 3, back) == 0,
			      "%s saw it flap", c->nodes[i].name);
	}
	cluster_free(&c);
}

/* Again and again: each life has its own epoch, and nobody else is drawn in. */
static void twenty_restarts(void **state)
{
	struct cluster *c = story_joined(5, 602);
	struct epoch_wish w = {2, 0};
	uint32_t r;

	(void)state;
	nobody_else_flaps(c, 2);
	for (r = 0; r < 20; r++) {
		w.above = epoch_seen(c, 0, 2);
		cluster_crash(c, 2);
		cluster_run(c, (kith_us)world_below(&c->world, 3 * S));
		cluster_restart(c, 2);
		cluster_join(c, 2, r % 2);
		cluster_wait(c, 3 * S, all_see_a_newer_epoch, &w, "the next epoch is seen by all");
	}
	cluster_wait_all_see_all(c, 2 * S);
	assert_int_equal(epoch_seen(c, 0, 2), 21);
	cluster_free(&c);
}

/* The state directory came from a backup: peers hold a newer record and return it. */
static void lost_epoch_is_found_again(void **state)
{
	struct cluster *c = story_joined(6, 603);
	struct epoch_wish w = {4, 0};
	uint32_t r;

	(void)state;
	for (r = 0; r < 3; r++) {
		cluster_restart(c, 4);
		cluster_join(c, 4, 0);
		cluster_run(c, 5 * S);
	}
	w.above = epoch_seen(c, 0, 4);
	assert_int_equal(w.above, 4);
	nobody_else_flaps(c, 4);
	cluster_restart_lost_epoch(c, 4);
	cluster_join(c, 4, 0);
	cluster_wait(c, 10 * S, all_see_a_newer_epoch, &w, "its epoch is above the lost one");
	cluster_wait_all_see_all(c, 5 * S);
	assert_true(c->nodes[4].disk_epoch > w.above);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_free(&c);
}

static void new_address_after_restart(void **state)
{
	struct cluster *c = story_joined(6, 604);
	struct kith_addr a;
	struct kith_member m;
	uint32_t i;

	(void)state;
	nobody_else_flaps(c, 1);
	cluster_crash(c, 1);
	cluster_move(c, 1);
	a = cluster_addr(c, 1);
	cluster_restart(c, 1);
	cluster_join(c, 1, 0);
	cluster_run(c, 3 * S);
	cluster_wait_all_see_all(c, 5 * S);
	for (i = 0; i < 6; i++) {
		assert_true(cluster_member(c, i, 1, &m));
		CLUSTER_CHECK(c, memcmp(&m.addrs[0], &a, sizeof(a)) == 0,
			      "%s has its former address", c->nodes[i].name);
	}
	cluster_free(&c);
}

/* It said for how long, and is back in time. */
static void announced_and_back(void **state)
{
	struct cluster *c = story_joined(8, 610);
	kith_us start = cluster_now(c);
	uint32_t i;

	(void)state;
	nobody_else_flaps(c, 5);
	cluster_forbid(c, CLUSTER_ANY, 5, KITH_STATUS_FAILED);
	cluster_forbid(c, CLUSTER_ANY, 5, KITH_STATUS_SUSPECT);
	assert_int_equal(cluster_announce_restart(c, 5, 20), 0);
	cluster_wait_event(c, 5, KITH_EVENT_LEAVE_DONE, CLUSTER_ANY, 3 * S);
	cluster_crash(c, 5);
	cluster_wait_status_everywhere(c, 5, KITH_STATUS_RESTARTING, 1 * S);
	cluster_run(c, 15 * S);
	cluster_restart(c, 5);
	cluster_join(c, 5, 0);
	cluster_wait_all_see_all(c, 2 * S);
	cluster_run(c, 20 * S);
	for (i = 0; i < 8; i++)
		if (i != 5)
			assert_int_equal(cluster_events(c, i, KITH_EVENT_RESTARTING, 5, start), 1);
	cluster_free(&c);
}

/* It said for how long, and is not: failed at once, and not before. */
static void announced_and_gone(void **state)
{
	struct cluster *c = story_joined(8, 611);
	struct kith_member m;
	kith_us announced = cluster_now(c);

	(void)state;
	assert_int_equal(cluster_announce_restart(c, 5, 30), 0);
	cluster_wait_event(c, 5, KITH_EVENT_LEAVE_DONE, CLUSTER_ANY, 3 * S);
	cluster_power_off(c, 5);
	cluster_wait_status_everywhere(c, 5, KITH_STATUS_RESTARTING, 1 * S);
	assert_true(cluster_member(c, 0, 5, &m));
	assert_int_equal(m.back_s, 30);
	cluster_never(c, CLUSTER_ANY, 5, KITH_STATUS_FAILED,
		      announced + 30 * S - 1 * MS - cluster_now(c));
	cluster_wait_status_everywhere(c, 5, KITH_STATUS_FAILED, 1500 * MS);
	cluster_free(&c);
}

static void announced_once_in_five_minutes(void **state)
{
	struct cluster *c = story_joined(3, 612);

	(void)state;
	assert_int_equal(cluster_announce_restart(c, 1, 0), KITH_EINVAL);
	assert_int_equal(cluster_announce_restart(c, 1, 301), KITH_EINVAL);
	assert_int_equal(cluster_announce_restart(c, 1, 300), 0);
	assert_int_equal(cluster_announce_restart(c, 1, 10), KITH_ESTATE);
	cluster_free(&c);
}

/* Rolled over the whole cluster, nobody is ever missed. */
static void rolling_restart_of_8(void **state)
{
	struct cluster *c = story_joined(8, 613);
	uint32_t i;

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	for (i = 0; i < 8; i++) {
		assert_int_equal(cluster_announce_restart(c, i, 30), 0);
		cluster_wait_event(c, i, KITH_EVENT_LEAVE_DONE, CLUSTER_ANY, 3 * S);
		cluster_crash(c, i);
		cluster_run(c, 2 * S);
		cluster_restart(c, i);
		cluster_join(c, i, (i + 1) % 8);
		cluster_wait_all_see_all(c, 3 * S);
	}
	cluster_run(c, 60 * S);
	cluster_free(&c);
}

/* The same identity and epoch run twice, on two hosts: both hear of it, loudly. */
static void cloned_identity_is_reported(void **state)
{
	struct cluster *c = story_joined(6, 620);
	struct kith_config cfg;
	struct kith_addr real = cluster_addr(c, 1), clone = cluster_addr(c, 5);
	kith_us start;

	(void)state;
	cluster_crash(c, 5);
	cluster_wait_status_everywhere(c, 5, KITH_STATUS_FAILED, 5 * S);
	start = cluster_now(c);
	watch_close(c); /* two processes will be one owner: that is what is told of here */
	/* Host 5 starts with a copy of host 1's disk, from before its present life. */
	cluster_config(c, 1, &cfg);
	cfg.epoch = 0;
	cfg.alloc = alloc_fail_hook(&c->nodes[5].heap);
	cfg.addrs[0] = clone;
	assert_true(memcmp(&real, &clone, sizeof(real)) != 0);
	assert_int_equal(cluster_start_with(c, 5, &cfg), 0);
	cluster_join(c, 5, 0);
	cluster_run(c, 60 * S);
	CLUSTER_CHECK(c, cluster_events(c, 1, KITH_EVENT_DUPLICATE, CLUSTER_ANY, start) > 0, "the first was not told");
	CLUSTER_CHECK(c, cluster_events(c, 5, KITH_EVENT_DUPLICATE, CLUSTER_ANY, start) > 0, "the clone was not told");
	/* They do not fight without end: overrides back off. */
	assert_true(epoch_seen(c, 0, 1) < 20);
	cluster_crash(c, 5);
	cluster_run(c, 700 * S);
	cluster_wait_status(c, 0, 1, KITH_STATUS_ALIVE, 60 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_restart),
		cmocka_unit_test(restart_after_the_verdict),
		cmocka_unit_test(twenty_restarts),
		cmocka_unit_test(lost_epoch_is_found_again),
		cmocka_unit_test(new_address_after_restart),
		cmocka_unit_test(announced_and_back),
		cmocka_unit_test(announced_and_gone),
		cmocka_unit_test(announced_once_in_five_minutes),
		cmocka_unit_test(rolling_restart_of_8),
		cmocka_unit_test(cloned_identity_is_reported),
	};

	return story_run(tests);
}
