/* SPDX-License-Identifier: ISC */
#include "base/addr.h"
#include "base/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct kith_addr scan(const char *text)
{
	struct kith_addr a;

	if (kith_addr_scan(text, 0, &a) != 0)
		fail_msg("not scanned: %s", text);
	return a;
}

/* What is written, and how it is printed (RFC 5952). */
static const struct {
	const char *text, *printed;
} accepted[] = {
	{"10.0.0.1", "10.0.0.1"},
	{"10.0.0.1:1", "10.0.0.1:1"},
	{"255.255.255.255:65535", "255.255.255.255:65535"},
	{"0.0.0.0", "0.0.0.0"},
	{"0.0.0.0:0", "0.0.0.0"},
	{"::", "::"},
	{"[::]", "::"},
	{"[::]:7", "[::]:7"},
	{"::1", "::1"},
	{"[::1]", "::1"},
	{"[::1]:5484", "[::1]:5484"},
	{"[::1]:0", "::1"},
	{"1::", "1::"},
	{"fd00::1:5484", "fd00::1:5484"},                    /* without brackets all is address */
	{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},             /* §4.3 lower case */
	{"2001:0db8::0001", "2001:db8::1"},                  /* §4.1 leading zeros */
	{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},           /* §4.2.1 as much as possible */
	{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},    /* §4.2.2 not for one group */
	{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},             /* §4.2.3 the longest run */
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},       /* §4.2.3 the first of equals */
	{"0:0:1:2:3:4:0:0", "::1:2:3:4:0:0"},
	{"0:1:2:3:4:5:0:0", "0:1:2:3:4:5::"},
	{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"::ffff:10.0.0.1", "10.0.0.1"},                     /* v4-mapped is family 4 */
	{"[::ffff:a00:1]:9", "10.0.0.1:9"},
	{"::fffe:10.0.0.1", "::fffe:a00:1"},
	{"::10.0.0.1", "::a00:1"},
	{"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
	{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
	{"fe80::1", "fe80::1"},
};

static void literals_are_scanned_and_printed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		struct kith_addr a = scan(accepted[i].text), again;
		char buf[KITH_ADDR_TEXT_MAX];

		assert_ptr_equal(kith_addr_print(&a, buf, sizeof(buf)), buf);
		assert_string_equal(buf, accepted[i].printed);
		again = scan(buf);
		assert_true(kith_addr_eq(&a, &again));
	}
}

static void everything_else_is_refused(void **state)
{
	static const char *const refused[] = {
		"", " ", "host", "localhost:1", "-", ".", ":", ":1", "1", "1.2.3", "1.2.3.", "1.2.3.4.",
		"1.2.3.4.5", "1..3.4", "256.0.0.1", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.00",
		"1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:99999999999", "1.2.3.4:01", "1.2.3.4:00",
		"1.2.3.4:1 ", " 1.2.3.4", "1.2.3.4 ", "+1.2.3.4", "1.2.3.4:-1", "1.2.3.4:+1", "1.2.3.4x",
		"0x1.2.3.4", "[1.2.3.4]", "[1.2.3.4]:1", "1.2.3.4:0x1", "[", "[]", "[]:1", "[::1", "::1]",
		"[::1]x", "[::1]:", "[::1]:65536", "[::1]1", "[[::1]]", ":::", "::1::", "1::2::3", ":1:2",
		"1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
		"1:2:3:4::5:6:7:8", "12345::", "::12345", "g::", "::g", "1:", "1:2:3:4:5:6:7:", "::1:",
		"::1.2.3", "::1.2.3.4.5", "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4",
		"::256.1.1.1", "::1.2.3.04", "fe80::1%eth0", "[fe80::1%1]:1", "::1%", "::1/128",
		"10.0.0.0/8",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct kith_addr a = {.port = 77}, untouched = a;

		if (kith_addr_scan(refused[i], 1, &a) != KITH_EINVAL)
			fail_msg("scanned: '%s'", refused[i]);
		assert_true(kith_addr_eq(&a, &untouched));
	}
}

