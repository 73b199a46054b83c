/* SPDX-License-Identifier: ISC */
#include "unit/core_line.h"

#include "core/tomb.h"

static const struct kith_mid *mid_of(const struct person *p)
{
	return &p->id.mid;
}

static void only_the_gone_are_forgotten(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	assert_int_equal(kith_core_forget(f.n, f.now, mid_of(&a)), KITH_ENOTFOUND);
	assert_int_equal(kith_core_forget(f.n, f.now, &f.n->own.peer->record->mid), KITH_ESTATE);
	person_known(&f, &a);
	assert_int_equal(kith_core_forget(f.n, f.now, mid_of(&a)), KITH_ESTATE);
	person_leaves(&f, &a);
	fix_forget(&f);
	assert_int_equal(kith_core_forget(f.n, f.now, mid_of(&a)), 0);
	fix_collect(&f);
	assert_int_equal(fix_events(&f, KITH_EVENT_REAPED), 1);
	assert_null(person_peer(&f, &a));
	assert_int_equal(kith_core_forget(f.n, f.now, mid_of(&a)), KITH_ENOTFOUND);
	fix_check(&f);
	fix_end(&f);
}

/* Who forgets by command shows the root of those who have not, as long as they have not. */
static void the_root_stays_until_others_forget(void **state)
{
	uint8_t before[8], after[8], alone[8];
	struct person a;
	struct fix f;

	(void)state;
	fix_init(&f);
	f.config.reap_after = 600 * KITH_SECOND;
	fix_start(&f);
	kith_peers_root(f.n, alone);
	person_joins(&f, &a, 1);
	person_leaves(&f, &a);
	fix_run(&f, 100 * KITH_SECOND);
	kith_peers_root(f.n, before);
	assert_int_equal(kith_core_forget(f.n, f.now, mid_of(&a)), 0);
	kith_peers_root(f.n, after);
	assert_memory_equal(before, after, sizeof(after));
	fix_run(&f, 499 * KITH_SECOND);
	kith_peers_root(f.n, after);
	assert_memory_equal(before, after, sizeof(after));
	fix_run(&f, 62 * KITH_SECOND); /* with the sweep */
	kith_peers_root(f.n, after);
	assert_memory_equal(alone, after, sizeof(after));
	fix_check(&f);
	fix_end(&f);
}

static void only_a_newer_record_raises_it(void **state)
{
	uint8_t old[KITH_RECORD_MAX], record[KITH_RECORD_MAX], before[8], after[8];
	struct person a;
	struct fix f;
	size_t old_len, len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_leaves(&f, &a);
	old_len = person_record(&f, &a, old);
	assert_int_equal(kith_core_forget(f.n, f.now, mid_of(&a)), 0);
	assert_int_equal(kith_store_record(f.n, NULL, (struct kith_bytes){a.cert, a.cert_len},
					   (struct kith_bytes){old, old_len},
					   KITH_STORE_BY_SYNC), KITH_STORE_OLD);
	assert_null(person_peer(&f, &a));
	a.epoch++;
	a.body.state = KITH_MEMBER_ALIVE;
	len = person_record(&f, &a, record);
	assert_int_equal(kith_store_record(f.n, NULL, (struct kith_bytes){a.cert, a.cert_len},
					   (struct kith_bytes){record, len},
					   KITH_STORE_BY_SYNC), KITH_STORE_NEWS);
	assert_non_null(person_peer(&f, &a));
	fix_collect(&f);
	fix_check(&f); /* its tomb counts no more */
	assert_int_equal(f.n->tombs.count, 0);
	kith_peers_root(f.n, before);
	fix_run(&f, 120 * KITH_SECOND);
	kith_peers_root(f.n, after);
	assert_memory_equal(before, after, sizeof(after));
	fix_end(&f);
}

