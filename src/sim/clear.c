/* SPDX-License-Identifier: ISC */
#include "sim/clear.h"

#include "sim/hash.h"

#include <stdint.h>
#include <string.h>

#include <sodium.h>

static bool is_clear;

void clear_set(bool clear)
{
	is_clear = clear;
}

bool clear_is_on(void)
{
	return is_clear;
}

/* --- one fast mixing function under all of them ------------------------------------------------- */

struct mix {
	uint64_t a, b;
	uint64_t len;
};

static void mix_word(struct mix *m, uint64_t w)
{
	m->a = (m->a ^ w) * UINT64_C(0x9e3779b97f4a7c15);
	m->a ^= m->a >> 32;
	m->b = (m->b + m->a) * UINT64_C(0xd6e8feb86659fd93);
	m->b ^= m->b >> 29;
}

static void mix_bytes(struct mix *m, const void *bytes, size_t len)
{
	m->len += len;
	mix_word(m, sim_hash(bytes, len));
}

static void mix_end(struct mix *m, uint8_t *out, size_t len)
{
	uint8_t word[8];
	size_t i;

	mix_word(m, m->len);
	for (i = 0; i < len; i += sizeof(word)) {
		mix_word(m, i);
		kith_put_u64(word, m->a ^ m->b);
		memcpy(out + i, word, len - i < sizeof(word) ? len - i : sizeof(word));
	}
}

/* --- hash: a state that libsodium's has room for ------------------------------------------------ */

struct clear_hash {
	struct mix m;
	uint64_t out_len;
};
_Static_assert(sizeof(struct clear_hash) <= sizeof(crypto_generichash_blake2b_state), "it has room");

#define WRAP(name) __wrap_##name
#define REAL(name) __real_##name

int REAL(crypto_generichash_blake2b_init_salt_personal)(crypto_generichash_blake2b_state *state,
							const unsigned char *key, size_t key_len,
							size_t out_len, const unsigned char *salt,
							const unsigned char *personal);
int WRAP(crypto_generichash_blake2b_init_salt_personal)(crypto_generichash_blake2b_state *state,
							const unsigned char *key, size_t key_len,
							size_t out_len, const unsigned char *salt,
							const unsigned char *personal);
int WRAP(crypto_generichash_blake2b_init_salt_personal)(crypto_generichash_blake2b_state *state,
							const unsigned char *key, size_t key_len,
							size_t out_len, const unsigned char *salt,
							const unsigned char *personal)
{
	struct clear_hash h = {.out_len = out_len};

	if (!is_clear)
		return REAL(crypto_generichash_blake2b_init_salt_personal)(state, key, key_len, out_len,
									   salt, personal);
	mix_bytes(&h.m, personal, crypto_generichash_blake2b_PERSONALBYTES);
	mix_bytes(&h.m, key, key_len);
	mix_word(&h.m, out_len);
	memcpy(state, &h, sizeof(h));
	return 0;
}

int REAL(crypto_generichash_blake2b_update)(crypto_generichash_blake2b_state *state,
					    const unsigned char *in, unsigned long long len);
int WRAP(crypto_generichash_blake2b_update)(crypto_generichash_blake2b_state *state,
					    const unsigned char *in, unsigned long long len);
int WRAP(crypto_generichash_blake2b_update)(crypto_generichash_blake2b_state *state,
					    const unsigned char *in, unsigned long long len)
{
	struct clear_hash h;

	if (!is_clear)
		return REAL(crypto_generichash_blake2b_update)(state, in, len);
	memcpy(&h, state, sizeof(h));
	mix_bytes(&h.m, in, (size_t)len);
	memcpy(state, &h, sizeof(h));
	return 0;
}

int REAL(crypto_generichash_blake2b_final)(crypto_generichash_blake2b_state *state,
					   unsigned char *out, const size_t out_len);
int WRAP(crypto_generichash_blake2b_final)(crypto_generichash_blake2b_state *state,
					   unsigned char *out, const size_t out_len);
int WRAP(crypto_generichash_blake2b_final)(crypto_generichash_blake2b_state *state,
					   unsigned char *out, const size_t out_len)
{
	struct clear_hash h;

	if (!is_clear)
		return REAL(crypto_generichash_blake2b_final)(state, out, out_len);
	memcpy(&h, state, sizeof(h));
	mix_end(&h.m, out, out_len);
	return 0;
}

/* --- one key and a text to a tag ---------------------------------------------------------------- */

