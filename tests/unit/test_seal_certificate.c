/* SPDX-License-Identifier: ISC */
/* seal/certificate: layout, alphabets, and that nothing but the authority's own bytes verifies. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/cur.h"
#include "unit/seal_fixture.h"

static struct seal_world w;

static struct kith_certificate sample(void)
{
	struct kith_certificate c = {
		.rights = 0x85,
		.serial = 0x0102030405060708,
		.not_after = 0x11121314,
		.name = "web-1.fra",
		.zone = "fra",
		.roles = "web-* db",
	};

	memcpy(c.identity, w.a.id.pk, sizeof(c.identity));
	return c;
}

static size_t issue(struct kith_certificate *c, uint8_t out[KITH_CERTIFICATE_MAX])
{
	size_t len = KITH_CERTIFICATE_MAX;

	assert_int_equal(kith_cert_sign(c, &w.authority, &w.cid, out, &len), 0);
	return len;
}

static int verify(const uint8_t *p, size_t len)
{
	return kith_cert_verify(p, len, w.authority.pk, &w.cid);
}

static void layout(void **state)
{
	struct kith_certificate c = sample(), got;
	uint8_t p[KITH_CERTIFICATE_MAX], issuer[16];
	size_t len = issue(&c, p);

	(void)state;
	kith_authority_id(issuer, w.authority.pk);
	assert_int_equal(len, 62 + 10 + 4 + 9 + 64);
	assert_int_equal(p[0], 1);
	assert_int_equal(p[1], 0x85);
	assert_memory_equal(p + 2, issuer, 16);
	assert_memory_equal(c.issuer, issuer, 16);
	assert_memory_equal(p + 18, w.a.id.pk, 32);
	assert_int_equal(kith_get_u64(p + 50), 0x0102030405060708);
	assert_int_equal(kith_get_u32(p + 58), 0x11121314);
	assert_memory_equal(p + 62, "\x09web-1.fra\x03" "fra\x08web-* db", 23);
	assert_int_equal(kith_cert_read(p, len, &got), 0);
	assert_memory_equal(&got, &c, sizeof(c));
	assert_int_equal(verify(p, len), 0);
}

static void shortest_and_longest(void **state)
{
	struct kith_certificate c = sample(), got;
	uint8_t p[KITH_CERTIFICATE_MAX];
	size_t len;

	(void)state;
	memset(c.name, 0, sizeof(c.name));
	memset(c.zone, 0, sizeof(c.zone));
	memset(c.roles, 0, sizeof(c.roles));
	c.name[0] = 'a';
	len = issue(&c, p);
	assert_int_equal(len, KITH_CERTIFICATE_MIN);
	assert_int_equal(kith_cert_read(p, len, &got), 0);
	assert_memory_equal(&got, &c, sizeof(c));

	memset(c.name, 'n', KITH_NAME_MAX);
	memset(c.zone, 'z', KITH_ZONE_MAX);
	memset(c.roles, 'r', KITH_ROLES_MAX);
	len = issue(&c, p);
	assert_int_equal(len, KITH_CERTIFICATE_MAX);
	assert_int_equal(kith_cert_read(p, len, &got), 0);
	assert_memory_equal(&got, &c, sizeof(c));
	assert_int_equal(verify(p, len), 0);
}

/* Signing and reading judge by the same rule; the reader is shown bytes that no signer makes. */
static void alphabets(void **state)
{
	static const struct {
		const char *name, *zone, *roles;
		int fine;
	} table[] = {
		{"a", "", "", 1},
		{"0.a-b", "z9", "a b c", 1},
		{"a", "", "db/*:[0-9]?~!", 1},
		{"", "", "", 0},
		{"A", "", "", 0},
		{"a_b", "", "", 0},
		{"-a", "", "", 0},
		{".a", "", "", 0},
		{"a b", "", "", 0},
		{"\xc3\xa4", "", "", 0},
		{"a", "Z", "", 0},
		{"a", "-z", "", 0},
		{"a", "z/", "", 0},
		{"a", "", " a", 0},
		{"a", "", "a ", 0},
		{"a", "", " ", 0},
		{"a", "", "a  b", 0},
		{"a", "", "a\tb", 0},
		{"a", "", "a\n", 0},
		{"a", "", "a\x7f", 0},
		{"a", "", "\xc3\xa4", 0},
		{"a", "", "\x1b[2J", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct kith_certificate c = sample(), got = sample();
		uint8_t p[KITH_CERTIFICATE_MAX] = {1};
		size_t len = sizeof(p);
		struct kith_wr wr;

		memcpy(c.name, table[i].name, strlen(table[i].name) + 1);
		memcpy(c.zone, table[i].zone, strlen(table[i].zone) + 1);
		memcpy(c.roles, table[i].roles, strlen(table[i].roles) + 1);
		assert_int_equal(kith_cert_sign(&c, &w.authority, &w.cid, p, &len),
				 table[i].fine ? 0 : KITH_EINVAL);
		p[0] = 1;
		kith_wr_init(&wr, p + 62, sizeof(p) - 62);
		kith_wr_text8(&wr, c.name);
		kith_wr_text8(&wr, c.zone);
		kith_wr_text8(&wr, c.roles);
		kith_wr_zero(&wr, KITH_SIG_LEN);
		assert_false(wr.bad);
		assert_int_equal(kith_cert_read(p, 62 + kith_wr_len(&wr), &got),
				 table[i].fine ? 0 : KITH_EMALFORMED);
		if (!table[i].fine)
			assert_string_equal(got.name, "web-1.fra"); /* untouched */
	}
}

static void signing_refuses(void **state)
{
	struct kith_certificate c = sample();
	uint8_t p[KITH_CERTIFICATE_MAX];
	size_t need = issue(&c, p);

	(void)state;
	for (size_t room = 0; room < need; room++) {
		size_t len = room;
		uint8_t *exact = malloc(room + 1); /* a sanitizer sees a write past it */

		assert_non_null(exact);
		assert_int_equal(kith_cert_sign(&c, &w.authority, &w.cid, exact, &len),
				 KITH_EINVAL);
		assert_int_equal(len, room);
		free(exact);
	}
	memset(c.name, 'a', sizeof(c.name));
	need = sizeof(p);
	assert_int_equal(kith_cert_sign(&c, &w.authority, &w.cid, p, &need), KITH_EINVAL);
	c = sample();
	memset(c.zone, 'a', sizeof(c.zone));
	assert_int_equal(kith_cert_sign(&c, &w.authority, &w.cid, p, &need), KITH_EINVAL);
	c = sample();
	memset(c.roles, 'a', sizeof(c.roles));
	assert_int_equal(kith_cert_sign(&c, &w.authority, &w.cid, p, &need), KITH_EINVAL);
}

static void lengths_that_lie(void **state)
{
	struct kith_certificate c = sample(), got;
	uint8_t p[KITH_CERTIFICATE_MAX + 1] = {0};
	size_t len = issue(&c, p);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut + 1);

		assert_non_null(exact);
		memcpy(exact, p, cut);
		assert_int_equal(kith_cert_read(exact, cut, &got), KITH_EMALFORMED);
		free(exact);
	}
	for (size_t more = len + 1; more <= sizeof(p); more++)
		assert_int_equal(kith_cert_read(p, more, &got), KITH_EMALFORMED);
	/* Each length byte one up or down, or at its ends. */
	for (size_t at = 62; at < 62 + 23; at = at + 1 + p[at]) {
		uint8_t was = p[at];
		const uint8_t lies[] = {0, (uint8_t)(was - 1), (uint8_t)(was + 1), 128, 255};

		for (size_t i = 0; i < sizeof(lies); i++) {
			p[at] = lies[i];
			assert_int_equal(kith_cert_read(p, len, &got), KITH_EMALFORMED);
		}
		p[at] = was;
	}
	p[0] = 2;
	assert_int_equal(kith_cert_read(p, len, &got), KITH_EMALFORMED);
}

