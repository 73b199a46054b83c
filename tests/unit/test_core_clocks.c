/* SPDX-License-Identifier: ISC */
/* Our wall clock, judged by those of the others. */
#include "core/clocks.h"
#include "core/store.h"
#include "unit/core_fix.h"
#include "unit/core_line.h"

#define DAY_S (INT64_C(86400))

static struct fix f;
static struct person people[40];

/* A node that knows this many others. */
static void set_up(uint32_t others)
{
	fix_setup(&f);
	for (uint32_t i = 0; i < others; i++)
		person_joins(&f, &people[i], i + 1);
	fix_forget(&f);
}

static void told(uint32_t i, int64_t ahead_s)
{
	kith_clocks_hello(f.n, &people[i].id.mid, (uint32_t)(kith_now_unix_s(f.n) - ahead_s));
	fix_collect(&f);
}

static void acked(uint32_t i, int64_t ahead_s)
{
	kith_clocks_ack(f.n, &people[i].id.mid, (uint32_t)(kith_now_unix_s(f.n) - ahead_s) & 0xffff);
	fix_collect(&f);
}

/* Somebody sets the node's clock. */
static void set(int64_t by_s)
{
	const int64_t passed_ms = (f.now - f.n->now) / KITH_MS;

	kith_node_clock(f.n, f.now, kith_now_unix_ms(f.n) + passed_ms + by_s * 1000, true);
	fix_collect(&f);
}

/* Time passes, and the clock goes on as it should. */
static void pass(kith_us during)
{
	f.now += during;
	set(0);
}

static void lasts(void)
{
	pass(10 * KITH_SECOND);
}

/* So often it was told that the clock differs, and that it agrees. */
static void assert_told(uint32_t differs, uint32_t agrees)
{
	assert_int_equal(fix_events(&f, KITH_EVENT_CLOCK_DIFFERS), differs);
	assert_int_equal(fix_events(&f, KITH_EVENT_CLOCK_AGREES), agrees);
}

static void assert_view(int64_t ahead_s, uint32_t others, bool differs)
{
	struct kith_view v;
	struct kith_stats s;

	kith_node_view(f.n, &v);
	kith_node_stats(f.n, &s);
	assert_int_equal(v.clock_ahead_s, ahead_s);
	assert_int_equal(v.clock_others, others);
	assert_int_equal(v.clock_differs, differs);
	assert_int_equal(s.clock_apart_s, ahead_s < 0 ? -ahead_s : ahead_s);
}

static void from_a_minute_until_half_of_it(void **state)
{
	const struct kith_event *e;

	(void)state;
	set_up(1);
	assert_view(0, 0, false);
	told(0, -60);
	lasts();
	assert_view(-60, 1, false);
	told(0, -61);
	lasts();
	assert_told(1, 0);
	assert_view(-61, 1, true);
	e = &fix_last(&f, KITH_OUT_EVENT)->event;
	assert_int_equal(e->clock_ahead_s, -61);
	assert_int_equal(e->clock_others, 1);
	told(0, 4000); /* it is told once, whatever becomes of it */
	told(0, 31);
	assert_told(1, 0);
	assert_view(31, 1, true);
	told(0, 30);
	assert_told(1, 1);
	assert_int_equal(fix_last(&f, KITH_OUT_EVENT)->event.clock_ahead_s, 30);
	told(0, 60);
	lasts();
	assert_told(1, 1);
	fix_end(&f);
}

/* Of two others both have to differ, to the same side. */
static void of_an_even_number_the_nearer_one(void **state)
{
	(void)state;
	set_up(2);
	told(0, 3600);
	assert_view(0, 0, false); /* the other one is awaited */
	told(1, 0);
	assert_view(0, 2, false);
	told(1, -70);
	assert_view(-70, 2, false);
	told(1, 1800);
	assert_view(1800, 2, false);
	told(0, -2);
	assert_view(-2, 2, false);
	fix_end(&f);
}

static void a_large_cluster_is_judged_by_five(void **state)
{
	(void)state;
	set_up(8);
	for (uint32_t i = 0; i < 4; i++)
		told(i, 3600);
	assert_view(0, 0, false);
	told(4, 3601);
	assert_view(3600, 5, false);
	/* A minority does not move the median. */
	for (uint32_t i = 0; i < 3; i++)
		told(i, 1);
	assert_view(1, 5, false);
	told(3, -DAY_S);
	told(4, DAY_S);
	assert_view(1, 5, false);
	fix_end(&f);
}

/* The one not heard for longest makes room. */
static void a_sample_is_kept_of_many(void **state)
{
	(void)state;
	set_up(KITH_CLOCKS_KEPT + 1);
	for (uint32_t i = 0; i < KITH_CLOCKS_KEPT; i++) {
		told(i, i == 1 ? 5000 : 0);
		pass(1);
	}
	told(0, 0);
	assert_int_equal(f.n->clocks.heard[1].ahead_s, 5000);
	told(KITH_CLOCKS_KEPT, 7);
	assert_int_equal(f.n->clocks.heard[1].ahead_s, 7);
	assert_view(0, KITH_CLOCKS_KEPT, false);
	fix_end(&f);
}

