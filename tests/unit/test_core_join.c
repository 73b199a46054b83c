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
	kith_join_on_end(f->n, 0, KITH_SEED_JOINED);
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

/* Its seed could not be dialled, and found us meanwhile: it is no longer asked as a seed, but there
 * is somebody to synchronise with. */
static void who_found_us_first_is_asked_as_a_member(void **state)
{
	struct person p;
	struct fix f;

	(void)state;
	fix_setup(&f);
	f.n->partners.is_joined = false; /* as with a seed from the start */
	person_init(&f, &p, 1);
	assert_int_equal(kith_node_join(f.n, f.now, &p.addr, 1), 0);
	fix_jump(&f, 1);
	kith_node_stream(f.n, f.now, f.n->join.dials[0].stream, KITH_STREAM_REFUSED, NULL);
	fix_collect(&f);
	person_known(&f, &p);
	assert_int_equal(f.n->partners.stream, 0);
	fix_run(&f, KITH_DIAL_FIRST);
	assert_int_equal(seed(&f)->attempts, 1);
	assert_int_not_equal(f.n->partners.stream, 0);
	fix_end(&f);
}

/* Its seed stays dead; whom it was found by meanwhile is asked instead. */
static void a_dead_seed_leaves_those_who_found_us(void **state)
{
	struct person seed_of_ours, other;
	struct fix f;

	(void)state;
	fix_setup(&f);
	f.n->partners.is_joined = false;
	person_init(&f, &seed_of_ours, 1);
	person_init(&f, &other, 2);
	assert_int_equal(kith_node_join(f.n, f.now, &seed_of_ours.addr, 1), 0);
	fix_jump(&f, 1);
	person_known(&f, &other);
	assert_int_equal(f.n->partners.stream, 0);
	kith_node_stream(f.n, f.now, f.n->join.dials[0].stream, KITH_STREAM_REFUSED, NULL);
	fix_collect(&f);
	fix_jump(&f, 1);
	assert_int_not_equal(f.n->partners.stream, 0);
	fix_end(&f);
}

/* We are cut off from many; who is up is probed, and needs no dial. The seed that is not is dialled,
 * though it had answered once. */
static void who_is_isolated_dials_the_seeds_it_misses(void **state)
{
	struct kith_addr seeds[2];
	struct person up, other;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &up, 1);
	person_init(&f, &other, 2);
	seeds[0] = up.addr;
	seeds[1] = other.addr;
	assert_int_equal(kith_node_join(f.n, f.now, seeds, 2), 0);
	fix_jump(&f, 1);
	answers(&f);
	assert_int_not_equal(f.n->join.dials[1].stream, 0);
	kith_stream_abandon(f.n, f.n->join.dials[1].stream);
	kith_join_on_end(f.n, 1, KITH_SEED_JOINED);
	fix_forget(&f);
	for (i = 0; i < 2; i++) {
		struct person lost;
		struct kith_peer *p = person_joins(&f, &lost, 3 + i);

		kith_peer_set_status(f.n, p, KITH_STATUS_SUSPECT, NULL);
		kith_peer_set_status(f.n, p, KITH_STATUS_FAILED, NULL);
	}
	assert_true(f.n->peers.isolated);
	fix_forget(&f);
	fix_run(&f, KITH_DIAL_FIRST);
	assert_int_equal(f.n->join.dials[0].seed.attempts, 1);
	assert_int_equal(f.n->join.dials[1].seed.attempts, 2);
	fix_end(&f);
}

/* Of a crowd each asks again within a second, to be there when the seed has a place free; for a while, for
 * it may be no seed at all. It introduces itself each time. */
static void a_newcomer_is_in_a_hurry_at_first(void **state)
{
	const struct kith_addr addr = {.family = 4, .ip = {10, 9, 9, 9}, .port = 5484};
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	assert_int_equal(kith_node_join(f.n, f.now, &addr, 1), 0);
	f.n->partners.is_joined = false;
	for (i = 1; i < 50; i++) {
		const kith_us most = i < KITH_DIAL_CROWD_TRIES ? KITH_DIAL_CROWD : KITH_DIAL_BUSY;
		const struct kith_timer *again = &f.n->join.dials[0].timer;

		fix_jump(&f, 1);
		assert_int_equal(f.n->stats.intros_sent, i);
		kith_stream_abandon(f.n, f.n->join.dials[0].stream);
		kith_join_on_end(f.n, 0, KITH_SEED_CLOSED);
		assert_in_range(again->heap.at, f.now + 1, f.now + most);
		fix_forget(&f);
		kith_timer_set(f.n, &f.n->join.dials[0].timer, f.now);
	}
	assert_true(f.n->join.dials[0].wait > KITH_DIAL_CROWD);
	/* Who is in has time. */
	f.n->join.dials[0].seed.attempts = 1;
	f.n->join.dials[0].wait = KITH_DIAL_CROWD;
	f.n->partners.is_joined = true;
	kith_join_on_end(f.n, 0, KITH_SEED_CLOSED);
	assert_int_equal(f.n->join.dials[0].wait, 2 * KITH_DIAL_CROWD);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seed_of_a_forgotten_member_is_asked_again),
		cmocka_unit_test(who_found_us_first_is_asked_as_a_member),
		cmocka_unit_test(a_dead_seed_leaves_those_who_found_us),
		cmocka_unit_test(who_is_isolated_dials_the_seeds_it_misses),
		cmocka_unit_test(a_newcomer_is_in_a_hurry_at_first),
	};

	return cmocka_run_group_tests_name("core/join", tests, NULL, NULL);
}
