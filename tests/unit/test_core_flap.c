/* SPDX-License-Identifier: ISC */
/* Who fails and comes back, again and again: how long it is told, and when it is told again. Members
 * known by a record alone; who has left is not probed, so that time can pass. */
#include "core/flap.h"
#include "unit/core_fix.h"

struct scene {
	struct fix f;
	struct person p, others[3];
	struct kith_peer *peer;
};

static void setup(struct scene *s)
{
	uint32_t i;

	fix_setup(&s->f);
	for (i = 0; i < 3; i++)
		person_joins(&s->f, &s->others[i], 10 + i);
	s->peer = person_joins(&s->f, &s->p, 1);
	fix_forget(&s->f);
}

static void fails(struct scene *s, struct kith_peer *peer)
{
	kith_peer_set_status(s->f.n, peer, KITH_STATUS_SUSPECT, NULL);
	kith_peer_set_status(s->f.n, peer, KITH_STATUS_FAILED, NULL);
	fix_collect(&s->f);
}

static void says(struct scene *s, enum kith_member_state state)
{
	s->p.seq++;
	s->p.body.state = state;
	s->p.body.back_s = state == KITH_MEMBER_RESTARTING ? 10 : 0;
	(void)person_known(&s->f, &s->p);
	fix_collect(&s->f);
}

static void flaps(struct scene *s, uint32_t times)
{
	while (times-- > 0) {
		fails(s, s->peer);
		says(s, KITH_MEMBER_ALIVE);
	}
}

static uint32_t told(const struct scene *s)
{
	enum kith_event_kind k;
	uint32_t count = 0;

	for (k = 0; k <= KITH_EVENT_REAPED; k++)
		count += fix_events(&s->f, k);
	return count;
}

static struct kith_member shown(struct scene *s)
{
	struct kith_member m;

	assert_int_equal(kith_node_member(s->f.n, &s->p.id.mid, &m), 0);
	return m;
}

static uint32_t quarantined(const struct scene *s)
{
	struct kith_view v;

	kith_node_view(s->f.n, &v);
	return v.quarantined;
}

static void three_returns_are_told(void **state)
{
	struct scene s;

	(void)state;
	setup(&s);
	flaps(&s, 3);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_FAILED), 3);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_ALIVE), 3);
	assert_false(shown(&s).quarantined);
	assert_int_equal(shown(&s).released, KITH_NEVER);
	fails(&s, s.peer);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_FAILED), 4);
	says(&s, KITH_MEMBER_ALIVE);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_ALIVE), 3);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_QUARANTINED), 1);
	assert_true(shown(&s).quarantined);
	assert_in_range(shown(&s).released, s.f.now + 1200 * KITH_SECOND, s.f.now + 1201 * KITH_SECOND);
	assert_int_equal(quarantined(&s), 1);
	assert_int_equal(s.f.n->stats.quarantines, 1);
	fix_check(&s.f);
	fix_end(&s.f);
}

/* Its status goes on: it is probed, answered and listed as anybody. */
static void of_the_quarantined_nothing_is_told(void **state)
{
	struct scene s;

	(void)state;
	setup(&s);
	flaps(&s, 4);
	fix_forget(&s.f);
	flaps(&s, 2);
	s.p.addr.port++;
	s.p.body.addrs[0] = s.p.addr;
	says(&s, KITH_MEMBER_ALIVE);
	assert_int_equal(shown(&s).status, KITH_STATUS_ALIVE);
	says(&s, KITH_MEMBER_RESTARTING);
	assert_int_equal(shown(&s).status, KITH_STATUS_RESTARTING);
	says(&s, KITH_MEMBER_ALIVE);
	fails(&s, s.peer);
	assert_int_equal(shown(&s).status, KITH_STATUS_FAILED);
	assert_int_equal(told(&s), 0);
	kith_peer_reap(s.f.n, s.peer);
	fix_collect(&s.f);
	assert_int_equal(told(&s), 1);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_REAPED), 1);
	assert_int_equal(quarantined(&s), 0);
	fix_check(&s.f);
	fix_end(&s.f);
}