static void the_default_port_fills_in(void **state)
{
	struct kith_addr a;

	(void)state;
	assert_int_equal(kith_addr_scan("10.0.0.1", 5484, &a), 0);
	assert_int_equal(a.port, 5484);
	assert_int_equal(kith_addr_scan("[::1]", 5484, &a), 0);
	assert_int_equal(a.port, 5484);
	assert_int_equal(kith_addr_scan("::1", 5484, &a), 0);
	assert_int_equal(a.port, 5484);
	assert_int_equal(kith_addr_scan("[::1]:1", 5484, &a), 0);
	assert_int_equal(a.port, 1);
	assert_int_equal(kith_addr_scan("10.0.0.1:0", 5484, &a), 0);
	assert_int_equal(a.port, 0);
}

static void random_addresses_come_back(void **state)
{
	struct kith_rng r = {{1, 2, 3, 4}};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t family = kith_rng_below(&r, 2) ? 4 : 6, ip[16];
		char buf[KITH_ADDR_TEXT_MAX];
		struct kith_addr a, back;

		for (int j = 0; j < 16; j++) /* many zero groups */
			ip[j] = kith_rng_below(&r, 3) ? 0 : (uint8_t)kith_rng_below(&r, 256);
		a = kith_addr_make(family, ip, (uint16_t)kith_rng_below(&r, 3));
		back = scan(kith_addr_print(&a, buf, sizeof(buf)));
		assert_true(kith_addr_eq(&a, &back));
	}
}

static void printing_minds_its_room(void **state)
{
	struct kith_addr none = {.family = 0},
			 a = scan("[1111:2222:3333:4444:5555:6666:7777:8888]:65535");
	char buf[KITH_ADDR_TEXT_MAX];

	(void)state;
	assert_string_equal(kith_addr_print(&none, buf, sizeof(buf)), "-");
	assert_int_equal(strlen(kith_addr_print(&a, buf, sizeof(buf))), 47);
	memset(buf, '#', sizeof(buf));
	assert_string_equal(kith_addr_print(&a, buf, 6), "[1111");
	assert_int_equal(buf[6], '#');
}

