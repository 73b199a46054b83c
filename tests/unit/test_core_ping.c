/* SPDX-License-Identifier: ISC */
#include "unit/core_line.h"

#include "base/addr.h"
#include "core/ping.h"

/* A node that asks nobody of its own accord, a target, and one helper. */
struct scene {
	struct fix f;
	struct person target, helper;
	struct kith_peer *t;
	uint64_t token;
};

static void quiet(struct scene *s)
{
	kith_timer_stop(s->f.n, &s->f.n->period.timer);
	kith_timer_stop(s->f.n, &s->f.n->gossip.tick);
	fix_forget(&s->f);
}

static void scene_setup(struct scene *s)
{
	fix_setup(&s->f);
	person_init(&s->f, &s->target, 1);
	s->target.body.addrs[1] = kith_addr_make(4, (const uint8_t[]){192, 0, 2, 7}, 99);
	s->target.body.addr_count = 2;
	s->t = person_known(&s->f, &s->target);
	person_pair(&s->f, &s->target);
	kith_peer_heard(s->f.n, s->t, NULL);
	kith_peer_heard(s->f.n, person_joins(&s->f, &s->helper, 2), NULL);
	s->f.n->partners.gap = KITH_SYNC_GAP; /* at rest: nobody dials but pings */
	quiet(s);
}

static int ping_rc(struct scene *s, const struct kith_mid *mid)
{
	const int rc = kith_node_ping(s->f.n, s->f.now, mid, &s->token);

	fix_collect(&s->f);
	return rc;
}

/* What is asked stays in the outputs. */
static void ping(struct scene *s)
{
	fix_forget(&s->f);
	assert_int_equal(ping_rc(s, &s->target.id.mid), 0);
}

static const struct kith_event *event_of(struct scene *s, enum kith_ping_way way)
{
	const struct kith_event *e = NULL;
	size_t i;

	for (i = 0; i < s->f.out_count; i++) {
		const struct kith_out *o = &s->f.outs[i].out;

		if (o->kind != KITH_OUT_EVENT || o->event.kind != KITH_EVENT_PING ||
		    o->event.token != s->token || o->event.way != way)
			continue;
		assert_null(e); /* each way ends once */
		e = &o->event;
	}
	return e;
}

#define ASSERT_ENDED(s, way_, result_, rtt_) \
	do { \
		const struct kith_event *e_ = event_of(s, way_); \
		assert_non_null(e_); \
		assert_memory_equal(&e_->mid, &(s)->target.id.mid, sizeof(e_->mid)); \
		assert_int_equal(e_->ping, result_); \
		assert_int_equal(e_->rtt, rtt_); \
	} while (0)

static void say_ack(struct scene *s, struct person *from, uint32_t seq)
{
	uint8_t root[8];
	const struct kith_msg m = {.kind = KITH_MSG_ACK, .n = seq, .root = root};

	kith_peers_root(s->f.n, root);
	person_say(&s->f, from, &m);
}

/* The number of the ping that went to the target's first address. */
static uint32_t asked(struct scene *s)
{
	struct kith_msg m;

	assert_int_equal(person_heard(&s->f, &s->target, KITH_MSG_PING, &m), 1);
	return m.n;
}

static uint32_t asked_helper(struct scene *s)
{
	struct kith_msg m;

	assert_int_equal(person_heard(&s->f, &s->helper, KITH_MSG_RELAY, &m), 1);
	assert_memory_equal(m.mid, s->target.id.mid.b, sizeof(s->target.id.mid.b));
	return m.n;
}

/* The target's answer comes back through the helper. */
static void say_relayed_ack(struct scene *s, uint32_t seq)
{
	uint8_t root[8] = {0}, plain[64], blob[KITH_DATAGRAM_MAX];
	const struct kith_msg m = {.kind = KITH_MSG_ACK, .n = seq, .root = root};
	struct kith_msg back = {.kind = KITH_MSG_RELAYED, .n = seq, .mid = s->target.id.mid.b};
	size_t len = 0;

	assert_true(kith_msg_write(&m, plain, sizeof(plain), &len));
	back.blob = (struct kith_bytes){blob, person_seal(&s->f, &s->target, plain, len, blob)};
	person_say(&s->f, &s->helper, &back);
}

