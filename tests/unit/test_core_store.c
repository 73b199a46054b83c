/* SPDX-License-Identifier: ISC */
#include "unit/core_fix.h"

#include "core/store.h"

/* What one delivery did. */
struct effect {
	uint64_t checked, accepted, drops;
};

static struct effect so_far(const struct fix *f)
{
	return (struct effect){f->n->stats.signatures_checked, f->n->stats.records_accepted,
			       fix_drops(f)};
}

/* Since `before`: so many signatures checked and records taken, and one reason counted per drop. */
#define ASSERT_EFFECT(f, before, checks, takes, dropped) \
	do { \
		const struct effect now_ = so_far(f); \
		assert_int_equal(now_.checked - (before).checked, checks); \
		assert_int_equal(now_.accepted - (before).accepted, takes); \
		assert_int_equal(now_.drops - (before).drops, dropped); \
	} while (0)

static enum kith_store_result tell_with(struct fix *f, struct person *deliverer,
					const struct person *certificate, const uint8_t *record,
					size_t len)
{
	enum kith_store_result r;

	r = kith_store_record(f->n, deliverer != NULL ? person_peer(f, deliverer) : NULL,
			      (struct kith_bytes){certificate->cert, certificate->cert_len},
			      (struct kith_bytes){record, len}, KITH_STORE_BY_DATAGRAM);
	fix_collect(f);
	return r;
}

static void a_newer_record_costs_one_check_and_an_old_one_none(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct effect before;
	struct person a, b;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	a.seq = 2;
	len = person_record(&f, &a, record);
	before = so_far(&f);
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_NEWS);
	ASSERT_EFFECT(&f, before, 1, 1, 0);
	before = so_far(&f);
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_OLD);
	a.seq = 1;
	len = person_record(&f, &a, record);
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_OLD);
	ASSERT_EFFECT(&f, before, 0, 0, 2);
	assert_int_equal(f.n->stats.drops.record_old, 2);
	fix_end(&f);
}

static void malformed_bytes_cost_nothing(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct effect before;
	struct person a, b;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	a.seq = 2;
	len = person_record(&f, &a, record);
	before = so_far(&f);
	assert_int_equal(person_tells(&f, &b, record, len - 1), KITH_STORE_BAD);
	record[0] = 2;
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_BAD);
	assert_int_equal(person_tells(&f, &b, record, 0), KITH_STORE_BAD);
	ASSERT_EFFECT(&f, before, 0, 0, 3);
	assert_int_equal(f.n->stats.drops.record_malformed, 3);
	fix_end(&f);
}

/* A record must expire after an hour ago, and before 96 hours and an hour from now. */
static void expiry_is_judged_before_the_signature(void **state)
{
	static const struct {
		int64_t expires_in_s;
		bool in_time;
	} cases[] = {{-3600, false}, {-3599, true}, {97 * 3600 - 1, true}, {97 * 3600, false}};
	struct fix f;
	size_t i;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t record[KITH_RECORD_MAX];
		struct effect before;
		struct person p;

		person_joins(&f, &p, (uint32_t)i + 1);
		p.seq = 2;
		p.expires = (uint32_t)(FIX_UNIX_S + cases[i].expires_in_s);
		before = so_far(&f);
		(void)person_tells(&f, &p, record, person_record(&f, &p, record));
		if (cases[i].in_time)
			ASSERT_EFFECT(&f, before, 1, 1, 0);
		else
			ASSERT_EFFECT(&f, before, 0, 0, 1);
	}
	assert_int_equal(f.n->stats.drops.record_expired, 2);
	fix_end(&f);
}

