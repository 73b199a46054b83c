/* SPDX-License-Identifier: ISC */
#include "unit/core_line.h"

#include "base/addr.h"
#include "core/probe.h"

enum { MANY = 24 };

/* A node that begins no rounds of its own accord, a target that answers nothing, and helpers. */
struct scene {
	struct fix f;
	struct person target, more[MANY];
	struct kith_peer *t;
	uint32_t count;
	kith_us begun;
};

static void scene_setup(struct scene *s, uint32_t more)
{
	uint32_t i;

	fix_setup(&s->f);
	s->t = person_joins(&s->f, &s->target, 1);
	kith_peer_heard(s->f.n, s->t, NULL);
	s->count = more;
	for (i = 0; i < more; i++)
		kith_peer_heard(s->f.n, person_joins(&s->f, &s->more[i], 2 + i), NULL);
	kith_timer_stop(s->f.n, &s->f.n->period.timer);
	kith_timer_stop(s->f.n, &s->f.n->gossip.tick);
	fix_forget(&s->f);
	s->begun = s->f.now;
}

static struct kith_round *round_of(struct scene *s)
{
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX; i++)
		if (s->f.n->probes.rounds[i].in_use && s->f.n->probes.rounds[i].target == s->t)
			return &s->f.n->probes.rounds[i];
	return NULL;
}

/* A round of that kind on the target begins now. */
static struct kith_round *begin(struct scene *s, enum kith_round_kind kind)
{
	s->begun = s->f.now;
	if (kind == KITH_ROUND_PERIOD) {
		/* Its reprobe needs a case. */
		kith_suspect_round_failed(s->f.n, s->t,
					  &(struct kith_verdict){.kind = KITH_SUSPICION_SILENCE});
		fix_forget(&s->f);
		kith_period_on_reprobe(s->f.n, s->t);
	} else {
		assert_true(kith_probe_express(s->f.n, s->t, kind, true));
	}
	fix_collect(&s->f);
	assert_non_null(round_of(s));
	return round_of(s);
}

static uint32_t relays_by(struct scene *s)
{
	uint32_t i, sum = 0;

	for (i = 0; i < s->count; i++)
		sum += person_heard(&s->f, &s->more[i], KITH_MSG_RELAY, NULL);
	return sum;
}

/* So far: pings sent, relays asked for, connects, verdicts. */
#define ASSERT_SO_FAR(s, pings, relays, connects, failed) \
	do { \
		assert_int_equal(person_heard(&(s)->f, &(s)->target, KITH_MSG_PING, NULL), pings); \
		assert_int_equal(relays_by(s), relays); \
		assert_int_equal(fix_count(&(s)->f, KITH_OUT_CONNECT), connects); \
		assert_int_equal((s)->f.n->stats.rounds_failed, failed); \
	} while (0)

/* A microsecond before `at` after the begin, then at it. */
static void just_before(struct scene *s, kith_us at)
{
	fix_run(&s->f, s->begun + at - 1 - s->f.now);
}

static void one_more_us(struct scene *s)
{
	fix_run(&s->f, 1);
}

/* --- time tables: Td = 200 ms, Trel = 300 ms -------------------------------------------------- */

static void a_periods_round_ends_after_Td_and_Trel(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 8);
	begin(&s, KITH_ROUND_PERIOD);
	ASSERT_SO_FAR(&s, 1, 0, 0, 0);
	just_before(&s, 100 * KITH_MS);
	ASSERT_SO_FAR(&s, 1, 0, 0, 0);
	one_more_us(&s);
	ASSERT_SO_FAR(&s, 2, 0, 0, 0);
	just_before(&s, 200 * KITH_MS);
	ASSERT_SO_FAR(&s, 2, 0, 0, 0);
	one_more_us(&s);
	ASSERT_SO_FAR(&s, 2, 3, 1, 0);
	just_before(&s, 350 * KITH_MS);
	ASSERT_SO_FAR(&s, 2, 3, 1, 0);
	one_more_us(&s);
	ASSERT_SO_FAR(&s, 3, 6, 1, 0);
	just_before(&s, 500 * KITH_MS);
	ASSERT_SO_FAR(&s, 3, 6, 1, 0);
	one_more_us(&s);
	ASSERT_SO_FAR(&s, 3, 6, 1, 1);
	assert_int_equal(fix_count(&s.f, KITH_OUT_STREAM_CLOSE), 1);
	assert_null(round_of(&s));
	fix_end(&s.f);
}

