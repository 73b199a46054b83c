/* SPDX-License-Identifier: ISC */
#include "cli/admit.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>

static struct kith_cli cli;
static struct kith_authority_file authority;
static uint8_t seed[KITH_KEY_LEN], key[KITH_KEY_LEN];

static int setup(void **state)
{
	(void)state;
	memset(&cli, 0, sizeof(cli));
	assert_int_equal(kith_admit_authority(&cli, "prod", &authority), KITH_EXIT_YES);
	assert_int_equal(kith_admit_key(&cli, seed), KITH_EXIT_YES);
	assert_int_equal(kith_admit_identity(&cli, seed, key, NULL), KITH_EXIT_YES);
	return 0;
}

static struct kith_admit words(const char *name)
{
	struct kith_admit m = {.name = name, .zone = "a", .services = "web-* db", .days = 7};

	memcpy(m.identity, key, sizeof(key));
	return m;
}

static void keys_are_fresh(void **state)
{
	uint8_t other[KITH_KEY_LEN], zero[KITH_KEY_LEN] = {0};

	(void)state;
	assert_int_equal(kith_admit_key(&cli, other), KITH_EXIT_YES);
	assert_memory_not_equal(seed, other, sizeof(seed));
	assert_memory_not_equal(authority.seed, authority.cluster_keys[0], sizeof(seed));
	assert_memory_not_equal(authority.seed, zero, sizeof(zero));
	assert_int_equal(authority.cluster_key_count, 1);
}

static void an_admitted_member_is_judged_good(void **state)
{
	struct kith_admit m = words("web-1");
	struct kith_certificate cert;
	struct kith_idfile f;
	uint32_t not_after;
	time_t now = time(NULL);

	(void)state;
	assert_int_equal(kith_admit_member(&cli, &authority, &m, &f, &not_after), KITH_EXIT_YES);
	assert_string_equal(f.cluster, "prod");
	assert_string_equal(f.name, "web-1");
	assert_int_equal(f.authority_count, 1);
	assert_memory_equal(f.cluster_keys[0], authority.cluster_keys[0], KITH_KEY_LEN);
	assert_in_range(not_after, now + 7 * 86400 - 1, now + 7 * 86400 + 60);
	assert_int_equal(kith_admit_judge(&cli, &f, key, &cert), KITH_EXIT_YES);
	assert_string_equal(cert.zone, "a");
	assert_string_equal(cert.roles, "web-* db");
	assert_int_equal(cert.rights, KITH_RIGHT_EVENT | KITH_RIGHT_QUERY | KITH_RIGHT_SERVICE);
}

static void without_services_no_right_to_offer_any(void **state)
{
	struct kith_admit m = words("web-1");
	struct kith_certificate cert;
	struct kith_idfile f;
	uint32_t not_after;

	(void)state;
	m.services = "";
	assert_int_equal(kith_admit_member(&cli, &authority, &m, &f, &not_after), KITH_EXIT_YES);
	assert_int_equal(kith_admit_judge(&cli, &f, key, &cert), KITH_EXIT_YES);
	assert_int_equal(cert.rights & KITH_RIGHT_SERVICE, 0);
}

static void what_is_not_ours_is_refused(void **state)
{
	struct kith_admit m = words("web-1");
	struct kith_certificate cert;
	struct kith_idfile good, f;
	uint8_t other[KITH_KEY_LEN];
	uint32_t not_after;

	(void)state;
	assert_int_equal(kith_admit_member(&cli, &authority, &m, &good, &not_after), KITH_EXIT_YES);
	f = good;
	memcpy(f.cluster, "dev", 4);
	assert_int_equal(kith_admit_judge(&cli, &f, key, &cert), KITH_EXIT_CONFIG);
	f = good;
	f.authorities[0][0] ^= 1;
	assert_int_equal(kith_admit_judge(&cli, &f, key, &cert), KITH_EXIT_CONFIG);
	f = good;
	f.certificate[f.certificate_len - 1] ^= 1;
	assert_int_equal(kith_admit_judge(&cli, &f, key, &cert), KITH_EXIT_CONFIG);
	f = good;
	memcpy(f.name, "web-2", 6);
	assert_int_equal(kith_admit_judge(&cli, &f, key, &cert), KITH_EXIT_CONFIG);
	memcpy(other, key, sizeof(other));
	other[5] ^= 1;
	assert_int_equal(kith_admit_judge(&cli, &good, other, &cert), KITH_EXIT_CONFIG);
}

