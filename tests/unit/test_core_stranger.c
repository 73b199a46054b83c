/* SPDX-License-Identifier: ISC */
#include "unit/core_fix.h"

#include "core/stranger.h"

/* The last event told, which is of this reason and names the person's address. */
static void assert_told(const struct fix *f, uint32_t times, enum kith_dropped why,
			const struct person *p)
{
	const struct kith_event *e = NULL;
	struct kith_addr addr = p->addr;

	addr.port = 0;
	for (size_t i = 0; i < f->out_count; i++)
		if (f->outs[i].out.kind == KITH_OUT_EVENT &&
		    f->outs[i].out.event.kind == KITH_EVENT_DROPPED)
			e = &f->outs[i].out.event;
	assert_int_equal(fix_events(f, KITH_EVENT_DROPPED), times);
	if (times == 0)
		return;
	assert_int_equal(e->dropped, why);
	assert_memory_equal(&e->addr, &addr, sizeof(addr));
}

static void send(struct fix *f, const struct person *p, const uint8_t *buf, size_t len)
{
	kith_core_datagram(f->n, f->now, &p->addr, buf, len);
	fix_collect(f);
}

static void another_cluster_key_once_a_minute(void **state)
{
	uint8_t intro[KITH_DATAGRAM_MAX];
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	person_init(&f, &b, 2);
	fix_forget(&f);
	person_intro(&f, &a, 0, NULL, intro);
	intro[1] ^= 1; /* where the key's tag is */
	send(&f, &a, intro, sizeof(intro));
	assert_int_equal(f.n->stats.drops.unknown_key, 1);
	assert_told(&f, 1, KITH_DROPPED_KEY, &a);
	send(&f, &a, intro, sizeof(intro));
	send(&f, &b, intro, sizeof(intro));
	assert_int_equal(f.n->stats.drops.unknown_key, 3);
	assert_told(&f, 1, KITH_DROPPED_KEY, &a);
	fix_run(&f, 60 * KITH_SECOND - 1);
	send(&f, &b, intro, sizeof(intro));
	assert_told(&f, 1, KITH_DROPPED_KEY, &a);
	fix_run(&f, 1);
	send(&f, &b, intro, sizeof(intro));
	assert_told(&f, 2, KITH_DROPPED_KEY, &b);
	fix_end(&f);
}

static void each_reason_on_its_own(void **state)
{
	uint8_t intro[KITH_DATAGRAM_MAX];
	const struct kith_msg ping = {.kind = KITH_MSG_PING, .n = 1, .root = fix_root};
	struct person a, b, c;
	struct fix f;

	(void)state;
	fix_setup(&f);
	/* A certificate that nobody here signed. */
	person_init(&f, &a, 1);
	a.cert[a.cert_len - 1] ^= 1;
	fix_forget(&f);
	person_intro(&f, &a, 0, NULL, intro);
	send(&f, &a, intro, sizeof(intro));
	assert_told(&f, 1, KITH_DROPPED_CERTIFICATE, &a);
	/* A clock that is a week ahead. */
	person_init(&f, &b, 2);
	b.expires += 7 * 86400;
	person_intro(&f, &b, 0, NULL, intro);
	send(&f, &b, intro, sizeof(intro));
	assert_told(&f, 2, KITH_DROPPED_EXPIRED, &b);
	/* Who left goes on talking. */
	person_joins(&f, &c, 3);
	person_leaves(&f, &c);
	fix_run(&f, 10 * KITH_SECOND);
	person_say(&f, &c, &ping);
	assert_int_equal(f.n->stats.drops.not_member, 1);
	assert_told(&f, 3, KITH_DROPPED_MEMBER, &c);
	fix_end(&f);
}

/* It opens, so it is a member's own doing: its name is told. */
static void a_member_that_sends_garbage_is_named(void **state)
{
	uint8_t garbage[64], record[KITH_RECORD_MAX];
	struct person a, b;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	memset(garbage, 0xc1, sizeof(garbage));
	fix_forget(&f);
	person_send(&f, &a, garbage, sizeof(garbage));
	assert_int_equal(f.n->stats.drops.malformed, 1);
	assert_told(&f, 1, KITH_DROPPED_MALFORMED, &a);
	assert_memory_equal(&fix_last(&f, KITH_OUT_EVENT)->event.mid, &a.id.mid,
			    sizeof(a.id.mid));
	/* Nothing else comes of it, and what it says well counts. */
	assert_int_equal(person_peer(&f, &a)->status, KITH_STATUS_ALIVE);
	b.seq++;
	len = person_record(&f, &b, record);
	record[len - 1] ^= 1;
	assert_int_equal(person_tells(&f, &a, record, len), KITH_STORE_FORGED);
	assert_told(&f, 2, KITH_DROPPED_FORGED, &a);
	assert_memory_equal(&fix_last(&f, KITH_OUT_EVENT)->event.mid, &a.id.mid,
			    sizeof(a.id.mid));
	fix_end(&f);
}

static void what_came_by_a_relay_names_nobody(void **state)
{
	struct fix f;

	(void)state;
	fix_setup(&f);
	fix_forget(&f);
	kith_stranger_tell(f.n, KITH_DROPPED_MEMBER, NULL);
	fix_collect(&f);
	assert_int_equal(fix_events(&f, KITH_EVENT_DROPPED), 0);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_cluster_key_once_a_minute),
		cmocka_unit_test(each_reason_on_its_own),
		cmocka_unit_test(a_member_that_sends_garbage_is_named),
		cmocka_unit_test(what_came_by_a_relay_names_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
