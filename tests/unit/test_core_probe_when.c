/* SPDX-License-Identifier: ISC */
/* Whom core/probe asks and when it does not: periods, pauses, errors of the network, limits. */
#include "unit/core_fix.h"

#include "core/probe.h"

static uint32_t rounds_in_use(const struct fix *f)
{
	uint32_t i, count = 0;

	for (i = 0; i < KITH_ROUNDS_MAX; i++)
		count += f->n->probes.rounds[i].in_use;
	return count;
}

/* --- whom ------------------------------------------------------------------------------------- */

/* Every second period the next on the ring is asked; and everybody within two rounds of the list. */
static void each_is_asked_and_the_successor_most(void **state)
{
	enum { PEOPLE = 12, PERIODS = 4 * PEOPLE };
	struct person p[PEOPLE];
	uint32_t asked[PEOPLE] = {0}, successor = 0, i;
	const struct kith_peer *next;
	struct fix f;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < PEOPLE; i++)
		kith_peer_heard(f.n, person_joins(&f, &p[i], 1 + i), NULL);
	next = kith_ring_successor(f.n);
	while (f.now < FIX_START + PERIODS * KITH_SECOND) {
		fix_run(&f, 20 * KITH_MS);
		for (i = 0; i < PEOPLE; i++)
			if (person_heard(&f, &p[i], KITH_MSG_PING, NULL) > 0) {
				person_acks(&f, &p[i]);
				asked[i]++;
				successor += person_peer(&f, &p[i]) == next;
			}
		fix_forget(&f);
	}
	assert_true(successor >= PERIODS / 2 - 1);
	for (i = 0; i < PEOPLE; i++)
		assert_true(asked[i] >= 1);
	assert_int_equal(f.n->stats.rounds_failed, 0);
	assert_in_range(f.n->stats.rounds, PERIODS - 1, PERIODS + 1);
	fix_end(&f);
}

/* Who is suspected here is asked again by itself: the next one is the successor meanwhile. */
static void a_suspect_is_no_successor(void **state)
{
	struct person p[3];
	struct kith_peer *first, *second;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 3; i++)
		kith_peer_heard(f.n, person_joins(&f, &p[i], 1 + i), NULL);
	first = kith_ring_successor(f.n);
	kith_suspect_round_failed(f.n, first,
				  &(struct kith_verdict){.kind = KITH_SUSPICION_SILENCE});
	assert_int_equal(first->status, KITH_STATUS_ALIVE);
	second = kith_ring_successor(f.n);
	assert_non_null(second);
	assert_ptr_not_equal(second, first);
	assert_non_null(kith_suspect_open(f.n, second));
	kith_peer_set_status(f.n, second, KITH_STATUS_SUSPECT, NULL);
	assert_ptr_not_equal(kith_ring_successor(f.n), first);
	assert_ptr_not_equal(kith_ring_successor(f.n), second);
	kith_suspect_answered(f.n, first, f.now);
	assert_ptr_equal(kith_ring_successor(f.n), first);
	fix_end(&f);
}

/* Failed members are asked too, by a ping that starts no round. */
static void the_dead_are_asked_every_other_period(void **state)
{
	struct person p;
	struct fix f;

	(void)state;
	fix_setup(&f);
	kith_peer_heard(f.n, person_joins(&f, &p, 1), NULL);
	kith_peer_set_status(f.n, person_peer(&f, &p), KITH_STATUS_FAILED, NULL);
	fix_forget(&f);
	fix_run(&f, 10 * KITH_SECOND);
	assert_int_equal(person_heard(&f, &p, KITH_MSG_PING, NULL), 5);
	assert_int_equal(f.n->stats.rounds, 0);
	fix_end(&f);
}

