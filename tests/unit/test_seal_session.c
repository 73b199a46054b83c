/* SPDX-License-Identifier: ISC */
/* seal/session: the replay window at each of its edges (a table in the manner of WireGuard's
 * selftest, and a slow model), and what the keys of a pair depend on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "unit/seal_fixture.h"

static struct seal_world w;

enum { WIDTH = 256 };

#define TOP ((UINT64_C(1) << 63) - 1) /* the last counter there is */

/* Tries one counter as a packet would: checked, and committed if it is new. */
static int packet(struct kith_window *win, uint64_t ctr)
{
	if (!kith_window_check(win, ctr))
		return 0;
	kith_window_commit(win, ctr);
	return 1;
}

struct row {
	uint64_t ctr; /* START_AGAIN empties the window first */
	int is_new;
};
#define START_AGAIN UINT64_MAX

static const struct row edges[] = {
	{0, 0}, {1, 1}, {1, 0}, {0, 0}, {9, 1}, {8, 1}, {7, 1}, {7, 0},
	/* the left edge: WIDTH counters from the last one down, itself among them */
	{WIDTH, 1}, {WIDTH + 1, 1}, {2, 1}, {1, 0}, {WIDTH + 2, 1}, {2, 0}, {3, 1}, {3, 0},
	{2, 0}, {WIDTH + 16, 1}, {16, 0}, {17, 1}, {15, 0}, {3, 0},
	{START_AGAIN, 0},
	/* the first packet may be far ahead; those before it are new within the width */
	{1000, 1}, {1000, 0}, {1000 - WIDTH, 0}, {1000 - WIDTH + 1, 1}, {999, 1}, {0, 0},
	/* advance by one word, by less, by more, to the bit */
	{1063, 1}, {1000, 0}, {999, 0}, {1062, 1}, {1127, 1}, {1063, 0}, {1062, 0}, {1064, 1},
	{1128, 1}, {1127, 0}, {1192, 1}, {1128, 0}, {1127, 0}, {1191, 1},
	/* by exactly the width less one, the width, and the width and one */
	{1192 + WIDTH - 1, 1}, {1192, 0}, {1193, 1}, {1191, 0},
	{1192 + 2 * WIDTH - 1, 1}, {1192 + WIDTH - 1, 0}, {1192 + WIDTH, 1},
	{1192 + 3 * WIDTH, 1}, {1192 + 2 * WIDTH - 1, 0}, {1192 + 2 * WIDTH, 0},
	{1192 + 2 * WIDTH + 1, 1},
	{START_AGAIN, 0},
	/* backwards through the whole window */
	{WIDTH, 1}, {128, 1}, {64, 1}, {65, 1}, {192, 1}, {193, 1}, {191, 1}, {63, 1}, {1, 1},
	{64, 0}, {65, 0}, {192, 0}, {193, 0}, {191, 0}, {63, 0}, {1, 0}, {128, 0}, {WIDTH, 0},
	{START_AGAIN, 0},
	/* a jump empties all; nothing at or past 2^63 is taken, and nothing is lost by trying */
	{5, 1}, {TOP + 1, 0}, {UINT64_MAX - 1, 0}, {6, 1}, {TOP - 1, 1}, {TOP, 1}, {TOP, 0},
	{TOP - 1, 0}, {TOP - 2, 1}, {TOP - WIDTH, 0}, {TOP - WIDTH + 1, 1}, {TOP + 1, 0}, {6, 0},
	{7, 0}, {0, 0},
};

static void window_edges(void **state)
{
	struct kith_window win = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		if (edges[i].ctr == START_AGAIN) {
			memset(&win, 0, sizeof(win));
			continue;
		}
		if (packet(&win, edges[i].ctr) != edges[i].is_new)
			fail_msg("row %zu: counter %llu should be %s", i,
				 (unsigned long long)edges[i].ctr,
				 edges[i].is_new ? "new" : "refused");
	}
}

