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

static void four_refutations_make_a_dispute(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	is_suspected(&s, 3);
	assert_false(kith_is_disputed(s.f.n, s.t));
	is_suspected(&s, 1);
	assert_true(kith_is_disputed(s.f.n, s.t));
	passes(&s, 60 * KITH_SECOND - 1);
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

/* That is what quarantine is for. */
static void who_returns_from_failed_disputes_nothing(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_setup(&s, 4);
	is_suspected(&s, 3);
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
	uint64_t before;
	int i;

	(void)state;
	scene_setup(&s, 4);
	is_suspected(&s, 4);
	before = s.f.n->stats.suspicions_sent;
	for (i = 0; i < 4; i++)
		own_failure(&s, SILENT, true);
	passes(&s, patience(&s) - 1);
	own_failure(&s, SILENT, true);
	assert_int_equal(s.f.n->stats.suspicions_sent, before);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	passes(&s, patience(&s) + 1); /* twice S at most */
	own_failure(&s, SILENT, true);
	assert_int_equal(s.f.n->stats.suspicions_sent, before + 1);
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

static void anothers_word_is_given_time(void **state)
{
	struct scene s;
	uint64_t before;

	(void)state;
	scene_setup(&s, 4);
	is_suspected(&s, 4);
	before = s.f.n->stats.suspicions_sent;
	other_says(&s, 0, SILENT);
	passes(&s, patience(&s) - 1);
	own_failure(&s, SILENT, true);
	assert_int_equal(s.f.n->stats.suspicions_sent, before);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT); /* that word and ours */
	passes(&s, 1);
	own_failure(&s, SILENT, true);
	assert_int_equal(s.f.n->stats.suspicions_sent, before + 1);
	fix_end(&s.f);
}

static void a_refusal_is_said_at_once(void **state)
{
	struct scene s;
	uint64_t before;

	(void)state;
	scene_setup(&s, 4);
	is_suspected(&s, 4);
	before = s.f.n->stats.suspicions_sent;
	own_failure(&s, REFUSED, true);
	assert_int_equal(s.f.n->stats.suspicions_sent, before + 1);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_refutations_make_a_dispute),
		cmocka_unit_test(a_record_alone_refutes_nothing),
		cmocka_unit_test(who_returns_from_failed_disputes_nothing),
		cmocka_unit_test(what_is_not_said_counts_for_nothing),
		cmocka_unit_test(anothers_word_is_given_time),
		cmocka_unit_test(a_refusal_is_said_at_once),
	};

	return cmocka_run_group_tests_name("core/dispute", tests, NULL, NULL);
}