static void a_record_of_a_stranger_makes_a_want_and_no_check(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct effect before;
	struct person a, stranger;
	struct kith_msg want;
	struct fix f;
	size_t len;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_init(&f, &stranger, 2);
	fix_forget(&f);
	/* DATA, not introductions: the want is to be read without the node's record around it. */
	kith_peer_heard(f.n, person_peer(&f, &a), NULL);
	before = so_far(&f);
	len = person_record(&f, &stranger, record);
	assert_int_equal(person_tells(&f, &a, record, len), KITH_STORE_BAD);
	ASSERT_EFFECT(&f, before, 0, 0, 1);
	assert_int_equal(f.n->stats.drops.record_unknown_owner, 1);
	assert_int_equal(person_heard(&f, &a, KITH_MSG_WANT, &want), 1);
	assert_memory_equal(want.mid, stranger.id.mid.b, 16);
	assert_int_equal(want.e, 0);
	assert_int_equal(want.q, 0);
	/* At most a hundred at once, however many it names. */
	for (i = 0; i < 200; i++)
		(void)person_tells(&f, &a, record, len);
	assert_int_equal(person_heard(&f, &a, KITH_MSG_WANT, NULL), 100);
	fix_end(&f);
}

/* An owner's own flood: 16 records at once, 2 a second; what is over costs no signature check. */
static void an_owner_over_its_quota_costs_no_check(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct effect before;
	struct person a;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	before = so_far(&f);
	for (i = 0; i < 30; i++) {
		a.seq++;
		(void)person_tells(&f, &a, record, person_record(&f, &a, record));
	}
	ASSERT_EFFECT(&f, before, 16, 16, 14);
	assert_int_equal(f.n->stats.drops.record_quota, 14);
	before = so_far(&f);
	f.now += KITH_SECOND;
	kith_node_tick(f.n, f.now);
	for (i = 0; i < 3; i++) {
		a.seq++;
		(void)person_tells(&f, &a, record, person_record(&f, &a, record));
	}
	ASSERT_EFFECT(&f, before, 2, 2, 1);
	fix_end(&f);
}

static void a_deliverer_over_its_rate_costs_no_check(void **state)
{
	struct person a, b;
	struct effect before;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	before = so_far(&f);
	/* Newcomers: a hundred at once. Each costs two checks, certificate and record. */
	for (i = 0; i < 110; i++) {
		uint8_t record[KITH_RECORD_MAX];

		person_init(&f, &b, 100 + i);
		(void)tell_with(&f, &a, &b, record, person_record(&f, &b, record));
	}
	ASSERT_EFFECT(&f, before, 200, 100, 10);
	assert_int_equal(f.n->stats.drops.record_quota, 10);
	/* A synchronisation is bounded by its bytes instead. */
	person_init(&f, &b, 500);
	assert_non_null(person_known(&f, &b));
	fix_end(&f);
}

/* Of two records with one number everybody keeps the larger bytes, whichever came first. */
static void equivocation_ends_with_the_larger_bytes(void **state)
{
	uint8_t one[KITH_RECORD_MAX], other[KITH_RECORD_MAX];
	const uint8_t *larger;
	struct person a;
	struct fix f;
	size_t len;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fix_setup(&f);
		person_joins(&f, &a, 1);
		a.seq = 2;
		len = person_record(&f, &a, one);
		a.body.version[0] = 7;
		assert_int_equal(person_record(&f, &a, other), len);
		larger = memcmp(one, other, len) > 0 ? one : other;
		(void)person_tells(&f, &a, i == 0 ? one : other, len);
		(void)person_tells(&f, &a, i == 0 ? other : one, len);
		assert_int_equal(person_peer(&f, &a)->record->fact.raw.len, len);
		assert_memory_equal(person_peer(&f, &a)->record->fact.raw.p, larger, len);
		/* And once more in turn: nothing moves any longer. */
		assert_int_equal(person_tells(&f, &a, one, len), KITH_STORE_OLD);
		assert_int_equal(person_tells(&f, &a, other, len), KITH_STORE_OLD);
		fix_end(&f);
	}
}

static void a_leave_is_final_for_its_epoch(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	a.seq = 2;
	a.body.state = KITH_MEMBER_LEFT;
	assert_int_equal(person_tells(&f, &a, record, person_record(&f, &a, record)),
			 KITH_STORE_NEWS);
	assert_int_equal(person_peer(&f, &a)->status, KITH_STATUS_LEFT);
	a.seq = 3;
	a.body.state = KITH_MEMBER_ALIVE;
	assert_int_equal(person_tells(&f, &a, record, person_record(&f, &a, record)),
			 KITH_STORE_OLD);
	a.body.state = KITH_MEMBER_RESTARTING;
	assert_int_equal(person_tells(&f, &a, record, person_record(&f, &a, record)),
			 KITH_STORE_OLD);
	assert_int_equal(person_peer(&f, &a)->status, KITH_STATUS_LEFT);
	a.epoch = 2;
	a.seq = 1;
	a.body.state = KITH_MEMBER_ALIVE;
	assert_int_equal(person_tells(&f, &a, record, person_record(&f, &a, record)),
			 KITH_STORE_NEWS);
	assert_int_equal(person_peer(&f, &a)->status, KITH_STATUS_ALIVE);
	fix_end(&f);
}

