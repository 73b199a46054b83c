/* SPDX-License-Identifier: ISC */
#include "core/ledger.h"
#include "unit/core_fix.h"

static void each_charge_has_its_burst_and_its_rate(void **state)
{
	static const struct {
		uint32_t rate, burst;
	} rows[KITH_CHARGE_COUNT] = {
#define X(name, rate, burst, help) {rate, burst},
		KITH_CHARGES(X)
#undef X
	};
	int what;

	(void)state;
	for (what = 0; what < KITH_CHARGE_COUNT; what++) {
		struct kith_peer *peer;
		struct person p;
		struct fix f;
		uint32_t i;

		fix_setup(&f);
		peer = person_joins(&f, &p, 1);
		assert_null(peer->ledger);
		assert_true(kith_may_charge(f.n, peer, (enum kith_charge)what));
		assert_null(peer->ledger); /* to ask notes nothing */
		for (i = 0; i < rows[what].burst; i++)
			assert_true(kith_charge(f.n, peer, (enum kith_charge)what));
		assert_false(kith_may_charge(f.n, peer, (enum kith_charge)what));
		assert_false(kith_charge(f.n, peer, (enum kith_charge)what));
		f.n->now = f.now += KITH_SECOND;
		for (i = 0; i < rows[what].rate; i++)
			assert_true(kith_charge(f.n, peer, (enum kith_charge)what));
		assert_false(kith_charge(f.n, peer, (enum kith_charge)what));
		fix_end(&f);
	}
}

/* A minute of periods, in which nobody answers: only what happens to the ledgers is looked at. */
static void tidies_up(struct fix *f, kith_us during)
{
	kith_us step;

	for (step = 0; step < during; step += KITH_SECOND) {
		f->n->now = f->now += KITH_SECOND;
		kith_ledgers_tidy(f->n);
	}
}

static void it_goes_when_it_says_nothing(void **state)
{
	struct kith_peer *peer;
	struct person p;
	struct fix f;

	(void)state;
	fix_setup(&f);
	peer = person_joins(&f, &p, 1);
	assert_true(kith_charge(f.n, peer, KITH_CHARGE_RECORD));
	assert_true(kith_charge(f.n, peer, KITH_CHARGE_RECORD));
	kith_ledgers_tidy(f.n);
	assert_non_null(peer->ledger);
	tidies_up(&f, KITH_SECOND);
	assert_null(peer->ledger);
	assert_int_equal(f.n->ledgers.count, 0);
	fix_end(&f);
}

/* What a ledger may still have to say, and how it is made to. */
static void has_evidence(struct fix *f, struct kith_peer *p)
{
	const struct kith_why w = {.kind = KITH_WHY_ANSWER};

	kith_peer_why(f->n, p, &w);
}

static void has_a_case(struct fix *f, struct kith_peer *p)
{
	kith_suspect_round_failed(f->n, p, &(struct kith_verdict){.kind = KITH_SUSPICION_SILENCE});
	p->ledger->why.total = 0; /* there was no memory for the reasons */
}

static void has_numbers(struct fix *f, struct kith_peer *p)
{
	kith_ledger(f->n, p)->numbered_epoch = 1;
}

static void has_a_number_of_epoch_0(struct fix *f, struct kith_peer *p)
{
	kith_window_commit(&kith_ledger(f->n, p)->numbered, 1);
}

static void is_probed_again(struct fix *f, struct kith_peer *p)
{
	kith_timer_set(f->n, &kith_ledger(f->n, p)->reprobe, f->now + 3600 * KITH_SECOND);
}

static void is_awaited(struct fix *f, struct kith_peer *p)
{
	kith_timer_set(f->n, &kith_ledger(f->n, p)->back, f->now + 3600 * KITH_SECOND);
}

static void is_a_convict(struct fix *f, struct kith_peer *p)
{
	kith_ledger(f->n, p)->bad_signatures = 1;
	p->ledger->bad_since = f->now;
}

