/* SPDX-License-Identifier: ISC */
/*
 * base/rng.h: the fast generator for choices (whom to probe, jitter). Never for secrets: those
 * come from seal/secret.h. The same seed gives the same choices on every machine.
 */
#ifndef KITH_BASE_RNG_H
#define KITH_BASE_RNG_H

#include <stdint.h>

struct kith_rng {
	uint64_t s[4]; /* xoshiro256** (Blackman, Vigna 2018) */
};

/* Any 16 bytes will do as a seed; they are expanded by splitmix64. */
void kith_rng_init(struct kith_rng *r, const uint8_t seed[16]);
uint64_t kith_rng_next(struct kith_rng *r);
/* Uniform in 0 .. n-1 without bias; n > 0. */
uint32_t kith_rng_below(struct kith_rng *r, uint32_t n);
/* Fisher-Yates over an array of slots. */
void kith_rng_shuffle(struct kith_rng *r, uint32_t *a, uint32_t n);

#endif
