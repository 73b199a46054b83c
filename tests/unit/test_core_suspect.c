/* SPDX-License-Identifier: ISC */
#include "unit/core_suspects.h"

/* --- weighing --------------------------------------------------------------------------------- */

static void what_is_needed_follows_from_who_else_is_up(void **state)
{
	static const uint8_t needed[] = {0, 0, 2, 2, 3, 3}; /* by members, the node included */
	struct scene s;
	uint32_t members;
	uint8_t have, need;

	(void)state;
	for (members = 2; members <= 5; members++) {
		scene_setup(&s, members - 2);
		kith_suspect_weigh(s.f.n, s.t, &have, &need);
		assert_int_equal(have, 0);
		assert_int_equal(need, needed[members]);
		fix_end(&s.f);
	}
	/* The failed and those who left are no witnesses. */
	scene_setup(&s, 3);
	s.more[0].seq++;
	s.more[0].body.state = KITH_MEMBER_LEFT;
	person_known(&s.f, &s.more[0]);
	kith_suspect_weigh(s.f.n, s.t, &have, &need);
	assert_int_equal(need, 3);
	kith_peer_set_status(s.f.n, person_peer(&s.f, &s.more[1]), KITH_STATUS_FAILED, NULL);
	kith_suspect_weigh(s.f.n, s.t, &have, &need);
	assert_int_equal(need, 2);
	fix_end(&s.f);
}

static void own_rounds_and_distinct_others_add_up(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	own_failure(&s, SILENT, false);
	assert_int_equal(evidence(&s), 1);
	assert_int_equal(kith_peer_case(s.t)->held_count, 1); /* ours, which is not evidence */
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	other_says(&s, 0, SILENT);
	assert_int_equal(evidence(&s), 2);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	other_says(&s, 0, REFUSED); /* the same witness again */
	assert_int_equal(evidence(&s), 2);
	other_says(&s, 1, SILENT);
	own_failure(&s, SILENT, false);
	assert_int_equal(evidence(&s), 4);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_SUSPECT), 1);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_FAILED), 0);
	fix_end(&s.f);
}

static void a_newer_record_closes_the_case(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 2);
	own_failure(&s, SILENT, false);
	other_says(&s, 0, SILENT);
	assert_int_equal(person_peer(&s.f, &s.more[0])->suspicions_live, 1);
	s.target.seq++;
	person_known(&s.f, &s.target);
	assert_null(kith_peer_case(s.t));
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_ALIVE), 1);
	assert_int_equal(person_peer(&s.f, &s.more[0])->suspicions_live, 0);
	fix_end(&s.f);
}

/* An answer clears what was said before its round began, and nothing later. */
static void only_a_round_begun_later_clears(void **state)
{
	struct scene s;
	kith_us begun;

	(void)state;
	scene_setup(&s, 3);
	own_failure(&s, SILENT, false);
	other_says(&s, 0, SILENT);
	s.f.n->now = s.f.now += 100 * KITH_MS;
	begun = s.f.now;
	s.f.n->now = s.f.now += 100 * KITH_MS;
	other_says(&s, 1, SILENT);
	assert_int_equal(evidence(&s), 3);
	kith_suspect_answered(s.f.n, s.t, begun);
	assert_int_equal(evidence(&s), 1);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	s.f.n->now = s.f.now += 100 * KITH_MS;
	kith_suspect_answered(s.f.n, s.t, s.f.now);
	assert_int_equal(evidence(&s), 0);
	/* What was cleared gives its place to what is new, also of the same witness. */
	other_says(&s, 1, SILENT);
	assert_int_equal(evidence(&s), 1);
	fix_end(&s.f);
}

/* --- looking ---------------------------------------------------------------------------------- */

/* Who heard one alone looks itself, once S is over. */
static void one_word_is_looked_into(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	other_says(&s, 0, SILENT);
	end_all_rounds(&s);
	fix_forget(&s.f);
	fix_run(&s.f, 3 * KITH_SECOND - 1);
	assert_int_equal(person_heard(&s.f, &s.target, KITH_MSG_PING, NULL), 0);
	fix_run(&s.f, 1);
	assert_int_equal(person_heard(&s.f, &s.target, KITH_MSG_PING, NULL), 1);
	fix_end(&s.f);
}

