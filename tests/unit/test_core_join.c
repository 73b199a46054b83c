/* SPDX-License-Identifier: ISC */
/* Whom the seeds are good for, and how long. */
#include "core/join.h"
#include "unit/core_fix.h"

static const struct kith_seed *seed(struct fix *f)
{
	return &f->n->join.dials[0].seed;
}

/* Ends the dial under way as if the seed had answered and was through. */
static void answers(struct fix *f)
{
	const uint64_t stream = f->n->join.dials[0].stream;

	assert_int_not_equal(stream, 0);
	kith_stream_abandon(f->n, stream);
	kith_join_on_end(f->n, stream, true, 0, KITH_SEED_JOINED);
	fix_forget(f);
}

/* While a member lists the seed's address the seed is not asked. When that member is forgotten,
 * whoever is at its address one day is to be found: it is asked until it answers, though others are
 * up. */
static void the_seed_of_a_forgotten_member_is_asked_again(void **state)
{
	struct kith_addr addr;
	struct kith_peer *peer;
	struct person p, other;
	struct fix f;

	(void)state;
	fix_init(&f);
	f.config.reap_after = 600 * KITH_SECOND;
	fix_start(&f);
	peer = person_joins(&f, &p, 1);
	person_joins(&f, &other, 2);
	addr = p.addr;
	assert_int_equal(kith_node_join(f.n, f.now, &addr, 1), 0);
	fix_jump(&f, 1);
	answers(&f);
	assert_int_equal(seed(&f)->attempts, 1);
	/* It leaves, and is forgotten. */
	p.seq++;
	p.body.state = KITH_MEMBER_LEFT;
	(void)person_known(&f, &p);
	assert_int_equal(peer->status, KITH_STATUS_LEFT);
	kith_peer_reap(f.n, peer);
	fix_forget(&f);
	fix_run(&f, KITH_DIAL_FIRST);
	assert_int_equal(seed(&f)->attempts, 2);
	assert_true(f.n->join.dials[0].is_lost);
	/* Not there: asked again. */
	kith_node_stream(f.n, f.now, f.n->join.dials[0].stream, KITH_STREAM_REFUSED, NULL);
	fix_forget(&f);
	fix_run(&f, KITH_DIAL_FIRST);
	assert_int_equal(seed(&f)->attempts, 3);
	answers(&f);
	assert_false(f.n->join.dials[0].is_lost);
	fix_run(&f, 3 * KITH_DIAL_FIRST); /* and no more than that, or the other fails as well */
	assert_int_equal(seed(&f)->attempts, 3);
	fix_end(&f);
}

/* Whether an ack with another root makes the node synchronise at once. */
static bool asks_at_once(struct fix *f, const struct person *p)
{
	const uint32_t before = fix_count(f, KITH_OUT_CONNECT);

	kith_join_root(f->n, person_peer(f, p), true);
	fix_collect(f);
	return fix_count(f, KITH_OUT_CONNECT) > before;
}

/* Synchronisations with p that bring nothing, until we are at rest. */
static void come_to_rest(struct fix *f, const struct person *p)
{
	int i;

	for (i = 0; i < 8; i++)
		kith_join_synced(f->n, &person_peer(f, p)->record->mid, 0, true);
	assert_int_equal(f->n->join.gap, KITH_SYNC_GAP);
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
	assert_true(f.n->join.is_joined);
	assert_true(asks_at_once(&f, &a));
	fix_end(&f);
}

/* Whether a synchronisation begins within the time. */
static bool asks_within(struct fix *f, kith_us time)
{
	assert_int_equal(f->n->join.partner_stream, 0);
	fix_jump(f, time);
	return f->n->join.partner_stream != 0;
}

/* A root that differs is news under way, mostly. If none comes it will not come; if some did, the
 * next ack tells whether that was all. */
