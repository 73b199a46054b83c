/* SPDX-License-Identifier: ISC */
/* What a datagram may cost before it opens (4-security.md §5.9). */
#include "base/cur.h"
#include "core/packet.h"
#include "unit/core_fix.h"

/* A member that nothing was exchanged with yet, so that there are no keys. */
static struct kith_peer *newcomer(struct fix *f, struct person *p, uint32_t i)
{
	struct kith_peer *peer = person_joins(f, p, i);

	assert_null(kith_talk_of(f->n, peer));
	fix_forget(f);
	return peer;
}

/* A key whose product is zero with every key makes no pair: one attempt tells, and a packet more
 * costs nothing. A record with another session is another chance. */
static void a_key_of_small_order_is_tried_once(void **state)
{
	static const uint8_t small[KITH_KEY_LEN]; /* the point 0 */
	uint8_t datagram[KITH_DATAGRAM_MAX];
	struct kith_peer *peer;
	struct person p;
	struct fix f;
	uint64_t before;
	size_t len;
	int i;

	(void)state;
	fix_setup(&f);
	person_init(&f, &p, 1);
	person_pair(&f, &p);
	memcpy(p.body.session_pk, small, sizeof(small));
	kith_session_id(p.session.sid, &f.cid, &p.id.mid, small);
	peer = person_known(&f, &p);
	assert_non_null(peer);
	before = f.n->stats.key_agreements;
	for (i = 0; i < 10; i++) {
		len = person_seal(&f, &p, (const uint8_t *)"\x92\x01\x10", 3, datagram);
		kith_node_datagram(f.n, f.now, &p.addr, datagram, len);
	}
	assert_in_range(f.n->stats.key_agreements, 1, before + 1);
	assert_int_equal(f.n->stats.drops.bad_tag, 10);
	assert_true(peer->has_no_pair);
	/* Repaired by its owner. */
	memcpy(p.body.session_pk, p.session.pk, sizeof(p.session.pk));
	kith_session_id(p.session.sid, &f.cid, &p.id.mid, p.session.pk);
	p.seq++;
	(void)person_known(&f, &p);
	assert_false(peer->has_no_pair);
	assert_non_null(kith_talk_keys(f.n, peer));
	fix_end(&f);
}

/* A counter that no window would take is dropped before a key is derived for it. */
static void an_impossible_counter_costs_no_keys(void **state)
{
	uint8_t datagram[KITH_DATAGRAM_MAX];
	struct kith_peer *peer;
	struct person p;
	struct fix f;
	uint64_t before;
	size_t len;

	(void)state;
	fix_setup(&f);
	peer = newcomer(&f, &p, 1);
	before = f.n->stats.key_agreements;
	len = person_seal(&f, &p, (const uint8_t *)"\x92\x01\x10", 3, datagram);
	kith_put_u64(datagram + 12, 0);
	kith_node_datagram(f.n, f.now, &p.addr, datagram, len);
	kith_put_u64(datagram + 12, UINT64_C(1) << 63);
	kith_node_datagram(f.n, f.now, &p.addr, datagram, len);
	assert_int_equal(f.n->stats.key_agreements, before);
	assert_int_equal(f.n->stats.drops.replay, 2);
	assert_null(kith_talk_of(f.n, peer));
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_of_small_order_is_tried_once),
		cmocka_unit_test(an_impossible_counter_costs_no_keys),
	};

	return cmocka_run_group_tests_name("core/packet", tests, NULL, NULL);
}
