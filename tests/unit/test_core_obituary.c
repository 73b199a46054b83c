/* SPDX-License-Identifier: ISC */
/* How many suspicions of one member are held, and who is told of them besides what gossip tells. */
#include "unit/core_suspects.h"

#include "core/obituary.h"

/* How many suspicions lie in what was sent to it; all is forgotten. */
static uint32_t told(struct scene *s, struct person *p)
{
	uint32_t count = 0;
	struct kith_record_head head;
	struct kith_msg m;

	if (person_heard(&s->f, p, KITH_MSG_RECORD, &m) > 0 &&
	    kith_record_read(m.blob.p, m.blob.len, &head) == 0 && head.kind == KITH_RECORD_SUSPICION)
		count = person_heard(&s->f, p, KITH_MSG_RECORD, NULL);
	fix_forget(&s->f);
	return count;
}

/* Where another's suspicion was cleared there is a place, but not for whom 128 are held already. */
static void a_cleared_place_is_no_way_round_the_bound(void **state)
{
	struct kith_peer *witness;
	struct scene s;

	(void)state;
	scene_setup(&s, 5);
	for (uint32_t i = 0; i < 4; i++)
		other_says(&s, i, SILENT);
	witness = person_peer(&s.f, &s.more[4]);
	assert_false(kith_suspect_wants(s.f.n, witness, s.t)); /* four are held */
	kith_suspect_answered(s.f.n, s.t, s.f.now);
	assert_true(kith_suspect_wants(s.f.n, witness, s.t));
	witness->suspicions_live = KITH_SUSPICIONS_PER_SUSPECTOR - 1;
	assert_true(kith_suspect_wants(s.f.n, witness, s.t));
	witness->suspicions_live = KITH_SUSPICIONS_PER_SUSPECTOR;
	assert_false(kith_suspect_wants(s.f.n, witness, s.t));
	/* What takes the place of its own former one makes it no more. */
	person_peer(&s.f, &s.more[0])->suspicions_live = KITH_SUSPICIONS_PER_SUSPECTOR;
	assert_true(kith_suspect_wants(s.f.n, person_peer(&s.f, &s.more[0]), s.t));
	person_peer(&s.f, &s.more[0])->suspicions_live = 1;
	witness->suspicions_live = 0;
	fix_end(&s.f);
}

/* Who tells of a failed member as if it lived hears why it is not believed: at most once a second, and not
 * while it is held failed itself, for then it has more urgent things to hear. */
static void who_tells_of_the_dead_is_told(void **state)
{
	uint8_t tells[KITH_RECORD_MAX];
	struct person *teller;
	struct scene s;
	size_t len;

	(void)state;
	scene_setup(&s, 4);
	teller = &s.more[3];
	len = person_record(&s.f, &s.target, tells);
	for (uint32_t i = 0; i < 3; i++)
		other_says(&s, i, SILENT);
	kith_probe_abort_all(s.f.n);
	fix_forget(&s.f);
	(void)person_tells(&s.f, teller, tells, len);
	assert_int_equal(told(&s, teller), 0); /* it is not failed */
	kith_peer_set_status(s.f.n, s.t, KITH_STATUS_FAILED, NULL);
	fix_forget(&s.f);
	(void)person_tells(&s.f, teller, tells, len);
	assert_int_equal(told(&s, teller), 3);
	fix_forget(&s.f);
	(void)person_tells(&s.f, teller, tells, len);
	assert_int_equal(told(&s, teller), 0);
	s.f.now += KITH_SECOND;
	kith_node_tick(s.f.n, s.f.now);
	fix_forget(&s.f);
	kith_peer_set_status(s.f.n, person_peer(&s.f, teller), KITH_STATUS_FAILED, NULL);
	(void)person_tells(&s.f, teller, tells, len);
	assert_int_equal(told(&s, teller), 0);
	fix_end(&s.f);
}

/* The record of a failed member goes with them. */
static void who_asks_for_it_gets_them_too(void **state)
{
	struct kith_msg want = {.kind = KITH_MSG_WANT};
	struct scene s;

	(void)state;
	scene_setup(&s, 4);
	want.mid = s.target.id.mid.b;
	for (uint32_t i = 0; i < 3; i++)
		other_says(&s, i, SILENT);
	kith_probe_abort_all(s.f.n);
	fix_forget(&s.f);
	person_say(&s.f, &s.more[3], &want);
	assert_int_equal(person_heard(&s.f, &s.more[3], KITH_MSG_INTRO, NULL), 1);
	assert_int_equal(told(&s, &s.more[3]), 0);
	kith_peer_set_status(s.f.n, s.t, KITH_STATUS_FAILED, NULL);
	fix_forget(&s.f);
	person_say(&s.f, &s.more[3], &want);
	assert_int_equal(person_heard(&s.f, &s.more[3], KITH_MSG_INTRO, NULL), 1);
	assert_int_equal(told(&s, &s.more[3]), 3);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cleared_place_is_no_way_round_the_bound),
		cmocka_unit_test(who_tells_of_the_dead_is_told),
		cmocka_unit_test(who_asks_for_it_gets_them_too),
	};

	return cmocka_run_group_tests_name("core/obituary", tests, NULL, NULL);
}
