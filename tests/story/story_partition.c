/* SPDX-License-Identifier: ISC */
/*
 * The network falls apart and comes together again (3-membership.md, Self-preservation,
 * Obituaries, Healing).
 */
#include "story/story.h"

#include <string.h>

static bool is_isolated(struct cluster *c, uint32_t i)
{
	struct kith_view v;

	cluster_view(c, i, &v);
	return v.isolated;
}

/* Either side has concluded that the other is failed. */
static bool sides_gave_up(struct cluster *c, void *arg)
{
	const uint32_t first = *(const uint32_t *)arg;
	uint32_t i, k;

	for (i = 0; i < c->count; i++)
		for (k = 0; k < c->count; k++)
			if ((i < first) != (k < first) &&
			    cluster_status(c, i, k) != KITH_STATUS_FAILED)
				return false;
	return true;
}

static kith_us split_and_heal(uint32_t n, uint32_t first, uint64_t seed, kith_us apart)
{
	struct cluster *c = story_joined(n, seed);
	struct kith_member m[2];
	uint32_t i, k;
	kith_us healed;

	assert_true(cluster_member(c, first, 0, &m[0]));
	/* Each side goes on answering with its own. */
	for (i = 0; i < n; i++)
		for (k = 0; k < n; k++)
			if (i != k && (i < first) == (k < first) && c->claim_count < 100)
				cluster_forbid(c, i, k, KITH_STATUS_FAILED);
	cluster_partition(c, first);
	cluster_wait(c, 40 * S, sides_gave_up, &first, "each side holds the other for failed");
	for (i = 0; i < n; i++) {
		uint32_t mine = i < first ? first : n - first;

		CLUSTER_CHECK(c, is_isolated(c, i) == ((n - mine) * 3 > n && n - mine >= 2),
			      "%s shows isolated %d", c->nodes[i].name, is_isolated(c, i));
	}
	cluster_run(c, apart);
	cluster_heal(c);
	healed = cluster_wait_all_see_all(c, 30 * S);
	cluster_allow_all(c);
	cluster_wait_equal_roots(c, 60 * S);
	for (i = 0; i < n; i++)
		CLUSTER_CHECK(c, !is_isolated(c, i), "%s is isolated still", c->nodes[i].name);
	/* By refuting, not by starting again. */
	assert_true(cluster_member(c, first, 0, &m[1]));
	assert_int_equal(m[1].epoch, m[0].epoch);
	assert_true(m[1].seq > m[0].seq);
	cluster_free(&c);
	return healed;
}

static void halves_of_24(void **state)
{
	static struct figures f;
	uint64_t seed;

	(void)state;
	figures_init(&f, "two halves of 24 hosts healed");
	for (seed = 500; seed < 503; seed++)
		figures_add(&f, split_and_heal(24, 12, seed, 20 * S));
	figures_print(&f);
	assert_in_range(figures_percentile(&f, 50), 0, 5 * S);
	assert_in_range(figures_percentile(&f, 100), 0, 10 * S);
}

/* A third minus one is not isolation, a single one cut off from two others is. */
static void minority_knows_majority_does_not_mind(void **state)
{
	(void)state;
	(void)split_and_heal(8, 2, 510, 10 * S);
	(void)split_and_heal(3, 1, 511, 10 * S);
}

static void long_apart(void **state)
{
	kith_us healed;

	(void)state;
	/* Longer than the life of a suspicion of a live member (300 s). */
	healed = split_and_heal(12, 6, 520, 900 * S);
	assert_in_range(healed, 0, 10 * S);
}

/* Both sides are restarted while apart and know only the seed on their own side. */
static void one_side_forgot(void **state)
{
	struct cluster *c = story_joined(8, 530);
	uint32_t first = 4, i;

	(void)state;
	cluster_partition(c, first);
	cluster_wait(c, 30 * S, sides_gave_up, &first, "each side holds the other for failed");
	for (i = 4; i < 8; i++)
		cluster_restart(c, i);
	for (i = 5; i < 8; i++)
		cluster_join(c, i, 4);
	cluster_run(c, 30 * S);
	cluster_heal(c);
	cluster_wait_all_see_all(c, 30 * S);
	cluster_free(&c);
}

/* Joined while the network was apart: nobody on the other side ever heard of it. */
static void newcomer_behind_the_cut(void **state)
{
	struct cluster *c = story_new(9, 540);
	uint32_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		cluster_start(c, i);
	for (i = 1; i < 8; i++)
		cluster_join(c, i, 0);
	cluster_wait_all_see_all(c, 5 * S);
	cluster_run(c, 20 * S);
	cluster_partition(c, 4);
	cluster_run(c, 15 * S);
	cluster_start(c, 8);
	cluster_join(c, 8, 5);
	cluster_wait_status(c, 8, 5, KITH_STATUS_ALIVE, 5 * S);
	assert_int_equal(cluster_status(c, 0, 8), CLUSTER_UNKNOWN);
	cluster_run(c, 30 * S);
	cluster_heal(c);
	cluster_wait_all_see_all(c, 30 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_of_24),
		cmocka_unit_test(minority_knows_majority_does_not_mind),
		cmocka_unit_test(long_apart),
		cmocka_unit_test(one_side_forgot),
		cmocka_unit_test(newcomer_behind_the_cut),
	};

	return story_run(tests);
}
