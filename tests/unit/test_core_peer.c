/* SPDX-License-Identifier: ISC */
/* What follows from the numbers of the table: isolation. Members known by a record alone. */
#include "core/peer.h"
#include "unit/core_fix.h"

static void fails(struct fix *f, struct kith_peer *p)
{
	kith_peer_set_status(f->n, p, KITH_STATUS_SUSPECT, NULL);
	kith_peer_set_status(f->n, p, KITH_STATUS_FAILED, NULL);
}

/* Two of four others failed: isolated. New members make it two of seven: no longer. */
static void isolation_is_judged_when_a_member_is_added(void **state)
{
	struct kith_peer *peers[4];
	struct person p;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 4; i++)
		peers[i] = person_joins(&f, &p, i + 1);
	for (i = 0; i < 2; i++)
		fails(&f, peers[i]);
	fix_collect(&f);
	assert_true(f.n->peers.isolated);
	assert_int_equal(fix_events(&f, KITH_EVENT_ISOLATED), 1);
	fix_forget(&f);
	person_joins(&f, &p, 10);
	assert_false(f.n->peers.isolated);
	assert_int_equal(fix_events(&f, KITH_EVENT_REJOINED), 1);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(isolation_is_judged_when_a_member_is_added),
	};

	return cmocka_run_group_tests_name("core/peer", tests, NULL, NULL);
}
