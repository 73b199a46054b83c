/* SPDX-License-Identifier: ISC */
#include "unit/core_fix.h"

#include "core/own.h"
#include "core/store.h"

static const struct kith_peer *own(const struct fix *f)
{
	return f->n->own.peer;
}

/* A record of the node's own identity that another life of it signed. */
static size_t other_life(struct fix *f, uint32_t epoch, uint32_t seq, uint8_t out[KITH_RECORD_MAX])
{
	struct person twin;

	person_init(f, &twin, 60000);
	twin.id = f->n->own.secrets->identity;
	twin.epoch = epoch;
	twin.seq = seq;
	return person_record(f, &twin, out);
}

/* --- the start -------------------------------------------------------------------------------- */

static void nothing_is_signed_or_sent_before_the_epoch_is_kept(void **state)
{
	const struct kith_addr seed = {.ip = {10, 0, 0, 1}, .port = 5484, .family = 4};
	uint8_t junk[KITH_DATAGRAM_MAX] = {KITH_TYPE_DATA};
	const struct kith_bytes tags = {NULL, 0};
	struct person p;
	struct fix f;

	(void)state;
	fix_init(&f);
	f.keeps_epochs = false;
	f.config.epoch = 41;
	fix_start(&f);
	assert_int_equal(kith_node_join(f.n, f.now, &seed, 1), 0);
	assert_int_equal(kith_node_tags(f.n, f.now, tags), 0);
	person_init(&f, &p, 1);
	person_intro(&f, &p, KITH_INTRO_WANT, NULL, junk);
	kith_node_datagram(f.n, f.now, &p.addr, junk, sizeof(junk));
	kith_node_stream(f.n, f.now, 2, KITH_STREAM_ACCEPTED, &p.addr);
	fix_run(&f, 60 * KITH_SECOND);
	assert_int_equal(f.n->stats.signatures_made, 0);
	assert_int_equal(f.n->peers.count, 0);
	/* PERSIST, and the end of the stream that nobody could answer. */
	assert_int_equal(f.out_count, 2);
	assert_int_equal(f.outs[0].out.kind, KITH_OUT_PERSIST);
	assert_int_equal(f.outs[0].out.epoch, 42);
	assert_int_equal(f.outs[1].out.kind, KITH_OUT_STREAM_CLOSE);
	kith_node_persisted(f.n, f.now, f.outs[0].out.token + 1);
	fix_run(&f, KITH_SECOND);
	assert_int_equal(f.out_count, 2);
	kith_node_persisted(f.n, f.now, f.outs[0].out.token);
	fix_run(&f, KITH_SECOND);
	assert_int_equal(fix_events(&f, KITH_EVENT_STARTED), 1);
	assert_int_equal(f.n->stats.signatures_made, 1);
	assert_int_equal(own(&f)->record->epoch, 42);
	assert_int_equal(own(&f)->record->seq, 1);
	assert_non_null(fix_last(&f, KITH_OUT_CONNECT));
	/* Once is enough. */
	kith_node_persisted(f.n, f.now, f.outs[0].out.token);
	fix_collect(&f);
	assert_int_equal(f.n->stats.signatures_made, 1);
	fix_end(&f);
}

static void the_last_epochs_are_refused(void **state)
{
	struct fix f;

	(void)state;
	fix_init(&f);
	f.config.epoch = UINT32_C(0xffff0000);
	assert_int_equal(kith_node_new(&f.n, &f.config, f.now, 0), KITH_EEPOCH);
	assert_null(f.n);
	assert_int_equal(f.heap.blocks, 0);
	f.config.epoch--;
	fix_start(&f);
	assert_int_equal(own(&f)->record->epoch, UINT32_C(0xffff0000));
	fix_end(&f);
}

/* A host that changes its mind before the disk has answered. */
static void who_leaves_before_the_start_signs_nothing(void **state)
{
	struct fix f;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fix_init(&f);
		f.keeps_epochs = false;
		fix_start(&f);
		assert_int_equal(i == 0 ? kith_node_leave(f.n, f.now)
					: kith_node_restart(f.n, f.now, 30), 0);
		fix_collect(&f);
		assert_int_equal(fix_events(&f, KITH_EVENT_LEAVE_DONE), 1);
		kith_node_persisted(f.n, f.now, fix_last(&f, KITH_OUT_PERSIST)->token);
		fix_run(&f, 60 * KITH_SECOND);
		assert_int_equal(fix_events(&f, KITH_EVENT_STARTED), 0);
		assert_int_equal(f.n->stats.signatures_made, 0);
		assert_int_equal(kith_node_leave(f.n, f.now), KITH_ESTATE);
		assert_int_equal(kith_node_join(f.n, f.now, NULL, 0), KITH_ESTATE);
		fix_end(&f);
	}
}

