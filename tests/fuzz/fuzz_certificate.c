/* SPDX-License-Identifier: ISC */
/*
 * Bytes as a certificate. What can be read has one spelling: signing what was read gives the same
 * bytes, but for issuer and signature; and it verifies only if it is what the authority signed.
 */
#include "unit/seal_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

static struct seal_world w;

static void is_terminated(const char *text, size_t size)
{
	KITH_ASSERT(memchr(text, '\0', size) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	struct kith_certificate c, before;
	uint8_t again[KITH_CERTIFICATE_MAX];
	size_t again_len = sizeof(again);
	int rc;

	if (w.a.certificate_len == 0)
		seal_world_make(&w);
	memset(&before, 0x5a, sizeof(before));
	c = before;
	rc = kith_cert_read(buf, len, &c);
	if (rc != 0) {
		KITH_ASSERT(rc == KITH_EMALFORMED);
		KITH_ASSERT(memcmp(&c, &before, sizeof(c)) == 0);
		return 0;
	}
	is_terminated(c.name, sizeof(c.name));
	is_terminated(c.zone, sizeof(c.zone));
	is_terminated(c.roles, sizeof(c.roles));
	KITH_ASSERT(memcmp(c.issuer, buf + 2, 16) == 0);
	rc = kith_cert_sign(&c, &w.authority, &w.cid, again, &again_len);
	KITH_ASSERT(rc == 0 && again_len == len);
	KITH_ASSERT(memcmp(again, buf, 2) == 0);
	KITH_ASSERT(memcmp(again + 18, buf + 18, len - 18 - KITH_SIG_LEN) == 0);
	rc = kith_cert_verify(again, again_len, w.authority.pk, &w.cid);
	KITH_ASSERT(rc == 0);
	rc = kith_cert_verify(buf, len, w.authority.pk, &w.cid);
	KITH_ASSERT((rc == 0) == (memcmp(again, buf, len) == 0));
	return 0;
}