static void an_express_round_does_all_at_once(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 8);
	begin(&s, KITH_ROUND_EXPRESS);
	ASSERT_SO_FAR(&s, 1, 3, 1, 0);
	just_before(&s, 200 * KITH_MS);
	ASSERT_SO_FAR(&s, 1, 3, 1, 0);
	one_more_us(&s);
	ASSERT_SO_FAR(&s, 2, 6, 1, 0);
	just_before(&s, 400 * KITH_MS);
	ASSERT_SO_FAR(&s, 2, 6, 1, 0);
	one_more_us(&s);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	fix_end(&s.f);
}

static void refuse(struct scene *s)
{
	kith_node_stream(s->f.n, s->f.now, fix_last(&s->f, KITH_OUT_CONNECT)->stream,
			 KITH_STREAM_REFUSED, NULL);
	fix_collect(&s->f);
}

static void an_express_round_that_was_refused_ends_after_300_ms(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 8);
	begin(&s, KITH_ROUND_EXPRESS);
	fix_run(&s.f, 10 * KITH_MS);
	refuse(&s);
	just_before(&s, 300 * KITH_MS);
	ASSERT_SO_FAR(&s, 2, 6, 1, 0);
	one_more_us(&s);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	assert_true(kith_peer_case(s.t)->own_refused);
	fix_end(&s.f);
}

static void a_triple_look_ends_with_the_third_refusal(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 8);
	begin(&s, KITH_ROUND_TRIPLE);
	ASSERT_SO_FAR(&s, 1, 3, 1, 0);
	refuse(&s);
	just_before(&s, 150 * KITH_MS);
	ASSERT_SO_FAR(&s, 1, 3, 1, 0);
	one_more_us(&s);
	ASSERT_SO_FAR(&s, 1, 3, 2, 0);
	refuse(&s);
	just_before(&s, 300 * KITH_MS);
	ASSERT_SO_FAR(&s, 2, 6, 2, 0);
	one_more_us(&s);
	ASSERT_SO_FAR(&s, 2, 6, 3, 0);
	refuse(&s);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	assert_true(kith_peer_case(s.t)->own_triple);
	fix_end(&s.f);
}

/* Two refusals and silence are no triple refusal. */
static void a_triple_look_with_a_silent_connect_is_none(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 8);
	begin(&s, KITH_ROUND_TRIPLE);
	refuse(&s);
	fix_run(&s.f, 150 * KITH_MS);
	refuse(&s);
	fix_run(&s.f, 250 * KITH_MS);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	assert_true(kith_peer_case(s.t)->own_refused);
	assert_false(kith_peer_case(s.t)->own_triple);
	fix_end(&s.f);
}

static void bad_local_health_stretches_all_times(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 8);
	kith_probe_health(s.f.n, 3);
	begin(&s, KITH_ROUND_EXPRESS);
	just_before(&s, 4 * 200 * KITH_MS);
	ASSERT_SO_FAR(&s, 1, 3, 1, 0);
	one_more_us(&s);
	ASSERT_SO_FAR(&s, 2, 6, 1, 0);
	just_before(&s, 4 * 400 * KITH_MS);
	assert_int_equal(s.f.n->stats.rounds_failed, 0);
	one_more_us(&s);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	fix_end(&s.f);
}

/* --- helpers ---------------------------------------------------------------------------------- */

static void helpers_are_distinct_and_never_the_target(void **state)
{
	struct scene s;
	uint32_t i, k;
	const struct kith_round *r;

	(void)state;
	for (i = 0; i < 20; i++) {
		scene_setup(&s, 6); /* as many as two waves of three */
		s.f.n->rng.s[0] ^= i;
		r = begin(&s, KITH_ROUND_EXPRESS);
		fix_run(&s.f, 200 * KITH_MS);
		assert_int_equal(r->helper_count, 6);
		for (k = 0; k < 6; k++)
			assert_int_equal(person_heard(&s.f, &s.more[k], KITH_MSG_RELAY, NULL), 1);
		assert_int_equal(person_heard(&s.f, &s.target, KITH_MSG_RELAY, NULL), 0);
		fix_end(&s.f);
	}
}

