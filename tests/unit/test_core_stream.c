/* SPDX-License-Identifier: ISC */
/* What accepted connections may take: rates, numbers, time. */
#include "core/stream.h"
#include "unit/core_line.h"

/* The rate of handshakes is for those who hold the cluster key; a stranger's first message costs
 * none of it. */
static void strangers_leave_the_handshakes_alone(void **state)
{
	const struct kith_addr from = {.ip = {10, 9, 9, 9}, .port = 1, .family = 4};
	uint8_t m1[KITH_M1_LEN] = {0x14};
	struct person p;
	struct line l;
	struct fix f;
	uint64_t id;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	for (id = 2; id < 2 * 1200; id += 2) {
		kith_node_stream(f.n, f.now, id, KITH_STREAM_ACCEPTED, &from);
		kith_node_stream_data(f.n, f.now, id, m1, sizeof(m1));
		fix_forget(&f);
	}
	assert_int_equal(f.n->stats.drops.stream_rate, 0);
	assert_true(line_open(&f, &l, &p, id));
	line_fini(&f, &l);
	fix_end(&f);
}

/* Of too many that have proven nothing those go who have not even shown the cluster's key, the oldest
 * first. */
static void the_silent_make_room(void **state)
{
	struct kith_addr from = {.ip = {10, 9, 9, 9}, .port = 1, .family = 4};
	uint8_t m1[KITH_M1_LEN];
	struct person p;
	struct line honest, silent;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	line_connect(&f, &honest, &p, 2);
	kith_hs_start(&honest.hs, &f.cid, &f.gate, &f.secret, p.session.siv_key, m1);
	line_write(&f, &honest, m1, sizeof(m1));
	line_connect(&f, &silent, &p, 4);
	for (i = 0; i < KITH_STREAMS_UNPROVEN_MAX - 2; i++) {
		from.ip[2] = (uint8_t)i;
		kith_node_stream(f.n, f.now, 100 + 2 * i, KITH_STREAM_ACCEPTED, &from);
	}
	assert_int_equal(f.n->streams.unproven, KITH_STREAMS_UNPROVEN_MAX);
	fix_forget(&f);
	from.ip[1]++;
	kith_node_stream(f.n, f.now, 4000, KITH_STREAM_ACCEPTED, &from);
	fix_collect(&f);
	assert_int_equal(f.n->streams.unproven, KITH_STREAMS_UNPROVEN_MAX);
	assert_int_equal(fix_count(&f, KITH_OUT_STREAM_CLOSE), 1);
	assert_int_equal(fix_last(&f, KITH_OUT_STREAM_CLOSE)->stream, 4);
	line_fini(&f, &silent);
	line_fini(&f, &honest);
	fix_end(&f);
}

/* A member may lose some streams without saying so, but holds no more than four. */
static void a_member_has_four_streams(void **state)
{
	struct person p, other;
	struct line lines[KITH_STREAMS_PER_PEER + 1], theirs;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	person_joins(&f, &other, 2);
	assert_true(line_open(&f, &theirs, &other, 2));
	for (i = 0; i < KITH_STREAMS_PER_PEER; i++)
		assert_true(line_open(&f, &lines[i], &p, 4 + 2 * (uint64_t)i));
	assert_false(lines[0].closed);
	assert_true(line_open(&f, &lines[i], &p, 100));
	assert_true(lines[0].closed);
	for (i = 1; i <= KITH_STREAMS_PER_PEER; i++)
		assert_false(lines[i].closed);
	assert_false(theirs.closed);
	assert_int_equal(f.n->stats.drops.stream_rate, 1);
	for (i = 0; i <= KITH_STREAMS_PER_PEER; i++)
		line_fini(&f, &lines[i]);
	line_fini(&f, &theirs);
	fix_end(&f);
}

/* Each frame prolongs a stream by its time without progress, and 300 s is all it gets. */
static void a_trickle_comes_to_an_end(void **state)
{
	const struct kith_msg hello = line_hello(), nothing = {.kind = KITH_MSG_OWNER};
	struct person p;
	struct line l;
	struct fix f;
	kith_us start;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	assert_true(line_open(&f, &l, &p, 2));
	start = f.now;
	line_say(&f, &l, &hello, 1, false);
	while (!l.closed && f.now - start < 2 * KITH_SYNC_TOTAL) {
		fix_run(&f, KITH_SYNC_TIME - KITH_SECOND);
		if (!l.closed)
			line_say(&f, &l, &nothing, 1, false);
	}
	assert_in_range(f.now - start, KITH_SYNC_TOTAL, KITH_SYNC_TOTAL + KITH_SYNC_TIME);
	line_fini(&f, &l);
	fix_end(&f);
}

/* Without any progress it ends after 30 s. */
static void silence_comes_to_an_end(void **state)
{
	struct person p;
	struct line l;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	assert_true(line_open(&f, &l, &p, 2));
	fix_run(&f, KITH_SYNC_TIME - KITH_SECOND);
	assert_false(l.closed);
	fix_run(&f, 2 * KITH_SECOND);
	assert_true(l.closed);
	line_fini(&f, &l);
	fix_end(&f);
}

/* What is written and taken is progress, too: a reader that is slow gets its time. */
static void a_slow_reader_is_waited_for(void **state)
{
	const struct kith_msg end = {.kind = KITH_MSG_END};
	const uint8_t zero[16] = {0}, ones[16] = {255, 255, 255, 255, 255, 255, 255, 255,
						  255, 255, 255, 255, 255, 255, 255, 255};
	const struct kith_msg ask[3] = {line_hello(),
					{.kind = KITH_MSG_LIST, .lo = zero, .hi = ones,
					 .blob = {zero, 0}}, end};
	struct person p, other;
	struct line l;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	for (i = 2; i <= 800; i++) /* several times what is written ahead */
		person_joins(&f, &other, i);
	assert_true(line_open(&f, &l, &p, 2));
	line_say(&f, &l, ask, 3, false);
	assert_false(l.closed);
	for (i = 0; i < 2; i++) {
		fix_run(&f, KITH_SYNC_TIME - KITH_SECOND);
		assert_false(l.closed);
		kith_node_stream(f.n, f.now, 2, KITH_STREAM_WRITABLE, NULL);
		fix_collect(&f);
	}
	line_fini(&f, &l);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_leave_the_handshakes_alone),
		cmocka_unit_test(the_silent_make_room),
		cmocka_unit_test(a_member_has_four_streams),
		cmocka_unit_test(a_trickle_comes_to_an_end),
		cmocka_unit_test(silence_comes_to_an_end),
		cmocka_unit_test(a_slow_reader_is_waited_for),
	};

	return cmocka_run_group_tests_name("core/stream", tests, NULL, NULL);
}
