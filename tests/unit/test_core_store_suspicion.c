/* SPDX-License-Identifier: ISC */
/* The way of a suspicion through core/store: what is dropped before its signature is checked. */
#include "unit/core_fix.h"

#include "core/store.h"

struct scene {
	struct fix f;
	struct person target, suspector, deliverer;
	struct kith_peer *t;
	uint64_t checked;
};

static void scene_setup(struct scene *s)
{
	fix_setup(&s->f);
	s->t = person_joins(&s->f, &s->target, 1);
	person_joins(&s->f, &s->suspector, 2);
	person_joins(&s->f, &s->deliverer, 3);
	kith_peer_heard(s->f.n, person_peer(&s->f, &s->deliverer), NULL); /* DATA, not INTRO */
	fix_forget(&s->f);
	s->checked = s->f.n->stats.signatures_checked;
}

static enum kith_store_result tell(struct scene *s, const uint8_t *record, size_t len)
{
	return person_tells(&s->f, &s->deliverer, record, len);
}

/* A suspicion with anything in it, of this number. */
static enum kith_store_result tell_any(struct scene *s, const struct kith_suspicion *what,
				       uint32_t epoch, uint32_t number)
{
	uint8_t body[KITH_SUSPICION_BODY], record[KITH_RECORD_MAX];
	size_t len;

	kith_suspicion_write(what, body);
	len = person_sign(&s->f, &s->suspector, KITH_RECORD_SUSPICION, epoch, number,
			  (struct kith_bytes){body, sizeof(body)}, record);
	return tell(s, record, len);
}

static struct kith_suspicion of_target(const struct scene *s)
{
	const struct kith_member_fact *r = s->t->record;

	return (struct kith_suspicion){r->mid, r->epoch, r->seq, KITH_SUSPICION_SILENCE,
				       KITH_PATH_DIRECT};
}

/* The last delivery was dropped as `reason`, the so-manieth, without a look at its signature. */
#define ASSERT_CHEAP(s, reason, count) \
	do { \
		assert_int_equal((s)->f.n->stats.drops.reason, count); \
		assert_int_equal((s)->f.n->stats.signatures_checked, (s)->checked); \
		assert_int_equal(fix_drops(&(s)->f), count); \
	} while (0)

static void one_of_the_stored_record_is_taken_and_counts(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct scene s;
	size_t len;

	(void)state;
	scene_setup(&s);
	len = person_suspicion(&s.f, &s.suspector, s.t, KITH_SUSPICION_SILENCE, record);
	assert_int_equal(tell(&s, record, len), KITH_STORE_NEWS);
	assert_int_equal(s.f.n->stats.signatures_checked, s.checked + 1);
	assert_int_equal(s.f.n->stats.suspicions_received, 1);
	assert_non_null(kith_peer_case(s.t));
	assert_int_equal(kith_peer_case(s.t)->held_count, 1);
	/* The same again is old: its number was seen. */
	s.checked++;
	assert_int_equal(tell(&s, record, len), KITH_STORE_OLD);
	ASSERT_CHEAP(&s, record_old, 1);
	fix_end(&s.f);
}

static void an_expired_one_is_dropped(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct scene s;
	size_t len;

	(void)state;
	scene_setup(&s);
	s.suspector.expires = FIX_UNIX_S - 3600;
	len = person_suspicion(&s.f, &s.suspector, s.t, KITH_SUSPICION_SILENCE, record);
	assert_int_equal(tell(&s, record, len), KITH_STORE_BAD);
	ASSERT_CHEAP(&s, record_expired, 1);
	fix_end(&s.f);
}

static void a_body_that_is_none_is_dropped(void **state)
{
	uint8_t body[KITH_SUSPICION_BODY + 1], record[KITH_RECORD_MAX];
	struct kith_suspicion what;
	struct scene s;
	size_t len;

	(void)state;
	scene_setup(&s);
	what = of_target(&s);
	memset(body, 0, sizeof(body));
	kith_suspicion_write(&what, body);
	len = person_sign(&s.f, &s.suspector, KITH_RECORD_SUSPICION, 1, 1,
			  (struct kith_bytes){body, sizeof(body)}, record);
	assert_int_equal(tell(&s, record, len), KITH_STORE_BAD);
	body[24] = KITH_SUSPICION_REFUSAL + 1;
	len = person_sign(&s.f, &s.suspector, KITH_RECORD_SUSPICION, 1, 1,
			  (struct kith_bytes){body, KITH_SUSPICION_BODY}, record);
	assert_int_equal(tell(&s, record, len), KITH_STORE_BAD);
	ASSERT_CHEAP(&s, record_malformed, 2);
	fix_end(&s.f);
}

