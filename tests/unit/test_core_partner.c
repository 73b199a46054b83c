/* SPDX-License-Identifier: ISC */
/* When a node synchronises, and with whom. */
#include "core/partner.h"
#include "base/addr.h"
#include "unit/core_fix.h"

/* Whether an ack with another root makes the node synchronise at once. */
static bool asks_at_once(struct fix *f, const struct person *p)
{
	const uint32_t before = fix_count(f, KITH_OUT_CONNECT);

	kith_partner_root(f->n, person_peer(f, p), true);
	fix_collect(f);
	return fix_count(f, KITH_OUT_CONNECT) > before;
}

/* Synchronisations with p that bring nothing, until we are at rest. */
static void come_to_rest(struct fix *f, const struct person *p)
{
	int i;

	for (i = 0; i < 8; i++)
		kith_partner_synced(f->n, &person_peer(f, p)->record->mid, 0, true);
	assert_int_equal(f->n->partners.gap, KITH_SYNC_GAP);
}

/* Two that join at once may miss each other's news: what a newcomer lacks does not come by itself,
 * so it does not wait for five seconds. */
static void a_newcomer_asks_at_once(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_true(f.n->partners.is_joined);
	assert_true(asks_at_once(&f, &a));
	fix_end(&f);
}

/* Whether a synchronisation begins within the time. */
static bool asks_within(struct fix *f, kith_us time)
{
	assert_int_equal(f->n->partners.stream, 0);
	fix_jump(f, time);
	return f->n->partners.stream != 0;
}

/* A root that differs is news under way, mostly: the next ack tells whether that was all. */
static void who_is_settled_gives_it_time(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	come_to_rest(&f, &a);
	kith_partner_root(f.n, person_peer(&f, &a), false);
	assert_false(asks_at_once(&f, &a));
	assert_false(asks_within(&f, KITH_UNDER_WAY - 1));
	assert_false(asks_at_once(&f, &a));
	fix_run(&f, 1);
	assert_true(asks_at_once(&f, &a));
	kith_partner_on_end(f.n, f.n->partners.stream, KITH_SEED_JOINED);

	/* One ack alone tells of news under way, however long ago it came. */
	kith_partner_root(f.n, person_peer(&f, &a), false);
	assert_false(asks_at_once(&f, &a));
	assert_false(asks_within(&f, KITH_SYNC_GAP));
	kith_partner_root(f.n, person_peer(&f, &a), false);
	assert_false(asks_at_once(&f, &a));
	assert_false(asks_within(&f, KITH_UNDER_WAY - 1));
	assert_false(asks_at_once(&f, &a));
	fix_run(&f, 1);
	assert_true(asks_at_once(&f, &a));
	fix_end(&f);
}

/* Where much was missing there is more, and others have it as well: the next one follows by itself.
 * One that brought nothing ends that. */
static void much_news_leads_to_the_next(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	come_to_rest(&f, &a);
	kith_partner_synced(f.n, &person_peer(&f, &a)->record->mid, KITH_SYNC_BULK(f.n) - 1, true);
	assert_false(asks_within(&f, KITH_SYNC_GAP_NEW));
	kith_partner_synced(f.n, &person_peer(&f, &a)->record->mid, KITH_SYNC_BULK(f.n), true);
	assert_true(asks_within(&f, KITH_SYNC_GAP_NEW));
	kith_partner_on_end(f.n, f.n->partners.stream, KITH_SEED_JOINED);
	kith_partner_synced(f.n, &person_peer(&f, &a)->record->mid, 0, true);
	assert_false(asks_within(&f, 2 * KITH_SYNC_GAP_NEW));
	fix_end(&f);
}

/* While each brings something the gap stays a second at most; only those in vain make it ten. */
static void only_what_is_in_vain_waits_for_long(void **state)
{
	const struct kith_mid *mid;
	struct person a;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	come_to_rest(&f, &a);
	mid = &person_peer(&f, &a)->record->mid;
	for (i = 0; i < 8; i++)
		kith_partner_synced(f.n, mid, 1, true);
	assert_int_equal(f.n->partners.gap, KITH_SYNC_GAP_USUAL);
	for (i = 0; i < 8; i++)
		kith_partner_synced(f.n, mid, 0, true);
	assert_int_equal(f.n->partners.gap, KITH_SYNC_GAP);
	fix_end(&f);
}