/* A suspicion that moves within its case goes on where it was in the gossip queue. */
static void what_was_told_stays_told(void **state)
{
	const struct kith_case *c;
	const struct kith_rumor *r;
	struct scene s;
	uint8_t sent;

	(void)state;
	scene_setup(&s, 3);
	other_says(&s, 0, SILENT);
	end_all_rounds(&s);
	s.f.n->now = s.f.now += 10 * KITH_SECOND;
	other_says(&s, 1, SILENT);
	end_all_rounds(&s);
	kith_timer_stop(s.f.n, &s.f.n->gossip.tick);
	c = kith_peer_case(s.t);
	r = kith_gossip_of(s.f.n, c->held[1].rumor, c->held[1].record);
	assert_non_null(r);
	sent = r->sent; /* in the relay on receipt */
	assert_in_range(sent, 1, kith_gossip_sends(5, false) - 1);
	kith_timer_stop(s.f.n, &s.t->ledger->reprobe); /* we do not look ourselves */
	fix_run(&s.f, KITH_SECOND);
	kith_timer_stop(s.f.n, &s.t->ledger->reprobe);
	fix_run(&s.f, KITH_OBITUARY_ALIVE - 11 * KITH_SECOND);
	assert_int_equal(c->held_count, 1); /* the older one's time is over */
	r = kith_gossip_of(s.f.n, c->held[0].rumor, c->held[0].record);
	assert_non_null(r);
	assert_int_equal(r->sent, sent);
	fix_end(&s.f);
}

/* --- life of the evidence --------------------------------------------------------------------- */

static void against_the_living_a_suspicion_holds_300_s(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	other_says(&s, 0, SILENT);
	end_all_rounds(&s);
	fix_run(&s.f, 0);
	kith_timer_stop(s.f.n, &s.t->ledger->reprobe); /* we do not look ourselves */
	fix_run(&s.f, KITH_OBITUARY_ALIVE - KITH_SECOND);
	assert_int_equal(evidence(&s), 1);
	fix_run(&s.f, KITH_SECOND);
	assert_null(kith_peer_case(s.t));
	assert_int_equal(person_peer(&s.f, &s.more[0])->suspicions_live, 0);
	fix_end(&s.f);
}

static void against_the_failed_it_holds_until_they_are_forgotten(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	other_says(&s, 0, SILENT);
	kith_peer_set_status(s.f.n, s.t, KITH_STATUS_FAILED, NULL);
	fix_run(&s.f, 3600 * KITH_SECOND);
	assert_non_null(kith_peer_case(s.t));
	assert_int_equal(kith_peer_case(s.t)->held_count, 1);
	fix_run(&s.f, 24 * 3600 * KITH_SECOND);
	assert_null(person_peer(&s.f, &s.target));
	fix_end(&s.f);
}

/* Heard of again, the failed get what is said against them, once a second, so that they refute. */
static void the_failed_who_speak_are_told_why(void **state)
{
	struct scene s;
	struct kith_msg ping = {.kind = KITH_MSG_PING, .n = 16, .root = fix_root};
	struct kith_case *c;
	int i;

	(void)state;
	scene_setup(&s, 2);
	kith_peer_heard(s.f.n, s.t, NULL);
	other_says(&s, 0, SILENT);
	kith_peer_set_status(s.f.n, s.t, KITH_STATUS_FAILED, NULL);
	/* Another's word may be one that it refuses: ours goes with it. */
	person_say(&s.f, &s.target, &ping);
	c = kith_peer_case(s.t);
	assert_int_equal(c->held_count, 2);
	assert_true(c->held[1].is_own);
	for (i = 0; i < 2; i++) /* or they would ride along */
		kith_gossip_drop(s.f.n, &c->held[i].rumor, c->held[i].record);
	fix_forget(&s.f);
	s.f.n->now = s.f.now += KITH_SECOND;
	for (i = 0; i < 5; i++)
		person_say(&s.f, &s.target, &ping);
	assert_int_equal(person_heard(&s.f, &s.target, KITH_MSG_RECORD, NULL), 2);
	s.f.n->now = s.f.now += KITH_SECOND;
	person_say(&s.f, &s.target, &ping);
	assert_int_equal(person_heard(&s.f, &s.target, KITH_MSG_RECORD, NULL), 4);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
}

