/* SPDX-License-Identifier: ISC */
#include "core/trust.h"

#include "base/addr.h"
#include "base/glob.h"
#include "core/node.h"
#include "seal/certificate.h"
#include <string.h>

bool kith_trust_is_over(const struct kith_node *n, const struct kith_certificate *c)
{
	return (int64_t)c->not_after + KITH_RECORD_SLACK_S < (int64_t)kith_now_unix_s(n);
}

const uint8_t *kith_trust_authority(const struct kith_node *n, const uint8_t id[16])
{
	int i;

	for (i = 0; i < n->authority_count; i++)
		if (memcmp(n->authority_ids[i], id, sizeof(n->authority_ids[i])) == 0)
			return n->authorities[i];
	return NULL;
}

const uint8_t *kith_trust_issuer(const struct kith_node *n, const struct kith_certificate *c)
{
	return kith_trust_authority(n, c->issuer);
}

bool kith_trust_is_revoked(const struct kith_node *n, const struct kith_certificate *c)
{
	struct kith_mid mid;

	if (n->revocations.count == 0)
		return false;
	kith_mid_make(&mid, c->identity);
	return kith_revoke_is(n, &mid, c->issuer);
}

int kith_trust_stands(const struct kith_node *n, const struct kith_certificate *c)
{
	if (kith_trust_issuer(n, c) == NULL)
		return KITH_ECERT;
	if (kith_trust_is_revoked(n, c))
		return KITH_EREVOKED;
	return kith_trust_is_over(n, c) ? KITH_EEXPIRED : 0;
}

int kith_trust_judge(struct kith_node *n, struct kith_bytes certificate,
		     struct kith_cert_fact *known, struct kith_cert_fact **out)
{
	const bool is_known = known != NULL && known->fact.raw.len == certificate.len &&
			      memcmp(known->fact.raw.p, certificate.p, certificate.len) == 0;
	struct kith_certificate c;
	const uint8_t *issuer;

	if (!is_known && kith_cert_read(certificate.p, certificate.len, &c) != 0)
		return KITH_EMALFORMED;
	if (kith_trust_is_over(n, is_known ? &known->c : &c))
		return KITH_EEXPIRED;
	if (kith_trust_is_revoked(n, is_known ? &known->c : &c))
		return KITH_EREVOKED;
	if (is_known) {
		kith_fact_ref(&known->fact);
		*out = known;
		return 0;
	}
	issuer = kith_trust_issuer(n, &c);
	if (issuer == NULL)
		return KITH_ECERT;
	return kith_fact_certificate(n, certificate, &c, issuer, KITH_BELIEF_CHECK, out);
}

static bool is_among(struct kith_bytes text, const struct kith_addr *addrs, uint8_t addr_count)
{
	char literal[KITH_ADDR_TEXT_MAX];
	struct kith_addr a;
	uint8_t i;

	if (text.len >= sizeof(literal))
		return false;
	memcpy(literal, text.p, text.len);
	literal[text.len] = '\0';
	if (kith_addr_scan(literal, 0, &a) != 0)
		return false; /* a name: whose it is may change */
	for (i = 0; i < addr_count; i++)
		if (kith_addr_same_host(&a, &addrs[i]))
			return true;
	return false;
}

/* Patterns are parted by one blank each (seal/certificate.h). */
static bool matches_one(const char *patterns, struct kith_bytes name)
{
	while (*patterns != '\0') {
		const struct kith_bytes glob = {(const uint8_t *)patterns, strcspn(patterns, " ")};

		if (kith_glob_matches(glob, name))
			return true;
		patterns += glob.len;
		patterns += *patterns == ' ' ? 1 : 0;
	}
	return false;
}

bool kith_trust_allows_service(const struct kith_certificate *c, const struct kith_service_body *s,
			       const struct kith_addr *addrs, uint8_t addr_count)
{
	struct kith_bytes addr;
	size_t at = 0;

	if ((c->rights & KITH_RIGHT_SERVICE) == 0 || !matches_one(c->roles, s->name))
		return false;
	while ((c->rights & KITH_RIGHT_EXTERNAL) == 0 && kith_texts_next(s->addrs, &at, &addr))
		if (!is_among(addr, addrs, addr_count))
			return false;
	return true;
}
