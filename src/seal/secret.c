/* SPDX-License-Identifier: ISC */
#include "seal/secret.h"
#include "base/check.h"
#include <sodium.h>
#include <string.h>

enum { DRAW_LEN_MAX = 128 };

void kith_secret_init(struct kith_secret *s, const uint8_t seed[32])
{
	_Static_assert(randombytes_SEEDBYTES == sizeof(s->seed), "the stream's key is the seed");
	memcpy(s->seed, seed, sizeof(s->seed));
}

/* randombytes_buf_deterministic() is the ChaCha20-IETF key stream of the seed under the nonce
 * "LibsodiumDRG": no entropy of its own, the same bytes everywhere. */
void kith_secret_draw(struct kith_secret *s, void *out, size_t len)
{
	uint8_t stream[sizeof(s->seed) + DRAW_LEN_MAX];

	KITH_ASSERT(len <= DRAW_LEN_MAX);
	randombytes_buf_deterministic(stream, sizeof(s->seed) + len, s->seed);
	memcpy(s->seed, stream, sizeof(s->seed));
	memcpy(out, stream + sizeof(s->seed), len);
	sodium_memzero(stream, sizeof(stream));
}
