/* SPDX-License-Identifier: ISC */
/*
 * core/trust.h: which certificates count. Today: those that a configured authority signed, that have
 * not expired, and that it has not revoked; authorities vouched for, scopes and tickets join here.
 */
#ifndef KITH_CORE_TRUST_H
#define KITH_CORE_TRUST_H

#include "core/fact.h"
#include <stdbool.h>

/* Reads and judges a certificate; costs one signature check unless that of `known` (may be NULL) are
 * the same bytes. A new reference; KITH_EMALFORMED, KITH_EEXPIRED, KITH_EREVOKED, KITH_ECERT,
 * KITH_ENOMEM. */
KITH_MUST_USE int kith_trust_judge(struct kith_node *n, struct kith_bytes certificate,
				   struct kith_cert_fact *known, struct kith_cert_fact **c);
/* The key of the authority with this id, if it counts; else NULL. */
const uint8_t *kith_trust_authority(const struct kith_node *n, const uint8_t id[16]);
/* That of the authority that issued it. */
const uint8_t *kith_trust_issuer(const struct kith_node *n, const struct kith_certificate *c);
/* The same of one whose signature was checked before our restart, with the authorities that count
 * today. 0, KITH_EEXPIRED, KITH_EREVOKED, KITH_ECERT. */
KITH_MUST_USE int kith_trust_stands(const struct kith_node *n, const struct kith_certificate *c);
/* Whether the authority that issued it has expelled who holds it. */
bool kith_trust_is_revoked(const struct kith_node *n, const struct kith_certificate *c);
/* Whether who holds it may offer this service: the name is among the patterns of its roles, and what other
 * addresses than its own (`addrs`, ports ignored) it names, it has the right to. */
bool kith_trust_allows_service(const struct kith_certificate *c, const struct kith_service_body *s,
			       const struct kith_addr *addrs, uint8_t addr_count);
/* Whether its time is over, with an hour for the clocks. */
bool kith_trust_is_over(const struct kith_node *n, const struct kith_certificate *c);

#endif
