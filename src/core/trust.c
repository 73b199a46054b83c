/* SPDX-License-Identifier: ISC */
#include "core/trust.h"

#include "core/node.h"
#include "seal/certificate.h"
#include <string.h>

bool kith_trust_is_over(const struct kith_node *n, const struct kith_certificate *c)
{
	return (int64_t)c->not_after + KITH_RECORD_SLACK_S < (int64_t)kith_now_unix_s(n);
}

/* The authority that issued it, if it counts; else NULL. */
static const uint8_t *issuer_of(const struct kith_node *n, const struct kith_certificate *c)
{
	uint8_t id[16];
	int i;

	for (i = 0; i < n->authority_count; i++) {
		kith_authority_id(id, n->authorities[i]);
		if (memcmp(id, c->issuer, sizeof(id)) == 0)
			return n->authorities[i];
	}
	return NULL;
}

int kith_trust_stands(const struct kith_node *n, const struct kith_certificate *c)
{
	if (issuer_of(n, c) == NULL)
		return KITH_ECERT;
	return kith_trust_is_over(n, c) ? KITH_EEXPIRED : 0;
}

int kith_trust_judge(struct kith_node *n, struct kith_bytes certificate, struct kith_bytes known,
		     struct kith_certificate *c)
{
	const int r = kith_cert_read(certificate.p, certificate.len, c);
	const uint8_t *issuer;

	if (r != 0)
		return KITH_EMALFORMED;
	if (kith_trust_is_over(n, c))
		return KITH_EEXPIRED;
	if (known.len == certificate.len && memcmp(known.p, certificate.p, known.len) == 0)
		return 0;
	issuer = issuer_of(n, c);
	if (issuer == NULL)
		return KITH_ECERT;
	KITH_COUNT(n, signatures_checked);
	return kith_cert_verify(certificate.p, certificate.len, issuer, &n->cid);
}
