/* SPDX-License-Identifier: ISC */
/*
 * The public calls that need no node, as an embedder links them: keys and certificates, addresses,
 * the words for codes, the version.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <kith/kith.h>

#define CLUSTER "prod-eu"

static const uint8_t authority_seed[KITH_KEY_LEN] = {1, 2, 3};
static const uint8_t member_seed[KITH_KEY_LEN] = {4, 5, 6};

static void certificate_of_web(struct kith_certificate *c)
{
	memset(c, 0, sizeof(*c));
	c->rights = KITH_RIGHT_SERVICE | KITH_RIGHT_EVENT;
	c->serial = 1700000000000u;
	c->not_after = 1800000000u;
	assert_int_equal(kith_identity_public(member_seed, c->identity, NULL), 0);
	memcpy(c->name, "web-1", sizeof("web-1"));
	memcpy(c->zone, "a", sizeof("a"));
}

static size_t signed_certificate(uint8_t out[KITH_CERTIFICATE_MAX])
{
	struct kith_certificate c;
	size_t len = KITH_CERTIFICATE_MAX;

	certificate_of_web(&c);
	assert_int_equal(kith_certificate_sign(&c, authority_seed, CLUSTER, out, &len), 0);
	assert_in_range(len, 64, KITH_CERTIFICATE_MAX);
	return len;
}

static void certificate_goes_there_and_back(void **state)
{
	struct kith_certificate want, got;
	uint8_t bytes[KITH_CERTIFICATE_MAX], authority[KITH_KEY_LEN];
	size_t len = signed_certificate(bytes);

	(void)state;
	certificate_of_web(&want);
	assert_int_equal(kith_identity_public(authority_seed, authority, NULL), 0);
	assert_int_equal(kith_certificate_verify(bytes, len, authority, CLUSTER, &got), 0);
	assert_int_equal(got.rights, want.rights);
	assert_int_equal(got.serial, want.serial);
	assert_int_equal(got.not_after, want.not_after);
	assert_memory_equal(got.identity, want.identity, sizeof(want.identity));
	assert_string_equal(got.name, "web-1");
	assert_string_equal(got.zone, "a");
	assert_string_equal(got.roles, "");
}

static void certificate_is_refused(void **state)
{
	struct kith_certificate got;
	uint8_t bytes[KITH_CERTIFICATE_MAX], authority[KITH_KEY_LEN], other[KITH_KEY_LEN];
	size_t len = signed_certificate(bytes);

	(void)state;
	assert_int_equal(kith_identity_public(authority_seed, authority, NULL), 0);
	assert_int_equal(kith_identity_public(member_seed, other, NULL), 0);
	memset(&got, 0x55, sizeof(got));
	/* Another authority, another cluster, any single bit, any shorter length. */
	assert_int_equal(kith_certificate_verify(bytes, len, other, CLUSTER, &got), KITH_ECERT);
	assert_int_equal(kith_certificate_verify(bytes, len, authority, "prod-us", &got),
			 KITH_ECERT);
	for (size_t bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(
			kith_certificate_verify(bytes, len, authority, CLUSTER, &got), 0);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(kith_certificate_read(bytes, cut, &got), KITH_EMALFORMED);
	/* Out-parameters are written on success only. */
	for (size_t i = 0; i < sizeof(got); i++)
		assert_int_equal(((const uint8_t *)&got)[i], 0x55);
	assert_int_equal(kith_certificate_read(bytes, len, &got), 0);
	assert_string_equal(got.name, "web-1");
}

static void certificate_needs_room_and_sense(void **state)
{
	struct kith_certificate c;
	uint8_t bytes[KITH_CERTIFICATE_MAX];
	size_t fits = signed_certificate(bytes), len = fits - 1;

	(void)state;
	certificate_of_web(&c);
	assert_int_equal(kith_certificate_sign(&c, authority_seed, CLUSTER, bytes, &len),
			 KITH_EINVAL);
	len = fits;
	assert_int_equal(kith_certificate_sign(&c, authority_seed, CLUSTER, bytes, &len), 0);
	len = sizeof(bytes);
	c.name[0] = 'W'; /* names are lower case */
	assert_int_equal(kith_certificate_sign(&c, authority_seed, CLUSTER, bytes, &len),
			 KITH_EINVAL);
}