static void every_byte_is_signed(void **state)
{
	struct kith_certificate c = sample();
	uint8_t p[KITH_CERTIFICATE_MAX];
	size_t len = issue(&c, p);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		for (int bit = 0; bit < 8; bit += 7) {
			p[i] ^= (uint8_t)(1 << bit);
			assert_int_equal(verify(p, len), KITH_ECERT);
			p[i] ^= (uint8_t)(1 << bit);
		}
	}
	assert_int_equal(verify(p, len), 0);
}

static void only_the_authority_in_its_cluster(void **state)
{
	struct kith_certificate c = sample();
	struct kith_cid other;
	uint8_t p[KITH_CERTIFICATE_MAX];
	size_t len = issue(&c, p), self_len = sizeof(p);

	(void)state;
	kith_cid_make(&other, "other");
	assert_int_equal(kith_cert_verify(p, len, w.authority.pk, &other), KITH_ECERT);
	assert_int_equal(kith_cert_verify(p, len, w.b.id.pk, &w.cid), KITH_ECERT);
	/* A member signs one for itself and names the authority as its issuer. */
	assert_int_equal(kith_cert_sign(&c, &w.a.id, &w.cid, p, &self_len), 0);
	assert_int_equal(verify(p, self_len), KITH_ECERT);
	kith_authority_id(p + 2, w.authority.pk);
	kith_sign(&w.a.id, KITH_LABEL_CERT, &w.cid, p, self_len - 64, p + self_len - 64);
	assert_int_equal(verify(p, self_len), KITH_ECERT);
	/* The authority signs bytes that name another issuer. */
	kith_authority_id(p + 2, w.b.id.pk);
	kith_sign(&w.authority, KITH_LABEL_CERT, &w.cid, p, self_len - 64, p + self_len - 64);
	assert_int_equal(verify(p, self_len), KITH_ECERT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),
		cmocka_unit_test(shortest_and_longest),
		cmocka_unit_test(alphabets),
		cmocka_unit_test(signing_refuses),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(every_byte_is_signed),
		cmocka_unit_test(only_the_authority_in_its_cluster),
	};

	seal_world_make(&w);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
