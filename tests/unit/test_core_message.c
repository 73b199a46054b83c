/* SPDX-License-Identifier: ISC */
/* What the messages of one datagram lead to. */
#include "core/message.h"
#include "unit/core_fix.h"

/* As many of one message as a datagram holds. */
static size_t fill(const struct kith_msg *m, uint8_t plain[KITH_DATA_PLAIN_MAX], size_t *len)
{
	size_t count = 0;

	*len = 0;
	while (kith_msg_write(m, plain, KITH_DATA_PLAIN_MAX, len))
		count++;
	return count;
}

/* Each ping and each put is answered, whatever it says, and a relayed one at an address of the
 * sender's choice: so one of a kind in a datagram has to do. */
static void one_datagram_has_one_answer(void **state)
{
	const struct kith_msg ping = {.kind = KITH_MSG_PING, .n = 16, .root = fix_root};
	const struct kith_msg put = {.kind = KITH_MSG_PUT, .k = 1};
	uint8_t plain[KITH_DATA_PLAIN_MAX];
	struct person p;
	struct fix f;
	size_t count, len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	fix_forget(&f);
	count = fill(&ping, plain, &len);
	assert_in_range(count, 50, 1000);
	person_send(&f, &p, plain, len);
	assert_int_equal(person_heard(&f, &p, KITH_MSG_ACK, NULL), 1);
	assert_int_equal(f.n->stats.drops.rate, count - 1);
	fix_forget(&f);
	count = fill(&put, plain, &len);
	person_send(&f, &p, plain, len);
	assert_int_equal(person_heard(&f, &p, KITH_MSG_GOT, NULL), 1);
	/* The next datagram is another. */
	fix_forget(&f);
	person_say(&f, &p, &ping);
	person_say(&f, &p, &ping);
	assert_int_equal(person_heard(&f, &p, KITH_MSG_ACK, NULL), 2);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_datagram_has_one_answer),
	};

	return cmocka_run_group_tests_name("core/message", tests, NULL, NULL);
}