static void mapped_addresses_are_normalised(void **state)
{
	static const uint8_t mapped[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
	const uint8_t plain[4] = {192, 0, 2, 1};
	struct kith_addr a = kith_addr_make(6, mapped, 9), b = kith_addr_make(4, plain, 9);

	(void)state;
	assert_int_equal(a.family, 4);
	assert_true(kith_addr_eq(&a, &b));
	for (int i = 4; i < 16; i++)
		assert_int_equal(a.ip[i], 0);
}

static void usable_is_what_can_be_dialled(void **state)
{
	static const struct {
		const char *text;
		bool usable;
	} rows[] = {
		{"10.0.0.1:1", true},
		{"127.0.0.1:1", true},
		{"192.0.2.1:65535", true},
		{"169.253.0.1:1", true},
		{"169.255.0.1:1", true},
		{"223.255.255.255:1", true},
		{"240.0.0.1:1", true},
		{"[::1]:1", true},
		{"[fd00::1]:1", true},
		{"[2001:db8::1]:1", true},
		{"[fe7f::1]:1", true},
		{"[fec0::1]:1", true},
		{"[::ffff:10.0.0.1]:1", true},
		{"10.0.0.1", false},               /* no port */
		{"[fd00::1]:0", false},
		{"0.0.0.0:1", false},              /* unspecified */
		{"0.1.2.3:1", false},              /* "this network" */
		{"[::]:1", false},
		{"255.255.255.255:1", false},      /* broadcast */
		{"224.0.0.1:1", false},            /* multicast */
		{"239.255.255.255:1", false},
		{"[ff02::1]:1", false},
		{"169.254.0.1:1", false},          /* link-local */
		{"169.254.255.255:1", false},
		{"[fe80::1]:1", false},
		{"[febf:ffff::1]:1", false},
		{"[::ffff:169.254.1.1]:1", false}, /* and mapped */
		{"[::ffff:0.0.0.0]:1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kith_addr a = scan(rows[i].text);

		if (kith_addr_is_usable(&a) != rows[i].usable)
			fail_msg("%s is %susable", rows[i].text, rows[i].usable ? "not " : "");
	}
}

static void only_families_4_and_6_are_usable(void **state)
{
	struct kith_addr a = scan("10.0.0.1:1");
	/* As it must never be made: v4-mapped, but not normalised. */
	struct kith_addr mapped = {.ip = {[10] = 0xff, 0xff, 10, 0, 0, 1}, .port = 1, .family = 6};

	(void)state;
	a.family = 0;
	assert_false(kith_addr_is_usable(&a));
	a.family = 5;
	assert_false(kith_addr_is_usable(&a));
	assert_false(kith_addr_is_usable(&mapped));
}

static void loopback_and_unspecified(void **state)
{
	static const char *const loopback[] = {"127.0.0.1", "127.255.255.255:1", "::1", "[::1]:9"};
	static const char *const other[] = {"126.0.0.1", "128.0.0.1", "::2", "1::1", "7f00::"};
	struct kith_addr a;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		a = scan(loopback[i]);
		assert_true(kith_addr_is_loopback(&a));
		assert_false(kith_addr_is_unspecified(&a));
	}
	for (size_t i = 0; i < 5; i++) {
		a = scan(other[i]);
		assert_false(kith_addr_is_loopback(&a));
		assert_false(kith_addr_is_unspecified(&a));
	}
	a = scan("0.0.0.0:5");
	assert_true(kith_addr_is_unspecified(&a));
	a = scan("[::]:5");
	assert_true(kith_addr_is_unspecified(&a));
}

static void addresses_are_ordered(void **state)
{
	static const char *const order[] = {"1.2.3.4:1", "1.2.3.4:2", "1.2.3.5:1", "9.0.0.0:1",
					    "[::1]:1",   "[::1]:2",   "[1::]:1",   "[9::]:1"};

	(void)state;
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 8; j++) {
			struct kith_addr a = scan(order[i]), b = scan(order[j]);
			int got = kith_addr_cmp(&a, &b);

			assert_int_equal((got > 0) - (got < 0), (i > j) - (i < j));
			assert_int_equal(kith_addr_eq(&a, &b), i == j);
		}
}

static void the_same_host_at_another_port(void **state)
{
	struct kith_addr a = scan("10.0.0.1:1"), b = scan("10.0.0.1:2"), c = scan("10.0.0.2:1");
	struct kith_addr d = scan("[a00:1::]:1");

	(void)state;
	assert_true(kith_addr_same_host(&a, &b));
	assert_false(kith_addr_same_host(&a, &c));
	assert_false(kith_addr_same_host(&a, &d)); /* the same bytes, another family */
}

static void a_host_has_no_port(void **state)
{
	static const char *const hosts[] = {"10.0.0.5", "fd00::5", "::1", "Web-1.example.org", "x_y", "1.2.3"};
	static const char *const others[] = {"", "10.0.0.5:80", "10.0.0.5:0", "[fd00::5]", "[fd00::5]:80", "a b",
					     "-x", ".x", "fe80::1%eth0", "a:80", "\xC3\xA4"};
	char longest[255];

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		assert_true(kith_addr_is_host(hosts[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(kith_addr_is_host(others[i]));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[254] = '\0';
	assert_false(kith_addr_is_host(longest));
	longest[253] = '\0';
	assert_true(kith_addr_is_host(longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_are_scanned_and_printed),
		cmocka_unit_test(everything_else_is_refused),
		cmocka_unit_test(the_default_port_fills_in),
		cmocka_unit_test(random_addresses_come_back),
		cmocka_unit_test(printing_minds_its_room),
		cmocka_unit_test(mapped_addresses_are_normalised),
		cmocka_unit_test(usable_is_what_can_be_dialled),
		cmocka_unit_test(only_families_4_and_6_are_usable),
		cmocka_unit_test(loopback_and_unspecified),
		cmocka_unit_test(addresses_are_ordered),
		cmocka_unit_test(the_same_host_at_another_port),
		cmocka_unit_test(a_host_has_no_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