static void window_in_order_and_backwards(void **state)
{
	struct kith_window win = {0};

	(void)state;
	for (uint64_t c = 1; c <= 4 * WIDTH; c++)
		assert_true(packet(&win, c));
	for (uint64_t c = 1; c <= 4 * WIDTH; c++)
		assert_false(packet(&win, c));
	memset(&win, 0, sizeof(win));
	for (uint64_t c = WIDTH; c >= 1; c--)
		assert_true(packet(&win, c));
	for (uint64_t c = 0; c <= WIDTH; c++)
		assert_false(packet(&win, c));
	/* Every advance from a window in which only the last was seen. */
	for (uint64_t by = 1; by <= 2 * WIDTH; by++) {
		memset(&win, 0, sizeof(win));
		assert_true(packet(&win, 1000));
		assert_true(packet(&win, 1000 + by));
		assert_false(packet(&win, 1000));
		for (uint64_t c = 1000 + by - 1; c > 1000; c--)
			assert_int_equal(packet(&win, c), c + WIDTH > 1000 + by);
		assert_int_equal(packet(&win, 999), 999 + WIDTH > 1000 + by);
	}
}

static void check_changes_nothing(void **state)
{
	struct kith_window win = {0}, before;

	(void)state;
	assert_true(packet(&win, 300));
	before = win;
	for (uint64_t c = 0; c < 1000; c++)
		(void)!kith_window_check(&win, c);
	assert_memory_equal(&win, &before, sizeof(win));
}

/* Counters that wander, against a model that remembers every counter. */
static void window_against_a_model(void **state)
{
	enum { SPAN = 20000 };
	static uint8_t seen[SPAN];
	struct kith_window win = {0};
	uint64_t last = 0, centre = 300;
	uint32_t x = 1;

	(void)state;
	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < 200000; i++) {
		uint64_t ctr;
		int want;

		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		ctr = centre + x % 600 - 300;
		if (x % 16 == 0 && centre + 600 < SPAN)
			centre += x / 16 % 8;
		want = ctr != 0 && !seen[ctr] && ctr + WIDTH > last;
		assert_int_equal(packet(&win, ctr), want);
		seen[ctr] = 1; /* an old one that was refused stays too old */
		if (ctr > last)
			last = ctr;
	}
	assert_true(last > SPAN / 2);
}

static void both_ends_have_the_same_keys(void **state)
{
	(void)state;
	assert_memory_equal(w.ab.send_key, w.ba.recv_key, 32);
	assert_memory_equal(w.ab.recv_key, w.ba.send_key, 32);
	assert_memory_not_equal(w.ab.send_key, w.ab.recv_key, 32);
	assert_int_equal(w.ab.window.last, 0);
	assert_false(packet(&w.ab.window, 0));
}

/* One thing changed at a time: none may leave a key as it was. */
static void keys_depend_on_everything(void **state)
{
	struct kith_pair p;
	struct kith_session own = w.a.session, fresh;
	struct kith_cid cid = w.cid;
	struct kith_mid mid;
	uint8_t pk[32];

	(void)state;
#define DIFFERS()                                                                                  \
	do {                                                                                       \
		assert_memory_not_equal(p.send_key, w.ab.send_key, 32);                            \
		assert_memory_not_equal(p.recv_key, w.ab.recv_key, 32);                            \
		assert_memory_not_equal(p.send_key, w.ab.recv_key, 32);                            \
	} while (0)
	cid.b[0] ^= 1;
	assert_int_equal(kith_pair_make(&p, &own, &cid, &w.a.id.mid, &w.b.id.mid, w.b.session.pk),
			 0);
	DIFFERS();
	mid = w.a.id.mid;
	mid.b[15] ^= 1;
	assert_int_equal(kith_pair_make(&p, &own, &w.cid, &mid, &w.b.id.mid, w.b.session.pk), 0);
	DIFFERS();
	mid = w.b.id.mid;
	mid.b[15] ^= 1;
	assert_int_equal(kith_pair_make(&p, &own, &w.cid, &w.a.id.mid, &mid, w.b.session.pk), 0);
	DIFFERS();
	/* Either key with its ignored top bit set: the same point, another session. */
	own.pk[31] ^= 0x80;
	assert_int_equal(
		kith_pair_make(&p, &own, &w.cid, &w.a.id.mid, &w.b.id.mid, w.b.session.pk), 0);
	DIFFERS();
	own.pk[31] ^= 0x80;
	memcpy(pk, w.b.session.pk, 32);
	pk[31] ^= 0x80;
	assert_int_equal(kith_pair_make(&p, &own, &w.cid, &w.a.id.mid, &w.b.id.mid, pk), 0);
	DIFFERS();
	kith_session_new(&fresh, &w.b.secret, &w.cid, &w.b.id.mid);
	assert_int_equal(
		kith_pair_make(&p, &w.a.session, &w.cid, &w.a.id.mid, &w.b.id.mid, fresh.pk), 0);
	DIFFERS();
#undef DIFFERS
}