static void a_leave_is_the_last_word(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a, b;
	struct fix f;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fix_setup(&f);
		person_joins(&f, &a, 1);
		person_joins(&f, &b, 2);
		assert_int_equal(i == 0 ? kith_node_leave(f.n, f.now)
					: kith_node_restart(f.n, f.now, 30), 0);
		fix_collect(&f);
		assert_int_equal(f.n->stats.signatures_made, 2);
		assert_int_equal(own(&f)->status,
				 i == 0 ? KITH_STATUS_LEFT : KITH_STATUS_RESTARTING);
		(void)person_tells(&f, &a, record, person_suspicion(&f, &a, own(&f), 0, record));
		(void)person_tells(&f, &a, record, person_suspicion(&f, &b, own(&f), 0, record));
		(void)person_tells(&f, &a, record, other_life(&f, 9, 1, record));
		assert_int_equal(kith_node_tags(f.n, f.now, (struct kith_bytes){NULL, 0}),
				 KITH_ESTATE);
		fix_run(&f, 25 * 3600 * KITH_SECOND);
		assert_int_equal(f.n->stats.signatures_made, 2);
		assert_int_equal(fix_count(&f, KITH_OUT_PERSIST), 1);
		fix_end(&f);
	}
}

static void the_record_is_refreshed_once_a_day(void **state)
{
	struct fix f;

	(void)state;
	fix_setup(&f);
	fix_run(&f, 24 * 3600 * KITH_SECOND - 1);
	assert_int_equal(own(&f)->record->seq, 1);
	fix_run(&f, 1);
	assert_int_equal(own(&f)->record->seq, 2);
	assert_int_equal(own(&f)->record->expires, FIX_UNIX_S + (24 + 72) * 3600);
	assert_int_equal(f.n->stats.refutations, 0);
	fix_end(&f);
}

/* --- refutations ------------------------------------------------------------------------------ */

static void suspect(struct fix *f, struct person *p)
{
	uint8_t record[KITH_RECORD_MAX];

	(void)person_tells(f, p, record, person_suspicion(f, p, own(f), 0, record));
}

/* Time passes for the node alone: nobody is probed meanwhile. */
static void wait_for(struct fix *f, kith_us during)
{
	kith_period_stop(f->n);
	fix_run(f, during);
}

static void a_refutation_goes_straight_to_the_suspectors_too(void **state)
{
	struct person a, b, c;
	struct kith_msg m;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	person_joins(&f, &c, 3);
	kith_peer_heard(f.n, person_peer(&f, &a), NULL);
	wait_for(&f, KITH_SECOND);
	fix_forget(&f);
	suspect(&f, &a);
	assert_int_equal(own(&f)->record->seq, 2);
	assert_true(person_heard(&f, &a, KITH_MSG_RECORD, &m) >= 1);
	assert_int_equal(m.blob.len, own(&f)->record->fact.raw.len);
	assert_memory_equal(m.blob.p, own(&f)->record->fact.raw.p, m.blob.len);
	assert_int_equal(f.n->probes.health, 1);
	fix_end(&f);
}

static void two_suspectors_are_refuted_once_a_second(void **state)
{
	struct person a, b;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	wait_for(&f, KITH_SECOND);
	for (i = 0; i < 10; i++) {
		suspect(&f, &a);
		suspect(&f, &b);
		wait_for(&f, 100 * KITH_MS);
	}
	/* At once, and once more after a second however often they repeat it. */
	wait_for(&f, KITH_SECOND);
	assert_int_equal(f.n->stats.refutations, 2);
	assert_int_equal(own(&f)->record->seq, 3);
	fix_end(&f);
}

/* A lone suspector is answered at once, then 30 s later, 60 s after that, ... once an hour. */
static void a_lone_suspector_is_answered_ever_later(void **state)
{
	static const uint32_t at_s[] = {0, 30, 90, 210, 450, 930, 1890, 3810, 7410, 11010};
	struct person a;
	struct fix f;
	uint32_t s, refuted = 0;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	wait_for(&f, KITH_SECOND);
	for (s = 0; s < 12000; s += 5) {
		a.expires = FIX_UNIX_S + 90 * 3600;
		suspect(&f, &a);
		if (refuted < f.n->stats.refutations) {
			assert_int_equal(f.n->stats.refutations, refuted + 1);
			assert_true(refuted < 10);
			assert_in_range(s, at_s[refuted], at_s[refuted] + 5);
			refuted++;
		}
		wait_for(&f, 5 * KITH_SECOND);
		if (refuted < f.n->stats.refutations) {
			assert_true(refuted < 10);
			assert_in_range(s + 5, at_s[refuted], at_s[refuted] + 5);
			refuted++;
		}
	}
	assert_int_equal(refuted, 10);
	fix_end(&f);
}