/* The introduction is answered by a dial, once a second. */
static void the_buried_are_asked(void **state)
{
	uint8_t intro[KITH_DATAGRAM_MAX];
	struct person a, other;
	struct fix f;
	int i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_init(&f, &other, 2);
	kith_tomb_bury(f.n, mid_of(&other), 1, 1, FIX_UNIX_S + FIX_LIFE_S);
	fix_forget(&f);
	person_intro(&f, &other, 0, NULL, intro);
	for (i = 0; i < 3; i++)
		kith_node_datagram(f.n, f.now, &other.addr, intro, sizeof(intro));
	fix_collect(&f);
	assert_null(person_peer(&f, &other));
	assert_int_equal(fix_count(&f, KITH_OUT_CONNECT), 1);
	assert_memory_equal(fix_last(&f, KITH_OUT_CONNECT)->addr.ip, other.addr.ip,
			    sizeof(other.addr.ip));
	fix_jump(&f, KITH_SECOND);
	fix_forget(&f);
	kith_node_datagram(f.n, f.now, &other.addr, intro, sizeof(intro));
	fix_collect(&f);
	assert_int_equal(fix_count(&f, KITH_OUT_CONNECT), 1);
	fix_end(&f);
}

/* Its present record, brought by `by`: who is proven is its owner, or another member. */
static void brings(struct fix *f, struct person *by, struct person *owner, uint64_t stream)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_msg m[2] = {line_hello(), {.kind = KITH_MSG_OWNER}};
	struct line l;

	m[1].certificate = (struct kith_bytes){owner->cert, owner->cert_len};
	m[1].items[0] = (struct kith_bytes){record, person_record(f, owner, record)};
	m[1].item_count = 1;
	assert_true(line_open(f, &l, by, stream));
	line_say(f, &l, m, 2, false);
	assert_false(l.closed);
	line_fini(f, &l);
}

static void only_itself_opens_it(void **state)
{
	struct person a, other;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_init(&f, &other, 2);
	kith_tomb_bury(f.n, mid_of(&other), 5, 7, FIX_UNIX_S + FIX_LIFE_S);
	brings(&f, &a, &other, 2);
	brings(&f, &other, &a, 4);
	assert_null(person_peer(&f, &other));
	assert_true(kith_tomb_is_there(f.n, mid_of(&other)));
	brings(&f, &other, &other, 6);
	assert_non_null(person_peer(&f, &other));
	assert_false(kith_tomb_is_there(f.n, mid_of(&other)));
	fix_check(&f);
	fix_end(&f);
}

static void without_memory_there_is_no_tomb(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_leaves(&f, &a);
	alloc_fail_next(&f.heap, 1, true);
	assert_int_equal(kith_core_forget(f.n, f.now, mid_of(&a)), 0);
	alloc_fail_next(&f.heap, 0, false);
	assert_null(person_peer(&f, &a));
	assert_int_equal(f.n->tombs.count, 0);
	fix_check(&f);
	fix_end(&f);
}

/* Each until its record would have expired, and an hour for the clocks. */
static void it_is_opened_in_its_time(void **state)
{
	static const uint32_t hours[] = {5, 1, 3};
	struct person a[3];
	struct fix f;
	uint32_t i, hour;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 3; i++) {
		person_init(&f, &a[i], i + 1);
		kith_tomb_bury(f.n, mid_of(&a[i]), 1, 1, FIX_UNIX_S + hours[i] * 3600);
	}
	for (hour = 1; hour < 7; hour++) {
		f.n->now = f.now = FIX_START + (hour + 1) * 3600 * KITH_SECOND - KITH_SECOND;
		kith_tombs_sweep(f.n);
		for (i = 0; i < 3; i++)
			assert_int_equal(kith_tomb_is_there(f.n, mid_of(&a[i])), hour <= hours[i]);
	}
	assert_int_equal(f.n->tombs.count, 0);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_gone_are_forgotten),
		cmocka_unit_test(the_root_stays_until_others_forget),
		cmocka_unit_test(only_a_newer_record_raises_it),
		cmocka_unit_test(the_buried_are_asked),
		cmocka_unit_test(only_itself_opens_it),
		cmocka_unit_test(without_memory_there_is_no_tomb),
		cmocka_unit_test(it_is_opened_in_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