/* Five above 15 % of first pings lost, eight above 40 %. */
static void a_wave_grows_with_the_loss(void **state)
{
	static const struct {
		uint32_t lost, of, helpers;
	} cases[] = {{7, 7, 3}, {4, 32, 3}, {5, 32, 5}, {12, 32, 5}, {13, 32, 8}, {32, 32, 8}};
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scene_setup(&s, 20);
		s.f.n->probes.first_pings = (uint32_t)((UINT64_C(1) << cases[i].lost) - 1);
		s.f.n->probes.first_ping_count = (uint8_t)cases[i].of;
		begin(&s, KITH_ROUND_EXPRESS);
		assert_int_equal(relays_by(&s), cases[i].helpers);
		fix_run(&s.f, 200 * KITH_MS);
		assert_int_equal(relays_by(&s), 2 * cases[i].helpers);
		fix_end(&s.f);
	}
}

/* An answer through the helper that was asked as this one. */
static uint32_t is_helped(struct scene *s, uint32_t which)
{
	const struct kith_round *r = round_of(s);
	const struct kith_msg ack = {.kind = KITH_MSG_ACK, .n = r->seq + 3 + which};
	const uint32_t slot = r->helpers[which];

	kith_probe_on_ack(s->f.n, s->t, &ack, true);
	assert_null(round_of(s));
	return slot;
}

static bool is_asked(const struct kith_round *r, uint32_t slot)
{
	uint32_t i;

	for (i = 0; i < r->helper_count; i++)
		if (r->helpers[i] == slot)
			return true;
	return false;
}

/* Of 24, three are asked at random: one of them by chance in eight. */
static void who_helped_is_asked_again(void **state)
{
	struct scene s;
	const struct kith_round *r;
	uint32_t slot, i;

	(void)state;
	scene_setup(&s, MANY);
	begin(&s, KITH_ROUND_EXPRESS);
	slot = is_helped(&s, 1);
	for (i = 0; i < 10; i++) {
		r = begin(&s, KITH_ROUND_EXPRESS);
		assert_int_equal(r->helpers[0], slot);
		assert_int_equal(r->helper_count, 4);
		assert_int_equal(r->first_wave, 4);
		assert_int_equal(is_helped(&s, 0), slot);
	}
	/* Another helped: that one and nobody else is known. */
	begin(&s, KITH_ROUND_EXPRESS);
	slot = is_helped(&s, 2);
	r = begin(&s, KITH_ROUND_EXPRESS);
	assert_int_equal(r->helpers[0], slot);
	assert_int_equal(r->helper_count, 4);
	fix_end(&s.f);
}

static void who_helped_with_others_is_asked_too(void **state)
{
	struct scene s;
	struct kith_peer *t;
	uint32_t first, second;

	(void)state;
	scene_setup(&s, MANY);
	t = s.t;
	begin(&s, KITH_ROUND_EXPRESS);
	first = is_helped(&s, 0);
	s.t = kith_peer_find(s.f.n, &s.more[0].id.mid);
	if (s.t->slot == first)
		s.t = kith_peer_find(s.f.n, &s.more[1].id.mid);
	begin(&s, KITH_ROUND_EXPRESS);
	assert_true(is_asked(round_of(&s), first));
	second = is_helped(&s, round_of(&s)->helper_count - 1u);
	s.t = t;
	begin(&s, KITH_ROUND_EXPRESS);
	assert_int_equal(round_of(&s)->helpers[0], first);
	assert_true(is_asked(round_of(&s), second));
	fix_end(&s.f);
}

static void who_answers_itself_needs_no_helper(void **state)
{
	struct scene s;
	struct kith_msg ack = {.kind = KITH_MSG_ACK};

	(void)state;
	scene_setup(&s, MANY);
	begin(&s, KITH_ROUND_EXPRESS);
	is_helped(&s, 1);
	assert_int_not_equal(s.t->ledger->helper, 0);
	ack.n = begin(&s, KITH_ROUND_EXPRESS)->seq;
	kith_probe_on_ack(s.f.n, s.t, &ack, false);
	assert_int_equal(s.t->ledger->helper, 0);
	fix_end(&s.f);
}

static void nack(struct scene *s, uint32_t who)
{
	struct kith_msg relay, m = {.kind = KITH_MSG_NACK};

	if (person_heard(&s->f, &s->more[who], KITH_MSG_RELAY, &relay) == 0)
		return;
	m.n = relay.n;
	person_say(&s->f, &s->more[who], &m);
}

/* The first silence of a member speaks against us as well, the next ones do not: it is asked again
 * because it is suspected. */