/* Somebody who was cut off alone twice holds us failed, says so once, and waits for our answer:
 * what he said is known here, so he will not be heard on it again. */
static void a_lone_suspector_is_answered_without_asking_twice(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	wait_for(&f, KITH_SECOND);
	suspect(&f, &a);
	assert_int_equal(f.n->stats.refutations, 1);
	wait_for(&f, 10 * KITH_SECOND);
	suspect(&f, &a);
	wait_for(&f, 20 * KITH_SECOND - 1);
	assert_int_equal(f.n->stats.refutations, 1);
	wait_for(&f, 1);
	assert_int_equal(f.n->stats.refutations, 2);
	assert_int_equal(own(&f)->record->seq, 3);
	fix_end(&f);
}

static void a_second_suspector_does_not_wait_for_the_lone_ones_turn(void **state)
{
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	wait_for(&f, KITH_SECOND);
	suspect(&f, &a);
	wait_for(&f, 5 * KITH_SECOND);
	suspect(&f, &a);
	assert_int_equal(f.n->stats.refutations, 1);
	suspect(&f, &b);
	assert_int_equal(f.n->stats.refutations, 2);
	fix_end(&f);
}

/* What two asked for is answered for both: it costs the lone one nothing of its turn. */
static void an_answer_to_two_puts_no_lone_one_off(void **state)
{
	struct person a, b;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	wait_for(&f, KITH_SECOND);
	suspect(&f, &a);
	for (i = 0; i < 5; i++) {
		wait_for(&f, 2 * KITH_SECOND);
		suspect(&f, &a);
		assert_int_equal(f.n->stats.refutations, 1 + i);
		suspect(&f, &b);
		assert_int_equal(f.n->stats.refutations, 2 + i);
	}
	wait_for(&f, 20 * KITH_SECOND);
	suspect(&f, &a);
	assert_int_equal(f.n->stats.refutations, 7);
	fix_end(&f);
}

static void an_hour_of_quiet_forgets_the_back_off(void **state)
{
	struct person a;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	wait_for(&f, KITH_SECOND);
	for (i = 0; i < 3; i++) { /* at 0, 30 and 90 s */
		suspect(&f, &a);
		wait_for(&f, 100 * KITH_SECOND);
	}
	assert_int_equal(f.n->stats.refutations, 3);
	wait_for(&f, 2 * 3600 * KITH_SECOND);
	suspect(&f, &a);
	assert_int_equal(f.n->stats.refutations, 4);
	suspect(&f, &a);
	wait_for(&f, 30 * KITH_SECOND);
	assert_int_equal(f.n->stats.refutations, 5);
	fix_end(&f);
}

/* --- another life of ours --------------------------------------------------------------------- */

static void a_newer_own_record_makes_the_epoch_jump_above_it(void **state)
{
	uint8_t record[KITH_RECORD_MAX], sid[KITH_SID_LEN];
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	memcpy(sid, f.n->own.secrets->session.sid, sizeof(sid));
	fix_forget(&f);
	(void)person_tells(&f, &a, record, other_life(&f, 7, 3, record));
	assert_int_equal(fix_events(&f, KITH_EVENT_DUPLICATE), 1);
	assert_int_equal(fix_last(&f, KITH_OUT_PERSIST)->epoch, 8);
	assert_int_equal(own(&f)->record->epoch, 8);
	assert_int_equal(own(&f)->record->seq, 1);
	assert_memory_not_equal(sid, f.n->own.secrets->session.sid, sizeof(sid));
	assert_memory_equal(own(&f)->record->sid, f.n->own.secrets->session.sid, sizeof(sid));
	assert_int_equal(f.n->stats.duplicate_identity, 1);
	fix_end(&f);
}

/* A disk image started twice: both lives count the same epoch. */
static void an_own_record_of_the_same_number_and_other_bytes_does_too(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	(void)person_tells(&f, &a, record, other_life(&f, 1, 1, record));
	assert_int_equal(f.n->stats.duplicate_identity, 1);
	assert_int_equal(own(&f)->record->epoch, 2);
	/* Our very own words are only old. */
	len = own(&f)->record->fact.raw.len;
	memcpy(record, own(&f)->record->fact.raw.p, len);
	assert_int_equal(person_tells(&f, &a, record, len), KITH_STORE_OLD);
	assert_int_equal(person_tells(&f, &a, record, other_life(&f, 1, 9, record)),
			 KITH_STORE_OLD);
	assert_int_equal(f.n->stats.duplicate_identity, 1);
	assert_int_equal(f.n->stats.drops.record_old, 2);
	fix_end(&f);
}

