/* SPDX-License-Identifier: ISC */
/* Two real nodes with a stream between them, and hostile ends of a stream. */
#include "base/addr.h"
#include "base/cur.h"
#include "core/sync.h"
#include "unit/core_line.h"
#include "unit/core_two.h"
#include <stdio.h>
#include <stdlib.h>

static void are_equal(const struct two *t)
{
	uint8_t a[8], b[8];

	fix_check(&t->a);
	fix_check(&t->b);
	kith_peers_root(t->a.n, a);
	kith_peers_root(t->b.n, b);
	assert_memory_equal(a, b, sizeof(a));
}

/* --- what it costs -------------------------------------------------------------------------- */

static void equal_ones_exchange_one_digest(void **state)
{
	struct two t;
	uint32_t i;

	(void)state;
	two_setup(&t);
	for (i = 1; i <= 200; i++)
		two_know(&t, i, 1, true, true);
	(void)two_synchronise(&t); /* each learns of the other */
	assert_in_range(two_synchronise(&t), 1, 1000);
	are_equal(&t);
	two_end(&t);
}

/* 16 differences among many cost the records and some kilobytes, where a list of all would cost
 * 24 bytes a member: 48 KB here. */
static void the_cost_follows_the_differences(void **state)
{
	enum { MANY = 2000, RECORD_AND_CERTIFICATE = 450 };
	struct two t;
	uint64_t bytes;
	uint32_t i;

	(void)state;
	two_setup(&t);
	for (i = 1; i <= MANY; i++)
		two_know(&t, i, 1, i > 8, i <= MANY - 8);
	(void)two_synchronise(&t);
	are_equal(&t);
	for (i = 1; i <= 16; i++)
		two_know(&t, 100 * i, 2, i % 2 == 0, i % 2 == 1);
	bytes = two_synchronise(&t);
	are_equal(&t);
	printf("# 16 differences among %d: %llu bytes, records included\n", MANY,
	       (unsigned long long)bytes);
	assert_in_range(bytes, 16 * 200, 10 * 1024 + 16 * RECORD_AND_CERTIFICATE);
	two_end(&t);
}

/* Two halves of a cluster that met: the first parts all differ, and nobody walks down through the
 * levels between them and the owners. Beside the records there is one list of one side's members,
 * the other's need of them, and the frames' and the messages' own bytes. */
static void where_all_differs_long_ranges_are_listed(void **state)
{
	enum { MANY = 1600, LISTED = 24, NEEDED = 16, FRAMED = 12 };
	struct two t;
	uint64_t bytes, records = 0;
	uint32_t i;

	(void)state;
	two_setup(&t);
	for (i = 1; i <= MANY; i++)
		two_know(&t, i, 1, i % 2 == 0, i % 2 != 0);
	bytes = two_synchronise(&t);
	are_equal(&t);
	for (i = 0; i < t.a.n->peers.count; i++) {
		const struct kith_peer *p = kith_ring_at(t.a.n, i);

		records += p->record->fact.raw.len + p->certificate->fact.raw.len;
	}
	printf("# %d of %d on each side alone: %llu bytes beside the records\n", MANY / 2, MANY,
	       (unsigned long long)(bytes - records));
	assert_in_range(bytes - records, MANY / 2 * (LISTED + NEEDED),
			MANY / 2 * (LISTED + NEEDED) + MANY * FRAMED);
	two_end(&t);
}

static void a_newcomer_gets_all_and_is_known(void **state)
{
	struct two t;
	uint32_t i;

	(void)state;
	two_setup(&t);
	for (i = 1; i <= 300; i++)
		two_know(&t, i, 1, false, true);
	(void)two_synchronise(&t);
	assert_int_equal(t.a.n->peers.count, 302);
	assert_int_equal(t.b.n->peers.count, 302);
	are_equal(&t);
	two_end(&t);
}