static void tag_of(uint8_t *tag, size_t tag_len, const uint8_t *key, const uint8_t *nonce,
		   size_t nonce_len, const uint8_t *ad, size_t ad_len, const uint8_t *text, size_t len)
{
	struct mix m = {0, 0, 0};

	mix_bytes(&m, key, 32);
	mix_bytes(&m, nonce, nonce_len);
	mix_bytes(&m, ad, ad_len);
	mix_bytes(&m, text, len);
	mix_end(&m, tag, tag_len);
}

#define AEAD_TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define AEAD_NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

int REAL(crypto_aead_xchacha20poly1305_ietf_encrypt)(
	unsigned char *c, unsigned long long *c_len, const unsigned char *m, unsigned long long len,
	const unsigned char *ad, unsigned long long ad_len, const unsigned char *nsec,
	const unsigned char *npub, const unsigned char *k);
int WRAP(crypto_aead_xchacha20poly1305_ietf_encrypt)(
	unsigned char *c, unsigned long long *c_len, const unsigned char *m, unsigned long long len,
	const unsigned char *ad, unsigned long long ad_len, const unsigned char *nsec,
	const unsigned char *npub, const unsigned char *k);
int WRAP(crypto_aead_xchacha20poly1305_ietf_encrypt)(
	unsigned char *c, unsigned long long *c_len, const unsigned char *m, unsigned long long len,
	const unsigned char *ad, unsigned long long ad_len, const unsigned char *nsec,
	const unsigned char *npub, const unsigned char *k)
{
	if (!is_clear)
		return REAL(crypto_aead_xchacha20poly1305_ietf_encrypt)(c, c_len, m, len, ad, ad_len,
									nsec, npub, k);
	if (len > 0)
		memmove(c, m, (size_t)len);
	tag_of(c + len, AEAD_TAG, k, npub, AEAD_NONCE, ad, (size_t)ad_len, c, (size_t)len);
	if (c_len != NULL)
		*c_len = len + AEAD_TAG;
	return 0;
}

int REAL(crypto_aead_xchacha20poly1305_ietf_decrypt)(
	unsigned char *m, unsigned long long *m_len, unsigned char *nsec, const unsigned char *c,
	unsigned long long len, const unsigned char *ad, unsigned long long ad_len,
	const unsigned char *npub, const unsigned char *k);
int WRAP(crypto_aead_xchacha20poly1305_ietf_decrypt)(
	unsigned char *m, unsigned long long *m_len, unsigned char *nsec, const unsigned char *c,
	unsigned long long len, const unsigned char *ad, unsigned long long ad_len,
	const unsigned char *npub, const unsigned char *k);
int WRAP(crypto_aead_xchacha20poly1305_ietf_decrypt)(
	unsigned char *m, unsigned long long *m_len, unsigned char *nsec, const unsigned char *c,
	unsigned long long len, const unsigned char *ad, unsigned long long ad_len,
	const unsigned char *npub, const unsigned char *k)
{
	uint8_t tag[AEAD_TAG];

	if (!is_clear)
		return REAL(crypto_aead_xchacha20poly1305_ietf_decrypt)(m, m_len, nsec, c, len, ad,
									ad_len, npub, k);
	if (len < AEAD_TAG)
		return -1;
	len -= AEAD_TAG;
	tag_of(tag, sizeof(tag), k, npub, AEAD_NONCE, ad, (size_t)ad_len, c, (size_t)len);
	if (memcmp(tag, c + len, sizeof(tag)) != 0)
		return -1;
	if (len > 0)
		memmove(m, c, (size_t)len);
	if (m_len != NULL)
		*m_len = len;
	return 0;
}

/* --- signatures: a tag under the public key ----------------------------------------------------- */

int REAL(crypto_sign_seed_keypair)(unsigned char *pk, unsigned char *sk, const unsigned char *seed);
int WRAP(crypto_sign_seed_keypair)(unsigned char *pk, unsigned char *sk, const unsigned char *seed);
int WRAP(crypto_sign_seed_keypair)(unsigned char *pk, unsigned char *sk, const unsigned char *seed)
{
	struct mix m = {1, 0, 0};

	if (!is_clear)
		return REAL(crypto_sign_seed_keypair)(pk, sk, seed);
	mix_bytes(&m, seed, crypto_sign_SEEDBYTES);
	mix_end(&m, pk, crypto_sign_PUBLICKEYBYTES);
	memcpy(sk, seed, crypto_sign_SEEDBYTES);
	memcpy(sk + crypto_sign_SEEDBYTES, pk, crypto_sign_PUBLICKEYBYTES); /* as libsodium has it */
	return 0;
}

