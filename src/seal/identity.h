/* SPDX-License-Identifier: ISC */
/*
 * seal/identity.h: Ed25519 identities and the one form of signature, Sign of 4-security.md §5.2:
 * over label[16] || cluster id[16] || message.
 */
#ifndef KITH_SEAL_IDENTITY_H
#define KITH_SEAL_IDENTITY_H

#include "seal/hash.h"

enum {
	KITH_SIG_LEN = 64,
	KITH_SIGNED_MAX = KITH_RECORD_MAX /* nothing longer is signed */
};

/* Also used for authorities: an authority is a key pair too. */
struct kith_identity {
	struct kith_mid mid;
	uint8_t pk[KITH_KEY_LEN];
	uint8_t sk[64]; /* secret */
};

/* 0 or KITH_EKEY. */
KITH_MUST_USE int kith_identity_init(struct kith_identity *id, const uint8_t seed[KITH_KEY_LEN]);
/* len at most KITH_SIGNED_MAX. */
void kith_sign(const struct kith_identity *id, const char *label, const struct kith_cid *cid,
	       const void *msg, size_t len, uint8_t sig[KITH_SIG_LEN]);
/* 0 or KITH_EAUTH. Refuses S >= L and keys of small order or in another than their one encoding. */
KITH_MUST_USE int kith_verify(const uint8_t pk[KITH_KEY_LEN], const char *label,
			      const struct kith_cid *cid, const void *msg, size_t len,
			      const uint8_t sig[KITH_SIG_LEN]);

#endif