static void useless_peers_are_refused(void **state)
{
	/* 0, 1, a point of order 8, p - 1, p, p + 1: all give zeros with any scalar. */
	static const uint8_t points[][32] = {
		{0},
		{1},
		{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
		 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
		 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
	};
	static const uint8_t near_p[] = {0xec, 0xed, 0xee};
	struct kith_pair p, before;

	(void)state;
	memset(&p, 7, sizeof(p));
	before = p;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(kith_pair_make(&p, &w.a.session, &w.cid, &w.a.id.mid,
						&w.b.id.mid, points[i]),
				 KITH_EKEY);
	for (size_t i = 0; i < sizeof(near_p); i++) {
		uint8_t point[32];

		memset(point, 0xff, sizeof(point));
		point[0] = near_p[i];
		point[31] = 0x7f;
		assert_int_equal(kith_pair_make(&p, &w.a.session, &w.cid, &w.a.id.mid,
						&w.b.id.mid, point),
				 KITH_EKEY);
	}
	assert_int_equal(kith_pair_make(&p, &w.a.session, &w.cid, &w.a.id.mid, &w.a.id.mid,
					w.b.session.pk),
			 KITH_EKEY);
	assert_memory_equal(&p, &before, sizeof(p));
}

static void sessions(void **state)
{
	struct kith_session s, t;
	struct kith_secret one, two;
	uint8_t sid[KITH_SID_LEN], seed[32] = {42};
	struct kith_cid cid = w.cid;
	struct kith_mid mid = w.a.id.mid;

	(void)state;
	kith_secret_init(&one, seed);
	kith_secret_init(&two, seed);
	kith_session_new(&s, &one, &w.cid, &w.a.id.mid);
	kith_session_new(&t, &two, &w.cid, &w.a.id.mid);
	assert_memory_equal(&s, &t, sizeof(s)); /* a run can be repeated */
	assert_int_equal(s.ctr, 0);
	assert_memory_not_equal(s.sk, s.siv_key, 32);
	kith_session_new(&t, &one, &w.cid, &w.a.id.mid);
	assert_memory_not_equal(s.sid, t.sid, sizeof(s.sid));
	assert_memory_not_equal(s.sk, t.sk, 32);
	assert_memory_not_equal(s.siv_key, t.siv_key, 32);

	kith_session_id(sid, &w.cid, &w.a.id.mid, s.pk);
	assert_memory_equal(sid, s.sid, sizeof(sid));
	cid.b[3] ^= 1;
	kith_session_id(sid, &cid, &w.a.id.mid, s.pk);
	assert_memory_not_equal(sid, s.sid, sizeof(sid));
	mid.b[3] ^= 1;
	kith_session_id(sid, &w.cid, &mid, s.pk);
	assert_memory_not_equal(sid, s.sid, sizeof(sid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_edges),
		cmocka_unit_test(window_in_order_and_backwards),
		cmocka_unit_test(check_changes_nothing),
		cmocka_unit_test(window_against_a_model),
		cmocka_unit_test(both_ends_have_the_same_keys),
		cmocka_unit_test(keys_depend_on_everything),
		cmocka_unit_test(useless_peers_are_refused),
		cmocka_unit_test(sessions),
	};

	seal_world_make(&w);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
