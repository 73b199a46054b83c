/* SPDX-License-Identifier: ISC */
/* Who is near: groups of zones, and what is chosen by them. The node's own certificate names no zone. */
#include "unit/core_fix.h"

#include "core/helper.h"
#include "core/ring.h"
#include "core/zone.h"
#include <stdio.h>
#include <string.h>

enum { MANY = 100 };

struct scene {
	struct fix f;
	struct person people[MANY];
	uint32_t count;
};

static struct person *joins(struct scene *s, const char *zone)
{
	struct person *p = &s->people[s->count++];

	assert_true(s->count <= MANY);
	person_init(&s->f, p, s->count);
	person_zone(&s->f, p, zone);
	assert_non_null(person_known(&s->f, p));
	person_pair(&s->f, p);
	kith_peer_heard(s->f.n, person_peer(&s->f, p), NULL);
	return p;
}

/* So many of each: "" first, then a, b, c. */
static void setup(struct scene *s, uint32_t own, uint32_t a, uint32_t b, uint32_t c)
{
	const uint32_t counts[] = {own, a, b, c};
	const char *const zones[] = {"", "a", "b", "c"};
	uint32_t i, k;

	s->count = 0;
	fix_setup(&s->f);
	for (i = 0; i < 4; i++)
		for (k = 0; k < counts[i]; k++)
			joins(s, zones[i]);
	fix_forget(&s->f);
}

static void expect(const struct scene *s, uint32_t near, uint32_t far)
{
	assert_int_equal(s->f.n->zones.near, near);
	assert_int_equal(s->f.n->zones.far, far);
	fix_check(&s->f);
}

static void in_one_zone_all_are_near(void **state)
{
	struct scene s;

	(void)state;
	setup(&s, 6, 0, 0, 0);
	expect(&s, 7, 0);
	fix_end(&s.f);
}

static void zones_of_four_are_groups(void **state)
{
	static const struct {
		uint32_t own, a, b, c, near, far; /* our own zone has us besides */
	} cases[] = {
		{3, 4, 0, 0, 4, 4},
		{3, 3, 0, 0, 7, 0},   /* three are too few: they count to us */
		{4, 4, 3, 0, 8, 4},   /* to the largest */
		{3, 4, 3, 0, 7, 4},   /* of two alike, to the first by name */
		{3, 4, 2, 2, 4, 8},   /* together they are enough */
		{3, 5, 1, 1, 4, 7},
		{2, 5, 1, 0, 4, 5},   /* we are few ourselves, with b */
		{1, 5, 0, 0, 7, 0},   /* and here with everybody */
		{0, 1, 1, 1, 4, 0},
		{0, 4, 4, 4, 5, 8},   /* we alone: with a */
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene s;

		setup(&s, cases[i].own, cases[i].a, cases[i].b, cases[i].c);
		expect(&s, cases[i].near, cases[i].far);
		fix_end(&s.f);
	}
}

static void who_fails_or_moves_counts_elsewhere(void **state)
{
	struct scene s;
	struct person *p;

	(void)state;
	setup(&s, 4, 4, 0, 0);
	expect(&s, 5, 4);
	p = &s.people[4];
	kith_peer_set_status(s.f.n, person_peer(&s.f, p), KITH_STATUS_FAILED, NULL);
	expect(&s, 8, 0); /* three of a are few */
	p->seq++;
	assert_non_null(person_known(&s.f, p));
	expect(&s, 5, 4);
	/* Its next certificate is of our zone. */
	person_zone(&s.f, p, "");
	p->seq++;
	assert_non_null(person_known(&s.f, p));
	expect(&s, 9, 0);
	joins(&s, "a");
	expect(&s, 6, 4);
	kith_peer_set_status(s.f.n, person_peer(&s.f, &s.people[5]), KITH_STATUS_FAILED, NULL);
	kith_peer_reap(s.f.n, person_peer(&s.f, &s.people[5]));
	expect(&s, 9, 0);
	fix_end(&s.f);
}

/* More zones than are told apart: the last ones are of the small ones, and places become free again. */
static void zones_beyond_the_bound_are_small_ones(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s, 3, 0, 0, 0);
	for (i = 0; i < KITH_ZONES_MAX + 5; i++) {
		char zone[8];

		snprintf(zone, sizeof(zone), "z%u", i);
		joins(&s, zone);
	}
	expect(&s, 4, KITH_ZONES_MAX + 5);
	assert_int_equal(s.f.n->zones.used, KITH_ZONES_MAX);
	assert_int_equal(s.f.n->zones.list[KITH_ZONES_MAX].members, 6);
	for (i = 3; i < s.count; i++) {
		struct kith_peer *p = person_peer(&s.f, &s.people[i]);

		kith_peer_set_status(s.f.n, p, KITH_STATUS_FAILED, NULL);
		kith_peer_reap(s.f.n, p);
		fix_check(&s.f);
	}
	expect(&s, 4, 0);
	for (i = 0; i < 4; i++)
		joins(&s, "z99");
	expect(&s, 4, 4);
	assert_int_equal(s.f.n->zones.used, 2);
	fix_end(&s.f);
}