static void the_second_ping_takes_the_next_address_and_an_introduction(void **state)
{
	const struct kith_addr other = {.ip = {10, 9, 9, 9}, .port = 7, .family = 4};
	struct person p;
	struct fix f;
	uint64_t intros;

	(void)state;
	fix_setup(&f);
	person_init(&f, &p, 1);
	p.body.addrs[1] = other;
	p.body.addr_count = 2;
	assert_non_null(person_known(&f, &p));
	person_pair(&f, &p);
	kith_timer_stop(f.n, &f.n->gossip.tick);
	fix_run(&f, 61 * KITH_SECOND); /* our session is young no more */
	kith_probe_abort_all(f.n);
	kith_suspect_close(f.n, person_peer(&f, &p));
	if (person_peer(&f, &p)->status != KITH_STATUS_ALIVE) {
		p.seq++;
		person_known(&f, &p);
	}
	fix_forget(&f);
	intros = f.n->stats.intros_sent;
	kith_timer_set(f.n, &f.n->period.timer, f.now);
	fix_run(&f, 0);
	assert_int_equal(fix_datagrams_to(&f, &p.addr), 1);
	assert_int_equal(f.n->stats.intros_sent, intros);
	fix_run(&f, 100 * KITH_MS);
	assert_int_equal(fix_datagrams_to(&f, &other), 1);
	assert_int_equal(f.n->stats.intros_sent, intros + 1);
	assert_int_equal(fix_last(&f, KITH_OUT_DATAGRAM)->data[0], KITH_TYPE_INTRO);
	fix_end(&f);
}

/* --- when not --------------------------------------------------------------------------------- */

struct pair {
	struct fix f;
	struct person p;
	struct kith_peer *peer;
};

static void pair_setup(struct pair *s)
{
	fix_setup(&s->f);
	s->peer = person_joins(&s->f, &s->p, 1);
	kith_peer_heard(s->f.n, s->peer, NULL);
	/* A round begins with each period; the tests want one under way. */
	while (rounds_in_use(&s->f) == 0) {
		fix_run(&s->f, 10 * KITH_MS);
		assert_true(s->f.now < FIX_START + 2 * KITH_SECOND);
	}
	fix_forget(&s->f);
}

/* What is awaited may lie in our own sockets: no round of a time in which we stood still counts. */
static void a_pause_ends_rounds_without_a_verdict(void **state)
{
	struct pair s;

	(void)state;
	pair_setup(&s);
	fix_jump(&s.f, 3 * KITH_SECOND);
	assert_int_equal(s.f.n->stats.pauses, 1);
	assert_int_equal(s.f.n->stats.rounds_failed, 0);
	assert_int_equal(rounds_in_use(&s.f), 0);
	assert_int_equal(s.f.n->probes.health, 1);
	assert_null(kith_peer_case(s.peer));
	fix_end(&s.f);
}

/* Half a second late is none, a little more is one. */
static void a_pause_is_more_than_half_a_second(void **state)
{
	struct pair s;
	kith_us deadline;

	(void)state;
	pair_setup(&s);
	deadline = kith_node_deadline(s.f.n);
	fix_jump(&s.f, deadline + 500 * KITH_MS - s.f.now);
	assert_int_equal(s.f.n->stats.pauses, 0);
	deadline = kith_node_deadline(s.f.n);
	fix_jump(&s.f, deadline + 500 * KITH_MS + 1 - s.f.now);
	assert_int_equal(s.f.n->stats.pauses, 1);
	fix_end(&s.f);
}

/* What is read before the first tick sets deadlines of now, which do not move by the pause. */
static void deadlines_set_after_a_pause_stay(void **state)
{
	const struct kith_bytes none = {NULL, 0};
	struct pair s;
	kith_us before;

	(void)state;
	pair_setup(&s);
	before = s.f.n->period.timer.heap.at;
	s.f.now += 30 * KITH_SECOND;
	assert_int_equal(kith_node_tags(s.f.n, s.f.now, none), 0);
	assert_int_equal(s.f.n->stats.pauses, 1);
	assert_in_range(s.f.n->period.timer.heap.at, s.f.now, before + 30 * KITH_SECOND);
	assert_in_range(s.f.n->gossip.tick.heap.at, s.f.now, s.f.now + s.f.n->timing.gossip_tick);
	kith_node_tick(s.f.n, s.f.now);
	assert_int_equal(s.f.n->stats.pauses, 1);
	assert_in_range(s.f.n->gossip.tick.heap.at, s.f.now, s.f.now + s.f.n->timing.gossip_tick);
	fix_end(&s.f);
}

