/* SPDX-License-Identifier: ISC */
/* Two nodes that differ in services, and hostile ends of a stream. */
#include "core/stock.h"
#include "unit/core_line.h"
#include "unit/core_services.h"
#include "unit/core_two.h"

#include <stdio.h>

static void are_equal(const struct two *t)
{
	uint8_t a[8], b[8];

	fix_check(&t->a);
	fix_check(&t->b);
	kith_peers_root(t->a.n, a);
	kith_peers_root(t->b.n, b);
	assert_memory_equal(a, b, sizeof(a));
}

/* A service of member i as a, b, or both know it. */
static void know(struct two *t, uint32_t i, const char *id, uint32_t seq, uint16_t port, bool to_a,
		 bool to_b)
{
	struct person p;

	person_init(&t->a, &p, i);
	if (to_a)
		assert_int_equal(person_offers(&t->a, &p, NULL, id, seq, port), KITH_STORE_NEWS);
	if (to_b)
		assert_int_equal(person_offers(&t->b, &p, NULL, id, seq, port), KITH_STORE_NEWS);
}

static int port(struct fix *f, uint32_t i, const char *id)
{
	struct person p;

	person_init(f, &p, i);
	return fix_port(f, &p.id.mid, id);
}

static void what_either_lacks_comes_over(void **state)
{
	struct two t;
	uint32_t i;

	(void)state;
	two_setup(&t);
	for (i = 1; i <= 20; i++)
		two_know(&t, i, 1, true, true);
	(void)two_synchronise(&t);
	know(&t, 3, "here", 1, 80, true, false);
	know(&t, 3, "there", 2, 81, false, true);
	know(&t, 3, "both", 3, 82, true, true);
	know(&t, 3, "newer-here", 4, 83, true, true);
	know(&t, 3, "newer-here", 7, 93, true, false);
	know(&t, 3, "newer-there", 5, 84, true, true);
	know(&t, 3, "newer-there", 8, 94, false, true);
	know(&t, 3, "deleted-here", 6, 85, true, true);
	know(&t, 3, "deleted-here", 9, 0, true, false);
	know(&t, 3, "twice", 10, 86, true, false); /* signed twice, with one number */
	know(&t, 3, "twice", 10, 87, false, true);
	know(&t, 9, "there", 1, 80, false, true);
	know(&t, 11, "here", 1, 80, true, false);
	(void)two_synchronise(&t);
	assert_int_equal(port(&t.b, 3, "here"), 80);
	assert_int_equal(port(&t.a, 3, "there"), 81);
	assert_int_equal(port(&t.b, 3, "newer-here"), 93);
	assert_int_equal(port(&t.a, 3, "newer-there"), 94);
	assert_int_equal(port(&t.b, 3, "deleted-here"), -1);
	assert_int_equal(port(&t.a, 3, "twice"), port(&t.b, 3, "twice"));
	assert_int_equal(port(&t.a, 9, "there"), 80);
	assert_int_equal(port(&t.b, 11, "here"), 80);
	are_equal(&t);
	two_end(&t);
}

/* One that changed among the many of an owner costs its record and the numbers of the others. */
static void one_among_many_costs_little(void **state)
{
	struct two t;
	char id[16];
	uint64_t bytes;
	uint32_t i;

	(void)state;
	two_setup(&t);
	for (i = 1; i <= 20; i++)
		two_know(&t, i, 1, true, true);
	for (i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		know(&t, 5, id, i + 1, 80, true, true);
	}
	(void)two_synchronise(&t);
	are_equal(&t);
	know(&t, 5, "s7", 300, 81, false, true);
	bytes = two_synchronise(&t);
	are_equal(&t);
	assert_int_equal(port(&t.a, 5, "s7"), 81);
	printf("# one of 200 services: %llu bytes\n", (unsigned long long)bytes);
	assert_in_range(bytes, 200 * KITH_STOCK_ENTRY, 2 * 200 * KITH_STOCK_ENTRY + 2048);
	two_end(&t);
}

/* A newcomer gets all of all, in as many frames as it takes. */
static void a_newcomer_gets_everything(void **state)
{
	struct two t;
	char id[16];
	uint32_t i, j;

	(void)state;
	two_setup(&t);
	for (i = 1; i <= 5; i++) {
		two_know(&t, i, 1, false, true);
		for (j = 0; j < KITH_SERVICES_PER_OWNER; j++) {
			snprintf(id, sizeof(id), "s%u", j);
			know(&t, i, id, j + 1, (uint16_t)(1000 + j), false, true);
		}
	}
	know(&t, 2, "s9", 1000, 0, false, true);
	(void)two_synchronise(&t);
	are_equal(&t);
	assert_int_equal(t.a.n->catalogue.listed, 5 * KITH_SERVICES_PER_OWNER - 1);
	assert_int_equal(port(&t.a, 4, "s255"), 1255);
	two_end(&t);
}