/* --- choices -------------------------------------------------------------------------------------- */

static void the_successor_is_near(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s, 4, 30, 0, 0);
	assert_true(kith_zone_is_near(s.f.n, kith_ring_successor(s.f.n)));
	for (i = 0; i < 4; i++)
		kith_peer_set_status(s.f.n, person_peer(&s.f, &s.people[i]), KITH_STATUS_FAILED, NULL);
	assert_non_null(kith_ring_successor(s.f.n)); /* better than nobody */
	fix_end(&s.f);
}

static void observers_are_of_the_zone_but_one(void **state)
{
	struct kith_peer *observers[KITH_OBSERVERS];
	struct scene s;
	uint32_t i, k;

	(void)state;
	setup(&s, 8, 8, 4, 0);
	for (i = 0; i < s.count; i++) {
		const struct kith_peer *p = person_peer(&s.f, &s.people[i]);
		uint32_t same = 0;

		assert_int_equal(kith_ring_observers(s.f.n, p, observers), KITH_OBSERVERS);
		for (k = 0; k < KITH_OBSERVERS; k++)
			same += kith_zone_is_same(s.f.n, p, observers[k]);
		assert_int_equal(same, KITH_OBSERVERS_NEAR);
	}
	/* Nobody elsewhere is alive. */
	for (i = 0; i < s.count; i++)
		if (strcmp(s.people[i].c.zone, "") != 0)
			kith_peer_set_status(s.f.n, person_peer(&s.f, &s.people[i]), KITH_STATUS_FAILED,
					     NULL);
	assert_int_equal(kith_ring_observers(s.f.n, person_peer(&s.f, &s.people[0]), observers),
			 KITH_OBSERVERS);
	fix_end(&s.f);
}

static uint32_t observers_of(struct scene *s, uint32_t person)
{
	struct kith_peer *out[KITH_OBSERVERS];
	const uint32_t count =
		kith_ring_observers(s->f.n, person_peer(&s->f, &s->people[person]), out);
	uint32_t i, k;

	for (i = 0; i < count; i++)
		for (k = 0; k < i; k++)
			assert_ptr_not_equal(out[i], out[k]);
	return count;
}

/* Where hardly anybody is up, whoever is observes. */
static void few_observe_whoever_there_is(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s, 4, 4, 0, 0);
	for (i = 2; i < 8; i++)
		if (i != 5)
			kith_peer_set_status(s.f.n, person_peer(&s.f, &s.people[i]),
					     KITH_STATUS_RESTARTING, NULL);
	expect(&s, 5, 4);
	assert_int_equal(observers_of(&s, 0), 3); /* us, the other near one, and the far one */
	assert_int_equal(observers_of(&s, 5), 3);
	assert_int_equal(observers_of(&s, 6), 4);
	fix_end(&s.f);
}

static uint32_t far_of(struct scene *s, uint32_t per_mille, uint32_t times)
{
	struct kith_peer *out[3];
	uint32_t far = 0, i, k;

	for (i = 0; i < times; i++) {
		assert_int_equal(kith_zone_pick(s->f.n, out, 3, NULL, per_mille), 3);
		for (k = 0; k < 3; k++)
			far += !kith_zone_is_near(s->f.n, out[k]);
		assert_true(out[0] != out[1] && out[1] != out[2] && out[0] != out[2]);
	}
	return far;
}

static void as_many_cross_as_are_told_to(void **state)
{
	struct scene s;

	(void)state;
	setup(&s, 19, 20, 0, 0);
	assert_int_equal(far_of(&s, 0, 100), 0);
	assert_in_range(far_of(&s, 100, 1000), 200, 400);
	assert_in_range(far_of(&s, 1000, 1000), 1350, 1650); /* no more than among all */
	assert_int_equal(kith_zone_gossip_far_permille(s.f.n), KITH_ZONE_GOSSIP_FAR_PERMILLE);
	fix_end(&s.f);
	setup(&s, 3, 60, 0, 0);
	assert_int_equal(kith_zone_gossip_far_permille(s.f.n), 400);
	fix_end(&s.f);
	/* With too few near ones the others take their places. */
	setup(&s, 3, 4, 0, 0);
	kith_peer_set_status(s.f.n, person_peer(&s.f, &s.people[0]), KITH_STATUS_RESTARTING, NULL);
	assert_int_equal(s.f.n->zones.far, 4);
	assert_int_equal(far_of(&s, 0, 10), 10);
	fix_end(&s.f);
	/* And the other way round. */
	setup(&s, 4, 4, 0, 0);
	for (uint32_t i = 4; i < 7; i++)
		kith_peer_set_status(s.f.n, person_peer(&s.f, &s.people[i]), KITH_STATUS_RESTARTING,
				     NULL);
	assert_in_range(far_of(&s, 1000, 100), 50, 100);
	fix_end(&s.f);
}