static void only_exactly_the_stored_record_may_be_suspected(void **state)
{
	struct kith_suspicion what;
	struct kith_msg want;
	struct scene s;

	(void)state;
	scene_setup(&s);
	s.target.seq = 5;
	person_known(&s.f, &s.target);
	fix_forget(&s.f);
	s.checked = s.f.n->stats.signatures_checked;
	what = of_target(&s);
	what.seq = 4;
	assert_int_equal(tell_any(&s, &what, 1, 1), KITH_STORE_OLD);
	assert_int_equal(person_heard(&s.f, &s.deliverer, KITH_MSG_WANT, NULL), 0);
	/* A newer one: the deliverer must have the record, so it is asked for it. */
	what.seq = 6;
	assert_int_equal(tell_any(&s, &what, 1, 2), KITH_STORE_OLD);
	assert_int_equal(person_heard(&s.f, &s.deliverer, KITH_MSG_WANT, &want), 1);
	assert_memory_equal(want.mid, s.t->record->mid.b, 16);
	assert_int_equal(want.e, 1);
	assert_int_equal(want.q, 5);
	what.epoch = 0;
	assert_int_equal(tell_any(&s, &what, 1, 3), KITH_STORE_OLD);
	ASSERT_CHEAP(&s, record_old, 3);
	assert_null(kith_peer_case(s.t));
	fix_end(&s.f);
}

static void a_stranger_or_oneself_is_not_suspected(void **state)
{
	struct kith_suspicion what;
	struct scene s;

	(void)state;
	scene_setup(&s);
	what = of_target(&s);
	what.target.b[0] ^= 1;
	assert_int_equal(tell_any(&s, &what, 1, 1), KITH_STORE_OLD);
	what.target = s.suspector.id.mid;
	assert_int_equal(tell_any(&s, &what, 1, 2), KITH_STORE_OLD);
	ASSERT_CHEAP(&s, record_old, 2);
	fix_end(&s.f);
}

static void a_strangers_suspicion_makes_a_want_for_the_stranger(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person stranger;
	struct kith_msg want;
	struct scene s;
	size_t len;

	(void)state;
	scene_setup(&s);
	person_init(&s.f, &stranger, 9);
	len = person_suspicion(&s.f, &stranger, s.t, KITH_SUSPICION_SILENCE, record);
	assert_int_equal(tell(&s, record, len), KITH_STORE_BAD);
	ASSERT_CHEAP(&s, record_unknown_owner, 1);
	assert_int_equal(person_heard(&s.f, &s.deliverer, KITH_MSG_WANT, &want), 1);
	assert_memory_equal(want.mid, stranger.id.mid.b, 16);
	fix_end(&s.f);
}

/* --- numbers ---------------------------------------------------------------------------------- */

static void numbers_are_taken_once_in_any_order(void **state)
{
	struct kith_suspicion what;
	struct scene s;
	uint32_t old = 0;
	size_t i;
	static const struct {
		uint32_t epoch, number;
		bool is_new;
	} cases[] = {
		{1, 300, true}, {1, 300, false}, {1, 299, true},  {1, 45, true}, {1, 45, false},
		{1, 44, false}, /* 256 behind */
		{2, 1, true},   {2, 1, false},   {1, 301, false}, {2, 2, true},
	};

	(void)state;
	scene_setup(&s);
	what = of_target(&s);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s.checked = s.f.n->stats.signatures_checked;
		(void)tell_any(&s, &what, cases[i].epoch, cases[i].number);
		if (cases[i].is_new) {
			assert_int_equal(s.f.n->stats.signatures_checked, s.checked + 1);
			continue;
		}
		old++;
		ASSERT_CHEAP(&s, record_old, old);
	}
	fix_end(&s.f);
}

/* Numbers start at 1; nobody honest signs a 0, and it fits no window. */
static void number_zero_is_never_new(void **state)
{
	struct kith_suspicion what;
	struct scene s;

	(void)state;
	scene_setup(&s);
	what = of_target(&s);
	assert_int_equal(tell_any(&s, &what, 1, 0), KITH_STORE_OLD);
	assert_int_equal(tell_any(&s, &what, 7, 0), KITH_STORE_OLD);
	assert_int_equal(tell_any(&s, &what, UINT32_MAX, 0), KITH_STORE_OLD);
	ASSERT_CHEAP(&s, record_old, 3);
	fix_end(&s.f);
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void an_owner_over_its_quota_is_dropped_and_its_number_stays_good(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_suspicion what;
	struct scene s;
	size_t len;
	uint32_t i;

	(void)state;
	scene_setup(&s);
	what = of_target(&s);
	for (i = 1; i <= 16; i++)
		(void)tell_any(&s, &what, 1, i);
	assert_int_equal(s.f.n->stats.signatures_checked, s.checked + 16);
	s.checked += 16;
	s.suspector.numbered = 16;
	len = person_suspicion(&s.f, &s.suspector, s.t, KITH_SUSPICION_SILENCE, record);
	assert_int_equal(tell(&s, record, len), KITH_STORE_BAD);
	ASSERT_CHEAP(&s, record_quota, 1);
	/* Told again later, it is news. */
	s.f.n->now = s.f.now += KITH_SECOND;
	(void)tell(&s, record, len);
	assert_int_equal(s.f.n->stats.signatures_checked, s.checked + 1);
	fix_end(&s.f);
}

static void the_fifth_of_a_target_is_not_wanted(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person more[3];
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s);
	for (i = 0; i < 3; i++)
		person_joins(&s.f, &more[i], 10 + i);
	s.suspector.numbered = 0;
	for (i = 0; i < 3; i++)
		(void)tell(&s, record, person_suspicion(&s.f, &more[i], s.t, 0, record));
	(void)tell(&s, record, person_suspicion(&s.f, &s.deliverer, s.t, 0, record));
	assert_int_equal(kith_peer_case(s.t)->held_count, 4);
	s.checked = s.f.n->stats.signatures_checked;
	(void)tell(&s, record, person_suspicion(&s.f, &s.suspector, s.t, 0, record));
	ASSERT_CHEAP(&s, record_old, 1);
	/* One of the four may say it again. */
	(void)tell(&s, record, person_suspicion(&s.f, &more[1], s.t, 1, record));
	assert_int_equal(s.f.n->stats.signatures_checked, s.checked + 1);
	assert_int_equal(kith_peer_case(s.t)->held_count, 4);
	fix_end(&s.f);
}

