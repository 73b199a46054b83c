/* SPDX-License-Identifier: ISC */
/*
 * A host goes silent: cut off, or without power (3-membership.md, The detector: evidence, need,
 * rule (a) and the last look).
 */
#include "story/story.h"

#include <assert.h>
#include <stdio.h>

/* S = (1 + 2 x max(1, log10 n)) x period; rounded to the next millisecond. */
static kith_us suspicion_time(uint32_t n)
{
	switch (n) {
	case 32:
		return 4010 * MS;
	case 16:
		return 3408 * MS;
	default:
		assert(n <= 10);
		return 3 * S;
	}
}

/* The boundary pair, at one observer: from its suspicion, not at S - 0.1 s, but at S + 0.5 s. */
static void boundary(uint32_t n, uint64_t seed)
{
	struct cluster *c = story_joined(n, seed);
	const uint32_t victim = n - 1, observer = 0;

	story_others_stay_alive(c, victim);
	cluster_cut_off(c, victim);
	cluster_wait_status(c, observer, victim, KITH_STATUS_SUSPECT, 6 * S);
	cluster_never(c, observer, victim, KITH_STATUS_FAILED, suspicion_time(n) - 100 * MS);
	assert_int_equal(cluster_status(c, observer, victim), KITH_STATUS_SUSPECT);
	cluster_wait_status(c, observer, victim, KITH_STATUS_FAILED, 600 * MS);
	cluster_free(&c);
}

static void boundary_of_3(void **state)
{
	(void)state;
	boundary(3, 300);
}

static void boundary_of_8(void **state)
{
	(void)state;
	boundary(8, 301);
}

static void boundary_of_16(void **state)
{
	(void)state;
	boundary(16, 302);
}

static void boundary_of_32(void **state)
{
	(void)state;
	boundary(32, 303);
}

/* The evidence that a verdict needed, as its event tells. */
static void need_is(uint32_t n, uint64_t seed, uint32_t need)
{
	struct cluster *c = story_joined(n, seed);
	uint32_t i;

	cluster_cut_off(c, n - 1);
	cluster_wait_status_everywhere(c, n - 1, KITH_STATUS_FAILED, 10 * S);
	for (i = 0; i < n - 1; i++) {
		const struct cluster_entry *e =
			cluster_event(c, i, KITH_EVENT_FAILED, n - 1, 0);

		CLUSTER_CHECK(c, e != NULL && e->event.need == need,
			      "%s needed %u, not %u", c->nodes[i].name, e ? (unsigned)e->event.need : 0u, need);
		CLUSTER_CHECK(c, e->event.evidence >= need, "%s held only %u of %u",
			      c->nodes[i].name, e->event.evidence, need);
		e = cluster_event(c, i, KITH_EVENT_SUSPECT, n - 1, 0);
		CLUSTER_CHECK(c, e != NULL && e->event.evidence >= 2,
			      "%s suspected on evidence %u", c->nodes[i].name,
			      e ? (unsigned)e->event.evidence : 0u);
	}
	cluster_free(&c);
}

static void need_of_2_3_4_32(void **state)
{
	(void)state;
	need_is(2, 310, 2);
	need_is(3, 311, 2);
	need_is(4, 312, 3);
	need_is(32, 313, 3);
}

/* Times until failed at all others; and each one's time from suspect to failed. */
static void silence_figures(uint32_t n, uint64_t seed, uint32_t runs, kith_us median,
			    kith_us highest)
{
	static struct figures all;
	char name[64];
	uint32_t r, i;

	snprintf(name, sizeof(name), "silence known everywhere, %u hosts", n);
	figures_init(&all, name);
	for (r = 0; r < runs; r++) {
		struct cluster *c = story_joined(n, seed + r);
		uint32_t victim = (uint32_t)world_below(&c->world, n);
		kith_us start;

		story_others_stay_alive(c, victim);
		cluster_run(c, (kith_us)world_below(&c->world, 2 * S));
		start = cluster_now(c);
		cluster_power_off(c, victim);
		cluster_wait_status_everywhere(c, victim, KITH_STATUS_FAILED, 12 * S);
		figures_add(&all, cluster_now(c) - start);
		for (i = 0; i < n; i++) {
			const struct cluster_entry *s, *f;

			if (i == victim)
				continue;
			s = cluster_event(c, i, KITH_EVENT_SUSPECT, victim, start);
			f = cluster_event(c, i, KITH_EVENT_FAILED, victim, start);
			CLUSTER_CHECK(c, s && f && f->at - s->at >= suspicion_time(n) - 100 * MS,
				      "%s failed it too early", c->nodes[i].name);
		}
		cluster_free(&c);
	}
	figures_print(&all);
	assert_in_range(figures_percentile(&all, 50), suspicion_time(n), median);
	assert_in_range(figures_percentile(&all, 100), suspicion_time(n), highest);
}

