/* SPDX-License-Identifier: ISC */
/*
 * core/trust.h: which certificates count. Today: those that a configured authority signed and that
 * have not expired; authorities vouched for, scopes, tickets and revocations join here.
 */
#ifndef KITH_CORE_TRUST_H
#define KITH_CORE_TRUST_H

#include "core/fact.h"
#include <stdbool.h>

/* Reads and judges a certificate; costs one signature check unless that of `known` (may be NULL) are
 * the same bytes. A new reference; KITH_EMALFORMED, KITH_EEXPIRED, KITH_ECERT, KITH_ENOMEM. */
KITH_MUST_USE int kith_trust_judge(struct kith_node *n, struct kith_bytes certificate,
				   struct kith_cert_fact *known, struct kith_cert_fact **c);
/* The authority that issued it, if it counts; else NULL. */
const uint8_t *kith_trust_issuer(const struct kith_node *n, const struct kith_certificate *c);
/* The same of one whose signature was checked before our restart, with the authorities that count
 * today. 0, KITH_EEXPIRED, KITH_ECERT. */
KITH_MUST_USE int kith_trust_stands(const struct kith_node *n, const struct kith_certificate *c);
/* Whether its time is over, with an hour for the clocks. */
bool kith_trust_is_over(const struct kith_node *n, const struct kith_certificate *c);

#endif