/* Those of the zone who are pinged answer; how many. Only one is asked at a time. */
static uint32_t answers_of(struct scene *s, const char *zone)
{
	uint32_t i;

	for (i = 0; i < s->count; i++)
		if (strcmp(s->people[i].c.zone, zone) == 0 &&
		    person_heard(&s->f, &s->people[i], KITH_MSG_PING, NULL) > 0) {
			person_acks(&s->f, &s->people[i]);
			return 1;
		}
	return 0;
}

/* Every eighth probe crosses; the others are the near list's and the successor's. */
static void every_eighth_probe_crosses(void **state)
{
	enum { PERIODS = 160 };
	uint32_t near = 0, far = 0;
	struct scene s;

	(void)state;
	setup(&s, 8, 16, 0, 0);
	while (s.f.now < FIX_START + PERIODS * KITH_SECOND) {
		fix_run(&s.f, 20 * KITH_MS);
		near += answers_of(&s, "");
		far += answers_of(&s, "a");
	}
	assert_int_equal(s.f.n->stats.rounds_failed, 0);
	assert_in_range(far, PERIODS / 8 - 1, PERIODS / 8 + 1);
	assert_in_range(near, PERIODS - PERIODS / 8 - 2, PERIODS - PERIODS / 8 + 2);
	fix_end(&s.f);
}

/* One of the far zone is silent: two more are asked at once, and if they are silent others, no more than
 * two a second for long. */
static void a_silent_zone_is_confirmed(void **state)
{
	struct scene s;
	kith_us first = 0;

	(void)state;
	setup(&s, 8, 40, 0, 0);
	kith_timer_set(s.f.n, &s.f.n->period.timer, s.f.now);
	s.f.n->period.turn = 7; /* the far list's turn comes after this one */
	while (s.f.now < FIX_START + 6 * KITH_SECOND) {
		fix_run(&s.f, 10 * KITH_MS);
		(void)answers_of(&s, "");
		fix_forget(&s.f);
		if (first == 0 && s.f.n->stats.rounds_zone > 0) {
			first = s.f.now;
			assert_int_equal(s.f.n->stats.rounds_zone, KITH_ZONE_CONFIRMS);
		}
	}
	assert_true(first != 0);
	assert_in_range(s.f.n->stats.rounds_zone, 8, 8 + 2 * 6);
	fix_end(&s.f);
}

/* In a zone of four it is two of the three others, not the silent one again. */
static void others_are_asked_not_it(void **state)
{
	struct scene s;
	uint32_t run;

	(void)state;
	for (run = 0; run < 12; run++) {
		const struct kith_peer *silent;
		uint32_t i, asked = 0;

		setup(&s, 8, 4, 0, 0);
		for (i = 0; i < run; i++) /* another choice each time */
			(void)kith_rng_below(&s.f.n->rng, 2);
		silent = person_peer(&s.f, &s.people[8]);
		kith_period_confirm(s.f.n, silent);
		assert_false(kith_probe_is_probed(s.f.n, silent));
		for (i = 9; i < 12; i++)
			asked += kith_probe_is_probed(s.f.n, person_peer(&s.f, &s.people[i]));
		assert_int_equal(asked, KITH_ZONE_CONFIRMS);
		fix_end(&s.f);
	}
}

/* Somebody's word alone takes nobody out. */
static void who_is_suspected_by_others_alone_is_asked_too(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s, 8, 4, 0, 0);
	for (i = 9; i < 12; i++)
		assert_non_null(kith_suspect_open(s.f.n, person_peer(&s.f, &s.people[i])));
	kith_period_confirm(s.f.n, person_peer(&s.f, &s.people[8]));
	assert_int_equal(s.f.n->stats.rounds_zone, KITH_ZONE_CONFIRMS);
	fix_end(&s.f);
}

static void a_silent_near_one_is_not(void **state)
{
	struct scene s;

	(void)state;
	setup(&s, 8, 40, 0, 0);
	s.f.n->period.turn = 1;
	fix_run(&s.f, 3 * KITH_SECOND);
	assert_true(s.f.n->stats.rounds_failed > 0);
	assert_int_equal(s.f.n->stats.rounds_zone, 0);
	fix_end(&s.f);
}

