/* SPDX-License-Identifier: ISC */
/* Keys come and go with those talked with; what was heard is not heard twice. */
#include "base/cur.h"
#include "core/talk.h"
#include "unit/core_fix.h"

enum { COMPANY = KITH_KEYS_KEPT + 1 };

struct scene {
	struct fix f;
	struct person first;
	struct kith_peer *peers[COMPANY]; /* that of `first` is the first */
};

static void scene_setup(struct scene *s)
{
	struct person p;
	uint32_t i;

	fix_setup(&s->f);
	s->f.n->max_members = 2 * COMPANY;
	s->peers[0] = person_joins(&s->f, &s->first, 1);
	for (i = 1; i < COMPANY; i++)
		s->peers[i] = person_joins(&s->f, &p, i + 1);
	/* What they were told so far is no matter here. */
	for (i = 0; i < COMPANY; i++)
		kith_talk_renew(s->f.n, s->peers[i]);
	fix_forget(&s->f);
	assert_int_equal(s->f.n->talks.keys_count, 0);
}

static bool has_keys(const struct scene *s, uint32_t i)
{
	const struct kith_talk *t = kith_talk_of(s->f.n, s->peers[i]);

	return t != NULL && t->keys != NULL;
}

static void talks_with(struct scene *s, uint32_t from, uint32_t to)
{
	uint32_t i;

	for (i = from; i < to; i++)
		assert_non_null(kith_talk_keys(s->f.n, s->peers[i]));
}

static void those_talked_with_last_keep_their_keys(void **state)
{
	struct scene s;
	uint64_t before;
	uint32_t i;

	(void)state;
	scene_setup(&s);
	talks_with(&s, 0, KITH_KEYS_KEPT);
	before = s.f.n->stats.key_agreements;
	talks_with(&s, 0, 1); /* costs nothing, and makes it the newest */
	assert_int_equal(s.f.n->stats.key_agreements, before);
	talks_with(&s, KITH_KEYS_KEPT, COMPANY);
	assert_int_equal(s.f.n->stats.key_agreements, before + 1);
	assert_int_equal(s.f.n->talks.keys_count, KITH_KEYS_KEPT);
	for (i = 0; i < COMPANY; i++)
		assert_int_equal(has_keys(&s, i), i != 1);
	fix_end(&s.f);
}

static uint64_t replays(const struct scene *s)
{
	return s->f.n->stats.drops.replay;
}

static void what_was_heard_is_not_heard_again(void **state)
{
	uint8_t early[KITH_DATAGRAM_MAX], late[KITH_DATAGRAM_MAX], new[KITH_DATAGRAM_MAX];
	const uint8_t *plain = (const uint8_t *)"\x92\x01\x10"; /* a ping */
	struct scene s;
	uint64_t before;
	size_t len;

	(void)state;
	scene_setup(&s);
	len = person_seal(&s.f, &s.first, plain, 3, early);
	person_seal(&s.f, &s.first, plain, 3, late);
	person_seal(&s.f, &s.first, plain, 3, new);
	kith_node_datagram(s.f.n, s.f.now, &s.first.addr, late, len);
	assert_int_equal(replays(&s), 0);
	talks_with(&s, 1, COMPANY);
	assert_false(has_keys(&s, 0));
	before = s.f.n->stats.key_agreements;
	kith_node_datagram(s.f.n, s.f.now, &s.first.addr, late, len);
	kith_node_datagram(s.f.n, s.f.now, &s.first.addr, early, len); /* too late */
	assert_int_equal(replays(&s), 2);
	assert_int_equal(s.f.n->stats.key_agreements, before); /* and for nothing */
	assert_false(has_keys(&s, 0));
	/* Nor when the keys are back. */
	talks_with(&s, 0, 1);
	kith_node_datagram(s.f.n, s.f.now, &s.first.addr, late, len);
	kith_node_datagram(s.f.n, s.f.now, &s.first.addr, early, len);
	assert_int_equal(replays(&s), 4);
	kith_node_datagram(s.f.n, s.f.now, &s.first.addr, new, len);
	assert_int_equal(replays(&s), 4);
	assert_int_equal(s.f.n->stats.drops.bad_tag, 0);
	fix_end(&s.f);
}

/* The counters of another session begin anew. */
static void another_session_is_heard_from_its_start(void **state)
{
	const struct kith_msg ping = {.kind = KITH_MSG_PING, .n = 16, .root = fix_root};
	struct scene s;

	(void)state;
	scene_setup(&s);
	person_say(&s.f, &s.first, &ping);
	person_say(&s.f, &s.first, &ping);
	talks_with(&s, 1, COMPANY);
	assert_int_equal(kith_talk_of(s.f.n, s.peers[0])->last, 2);
	kith_session_new(&s.first.session, &s.f.secret, &s.f.cid, &s.first.id.mid);
	memcpy(s.first.body.session_pk, s.first.session.pk, sizeof(s.first.body.session_pk));
	s.first.seq++;
	person_known(&s.f, &s.first);
	person_pair(&s.f, &s.first);
	assert_int_equal(kith_talk_of(s.f.n, s.peers[0])->last, 0);
	person_say(&s.f, &s.first, &ping);
	assert_int_equal(replays(&s), 0);
	assert_int_equal(s.f.n->stats.drops.bad_tag, 0);
	fix_end(&s.f);
}

/* Whoever gets the place of one that was forgotten was never heard. */
static void a_place_tells_nothing_of_the_former(void **state)
{
	struct kith_member m;
	struct kith_peer *peer;
	struct person p;
	struct scene s;
	uint32_t slot;

	(void)state;
	scene_setup(&s);
	person_say(&s.f, &s.first, &(struct kith_msg){.kind = KITH_MSG_PING, .n = 16, .root = fix_root});
	assert_int_equal(kith_node_member(s.f.n, &s.first.id.mid, &m), 0);
	assert_int_equal(m.heard, s.f.now);
	slot = s.peers[0]->slot;
	kith_peer_reap(s.f.n, s.peers[0]);
	fix_collect(&s.f);
	peer = person_joins(&s.f, &p, COMPANY + 1);
	assert_int_equal(peer->slot, slot);
	assert_int_equal(kith_node_member(s.f.n, &p.id.mid, &m), 0);
	assert_int_equal(m.heard, KITH_NEVER);
	assert_null(kith_talk_of(s.f.n, peer));
	assert_int_equal(kith_talk(s.f.n, peer)->last, 0);
	fix_end(&s.f);
}

static void without_memory_there_are_no_keys(void **state)
{
	struct scene s;
	uint32_t nth = 0;
	bool has;

	(void)state;
	scene_setup(&s);
	do {
		alloc_fail_next(&s.f.heap, ++nth, true);
		has = kith_talk_keys(s.f.n, s.peers[0]) != NULL;
		assert_int_equal(s.f.n->talks.keys_count, has);
	} while (!has);
	assert_true(nth > 1);
	alloc_fail_next(&s.f.heap, 0, false);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_talked_with_last_keep_their_keys),
		cmocka_unit_test(what_was_heard_is_not_heard_again),
		cmocka_unit_test(another_session_is_heard_from_its_start),
		cmocka_unit_test(a_place_tells_nothing_of_the_former),
		cmocka_unit_test(without_memory_there_are_no_keys),
	};

	return cmocka_run_group_tests_name("core/talk", tests, NULL, NULL);
}