int REAL(crypto_sign_detached)(unsigned char *sig, unsigned long long *sig_len,
			       const unsigned char *m, unsigned long long len,
			       const unsigned char *sk);
int WRAP(crypto_sign_detached)(unsigned char *sig, unsigned long long *sig_len,
			       const unsigned char *m, unsigned long long len,
			       const unsigned char *sk);
int WRAP(crypto_sign_detached)(unsigned char *sig, unsigned long long *sig_len,
			       const unsigned char *m, unsigned long long len,
			       const unsigned char *sk)
{
	if (!is_clear)
		return REAL(crypto_sign_detached)(sig, sig_len, m, len, sk);
	tag_of(sig, crypto_sign_BYTES, sk + crypto_sign_SEEDBYTES, NULL, 0, NULL, 0, m, (size_t)len);
	if (sig_len != NULL)
		*sig_len = crypto_sign_BYTES;
	return 0;
}

int REAL(crypto_sign_verify_detached)(const unsigned char *sig, const unsigned char *m,
				      unsigned long long len, const unsigned char *pk);
int WRAP(crypto_sign_verify_detached)(const unsigned char *sig, const unsigned char *m,
				      unsigned long long len, const unsigned char *pk);
int WRAP(crypto_sign_verify_detached)(const unsigned char *sig, const unsigned char *m,
				      unsigned long long len, const unsigned char *pk)
{
	uint8_t right[crypto_sign_BYTES];

	if (!is_clear)
		return REAL(crypto_sign_verify_detached)(sig, m, len, pk);
	tag_of(right, sizeof(right), pk, NULL, 0, NULL, 0, m, (size_t)len);
	return memcmp(right, sig, sizeof(right)) == 0 ? 0 : -1;
}

/* --- key agreement: both ends mix the two public keys -------------------------------------------- */

int REAL(crypto_scalarmult_base)(unsigned char *q, const unsigned char *n);
int WRAP(crypto_scalarmult_base)(unsigned char *q, const unsigned char *n);
int WRAP(crypto_scalarmult_base)(unsigned char *q, const unsigned char *n)
{
	struct mix m = {2, 0, 0};

	if (!is_clear)
		return REAL(crypto_scalarmult_base)(q, n);
	mix_bytes(&m, n, crypto_scalarmult_SCALARBYTES);
	mix_end(&m, q, crypto_scalarmult_BYTES);
	return 0;
}

int REAL(crypto_scalarmult)(unsigned char *q, const unsigned char *n, const unsigned char *p);
int WRAP(crypto_scalarmult)(unsigned char *q, const unsigned char *n, const unsigned char *p);
int WRAP(crypto_scalarmult)(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
	struct mix m = {3, 0, 0};
	uint8_t own[crypto_scalarmult_BYTES], both[crypto_scalarmult_BYTES];
	size_t i;

	if (!is_clear)
		return REAL(crypto_scalarmult)(q, n, p);
	(void)WRAP(crypto_scalarmult_base)(own, n);
	for (i = 0; i < sizeof(both); i++)
		both[i] = own[i] ^ p[i];
	mix_bytes(&m, both, sizeof(both));
	mix_end(&m, q, crypto_scalarmult_BYTES);
	for (i = 0; i < sizeof(both) && p[i] == 0; i++)
		;
	return i < sizeof(both) ? 0 : -1; /* the one point of small order that is simulated */
}

/* --- secretstream: a key and a counter ----------------------------------------------------------- */

typedef crypto_secretstream_xchacha20poly1305_state stream_state;
#define STREAM_TAG (crypto_secretstream_xchacha20poly1305_ABYTES - 1)

struct clear_stream {
	uint8_t key[32];
	uint8_t counter[8];
};
_Static_assert(sizeof(struct clear_stream) <= sizeof(stream_state), "it has room");

int REAL(crypto_secretstream_xchacha20poly1305_init_pull)(stream_state *state,
							  const unsigned char *header,
							  const unsigned char *k);
int WRAP(crypto_secretstream_xchacha20poly1305_init_pull)(stream_state *state,
							  const unsigned char *header,
							  const unsigned char *k);
int WRAP(crypto_secretstream_xchacha20poly1305_init_pull)(stream_state *state,
							  const unsigned char *header,
							  const unsigned char *k)
{
	struct clear_stream s;
	struct mix m = {4, 0, 0};

	if (!is_clear)
		return REAL(crypto_secretstream_xchacha20poly1305_init_pull)(state, header, k);
	memset(&s, 0, sizeof(s));
	mix_bytes(&m, k, 32);
	mix_bytes(&m, header, crypto_secretstream_xchacha20poly1305_HEADERBYTES);
	mix_end(&m, s.key, sizeof(s.key));
	memcpy(state, &s, sizeof(s));
	return 0;
}