static void only_the_first_silence_is_held_against_us(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, 3);
	begin(&s, KITH_ROUND_EXPRESS);
	fix_run(&s.f, 400 * KITH_MS);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	assert_int_equal(s.f.n->probes.health, 1);
	assert_int_equal(s.f.n->probes.verdicts, 1);
	begin(&s, KITH_ROUND_EXPRESS);
	fix_run(&s.f, 800 * KITH_MS); /* all times are twice as long */
	assert_int_equal(s.f.n->stats.rounds_failed, 2);
	assert_int_equal(s.f.n->probes.health, 1);
	assert_int_equal(s.f.n->probes.verdicts, 1);
	fix_end(&s.f);
}

/* When all helpers say that it is silent to them too, our own link is not to blame. */
static void helpers_that_nack_spare_our_health(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s, 3);
	begin(&s, KITH_ROUND_EXPRESS);
	for (i = 0; i < 3; i++)
		nack(&s, i);
	assert_int_equal(round_of(&s)->nacks, 3);
	fix_run(&s.f, 400 * KITH_MS);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	assert_int_equal(s.f.n->probes.health, 0);
	fix_end(&s.f);
	/* One of them says so three times: that is one. */
	scene_setup(&s, 3);
	begin(&s, KITH_ROUND_EXPRESS);
	for (i = 0; i < 3; i++)
		nack(&s, 0);
	assert_int_equal(round_of(&s)->nacks, 1);
	fix_run(&s.f, 400 * KITH_MS);
	assert_int_equal(s.f.n->probes.health, 1);
	fix_end(&s.f);
}

static void who_was_not_asked_cannot_nack(void **state)
{
	struct kith_msg m = {.kind = KITH_MSG_NACK};
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s, 4);
	m.n = begin(&s, KITH_ROUND_EXPRESS)->seq + 3;
	for (i = 0; i < 4; i++)
		if (person_heard(&s.f, &s.more[i], KITH_MSG_RELAY, NULL) == 0)
			person_say(&s.f, &s.more[i], &m);
	person_say(&s.f, &s.target, &m);
	assert_int_equal(round_of(&s)->nacks, 0);
	fix_end(&s.f);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void ack(struct scene *s, uint32_t seq)
{
	uint8_t root[8];
	const struct kith_msg m = {.kind = KITH_MSG_ACK, .n = seq, .root = root};

	kith_peers_root(s->f.n, root);
	person_say(&s->f, &s->target, &m);
}

static void each_ping_measures_its_own_round_trip(void **state)
{
	struct scene s;
	uint32_t seq;

	(void)state;
	scene_setup(&s, 0);
	seq = begin(&s, KITH_ROUND_PERIOD)->seq;
	fix_run(&s.f, 130 * KITH_MS);
	ack(&s, seq + 1); /* sent at 100 ms */
	assert_int_equal(kith_talk_of(s.f.n, s.t)->rtt_us, 30 * KITH_MS);
	assert_null(round_of(&s));
	seq = begin(&s, KITH_ROUND_PERIOD)->seq;
	fix_run(&s.f, 110 * KITH_MS);
	ack(&s, seq);
	assert_int_equal(kith_talk_of(s.f.n, s.t)->rtt_us, (7 * 30 + 110) * KITH_MS / 8);
	/* An ack of a ping that was not sent yet ends the round, but measures nothing. */
	seq = begin(&s, KITH_ROUND_PERIOD)->seq;
	ack(&s, seq + 2);
	assert_int_equal(kith_talk_of(s.f.n, s.t)->rtt_us, (7 * 30 + 110) * KITH_MS / 8);
	assert_null(round_of(&s));
	fix_end(&s.f);
}

static void an_ack_of_another_round_or_member_is_none(void **state)
{
	struct scene s;
	uint8_t root[8] = {0};
	struct kith_msg m = {.kind = KITH_MSG_ACK, .root = root};

	(void)state;
	scene_setup(&s, 1);
	m.n = begin(&s, KITH_ROUND_EXPRESS)->seq;
	person_say(&s.f, &s.more[0], &m);
	assert_non_null(round_of(&s));
	ack(&s, m.n + 16);
	ack(&s, m.n - 1);
	assert_non_null(round_of(&s));
	ack(&s, m.n);
	assert_null(round_of(&s));
	fix_end(&s.f);
}

