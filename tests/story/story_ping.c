/* SPDX-License-Identifier: ISC */
/*
 * A member measured because somebody asks: what each way tells when some are cut, and that nothing
 * is concluded from it.
 */
#include "story/story.h"

enum { HERE = 0, THERE = 1 };

struct asked {
	uint64_t token;
	kith_us at;
	const struct kith_event *ways[KITH_PING_WAY_COUNT];
};

static bool all_ended(struct cluster *c, void *arg)
{
	struct asked *a = arg;
	const struct cluster_node *n = &c->nodes[HERE];
	uint32_t ended = 0;
	size_t i;

	for (i = 0; i < n->diary_count; i++) {
		const struct kith_event *e = &n->diary[i].event;

		if (e->kind != KITH_EVENT_PING || e->token != a->token)
			continue;
		a->ways[e->way] = e;
		ended++;
	}
	return ended >= KITH_PING_WAY_COUNT;
}

static struct asked ask(struct cluster *c, uint32_t who)
{
	struct asked a = {.at = cluster_now(c)};

	assert_int_equal(cluster_ping(c, HERE, who, &a.token), 0);
	cluster_wait(c, 2 * S + 100 * MS, all_ended, &a, "each way of the ping ended");
	return a;
}

#define ASSERT_RESULTS(a, direct, relayed, tcp, back) \
	do { \
		assert_int_equal((a).ways[KITH_PING_BACK]->ping, KITH_PING_##back); \
		assert_int_equal((a).ways[KITH_PING_DIRECT]->ping, KITH_PING_##direct); \
		assert_int_equal((a).ways[KITH_PING_RELAYED]->ping, KITH_PING_##relayed); \
		assert_int_equal((a).ways[KITH_PING_TCP]->ping, KITH_PING_##tcp); \
	} while (0)

static void a_healthy_member_answers_all_ways(void **state)
{
	struct cluster *c = story_joined(4, 1900);
	struct asked a = ask(c, THERE);
	const struct kith_event *direct = a.ways[KITH_PING_DIRECT];
	struct kith_addr addr = cluster_addr(c, THERE);
	uint32_t helper = cluster_index(c, &a.ways[KITH_PING_RELAYED]->by);

	(void)state;
	ASSERT_RESULTS(a, ANSWERED, ANSWERED, ANSWERED, ANSWERED);
	assert_memory_equal(direct->addr.ip, addr.ip, sizeof(addr.ip));
	assert_int_equal(direct->addr.port, addr.port);
	assert_true(helper == 2 || helper == 3);
	assert_in_range(direct->rtt, 1, 50 * MS);
	/* Twice as far, and at least two round trips. */
	assert_true(a.ways[KITH_PING_RELAYED]->rtt > direct->rtt);
	assert_true(a.ways[KITH_PING_TCP]->rtt > direct->rtt);
	cluster_free(&c);
}

/* UDP is cut between the two only: the helper and TCP reach it. */
static void a_cut_of_udp_shows_in_one_way(void **state)
{
	struct cluster *c = story_joined(3, 1910);
	struct asked a;

	(void)state;
	story_others_stay_alive(c, CLUSTER_ANY);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	cluster_cut_udp(c, HERE, THERE);
	a = ask(c, THERE);
	ASSERT_RESULTS(a, SILENT, ANSWERED, ANSWERED, SILENT);
	assert_int_equal(cluster_index(c, &a.ways[KITH_PING_RELAYED]->by), 2);
	assert_true(cluster_now(c) - a.at >= 2 * S);
	cluster_mend(c, HERE, THERE);
	a = ask(c, THERE);
	ASSERT_RESULTS(a, ANSWERED, ANSWERED, ANSWERED, ANSWERED);
	cluster_free(&c);
}

/* Ours do not arrive there, its do here; and the other way round: the way back tells which. */
static void a_cut_in_one_direction_shows_in_the_way_back(void **state)
{
	struct cluster *c = story_joined(3, 1915);
	struct asked a;

	(void)state;
	cluster_cut_one_way(c, HERE, THERE);
	a = ask(c, THERE);
	ASSERT_RESULTS(a, SILENT, ANSWERED, SILENT, ANSWERED);
	cluster_heal(c);
	cluster_run(c, 5 * S);
	cluster_cut_one_way(c, THERE, HERE);
	a = ask(c, THERE);
	ASSERT_RESULTS(a, SILENT, ANSWERED, SILENT, SILENT);
	cluster_free(&c);
}

/* What there is against it, and how often anybody changed: the same before and after. */
static void known_of(struct cluster *c, uint32_t who, struct kith_member *m, uint32_t *whys,
		     uint64_t *changes)
{
	struct kith_view v;
	struct kith_why w;
	uint32_t cursor = 0;

	assert_true(cluster_member(c, HERE, who, m));
	cluster_view(c, HERE, &v);
	*changes = v.changes;
	for (*whys = 0; kith_node_why(cluster_node(c, HERE), &m->mid, &cursor, &w);)
		++*whys;
}

static void asking_a_failed_member_changes_nothing(void **state)
{
	struct cluster *c = story_joined(5, 1920);
	struct kith_member before, after;
	uint32_t whys, whys_after, i;
	uint64_t changes, changes_after;

	(void)state;
	story_others_stay_alive(c, THERE);
	cluster_crash(c, THERE);
	cluster_wait_status_everywhere(c, THERE, KITH_STATUS_FAILED, 60 * S);
	cluster_wait_equal_roots(c, 60 * S);
	cluster_run(c, 60 * S);
	known_of(c, THERE, &before, &whys, &changes);
	for (i = 0; i < 5; i++) {
		struct asked a = ask(c, THERE);

		/* Its host is up, its process is not: the helper hears nothing either. */
		ASSERT_RESULTS(a, SILENT, NACKED, REFUSED, UNTRIED);
	}
	known_of(c, THERE, &after, &whys_after, &changes_after);
	assert_int_equal(after.status, KITH_STATUS_FAILED);
	assert_int_equal(after.evidence, before.evidence);
	assert_int_equal(after.heard, before.heard);
	assert_int_equal(after.rtt, before.rtt);
	assert_int_equal(whys_after, whys);
	assert_int_equal(changes_after, changes);
	cluster_free(&c);
}

/* It runs again and nobody told this host so: the ping is how it comes to know. */
static void a_member_that_is_back_says_so(void **state)
{
	struct cluster *c = story_joined(3, 1930);
	struct asked a;

	(void)state;
	cluster_crash(c, THERE);
	cluster_wait_status_everywhere(c, THERE, KITH_STATUS_FAILED, 60 * S);
	cluster_restart(c, THERE);
	cluster_run(c, 100 * MS);
	a = ask(c, THERE);
	assert_int_equal(a.ways[KITH_PING_TCP]->ping, KITH_PING_ANSWERED);
	cluster_wait_status(c, HERE, THERE, KITH_STATUS_ALIVE, 1 * S);
	a = ask(c, THERE);
	ASSERT_RESULTS(a, ANSWERED, ANSWERED, ANSWERED, ANSWERED);
	cluster_free(&c);
}

static void a_member_that_left_is_asked_in_vain(void **state)
{
	struct cluster *c = story_joined(4, 1940);
	struct asked a;

	(void)state;
	story_others_stay_alive(c, THERE);
	assert_int_equal(cluster_leave(c, THERE), 0);
	cluster_wait_status_everywhere(c, THERE, KITH_STATUS_LEFT, 20 * S);
	cluster_run(c, 4 * S);
	cluster_crash(c, THERE);
	for (uint32_t i = 0; i < 5; i++)
		if (i != KITH_STATUS_LEFT)
			cluster_forbid(c, HERE, THERE, (enum kith_status)i);
	a = ask(c, THERE);
	/* No helper carries anything for one that left. */
	ASSERT_RESULTS(a, SILENT, SILENT, REFUSED, UNTRIED);
	cluster_free(&c);
}

/* The host loses power while it is asked for: silence on all ways, in time. */
static void a_dead_host_is_silent(void **state)
{
	struct cluster *c = story_joined(4, 1950);
	struct asked a;

	(void)state;
	cluster_power_off(c, THERE);
	a = ask(c, THERE);
	ASSERT_RESULTS(a, SILENT, NACKED, SILENT, UNTRIED);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_member_answers_all_ways),
		cmocka_unit_test(a_cut_of_udp_shows_in_one_way),
		cmocka_unit_test(a_cut_in_one_direction_shows_in_the_way_back),
		cmocka_unit_test(asking_a_failed_member_changes_nothing),
		cmocka_unit_test(a_member_that_is_back_says_so),
		cmocka_unit_test(a_member_that_left_is_asked_in_vain),
		cmocka_unit_test(a_dead_host_is_silent),
	};

	return story_run(tests);
}