static void who_is_settled_gives_it_time(void **state)
{
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	come_to_rest(&f, &a);
	kith_join_root(f.n, person_peer(&f, &a), false);
	assert_false(asks_at_once(&f, &a));
	assert_false(asks_within(&f, KITH_UNDER_WAY - 1));
	assert_true(asks_within(&f, 1));
	kith_join_on_end(f.n, f.n->join.partner_stream, false, 0, KITH_SEED_JOINED);

	kith_join_root(f.n, person_peer(&f, &a), false);
	assert_false(asks_within(&f, KITH_SYNC_GAP));
	assert_false(asks_at_once(&f, &a));
	fix_jump(&f, 1);
	person_joins(&f, &b, 2);
	assert_false(asks_within(&f, KITH_UNDER_WAY - 1));
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
	kith_join_synced(f.n, &person_peer(&f, &a)->record->mid, KITH_SYNC_BULK(f.n) - 1, true);
	assert_false(asks_within(&f, KITH_SYNC_GAP_NEW));
	kith_join_synced(f.n, &person_peer(&f, &a)->record->mid, KITH_SYNC_BULK(f.n), true);
	assert_true(asks_within(&f, KITH_SYNC_GAP_NEW));
	kith_join_on_end(f.n, f.n->join.partner_stream, false, 0, KITH_SEED_JOINED);
	kith_join_synced(f.n, &person_peer(&f, &a)->record->mid, 0, true);
	assert_false(asks_within(&f, 2 * KITH_SYNC_GAP_NEW));
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
	kith_join_on_end(f.n, f.n->join.partner_stream, false, 0, KITH_SEED_JOINED);
	kith_join_synced(f.n, &person_peer(&f, &a)->record->mid, 0, true);
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
		kith_join_root(f.n, person_peer(&f, &a), false);
	kith_join_root(f.n, person_peer(&f, &a), true); /* not in a row */
	for (i = 1; i < KITH_AGREED; i++)
		kith_join_root(f.n, person_peer(&f, &a), false);
	assert_true(f.n->gossip.count > f.n->gossip.lazy_count);
	kith_join_root(f.n, person_peer(&f, &a), false);
	assert_int_equal(f.n->gossip.count, f.n->gossip.lazy_count);
	fix_end(&f);
}

/* Its seed could not be dialled, and found us meanwhile: it is no longer asked as a seed, but there
 * is somebody to synchronise with. */
static void who_found_us_first_is_asked_as_a_member(void **state)
{
	struct person p;
	struct fix f;

	(void)state;
	fix_setup(&f);
	f.n->join.is_joined = false; /* as with a seed from the start */
	person_init(&f, &p, 1);
	assert_int_equal(kith_node_join(f.n, f.now, &p.addr, 1), 0);
	fix_jump(&f, 1);
	kith_node_stream(f.n, f.now, f.n->join.dials[0].stream, KITH_STREAM_REFUSED, NULL);
	fix_collect(&f);
	person_known(&f, &p);
	assert_int_equal(f.n->join.partner_stream, 0);
	fix_run(&f, KITH_DIAL_FIRST);
	assert_int_equal(seed(&f)->attempts, 1);
	assert_int_not_equal(f.n->join.partner_stream, 0);
	fix_end(&f);
}

/* Its seed stays dead; whom it was found by meanwhile is asked instead. */
static void a_dead_seed_leaves_those_who_found_us(void **state)
{
	struct person seed_of_ours, other;
	struct fix f;

	(void)state;
	fix_setup(&f);
	f.n->join.is_joined = false;
	person_init(&f, &seed_of_ours, 1);
	person_init(&f, &other, 2);
	assert_int_equal(kith_node_join(f.n, f.now, &seed_of_ours.addr, 1), 0);
	fix_jump(&f, 1);
	person_known(&f, &other);
	assert_int_equal(f.n->join.partner_stream, 0);
	kith_node_stream(f.n, f.now, f.n->join.dials[0].stream, KITH_STREAM_REFUSED, NULL);
	fix_collect(&f);
	fix_jump(&f, 1);
	assert_int_not_equal(f.n->join.partner_stream, 0);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_newcomer_asks_at_once),
		cmocka_unit_test(who_is_settled_gives_it_time),
		cmocka_unit_test(much_news_leads_to_the_next),
		cmocka_unit_test(what_is_told_too_early_is_not_forgotten),
		cmocka_unit_test(what_all_know_is_not_told_on),
		cmocka_unit_test(the_seed_of_a_forgotten_member_is_asked_again),
		cmocka_unit_test(who_found_us_first_is_asked_as_a_member),
		cmocka_unit_test(a_dead_seed_leaves_those_who_found_us),
	};

	return cmocka_run_group_tests_name("core/join", tests, NULL, NULL);
}
