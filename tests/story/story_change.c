/* SPDX-License-Identifier: ISC */
/*
 * One change on its way to all (3-membership.md, Dissemination, Synchronisation), and what idle
 * costs (The numbers to reach).
 */
#include "story/story.h"

#include <stdio.h>

struct tag_wish {
	uint32_t who;
	const char *value;
};

static bool all_have_the_tag(struct cluster *c, void *arg)
{
	const struct tag_wish *w = arg;
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (!cluster_tag_is(c, i, w->who, "v", w->value))
			return false;
	return true;
}

static void change_figures(const char *name, uint32_t loss_ppm, uint64_t seed, struct figures *f)
{
	struct cluster *c = story_joined(32, seed);
	uint32_t r;

	c->net.weather.loss_ppm = loss_ppm;
	figures_init(f, name);
	for (r = 0; r < 40; r++) {
		char value[16];
		struct tag_wish w = {(uint32_t)world_below(&c->world, 32), value};

		snprintf(value, sizeof(value), "%u", r);
		/* At most one record a second is signed: no turn comes too early. */
		cluster_run(c, 3 * S + (kith_us)world_below(&c->world, 1 * S));
		assert_int_equal(cluster_tag(c, w.who, "v", value), 0);
		figures_add(f, cluster_wait(c, 5 * S, all_have_the_tag, &w, "all have the tag"));
	}
	figures_print(f);
	cluster_free(&c);
}

static void known_everywhere(void **state)
{
	static struct figures f;

	(void)state;
	change_figures("one change known at all of 32", 0, 1400, &f);
	assert_in_range(figures_percentile(&f, 50), 0, 100 * MS);
	assert_in_range(figures_percentile(&f, 100), 0, 600 * MS);
}

static void known_everywhere_under_loss(void **state)
{
	static struct figures f;

	(void)state;
	change_figures("one change known at all of 32, 30 % loss", 300000, 1401, &f);
	assert_in_range(figures_percentile(&f, 99), 0, 1500 * MS);
}

/* Each host learns it once: UPDATED, not a flood of it. */
static void told_once(void **state)
{
	struct cluster *c = story_joined(8, 1410);
	uint32_t i;
	kith_us start = cluster_now(c);

	(void)state;
	assert_int_equal(cluster_tag(c, 3, "v", "x"), 0);
	cluster_run(c, 60 * S);
	for (i = 0; i < 8; i++)
		if (i != 3)
			assert_int_equal(cluster_events(c, i, KITH_EVENT_UPDATED, 3, start), 1);
	cluster_free(&c);
}

/* Changes one after the other, faster than records may be signed: the last one is what stays. */
static void last_change_wins(void **state)
{
	struct cluster *c = story_joined(8, 1420);
	struct tag_wish w = {5, "39"};
	uint32_t r;

	(void)state;
	for (r = 0; r < 40; r++) {
		char value[16];

		snprintf(value, sizeof(value), "%u", r);
		assert_int_equal(cluster_tag(c, 5, "v", value), 0);
		cluster_run(c, 50 * MS);
	}
	cluster_wait(c, 5 * S, all_have_the_tag, &w, "all have the last tag");
	cluster_wait_equal_roots(c, 60 * S);
	cluster_run(c, 20 * S);
	assert_true(all_have_the_tag(c, &w));
	cluster_free(&c);
}

/* Missed while cut off: synchronisation brings it, not luck. */
static void missed_change_comes_by_sync(void **state)
{
	struct cluster *c = story_joined(12, 1430);
	struct tag_wish w = {5, "new"};

	(void)state;
	cluster_cut_off(c, 9);
	cluster_run(c, 1 * S);
	assert_int_equal(cluster_tag(c, 5, "v", "new"), 0);
	cluster_run(c, 120 * S);
	assert_false(cluster_tag_is(c, 9, 5, "v", "new"));
	cluster_reconnect(c, 9);
	cluster_wait(c, 30 * S, all_have_the_tag, &w, "all have the tag");
	cluster_wait_all_see_all(c, 10 * S);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_free(&c);
}

static uint64_t bytes_sent(struct cluster *c)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < c->count; i++)
		sum += c->net.hosts[i].udp_bytes_sent + c->net.hosts[i].tcp_bytes_sent;
	return sum;
}

/* Payload bytes a second and host, after a while in this weather. */
static uint64_t idle_rate(struct cluster *c, uint32_t loss_ppm)
{
	uint64_t before;

	c->net.weather.loss_ppm = loss_ppm;
	cluster_run(c, 60 * S);
	before = bytes_sent(c);
	cluster_run(c, 60 * S);
	before = (bytes_sent(c) - before) / 60 / c->count;
	fprintf(stderr, "# idle, %u hosts, %u %% loss: %llu B/s a host\n", c->count,
		loss_ppm / 10000, (unsigned long long)before);
	return before;
}

/* No more than Serf's 334 B/s (of 100 members), and half of its 3,540 B/s at 30 % loss. */
static void idle_traffic(void **state)
{
	struct cluster *c = story_joined(32, 1440);

	(void)state;
	assert_in_range(idle_rate(c, 0), 1, 334);
	assert_in_range(idle_rate(c, 300000), 1, 1770);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_everywhere),
		cmocka_unit_test(known_everywhere_under_loss),
		cmocka_unit_test(told_once),
		cmocka_unit_test(last_change_wins),
		cmocka_unit_test(missed_change_comes_by_sync),
		cmocka_unit_test(idle_traffic),
	};

	return story_run(tests);
}
