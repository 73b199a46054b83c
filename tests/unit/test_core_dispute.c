/* SPDX-License-Identifier: ISC */
/* Who refutes again and again is suspected slowly. */
#include "unit/core_suspects.h"

#include "core/dispute.h"

/* S of this scene: five members or so. */
static kith_us patience(const struct scene *s)
{
	return kith_suspect_patience(s->f.n);
}

static void passes(struct scene *s, kith_us time)
{
	s->f.n->now = s->f.now += time;
}

static void refutes(struct scene *s)
{
	uint8_t record[KITH_RECORD_MAX];

	s->target.seq++;
	assert_int_equal(person_tells(&s->f, &s->target, record, person_record(&s->f, &s->target, record)),
			 KITH_STORE_NEWS);
}

/* Suspected and refuted so often. */
static void is_suspected(struct scene *s, uint32_t times)
{
	uint32_t i;

	for (i = 0; i < times; i++) {
		passes(s, KITH_SECOND);
		own_failure(s, SILENT, false);
		other_says(s, i % 4, SILENT);
		refutes(s);
	}
}

/* A scene in which the target has been suspected and has refuted so often. */
static void scene_of(struct scene *s, uint32_t times)
{
	scene_setup(s, 4);
	is_suspected(s, times);
}

/* A round of ours fails: whether we say so. */
static bool is_said(struct scene *s, enum kith_suspicion_kind kind)
{
	const uint64_t before = s->f.n->stats.suspicions_sent;

	own_failure(s, kind, true);
	return s->f.n->stats.suspicions_sent == before + 1;
}

static void four_refutations_make_a_dispute(void **state)
{
	struct scene s;

	(void)state;
	scene_of(&s, 3);
	assert_false(kith_is_disputed(s.f.n, s.t));
	is_suspected(&s, 1);
	assert_true(kith_is_disputed(s.f.n, s.t));
	passes(&s, KITH_DISPUTE_MEMORY(s.f.n) - 1);
	assert_true(kith_is_disputed(s.f.n, s.t));
	passes(&s, 1);
	assert_false(kith_is_disputed(s.f.n, s.t));
	is_suspected(&s, 3);
	assert_false(kith_is_disputed(s.f.n, s.t)); /* that was long ago */
	fix_end(&s.f);
}

/* A change that nobody asked for is none. */
static void a_record_alone_refutes_nothing(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_setup(&s, 4);
	for (i = 0; i < 8; i++) {
		passes(&s, KITH_SECOND);
		refutes(&s);
	}
	assert_false(kith_is_disputed(s.f.n, s.t));
	fix_end(&s.f);
}

/* Nor do many words of one member. */
static void one_member_alone_makes_nobody_disputed(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_setup(&s, 4);
	for (i = 0; i < 8; i++) {
		passes(&s, KITH_SECOND);
		other_says(&s, 0, SILENT);
		refutes(&s);
	}
	assert_false(kith_is_disputed(s.f.n, s.t));
	is_suspected(&s, 4);
	passes(&s, KITH_DISPUTE_MEMORY(s.f.n) - 1);
	other_says(&s, 0, SILENT);
	refutes(&s);
	passes(&s, 2 * patience(&s));
	assert_true(kith_is_disputed(s.f.n, s.t)); /* but prolongs it */
	fix_end(&s.f);
}

/* Who hears badly suspects those who are well. */
static void words_of_the_disputed_make_nobody_disputed(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_peer *well;
	struct scene s;
	int i;

	(void)state;
	scene_of(&s, 4);
	well = person_peer(&s.f, &s.more[3]);
	for (i = 0; i < 8; i++) {
		passes(&s, KITH_SECOND);
		(void)person_tells(&s.f, &s.target, record,
				   person_suspicion(&s.f, &s.target, well, SILENT, record));
		(void)person_tells(&s.f, &s.more[0], record,
				   person_suspicion(&s.f, &s.more[0], well, SILENT, record));
		s.more[3].seq++;
		(void)person_tells(&s.f, &s.more[3], record, person_record(&s.f, &s.more[3], record));
	}
	assert_int_equal(well->record->seq, s.more[3].seq);
	assert_false(kith_is_disputed(s.f.n, well));
	fix_end(&s.f);
}

/* Who hears nobody says nothing, and concludes all the same: it is withdrawn when somebody is heard. */
static void who_is_alone_does_not_wait_for_a_word(void **state)
{
	const struct kith_verdict alone = {.kind = SILENT, .is_express = true, .is_alone = true};
	struct scene s;
	int i;

	(void)state;
	scene_of(&s, 4);
	for (i = 0; i < 4; i++) {
		passes(&s, 2 * patience(&s));
		kith_suspect_round_failed(s.f.n, s.t, &alone);
		fix_collect(&s.f);
	}
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	assert_true(kith_suspect_is_private(s.t));
	fix_end(&s.f);
}

