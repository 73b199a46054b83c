/* SPDX-License-Identifier: ISC */
#include "core/out.h"
#include "unit/core_fix.h"

static void put(struct fix *f, uint32_t count)
{
	uint8_t bytes[1000];
	uint32_t i;

	memset(bytes, 7, sizeof(bytes));
	for (i = 0; i < count; i++)
		kith_out_datagram(f->n, &f->config.addrs[0], bytes, sizeof(bytes));
}

/* What a burst needed goes back when the host has it all; what each input needs stays. */
static void a_bursts_buffer_goes_back(void **state)
{
	struct kith_out o;
	struct fix f;
	uint32_t room, i;

	(void)state;
	fix_setup(&f);
	fix_forget(&f);
	put(&f, 5);
	room = f.n->out.room;
	fix_forget(&f);
	assert_int_equal(f.n->out.room, room);
	put(&f, 100);
	assert_true(f.n->out.room > 100 * 1000);
	for (i = 0; i < 99; i++)
		assert_int_equal(kith_node_next(f.n, &o), 1);
	kith_out_settle(f.n);
	assert_true(f.n->out.room > 100 * 1000);
	assert_int_equal(kith_node_next(f.n, &o), 1);
	assert_int_equal(o.data[999], 7); /* lent until the next input */
	kith_out_settle(f.n);
	assert_int_equal(f.n->out.room, 0);
	put(&f, 1);
	assert_int_equal(kith_node_next(f.n, &o), 1);
	assert_int_equal(o.data[999], 7);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bursts_buffer_goes_back),
	};

	return cmocka_run_group_tests_name("core/out", tests, NULL, NULL);
}
