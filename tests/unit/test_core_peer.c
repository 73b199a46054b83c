/* SPDX-License-Identifier: ISC */
/* What follows from the numbers of the table: isolation; and from time: who is forgotten when. Members
 * known by a record alone. */
#include "core/peer.h"
#include "unit/core_fix.h"

static void fails(struct fix *f, struct kith_peer *p)
{
	kith_peer_set_status(f->n, p, KITH_STATUS_SUSPECT, NULL);
	kith_peer_set_status(f->n, p, KITH_STATUS_FAILED, NULL);
}

/* Two of four others failed: isolated. New members make it two of seven: no longer. */
static void isolation_is_judged_when_a_member_is_added(void **state)
{
	struct kith_peer *peers[4];
	struct person p;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 4; i++)
		peers[i] = person_joins(&f, &p, i + 1);
	for (i = 0; i < 2; i++)
		fails(&f, peers[i]);
	fix_collect(&f);
	assert_true(f.n->peers.isolated);
	assert_int_equal(fix_events(&f, KITH_EVENT_ISOLATED), 1);
	fix_forget(&f);
	person_joins(&f, &p, 10);
	assert_false(f.n->peers.isolated);
	assert_int_equal(fix_events(&f, KITH_EVENT_REJOINED), 1);
	fix_end(&f);
}

static bool is_known(struct fix *f, const struct person *p)
{
	return person_peer(f, p) != NULL;
}

static void expires_in(struct fix *f, struct person *p, uint32_t i, uint32_t hours)
{
	person_init(f, p, i);
	p->expires = FIX_UNIX_S + hours * 3600;
	assert_non_null(person_known(f, p));
}

/* An hour for the clocks, and up to a minute until it is looked for. */
static void who_expires_is_forgotten(void **state)
{
	struct person early, late, renewed;
	struct fix f;

	(void)state;
	fix_setup(&f);
	expires_in(&f, &late, 1, 30);
	expires_in(&f, &early, 2, 2);
	expires_in(&f, &renewed, 3, 2);
	renewed.seq++;
	renewed.expires += 4 * 3600;
	person_known(&f, &renewed);
	f.n->reap_after = 1000 * 3600 * KITH_SECOND; /* nobody answers, so all of them fail */
	fix_run(&f, 3 * 3600 * KITH_SECOND);
	assert_true(is_known(&f, &early));
	fix_run(&f, KITH_SWEEP + KITH_SECOND);
	assert_false(is_known(&f, &early));
	assert_true(is_known(&f, &renewed));
	fix_run(&f, 4 * 3600 * KITH_SECOND);
	assert_false(is_known(&f, &renewed));
	assert_true(is_known(&f, &late));
	fix_run(&f, 24 * 3600 * KITH_SECOND);
	assert_false(is_known(&f, &late));
	assert_int_equal(f.n->peers.count, 1);
	fix_end(&f);
}

/* Each after its own time, though the one who goes later was known to be gone before. */
static void the_gone_are_forgotten_in_their_time(void **state)
{
	struct kith_peer *a, *b;
	struct person p, q;
	struct fix f;

	(void)state;
	fix_setup(&f);
	f.n->reap_after = 3600 * KITH_SECOND;
	a = person_joins(&f, &p, 1);
	b = person_joins(&f, &q, 2);
	kith_timer_stop(f.n, &f.n->period.timer);
	fails(&f, a);
	fix_run(&f, 1800 * KITH_SECOND);
	fails(&f, b);
	fix_run(&f, 1800 * KITH_SECOND - KITH_SECOND);
	assert_true(is_known(&f, &p));
	fix_run(&f, KITH_SWEEP + KITH_SECOND);
	assert_false(is_known(&f, &p));
	assert_true(is_known(&f, &q));
	fix_run(&f, 1800 * KITH_SECOND);
	assert_false(is_known(&f, &q));
	fix_end(&f);
}

/* Remembered or not, it is that of now: of the leaves' sum and of how many they are. */
static void the_root_is_that_of_now(void **state)
{
	uint8_t root[8], made[8], other[8];
	struct fix f;

	(void)state;
	fix_setup(&f);
	kith_peers_root(f.n, root);
	kith_peers_make_root(f.n, made);
	assert_memory_equal(made, root, sizeof(root));
	kith_peers_root(f.n, made);
	assert_memory_equal(made, root, sizeof(root));
	f.n->tombs.counted++;
	kith_peers_root(f.n, other);
	assert_memory_not_equal(other, root, sizeof(root));
	f.n->tombs.counted--;
	f.n->tombs.sum++;
	kith_peers_root(f.n, other);
	assert_memory_not_equal(other, root, sizeof(root));
	f.n->tombs.sum--;
	kith_peers_make_root(f.n, made);
	assert_memory_equal(made, root, sizeof(root));
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(isolation_is_judged_when_a_member_is_added),
		cmocka_unit_test(the_root_is_that_of_now),
		cmocka_unit_test(who_expires_is_forgotten),
		cmocka_unit_test(the_gone_are_forgotten_in_their_time),
	};

	return cmocka_run_group_tests_name("core/peer", tests, NULL, NULL);
}
