/* SPDX-License-Identifier: ISC */
/*
 * seal/identity.h: Ed25519 identities and the one form of signature, Sign of 4-security.md §5.2:
 * over label[16] || cluster id[16] || message.
 */
#ifndef KITH_SEAL_IDENTITY_H
#define KITH_SEAL_IDENTITY_H

#include "seal/hash.h"

enum { KITH_SIG_LEN = 64 };

/* Also used for authorities: an authority is a key pair too. */
struct kith_identity {
	struct kith_mid mid;
	uint8_t pk[KITH_KEY_LEN];
	uint8_t sk[64]; /* secret */
};

/* 0 or KITH_EKEY. */
KITH_MUST_USE int kith_identity_init(struct kith_identity *id, const uint8_t seed[KITH_KEY_LEN]);
void kith_sign(const struct kith_identity *id, const char *label, const struct kith_cid *cid,
	       const void *msg, size_t len, uint8_t sig[KITH_SIG_LEN]);
/* 0 or KITH_EAUTH. */
KITH_MUST_USE int kith_verify(const uint8_t pk[KITH_KEY_LEN], const char *label,
			      const struct kith_cid *cid, const void *msg, size_t len,
			      const uint8_t sig[KITH_SIG_LEN]);

#endif