/* That is what quarantine is for. */
static void who_returns_from_failed_disputes_nothing(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_of(&s, 3);
	other_says(&s, 0, SILENT);
	for (i = 0; i < 4; i++) {
		passes(&s, 3 * KITH_SECOND);
		own_failure(&s, SILENT, true);
	}
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	refutes(&s);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	assert_false(kith_is_disputed(s.f.n, s.t));
	fix_end(&s.f);
}

static void what_is_not_said_counts_for_nothing(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_of(&s, 4);
	for (i = 0; i < 4; i++)
		assert_false(is_said(&s, SILENT));
	passes(&s, patience(&s) - 1);
	assert_false(is_said(&s, SILENT));
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	passes(&s, patience(&s) + 1); /* twice S at most */
	assert_true(is_said(&s, SILENT));
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	/* It has twice the time of others to answer. */
	passes(&s, 2 * patience(&s) - 1);
	own_failure(&s, SILENT, true);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	passes(&s, 1);
	own_failure(&s, SILENT, true);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
}

static void it_is_left_alone_longer_each_time(void **state)
{
	struct scene s;

	(void)state;
	scene_of(&s, 9);
	passes(&s, 4 * patience(&s) - 1);
	assert_false(is_said(&s, SILENT));
	passes(&s, patience(&s) + 1);
	assert_true(is_said(&s, SILENT));
	fix_end(&s.f);
}

/* How the one suspicion of it that is held here is told. */
static int lane_of_a_word(struct scene *s, uint32_t who, enum kith_suspicion_kind kind)
{
	const struct kith_held *h;

	other_says(s, who, kind);
	h = kith_suspect_held_by(kith_peer_case(s->t), &s->more[who].id.mid);
	return kith_gossip_of(s->f.n, h->rumor, h->record)->lane;
}

static int lane_of_its_record(const struct scene *s)
{
	return kith_gossip_of(s->f.n, s->t->rumor, &s->t->record->fact)->lane;
}

/* All have to carry it, and learn nothing from it. */
static void what_is_told_of_it_again_and_again_is_told_seldom(void **state)
{
	struct scene s;

	(void)state;
	scene_of(&s, 3);
	assert_int_equal(lane_of_its_record(&s), KITH_LANE_URGENT);
	assert_int_equal(lane_of_a_word(&s, 0, SILENT), KITH_LANE_URGENT);
	refutes(&s);
	is_suspected(&s, 1);
	assert_int_equal(lane_of_its_record(&s), KITH_LANE_NOISE);
	assert_int_equal(lane_of_a_word(&s, 0, SILENT), KITH_LANE_NOISE);
	assert_int_equal(lane_of_a_word(&s, 1, REFUSED), KITH_LANE_URGENT);
	s.target.epoch++; /* it started again: that is news */
	s.target.seq = 0;
	refutes(&s);
	assert_int_equal(lane_of_its_record(&s), KITH_LANE_URGENT);
	fix_end(&s.f);
}

/* What a disputed member says is held; nobody else is told. */
static void its_own_words_are_not_passed_on(void **state)
{
	const struct kith_case *c;
	uint8_t record[KITH_RECORD_MAX];
	struct scene s;
	int i;

	(void)state;
	scene_of(&s, 3);
	for (i = 0; i < 2; i++) {
		const struct kith_peer *other = person_peer(&s.f, &s.more[i]);

		(void)person_tells(&s.f, &s.target, record,
				   person_suspicion(&s.f, &s.target, other, SILENT, record));
		c = kith_peer_case(other);
		assert_int_equal(c->held_count, 1);
		assert_int_equal(c->held[0].rumor != 0, i == 0);
		is_suspected(&s, 1);
	}
	fix_end(&s.f);
}

static void anothers_word_is_given_time(void **state)
{
	struct scene s;

	(void)state;
	scene_of(&s, 4);
	other_says(&s, 0, SILENT);
	passes(&s, patience(&s) - 1);
	assert_false(is_said(&s, SILENT));
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT); /* that word and ours */
	passes(&s, 1);
	assert_true(is_said(&s, SILENT));
	fix_end(&s.f);
}

static void a_refusal_is_said_at_once(void **state)
{
	struct scene s;

	(void)state;
	scene_of(&s, 4);
	assert_true(is_said(&s, REFUSED));
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_refutations_make_a_dispute),
		cmocka_unit_test(a_record_alone_refutes_nothing),
		cmocka_unit_test(one_member_alone_makes_nobody_disputed),
		cmocka_unit_test(words_of_the_disputed_make_nobody_disputed),
		cmocka_unit_test(who_is_alone_does_not_wait_for_a_word),
		cmocka_unit_test(who_returns_from_failed_disputes_nothing),
		cmocka_unit_test(what_is_not_said_counts_for_nothing),
		cmocka_unit_test(it_is_left_alone_longer_each_time),
		cmocka_unit_test(what_is_told_of_it_again_and_again_is_told_seldom),
		cmocka_unit_test(its_own_words_are_not_passed_on),
		cmocka_unit_test(anothers_word_is_given_time),
		cmocka_unit_test(a_refusal_is_said_at_once),
	};

	return cmocka_run_group_tests_name("core/dispute", tests, NULL, NULL);
}