static void one_suspector_has_at_most_128_live(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person *many;
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s);
	many = test_calloc(130, sizeof(*many));
	for (i = 0; i < 130; i++)
		person_joins(&s.f, &many[i], 100 + i);
	for (i = 0; i < 130; i++) {
		const struct kith_bytes r = {
			record, person_suspicion(&s.f, &s.suspector, person_peer(&s.f, &many[i]),
						 0, record)};

		assert_int_equal(kith_store_record(s.f.n, NULL, (struct kith_bytes){NULL, 0}, r,
						   KITH_STORE_BY_SYNC),
				 i < 128 ? KITH_STORE_NEWS : KITH_STORE_OLD);
	}
	assert_int_equal(person_peer(&s.f, &s.suspector)->suspicions_live, 128);
	/* A refutation gives a place back. */
	many[5].seq++;
	person_known(&s.f, &many[5]);
	assert_int_equal(person_peer(&s.f, &s.suspector)->suspicions_live, 127);
	test_free(many);
	fix_end(&s.f);
}

static void nobody_who_said_so_is_suspected_of_being_away(void **state)
{
	static const uint8_t states[] = {KITH_MEMBER_RESTARTING, KITH_MEMBER_LEFT};
	struct kith_suspicion what;
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s);
	for (i = 0; i < 2; i++) {
		s.target.seq++;
		s.target.body.state = states[i];
		s.target.body.back_s = 30;
		person_known(&s.f, &s.target);
		s.checked = s.f.n->stats.signatures_checked;
		what = of_target(&s);
		assert_int_equal(tell_any(&s, &what, 1, i + 1), KITH_STORE_OLD);
		ASSERT_CHEAP(&s, record_old, i + 1);
	}
	fix_end(&s.f);
}

static void a_forged_one_convicts_its_deliverer(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct scene s;
	size_t len;
	int i;

	(void)state;
	scene_setup(&s);
	for (i = 0; i < 3; i++) {
		len = person_suspicion(&s.f, &s.suspector, s.t, 0, record);
		record[len - 1] ^= 1;
		assert_int_equal(tell(&s, record, len), KITH_STORE_FORGED);
	}
	assert_int_equal(s.f.n->stats.drops.record_signature, 3);
	assert_null(kith_peer_case(s.t));
	s.checked = s.f.n->stats.signatures_checked;
	len = person_suspicion(&s.f, &s.suspector, s.t, 0, record);
	assert_int_equal(tell(&s, record, len), KITH_STORE_BAD);
	assert_int_equal(s.f.n->stats.signatures_checked, s.checked);
	/* What was forged in its name took none of the suspector's numbers. */
	assert_int_equal(person_tells(&s.f, &s.suspector, record, len), KITH_STORE_NEWS);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_the_stored_record_is_taken_and_counts),
		cmocka_unit_test(an_expired_one_is_dropped),
		cmocka_unit_test(a_body_that_is_none_is_dropped),
		cmocka_unit_test(only_exactly_the_stored_record_may_be_suspected),
		cmocka_unit_test(a_stranger_or_oneself_is_not_suspected),
		cmocka_unit_test(a_strangers_suspicion_makes_a_want_for_the_stranger),
		cmocka_unit_test(numbers_are_taken_once_in_any_order),
		cmocka_unit_test(number_zero_is_never_new),
		cmocka_unit_test(an_owner_over_its_quota_is_dropped_and_its_number_stays_good),
		cmocka_unit_test(the_fifth_of_a_target_is_not_wanted),
		cmocka_unit_test(one_suspector_has_at_most_128_live),
		cmocka_unit_test(nobody_who_said_so_is_suspected_of_being_away),
		cmocka_unit_test(a_forged_one_convicts_its_deliverer),
	};

	return cmocka_run_group_tests_name("core/store: suspicions", tests, NULL, NULL);
}