/* The rest of it is not waited for until the next ack tells again. */
static void what_is_told_too_early_is_not_forgotten(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_true(asks_at_once(&f, &a));
	kith_partner_on_end(f.n, f.n->partners.stream, KITH_SEED_JOINED);
	kith_partner_synced(f.n, &person_peer(&f, &a)->record->mid, 0, true);
	assert_false(asks_at_once(&f, &a));
	assert_false(asks_within(&f, 2 * KITH_SYNC_GAP_NEW - 1));
	assert_true(asks_within(&f, 1));
	fix_end(&f);
}

/* Several acks in a row with our root: the others know our joins, and are told no more of them than
 * of refreshes. */
static void what_all_know_is_not_told_on(void **state)
{
	struct person a;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_true(f.n->gossip.count > f.n->gossip.lazy_count);
	for (i = 1; i < KITH_AGREED; i++)
		kith_partner_root(f.n, person_peer(&f, &a), false);
	kith_partner_root(f.n, person_peer(&f, &a), true); /* not in a row */
	for (i = 1; i < KITH_AGREED; i++)
		kith_partner_root(f.n, person_peer(&f, &a), false);
	assert_true(f.n->gossip.count > f.n->gossip.lazy_count);
	kith_partner_root(f.n, person_peer(&f, &a), false);
	assert_int_equal(f.n->gossip.count, f.n->gossip.lazy_count);
	fix_end(&f);
}

/* Some had no time for us, and the last that had brought news: the wait became long. Meanwhile all came
 * by other ways, and nothing is missing. */
static void who_agrees_catches_up_no_more(void **state)
{
	struct person a;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	kith_partner_synced(f.n, &person_peer(&f, &a)->record->mid, 1, true);
	assert_true(f.n->partners.is_catching_up);
	for (i = 0; i < KITH_AGREED; i++) {
		assert_true(f.n->partners.is_catching_up);
		kith_partner_root(f.n, person_peer(&f, &a), false);
	}
	assert_false(f.n->partners.is_catching_up);
	assert_false(asks_within(&f, KITH_SYNC_GAP_USUAL));
	fix_end(&f);
}

/* A seed has newcomers to answer, who know nobody else: others are asked while there are any. */
static void seeds_are_asked_last(void **state)
{
	struct person p[3];
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 3; i++)
		person_init(&f, &p[i], i + 1);
	assert_int_equal(kith_node_join(f.n, f.now, &p[0].addr, 1), 0);
	for (i = 0; i < 3; i++)
		person_known(&f, &p[i]);
	for (i = 0; i < 20; i++) {
		f.n->partners.is_catching_up = true;
		kith_partner_on_timer(f.n, NULL);
		assert_int_not_equal(f.n->partners.stream, 0);
		fix_collect(&f);
		assert_false(kith_addr_eq(&fix_last(&f, KITH_OUT_CONNECT)->addr, &p[0].addr));
		kith_partners_stop(f.n);
		fix_forget(&f);
	}
	kith_peer_reap(f.n, person_peer(&f, &p[1]));
	kith_peer_reap(f.n, person_peer(&f, &p[2]));
	f.n->partners.is_catching_up = true;
	kith_partner_on_timer(f.n, NULL);
	assert_int_not_equal(f.n->partners.stream, 0);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_newcomer_asks_at_once),
		cmocka_unit_test(who_is_settled_gives_it_time),
		cmocka_unit_test(much_news_leads_to_the_next),
		cmocka_unit_test(only_what_is_in_vain_waits_for_long),
		cmocka_unit_test(what_is_told_too_early_is_not_forgotten),
		cmocka_unit_test(what_all_know_is_not_told_on),
		cmocka_unit_test(who_agrees_catches_up_no_more),
		cmocka_unit_test(seeds_are_asked_last),
	};

	return cmocka_run_group_tests_name("core/partner", tests, NULL, NULL);
}
