/* SPDX-License-Identifier: ISC */
/*
 * seal/secret.h: the keyed stream that secrets are drawn from, with fast key erasure: each draw
 * replaces the seed by the first 32 bytes of its output (4-security.md §5.15). Seeded by the host
 * with fresh entropy, so the packet path and the core never ask the system for randomness.
 */
#ifndef KITH_SEAL_SECRET_H
#define KITH_SEAL_SECRET_H

#include <kith/types.h>

struct kith_secret {
	uint8_t seed[32];
};

void kith_secret_init(struct kith_secret *s, const uint8_t seed[32]);
/* len at most 128. */
void kith_secret_draw(struct kith_secret *s, void *out, size_t len);

#endif