static void members_that_are_not_up_are_not_awaited(void **state)
{
	(void)state;
	set_up(3);
	told(0, 100);
	people[1].body.state = KITH_MEMBER_LEFT;
	people[1].seq++;
	person_known(&f, &people[1]);
	told(0, 100);
	assert_view(0, 0, false);
	people[2].body.state = KITH_MEMBER_LEFT;
	people[2].seq++;
	person_known(&f, &people[2]);
	told(0, 100);
	assert_view(100, 1, false);
	fix_end(&f);
}

/* What is old says nothing, and ends no alarm either. */
static void within_ten_minutes(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		set_up(2);
		told(0, 100);
		told(1, 100);
		lasts();
		pass(590 * KITH_SECOND + late);
		told(0, 0);
		assert_int_equal(f.n->clocks.differs, late);
		fix_end(&f);
	}
}

/* Somebody's clock is heard first, and the others' a moment later. */
static void after_ten_seconds(void **state)
{
	(void)state;
	set_up(1);
	told(0, 3600);
	assert_view(3600, 1, false);
	pass(10 * KITH_SECOND - 1);
	told(0, 0);
	told(0, 100);
	pass(10 * KITH_SECOND - 1);
	assert_told(0, 0);
	pass(1); /* it is looked at each minute, with or without news */
	assert_told(1, 0);
	assert_view(100, 1, true);
	/* Too few of a cluster that is larger than it seemed do not judge. */
	told(0, 0);
	assert_told(1, 1);
	told(0, 100);
	person_joins(&f, &people[1], 2);
	person_joins(&f, &people[2], 3);
	pass(60 * KITH_SECOND);
	told(1, 100);
	assert_told(1, 1);
	assert_view(100, 1, false);
	/* Nor three of four, but for the better: they are more than the one that did. */
	person_joins(&f, &people[3], 4);
	told(2, 20);
	assert_view(100, 1, false);
	told(0, 20);
	assert_view(20, 3, false);
	fix_end(&f);
}

/* 2^16 s are 18 hours: what an ack leaves open a hello has told, or another member. */
static void an_ack_tells_no_days(void **state)
{
	(void)state;
	set_up(2);
	acked(0, 32767);
	assert_int_equal(f.n->clocks.heard[0].ahead_s, 32767);
	acked(0, 0);
	acked(0, -32768);
	assert_int_equal(f.n->clocks.heard[0].ahead_s, -32768);
	acked(0, 3 * DAY_S);
	assert_int_equal(f.n->clocks.heard[0].ahead_s, 3 * DAY_S - 4 * 65536);
	told(0, 3 * DAY_S);
	acked(0, 3 * DAY_S + 60);
	assert_int_equal(f.n->clocks.heard[0].ahead_s, 3 * DAY_S + 60);
	acked(0, 3 * DAY_S);
	acked(1, 0); /* judged by two */
	acked(1, 3 * DAY_S + 1);
	assert_int_equal(f.n->clocks.heard[1].ahead_s, 3 * DAY_S + 1 - 4 * 65536);
	told(1, 3 * DAY_S);
	assert_view(3 * DAY_S, 2, false);
	/* Who was not heard yet is thought to be as the others are. */
	person_joins(&f, &people[2], 3);
	acked(2, 3 * DAY_S);
	assert_int_equal(f.n->clocks.heard[2].ahead_s, 3 * DAY_S);
	/* It was set: not three days and an hour, but right. */
	acked(2, 1);
	assert_int_equal(f.n->clocks.heard[2].ahead_s, 1);
	fix_end(&f);
}

/* All is known at once of a host whose clock is set: before anybody answers, since a clock that is
 * days off takes the others' packets for too old. */
static void the_own_clock_is_set(void **state)
{
	(void)state;
	set_up(2);
	set(-3600); /* there is nobody to compare with */
	assert_view(0, 0, false);
	told(0, 0);
	told(1, 1);
	assert_view(0, 2, false);
	set(3 * DAY_S);
	lasts();
	assert_view(3 * DAY_S, 2, true);
	assert_told(1, 0);
	set(-3 * DAY_S - 1);
	assert_view(0, 2, false);
	assert_told(1, 1);
	set(-3600);
	lasts();
	assert_view(-3600, 2, true);
	person_joins(&f, &people[2], 3); /* it is awaited, but this is no news of others */
	set(3600);
	assert_view(0, 2, false);
	pass(601 * KITH_SECOND); /* and nobody is heard any more */
	set(-70);
	lasts();
	assert_view(-70, 2, true);
	fix_end(&f);
}

