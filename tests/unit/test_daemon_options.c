/* SPDX-License-Identifier: ISC */
#include "daemon/options.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const struct kith_option *option(enum kith_option_id id)
{
	return &kith_options[id];
}

static void good(enum kith_option_id id, const char *text, int64_t number)
{
	char wrong[256];
	int64_t v = -1;

	if (kith_option_value(option(id), text, &v, wrong, sizeof wrong) != 0)
		fail_msg("'%s': %s", text, wrong);
	assert_int_equal(v, number);
}

static void bad(enum kith_option_id id, const char *text, const char *sentence)
{
	char wrong[256];
	int64_t v = -1;

	assert_int_equal(kith_option_value(option(id), text, &v, wrong, sizeof wrong), -1);
	assert_string_equal(wrong, sentence);
	assert_int_equal(v, -1);
}

static void durations(void **state)
{
	const enum kith_option_id id = KITH_OPTION_TIMING_RESTART_GRACE;
	const char *not = " is not a duration (use 500ms, 5s, 2m, 1h, 1d)";
	static const char *const words[] = {"5x", "5", "", "s", "-1s", "1.5s", "5 s", "1h1m",
					    "9999999999s"};
	char sentence[128];

	(void)state;
	good(id, "0", 0);
	good(id, "0s", 0);
	good(id, "1500ms", 1500000);
	good(id, "5s", 5 * KITH_SECOND);
	good(id, "5m", 300 * KITH_SECOND);
	bad(id, "6m", "must be 0 to 5m");
	bad(id, "301s", "must be 0 to 5m");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		snprintf(sentence, sizeof sentence, "'%s'%s", words[i], not);
		bad(id, words[i], sentence);
	}
	good(KITH_OPTION_TIMING_PROBE_INTERVAL, "100ms", 100 * KITH_MS);
	bad(KITH_OPTION_TIMING_PROBE_INTERVAL, "99ms", "must be 100ms to 1m");
	good(KITH_OPTION_TIMING_FORGET_AFTER, "30d", 30 * 86400 * KITH_SECOND);
}

static void counts_and_words(void **state)
{
	(void)state;
	good(KITH_OPTION_LIMITS_MAX_MEMBERS, "2", 2);
	good(KITH_OPTION_LIMITS_MAX_MEMBERS, "65536", 65536);
	bad(KITH_OPTION_LIMITS_MAX_MEMBERS, "1", "must be 2 to 65536");
	bad(KITH_OPTION_LIMITS_MAX_MEMBERS, "65537", "must be 2 to 65536");
	bad(KITH_OPTION_LIMITS_MAX_MEMBERS, "9x", "'9x' is not a whole number");
	good(KITH_OPTION_LOG_LEVEL, "error", 0);
	good(KITH_OPTION_LOG_LEVEL, "debug", 3);
	bad(KITH_OPTION_LOG_LEVEL, "warn", "'warn' is none of: error warning info debug");
	bad(KITH_OPTION_LOG_LEVEL, "", "'' is none of: error warning info debug");
}

static void domains(void **state)
{
	const enum kith_option_id id = KITH_OPTION_DNS_DOMAIN;
	static const char *const words[] = {"", ".", "a..b", ".a", "Consul", "a b", "a/b"};
	const char *not = " is not a domain (use kith.internal: a-z, 0-9, '-', '_' and dots)";
	char sentence[256];

	(void)state;
	good(id, "kith.internal", 0);
	good(id, "consul.", 0);
	good(id, "_x.a-1", 0);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		snprintf(sentence, sizeof sentence, "'%s'%s", words[i], not);
		bad(id, words[i], sentence);
	}
	good(KITH_OPTION_DNS_TTL, "1d", 86400 * KITH_SECOND);
	bad(KITH_OPTION_DNS_UDP_LIMIT, "511", "must be 512 to 4096");
	bad(KITH_OPTION_DNS_UDP_LIMIT, "4097", "must be 512 to 4096");
	bad(KITH_OPTION_DNS_RATE, "0", "must be 1 to 65536");
}