/* Round trips are of the zone: what is usual near is short, what is usual far is long. */
static void each_zone_has_its_round_trips(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s, 4, 4, 0, 0);
	for (i = 0; i < 20; i++) {
		kith_rtt_sample(s.f.n, person_peer(&s.f, &s.people[0]), KITH_MS);
		kith_rtt_sample(s.f.n, person_peer(&s.f, &s.people[4]), 150 * KITH_MS);
	}
	assert_int_equal(kith_rtt_timeout(s.f.n, person_peer(&s.f, &s.people[1])), 100 * KITH_MS);
	assert_in_range(kith_rtt_timeout(s.f.n, person_peer(&s.f, &s.people[5])), 300 * KITH_MS,
			302 * KITH_MS);
	fix_end(&s.f);
}

static void what_crosses_is_counted(void **state)
{
	const struct kith_msg m = {.kind = KITH_MSG_PING, .n = 16, .root = fix_root};
	struct scene s;
	uint64_t sent;

	(void)state;
	setup(&s, 1, 1, 0, 0);
	sent = s.f.n->stats.bytes_sent;
	person_say(&s.f, &s.people[0], &m);
	assert_true(s.f.n->stats.bytes_sent > sent);
	assert_int_equal(s.f.n->stats.zone_bytes_sent, 0);
	assert_int_equal(s.f.n->stats.zone_bytes_received, 0);
	sent = s.f.n->stats.bytes_sent;
	person_say(&s.f, &s.people[1], &m);
	assert_int_equal(s.f.n->stats.zone_bytes_sent, s.f.n->stats.bytes_sent - sent);
	assert_true(s.f.n->stats.zone_bytes_received > 0);
	fix_end(&s.f);
}

/* Near and far turn round. */
static void our_own_zone_may_change(void **state)
{
	struct scene s;
	char *zone;

	(void)state;
	setup(&s, 4, 4, 0, 0);
	expect(&s, 5, 4);
	kith_zone_leave(s.f.n, s.f.n->own.peer);
	zone = s.f.n->own.peer->certificate->c.zone;
	snprintf(zone, KITH_ZONE_MAX, "a");
	kith_zone_enter(s.f.n, s.f.n->own.peer);
	expect(&s, 5, 4);
	assert_true(kith_zone_is_near(s.f.n, person_peer(&s.f, &s.people[4])));
	assert_false(kith_zone_is_near(s.f.n, person_peer(&s.f, &s.people[0])));
	fix_end(&s.f);
}

/* The first wave is near, for a far target too; the second is anybody. */
static void helpers_are_near_first(void **state)
{
	struct kith_round *r = NULL;
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s, 5, 40, 0, 0);
	assert_true(kith_probe_begin(s.f.n, person_peer(&s.f, &s.people[20]), KITH_ROUND_PERIOD));
	for (i = 0; i < KITH_ROUNDS_MAX && r == NULL; i++)
		if (s.f.n->probes.rounds[i].in_use)
			r = &s.f.n->probes.rounds[i];
	assert_non_null(r);
	kith_helpers_ask(s.f.n, r);
	assert_int_equal(r->helper_count, KITH_HELPERS);
	for (i = 0; i < r->helper_count; i++)
		assert_true(kith_zone_is_near(s.f.n, kith_peer_at(s.f.n, r->helpers[i])));
	kith_helpers_ask(s.f.n, r);
	assert_int_equal(r->helper_count, 2 * KITH_HELPERS);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_one_zone_all_are_near),
		cmocka_unit_test(zones_of_four_are_groups),
		cmocka_unit_test(who_fails_or_moves_counts_elsewhere),
		cmocka_unit_test(zones_beyond_the_bound_are_small_ones),
		cmocka_unit_test(the_successor_is_near),
		cmocka_unit_test(observers_are_of_the_zone_but_one),
		cmocka_unit_test(few_observe_whoever_there_is),
		cmocka_unit_test(as_many_cross_as_are_told_to),
		cmocka_unit_test(every_eighth_probe_crosses),
		cmocka_unit_test(a_silent_zone_is_confirmed),
		cmocka_unit_test(others_are_asked_not_it),
		cmocka_unit_test(who_is_suspected_by_others_alone_is_asked_too),
		cmocka_unit_test(a_silent_near_one_is_not),
		cmocka_unit_test(each_zone_has_its_round_trips),
		cmocka_unit_test(what_crosses_is_counted),
		cmocka_unit_test(our_own_zone_may_change),
		cmocka_unit_test(helpers_are_near_first),
	};

	return cmocka_run_group_tests_name("core_zone", tests, NULL, NULL);
}