/* --- forgeries ------------------------------------------------------------------------------- */

static enum kith_store_result tell_forgery(struct fix *f, struct person *deliverer,
					   struct person *owner)
{
	uint8_t record[KITH_RECORD_MAX];
	size_t len;

	owner->seq++;
	len = person_record(f, owner, record);
	record[len - 1] ^= 1;
	return person_tells(f, deliverer, record, len);
}

static enum kith_store_result tell_truth(struct fix *f, struct person *deliverer,
					 struct person *owner)
{
	uint8_t record[KITH_RECORD_MAX];

	owner->seq++;
	return person_tells(f, deliverer, record, person_record(f, owner, record));
}

static void two_forgeries_are_forgiven_and_three_convict_the_deliverer(void **state)
{
	struct effect before;
	struct person liar, victim, other;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &liar, 1);
	person_joins(&f, &victim, 2);
	person_joins(&f, &other, 3);
	(void)tell_forgery(&f, &liar, &victim);
	(void)tell_forgery(&f, &liar, &victim);
	assert_int_equal(f.n->stats.drops.record_signature, 2);
	assert_int_equal(tell_truth(&f, &liar, &victim), KITH_STORE_NEWS);
	(void)tell_forgery(&f, &liar, &victim);
	before = so_far(&f);
	assert_int_equal(tell_truth(&f, &liar, &victim), KITH_STORE_BAD);
	ASSERT_EFFECT(&f, before, 0, 0, 1);
	/* The owner in whose name it lied is not touched, nor is anybody else. */
	assert_int_equal(tell_truth(&f, &victim, &victim), KITH_STORE_NEWS);
	assert_int_equal(tell_truth(&f, &other, &victim), KITH_STORE_NEWS);
	fix_end(&f);
}

static void forgeries_apart_by_ten_minutes_do_not_add_up(void **state)
{
	struct person liar, victim;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &liar, 1);
	person_joins(&f, &victim, 2);
	(void)tell_forgery(&f, &liar, &victim);
	(void)tell_forgery(&f, &liar, &victim);
	f.now += 600 * KITH_SECOND;
	f.n->now = f.now;
	(void)tell_forgery(&f, &liar, &victim);
	assert_int_equal(tell_truth(&f, &liar, &victim), KITH_STORE_NEWS);
	fix_end(&f);
}

/* The third forgery may come late in its ten minutes; the silence lasts ten minutes from it. */
static void a_convict_is_ignored_for_ten_minutes(void **state)
{
	struct person liar, victim;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &liar, 1);
	person_joins(&f, &victim, 2);
	(void)tell_forgery(&f, &liar, &victim);
	(void)tell_forgery(&f, &liar, &victim);
	f.n->now += 599 * KITH_SECOND;
	(void)tell_forgery(&f, &liar, &victim);
	f.n->now += 599 * KITH_SECOND;
	assert_int_equal(tell_truth(&f, &liar, &victim), KITH_STORE_BAD);
	f.n->now += KITH_SECOND;
	assert_int_equal(tell_truth(&f, &liar, &victim), KITH_STORE_NEWS);
	f.now = f.n->now;
	fix_end(&f);
}

/* --- certificates ---------------------------------------------------------------------------- */

static void recertify(struct fix *f, struct person *p, const struct kith_identity *authority)
{
	p->cert_len = sizeof(p->cert);
	assert_int_equal(kith_cert_sign(&p->c, authority, &f->cid, p->cert, &p->cert_len), 0);
}

