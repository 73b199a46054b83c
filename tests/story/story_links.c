/* SPDX-License-Identifier: ISC */
/*
 * Broken links between live hosts (3-membership.md, The detector: Round, Cleared; Self-preservation).
 */
#include "story/story.h"

static uint64_t relayed(struct cluster *c, uint32_t i)
{
	struct kith_stats s;

	cluster_stats(c, i, &s);
	return s.rounds_relayed;
}

/* Nothing passes between one pair, everything passes around it. */
static void helpers_bridge_a_dead_link(void **state)
{
	struct cluster *c = story_joined(8, 400);
	uint64_t before = relayed(c, 2) + relayed(c, 5);

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	story_others_stay_alive(c, CLUSTER_ANY);
	cluster_cut(c, 2, 5);
	cluster_run(c, 120 * S);
	/* Of every second round each other host has its turn: once in 14 s, twice 8 times. */
	assert_in_range(relayed(c, 2) + relayed(c, 5) - before, 14, 240);
	cluster_free(&c);
}

static void helpers_bridge_a_one_way_link(void **state)
{
	struct cluster *c = story_joined(8, 401);

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	story_others_stay_alive(c, CLUSTER_ANY);
	cluster_cut_one_way(c, 2, 5);
	cluster_run(c, 120 * S);
	assert_true(relayed(c, 2) > 0);
	assert_true(relayed(c, 5) > 0);
	cluster_free(&c);
}

/* Three hosts, of which only one hears both others: the one helper that there is must do. */
static void one_helper_is_enough(void **state)
{
	struct cluster *c = story_joined(3, 402);

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	story_others_stay_alive(c, CLUSTER_ANY);
	cluster_cut(c, 0, 2);
	cluster_run(c, 120 * S);
	cluster_free(&c);
}

/* A link that is slower than the configured 200 ms is no broken one, once its round trips are known:
 * its rounds need no help. */
static void a_slow_link_is_learnt(void **state)
{
	struct cluster_opts o;
	struct cluster *c;
	uint64_t before;

	(void)state;
	cluster_opts_init(&o, cluster_seed(405));
	o.weather.delay_us = 110 * MS;
	o.weather.jitter_us = MS;
	c = cluster_new(4, &o);
	cluster_join_all(c);
	cluster_run(c, 120 * S);
	before = CLUSTER_TOTAL(c, relays);
	assert_true(before > 0);
	cluster_run(c, 120 * S);
	assert_int_equal(CLUSTER_TOTAL(c, relays), before);
	cluster_free(&c);
}

/* Two groups that cannot hear each other, and a third that hears both. */
static void middle_group_holds_all_together(void **state)
{
	struct cluster *c = story_joined(9, 403);
	uint32_t a, b;

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	story_others_stay_alive(c, CLUSTER_ANY);
	for (a = 0; a < 3; a++)
		for (b = 6; b < 9; b++)
			cluster_cut(c, a, b);
	cluster_run(c, 120 * S);
	cluster_free(&c);
}

/* UDP is filtered between the only two, TCP is not: the fallback probe carries the rounds. */
static void tcp_saves_a_round(void **state)
{
	struct cluster *c = story_joined(2, 404);
	struct kith_stats before, after;

	(void)state;
	cluster_stats(c, 0, &before);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	story_others_stay_alive(c, CLUSTER_ANY);
	cluster_cut_udp(c, 0, 1);
	cluster_run(c, 60 * S);
	cluster_stats(c, 0, &after);
	assert_true(after.rounds_stream - before.rounds_stream >= 30);
	cluster_free(&c);
}

/* It hears all, nobody hears it: it is failed, although it keeps refuting into the void. */
static void mute_host_is_failed(void **state)
{
	struct cluster *c = story_joined(8, 405);
	struct kith_view v;
	uint32_t i;

	(void)state;
	for (i = 0; i < 7; i++)
		cluster_forbid(c, i == 0 ? 1 : 0, i, KITH_STATUS_FAILED);
	cluster_mute(c, 7, true);
	for (i = 0; i < 7; i++)
		cluster_wait_status(c, i, 7, KITH_STATUS_FAILED, 8 * S);
	/* And it sees that it is cut off: it reaches nobody. */
	cluster_wait_event(c, 7, KITH_EVENT_ISOLATED, CLUSTER_ANY, 60 * S);
	cluster_view(c, 7, &v);
	assert_true(v.isolated);
	cluster_mute(c, 7, false);
	cluster_wait_all_see_all(c, 15 * S);
	cluster_view(c, 7, &v);
	assert_false(v.isolated);
	cluster_free(&c);
}

/* It hears nobody, but its packets arrive: they do not clear it, they start a round, which fails. */
static void deaf_host_is_failed(void **state)
{
	struct cluster *c = story_joined(8, 406);
	uint32_t i, k;

	(void)state;
	for (i = 0; i < 7; i++)
		for (k = 0; k < 7; k++)
			if (i != k)
				cluster_forbid(c, i, k, KITH_STATUS_FAILED);
	cluster_deafen(c, 7, true);
	for (i = 0; i < 7; i++)
		cluster_wait_status(c, i, 7, KITH_STATUS_FAILED, 8 * S);
	for (i = 0; i < 7; i++)
		cluster_never(c, i, 7, KITH_STATUS_ALIVE, 1 * S);
	cluster_deafen(c, 7, false);
	cluster_wait_all_see_all(c, 15 * S);
	cluster_free(&c);
}

/* Two networks; the preferred one fails: the second ping takes the other address. */
static void second_address_takes_over(void **state)
{
	struct cluster_opts o;
	struct cluster *c;

	(void)state;
	cluster_opts_init(&o, cluster_seed(407));
	o.planes = 2;
	c = cluster_new(6, &o);
	cluster_join_all(c);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	story_others_stay_alive(c, CLUSTER_ANY);
	c->net.plane_down[0] = true;
	cluster_run(c, 60 * S);
	c->net.plane_down[0] = false;
	c->net.plane_down[1] = true;
	cluster_run(c, 60 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(helpers_bridge_a_dead_link),
		cmocka_unit_test(helpers_bridge_a_one_way_link),
		cmocka_unit_test(one_helper_is_enough),
		cmocka_unit_test(a_slow_link_is_learnt),
		cmocka_unit_test(middle_group_holds_all_together),
		cmocka_unit_test(tcp_saves_a_round),
		cmocka_unit_test(mute_host_is_failed),
		cmocka_unit_test(deaf_host_is_failed),
		cmocka_unit_test(second_address_takes_over),
	};

	return story_run(tests);
}
