/* SPDX-License-Identifier: ISC */
#include "base/rng.h"
#include "base/check.h"
#include "base/cur.h"

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Both halves of the seed reach every word: the first draws depend on few words of the state. The
 * rotation keeps equal halves from cancelling out to zero, the state that xoshiro never leaves. */
void kith_rng_init(struct kith_rng *r, const uint8_t seed[16])
{
	uint64_t low = kith_get_u64(seed), high = kith_get_u64(seed + 8);

	for (unsigned i = 0; i < 4; i++) {
		r->s[i] = splitmix64(&low);
		r->s[i] ^= rotl(splitmix64(&high), 32);
	}
}

uint64_t kith_rng_next(struct kith_rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

/* Lemire, "Fast random integer generation in an interval" (2019): the products whose low half
 * falls under 2^32 mod n are the surplus that would favour some values; they are drawn again. */
uint32_t kith_rng_below(struct kith_rng *r, uint32_t n)
{
	uint64_t product;

	KITH_ASSERT(n > 0);
	product = (kith_rng_next(r) >> 32) * n;
	if ((uint32_t)product < n) {
		uint32_t surplus = -n % n;

		while ((uint32_t)product < surplus)
			product = (kith_rng_next(r) >> 32) * n;
	}
	return (uint32_t)(product >> 32);
}

void kith_rng_shuffle(struct kith_rng *r, uint32_t *a, uint32_t n)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t other = kith_rng_below(r, i);
		uint32_t kept = a[i - 1];

		a[i - 1] = a[other];
		a[other] = kept;
	}
}