/* The error of a network lies in our socket with everything else, and is read before the tick. */
static void an_error_after_a_pause_judges_nothing(void **state)
{
	struct pair s;

	(void)state;
	pair_setup(&s);
	s.f.now += 3 * KITH_SECOND;
	kith_node_unreachable(s.f.n, s.f.now, &s.p.addr, KITH_UNREACHABLE_PORT, NULL, 0);
	kith_node_tick(s.f.n, s.f.now);
	fix_collect(&s.f);
	assert_int_equal(s.f.n->stats.rounds_failed, 0);
	assert_int_equal(s.f.n->stats.pauses, 1);
	assert_null(kith_peer_case(s.peer));
	fix_end(&s.f);
}

/* An error of the network may be forged: it brings on the relay stage, no verdict. */
static void an_error_only_hurries(void **state)
{
	const struct kith_addr other = {.ip = {10, 9, 9, 9}, .port = 7, .family = 4};
	struct pair s;
	kith_us at;

	(void)state;
	pair_setup(&s);
	kith_node_unreachable(s.f.n, s.f.now, &other, KITH_UNREACHABLE_PORT, NULL, 0);
	fix_collect(&s.f);
	assert_int_equal(fix_count(&s.f, KITH_OUT_CONNECT), 0);
	at = s.f.now;
	kith_node_unreachable(s.f.n, s.f.now, &s.p.addr, KITH_UNREACHABLE_PORT, NULL, 0);
	fix_collect(&s.f);
	assert_int_equal(fix_count(&s.f, KITH_OUT_CONNECT), 1);
	/* Again and again changes nothing more: Trel must pass. */
	while (s.f.now < at + 299 * KITH_MS) {
		fix_run(&s.f, 10 * KITH_MS);
		kith_node_unreachable(s.f.n, s.f.now, &s.p.addr, KITH_UNREACHABLE_PORT, NULL, 0);
		if (s.f.now < at + 300 * KITH_MS)
			assert_int_equal(s.f.n->stats.rounds_failed, 0);
	}
	fix_run(&s.f, 10 * KITH_MS);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	fix_end(&s.f);
}

/* A last look that a pause ended is taken again: nobody else would begin one. */
static void a_last_look_that_a_pause_ended_is_taken_again(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person target, others[3];
	struct kith_peer *t;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	t = person_joins(&f, &target, 1);
	for (i = 0; i < 3; i++)
		person_joins(&f, &others[i], 2 + i);
	kith_timer_stop(f.n, &f.n->period.timer);
	for (i = 0; i < 3; i++)
		(void)person_tells(&f, &others[i], record,
				   person_suspicion(&f, &others[i], t, 0, record));
	/* S is 3 s; the last look begins 400 ms before, and no other look is under way. */
	for (i = 0; i < 300 && f.now < FIX_START + 2800 * KITH_MS; i++) {
		fix_run(&f, 10 * KITH_MS);
		kith_timer_stop(f.n, &t->ledger->reprobe);
	}
	assert_int_equal(rounds_in_use(&f), 1);
	assert_int_equal(t->status, KITH_STATUS_SUSPECT);
	f.n->stats.rounds_failed = 0;
	fix_jump(&f, KITH_SECOND);
	assert_int_equal(f.n->stats.pauses, 1);
	assert_int_equal(t->status, KITH_STATUS_SUSPECT);
	/* It begins at once, at the worse health of one who paused. */
	assert_int_equal(rounds_in_use(&f), 1);
	fix_run(&f, (f.n->probes.health + 1) * 400 * KITH_MS);
	assert_int_equal(t->status, KITH_STATUS_FAILED);
	fix_end(&f);
}