static void an_expired_certificate_is_refused(void **state)
{
	struct kith_admit m = words("web-1");
	struct kith_certificate cert;
	struct kith_idfile f;
	uint32_t not_after;

	(void)state;
	m.days = 0; /* the command line does not allow it: ends this second */
	assert_int_equal(kith_admit_member(&cli, &authority, &m, &f, &not_after), KITH_EXIT_YES);
	assert_int_equal(kith_admit_judge(&cli, &f, key, &cert), KITH_EXIT_CONFIG);
	assert_string_equal(cli.failure.code, "certificate_expired");
}

static void names_have_an_alphabet(void **state)
{
	static const char *const bad[] = {"", "Web-1", "web_1", "-web", ".web", "w b", "w\303\251"};
	char longer[KITH_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct kith_admit m = words(bad[i]);

		assert_int_equal(kith_admit_check(&cli, &m), KITH_EXIT_USAGE);
	}
	memset(longer, 'a', sizeof(longer));
	longer[KITH_NAME_MAX + 1] = '\0';
	assert_int_equal(kith_admit_check(&cli, &(struct kith_admit){longer, "", "", 1, {0}, false}),
			 KITH_EXIT_USAGE);
	longer[KITH_NAME_MAX] = '\0';
	assert_int_equal(kith_admit_check(&cli, &(struct kith_admit){longer, "", "", 1, {0}, false}),
			 KITH_EXIT_YES);
	assert_int_equal(kith_admit_check(&cli, &(struct kith_admit){"a", "Zone", "", 1, {0}, false}),
			 KITH_EXIT_USAGE);
	assert_int_equal(kith_admit_authority(&cli, "Prod", &authority), KITH_EXIT_USAGE);
}

static void the_longest_words_still_fit(void **state)
{
	char name[KITH_NAME_MAX + 1], zone[KITH_ZONE_MAX + 1], services[KITH_ROLES_MAX + 2];
	struct kith_admit m = {.name = name, .zone = zone, .services = services, .days = 3650};
	struct kith_idfile f;
	uint32_t not_after;

	(void)state;
	memset(name, 'n', KITH_NAME_MAX);
	name[KITH_NAME_MAX] = '\0';
	memset(zone, 'z', KITH_ZONE_MAX);
	zone[KITH_ZONE_MAX] = '\0';
	memset(services, 's', KITH_ROLES_MAX + 1);
	services[KITH_ROLES_MAX] = '\0';
	memcpy(m.identity, key, sizeof(key));
	assert_int_equal(kith_admit_member(&cli, &authority, &m, &f, &not_after), KITH_EXIT_YES);
	assert_int_equal(f.certificate_len, KITH_CERTIFICATE_MAX);
	services[KITH_ROLES_MAX] = 's';
	services[KITH_ROLES_MAX + 1] = '\0';
	assert_int_equal(kith_admit_check(&cli, &m), KITH_EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(keys_are_fresh, setup),
		cmocka_unit_test_setup(an_admitted_member_is_judged_good, setup),
		cmocka_unit_test_setup(without_services_no_right_to_offer_any, setup),
		cmocka_unit_test_setup(what_is_not_ours_is_refused, setup),
		cmocka_unit_test_setup(an_expired_certificate_is_refused, setup),
		cmocka_unit_test_setup(names_have_an_alphabet, setup),
		cmocka_unit_test_setup(the_longest_words_still_fit, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
