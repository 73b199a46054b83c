/* SPDX-License-Identifier: ISC */
/*
 * Suspected and alive: refutation, and the last look, with which no number of insiders makes a host
 * that can reach X call X failed (3-membership.md, The detector; 4-security.md §5.6).
 */
#include "story/story.h"

#include "core/plain.h"
#include <string.h>

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
	struct kith_stats before[8], after;
	uint64_t sum = 0;
	uint32_t r, i;

	(void)state;
	for (i = 0; i < 8; i++)
		cluster_stats(c, i, &before[i]);
	for (r = 0; r < 10; r++) {
		for (i = 0; i < 3; i++)
			cluster_deafen(c, i, true);
		cluster_run(c, 1500 * MS);
		for (i = 0; i < 3; i++)
			cluster_deafen(c, i, false);
		cluster_run(c, 1500 * MS);
	}
	for (i = 0; i < 8; i++) {
		cluster_stats(c, i, &after);
		assert_in_range(after.refutations - before[i].refutations, 0, 31);
		sum += after.refutations - before[i].refutations;
	}
	assert_true(sum > 0);
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
	for (i = 0; i < 4; i++)
		cluster_forbid(c, i, 4, KITH_STATUS_ALIVE);
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

/* Insiders: members whose rounds all fail, so that they sign suspicions of everybody without pause,
 * of the newest incarnation, and who answer for themselves. They are made of true nodes that do not
 * hear what comes within 5 ms after they sent something to the same host: answers, but not gossip. */
enum { NODES_MAX = 64 };

struct insiders {
	struct cluster *cluster;
	uint32_t count; /* the first so many nodes */
	kith_us sent[NODES_MAX][NODES_MAX];
};

static bool loses_answers(void *ctx, const struct net_sent *s, uint8_t *buf, size_t *len)
{
	struct insiders *in = ctx;
	uint8_t plane;
	int to = net_find(&in->cluster->net, &s->to, &plane);

	(void)buf;
	(void)len;
	if (to < 0)
		return true;
	if (s->host < in->count)
		in->sent[s->host][to] = s->at;
	return (uint32_t)to >= in->count || s->at - in->sent[to][s->host] > 5 * MS;
}

static void honest_never_fail(struct cluster *c, uint32_t first)
{
	uint32_t i, k;

	for (i = first; i < c->count; i++)
		for (k = first; k < c->count; k++)
			if (i != k)
				cluster_forbid(c, i, k, KITH_STATUS_FAILED);
}

static void insiders(uint32_t n, uint32_t count, uint32_t loss_ppm, uint64_t seed)
{
	static struct insiders in;
	const struct kith_plain hasty = {.no_disputes = true};
	struct cluster *c = story_new(n, seed);
	struct kith_stats before[2], after[2];
	uint32_t i, k;

	cluster_start_all(c);
	for (i = 0; i < count; i++)
		kith_plain_set(cluster_node(c, i), &hasty);
	for (i = 1; i < n; i++)
		cluster_join(c, i, 0);
	cluster_wait_all_see_all(c, 30 * S);
	cluster_run(c, 20 * S);
	honest_never_fail(c, count);
	cluster_stats(c, 0, &before[0]);
	cluster_stats(c, n - 1, &before[1]);
	c->net.weather.loss_ppm = loss_ppm;
	memset(&in, 0, sizeof(in));
	in.cluster = c;
	in.count = count;
	c->touch = loses_answers;
	c->touch_ctx = &in;
	for (i = 0; i < count; i++)
		for (k = 0; k < n; k++) {
			net_cut(&c->net, i, k, NET_CUT_TCP);
			net_cut(&c->net, k, i, NET_CUT_TCP);
		}
	cluster_run(c, 120 * S);
	cluster_stats(c, 0, &after[0]);
	cluster_stats(c, n - 1, &after[1]);
	/* The story bites: one signed at least every five seconds for two minutes, and the honest
	 * took as many for evidence. More they cannot: each needs a newer word of its victim. */
	CLUSTER_CHECK(c, after[0].suspicions_sent - before[0].suspicions_sent >= 24,
		      "only %u suspicions by the first",
		      (unsigned)(after[0].suspicions_sent - before[0].suspicions_sent));
	CLUSTER_CHECK(c, after[1].suspicions_received - before[1].suspicions_received >= 24,
		      "only %u suspicions taken by the last",
		      (unsigned)(after[1].suspicions_received - before[1].suspicions_received));
	cluster_free(&c);
}

static void two_insiders_of_four(void **state)
{
	(void)state;
	insiders(4, 2, 0, 1030);
}

static void three_insiders_of_five(void **state)
{
	(void)state;
	insiders(5, 3, 0, 1031);
}

static void four_insiders_of_twelve_under_loss(void **state)
{
	(void)state;
	insiders(12, 4, 50000, 1032);
}

static void eight_insiders_of_twelve(void **state)
{
	(void)state;
	insiders(12, 8, 0, 1033);
}

/* Deaf for longer than a verdict takes: it fails the others, for itself alone, and when it hears
 * them again they refute at once, as a lone suspector's first word is answered at once. */
static void deaf_and_healed(void **state)
{
	struct cluster *c = story_joined(12, 1034);

	(void)state;
	honest_never_fail(c, 1);
	cluster_deafen(c, 0, true);
	cluster_run(c, 20 * S);
	cluster_deafen(c, 0, false);
	cluster_wait_all_see_all(c, 15 * S);
	cluster_free(&c);
}

/* Again and again: answers to a lone suspector are postponed, 30 s, then twice as long each time,
 * but never forgotten. */
static void flip_flop(void **state)
{
	struct cluster *c = story_joined(12, 1035);
	uint32_t r;

	(void)state;
	honest_never_fail(c, 2);
	for (r = 0; r < 5; r++) {
		cluster_deafen(c, 0, true);
		cluster_deafen(c, 1, true);
		cluster_run(c, 20 * S);
		cluster_deafen(c, 0, false);
		cluster_deafen(c, 1, false);
		cluster_run(c, 20 * S);
	}
	/* 30 + 60 + 120 + 240 s of postponement at most, from the first suspicion on, which comes
	 * within 10 s; 200 s of them are over. */
	cluster_wait_all_see_all(c, 265 * S);
	cluster_free(&c);
}

/* Deaf for good: they fail everybody, and each other, for themselves alone. */
static void forever_deaf_insiders(void **state)
{
	struct cluster *c = story_joined(9, 1040);
	uint32_t i, k;

	(void)state;
	honest_never_fail(c, 3);
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
		cmocka_unit_test(eight_insiders_of_twelve),
		cmocka_unit_test(deaf_and_healed),
		cmocka_unit_test(flip_flop),
		cmocka_unit_test(forever_deaf_insiders),
	};

	return story_run(tests);
}
