/* SPDX-License-Identifier: ISC */
#include "unit/core_fix.h"

#include "core/plain.h"

/* A node that is switched over, a target and some more people; it begins no rounds of its own. */
struct scene {
	struct fix f;
	struct person target, more[4];
	struct kith_peer *t;
};

static void drop_news(struct kith_node *n, struct kith_peer *p)
{
	kith_gossip_drop(n, &p->rumor, &p->record->fact);
}

static void scene_setup(struct scene *s, struct kith_plain how)
{
	uint32_t i;

	fix_setup(&s->f);
	how.is_on = true;
	s->f.n->plain = how;
	s->t = person_joins(&s->f, &s->target, 1);
	for (i = 0; i < 4; i++)
		person_joins(&s->f, &s->more[i], 2 + i);
	kith_timer_stop(s->f.n, &s->f.n->period.timer);
	fix_forget(&s->f);
	drop_news(s->f.n, s->f.n->own.peer);
	drop_news(s->f.n, s->t);
	for (i = 0; i < 4; i++)
		drop_news(s->f.n, person_peer(&s->f, &s->more[i]));
}

static enum kith_store_result says(struct scene *s, uint32_t who, const struct kith_peer *of,
				   uint8_t path)
{
	struct person *p = &s->more[who];
	const struct kith_suspicion x = {of->record->mid, of->record->epoch, of->record->seq,
					 KITH_SUSPICION_SILENCE, path};
	uint8_t body[KITH_SUSPICION_BODY], record[KITH_RECORD_MAX];
	const struct kith_bytes bytes = {body, sizeof(body)};

	kith_suspicion_write(&x, body);
	return person_tells(&s->f, p, record,
			    person_sign(&s->f, p, KITH_RECORD_SUSPICION, p->epoch, ++p->numbered,
					bytes, record));
}

/* Suspect until just before, failed at `after`. */
static void fails_after(struct scene *s, kith_us after)
{
	fix_run(&s->f, after - 1);
	assert_int_equal(s->t->status, KITH_STATUS_SUSPECT);
	fix_run(&s->f, 1);
	assert_int_equal(s->t->status, KITH_STATUS_FAILED);
}

/* --- plain SWIM --------------------------------------------------------------------------------- */

static void the_first_suspicion_starts_the_time(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, (struct kith_plain){.is_on = true});
	kith_plain_round_failed(s.f.n, s.t);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	/* Others change nothing. */
	assert_int_equal(says(&s, 0, s.t, KITH_PATH_DIRECT), KITH_STORE_OLD);
	assert_int_equal(says(&s, 1, s.t, KITH_PATH_DIRECT), KITH_STORE_OLD);
	fails_after(&s, 5 * KITH_SECOND);
	assert_int_equal(s.f.n->stats.suspicions_sent, 2);
	fix_end(&s.f);
}

static void the_suspicion_of_another_starts_it_too(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, (struct kith_plain){.is_on = true});
	assert_int_equal(says(&s, 0, s.t, KITH_PATH_DIRECT), KITH_STORE_NEWS);
	fails_after(&s, 5 * KITH_SECOND);
	fix_end(&s.f);
}

static void only_a_newer_record_clears(void **state)
{
	struct scene s;
	struct kith_msg ping = {.kind = KITH_MSG_PING, .n = 16, .root = fix_root};

	(void)state;
	scene_setup(&s, (struct kith_plain){.is_on = true});
	kith_plain_round_failed(s.f.n, s.t);
	person_say(&s.f, &s.target, &ping);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	s.target.seq++;
	person_known(&s.f, &s.target);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	fix_run(&s.f, 60 * KITH_SECOND);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	fix_end(&s.f);
}

static void a_confirm_is_believed(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, (struct kith_plain){.is_on = true});
	assert_int_equal(says(&s, 0, s.t, KITH_PATH_DIRECT | KITH_PLAIN_CONFIRM), KITH_STORE_NEWS);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
	/* Where all four places are taken as well. */
	scene_setup(&s, (struct kith_plain){.has_suspicion = true});
	kith_plain_round_failed(s.f.n, s.t);
	says(&s, 0, s.t, KITH_PATH_DIRECT);
	says(&s, 1, s.t, KITH_PATH_DIRECT);
	says(&s, 2, s.t, KITH_PATH_DIRECT);
	assert_int_equal(kith_peer_case(s.t)->held_count, KITH_SUSPICIONS_PER_TARGET);
	says(&s, 3, s.t, KITH_PATH_DIRECT | KITH_PLAIN_CONFIRM);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
}

static void who_is_suspected_refutes_each_time(void **state)
{
	struct scene s;
	uint32_t seq;

	(void)state;
	scene_setup(&s, (struct kith_plain){.is_on = true});
	fix_run(&s.f, 2 * KITH_SECOND);
	seq = s.f.n->own.seq;
	says(&s, 0, s.f.n->own.peer, KITH_PATH_DIRECT);
	assert_int_equal(s.f.n->own.seq, seq + 1);
	fix_run(&s.f, 2 * KITH_SECOND);
	says(&s, 1, s.f.n->own.peer, KITH_PATH_DIRECT | KITH_PLAIN_CONFIRM);
	assert_int_equal(s.f.n->own.seq, seq + 2);
	fix_end(&s.f);
}

