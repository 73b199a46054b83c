/* SPDX-License-Identifier: ISC */
#include "daemon/dns_rate.h"
#include "base/addr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const uint8_t seed[24] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4};
static const kith_us start = 10000 * KITH_SECOND;
static struct kith_dns_rate r;

static int set_up(void **state)
{
	(void)state;
	kith_dns_rate_init(&r, seed, 20);
	return 0;
}

static struct kith_addr v4(uint32_t i)
{
	const uint8_t ip[4] = {10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};

	return kith_addr_make(4, ip, 1);
}

static unsigned taken(struct kith_addr source, kith_us now)
{
	unsigned n = 0;

	while (kith_dns_rate_take(&r, &source, now))
		n++;
	return n;
}

static void a_second_is_given_at_once_and_then_the_rate(void **state)
{
	(void)state;
	assert_int_equal(taken(v4(1), start), 20);
	assert_int_equal(taken(v4(1), start + 50 * KITH_MS - 1), 0);
	assert_int_equal(taken(v4(1), start + 50 * KITH_MS), 1);
	assert_int_equal(taken(v4(1), start + 550 * KITH_MS), 10);
	assert_int_equal(taken(v4(1), start + 100 * KITH_SECOND), 20);
	kith_dns_rate_set(&r, 1000);
	assert_int_equal(taken(v4(1), start + 200 * KITH_SECOND), 1000);
}

static void each_source_has_its_own(void **state)
{
	unsigned full = 0;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		full += taken(v4(i), start) == 20;
	assert_in_range(full, 90, 100); /* some share a place */
}

static void of_an_ipv6_address_the_network_counts(void **state)
{
	uint8_t ip[16] = {0x20, 1, 0x0D, 0xB8};

	(void)state;
	assert_int_equal(taken(kith_addr_make(6, ip, 1), start), 20);
	ip[15] = 1;
	ip[8] = 2;
	assert_int_equal(taken(kith_addr_make(6, ip, 2), start), 0);
	ip[7] = 1;
	assert_int_equal(taken(kith_addr_make(6, ip, 2), start), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_second_is_given_at_once_and_then_the_rate, set_up),
		cmocka_unit_test_setup(each_source_has_its_own, set_up),
		cmocka_unit_test_setup(of_an_ipv6_address_the_network_counts, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