static void four_ways_are_taken_at_once_and_told_one_by_one(void **state)
{
	struct scene s;
	struct line l;

	(void)state;
	scene_setup(&s);
	ping(&s);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 0);
	assert_int_equal(fix_count(&s.f, KITH_OUT_CONNECT), 1);
	fix_run(&s.f, 30 * KITH_MS);
	say_ack(&s, &s.target, asked(&s));
	ASSERT_ENDED(&s, KITH_PING_DIRECT, KITH_PING_ANSWERED, 30 * KITH_MS);
	assert_true(kith_addr_eq(&event_of(&s, KITH_PING_DIRECT)->addr, &s.target.addr));
	fix_run(&s.f, 20 * KITH_MS);
	say_relayed_ack(&s, asked_helper(&s));
	ASSERT_ENDED(&s, KITH_PING_RELAYED, KITH_PING_ANSWERED, 50 * KITH_MS);
	assert_memory_equal(&event_of(&s, KITH_PING_RELAYED)->by, &s.helper.id.mid,
			    sizeof(s.helper.id.mid));
	fix_run(&s.f, 10 * KITH_MS);
	say_ack(&s, &s.target, asked_helper(&s) - 1);
	ASSERT_ENDED(&s, KITH_PING_BACK, KITH_PING_ANSWERED, 60 * KITH_MS);
	assert_memory_equal(&event_of(&s, KITH_PING_BACK)->by, &s.helper.id.mid,
			    sizeof(s.helper.id.mid));
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 3);
	line_answer_m2(&s.f, &l, &s.target);
	ASSERT_ENDED(&s, KITH_PING_TCP, KITH_PING_ANSWERED, 60 * KITH_MS);
	assert_true(kith_addr_eq(&event_of(&s, KITH_PING_TCP)->addr, &s.target.addr));
	fix_run(&s.f, 5 * KITH_SECOND);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 4);
	line_fini(&s.f, &l);
	fix_end(&s.f);
}

static void silence_is_told_after_two_seconds(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s);
	ping(&s);
	fix_run(&s.f, 2 * KITH_SECOND - 1);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 0);
	fix_run(&s.f, 1);
	ASSERT_ENDED(&s, KITH_PING_DIRECT, KITH_PING_SILENT, -1);
	ASSERT_ENDED(&s, KITH_PING_RELAYED, KITH_PING_SILENT, -1);
	ASSERT_ENDED(&s, KITH_PING_TCP, KITH_PING_SILENT, -1);
	ASSERT_ENDED(&s, KITH_PING_BACK, KITH_PING_UNTRIED, -1);
	assert_int_equal(fix_count(&s.f, KITH_OUT_STREAM_CLOSE), 1);
	fix_end(&s.f);
}

/* Answered or not, and whatever the status: evidence, health, losses and round trips stay. */
static void the_detector_is_left_alone(void **state)
{
	struct kith_probes before;
	struct kith_rtts rtts;
	struct scene s;

	(void)state;
	scene_setup(&s);
	before = s.f.n->probes;
	rtts = s.f.n->zones.list[0].rtts;
	ping(&s);
	fix_run(&s.f, 2 * KITH_SECOND);
	ping(&s);
	fix_run(&s.f, 700 * KITH_MS);
	say_ack(&s, &s.target, asked(&s));
	fix_run(&s.f, 2 * KITH_SECOND);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 4);
	assert_null(kith_peer_case(s.t));
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	assert_int_equal(kith_talk_of(s.f.n, s.t)->rtt_us, -1);
	assert_memory_equal(&s.f.n->zones.list[0].rtts, &rtts, sizeof(rtts));
	assert_int_equal(s.f.n->probes.health, before.health);
	assert_int_equal(s.f.n->probes.verdicts, before.verdicts);
	assert_int_equal(s.f.n->probes.first_ping_count, before.first_ping_count);
	assert_int_equal(s.f.n->probes.answered, before.answered);
	assert_int_equal(s.f.n->stats.rounds, 0);
	fix_end(&s.f);
}

