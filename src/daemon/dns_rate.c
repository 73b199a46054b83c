/* SPDX-License-Identifier: ISC */
#include "daemon/dns_rate.h"
#include "base/check.h"
#include "base/cur.h"
#include "base/time.h"
#include <string.h>

void kith_dns_rate_set(struct kith_dns_rate *r, uint32_t rate)
{
	KITH_ASSERT(rate > 0 && rate <= KITH_SECOND);
	r->apart_us = KITH_SECOND / rate;
}

void kith_dns_rate_init(struct kith_dns_rate *r, const uint8_t seed[24], uint32_t rate)
{
	memset(r, 0, sizeof *r);
	for (int i = 0; i < 3; i++)
		r->secret[i] = kith_get_u64(seed + 8 * i);
	kith_dns_rate_set(r, rate);
}

/* Pair-multiply-shift (Thorup, "High speed hashing for integers and strings", 2015): two sources fall on one
 * place no more often than by chance, whoever chose them. */
static size_t place(const struct kith_dns_rate *r, const struct kith_addr *source)
{
	const uint32_t low = source->family == 4 ? 0 : kith_get_u32(source->ip + 4);

	return ((r->secret[0] + kith_get_u32(source->ip)) * (r->secret[1] + low) + r->secret[2]) >>
	       (64 - KITH_DNS_RATE_BITS);
}

bool kith_dns_rate_take(struct kith_dns_rate *r, const struct kith_addr *source, kith_us now)
{
	kith_us *paid = &r->paid[place(r, source)];
	const kith_us next = kith_us_max(*paid, now) + r->apart_us;

	if (next > now + KITH_SECOND)
		return false;
	*paid = next;
	return true;
}
