/* SPDX-License-Identifier: ISC */
#include "files/seed.h"
#include "base/addr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void claim(const char *text, const char *addr, const char *host, uint16_t port)
{
	struct kith_seed_text s;
	char buf[KITH_ADDR_TEXT_MAX];

	assert_int_equal(kith_seed_scan(text, &s), 0);
	assert_string_equal(kith_addr_print(&s.addr, buf, sizeof buf), addr);
	assert_string_equal(s.host, host);
	assert_int_equal(s.port, port);
}

static void literals(void **state)
{
	(void)state;
	claim("10.0.0.1", "10.0.0.1:5484", "", 5484);
	claim("10.0.0.1:7000", "10.0.0.1:7000", "", 7000);
	claim("fd00::1", "[fd00::1]:5484", "", 5484);
	claim("[fd00::1]:1", "[fd00::1]:1", "", 1);
}

static void host_names(void **state)
{
	(void)state;
	claim("seed.example.org", "-", "seed.example.org", 5484);
	claim("seed.example.org.:65535", "-", "seed.example.org.", 65535);
	claim("_kith._udp.example.org", "-", "_kith._udp.example.org", 5484);
	claim("A", "-", "A", 5484);
	claim("3com:80", "-", "3com", 80);
}

static void others_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "10.0.0.256", "10.0.0", "1", "0.0.0.0", "224.0.0.1", "fe80::1", "[::1]:0", ":80",
		"a:", "a:0", "a:65536", "a:000001", "a:-1", "a:8x", "-a", "a-", "a-.b", "a..b", ".a",
		"a b", "a/b", "a@b", "\xc3\xa4",
		"x123456789012345678901234567890123456789012345678901234567890123.org",
	};
	struct kith_seed_text s;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (kith_seed_scan(bad[i], &s) != KITH_EINVAL)
			fail_msg("'%s' was taken for a seed", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals),
		cmocka_unit_test(host_names),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