/* The helper brought its answer, so it was asked to answer straight as well. */
static void the_way_back_may_be_silent(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s);
	ping(&s);
	say_relayed_ack(&s, asked_helper(&s));
	fix_run(&s.f, 2 * KITH_SECOND);
	ASSERT_ENDED(&s, KITH_PING_DIRECT, KITH_PING_SILENT, -1);
	ASSERT_ENDED(&s, KITH_PING_BACK, KITH_PING_SILENT, -1);
	fix_end(&s.f);
}

/* Who asks to be answered straight is, though the question came through another. */
static void a_back_is_answered_straight(void **state)
{
	uint8_t plain[64], blob[KITH_DATAGRAM_MAX];
	const struct kith_msg ping_ = {.kind = KITH_MSG_PING, .n = 31, .root = fix_root};
	const struct kith_msg back = {.kind = KITH_MSG_BACK, .n = 30, .root = fix_root};
	struct kith_msg relayed = {.kind = KITH_MSG_RELAYED, .n = 31}, ack;
	struct scene s;
	size_t len = 0;

	(void)state;
	scene_setup(&s);
	relayed.mid = s.target.id.mid.b;
	assert_true(kith_msg_write(&ping_, plain, sizeof(plain), &len));
	assert_true(kith_msg_write(&back, plain, sizeof(plain), &len));
	relayed.blob = (struct kith_bytes){blob, person_seal(&s.f, &s.target, plain, len, blob)};
	fix_forget(&s.f);
	person_say(&s.f, &s.helper, &relayed);
	assert_int_equal(person_heard(&s.f, &s.helper, KITH_MSG_RELAY, NULL), 1);
	assert_int_equal(person_heard(&s.f, &s.target, KITH_MSG_ACK, &ack), 1);
	assert_int_equal(ack.n, 30);
	fix_end(&s.f);
}

static void only_the_answer_asked_for_counts(void **state)
{
	uint32_t direct, relayed;
	struct scene s;

	(void)state;
	scene_setup(&s);
	ping(&s);
	direct = asked(&s);
	relayed = asked_helper(&s);
	say_ack(&s, &s.helper, direct);     /* of somebody else */
	say_ack(&s, &s.target, relayed);    /* the helper's number, but not through it */
	say_relayed_ack(&s, direct);        /* the other way round */
	say_ack(&s, &s.target, direct + 2); /* of an address that there is not */
	say_ack(&s, &s.target, direct + 16);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 0);
	fix_run(&s.f, 2 * KITH_SECOND);
	say_ack(&s, &s.target, direct); /* too late */
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 4);
	fix_end(&s.f);
}

/* A round and a ping of the same member, at the same time: each has its own answer. */
static void a_round_and_a_ping_are_told_apart(void **state)
{
	uint32_t round, direct;
	struct scene s;

	(void)state;
	scene_setup(&s);
	assert_true(kith_probe_express(s.f.n, s.t, KITH_ROUND_EXPRESS, true));
	fix_collect(&s.f);
	round = asked(&s);
	ping(&s);
	direct = asked(&s);
	say_ack(&s, &s.target, direct);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 1);
	assert_true(s.f.n->probes.rounds[0].in_use);
	say_ack(&s, &s.target, round);
	assert_false(s.f.n->probes.rounds[0].in_use);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 1);
	fix_end(&s.f);
}

/* The answer tells which of its addresses was asked. */
static void each_address_is_asked(void **state)
{
	const struct kith_addr *second;
	struct scene s;

	(void)state;
	scene_setup(&s);
	second = &s.target.body.addrs[1];
	ping(&s);
	assert_int_equal(fix_datagrams_to(&s.f, &s.target.addr), 1);
	assert_int_equal(fix_datagrams_to(&s.f, second), 1);
	say_ack(&s, &s.target, asked(&s) + 1);
	assert_true(kith_addr_eq(&event_of(&s, KITH_PING_DIRECT)->addr, second));
	say_ack(&s, &s.target, asked(&s));
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 1);
	/* The one that answered last comes first. */
	s.t->addr_index = 1;
	ping(&s);
	assert_true(kith_addr_eq(&fix_last(&s.f, KITH_OUT_CONNECT)->addr, second));
	fix_run(&s.f, 2 * KITH_SECOND);
	assert_true(kith_addr_eq(&event_of(&s, KITH_PING_DIRECT)->addr, second));
	fix_end(&s.f);
}

