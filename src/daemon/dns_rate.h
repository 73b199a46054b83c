/* SPDX-License-Identifier: ISC */
/*
 * daemon/dns_rate.h: how often one source is answered over UDP. The source of a datagram is what its sender
 * says, so answers that are longer than questions would let anybody send them to anybody; over its rate a
 * source is told to come over TCP, which takes no more bytes than it sent, and nothing from who is real.
 *
 * A source is an IPv4 address or the 64 upper bits of an IPv6 one. Sources share a table of fixed size; two
 * that fall on one place share its rate, and nobody can know which do.
 */
#ifndef KITH_DAEMON_DNS_RATE_H
#define KITH_DAEMON_DNS_RATE_H

#include <kith/types.h>
#include <stdbool.h>

enum { KITH_DNS_RATE_BITS = 12 };

struct kith_dns_rate {
	uint64_t secret[3];
	kith_us apart_us; /* between two answers, in the long run */
	kith_us paid[1 << KITH_DNS_RATE_BITS]; /* what was answered so far is paid for at that time */
};

/* `seed` is fresh entropy; `rate` answers a second, and as many at once. */
void kith_dns_rate_init(struct kith_dns_rate *r, const uint8_t seed[24], uint32_t rate);
void kith_dns_rate_set(struct kith_dns_rate *r, uint32_t rate);
/* Whether one more answer is within the source's rate; if so, it counts. */
bool kith_dns_rate_take(struct kith_dns_rate *r, const struct kith_addr *source, kith_us now);

#endif
