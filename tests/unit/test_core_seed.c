/* SPDX-License-Identifier: ISC */
/* How the asking of a seed ends, by what its synchronisation says. */
#include "unit/core_fix.h"
#include "unit/core_line.h"

static struct fix f;
static struct person seed, other;

static void set_up(uint32_t max_members)
{
	fix_init(&f);
	f.config.max_members = max_members;
	fix_start(&f);
	person_init(&f, &seed, 1);
	person_init(&f, &other, 2);
}

/* The line on which the seed is asked. */
static void is_asked(struct line *l)
{
	const struct kith_addr addr = seed.addr;

	assert_int_equal(kith_node_join(f.n, f.now, &addr, 1), 0);
	fix_jump(&f, 1);
	assert_true(line_answer(&f, l, &seed));
	assert_int_equal(line_heard(l, KITH_MSG_LIST, NULL), 1); /* the node's own question */
}

static enum kith_seed_result result(struct line *l)
{
	assert_true(l->closed);
	line_fini(&f, l);
	fix_forget(&f);
	assert_true(f.n->join.dials[0].seed.tried);
	return f.n->join.dials[0].seed.result;
}

/* A turn of hello, these messages and end. */
static void says(struct line *l, const struct kith_msg *m, size_t count, bool final)
{
	struct kith_msg all[8] = {line_hello()};

	if (count > 0)
		memcpy(all + 1, m, count * sizeof(*m));
	all[1 + count].kind = KITH_MSG_END;
	line_say(&f, l, all, count + 2, final);
}

/* Asks the seed, which says no more than this. */
static enum kith_seed_result asked(const struct kith_msg *m, size_t count)
{
	struct line l;

	is_asked(&l);
	says(&l, m, count, true);
	return result(&l);
}

/* Everything of that person, as `owner` tells it. */
static struct kith_msg owner(struct person *p)
{
	static uint8_t records[8][KITH_RECORD_MAX];
	static size_t next;
	uint8_t *record = records[next++ % 8];
	struct kith_msg m = {.kind = KITH_MSG_OWNER, .certificate = {p->cert, p->cert_len},
			     .item_count = 1};

	m.items[0] = (struct kith_bytes){record, person_record(&f, p, record)};
	return m;
}

static void one_that_tells_of_itself_is_joined(void **state)
{
	struct kith_msg m[2];

	(void)state;
	set_up(KITH_MEMBERS_DEFAULT);
	m[0] = owner(&seed);
	m[1] = owner(&other);
	assert_int_equal(asked(m, 2), KITH_SEED_JOINED);
	assert_int_equal(f.n->stats.joins, 1);
	assert_int_equal(f.n->peers.count, 3);
	fix_end(&f);
}

/* By one of the two clocks, or both: it is asked again until its record is taken. */
static void one_whose_record_is_expired(void **state)
{
	struct kith_msg m[2];

	(void)state;
	set_up(KITH_MEMBERS_DEFAULT);
	/* It is not that of another member, */
	other.expires = FIX_UNIX_S - 3600;
	m[0] = owner(&other);
	m[1] = owner(&seed);
	assert_int_equal(asked(m, 2), KITH_SEED_JOINED);
	fix_end(&f);
	set_up(KITH_MEMBERS_DEFAULT);
	/* nor is every record missing for that reason. */
	assert_int_equal(asked(m, 0), KITH_SEED_JOINED);
	seed.expires = FIX_UNIX_S - 3600;
	m[0] = owner(&seed);
	assert_int_equal(asked(m, 1), KITH_SEED_EXPIRED);
	assert_int_equal(f.n->stats.joins_failed, 1);
	fix_run(&f, KITH_DIAL_FIRST);
	assert_int_equal(f.n->join.dials[0].seed.attempts, 3);
	fix_end(&f);
}