static void it_stays_while_it_says_something(void **state)
{
	static void (*const notes[])(struct fix *, struct kith_peer *) = {
		has_evidence,	 has_a_case, has_numbers, has_a_number_of_epoch_0,
		is_probed_again, is_awaited, is_a_convict,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		struct kith_peer *peer;
		struct person p;
		struct fix f;

		fix_setup(&f);
		peer = person_joins(&f, &p, 1);
		notes[i](&f, peer);
		fix_collect(&f);
		tidies_up(&f, KITH_CONVICTED - KITH_SECOND);
		assert_non_null(peer->ledger);
		fix_end(&f);
	}
}

static void a_conviction_ends(void **state)
{
	struct kith_peer *peer;
	struct person p;
	struct fix f;

	(void)state;
	fix_setup(&f);
	peer = person_joins(&f, &p, 1);
	is_a_convict(&f, peer);
	tidies_up(&f, KITH_CONVICTED);
	assert_null(peer->ledger);
	fix_end(&f);
}

/* A few at a time, those that have something to say in between. */
static void all_come_round(void **state)
{
	enum { COUNT = 300 };
	struct kith_peer *peers[COUNT];
	struct person p;
	struct fix f;
	uint32_t i, before;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < COUNT; i++) {
		peers[i] = person_joins(&f, &p, i + 1);
		if (i % 3 == 0)
			has_numbers(&f, peers[i]);
		else
			assert_non_null(kith_ledger(f.n, peers[i]));
	}
	assert_int_equal(f.n->ledgers.count, COUNT);
	before = f.n->ledgers.count;
	tidies_up(&f, KITH_SECOND);
	assert_in_range(f.n->ledgers.count, before - 64, before - 1);
	tidies_up(&f, 10 * KITH_SECOND);
	assert_int_equal(f.n->ledgers.count, COUNT / 3);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(peers[i]->ledger != NULL, i % 3 == 0);
	fix_end(&f);
}

static void without_memory_nothing_is_charged(void **state)
{
	struct kith_peer *peer;
	struct person p;
	struct fix f;
	uint32_t timers, nth;

	(void)state;
	fix_setup(&f);
	peer = person_joins(&f, &p, 1);
	timers = f.n->timer_count;
	f.n->timers.room = f.n->timers.count; /* its timers have no place yet */
	for (nth = 1; peer->ledger == NULL; nth++) {
		bool is_charged;

		alloc_fail_next(&f.heap, nth, true);
		is_charged = kith_charge(f.n, peer, KITH_CHARGE_WANT);
		assert_int_equal(is_charged, peer->ledger != NULL);
		assert_int_equal(f.n->timer_count, peer->ledger != NULL ? timers + 3 : timers);
		assert_int_equal(f.n->ledgers.count, peer->ledger != NULL);
	}
	assert_true(nth > 2);
	alloc_fail_next(&f.heap, 0, false);
	fix_end(&f);
}

static void the_last_reasons_are_kept(void **state)
{
	struct kith_why w = {.kind = KITH_WHY_ANSWER}, got;
	struct kith_peer *peer;
	uint32_t i, cursor = 0;
	struct person p;
	struct fix f;

	(void)state;
	fix_setup(&f);
	peer = person_joins(&f, &p, 1);
	for (i = 0; i < 100; i++) {
		w.evidence = (uint8_t)i;
		kith_peer_why(f.n, peer, &w);
		assert_true(peer->ledger->why.room <= KITH_WHY_KEPT);
		assert_true(peer->ledger->why.room < 2 * (i + 4));
	}
	for (i = 100 - KITH_WHY_KEPT; i < 100; i++) {
		assert_int_equal(kith_node_why(f.n, &p.id.mid, &cursor, &got), 1);
		assert_int_equal(got.evidence, i);
	}
	assert_int_equal(kith_node_why(f.n, &p.id.mid, &cursor, &got), 0);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_charge_has_its_burst_and_its_rate),
		cmocka_unit_test(it_goes_when_it_says_nothing),
		cmocka_unit_test(it_stays_while_it_says_something),
		cmocka_unit_test(a_conviction_ends),
		cmocka_unit_test(all_come_round),
		cmocka_unit_test(without_memory_nothing_is_charged),
		cmocka_unit_test(the_last_reasons_are_kept),
	};

	return cmocka_run_group_tests_name("core/ledger", tests, NULL, NULL);
}