static void a_forged_own_record_moves_nothing(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	len = other_life(&f, 7, 1, record);
	record[len - 1] ^= 1;
	(void)person_tells(&f, &a, record, len);
	assert_int_equal(f.n->stats.drops.record_signature, 1);
	assert_int_equal(own(&f)->record->epoch, 1);
	assert_int_equal(fix_events(&f, KITH_EVENT_DUPLICATE), 0);
	fix_end(&f);
}

/* While the disk does not answer, the same news costs and changes nothing more. */
static void a_jump_under_way_is_not_begun_again(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a;
	struct fix f;
	uint64_t checked;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	f.keeps_epochs = false;
	(void)person_tells(&f, &a, record, other_life(&f, 7, 1, record));
	checked = f.n->stats.signatures_checked;
	fix_forget(&f);
	(void)person_tells(&f, &a, record, other_life(&f, 7, 1, record));
	assert_int_equal(f.n->stats.signatures_checked, checked);
	assert_int_equal(f.out_count, 0);
	fix_end(&f);
}

/* Two processes with one identity: each override waits twice as long, from 10 s to 10 min. */
static void a_second_process_makes_us_back_off(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a;
	struct fix f;
	uint32_t jumps[3] = {0, 0, 0}, i, hour;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	for (hour = 0; hour < 3; hour++)
		for (i = 0; i < 3600; i += 5) {
			const uint32_t before = own(&f)->record->epoch;

			a.expires = FIX_UNIX_S + 90 * 3600;
			(void)person_tells(&f, &a, record,
					   other_life(&f, own(&f)->record->epoch + 1, 1, record));
			jumps[hour] += own(&f)->record->epoch != before;
			wait_for(&f, 5 * KITH_SECOND);
		}
	/* At 0, 10, 30, 70, 150, 310, 630, 1230, ... */
	assert_in_range(jumps[0], 9, 11);
	assert_int_equal(jumps[1], 6);
	assert_int_equal(jumps[2], 6);
	fix_end(&f);
}

static void no_epoch_is_left_to_jump_to(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	(void)person_tells(&f, &a, record, other_life(&f, UINT32_C(0xffff0000), 1, record));
	assert_int_equal(fix_events(&f, KITH_EVENT_DUPLICATE), 1);
	assert_int_equal(own(&f)->record->epoch, 1);
	fix_end(&f);
}

/* The formats carry unix seconds in 32 bits: a clock beyond them is refused, or kept at the end. */
static void a_clock_past_the_formats_is_refused(void **state)
{
	struct fix f;

	(void)state;
	fix_init(&f);
	assert_int_equal(kith_node_new(&f.n, &f.config, f.now, (INT64_C(1) << 32) * 1000),
			 KITH_EINVAL);
	assert_null(f.n);
	fix_start(&f);
	kith_node_clock(f.n, f.now, INT64_MAX, true);
	assert_int_equal(kith_now_unix_s(f.n), UINT32_MAX);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_signed_or_sent_before_the_epoch_is_kept),
		cmocka_unit_test(the_last_epochs_are_refused),
		cmocka_unit_test(who_leaves_before_the_start_signs_nothing),
		cmocka_unit_test(a_leave_is_the_last_word),
		cmocka_unit_test(the_record_is_refreshed_once_a_day),
		cmocka_unit_test(a_refutation_goes_straight_to_the_suspectors_too),
		cmocka_unit_test(two_suspectors_are_refuted_once_a_second),
		cmocka_unit_test(a_lone_suspector_is_answered_ever_later),
		cmocka_unit_test(a_lone_suspector_is_answered_without_asking_twice),
		cmocka_unit_test(a_second_suspector_does_not_wait_for_the_lone_ones_turn),
		cmocka_unit_test(an_answer_to_two_puts_no_lone_one_off),
		cmocka_unit_test(an_hour_of_quiet_forgets_the_back_off),
		cmocka_unit_test(a_newer_own_record_makes_the_epoch_jump_above_it),
		cmocka_unit_test(an_own_record_of_the_same_number_and_other_bytes_does_too),
		cmocka_unit_test(a_forged_own_record_moves_nothing),
		cmocka_unit_test(a_jump_under_way_is_not_begun_again),
		cmocka_unit_test(a_second_process_makes_us_back_off),
		cmocka_unit_test(no_epoch_is_left_to_jump_to),
		cmocka_unit_test(a_clock_past_the_formats_is_refused),
	};

	return cmocka_run_group_tests_name("core/own", tests, NULL, NULL);
}