static void any_two_sets_become_equal(void **state)
{
	struct kith_rng rng;
	uint8_t seed[16] = "sets";
	int trial;

	(void)state;
	kith_rng_init(&rng, seed);
	for (trial = 0; trial < 12; trial++) {
		const uint32_t count = kith_rng_below(&rng, 400);
		struct two t;
		uint32_t i;

		two_setup(&t);
		for (i = 1; i <= count; i++) {
			const uint32_t where = kith_rng_below(&rng, 8);

			two_know(&t, i, 1, where != 0, where != 1);
			if (where >= 6) /* one of them has heard something newer */
				two_know(&t, i, 2, where == 6, where == 7);
		}
		(void)two_synchronise(&t);
		are_equal(&t);
		assert_int_equal(t.a.n->peers.count, count + 2);
		two_end(&t);
	}
}

/* Two records of one owner and number: the leaf tells them apart, and both keep the larger bytes. */
static void equivocation_is_seen_and_ends(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_bytes r = {record, 0};
	uint8_t a[8], b[8];
	struct person p;
	struct two t;

	(void)state;
	two_setup(&t);
	(void)two_synchronise(&t);
	person_init(&t.a, &p, 1);
	r.len = person_record(&t.a, &p, record);
	(void)kith_store_record(t.a.n, NULL, (struct kith_bytes){p.cert, p.cert_len}, r,
				KITH_STORE_BY_SYNC);
	p.body.addrs[0].port++;
	r.len = person_record(&t.a, &p, record);
	(void)kith_store_record(t.b.n, NULL, (struct kith_bytes){p.cert, p.cert_len}, r,
				KITH_STORE_BY_SYNC);
	kith_peers_root(t.a.n, a);
	kith_peers_root(t.b.n, b);
	assert_memory_not_equal(a, b, sizeof(a));
	(void)two_synchronise(&t);
	are_equal(&t);
	two_end(&t);
}

/* --- what a hostile end may not do ---------------------------------------------------------- */

struct hostile {
	struct fix f;
	struct person p;
	struct line l;
};

static void hostile_setup(struct hostile *h)
{
	struct person other;
	uint32_t i;

	fix_setup(&h->f);
	person_joins(&h->f, &h->p, 1);
	for (i = 2; i <= 60; i++)
		person_joins(&h->f, &other, i);
	fix_forget(&h->f);
	assert_true(line_open(&h->f, &h->l, &h->p, 2));
}

static void hostile_end(struct hostile *h)
{
	line_fini(&h->f, &h->l);
	fix_end(&h->f);
}