static void addresses(void **state)
{
	const struct kith_option *listen = option(KITH_OPTION_NETWORK_LISTEN);
	const struct kith_option *advertise = option(KITH_OPTION_NETWORK_ADVERTISE);
	static const char *const listens[] = {"[::]:5484", "0.0.0.0", "127.0.0.1:0", "[::1]:0",
					      "[::]:0", "10.0.0.5:1", "::"};
	static const char *const not_listens[] = {"", "auto", "a.example", "224.0.0.1", ":80",
						  "10.0.0.5:65536", "::x"};
	static const char *const advertised[] = {"auto", "10.0.0.5", "[fd00::5]:7000", "fd00::5"};
	static const char *const not_advertised[] = {"0.0.0.0", "fe80::1", "x", "", "[::]:5484"};
	char wrong[256];
	int64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof listens / sizeof *listens; i++)
		good(KITH_OPTION_NETWORK_LISTEN, listens[i], 0);
	for (size_t i = 0; i < sizeof not_listens / sizeof *not_listens; i++)
		if (kith_option_value(option(KITH_OPTION_NETWORK_LISTEN), not_listens[i], &v, wrong,
				      sizeof wrong) == 0)
			fail_msg("'%s' was taken", not_listens[i]);
	for (size_t i = 0; i < sizeof advertised / sizeof *advertised; i++)
		good(KITH_OPTION_NETWORK_ADVERTISE, advertised[i], 0);
	for (size_t i = 0; i < sizeof not_advertised / sizeof *not_advertised; i++)
		if (kith_option_value(option(KITH_OPTION_NETWORK_ADVERTISE), not_advertised[i], &v,
				      wrong, sizeof wrong) == 0)
			fail_msg("'%s' was taken", not_advertised[i]);
	assert_int_equal(kith_option_addr(listen, "[::]:0").port, 0);
	assert_int_equal(kith_option_addr(listen, "[::]:0").family, 6);
	assert_int_equal(kith_option_addr(listen, "127.0.0.1:0").family, 4);
	assert_int_equal(kith_option_addr(listen, "127.0.0.1:0").port, 0);
	assert_int_equal(kith_option_addr(listen, "10.0.0.5:77").port, 77);
	assert_int_equal(kith_option_addr(listen, "10.0.0.5").port, 5484);
	assert_int_equal(kith_option_addr(option(KITH_OPTION_DNS_LISTEN), "::1").port, 5486);
	assert_int_equal(kith_option_addr(advertise, "auto").family, 0);
	assert_int_equal(kith_option_addr(advertise, "10.0.0.5").port, 0);
	assert_int_equal(kith_option_addr(advertise, "10.0.0.5:77").port, 77);
}

static void texts(void **state)
{
	(void)state;
	good(KITH_OPTION_NODE_TAG, "role=web=2", 0);
	good(KITH_OPTION_NODE_TAG, "empty=", 0);
	bad(KITH_OPTION_NODE_TAG, "role", "'role' is not a tag (use KEY=VALUE)");
	bad(KITH_OPTION_NODE_TAG, "=x", "'=x' is not a tag (use KEY=VALUE)");
	good(KITH_OPTION_NODE_ZONE, "eu-1", 0);
	bad(KITH_OPTION_NODE_ZONE, "EU", "'EU' is not a name (a-z, 0-9, '.' and '-')");
	good(KITH_OPTION_CONTROL_GROUP, "root", 0);
	bad(KITH_OPTION_CONTROL_GROUP, "no-such-group-here",
	    "there is no such group on this host (groupadd makes one): 'no-such-group-here'");
	bad(KITH_OPTION_CLUSTER_SEED, "10.0.0.300",
	    "'10.0.0.300' is not an address or host name that can be dialled (use seed.example.org or "
	    "10.0.0.1:5484)");
	bad(KITH_OPTION_SECURITY_AUTHORITY, "abc",
	    "'abc' is not a key of 48 characters with a checksum that fits");
}

/* What the table says about itself must hold. */
static void the_table(void **state)
{
	char wrong[256];
	int64_t v;

	(void)state;
	for (int i = 0; i < KITH_OPTION_COUNT; i++) {
		const struct kith_option *o = &kith_options[i];

		assert_int_equal(kith_option_find(o->section, o->key), i);
		assert_true(kith_option_has_section(o->section));
		assert_in_range(o->most, 1, KITH_OPTION_VALUES_MAX);
		assert_true(strlen(o->help) > 10);
		if (*o->preset != '\0')
			assert_int_equal(kith_option_value(o, o->preset, &v, wrong, sizeof wrong), 0);
	}
	assert_int_equal(kith_option_find("node", "listen"), KITH_OPTION_COUNT);
	assert_false(kith_option_has_section("nodes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(counts_and_words),
		cmocka_unit_test(domains),
		cmocka_unit_test(addresses),
		cmocka_unit_test(texts),
		cmocka_unit_test(the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