/* --- the other side is not honest ------------------------------------------------------------- */

static void hostile(const uint8_t *blob, size_t len, uint32_t flags, uint32_t times, bool ends)
{
	struct kith_msg m[4] = {line_hello()};
	struct person p, q;
	struct line l;
	uint32_t i;
	struct fix f;

	fix_setup(&f);
	person_joins(&f, &p, 1);
	person_joins(&f, &q, 2);
	(void)person_offers(&f, &q, NULL, "web", 1, 80);
	assert_true(line_open(&f, &l, &p, 2));
	for (i = 1; i <= times; i++)
		m[i] = (struct kith_msg){.kind = KITH_MSG_SERVICES, .mid = q.id.mid.b, .e = q.epoch,
					 .f = flags, .blob = {blob, len}};
	m[i] = (struct kith_msg){.kind = KITH_MSG_END};
	line_say(&f, &l, m, times + 2, false);
	assert_int_equal(f.n->stats.drops.stream_frame, ends ? 1 : 0);
	fix_check(&f);
	line_fini(&f, &l);
	fix_end(&f);
}

static void what_is_out_of_order_ends_it(void **state)
{
	static const uint8_t rising[2 * KITH_STOCK_ENTRY] = {[0] = 1, [KITH_STOCK_ENTRY] = 2};
	static const uint8_t same[2 * KITH_STOCK_ENTRY] = {[0] = 1, [KITH_STOCK_ENTRY] = 1};
	static const uint8_t many[(KITH_SERVICES_PER_OWNER + KITH_SERVICES_DELETED + 1) * KITH_STOCK_ENTRY];

	(void)state;
	hostile(rising, sizeof(rising), 0, 1, false);
	hostile(rising, sizeof(rising), KITH_SERVICES_WANTED, 1, false);
	hostile(rising, sizeof(rising), 0, 2, true);
	hostile(rising, sizeof(rising), KITH_SERVICES_WANTED, 2, true);
	hostile(same, sizeof(same), 0, 1, true);
	hostile(rising, sizeof(rising) - 1, 0, 1, true);
	hostile(many, sizeof(many), 0, 1, true);
}

/* Both have to see alike whose turn is the last, also when there is nothing to bring. */
static void what_is_wanted_in_vain_is_answered(void **state)
{
	static const uint8_t key[KITH_STOCK_ENTRY] = {1};
	struct kith_msg m[3] = {line_hello()};
	struct person p, stranger;
	struct line l;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	person_init(&f, &stranger, 2);
	assert_true(line_open(&f, &l, &p, 2));
	m[1] = (struct kith_msg){.kind = KITH_MSG_SERVICES, .mid = stranger.id.mid.b, .e = 1,
				 .f = KITH_SERVICES_WANTED, .blob = {key, sizeof(key)}};
	m[2] = (struct kith_msg){.kind = KITH_MSG_END};
	line_say(&f, &l, m, 3, false);
	assert_int_equal(line_heard(&l, KITH_MSG_END, NULL), 1);
	line_fini(&f, &l);
	fix_end(&f);
}

/* One that is signed again and again is no way to send more than the bound. */
static void one_service_over_and_over_ends_it(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_msg m[2] = {line_hello()};
	struct person p;
	uint32_t seq = 0;
	struct line l;
	struct fix f;

	(void)state;
	fix_init(&f);
	f.config.max_members = 16;
	fix_start(&f);
	person_joins(&f, &p, 1);
	assert_true(line_open(&f, &l, &p, 2));
	while (!l.closed && seq < 20000) {
		const size_t len = person_service(&f, &p, "web", ++seq, 80, record);

		m[1] = (struct kith_msg){.kind = KITH_MSG_RECORD, .blob = {record, len}};
		line_say(&f, &l, seq == 1 ? m : m + 1, seq == 1 ? 2 : 1, false);
	}
	assert_true(l.closed);
	line_fini(&f, &l);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_either_lacks_comes_over),
		cmocka_unit_test(one_among_many_costs_little),
		cmocka_unit_test(a_newcomer_gets_everything),
		cmocka_unit_test(what_is_out_of_order_ends_it),
		cmocka_unit_test(what_is_wanted_in_vain_is_answered),
		cmocka_unit_test(one_service_over_and_over_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