/* A record that was signed by a clock that was far off lives too long, or not at all. */
static void after_a_step_the_record_is_signed_again(void **state)
{
	(void)state;
	set_up(1);
	set(3600);
	assert_int_equal(f.n->own.seq, 1);
	set(1);
	assert_int_equal(f.n->own.seq, 2);
	assert_int_equal(f.n->own.peer->record->expires, FIX_UNIX_S + 3601 + 72 * 3600);
	/* Not by one that is known to be wrong. */
	told(0, 0);
	set(7200);
	assert_int_equal(f.n->own.seq, 2);
	set(-7200);
	assert_int_equal(f.n->own.seq, 3);
	fix_end(&f);
}

/* The last step is a small one, or all are. */
static void after_several_steps_too(void **state)
{
	(void)state;
	set_up(1);
	set(-30 * DAY_S);
	assert_int_equal(f.n->own.seq, 2);
	told(0, -30 * DAY_S);
	set(30 * DAY_S - 3601);
	assert_int_equal(f.n->own.seq, 3); /* nearer, and who told us may be wrong */
	set(2900);
	assert_int_equal(f.n->own.seq, 4);
	set(701);
	assert_int_equal(f.n->own.seq, 4);
	assert_int_equal(f.n->own.peer->record->expires, FIX_UNIX_S - 701 + 72 * 3600);
	f.n->clocks.count = f.n->clocks.others = 0; /* alone again */
	f.n->clocks.ahead_s = 0;
	set(2000);
	assert_int_equal(f.n->own.seq, 4);
	set(2000);
	assert_int_equal(f.n->own.seq, 5);
	fix_end(&f);
}

/* Whose record is from the future may be the very one that tells our clock to be right: it is forgotten
 * when what it said is over. */
static void who_speaks_is_forgotten_later(void **state)
{
	uint8_t r[KITH_RECORD_MAX];
	size_t len;

	(void)state;
	set_up(2);
	set(30 * DAY_S);
	told(0, 0);
	told(1, 0);
	people[0].expires = FIX_UNIX_S + 31 * 86400;
	people[0].seq++;
	len = person_record(&f, &people[0], r);
	assert_int_equal(kith_store_record(f.n, person_peer(&f, &people[0]), (struct kith_bytes){NULL, 0},
					   (struct kith_bytes){r, len}, KITH_STORE_BY_SYNC),
			 KITH_STORE_NEWS);
	set(-30 * DAY_S);
	assert_non_null(person_peer(&f, &people[0]));
	told(1, 0);
	told(0, 0);
	assert_non_null(person_peer(&f, &people[0]));
	fix_run(&f, 0);
	assert_null(person_peer(&f, &people[0]));
	fix_end(&f);
}

/* The way from the wire: an ack that answers no ping of ours may have been kept back. */
static void acks_and_hellos_are_heard(void **state)
{
	uint8_t root[8] = {0};
	struct kith_msg hello = line_hello(), ping, ack = {.kind = KITH_MSG_ACK, .root = root};
	struct line l;

	(void)state;
	set_up(1);
	ack.t = (FIX_UNIX_S - 3600) & 0xffff;
	ack.n = 7777;
	person_say(&f, &people[0], &ack);
	assert_view(0, 0, false);
	assert_true(kith_probe_express(f.n, person_peer(&f, &people[0]), KITH_ROUND_EXPRESS, true));
	fix_collect(&f);
	assert_true(person_heard(&f, &people[0], KITH_MSG_PING, &ping) > 0);
	ack.n = ping.n;
	ack.t = (kith_now_unix_s(f.n) - 3600) & 0xffff;
	person_say(&f, &people[0], &ack);
	assert_view(3600, 1, false);
	assert_true(line_open(&f, &l, &people[0], 2));
	hello.u = kith_now_unix_s(f.n) + 7;
	line_say(&f, &l, &hello, 1, false);
	assert_view(-7, 1, false);
	line_fini(&f, &l);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_a_minute_until_half_of_it),
		cmocka_unit_test(of_an_even_number_the_nearer_one),
		cmocka_unit_test(a_large_cluster_is_judged_by_five),
		cmocka_unit_test(a_sample_is_kept_of_many),
		cmocka_unit_test(members_that_are_not_up_are_not_awaited),
		cmocka_unit_test(within_ten_minutes),
		cmocka_unit_test(after_ten_seconds),
		cmocka_unit_test(an_ack_tells_no_days),
		cmocka_unit_test(the_own_clock_is_set),
		cmocka_unit_test(after_a_step_the_record_is_signed_again),
		cmocka_unit_test(after_several_steps_too),
		cmocka_unit_test(who_speaks_is_forgotten_later),
		cmocka_unit_test(acks_and_hellos_are_heard),
	};

	return cmocka_run_group_tests_name("core/clocks", tests, NULL, NULL);
}