static void a_revocation_names_whom_it_expels(void **state)
{
	uint8_t bytes[KITH_REVOCATION_SIZE], other[KITH_REVOCATION_SIZE];
	struct kith_mid target, read;

	(void)state;
	assert_int_equal(kith_identity_public(member_seed, NULL, &target), 0);
	assert_int_equal(kith_revocation_sign(&target, 2000000000, 1800000000000, authority_seed,
					      CLUSTER, bytes),
			 0);
	assert_int_equal(kith_revocation_read(bytes, sizeof(bytes), &read), 0);
	assert_memory_equal(&read, &target, sizeof(target));
	assert_int_equal(kith_revocation_read(bytes, sizeof(bytes) - 1, &read), KITH_EMALFORMED);
	assert_int_equal(kith_revocation_sign(&target, 2000000000, 1800000000000, authority_seed,
					      "other", other),
			 0);
	assert_memory_not_equal(bytes, other, sizeof(bytes));
	bytes[1] = 1; /* a member record's kind */
	assert_int_equal(kith_revocation_read(bytes, sizeof(bytes), &read), KITH_EMALFORMED);
	assert_int_equal(kith_revocation_sign(&target, 2000000000, -1, authority_seed, CLUSTER, other),
			 KITH_EINVAL);
	assert_int_equal(kith_revocation_sign(&target, 2000000000, 0, authority_seed, "no name", other),
			 KITH_EINVAL);
	assert_int_equal(kith_revocation_read(NULL, 0, &read), KITH_EINVAL);
}

static void member_id_follows_the_key(void **state)
{
	struct kith_mid one, same, other;
	uint8_t key[KITH_KEY_LEN];

	(void)state;
	assert_int_equal(kith_identity_public(member_seed, key, &one), 0);
	assert_int_equal(kith_identity_public(member_seed, NULL, &same), 0);
	assert_int_equal(kith_identity_public(authority_seed, NULL, &other), 0);
	assert_memory_equal(&one, &same, sizeof(one));
	assert_memory_not_equal(&one, &other, sizeof(one));
	assert_int_equal(kith_identity_public(NULL, key, NULL), KITH_EINVAL);
}

static void addresses_go_there_and_back(void **state)
{
	static const struct {
		const char *text, *back;
		uint8_t family;
	} rows[] = {
		{"10.0.0.1:5484", "10.0.0.1:5484", 4},
		{"10.0.0.1", "10.0.0.1:99", 4},
		{"[fd00::1]:5484", "[fd00::1]:5484", 6},
		{"::1", "[::1]:99", 6},
		{"[::ffff:10.0.0.1]:7", "10.0.0.1:7", 4},
		{"", NULL, 0},
		{"localhost:1", NULL, 0},
		{"10.0.0.256:1", NULL, 0},
		{"10.0.0.1:65536", NULL, 0},
		{"[fd00::1", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kith_addr a;
		char text[56];
		int r = kith_addr_parse(rows[i].text, 99, &a);

		if (!rows[i].back) {
			assert_int_equal(r, KITH_EINVAL);
			continue;
		}
		assert_int_equal(r, 0);
		assert_int_equal(a.family, rows[i].family);
		assert_string_equal(kith_addr_text(&a, text, sizeof(text)), rows[i].back);
	}
}

static void every_code_has_its_word(void **state)
{
	(void)state;
#define X(name, value, fatal, sentence) \
	assert_string_equal(kith_strerror(KITH_E##name), sentence); \
	assert_int_equal(kith_err_is_fatal(KITH_E##name), fatal);
	KITH_ERRORS(X)
#undef X
	assert_non_null(kith_strerror(-9999));
	assert_false(kith_err_is_fatal(0));
#define X(upper, lower, help) assert_string_equal(kith_status_name(KITH_STATUS_##upper), #lower);
	KITH_STATUSES(X)
#undef X
	assert_string_equal(kith_status_name(KITH_STATUS_COUNT), "?");
#define X(upper, lower, help) assert_string_equal(kith_event_name(KITH_EVENT_##upper), #lower);
	KITH_EVENTS(X)
#undef X
	assert_string_equal(kith_event_name(KITH_EVENT_COUNT), "?");
}

static void version_is_three_numbers(void **state)
{
	int major, minor, patch;

	(void)state;
	assert_int_equal(sscanf(kith_version(), "%d.%d.%d", &major, &minor, &patch), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_goes_there_and_back),
		cmocka_unit_test(certificate_is_refused),
		cmocka_unit_test(certificate_needs_room_and_sense),
		cmocka_unit_test(a_revocation_names_whom_it_expels),
		cmocka_unit_test(member_id_follows_the_key),
		cmocka_unit_test(addresses_go_there_and_back),
		cmocka_unit_test(every_code_has_its_word),
		cmocka_unit_test(version_is_three_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