static const uint8_t digests[16 * 8] = {1};
static const uint8_t zero[16], ones[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t middle[16] = {0x80};

static struct kith_msg parts(const uint8_t lo[16], uint32_t depth, size_t len)
{
	struct kith_msg m = {.kind = KITH_MSG_PARTS, .lo = lo, .d = depth, .blob = {digests, len}};

	return m;
}

static struct kith_msg list(const uint8_t lo[16], const uint8_t hi[16])
{
	struct kith_msg m = {.kind = KITH_MSG_LIST, .lo = lo, .hi = hi, .blob = {digests, 0}};

	return m;
}

/* Whether a turn of these messages, after a hello, ends the stream as malformed. */
static bool is_refused(const struct kith_msg *m, size_t count, bool with_hello)
{
	struct kith_msg all[5] = {line_hello()};
	const size_t first = with_hello ? 1 : 0;
	struct hostile h;
	bool refused;

	hostile_setup(&h);
	memcpy(all + first, m, count * sizeof(*m));
	line_say(&h.f, &h.l, all, first + count, false);
	refused = h.l.closed && h.f.n->stats.drops.stream_frame == 1;
	assert_true(refused || h.f.n->stats.drops.stream_frame == 0);
	hostile_end(&h);
	return refused;
}

static void questions_are_in_order_and_in_range(void **state)
{
	struct kith_msg m[3];

	(void)state;
	m[0] = parts(zero, 0, 128);
	assert_false(is_refused(m, 1, true));
	assert_true(is_refused(m, 1, false)); /* no hello */
	m[1] = line_hello();
	assert_true(is_refused(m, 2, true)); /* two */
	m[0] = parts(zero, 0, 120);
	assert_true(is_refused(m, 1, true));
	m[0] = parts(zero, 31, 128);
	assert_false(is_refused(m, 1, true));
	m[0] = parts(zero, 32, 128);
	assert_true(is_refused(m, 1, true));
	m[0] = parts(zero, 256, 128);
	assert_true(is_refused(m, 1, true));
	/* In order. */
	m[0] = parts(zero, 1, 128);
	m[1] = list(middle, ones);
	assert_false(is_refused(m, 2, true));
	m[0] = list(middle, ones);
	m[1] = parts(zero, 1, 128);
	assert_true(is_refused(m, 2, true));
	/* Without overlap: the part that begins with 0 was asked about before. */
	m[0] = parts(zero, 0, 128);
	m[1] = parts(zero, 1, 128);
	assert_true(is_refused(m, 2, true));
	m[0] = list(ones, zero);
	assert_true(is_refused(m, 1, true));
}

/* Whoever asks for ever is cut off; the node's own turns are counted too. */
static void turns_come_to_an_end(void **state)
{
	const struct kith_msg end = {.kind = KITH_MSG_END};
	struct kith_msg all[3] = {line_hello(), parts(zero, 0, 128), end};
	struct hostile h;
	int turns = 0;

	(void)state;
	hostile_setup(&h);
	while (!h.l.closed && turns < 1000) {
		line_say(&h.f, &h.l, turns == 0 ? all : all + 1, turns == 0 ? 3 : 2, false);
		turns++;
		(void)line_heard(&h.l, KITH_MSG_END, NULL);
		kith_node_stream(h.f.n, h.f.now, h.l.id, KITH_STREAM_WRITABLE, NULL);
		fix_collect(&h.f);
	}
	assert_int_equal(turns, 33); /* and 32 of ours */
	hostile_end(&h);
}

static void nobody_speaks_out_of_turn(void **state)
{
	const struct kith_msg end = {.kind = KITH_MSG_END};
	struct kith_msg all[4] = {line_hello(), parts(zero, 0, 128), end, parts(zero, 0, 128)};
	struct hostile h;

	(void)state;
	hostile_setup(&h);
	line_say(&h.f, &h.l, all, 4, false);
	assert_true(h.l.closed);
	assert_int_equal(h.f.n->stats.drops.stream_frame, 1);
	hostile_end(&h);
}

/* A busy one names others, answers no question and counts no synchronisation. */
static void a_busy_one_answers_no_question(void **state)
{
	const struct kith_msg end = {.kind = KITH_MSG_END};
	struct kith_msg all[3] = {line_hello(), parts(zero, 0, 128), end};
	struct hostile h;

	(void)state;
	hostile_setup(&h);
	line_fini(&h.f, &h.l);
	kith_node_stream(h.f.n, h.f.now, 2, KITH_STREAM_CLOSED, NULL);
	h.f.n->syncs.answering = KITH_SYNCS_MAX;
	assert_true(line_open(&h.f, &h.l, &h.p, 4));
	line_say(&h.f, &h.l, all, 3, false);
	assert_int_equal(h.f.n->syncs.answering, KITH_SYNCS_MAX);
	assert_int_equal(h.f.n->stats.syncs, 0);
	assert_int_equal(line_heard(&h.l, KITH_MSG_BUSY, NULL), 1);
	assert_true(h.l.ended && h.l.closed);
	h.f.n->syncs.answering = 0;
	hostile_end(&h);
}

/* A record without its certificate is compared: the newer one comes back with it, the same one does
 * not, and whoever repeats it gets no more than there are members. */
static void what_is_compared_comes_back_if_older(void **state)
{
	const struct kith_msg end = {.kind = KITH_MSG_END};
	uint8_t old[KITH_RECORD_MAX], record[KITH_RECORD_MAX];
	struct kith_msg all[3] = {line_hello(), {.kind = KITH_MSG_OWNER, .item_count = 1}, end}, owner;
	struct person who;
	struct hostile h;
	uint32_t i;
	size_t len;

	(void)state;
	hostile_setup(&h);
	person_init(&h.f, &who, 100);
	all[1].items[0] = (struct kith_bytes){old, person_record(&h.f, &who, old)};
	who.epoch++;
	len = person_record(&h.f, &who, record);
	assert_int_equal(kith_store_record(h.f.n, NULL, (struct kith_bytes){who.cert, who.cert_len},
					   (struct kith_bytes){record, len}, KITH_STORE_BY_SYNC),
			 KITH_STORE_NEWS);
	line_say(&h.f, &h.l, all, 3, false);
	assert_int_equal(line_heard(&h.l, KITH_MSG_OWNER, &owner), 1);
	assert_int_equal(owner.certificate.len, who.cert_len);
	assert_int_equal(owner.items[0].len, len);
	assert_memory_equal(owner.items[0].p, record, len);
	hostile_end(&h);

	hostile_setup(&h);
	person_init(&h.f, &who, 100);
	(void)kith_store_record(h.f.n, NULL, (struct kith_bytes){who.cert, who.cert_len},
				(struct kith_bytes){record, len}, KITH_STORE_BY_SYNC);
	all[1].items[0] = (struct kith_bytes){record, len};
	line_say(&h.f, &h.l, all, 3, false);
	assert_int_equal(line_heard(&h.l, KITH_MSG_OWNER, NULL), 0);
	hostile_end(&h);

	hostile_setup(&h);
	person_init(&h.f, &who, 100);
	all[1].items[0] = (struct kith_bytes){old, person_record(&h.f, &who, old)};
	(void)kith_store_record(h.f.n, NULL, (struct kith_bytes){who.cert, who.cert_len},
				(struct kith_bytes){record, len}, KITH_STORE_BY_SYNC);
	line_say(&h.f, &h.l, all, 1, false);
	for (i = 0; i <= h.f.n->max_members && !h.l.closed; i++)
		line_say(&h.f, &h.l, all + 1, 1, false);
	assert_true(h.l.closed);
	assert_int_equal(i, h.f.n->max_members + 1);
	hostile_end(&h);
}

/* Three forged records end it, also when whoever brings them is not known here yet. */
static void forgers_are_cut_off(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_msg m[4] = {line_hello()};
	struct hostile h;
	struct person stranger, victim;
	int i;

	(void)state;
	hostile_setup(&h);
	person_init(&h.f, &stranger, 100);
	person_init(&h.f, &victim, 101);
	line_fini(&h.f, &h.l);
	assert_true(line_open(&h.f, &h.l, &stranger, 4));
	m[1].kind = KITH_MSG_OWNER;
	m[1].certificate = (struct kith_bytes){victim.cert, victim.cert_len};
	m[1].items[0] = (struct kith_bytes){record, person_record(&h.f, &victim, record)};
	m[1].item_count = 1;
	record[m[1].items[0].len - 1] ^= 1;
	line_say(&h.f, &h.l, m, 2, false);
	for (i = 0; i < 2; i++) {
		assert_false(h.l.closed);
		line_say(&h.f, &h.l, m + 1, 1, false);
	}
	assert_true(h.l.closed);
	assert_int_equal(h.f.n->stats.drops.record_signature, 3);
	hostile_end(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_ones_exchange_one_digest),
		cmocka_unit_test(the_cost_follows_the_differences),
		cmocka_unit_test(where_all_differs_long_ranges_are_listed),
		cmocka_unit_test(a_newcomer_gets_all_and_is_known),
		cmocka_unit_test(any_two_sets_become_equal),
		cmocka_unit_test(equivocation_is_seen_and_ends),
		cmocka_unit_test(questions_are_in_order_and_in_range),
		cmocka_unit_test(turns_come_to_an_end),
		cmocka_unit_test(nobody_speaks_out_of_turn),
		cmocka_unit_test(a_busy_one_answers_no_question),
		cmocka_unit_test(what_is_compared_comes_back_if_older),
		cmocka_unit_test(forgers_are_cut_off),
	};

	return cmocka_run_group_tests_name("core/sync", tests, NULL, NULL);
}