/* A nack ends nothing: the answer may be on its way. The helper's word counts, nobody else's. */
static void a_helper_that_hears_nothing_either_is_told(void **state)
{
	struct kith_msg nack = {.kind = KITH_MSG_NACK};
	struct scene s;

	(void)state;
	scene_setup(&s);
	ping(&s);
	nack.n = asked_helper(&s);
	person_say(&s.f, &s.target, &nack);
	fix_run(&s.f, 2 * KITH_SECOND);
	ASSERT_ENDED(&s, KITH_PING_RELAYED, KITH_PING_SILENT, -1);
	ping(&s);
	nack.n = asked_helper(&s);
	person_say(&s.f, &s.helper, &nack);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 0);
	fix_run(&s.f, 2 * KITH_SECOND);
	ASSERT_ENDED(&s, KITH_PING_RELAYED, KITH_PING_NACKED, -1);
	ping(&s);
	nack.n = asked_helper(&s);
	person_say(&s.f, &s.helper, &nack);
	say_relayed_ack(&s, nack.n);
	ASSERT_ENDED(&s, KITH_PING_RELAYED, KITH_PING_ANSWERED, 0);
	fix_end(&s.f);
}

static void tcp_tells_why_not(void **state)
{
	static const struct {
		enum kith_stream_what what;
		bool is_up;
		enum kith_ping_result result;
	} cases[] = {
		{KITH_STREAM_REFUSED, false, KITH_PING_REFUSED},
		{KITH_STREAM_FAILED, false, KITH_PING_SILENT},
		{KITH_STREAM_CLOSED, true, KITH_PING_CLOSED},
		{KITH_STREAM_FAILED, true, KITH_PING_CLOSED},
	};
	struct scene s;
	struct line l;
	size_t i;

	(void)state;
	scene_setup(&s);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t id;

		ping(&s);
		id = fix_last(&s.f, KITH_OUT_CONNECT)->stream;
		if (cases[i].is_up)
			kith_node_stream(s.f.n, s.f.now, id, KITH_STREAM_CONNECTED, NULL);
		fix_collect(&s.f);
		kith_node_stream(s.f.n, s.f.now, id, cases[i].what, NULL);
		fix_collect(&s.f);
		ASSERT_ENDED(&s, KITH_PING_TCP, cases[i].result, -1);
	}
	/* Who is somebody else is not the one. */
	ping(&s);
	line_answer_m2(&s.f, &l, &s.helper);
	ASSERT_ENDED(&s, KITH_PING_TCP, KITH_PING_CLOSED, -1);
	line_fini(&s.f, &l);
	fix_end(&s.f);
}

static void without_a_third_nobody_carries_it(void **state)
{
	struct scene s;

	(void)state;
	fix_setup(&s.f);
	kith_peer_heard(s.f.n, person_joins(&s.f, &s.target, 1), NULL);
	quiet(&s);
	ping(&s);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 2);
	ASSERT_ENDED(&s, KITH_PING_RELAYED, KITH_PING_UNTRIED, -1);
	ASSERT_ENDED(&s, KITH_PING_BACK, KITH_PING_UNTRIED, -1);
	fix_end(&s.f);
}

/* Who may live another life by now is told who asks, and asked who it is. */
static void a_failed_member_hears_who_asks(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s);
	s.t->heard_session = true;
	ping(&s);
	assert_true(fix_last(&s.f, KITH_OUT_DATAGRAM)->len < KITH_DATAGRAM_MAX);
	kith_peer_set_status(s.f.n, s.t, KITH_STATUS_SUSPECT, NULL);
	kith_peer_set_status(s.f.n, s.t, KITH_STATUS_FAILED, NULL);
	fix_collect(&s.f);
	ping(&s);
	assert_int_equal(s.f.n->stats.intros_sent, 2); /* to each address */
	say_ack(&s, &s.target, asked(&s));
	ASSERT_ENDED(&s, KITH_PING_DIRECT, KITH_PING_ANSWERED, 0);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
}

