/* SPDX-License-Identifier: ISC */
#include "seal/certificate.h"
#include "base/check.h"
#include "base/cur.h"
#include "base/text.h"
#include <stdbool.h>
#include <string.h>

enum { VERSION = 1 };

_Static_assert(62 + 1 + KITH_NAME_MAX + 1 + KITH_ZONE_MAX + 1 + KITH_ROLES_MAX + KITH_SIG_LEN ==
		       KITH_CERTIFICATE_MAX,
	       "the fields at their longest fill the certificate");

/* Words of visible ASCII with one blank between two; none at all is fine. */
static bool roles_are_valid(const char *roles)
{
	size_t len = strlen(roles);

	if (len > 0 && (roles[0] == ' ' || roles[len - 1] == ' '))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (roles[i] < 0x20 || roles[i] > 0x7e)
			return false;
		if (roles[i] == ' ' && roles[i + 1] == ' ')
			return false;
	}
	return true;
}

static bool texts_are_valid(const struct kith_certificate *c)
{
	return kith_name_is_valid(c->name, KITH_NAME_MAX) &&
	       (c->zone[0] == '\0' || kith_name_is_valid(c->zone, KITH_ZONE_MAX)) &&
	       roles_are_valid(c->roles);
}

int kith_cert_read(const uint8_t *p, size_t len, struct kith_certificate *c)
{
	struct kith_certificate got;
	struct kith_rd r;

	if (len < KITH_CERTIFICATE_MIN || len > KITH_CERTIFICATE_MAX || p[0] != VERSION)
		return KITH_EMALFORMED;
	memset(&got, 0, sizeof(got));
	kith_rd_init(&r, p, len);
	(void)kith_rd_u8(&r);
	got.rights = kith_rd_u8(&r);
	kith_rd_copy(&r, got.issuer, sizeof(got.issuer));
	kith_rd_copy(&r, got.identity, sizeof(got.identity));
	got.serial = kith_rd_u64(&r);
	got.not_after = kith_rd_u32(&r);
	kith_rd_text8(&r, got.name, KITH_NAME_MAX);
	kith_rd_text8(&r, got.zone, KITH_ZONE_MAX);
	kith_rd_text8(&r, got.roles, KITH_ROLES_MAX);
	if (r.bad || kith_rd_left(&r) != KITH_SIG_LEN || !texts_are_valid(&got))
		return KITH_EMALFORMED;
	*c = got;
	return 0;
}

static bool ends_within(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

int kith_cert_sign(struct kith_certificate *c, const struct kith_identity *authority,
		   const struct kith_cid *cid, uint8_t *out, size_t *len)
{
	uint8_t issuer[sizeof(c->issuer)];
	struct kith_wr w;

	if (!ends_within(c->name, sizeof(c->name)) || !ends_within(c->zone, sizeof(c->zone)) ||
	    !ends_within(c->roles, sizeof(c->roles)) || !texts_are_valid(c))
		return KITH_EINVAL;
	if (*len < KITH_SIG_LEN)
		return KITH_EINVAL;
	kith_authority_id(issuer, authority->pk);
	kith_wr_init(&w, out, *len - KITH_SIG_LEN);
	kith_wr_u8(&w, VERSION);
	kith_wr_u8(&w, c->rights);
	kith_wr_bytes(&w, issuer, sizeof(issuer));
	kith_wr_bytes(&w, c->identity, sizeof(c->identity));
	kith_wr_u64(&w, c->serial);
	kith_wr_u32(&w, c->not_after);
	kith_wr_text8(&w, c->name);
	kith_wr_text8(&w, c->zone);
	kith_wr_text8(&w, c->roles);
	if (w.bad)
		return KITH_EINVAL;
	memcpy(c->issuer, issuer, sizeof(issuer));
	*len = kith_wr_len(&w) + KITH_SIG_LEN;
	KITH_ASSERT(*len >= KITH_CERTIFICATE_MIN && *len <= KITH_CERTIFICATE_MAX);
	kith_sign(authority, KITH_LABEL_CERT, cid, out, *len - KITH_SIG_LEN,
		  out + *len - KITH_SIG_LEN);
	return 0;
}

/* The issuer field is checked too: a certificate names the one key that may have signed it. */
int kith_cert_verify(const uint8_t *p, size_t len, const uint8_t authority_pk[KITH_KEY_LEN],
		     const struct kith_cid *cid)
{
	uint8_t issuer[16];
	size_t body_len = len - KITH_SIG_LEN;

	KITH_ASSERT(len >= KITH_CERTIFICATE_MIN && len <= KITH_CERTIFICATE_MAX);
	kith_authority_id(issuer, authority_pk);
	if (memcmp(p + 2, issuer, sizeof(issuer)) != 0)
		return KITH_ECERT;
	if (kith_verify(authority_pk, KITH_LABEL_CERT, cid, p, body_len, p + body_len) != 0)
		return KITH_ECERT;
	return 0;
}