static void nobody_is_asked_after_the_leave(void **state)
{
	struct person p[4];
	uint8_t record[KITH_RECORD_MAX];
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 4; i++)
		person_joins(&f, &p[i], 1 + i);
	for (i = 1; i < 4; i++)
		(void)person_tells(&f, &p[i], record,
				   person_suspicion(&f, &p[i], person_peer(&f, &p[0]), 0, record));
	assert_int_equal(kith_node_leave(f.n, f.now), 0);
	fix_run(&f, 5 * KITH_SECOND);
	fix_forget(&f);
	f.n->stats.rounds = 0;
	fix_run(&f, 60 * KITH_SECOND);
	assert_int_equal(f.n->stats.rounds, 0);
	assert_int_equal(rounds_in_use(&f), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(person_heard(&f, &p[i], KITH_MSG_PING, NULL), 0);
	fix_end(&f);
}

/* --- limits ----------------------------------------------------------------------------------- */

static void looks_have_their_rates(void **state)
{
	enum { PEOPLE = 60 };
	struct person p;
	struct kith_peer *peers[PEOPLE];
	struct fix f;
	uint32_t i, begun = 0;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < PEOPLE; i++)
		peers[i] = person_joins(&f, &p, 1 + i);
	kith_timer_stop(f.n, &f.n->period.timer);
	for (i = 0; i < 20; i++)
		begun += kith_probe_express(f.n, peers[i], KITH_ROUND_EXPRESS, false);
	assert_int_equal(begun, 10);
	/* One under way is enough, whatever the rate. */
	assert_true(kith_probe_express(f.n, peers[0], KITH_ROUND_EXPRESS, false));
	assert_int_equal(f.n->stats.rounds_express, 10);
	for (i = 20; i < PEOPLE; i++)
		begun += kith_probe_express(f.n, peers[i], KITH_ROUND_EXPRESS, true);
	assert_int_equal(begun, 50);
	/* A triple look takes the place of an express one. */
	assert_true(kith_probe_express(f.n, peers[0], KITH_ROUND_TRIPLE, true));
	assert_int_equal(rounds_in_use(&f), 50);
	fix_collect(&f);
	fix_end(&f);
}

static void health_stays_within_its_bounds(void **state)
{
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	kith_probe_health(f.n, -1);
	assert_int_equal(f.n->probes.health, 0);
	for (i = 0; i < 20; i++)
		kith_probe_health(f.n, 1);
	assert_int_equal(f.n->probes.health, KITH_HEALTH_MAX);
	kith_probe_health(f.n, -1);
	assert_int_equal(f.n->probes.health, KITH_HEALTH_MAX - 1);
	assert_int_equal(f.n->stats.health, KITH_HEALTH_MAX - 1);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_asked_and_the_successor_most),
		cmocka_unit_test(a_suspect_is_no_successor),
		cmocka_unit_test(the_dead_are_asked_every_other_period),
		cmocka_unit_test(the_second_ping_takes_the_next_address_and_an_introduction),
		cmocka_unit_test(a_pause_ends_rounds_without_a_verdict),
		cmocka_unit_test(a_pause_is_more_than_half_a_second),
		cmocka_unit_test(deadlines_set_after_a_pause_stay),
		cmocka_unit_test(an_error_after_a_pause_judges_nothing),
		cmocka_unit_test(an_error_only_hurries),
		cmocka_unit_test(a_last_look_that_a_pause_ended_is_taken_again),
		cmocka_unit_test(nobody_is_asked_after_the_leave),
		cmocka_unit_test(looks_have_their_rates),
		cmocka_unit_test(health_stays_within_its_bounds),
	};

	return cmocka_run_group_tests_name("core/probe: whom and when", tests, NULL, NULL);
}
