/* SPDX-License-Identifier: ISC */
/* Certificates, texts and names: the public calls that need no node. */
#include "base/addr.h"
#include "base/err.h"
#include "base/text.h"
#include "core/peer.h"
#include "seal/certificate.h"
#include "wire/record.h"
#include <config.h>
#include <kith/kith.h>
#include <string.h>

int kith_identity_public(const uint8_t seed[KITH_KEY_LEN], uint8_t public_key[KITH_KEY_LEN],
			 struct kith_mid *mid)
{
	struct kith_identity id;
	int r;

	if (seed == NULL)
		return KITH_EINVAL;
	r = kith_seal_init();
	if (r == 0)
		r = kith_identity_init(&id, seed);
	if (r != 0)
		return r;
	if (public_key != NULL)
		memcpy(public_key, id.pk, sizeof(id.pk));
	if (mid != NULL)
		*mid = id.mid;
	kith_wipe(&id, sizeof(id));
	return 0;
}

int kith_certificate_sign(struct kith_certificate *c, const uint8_t authority_seed[KITH_KEY_LEN],
			  const char *cluster, uint8_t *out, size_t *out_len)
{
	struct kith_identity authority;
	struct kith_cid cid;
	int r;

	if (c == NULL || authority_seed == NULL || out == NULL || out_len == NULL ||
	    cluster == NULL || !kith_name_is_valid(cluster, KITH_CLUSTER_NAME_MAX))
		return KITH_EINVAL;
	r = kith_seal_init();
	if (r == 0)
		r = kith_identity_init(&authority, authority_seed);
	if (r != 0)
		return r;
	kith_cid_make(&cid, cluster);
	r = kith_cert_sign(c, &authority, &cid, out, out_len);
	kith_wipe(&authority, sizeof(authority));
	return r;
}

int kith_revocation_sign(const struct kith_mid *target, uint32_t until, int64_t unix_ms,
			 const uint8_t authority_seed[KITH_KEY_LEN], const char *cluster,
			 uint8_t out[KITH_REVOCATION_SIZE])
{
	const size_t signed_len = KITH_REVOCATION_SIZE - KITH_RECORD_SIG;
	struct kith_identity authority;
	struct kith_cid cid;
	struct kith_mid id;
	int r;

	_Static_assert((int)KITH_REVOCATION_SIZE == (int)KITH_REVOCATION_LEN, "the record as it is");
	if (target == NULL || authority_seed == NULL || out == NULL || unix_ms < 0 || cluster == NULL ||
	    !kith_name_is_valid(cluster, KITH_CLUSTER_NAME_MAX))
		return KITH_EINVAL;
	r = kith_seal_init();
	if (r == 0)
		r = kith_identity_init(&authority, authority_seed);
	if (r != 0)
		return r;
	kith_cid_make(&cid, cluster);
	kith_authority_id(id.b, authority.pk);
	kith_revocation_write(&id, target, (uint32_t)(unix_ms / 1000), until, out);
	kith_sign(&authority, KITH_LABEL_RECORD, &cid, out, signed_len, out + signed_len);
	kith_wipe(&authority, sizeof(authority));
	return 0;
}

int kith_revocation_read(const uint8_t *bytes, size_t len, struct kith_mid *target)
{
	struct kith_record_head h;

	if (bytes == NULL || target == NULL)
		return KITH_EINVAL;
	if (kith_record_read(bytes, len, &h) != 0 || h.kind != KITH_RECORD_REVOKE)
		return KITH_EMALFORMED;
	return kith_revocation_body_read(kith_record_body(bytes, &h), target);
}

int kith_certificate_read(const uint8_t *bytes, size_t len, struct kith_certificate *c)
{
	return bytes == NULL || c == NULL ? KITH_EINVAL : kith_cert_read(bytes, len, c);
}

int kith_certificate_verify(const uint8_t *bytes, size_t len, const uint8_t authority[KITH_KEY_LEN],
			    const char *cluster, struct kith_certificate *c)
{
	struct kith_certificate read;
	struct kith_cid cid;
	uint8_t id[16];
	int r;

	if (bytes == NULL || authority == NULL || c == NULL || cluster == NULL ||
	    !kith_name_is_valid(cluster, KITH_CLUSTER_NAME_MAX))
		return KITH_EINVAL;
	r = kith_seal_init();
	if (r == 0)
		r = kith_cert_read(bytes, len, &read);
	if (r != 0)
		return r;
	kith_cid_make(&cid, cluster);
	kith_authority_id(id, authority);
	if (memcmp(id, read.issuer, sizeof(id)) != 0)
		return KITH_ECERT;
	r = kith_cert_verify(bytes, len, authority, &cid);
	if (r == 0)
		*c = read;
	return r;
}

const char *kith_strerror(int err)
{
	return kith_err_text(err);
}

bool kith_err_is_fatal(int err)
{
	return kith_err_fatal(err);
}

const char *kith_status_name(enum kith_status s)
{
	return kith_peer_status_text(s);
}

const char *kith_service_health_name(enum kith_service_health h)
{
	static const char *const names[KITH_SERVICE_HEALTH_COUNT] = {
#define X(upper, lower, help) [KITH_SERVICE_##upper] = #lower,
		KITH_SERVICE_HEALTHS(X)
#undef X
	};

	return (unsigned)h < KITH_SERVICE_HEALTH_COUNT ? names[h] : "?";
}

const char *kith_event_name(enum kith_event_kind k)
{
	static const char *const names[KITH_EVENT_COUNT] = {
#define X(upper, lower, help) [KITH_EVENT_##upper] = #lower,
		KITH_EVENTS(X)
#undef X
	};

	return (unsigned)k < KITH_EVENT_COUNT ? names[k] : "?";
}

const char *kith_addr_text(const struct kith_addr *a, char *buf, size_t size)
{
	return kith_addr_print(a, buf, size);
}

int kith_addr_parse(const char *text, uint16_t default_port, struct kith_addr *a)
{
	return text == NULL || a == NULL ? KITH_EINVAL : kith_addr_scan(text, default_port, a);
}

const char *kith_version(void)
{
	return PACKAGE_VERSION;
}