/* Others refuse what we signed in a former epoch as soon as they have heard of the new one. */
static void a_new_epoch_drops_what_the_old_one_signed(void **state)
{
	const struct kith_held *ours;
	struct kith_record_head head;
	struct scene s;
	struct kith_case *c;

	(void)state;
	scene_setup(&s, 2);
	other_says(&s, 0, SILENT);
	kith_suspect_round_failed(s.f.n, s.t,
				  &(struct kith_verdict){.kind = SILENT, .path = KITH_PATH_DIRECT});
	c = kith_peer_case(s.t);
	assert_int_equal(c->held_count, 2);
	kith_own_reflected(s.f.n, s.f.n->own.epoch);
	fix_collect(&s.f);
	kith_node_persisted(s.f.n, s.f.now, fix_last(&s.f, KITH_OUT_PERSIST)->token);
	assert_int_equal(c->held_count, 1);
	assert_null(kith_suspect_held_by(c, &s.f.n->own.peer->record->mid));
	kith_suspect_round_failed(s.f.n, s.t,
				  &(struct kith_verdict){.kind = SILENT, .path = KITH_PATH_DIRECT});
	ours = kith_suspect_held_by(c, &s.f.n->own.peer->record->mid);
	assert_non_null(ours);
	assert_int_equal(kith_record_read(ours->record->raw.p, ours->record->raw.len, &head), 0);
	assert_int_equal(head.epoch, s.f.n->own.epoch);
	fix_end(&s.f);
}

/* --- conclusions ------------------------------------------------------------------------------ */

/* S is 3 s among up to ten; then the last look must have failed too. */
static void failed_after_S_and_a_last_look(void **state)
{
	struct scene s;
	uint64_t express;

	(void)state;
	scene_setup(&s, 4);
	other_says(&s, 0, SILENT);
	other_says(&s, 1, SILENT);
	other_says(&s, 2, SILENT);
	end_all_rounds(&s); /* the looks that observers take */
	fix_run(&s.f, 0);
	express = s.f.n->stats.rounds_express;
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	fix_run(&s.f, 3 * KITH_SECOND - 1);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	assert_true(s.f.n->stats.rounds_express > express);
	fix_run(&s.f, KITH_MS);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_FAILED), 1);
	fix_end(&s.f);
}

/* An early look is stale when S is over, so the last one begins early enough to end with it. */
static void the_last_look_ends_when_S_does(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	other_says(&s, 0, SILENT); /* we observe, and look at once: until 400 ms */
	other_says(&s, 1, SILENT);
	other_says(&s, 2, SILENT);
	fix_run(&s.f, 3 * KITH_SECOND - 1);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	fix_run(&s.f, KITH_MS);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	assert_int_equal(s.f.n->stats.rounds_express, 2);
	fix_end(&s.f);
}

/* Four insiders suspect without pause a member that answers: no number of them is enough. */
static void who_answers_the_last_look_does_not_fail(void **state)
{
	struct scene s;
	uint32_t i, k;

	(void)state;
	scene_setup(&s, 4);
	for (i = 0; i < 600; i++) {
		if (i % 10 == 0)
			for (k = 0; k < 4; k++)
				other_says(&s, k, (uint8_t)(i / 10 % 2));
		fix_run(&s.f, 50 * KITH_MS);
		person_acks(&s.f, &s.target);
		assert_int_not_equal(s.t->status, KITH_STATUS_FAILED);
	}
	assert_int_equal(s.f.n->stats.members_failed, 0);
	assert_true(s.f.n->stats.rounds_express > 20);
	fix_end(&s.f);
}

static void enough_refusals_and_half_a_second(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	other_says(&s, 0, REFUSED);
	other_says(&s, 1, REFUSED);
	fix_run(&s.f, 300 * KITH_MS);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	other_says(&s, 2, REFUSED);
	fix_run(&s.f, KITH_REFUSED_WAIT - KITH_MS);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	fix_run(&s.f, 200 * KITH_MS);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
}