/* However often it did: half an hour after the last time at most. */
static void it_ends_when_it_keeps_still(void **state)
{
	struct scene s;

	(void)state;
	setup(&s);
	flaps(&s, 20);
	assert_int_equal(s.f.n->stats.quarantines, 1);
	says(&s, KITH_MEMBER_LEFT);
	fix_forget(&s.f);
	fix_run(&s.f, 1799 * KITH_SECOND);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_RELEASED), 0);
	fix_run(&s.f, 2 * KITH_SECOND);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_RELEASED), 1);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_LEFT), 0);
	assert_int_equal(fix_last(&s.f, KITH_OUT_EVENT)->event.to, KITH_STATUS_LEFT);
	assert_int_equal(fix_last(&s.f, KITH_OUT_EVENT)->event.from, KITH_STATUS_FAILED);
	assert_false(shown(&s).quarantined);
	fix_end(&s.f);
}

static void it_ends_by_command(void **state)
{
	const struct kith_mid nobody = {{1}};
	struct scene s;

	(void)state;
	setup(&s);
	assert_int_equal(kith_node_release(s.f.n, s.f.now, &s.p.id.mid), KITH_ESTATE);
	assert_int_equal(kith_node_release(s.f.n, s.f.now, &nobody), KITH_ENOTFOUND);
	flaps(&s, 4);
	fix_forget(&s.f);
	assert_int_equal(kith_node_release(s.f.n, s.f.now, &s.p.id.mid), 0);
	fix_collect(&s.f);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_RELEASED), 1);
	assert_int_equal(fix_last(&s.f, KITH_OUT_EVENT)->event.to, KITH_STATUS_ALIVE);
	/* What it did is forgotten: it has three again. */
	flaps(&s, 3);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_ALIVE), 3);
	assert_false(shown(&s).quarantined);
	fix_end(&s.f);
}

static void what_was_announced_costs_nothing(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s);
	for (i = 0; i < 6; i++) {
		says(&s, KITH_MEMBER_RESTARTING);
		says(&s, KITH_MEMBER_ALIVE);
		says(&s, KITH_MEMBER_LEFT);
		s.p.epoch++;
		s.p.seq = 0;
		says(&s, KITH_MEMBER_ALIVE);
	}
	assert_false(shown(&s).quarantined);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_JOINED), 6);
	fix_end(&s.f);
}

/* Half of all failed and came back: that says more of our network than of any of them. */
static void a_cut_costs_nothing(void **state)
{
	struct kith_peer *other;
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s);
	for (i = 0; i < 6; i++) {
		other = person_peer(&s.f, &s.others[0]);
		fails(&s, other);
		fails(&s, s.peer);
		assert_true(s.f.n->peers.isolated);
		says(&s, KITH_MEMBER_ALIVE);
		s.others[0].seq++;
		(void)person_known(&s.f, &s.others[0]);
		assert_false(s.f.n->peers.isolated);
	}
	assert_int_equal(quarantined(&s), 0);
	fix_end(&s.f);
}

static void what_it_did_fades(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	setup(&s);
	for (i = 0; i < 3; i++)
		person_leaves(&s.f, &s.others[i]);
	flaps(&s, 3);
	says(&s, KITH_MEMBER_LEFT);
	fix_run(&s.f, KITH_FLAP_HALF_LIFE);
	s.p.epoch++;
	s.p.seq = 0;
	says(&s, KITH_MEMBER_ALIVE);
	flaps(&s, 1); /* one and a half were left */
	assert_false(shown(&s).quarantined);
	flaps(&s, 1);
	assert_true(shown(&s).quarantined);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_returns_are_told),
		cmocka_unit_test(of_the_quarantined_nothing_is_told),
		cmocka_unit_test(it_ends_when_it_keeps_still),
		cmocka_unit_test(it_ends_by_command),
		cmocka_unit_test(what_was_announced_costs_nothing),
		cmocka_unit_test(a_cut_costs_nothing),
		cmocka_unit_test(what_it_did_fades),
	};

	return cmocka_run_group_tests_name("core/flap", tests, NULL, NULL);
}
