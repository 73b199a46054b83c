/* SPDX-License-Identifier: ISC */
/* A member's newer certificate: how it comes to those that hold the former one. */
#include "unit/core_services.h"

/* What person `by` says: this certificate and the present record of p. */
static void introduces(struct fix *f, struct person *by, struct person *p, const uint8_t *cert, size_t len)
{
	uint8_t record[KITH_RECORD_MAX];
	const size_t record_len = person_record(f, p, record);
	const struct kith_msg m = {.kind = KITH_MSG_INTRO, .certificate = {cert, len},
				   .blob = {record, record_len}};

	person_say(f, by, &m);
}

static void what_is_not_allowed_asks_for_the_certificate(void **state)
{
	struct person a, b;
	struct kith_msg m;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	person_may_offer(&f, &a, KITH_RIGHT_SERVICE, "web");
	person_known(&f, &a);
	person_joins(&f, &b, 2);
	person_pair(&f, &b);
	person_may_offer(&f, &a, KITH_RIGHT_SERVICE, "web db"); /* nobody here has seen it */
	fix_forget(&f);
	assert_int_equal(person_offers(&f, &a, &b, "db", 1, 90), KITH_STORE_NEWS);
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), -1);
	assert_int_equal(person_heard(&f, &b, KITH_MSG_WANT, &m), 1);
	assert_memory_equal(m.mid, a.id.mid.b, sizeof(a.id.mid.b));
	assert_int_equal(m.e, 0);
	introduces(&f, &b, &a, a.cert, a.cert_len);
	assert_string_equal(person_peer(&f, &a)->certificate->c.roles, "web db");
	assert_int_equal(fix_events(&f, KITH_EVENT_UPDATED), 1);
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), 90);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_ADDED), 1);
	/* One that floods us with what it may not does not make us ask each time. */
	fix_forget(&f);
	for (uint32_t i = 2; i < 100; i++)
		assert_int_equal(person_offers(&f, &a, &b, "never", i, 90), KITH_STORE_NEWS);
	assert_in_range(person_heard(&f, &b, KITH_MSG_WANT, NULL), 1, 2);
	fix_check(&f);
	fix_end(&f);
}

static void it_is_no_refutation(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_peer *p;
	struct person a, b, c;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	p = person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	person_joins(&f, &c, 3);
	person_pair(&f, &b);
	len = person_suspicion(&f, &c, p, KITH_SUSPICION_SILENCE, record);
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_NEWS);
	person_zone(&f, &a, "new");
	introduces(&f, &b, &a, a.cert, a.cert_len);
	assert_string_equal(p->certificate->c.zone, "new");
	assert_int_equal(kith_peer_case(p)->held_count, 1);
	kith_peer_set_status(f.n, p, KITH_STATUS_FAILED, NULL);
	fix_collect(&f);
	person_zone(&f, &a, "newest");
	introduces(&f, &b, &a, a.cert, a.cert_len);
	assert_string_equal(p->certificate->c.zone, "newest");
	assert_int_equal(p->status, KITH_STATUS_FAILED);
	fix_check(&f);
	fix_end(&f);
}

static void an_older_one_costs_nothing(void **state)
{
	uint8_t first[KITH_CERTIFICATE_MAX];
	struct person a, b;
	uint64_t checked;
	size_t len;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	memcpy(first, a.cert, a.cert_len);
	len = a.cert_len;
	person_zone(&f, &a, "new");
	person_known(&f, &a);
	person_joins(&f, &b, 2);
	person_pair(&f, &b);
	checked = f.n->stats.signatures_checked;
	introduces(&f, &b, &a, first, len);
	introduces(&f, &b, &a, a.cert, a.cert_len);
	assert_int_equal(f.n->stats.signatures_checked, checked);
	assert_string_equal(person_peer(&f, &a)->certificate->c.zone, "new");
	/* A newer one that nobody signed. */
	person_zone(&f, &a, "newer");
	a.cert[a.cert_len - 1] ^= 1;
	introduces(&f, &b, &a, a.cert, a.cert_len);
	assert_int_equal(f.n->stats.signatures_checked, checked + 1);
	assert_string_equal(person_peer(&f, &a)->certificate->c.zone, "new");
	fix_check(&f);
	fix_end(&f);
}

/* It was renewed, and we have heard of its records alone. */
static void one_that_is_over_is_asked_for(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a, b;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_init(&f, &b, 2);
	b.c.not_after += 400 * 24 * 3600;
	person_zone(&f, &b, "");
	person_known(&f, &b);
	person_pair(&f, &b);
	kith_node_clock(f.n, f.now, (int64_t)(a.c.not_after + 7200) * 1000, true);
	a.expires = b.expires = a.c.not_after + 7200 + FIX_LIFE_S;
	b.seq++;
	person_known(&f, &b);
	a.seq++;
	len = person_record(&f, &a, record);
	fix_forget(&f);
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_BAD);
	assert_int_equal(person_heard(&f, &b, KITH_MSG_WANT, NULL), 1);
	a.c.not_after += 30 * 24 * 3600;
	person_zone(&f, &a, "renewed");
	introduces(&f, &b, &a, a.cert, a.cert_len);
	assert_string_equal(person_peer(&f, &a)->certificate->c.zone, "renewed");
	assert_int_equal(person_peer(&f, &a)->record->seq, a.seq);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_allowed_asks_for_the_certificate),
		cmocka_unit_test(it_is_no_refutation),
		cmocka_unit_test(an_older_one_costs_nothing),
		cmocka_unit_test(one_that_is_over_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