/* The target's answer, carried back by a helper. */
static void a_relayed_ack_saves_the_round(void **state)
{
	uint8_t root[8] = {0}, plain[64], blob[KITH_DATAGRAM_MAX];
	struct kith_msg relay, m = {.kind = KITH_MSG_ACK, .root = root};
	struct kith_msg back = {.kind = KITH_MSG_RELAYED};
	struct scene s;
	size_t len = 0;

	(void)state;
	scene_setup(&s, 1);
	begin(&s, KITH_ROUND_EXPRESS);
	assert_int_equal(person_heard(&s.f, &s.more[0], KITH_MSG_RELAY, &relay), 1);
	m.n = relay.n;
	assert_true(kith_msg_write(&m, plain, sizeof(plain), &len));
	back.n = relay.n;
	back.mid = s.target.id.mid.b;
	back.blob = (struct kith_bytes){blob, person_seal(&s.f, &s.target, plain, len, blob)};
	person_say(&s.f, &s.more[0], &back);
	assert_null(round_of(&s));
	assert_int_equal(s.f.n->stats.rounds_relayed, 1);
	assert_int_equal(kith_talk_of(s.f.n, s.t)->rtt_us, -1);
	/* The helper cannot say it in its own words. */
	begin(&s, KITH_ROUND_EXPRESS);
	back.mid = s.more[0].id.mid.b;
	back.blob.len = person_seal(&s.f, &s.target, plain, len, blob);
	person_say(&s.f, &s.more[0], &back);
	assert_int_equal(s.f.n->stats.drops.malformed, 1);
	assert_non_null(round_of(&s));
	fix_end(&s.f);
}

/* A stopped process's kernel still accepts: only a proof counts. */
static void tcp_saves_the_round_when_the_target_proves_itself(void **state)
{
	struct scene s;
	struct line l;

	(void)state;
	scene_setup(&s, 0);
	begin(&s, KITH_ROUND_EXPRESS);
	kith_node_stream(s.f.n, s.f.now, fix_last(&s.f, KITH_OUT_CONNECT)->stream,
			 KITH_STREAM_CONNECTED, NULL);
	fix_run(&s.f, 400 * KITH_MS);
	assert_int_equal(s.f.n->stats.rounds_failed, 1);
	kith_suspect_close(s.f.n, s.t);
	begin(&s, KITH_ROUND_EXPRESS);
	line_answer_m2(&s.f, &l, &s.target);
	assert_null(round_of(&s));
	assert_int_equal(s.f.n->stats.rounds_stream, 1);
	assert_true(l.closed);
	line_fini(&s.f, &l);
	fix_end(&s.f);
	/* Somebody else at that address proves nothing about the target. */
	scene_setup(&s, 1);
	begin(&s, KITH_ROUND_EXPRESS);
	line_answer_m2(&s.f, &l, &s.more[0]);
	assert_non_null(round_of(&s));
	assert_int_equal(s.f.n->stats.rounds_stream, 0);
	line_fini(&s.f, &l);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_periods_round_ends_after_Td_and_Trel),
		cmocka_unit_test(an_express_round_does_all_at_once),
		cmocka_unit_test(an_express_round_that_was_refused_ends_after_300_ms),
		cmocka_unit_test(a_triple_look_ends_with_the_third_refusal),
		cmocka_unit_test(a_triple_look_with_a_silent_connect_is_none),
		cmocka_unit_test(bad_local_health_stretches_all_times),
		cmocka_unit_test(helpers_are_distinct_and_never_the_target),
		cmocka_unit_test(a_wave_grows_with_the_loss),
		cmocka_unit_test(who_helped_is_asked_again),
		cmocka_unit_test(who_helped_with_others_is_asked_too),
		cmocka_unit_test(who_answers_itself_needs_no_helper),
		cmocka_unit_test(only_the_first_silence_is_held_against_us),
		cmocka_unit_test(helpers_that_nack_spare_our_health),
		cmocka_unit_test(who_was_not_asked_cannot_nack),
		cmocka_unit_test(each_ping_measures_its_own_round_trip),
		cmocka_unit_test(an_ack_of_another_round_or_member_is_none),
		cmocka_unit_test(a_relayed_ack_saves_the_round),
		cmocka_unit_test(tcp_saves_the_round_when_the_target_proves_itself),
	};

	return cmocka_run_group_tests_name("core/probe", tests, NULL, NULL);
}
