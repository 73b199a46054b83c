/* SPDX-License-Identifier: ISC */
/*
 * Suspected and alive: refutation, and the last look, with which no number of insiders makes a host
 * that can reach X call X failed (3-membership.md, The detector; 4-security.md §5.6).
 */
#include "story/story.h"


static uint32_t seq_seen(struct cluster *c, uint32_t observer, uint32_t who)
{
	struct kith_member m;

	return cluster_member(c, observer, who, &m) ? m.seq : 0;
}

static bool somebody_suspects(struct cluster *c, void *arg)
{
	const uint32_t who = *(const uint32_t *)arg;
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (cluster_status(c, i, who) == KITH_STATUS_SUSPECT)
			return true;
	return false;
}

/* It is stopped until two have suspected it, and goes on: it answers with a newer record. */
static void two_suspicions_are_refuted(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1000; seed < 1005; seed++) {
		struct cluster *c = story_joined(16, seed);
		uint32_t who = 9, seq = seq_seen(c, 0, who), i;
		struct kith_stats before, after;
		kith_us start = cluster_now(c);

		story_others_stay_alive(c, CLUSTER_ANY);
		cluster_stats(c, who, &before);
		cluster_pause(c, who);
		cluster_wait(c, 5 * S, somebody_suspects, &who, "two suspicions of it");
		cluster_resume(c, who);
		cluster_wait_status_everywhere(c, who, KITH_STATUS_ALIVE, 1 * S);
		cluster_run(c, 5 * S);
		cluster_stats(c, who, &after);
		assert_true(after.refutations > before.refutations);
		for (i = 0; i < 16; i++) {
			assert_true(seq_seen(c, i, who) > seq);
			CLUSTER_CHECK(c, cluster_events(c, i, KITH_EVENT_SUSPECT, who, start) ==
						 cluster_events(c, i, KITH_EVENT_ALIVE, who, start),
				      "%s did not see it come back once each time",
				      c->nodes[i].name);
		}
		cluster_free(&c);
	}
}

/* Refutations are at most one a second. */
static void refutations_are_bounded(void **state)
{
	struct cluster *c = story_joined(8, 1010);
	struct kith_stats before, after;
	uint32_t r, i;

	(void)state;
	cluster_stats(c, 7, &before);
	for (r = 0; r < 10; r++) {
		for (i = 0; i < 3; i++)
			cluster_deafen(c, i, true);
		cluster_run(c, 1500 * MS);
		for (i = 0; i < 3; i++)
			cluster_deafen(c, i, false);
		cluster_run(c, 1500 * MS);
	}
	cluster_stats(c, 7, &after);
	assert_in_range(after.refutations - before.refutations, 1, 31);
	cluster_free(&c);
}

/* Failed becomes alive by a newer record alone: played back packets of it change nothing. */
static void only_a_newer_record_revives(void **state)
{
	struct cluster *c = story_joined(5, 1020);
	uint32_t seq = seq_seen(c, 0, 4), i;
	size_t k;

	(void)state;
	cluster_record(c, true);
	cluster_run(c, 10 * S);
	cluster_record(c, false);
	cluster_cut_off(c, 4);
	cluster_wait_status_everywhere(c, 4, KITH_STATUS_FAILED, 8 * S);
	cluster_forbid(c, CLUSTER_ANY, 4, KITH_STATUS_ALIVE);
	c->claims[0].observer = 0;
	for (k = 0; k < c->packet_count; k++)
		if (!c->packets[k].sent.stream) {
			cluster_replay(c, &c->packets[k], (uint32_t)k % 4);
			cluster_run(c, 2 * MS);
		}
	cluster_run(c, 30 * S);
	cluster_allow_all(c);
	for (i = 0; i < 4; i++)
		assert_int_equal(seq_seen(c, i, 4), seq);
	cluster_reconnect(c, 4);
	cluster_wait_all_see_all(c, 10 * S);
	for (i = 0; i < 4; i++)
		assert_true(seq_seen(c, i, 4) > seq);
	cluster_free(&c);
}

/* Insiders: members that go deaf again and again, so that their rounds fail and they sign
 * suspicions of everybody, of the incarnation of the day. Between honest hosts nobody fails. */
static void insiders(uint32_t n, uint32_t insider_count, uint32_t loss_ppm, uint64_t seed)
{
	struct cluster *c = story_joined(n, seed);
	struct kith_stats s;
	uint32_t i, k, r, suspected = 0;
	uint64_t signed_by_insiders = 0;
	kith_us start = cluster_now(c);

	for (i = insider_count; i < n; i++)
		for (k = insider_count; k < n; k++)
			if (i != k)
				cluster_forbid(c, i, k, KITH_STATUS_FAILED);
	c->net.weather.loss_ppm = loss_ppm;
	for (r = 0; r < 40; r++) {
		for (i = 0; i < insider_count; i++)
			cluster_deafen(c, i, true);
		cluster_run(c, 1800 * MS + (kith_us)world_below(&c->world, 600 * MS));
		for (i = 0; i < insider_count; i++)
			cluster_deafen(c, i, false);
		cluster_run(c, 500 * MS + (kith_us)world_below(&c->world, 2 * S));
	}
	for (i = 0; i < insider_count; i++) {
		cluster_stats(c, i, &s);
		signed_by_insiders += s.suspicions_sent;
	}
	for (i = insider_count; i < n; i++)
		for (k = insider_count; k < n; k++)
			if (i != k)
				suspected += cluster_events(c, i, KITH_EVENT_SUSPECT, k, start);
	/* The story bites: honest hosts did hold suspicions of honest hosts. */
	CLUSTER_CHECK(c, signed_by_insiders >= 40, "only %llu suspicions",
		      (unsigned long long)signed_by_insiders);
	CLUSTER_CHECK(c, suspected > 0, "no honest host was ever suspected by two");
	cluster_free(&c);
}

static void three_insiders_of_five(void **state)
{
	(void)state;
	insiders(5, 3, 0, 1030);
	insiders(5, 3, 0, 1031);
}

static void four_insiders_of_twelve_under_loss(void **state)
{
	(void)state;
	insiders(12, 4, 50000, 1032);
}

static void two_insiders_of_four(void **state)
{
	(void)state;
	insiders(4, 2, 0, 1033);
}

/* Deaf for good: they fail everybody, and each other, for themselves alone. */
static void forever_deaf_insiders(void **state)
{
	struct cluster *c = story_joined(9, 1040);
	uint32_t i, k;

	(void)state;
	for (i = 3; i < 9; i++)
		for (k = 3; k < 9; k++)
			if (i != k)
				cluster_forbid(c, i, k, KITH_STATUS_FAILED);
	for (i = 0; i < 3; i++)
		cluster_deafen(c, i, true);
	cluster_run(c, 60 * S);
	for (i = 3; i < 9; i++)
		for (k = 0; k < 3; k++)
			assert_int_equal(cluster_status(c, i, k), KITH_STATUS_FAILED);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_suspicions_are_refuted),
		cmocka_unit_test(refutations_are_bounded),
		cmocka_unit_test(only_a_newer_record_revives),
		cmocka_unit_test(two_insiders_of_four),
		cmocka_unit_test(three_insiders_of_five),
		cmocka_unit_test(four_insiders_of_twelve_under_loss),
		cmocka_unit_test(forever_deaf_insiders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
