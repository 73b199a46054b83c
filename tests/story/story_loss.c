/* SPDX-License-Identifier: ISC */
/*
 * Bad weather over a healthy cluster: nobody is failed (3-membership.md, The numbers to reach: 20 %
 * loss for five minutes without a false failure).
 */
#include "story/story.h"

static struct cluster *open_in(uint32_t n, uint64_t seed)
{
	struct cluster *c = story_joined(n, seed);

	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	return c;
}

static void twenty_percent_for_five_minutes(void **state)
{
	struct cluster *c = open_in(16, 900);

	(void)state;
	c->net.weather.loss_ppm = 200000;
	cluster_run(c, 300 * S);
	c->net.weather.loss_ppm = 0;
	cluster_wait_all_see_all(c, 5 * S);
	cluster_free(&c);
}

static void thirty_percent_for_a_minute(void **state)
{
	struct cluster *c = open_in(16, 901);

	(void)state;
	c->net.weather.loss_ppm = 300000;
	cluster_run(c, 60 * S);
	cluster_free(&c);
}

/* Every second packet twice, every fifth late, two in a hundred broken. */
static void doubled_late_and_broken(void **state)
{
	struct cluster *c = open_in(8, 902);

	(void)state;
	c->net.weather.duplicate_ppm = 500000;
	c->net.weather.reorder_ppm = 200000;
	c->net.weather.corrupt_ppm = 20000;
	cluster_run(c, 120 * S);
	assert_true(CLUSTER_TOTAL(c, drops.replay) > 800);
	assert_true(CLUSTER_TOTAL(c, drops.bad_tag) > 8);
	cluster_wait_all_see_all(c, 1 * S);
	cluster_free(&c);
}

/* A slow path: the time-outs are learnt. Answers take up to 240 ms. */
static void slow_and_uneven(void **state)
{
	struct cluster *c = open_in(8, 903);
	struct kith_stats before, after;

	(void)state;
	c->net.weather.delay_us = 60 * MS;
	c->net.weather.jitter_us = 60 * MS;
	cluster_run(c, 60 * S);
	cluster_stats(c, 0, &before);
	cluster_run(c, 120 * S);
	cluster_stats(c, 0, &after);
	assert_int_equal(after.rounds_failed, before.rounds_failed);
	cluster_free(&c);
}

/* A crash in that weather is found all the same. */
static void crash_under_loss(void **state)
{
	struct cluster *c = story_joined(16, 904);
	uint32_t i;

	(void)state;
	for (i = 0; i < 15; i++)
		cluster_forbid(c, CLUSTER_ANY, i, KITH_STATUS_FAILED);
	c->net.weather.loss_ppm = 200000;
	cluster_run(c, 30 * S);
	cluster_crash(c, 15);
	cluster_wait_status_everywhere(c, 15, KITH_STATUS_FAILED, 12 * S);
	cluster_free(&c);
}

/* The largest datagram of ours passes the smallest IPv6 path. */
static void smallest_mtu(void **state)
{
	struct cluster_opts o;
	struct cluster *c;

	(void)state;
	cluster_opts_init(&o, cluster_seed(905));
	o.weather.mtu = 1280;
	c = cluster_new(8, &o);
	cluster_join_all(c);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_percent_for_five_minutes),
		cmocka_unit_test(thirty_percent_for_a_minute),
		cmocka_unit_test(doubled_late_and_broken),
		cmocka_unit_test(slow_and_uneven),
		cmocka_unit_test(crash_under_loss),
		cmocka_unit_test(smallest_mtu),
	};

	return story_run(tests);
}
