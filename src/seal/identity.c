/* SPDX-License-Identifier: ISC */
#include "seal/identity.h"
#include "base/check.h"
#include <sodium.h>
#include <string.h>

enum { PREFIX_LEN = KITH_LABEL_LEN + sizeof(struct kith_cid) };

_Static_assert(crypto_sign_BYTES == KITH_SIG_LEN, "Ed25519 signature");
_Static_assert(crypto_sign_SEEDBYTES == KITH_KEY_LEN, "Ed25519 seed");
_Static_assert(crypto_sign_PUBLICKEYBYTES == KITH_KEY_LEN, "Ed25519 public key");
_Static_assert(crypto_sign_SECRETKEYBYTES == 64, "Ed25519 secret key");

int kith_identity_init(struct kith_identity *id, const uint8_t seed[KITH_KEY_LEN])
{
	struct kith_identity made;

	if (crypto_sign_seed_keypair(made.pk, made.sk, seed) != 0)
		return KITH_EKEY;
	kith_mid_make(&made.mid, made.pk);
	*id = made;
	sodium_memzero(&made, sizeof(made));
	return 0;
}

/* Ed25519 wants its message in one piece, and libsodium's multi-part form is another algorithm
 * (Ed25519ph). The longest thing that is signed is a record. */
static size_t signed_bytes(uint8_t out[PREFIX_LEN + KITH_SIGNED_MAX], const char *label,
			   const struct kith_cid *cid, const void *msg, size_t len)
{
	kith_label(out, label);
	memcpy(out + KITH_LABEL_LEN, cid->b, sizeof(cid->b));
	if (len > 0)
		memcpy(out + PREFIX_LEN, msg, len);
	return PREFIX_LEN + len;
}

void kith_sign(const struct kith_identity *id, const char *label, const struct kith_cid *cid,
	       const void *msg, size_t len, uint8_t sig[KITH_SIG_LEN])
{
	uint8_t buf[PREFIX_LEN + KITH_SIGNED_MAX];
	unsigned long long sig_len = 0;
	int rc;

	KITH_ASSERT(len <= KITH_SIGNED_MAX);
	len = signed_bytes(buf, label, cid, msg, len);
	rc = crypto_sign_detached(sig, &sig_len, buf, len, id->sk);
	KITH_ASSERT(rc == 0 && sig_len == KITH_SIG_LEN);
}

int kith_verify(const uint8_t pk[KITH_KEY_LEN], const char *label, const struct kith_cid *cid,
		const void *msg, size_t len, const uint8_t sig[KITH_SIG_LEN])
{
	uint8_t buf[PREFIX_LEN + KITH_SIGNED_MAX];

	if (len > KITH_SIGNED_MAX)
		return KITH_EAUTH;
	len = signed_bytes(buf, label, cid, msg, len);
	return crypto_sign_verify_detached(sig, buf, len, pk) == 0 ? 0 : KITH_EAUTH;
}