static void stream_step(stream_state *state, uint8_t *tag, const uint8_t *sealed, size_t len,
			const uint8_t *ad, size_t ad_len)
{
	struct clear_stream s;
	size_t i = 0;

	memcpy(&s, state, sizeof(s));
	tag_of(tag, STREAM_TAG, s.key, s.counter, sizeof(s.counter), ad, ad_len, sealed, len);
	while (i < sizeof(s.counter) && ++s.counter[i] == 0)
		i++;
	memcpy(state, &s, sizeof(s));
}

int REAL(crypto_secretstream_xchacha20poly1305_push)(stream_state *state, unsigned char *c,
						     unsigned long long *c_len,
						     const unsigned char *m, unsigned long long len,
						     const unsigned char *ad,
						     unsigned long long ad_len, unsigned char tag);
int WRAP(crypto_secretstream_xchacha20poly1305_push)(stream_state *state, unsigned char *c,
						     unsigned long long *c_len,
						     const unsigned char *m, unsigned long long len,
						     const unsigned char *ad,
						     unsigned long long ad_len, unsigned char tag);
int WRAP(crypto_secretstream_xchacha20poly1305_push)(stream_state *state, unsigned char *c,
						     unsigned long long *c_len,
						     const unsigned char *m, unsigned long long len,
						     const unsigned char *ad,
						     unsigned long long ad_len, unsigned char tag)
{
	if (!is_clear)
		return REAL(crypto_secretstream_xchacha20poly1305_push)(state, c, c_len, m, len, ad,
									ad_len, tag);
	c[0] = tag;
	if (len > 0)
		memmove(c + 1, m, (size_t)len);
	stream_step(state, c + 1 + len, c, (size_t)len + 1, ad, (size_t)ad_len);
	if (c_len != NULL)
		*c_len = len + crypto_secretstream_xchacha20poly1305_ABYTES;
	return 0;
}

int REAL(crypto_secretstream_xchacha20poly1305_pull)(stream_state *state, unsigned char *m,
						     unsigned long long *m_len, unsigned char *tag,
						     const unsigned char *c, unsigned long long len,
						     const unsigned char *ad,
						     unsigned long long ad_len);
int WRAP(crypto_secretstream_xchacha20poly1305_pull)(stream_state *state, unsigned char *m,
						     unsigned long long *m_len, unsigned char *tag,
						     const unsigned char *c, unsigned long long len,
						     const unsigned char *ad,
						     unsigned long long ad_len);
int WRAP(crypto_secretstream_xchacha20poly1305_pull)(stream_state *state, unsigned char *m,
						     unsigned long long *m_len, unsigned char *tag,
						     const unsigned char *c, unsigned long long len,
						     const unsigned char *ad,
						     unsigned long long ad_len)
{
	uint8_t right[STREAM_TAG];
	size_t text;

	if (!is_clear)
		return REAL(crypto_secretstream_xchacha20poly1305_pull)(state, m, m_len, tag, c, len, ad,
									ad_len);
	if (len < crypto_secretstream_xchacha20poly1305_ABYTES)
		return -1;
	text = (size_t)len - crypto_secretstream_xchacha20poly1305_ABYTES;
	stream_step(state, right, c, text + 1, ad, (size_t)ad_len);
	if (memcmp(right, c + 1 + text, sizeof(right)) != 0)
		return -1;
	*tag = c[0];
	if (text > 0)
		memmove(m, c + 1, text);
	if (m_len != NULL)
		*m_len = text;
	return 0;
}

/* --- the secret stream of a node ----------------------------------------------------------------- */

void REAL(randombytes_buf_deterministic)(void *const buf, const size_t size,
					 const unsigned char *seed);
void WRAP(randombytes_buf_deterministic)(void *const buf, const size_t size,
					 const unsigned char *seed);
void WRAP(randombytes_buf_deterministic)(void *const buf, const size_t size,
					 const unsigned char *seed)
{
	struct mix m = {5, 0, 0};

	if (!is_clear) {
		REAL(randombytes_buf_deterministic)(buf, size, seed);
		return;
	}
	mix_bytes(&m, seed, randombytes_SEEDBYTES);
	mix_end(&m, buf, size);
}
