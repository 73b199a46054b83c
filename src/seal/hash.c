/* SPDX-License-Identifier: ISC */
#include "seal/hash.h"
#include "base/check.h"
#include <sodium.h>
#include <string.h>

_Static_assert(crypto_generichash_blake2b_PERSONALBYTES == 16, "a label is 16 bytes");
_Static_assert(crypto_generichash_blake2b_BYTES_MAX == 64, "n and the key are at most 64 bytes");
_Static_assert(crypto_generichash_blake2b_KEYBYTES_MAX == 64, "n and the key are at most 64 bytes");

int kith_seal_init(void)
{
	return sodium_init() < 0 ? KITH_ECRYPTO : 0;
}

void kith_label(uint8_t out[KITH_LABEL_LEN], const char *label)
{
	size_t len = strlen(label);

	KITH_ASSERT(len > 0 && len <= KITH_LABEL_LEN);
	memset(out, 0, KITH_LABEL_LEN);
	memcpy(out, label, len);
}

/* BLAKE2b refuses only lengths, which are checked here: its return value is ours to assert. */
void kith_hash(void *out, size_t n, const char *label, const void *key, size_t keylen,
	       const struct kith_bytes *parts, size_t part_count)
{
	crypto_generichash_blake2b_state state;
	uint8_t personal[KITH_LABEL_LEN];
	int rc;

	KITH_ASSERT(n >= 1 && n <= 64);
	KITH_ASSERT(keylen <= 64);
	KITH_ASSERT((key != NULL) == (keylen > 0));
	kith_label(personal, label);
	rc = crypto_generichash_blake2b_init_salt_personal(&state, key, keylen, n, NULL, personal);
	KITH_ASSERT(rc == 0);
	for (size_t i = 0; i < part_count; i++) {
		rc = crypto_generichash_blake2b_update(&state, parts[i].p, parts[i].len);
		KITH_ASSERT(rc == 0);
	}
	rc = crypto_generichash_blake2b_final(&state, out, n);
	KITH_ASSERT(rc == 0);
}

void kith_cid_make(struct kith_cid *cid, const char *cluster)
{
	struct kith_bytes part = {(const uint8_t *)cluster, strlen(cluster)};

	kith_hash(cid->b, sizeof(cid->b), KITH_LABEL_CLUSTER, NULL, 0, &part, 1);
}

void kith_mid_make(struct kith_mid *mid, const uint8_t identity_pk[KITH_KEY_LEN])
{
	struct kith_bytes part = {identity_pk, KITH_KEY_LEN};

	kith_hash(mid->b, sizeof(mid->b), KITH_LABEL_MEMBER, NULL, 0, &part, 1);
}

void kith_authority_id(uint8_t id[16], const uint8_t authority_pk[KITH_KEY_LEN])
{
	struct kith_bytes part = {authority_pk, KITH_KEY_LEN};

	kith_hash(id, 16, KITH_LABEL_AUTHORITY, NULL, 0, &part, 1);
}

void kith_wipe(void *p, size_t len)
{
	sodium_memzero(p, len);
}

int kith_ct_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}