/* A question about all mids, as of one who knows so many; none of them is known here. */
static struct kith_msg list(uint32_t count)
{
	static const uint8_t lo[16], hi[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static uint8_t names[64 * 24];
	struct kith_msg m = {.kind = KITH_MSG_LIST, .lo = lo, .hi = hi, .blob = {names, count * 24}};

	for (uint32_t i = 0; i < count; i++)
		names[i * 24] = (uint8_t)(i + 1);
	return m;
}

/* The same question as of one who knows somebody in each of the first four parts. */
static const uint8_t digests[16 * 8] = {[0] = 1, [8] = 1, [16] = 1, [24] = 1}, lowest[16];
static const struct kith_msg parts = {.kind = KITH_MSG_PARTS, .lo = lowest, .blob = {digests, 128}};

static void a_full_one_says_so(void **state)
{
	const struct kith_msg full = {.kind = KITH_MSG_FULL};

	(void)state;
	set_up(KITH_MEMBERS_DEFAULT);
	assert_int_equal(asked(&full, 1), KITH_SEED_FULL);
	assert_int_equal(f.n->stats.syncs, 0);
	assert_int_equal(f.n->stats.joins_failed, 1);
	fix_run(&f, KITH_DIAL_FIRST);
	assert_int_equal(f.n->join.dials[0].seed.attempts, 2);
	fix_end(&f);
}

/* Who is new is told so, instead of all that it asks; who is known is answered as ever. */
static void a_full_table_has_no_room_for_newcomers(void **state)
{
	static const enum kith_msg_kind heard[] = {KITH_MSG_FULL, KITH_MSG_OWNER, KITH_MSG_LIST};
	const struct kith_msg question = list(0), full = {.kind = KITH_MSG_FULL};
	const struct kith_event *e;
	struct line l;

	(void)state;
	set_up(2);
	assert_non_null(person_known(&f, &other));
	fix_forget(&f);
	for (uint32_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++) {
		assert_true(line_open(&f, &l, &seed, 12 + 2 * i));
		says(&l, i == 2 ? &parts : &question, 1, false);
		assert_int_equal(line_heard(&l, heard[i], NULL), i == 0);
		assert_true(l.ended && l.closed);
		line_fini(&f, &l);
	}
	assert_int_equal(f.n->stats.syncs, 0);
	assert_int_equal(f.n->stats.drops.table_full, 3);
	assert_int_equal(fix_events(&f, KITH_EVENT_DROPPED), 1);
	e = &fix_last(&f, KITH_OUT_EVENT)->event;
	assert_int_equal(e->dropped, KITH_DROPPED_FULL);
	assert_memory_equal(e->addr.ip, seed.addr.ip, sizeof(e->addr.ip));

	assert_true(line_open(&f, &l, &other, 4));
	says(&l, &question, 1, false);
	assert_int_equal(line_heard(&l, KITH_MSG_OWNER, NULL), 2);
	line_fini(&f, &l);
	assert_int_equal(f.n->stats.drops.table_full, 3);

	/* Others that have room are better than no room. */
	f.n->syncs.answering = KITH_SYNCS_MAX;
	assert_true(line_open(&f, &l, &seed, 6));
	says(&l, &question, 1, false);
	assert_int_equal(line_heard(&l, KITH_MSG_BUSY, NULL), 1);
	line_fini(&f, &l);
	f.n->syncs.answering = 0;

	/* It is for the one who answers to say. */
	assert_true(line_open(&f, &l, &other, 8));
	says(&l, &full, 1, false);
	assert_true(l.closed);
	assert_int_equal(f.n->stats.drops.stream_frame, 1);
	line_fini(&f, &l);
	fix_end(&f);
}

static void introductions_that_find_no_room_are_told(void **state)
{
	uint8_t intro[KITH_DATAGRAM_MAX];

	(void)state;
	set_up(1);
	person_intro(&f, &seed, 0, NULL, intro);
	kith_node_datagram(f.n, f.now, &seed.addr, intro, sizeof(intro));
	fix_collect(&f);
	assert_int_equal(f.n->stats.drops.table_full, 1);
	assert_int_equal(fix_last(&f, KITH_OUT_EVENT)->event.dropped, KITH_DROPPED_FULL);
	fix_end(&f);
}

/* Our table is the smaller one: what it holds is taken, and the rest is not asked for. */
static void one_that_knows_more_than_we_hold(void **state)
{
	const struct kith_msg end = {.kind = KITH_MSG_END};
	struct kith_msg m[2], need;
	struct line l;

	(void)state;
	set_up(2);
	m[0] = owner(&seed);
	m[1] = owner(&other);
	assert_int_equal(asked(m, 2), KITH_SEED_OVERFLOW);
	assert_int_equal(f.n->peers.count, 2);
	assert_int_equal(f.n->stats.syncs, 1);
	fix_end(&f);

	set_up(1); /* for nobody but us */
	assert_int_equal(asked(m, 2), KITH_SEED_OVERFLOW);
	fix_end(&f);

	set_up(2);
	is_asked(&l);
	m[0] = list(3);
	says(&l, m, 1, false);
	assert_int_equal(line_heard(&l, KITH_MSG_NEED, &need), 1);
	assert_int_equal(need.blob.len, 2 * 16);
	line_say(&f, &l, &end, 1, true);
	assert_int_equal(result(&l), KITH_SEED_OVERFLOW);
	fix_end(&f);

	set_up(2);
	is_asked(&l);
	says(&l, &parts, 1, false);
	assert_int_equal(line_heard(&l, KITH_MSG_LIST, NULL), 2);
	line_say(&f, &l, &end, 1, true);
	assert_int_equal(result(&l), KITH_SEED_OVERFLOW);
	fix_end(&f);
}

/* As much as a table could need is read; more is our table's fault if it is full. */
static void one_that_says_more_than_we_hold(void **state)
{
	static const uint8_t much[60000];
	const struct kith_msg names = {.kind = KITH_MSG_NAMES, .blob = {much, sizeof(much)}};
	struct kith_msg m[2];
	struct line l;

	(void)state;
	for (uint32_t max = 2; max <= 3; max++) {
		set_up(max);
		m[0] = line_hello();
		m[1] = owner(&seed);
		is_asked(&l);
		line_say(&f, &l, m, 2, false);
		for (uint32_t i = 0; i < 9; i++) /* as many revocations as there can be are no members */
			line_say(&f, &l, &names, 1, false);
		assert_false(l.closed);
		line_say(&f, &l, &names, 1, false);
		assert_int_equal(result(&l), max == 2 ? KITH_SEED_OVERFLOW : KITH_SEED_CLOSED);
		fix_end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_tells_of_itself_is_joined),
		cmocka_unit_test(one_whose_record_is_expired),
		cmocka_unit_test(a_full_one_says_so),
		cmocka_unit_test(a_full_table_has_no_room_for_newcomers),
		cmocka_unit_test(introductions_that_find_no_room_are_told),
		cmocka_unit_test(one_that_knows_more_than_we_hold),
		cmocka_unit_test(one_that_says_more_than_we_hold),
	};

	return cmocka_run_group_tests_name("core/seed", tests, NULL, NULL);
}