static void three_own_refusals_and_one_others(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	kith_suspect_round_failed(s.f.n, s.t,
				  &(struct kith_verdict){.kind = REFUSED,
							 .path = KITH_PATH_TCP_REFUSED,
							 .is_express = true,
							 .is_triple_refused = true});
	fix_collect(&s.f);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	other_says(&s, 0, SILENT);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	other_says(&s, 1, REFUSED);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
	/* Below three members nobody else could say so. One round alone may have begun before its present
	 * life did. */
	scene_setup(&s, 0);
	kith_suspect_round_failed(s.f.n, s.t,
				  &(struct kith_verdict){.kind = REFUSED,
							 .path = KITH_PATH_TCP_REFUSED,
							 .is_express = true,
							 .is_triple_refused = true});
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	kith_suspect_round_failed(s.f.n, s.t,
				  &(struct kith_verdict){.kind = REFUSED, .path = KITH_PATH_TCP_REFUSED});
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
}

/* --- observers and absence -------------------------------------------------------------------- */

static void an_observer_looks_for_itself_once_a_second(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s, 4);
	other_says(&s, 0, SILENT);
	assert_int_equal(s.f.n->stats.rounds_express, 1);
	for (i = 1; i < 4; i++)
		other_says(&s, i, SILENT);
	assert_int_equal(s.f.n->stats.rounds_express, 1);
	fix_end(&s.f);
}

static void who_is_no_observer_does_not(void **state)
{
	struct person many[30], *target = NULL, *witness;
	uint8_t record[KITH_RECORD_MAX];
	struct kith_peer *observers[KITH_OBSERVERS];
	struct fix f;
	uint32_t i, k;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 30; i++)
		person_joins(&f, &many[i], 1 + i);
	kith_timer_stop(f.n, &f.n->period.timer);
	for (i = 0; i < 30 && target == NULL; i++) {
		const uint32_t count = kith_ring_observers(f.n, person_peer(&f, &many[i]),
							   observers);

		assert_int_equal(count, KITH_OBSERVERS);
		for (k = 0; k < count && !observers[k]->is_self; k++)
			;
		if (k == count)
			target = &many[i];
	}
	assert_non_null(target);
	witness = target == &many[0] ? &many[1] : &many[0];
	(void)person_tells(&f, witness, record,
			   person_suspicion(&f, witness, person_peer(&f, target), 0, record));
	assert_int_equal(f.n->stats.suspicions_received, 1);
	assert_int_equal(f.n->stats.rounds_express, 0);
	fix_end(&f);
}

/* At most 300 s, whatever the record says. */
static void an_announced_absence_ends(void **state)
{
	static const struct {
		uint16_t said_s, held_s;
	} cases[] = {{30, 30}, {300, 300}, {301, 300}, {UINT16_MAX, 300}};
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scene_setup(&s, 2);
		s.target.seq++;
		s.target.body.state = KITH_MEMBER_RESTARTING;
		s.target.body.back_s = cases[i].said_s;
		person_known(&s.f, &s.target);
		assert_int_equal(s.t->status, KITH_STATUS_RESTARTING);
		fix_run(&s.f, cases[i].held_s * KITH_SECOND - 1);
		assert_int_equal(s.t->status, KITH_STATUS_RESTARTING);
		fix_run(&s.f, 1);
		assert_int_equal(s.t->status, KITH_STATUS_FAILED);
		fix_end(&s.f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_needed_follows_from_who_else_is_up),
		cmocka_unit_test(own_rounds_and_distinct_others_add_up),
		cmocka_unit_test(a_newer_record_closes_the_case),
		cmocka_unit_test(only_a_round_begun_later_clears),
		cmocka_unit_test(one_word_is_looked_into),
		cmocka_unit_test(what_was_told_stays_told),
		cmocka_unit_test(against_the_living_a_suspicion_holds_300_s),
		cmocka_unit_test(against_the_failed_it_holds_until_they_are_forgotten),
		cmocka_unit_test(the_failed_who_speak_are_told_why),
		cmocka_unit_test(a_new_epoch_drops_what_the_old_one_signed),
		cmocka_unit_test(failed_after_S_and_a_last_look),
		cmocka_unit_test(the_last_look_ends_when_S_does),
		cmocka_unit_test(who_answers_the_last_look_does_not_fail),
		cmocka_unit_test(enough_refusals_and_half_a_second),
		cmocka_unit_test(three_own_refusals_and_one_others),
		cmocka_unit_test(an_observer_looks_for_itself_once_a_second),
		cmocka_unit_test(who_is_no_observer_does_not),
		cmocka_unit_test(an_announced_absence_ends),
	};

	return cmocka_run_group_tests_name("core/suspect", tests, NULL, NULL);
}
