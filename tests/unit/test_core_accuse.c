/* SPDX-License-Identifier: ISC */
/* What a host signs against others, and what it keeps to itself. */
#include "unit/core_suspects.h"

#include "core/accuse.h"

static void silence_is_signed_once_and_once_more_as_refusal(void **state)
{
	struct scene s;
	struct kith_msg m;

	(void)state;
	scene_setup(&s, 2);
	kith_peer_heard(s.f.n, person_peer(&s.f, &s.more[0]), NULL);
	own_failure(&s, SILENT, false);
	own_failure(&s, SILENT, false);
	assert_int_equal(s.f.n->stats.suspicions_sent, 1);
	/* The other two members are both observers, and are told at once. */
	assert_int_equal(person_heard(&s.f, &s.more[0], KITH_MSG_RECORD, &m), 1);
	assert_int_equal(m.blob.len, KITH_SUSPICION_LEN);
	own_failure(&s, REFUSED, false);
	own_failure(&s, REFUSED, false);
	own_failure(&s, SILENT, false);
	assert_int_equal(s.f.n->stats.suspicions_sent, 2);
	fix_end(&s.f);
}

static void nothing_is_signed_when_four_are_held(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s, 4);
	for (i = 0; i < 4; i++)
		other_says(&s, i, SILENT);
	own_failure(&s, SILENT, false);
	assert_int_equal(s.f.n->stats.suspicions_sent, 0);
	assert_int_equal(evidence(&s), 5);
	fix_end(&s.f);
}

/* While half of our own rounds fail, we are more likely the broken one. */
static void in_doubt_one_suspicion_a_second_is_signed(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s, 5);
	s.f.n->probes.verdicts = 0xff;
	for (i = 0; i < 5; i++) {
		kith_suspect_round_failed(
			s.f.n, person_peer(&s.f, &s.more[i]),
			&(struct kith_verdict){.kind = SILENT, .path = KITH_PATH_DIRECT});
		fix_collect(&s.f);
	}
	assert_int_equal(s.f.n->stats.suspicions_sent, 1);
	s.f.n->now = s.f.now += KITH_SECOND;
	own_failure(&s, SILENT, false);
	assert_int_equal(s.f.n->stats.suspicions_sent, 2);
	fix_end(&s.f);
}

/* Rounds in which nobody was heard convict, and are told to nobody. */
static void fails_alone(struct scene *s)
{
	int i;

	for (i = 0; i < 4; i++) {
		s->f.n->now = s->f.now += 5 * KITH_SECOND;
		kith_suspect_round_failed(
			s->f.n, s->t,
			&(struct kith_verdict){.kind = SILENT, .is_express = true, .is_alone = true});
	}
	fix_collect(&s->f);
	assert_int_equal(s->t->status, KITH_STATUS_FAILED);
	assert_int_equal(s->f.n->stats.suspicions_sent, 0);
}

/* What others hold against it stands, whoever was alone. */
static void only_what_was_concluded_alone_is_withdrawn(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 5);
	fails_alone(&s);
	kith_suspect_heard(s.f.n, s.t); /* the link may be one-way */
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	kith_suspect_not_alone(s.f.n, s.t->since); /* asked when it was not held failed yet */
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	kith_suspect_not_alone(s.f.n, s.t->since + 1);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	own_failure(&s, SILENT, false);
	assert_int_equal(s.f.n->stats.suspicions_sent, 1);
	fix_end(&s.f);
	scene_setup(&s, 5);
	other_says(&s, 0, SILENT);
	fails_alone(&s);
	kith_suspect_not_alone(s.f.n, s.t->since + 1);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	kith_suspect_drop(s.f.n, kith_peer_case(s.t), 0); /* until that is over */
	kith_suspect_not_alone(s.f.n, s.t->since + 1);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	fix_end(&s.f);
}

/* A look that failed alone convicts only while we are alone. */
static void convicts_unless_it(bool hears)
{
	const struct kith_verdict alone = {.kind = SILENT, .is_express = true, .is_alone = true};
	struct scene s;

	scene_setup(&s, 5);
	other_says(&s, 0, SILENT);
	other_says(&s, 1, SILENT);
	end_all_rounds(&s);
	kith_suspect_round_failed(s.f.n, s.t, &alone);
	fix_run(&s.f, 2900 * KITH_MS);
	end_all_rounds(&s);
	kith_suspect_round_failed(s.f.n, s.t, &alone);
	s.f.n->now = s.f.now += 1;
	if (hears)
		kith_peer_heard(s.f.n, person_peer(&s.f, &s.more[0]), NULL);
	fix_run(&s.f, 200 * KITH_MS);
	assert_int_equal(s.t->status == KITH_STATUS_FAILED, !hears);
	fix_end(&s.f);
}