static void of_2(void **state)
{
	(void)state;
	silence_figures(2, 320, 9, 5500 * MS, 7 * S);
}

static void of_3(void **state)
{
	(void)state;
	silence_figures(3, 340, 9, 5500 * MS, 7 * S);
}

static void of_8(void **state)
{
	(void)state;
	silence_figures(8, 360, 9, 5500 * MS, 7 * S);
}

static void of_32(void **state)
{
	(void)state;
	/* The median of many runs is 5.5 s (41 of them: 5.51), that of fifteen up to 0.2 s off. */
	silence_figures(32, 380, 15, 5700 * MS, 7 * S);
}

/* A host that hears nobody for a while finds whom it probes silent, and has no word in it. */
static void deaf_host_says_nothing(void **state)
{
	struct cluster *c = story_joined(8, 395);
	struct kith_stats before, after;
	uint32_t i, k;

	(void)state;
	for (i = 1; i < 8; i++)
		for (k = 1; k < 8; k++)
			if (i != k)
				cluster_forbid(c, i, k, KITH_STATUS_SUSPECT);
	story_others_stay_alive(c, 0);
	cluster_stats(c, 0, &before);
	cluster_deafen(c, 0, true);
	cluster_run(c, 1800 * MS);
	cluster_deafen(c, 0, false);
	cluster_run(c, 20 * S);
	cluster_stats(c, 0, &after);
	assert_true(after.rounds_failed > before.rounds_failed);
	assert_true(after.suspicions_sent == before.suspicions_sent);
	cluster_wait_all_see_all(c, 1 * S);
	cluster_free(&c);
}

static void reach_the_verdict(uint64_t seed)
{
	struct cluster *c = story_new(9, seed);
	uint32_t i;

	for (i = 0; i < 8; i++)
		cluster_start(c, i);
	for (i = 1; i < 8; i++)
		cluster_join(c, i, 0);
	cluster_wait_all_see_all(c, 5 * S);
	cluster_run(c, 20 * S);
	cluster_power_off(c, 7);
	cluster_wait_status_everywhere(c, 7, KITH_STATUS_FAILED, 10 * S);
	cluster_run(c, 400 * S); /* longer than suspicions of the living are kept */
	cluster_start(c, 8);
	cluster_join(c, 8, 0);
	cluster_wait_status(c, 8, 0, KITH_STATUS_ALIVE, 2 * S);
	/* Every other period asks the successor: the list of eight may take sixteen to come to n07. */
	cluster_wait_status(c, 8, 7, KITH_STATUS_FAILED, 20 * S);
	cluster_free(&c);
}

/* Failed members are not alive for newcomers either, wherever they and their suspectors stand in the
 * order in which members are told. */
static void newcomer_reaches_the_verdict(void **state)
{
	uint64_t i;

	(void)state;
	for (i = 0; i < 10; i++)
		reach_the_verdict(390 + i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boundary_of_3),
		cmocka_unit_test(boundary_of_8),
		cmocka_unit_test(boundary_of_16),
		cmocka_unit_test(boundary_of_32),
		cmocka_unit_test(need_of_2_3_4_32),
		cmocka_unit_test(of_2),
		cmocka_unit_test(of_3),
		cmocka_unit_test(of_8),
		cmocka_unit_test(of_32),
		cmocka_unit_test(deaf_host_says_nothing),
		cmocka_unit_test(newcomer_reaches_the_verdict),
	};

	return story_run(tests);
}
