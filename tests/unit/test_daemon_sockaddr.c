/* SPDX-License-Identifier: ISC */
#include "daemon/sockaddr.h"
#include "base/addr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

static void both_ways(void **state)
{
	static const char *const texts[] = {"10.1.2.3:5484", "[fd00::5]:65535", "0.0.0.0:1"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct sockaddr_storage s;
		struct kith_addr a, back;

		assert_int_equal(kith_addr_scan(texts[i], 0, &a), 0);
		assert_int_equal(kith_sockaddr_write(&a, &s), a.family == 4
								      ? sizeof(struct sockaddr_in)
								      : sizeof(struct sockaddr_in6));
		back = kith_sockaddr_read(&s);
		assert_true(kith_addr_eq(&a, &back));
	}
}

static void mapped_addresses_are_ipv4(void **state)
{
	static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, 10, 1, 2, 3};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(77)};
	struct sockaddr_storage s = {0};
	struct kith_addr a;
	char text[KITH_ADDR_TEXT_MAX];

	(void)state;
	memcpy(&in6.sin6_addr, mapped, sizeof mapped);
	memcpy(&s, &in6, sizeof in6);
	a = kith_sockaddr_read(&s);
	assert_string_equal(kith_addr_print(&a, text, sizeof text), "10.1.2.3:77");
}

static void other_families_are_none(void **state)
{
	struct sockaddr_storage s = {.ss_family = AF_UNIX};

	(void)state;
	assert_int_equal(kith_sockaddr_read(&s).family, 0);
	assert_int_equal(kith_sockaddr_local(-1).family, 0);
	assert_int_equal(kith_sockaddr_peer(-1).family, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(mapped_addresses_are_ipv4),
		cmocka_unit_test(other_families_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