static void there_are_bounds(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_setup(&s);
	/* So many at once, and they last. */
	for (i = 0; i < KITH_PINGS_MAX; i++)
		ping(&s);
	assert_int_equal(ping_rc(&s, &s.target.id.mid), KITH_EFULL);
	fix_run(&s.f, 2 * KITH_SECOND - 1);
	assert_int_equal(ping_rc(&s, &s.target.id.mid), KITH_EFULL);
	fix_run(&s.f, 20 * KITH_SECOND);
	/* And no more than 5 a second, however fast they end. */
	for (i = 0; i < KITH_PINGS_MAX; i++) {
		ping(&s);
		kith_node_stream(s.f.n, s.f.now, fix_last(&s.f, KITH_OUT_CONNECT)->stream,
				 KITH_STREAM_REFUSED, NULL);
		fix_collect(&s.f);
		say_ack(&s, &s.target, asked(&s));
		say_relayed_ack(&s, asked_helper(&s));
		say_ack(&s, &s.target, asked_helper(&s) - 1);
		assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 4);
	}
	assert_int_equal(ping_rc(&s, &s.target.id.mid), KITH_EFULL);
	fix_run(&s.f, KITH_SECOND / KITH_PINGS_RATE - 1);
	assert_int_equal(ping_rc(&s, &s.target.id.mid), KITH_EFULL);
	fix_run(&s.f, 1);
	assert_int_equal(ping_rc(&s, &s.target.id.mid), 0);
	assert_int_equal(ping_rc(&s, &s.target.id.mid), KITH_EFULL);
	fix_end(&s.f);
}

static void not_everybody_can_be_asked_nor_ask(void **state)
{
	const struct kith_mid nobody = {{1}};
	struct scene s;

	(void)state;
	scene_setup(&s);
	assert_int_equal(ping_rc(&s, &nobody), KITH_ENOTFOUND);
	assert_int_equal(ping_rc(&s, &s.f.n->own.peer->record->mid), KITH_ESTATE);
	assert_int_equal(kith_node_ping(s.f.n, s.f.now, NULL, &s.token), KITH_EINVAL);
	assert_int_equal(kith_node_leave(s.f.n, s.f.now), 0);
	fix_run(&s.f, 4 * KITH_SECOND);
	assert_int_equal(ping_rc(&s, &s.target.id.mid), KITH_ESTATE);
	fix_end(&s.f);
}

/* It may be forgotten before it answers. */
static void a_member_may_go_meanwhile(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s);
	kith_peer_set_status(s.f.n, s.t, KITH_STATUS_SUSPECT, NULL);
	kith_peer_set_status(s.f.n, s.t, KITH_STATUS_FAILED, NULL);
	ping(&s);
	assert_int_equal(kith_node_forget(s.f.n, s.f.now, &s.target.id.mid), 0);
	fix_run(&s.f, 2 * KITH_SECOND);
	assert_int_equal(fix_events(&s.f, KITH_EVENT_PING), 4);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_ways_are_taken_at_once_and_told_one_by_one),
		cmocka_unit_test(silence_is_told_after_two_seconds),
		cmocka_unit_test(the_detector_is_left_alone),
		cmocka_unit_test(the_way_back_may_be_silent),
		cmocka_unit_test(a_back_is_answered_straight),
		cmocka_unit_test(only_the_answer_asked_for_counts),
		cmocka_unit_test(a_round_and_a_ping_are_told_apart),
		cmocka_unit_test(each_address_is_asked),
		cmocka_unit_test(a_helper_that_hears_nothing_either_is_told),
		cmocka_unit_test(tcp_tells_why_not),
		cmocka_unit_test(without_a_third_nobody_carries_it),
		cmocka_unit_test(a_failed_member_hears_who_asks),
		cmocka_unit_test(there_are_bounds),
		cmocka_unit_test(not_everybody_can_be_asked_nor_ask),
		cmocka_unit_test(a_member_may_go_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