static void only_our_authoritys_certificate_of_that_owner_admits(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a, b, thief;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_init(&f, &b, 2);
	person_init(&f, &thief, 3);
	len = person_record(&f, &b, record);
	recertify(&f, &b, &thief.id); /* an authority of his own */
	assert_int_equal(tell_with(&f, &a, &b, record, len), KITH_STORE_BAD);
	assert_int_equal(tell_with(&f, &a, &thief, record, len), KITH_STORE_BAD);
	recertify(&f, &b, &f.authority);
	b.cert[b.cert_len - 1] ^= 1;
	assert_int_equal(tell_with(&f, &a, &b, record, len), KITH_STORE_BAD);
	b.c.not_after = FIX_UNIX_S - 3601;
	recertify(&f, &b, &f.authority);
	assert_int_equal(tell_with(&f, &a, &b, record, len), KITH_STORE_BAD);
	assert_int_equal(f.n->stats.drops.record_certificate, 4);
	assert_null(person_peer(&f, &b));
	b.c.not_after = FIX_UNIX_S - 3600;
	recertify(&f, &b, &f.authority);
	assert_int_equal(tell_with(&f, &a, &b, record, len), KITH_STORE_NEWS);
	fix_end(&f);
}

static void of_two_certificates_the_higher_serial_stays(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	for (i = 0; i < 3; i++) { /* serials 5, 3, 5 again */
		static const uint64_t serials[] = {5, 3, 5};

		a.seq++;
		a.c.serial = serials[i];
		a.c.rights = (uint8_t)(1 + i);
		recertify(&f, &a, &f.authority);
		assert_int_equal(tell_with(&f, &a, &a, record, person_record(&f, &a, record)),
				 KITH_STORE_NEWS);
		assert_int_equal(person_peer(&f, &a)->certificate->c.serial, 5);
		assert_int_equal(person_peer(&f, &a)->certificate->c.rights, 1);
	}
	fix_end(&f);
}

/* A member's records come without its certificate; its stored one ends all the same. */
static void an_expired_certificate_admits_no_newer_record(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct effect before;
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	a.c.not_after = FIX_UNIX_S + 10;
	recertify(&f, &a, &f.authority);
	assert_non_null(person_known(&f, &a));
	person_pair(&f, &a);
	kith_node_clock(f.n, f.now, (FIX_UNIX_S + 10 + 3600) * INT64_C(1000), true);
	assert_int_equal(tell_truth(&f, &a, &a), KITH_STORE_NEWS);
	kith_node_clock(f.n, f.now, (FIX_UNIX_S + 11 + 3600) * INT64_C(1000), true);
	before = so_far(&f);
	assert_int_equal(tell_truth(&f, &a, &a), KITH_STORE_BAD);
	ASSERT_EFFECT(&f, before, 0, 0, 1);
	/* A renewed one brings it back. */
	a.c.not_after = FIX_UNIX_S + 1000000;
	a.c.serial = 2;
	recertify(&f, &a, &f.authority);
	a.seq++;
	assert_int_equal(tell_with(&f, &a, &a, record, person_record(&f, &a, record)),
			 KITH_STORE_NEWS);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_newer_record_costs_one_check_and_an_old_one_none),
		cmocka_unit_test(malformed_bytes_cost_nothing),
		cmocka_unit_test(expiry_is_judged_before_the_signature),
		cmocka_unit_test(a_record_of_a_stranger_makes_a_want_and_no_check),
		cmocka_unit_test(an_owner_over_its_quota_costs_no_check),
		cmocka_unit_test(a_deliverer_over_its_rate_costs_no_check),
		cmocka_unit_test(equivocation_ends_with_the_larger_bytes),
		cmocka_unit_test(a_leave_is_final_for_its_epoch),
		cmocka_unit_test(two_forgeries_are_forgiven_and_three_convict_the_deliverer),
		cmocka_unit_test(forgeries_apart_by_ten_minutes_do_not_add_up),
		cmocka_unit_test(a_convict_is_ignored_for_ten_minutes),
		cmocka_unit_test(only_our_authoritys_certificate_of_that_owner_admits),
		cmocka_unit_test(of_two_certificates_the_higher_serial_stays),
		cmocka_unit_test(an_expired_certificate_admits_no_newer_record),
	};

	return cmocka_run_group_tests_name("core/store", tests, NULL, NULL);
}
