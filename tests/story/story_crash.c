/* SPDX-License-Identifier: ISC */
/*
 * A process dies, its host stays: TCP is refused (3-membership.md, The detector: rules (b) and
 * (c), "Refusal is not silence").
 */
#include "story/story.h"

#include <stdio.h>
#include <string.h>

/* Three own refusals take 300 ms (rule c); need refusals take 500 ms (rule b). */
#define EARLIEST (300 * MS)

/* Crashes one host; the times until each other host says failed go to `each`, the last to `all`. */
static void crash_once(uint32_t n, uint64_t seed, bool icmp, struct figures *all)
{
	struct cluster_opts o;
	struct cluster *c;
	uint32_t victim, i;
	kith_us start;

	cluster_opts_init(&o, cluster_seed(seed));
	o.weather.icmp = icmp;
	c = cluster_new(n, &o);
	cluster_join_all(c);
	/* At any phase of the period. */
	cluster_run(c, (kith_us)world_below(&c->world, 2 * S));
	victim = (uint32_t)world_below(&c->world, n);
	story_others_stay_alive(c, victim);
	start = cluster_now(c);
	cluster_crash(c, victim);
	cluster_never(c, CLUSTER_ANY, victim, KITH_STATUS_FAILED, EARLIEST - 1);
	cluster_wait_status_everywhere(c, victim, KITH_STATUS_FAILED, 10 * S);
	figures_add(all, cluster_now(c) - start);
	for (i = 0; i < n; i++) {
		const struct cluster_entry *e;

		if (i == victim)
			continue;
		e = cluster_event(c, i, KITH_EVENT_FAILED, victim, start);
		CLUSTER_CHECK(c, e != NULL, "%s has no event", c->nodes[i].name);
		CLUSTER_CHECK(c, e->at - start >= EARLIEST, "%s was too fast", c->nodes[i].name);
	}
	cluster_free(&c);
}

static void crash_figures(uint32_t n, uint64_t seed, uint32_t runs, kith_us median, kith_us highest)
{
	static struct figures all;
	char name[64];
	uint32_t i;

	snprintf(name, sizeof(name), "crash known everywhere, %u hosts", n);
	figures_init(&all, name);
	for (i = 0; i < runs; i++)
		crash_once(n, seed + i, false, &all);
	figures_print(&all);
	assert_in_range(figures_percentile(&all, 50), EARLIEST, median);
	assert_in_range(figures_percentile(&all, 100), EARLIEST, highest);
}

static void of_2(void **state)
{
	(void)state;
	crash_figures(2, 200, 99, 2 * S, 4 * S);
}

static void of_3(void **state)
{
	(void)state;
	crash_figures(3, 220, 99, 2 * S, 4 * S);
}

static void of_8(void **state)
{
	(void)state;
	crash_figures(8, 240, 9, 2200 * MS, 4 * S);
}

static void of_32(void **state)
{
	(void)state;
	crash_figures(32, 260, 5, 2200 * MS, 4 * S);
}

/* ICMP only starts the relay stage earlier: no verdict comes from it. */
static void with_icmp(void **state)
{
	static struct figures all;
	uint32_t i;

	(void)state;
	figures_init(&all, "crash with ICMP errors, 8 hosts");
	for (i = 0; i < 5; i++)
		crash_once(8, 280 + i, true, &all);
	figures_print(&all);
	assert_in_range(figures_percentile(&all, 100), EARLIEST, 4 * S);
}

/* Why says how: somebody was refused, and that is what the host itself concluded from. */
static void why_names_the_refusal(void **state)
{
	struct cluster *c = story_joined(8, 290);
	struct kith_why w;
	uint32_t cursor = 0, refusals = 0, verdicts = 0;

	(void)state;
	cluster_crash(c, 3);
	cluster_wait_status_everywhere(c, 3, KITH_STATUS_FAILED, 4 * S);
	while (kith_node_why(cluster_node(c, 0), &c->nodes[3].mid, &cursor, &w)) {
		if (w.kind == KITH_WHY_ROUND || w.kind == KITH_WHY_SUSPICION)
			refusals += w.refusal && (w.path & KITH_PATH_TCP_REFUSED) != 0;
		if (w.kind == KITH_WHY_SUSPICION)
			assert_int_equal(strlen(w.by_name), 3);
		verdicts += w.kind == KITH_WHY_STATUS && w.to == KITH_STATUS_FAILED;
	}
	assert_true(refusals >= 2);
	assert_int_equal(verdicts, 1);
	cluster_free(&c);
}

/* Off the path anybody can forge an ICMP error; without 28 bytes of a probe it proves nothing, and
 * with any bytes it convicts nobody who answers. */
static void forged_icmp_convicts_nobody(void **state)
{
	struct cluster *c = story_joined(4, 295);
	struct kith_addr victim = cluster_addr(c, 2);
	uint8_t quote[64];
	uint32_t i;

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	story_others_stay_alive(c, CLUSTER_ANY);
	for (i = 0; i < 2000; i++) {
		size_t len = world_below(&c->world, sizeof(quote) + 1);

		world_fill(&c->world, quote, sizeof(quote));
		kith_node_unreachable(cluster_node(c, i % 2), cluster_clock(c, i % 2), &victim,
				      i % 3 ? KITH_UNREACHABLE_PORT : KITH_UNREACHABLE_HOST, quote,
				      len);
		cluster_run(c, 10 * MS);
	}
	cluster_free(&c);
}

/* The last of a pair still knows: one host is alive, its own three refusals suffice. */
static void ten_of_thirty_two_at_once(void **state)
{
	struct cluster *c = story_joined(32, 298);
	uint32_t i;

	(void)state;
	for (i = 10; i < 32; i++)
		cluster_forbid(c, CLUSTER_ANY, i, KITH_STATUS_FAILED);
	for (i = 0; i < 10; i++)
		cluster_crash(c, i);
	for (i = 0; i < 10; i++)
		cluster_wait_status_everywhere(c, i, KITH_STATUS_FAILED, 6 * S);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_2),
		cmocka_unit_test(of_3),
		cmocka_unit_test(of_8),
		cmocka_unit_test(of_32),
		cmocka_unit_test(with_icmp),
		cmocka_unit_test(why_names_the_refusal),
		cmocka_unit_test(forged_icmp_convicts_nobody),
		cmocka_unit_test(ten_of_thirty_two_at_once),
	};

	return story_run(tests);
}