/* The node's next period begins a round; the target is the only one left to ask. */
static void begin_round(struct scene *s)
{
	uint32_t i;

	for (i = 0; i < 4; i++)
		person_peer(&s->f, &s->more[i])->status = KITH_STATUS_FAILED;
	kith_period_on_timer(s->f.n, NULL);
	for (i = 0; i < 4; i++)
		person_peer(&s->f, &s->more[i])->status = KITH_STATUS_ALIVE;
	kith_timer_stop(s->f.n, &s->f.n->period.timer);
	fix_collect(&s->f);
}

static void a_round_is_one_ping_and_three_relays(void **state)
{
	const kith_us verdict = 500 * KITH_MS; /* of lan: Td 200 ms, Trel 300 ms */
	struct scene s;

	(void)state;
	scene_setup(&s, (struct kith_plain){.is_on = true});
	begin_round(&s);
	assert_int_equal(s.f.n->probes.rounds[0].kind, KITH_ROUND_PLAIN);
	assert_int_equal(s.f.n->probes.rounds[0].pings, 1);
	fix_run(&s.f, verdict - 1);
	assert_int_equal(s.f.n->probes.rounds[0].pings, 1);
	assert_int_equal(s.f.n->probes.rounds[0].helper_count, 3);
	assert_int_equal(s.t->status, KITH_STATUS_ALIVE);
	fix_run(&s.f, 1);
	assert_int_equal(s.t->status, KITH_STATUS_SUSPECT);
	assert_int_equal(fix_count(&s.f, KITH_OUT_CONNECT), 0);
	assert_int_equal(s.f.n->stats.health, 0);
	fix_end(&s.f);
}

static void no_pause_is_noticed(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, (struct kith_plain){.is_on = true});
	kith_plain_round_failed(s.f.n, s.t);
	fix_jump(&s.f, 20 * KITH_SECOND);
	assert_int_equal(s.f.n->stats.pauses, 0);
	assert_int_equal(s.t->status, KITH_STATUS_FAILED);
	fix_end(&s.f);
}

/* --- Lifeguard's parts --------------------------------------------------------------------------- */

static void others_shorten_the_time(void **state)
{
	/* 6 x 5 s - 5 x 5 s x log(c + 1) / log 4. */
	static const kith_us left[] = {30000 * KITH_MS, 17500 * KITH_MS, 10200 * KITH_MS,
				       5000 * KITH_MS};
	struct scene s;
	uint32_t others, i;

	(void)state;
	for (others = 0; others < 4; others++) {
		scene_setup(&s, (struct kith_plain){.has_suspicion = true});
		kith_plain_round_failed(s.f.n, s.t);
		for (i = 0; i < others; i++)
			assert_int_equal(says(&s, i, s.t, KITH_PATH_DIRECT), KITH_STORE_NEWS);
		fails_after(&s, left[others]);
		fix_end(&s.f);
	}
}

static void silent_helpers_make_it_slower(void **state)
{
	struct scene s;

	(void)state;
	scene_setup(&s, (struct kith_plain){.has_health = true});
	begin_round(&s);
	fix_run(&s.f, KITH_SECOND);
	assert_int_equal(s.f.n->stats.health, 3); /* one for each */
	kith_period_on_timer(s.f.n, NULL);
	assert_int_equal(s.f.n->probes.rounds[0].factor, 4);
	assert_int_equal(s.f.n->period.timer.heap.at, s.f.n->now + 4 * KITH_SECOND);
	fix_end(&s.f);
}

static void a_buddy_is_told_with_the_ping(void **state)
{
	struct scene s;
	int buddy;

	(void)state;
	for (buddy = 0; buddy < 2; buddy++) {
		scene_setup(&s, (struct kith_plain){.has_buddy = buddy == 1});
		kith_plain_round_failed(s.f.n, s.t);
		kith_gossip_drop(s.f.n, &kith_peer_case(s.t)->held[0].rumor,
					 kith_peer_case(s.t)->held[0].record);
		fix_forget(&s.f);
		kith_peer_heard(s.f.n, s.t, NULL); /* so it is written to in our session */
		begin_round(&s);
		assert_int_equal(person_heard(&s.f, &s.target, KITH_MSG_PING, NULL), 1);
		assert_int_equal(person_heard(&s.f, &s.target, KITH_MSG_RECORD, NULL), buddy);
		fix_end(&s.f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_suspicion_starts_the_time),
		cmocka_unit_test(the_suspicion_of_another_starts_it_too),
		cmocka_unit_test(only_a_newer_record_clears),
		cmocka_unit_test(a_confirm_is_believed),
		cmocka_unit_test(who_is_suspected_refutes_each_time),
		cmocka_unit_test(a_round_is_one_ping_and_three_relays),
		cmocka_unit_test(no_pause_is_noticed),
		cmocka_unit_test(others_shorten_the_time),
		cmocka_unit_test(silent_helpers_make_it_slower),
		cmocka_unit_test(a_buddy_is_told_with_the_ping),
	};

	return cmocka_run_group_tests_name("core/plain", tests, NULL, NULL);
}