static void who_hears_again_looks_again(void **state)
{
	(void)state;
	convicts_unless_it(false);
	convicts_unless_it(true);
}

/* Two others suspect us, and we refute, so often that they take their time; that many of our own last
 * rounds failed. */
static void we_are_disputed(struct scene *s, uint32_t failed)
{
	uint8_t record[KITH_RECORD_MAX];
	int i, who;

	for (i = 0; i < 2 * KITH_DISPUTED; i++) {
		s->f.n->now = s->f.now += 2 * KITH_SECOND;
		for (who = 0; who < 2; who++)
			(void)person_tells(&s->f, &s->more[who], record,
					   person_suspicion(&s->f, &s->more[who], s->f.n->own.peer, SILENT,
							    record));
	}
	assert_true(kith_is_disputed(s->f.n, s->f.n->own.peer));
	s->f.n->probes.verdicts = (1u << failed) - 1;
	fix_collect(&s->f);
}

/* Who hears badly would make everybody refute, and is the only one who can know. */
static void who_is_disputed_and_hears_badly_is_mute(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	s.f.n->probes.verdicts = (1u << KITH_MUTE_ROUNDS) - 1;
	assert_false(kith_accuse_is_mute(s.f.n)); /* others may be silent, and nobody says that it is we */
	we_are_disputed(&s, KITH_MUTE_ROUNDS);
	own_failure(&s, SILENT, false);
	assert_int_equal(s.f.n->stats.suspicions_sent, 0);
	assert_int_equal(evidence(&s), 1);
	own_failure(&s, REFUSED, false);
	assert_int_equal(s.f.n->stats.suspicions_sent, 1);
	fix_end(&s.f);
}

static void nobody_is_silenced_by_what_others_say(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	we_are_disputed(&s, KITH_MUTE_ROUNDS - 1);
	own_failure(&s, SILENT, false);
	assert_int_equal(s.f.n->stats.suspicions_sent, 1);
	fix_end(&s.f);
}

/* The target is held failed by us alone, who said nothing. */
static void gives_up_silently(struct scene *s)
{
	int i;

	we_are_disputed(s, KITH_MUTE_ROUNDS);
	for (i = 0; i < 4; i++) {
		s->f.n->now = s->f.now += 8 * KITH_SECOND;
		own_failure(s, SILENT, true);
	}
	assert_int_equal(s->t->status, KITH_STATUS_FAILED);
	assert_int_equal(s->f.n->stats.suspicions_sent, 0);
}

/* It has not heard of it, so it can refute nothing: but it can answer. */
static void what_the_mute_concludes_an_answer_withdraws(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	gives_up_silently(&s);
	other_says(&s, 0, SILENT); /* that it can refute, and has to */
	kith_suspect_answered(s.f.n, s.t, s.f.now);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	kith_suspect_drop(s.f.n, kith_peer_case(s.t), 0);
	kith_suspect_answered(s.f.n, s.t, s.f.now);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	fix_end(&s.f);
}

static void whom_the_mute_gave_up_it_asks_in_full(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_setup(&s, 4);
	gives_up_silently(&s);
	end_all_rounds(&s);
	s.f.n->now = s.f.now += KITH_SECOND;
	kith_suspect_heard(s.f.n, s.t); /* when it is heard: the link may be one-way */
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	assert_true(kith_probe_is_probed(s.f.n, s.t));
	end_all_rounds(&s);
	fix_run(&s.f, 1);
	kith_period_start(s.f.n); /* and every other period */
	for (i = 0; i < 20 && !kith_probe_is_probed(s.f.n, s.t); i++)
		fix_run(&s.f, s.f.n->timing.period / 10);
	assert_true(kith_probe_is_probed(s.f.n, s.t));
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_signed_once_and_once_more_as_refusal),
		cmocka_unit_test(nothing_is_signed_when_four_are_held),
		cmocka_unit_test(in_doubt_one_suspicion_a_second_is_signed),
		cmocka_unit_test(only_what_was_concluded_alone_is_withdrawn),
		cmocka_unit_test(who_hears_again_looks_again),
		cmocka_unit_test(who_is_disputed_and_hears_badly_is_mute),
		cmocka_unit_test(nobody_is_silenced_by_what_others_say),
		cmocka_unit_test(what_the_mute_concludes_an_answer_withdraws),
		cmocka_unit_test(whom_the_mute_gave_up_it_asks_in_full),
	};

	return cmocka_run_group_tests_name("core/accuse", tests, NULL, NULL);
}
