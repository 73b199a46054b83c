/* SPDX-License-Identifier: ISC */
#include "core/trust.h"

#include "core/node.h"
#include "seal/certificate.h"
#include <string.h>

bool kith_trust_is_over(const struct kith_node *n, const struct kith_certificate *c)
{
	return (int64_t)c->not_after + KITH_RECORD_SLACK_S < (int64_t)kith_now_unix_s(n);
}

int kith_trust_judge(struct kith_node *n, struct kith_bytes certificate, struct kith_bytes known,
		     struct kith_certificate *c)
{
	const int r = kith_cert_read(certificate.p, certificate.len, c);
	int i;

	if (r != 0)
		return KITH_EMALFORMED;
	if (kith_trust_is_over(n, c))
		return KITH_EEXPIRED;
	if (known.len == certificate.len && memcmp(known.p, certificate.p, known.len) == 0)
		return 0;
	for (i = 0; i < n->authority_count; i++) {
		uint8_t id[16];

		kith_authority_id(id, n->authorities[i]);
		if (memcmp(id, c->issuer, sizeof(id)) != 0)
			continue;
		KITH_COUNT(n, signatures_checked);
		return kith_cert_verify(certificate.p, certificate.len, n->authorities[i],
					&n->cid);
	}
	return KITH_ECERT;
}
