/* SPDX-License-Identifier: ISC */
/*
 * base/addr.h: an address as a value: compare, normalise, print, parse. No resolver here.
 */
#ifndef KITH_BASE_ADDR_H
#define KITH_BASE_ADDR_H

#include <kith/types.h>
#include <stdbool.h>

enum { KITH_ADDR_TEXT_MAX = 56 };

bool kith_addr_eq(const struct kith_addr *a, const struct kith_addr *b);
bool kith_addr_same_host(const struct kith_addr *a, const struct kith_addr *b); /* port ignored */
int kith_addr_cmp(const struct kith_addr *a, const struct kith_addr *b);
/* From network-order bytes; a v4-mapped IPv6 address becomes family 4. family is 4 or 6. */
struct kith_addr kith_addr_make(uint8_t family, const uint8_t *ip, uint16_t port);
/* Fit to be listed and dialled: family 4 or 6, a port, not unspecified, multicast, broadcast,
 * nor link-local (8-decisions.md, Addresses). Loopback is usable. */
bool kith_addr_is_usable(const struct kith_addr *a);
bool kith_addr_is_loopback(const struct kith_addr *a);
bool kith_addr_is_unspecified(const struct kith_addr *a);
/* "10.0.0.1:5484", "[fd00::1]:5484", without port when it is 0 ("fd00::1" then without brackets),
 * "-" for family 0; RFC 5952 form. Returns buf. */
const char *kith_addr_print(const struct kith_addr *a, char *buf, size_t size);
/* Literals only: "10.0.0.1", "10.0.0.1:1", "[::1]:1", "::1", "[::1]". Port 0 may be written.
 * KITH_EINVAL otherwise: also for a leading zero and for a scope ("fe80::1%eth0"). */
KITH_MUST_USE int kith_addr_scan(const char *text, uint16_t default_port, struct kith_addr *a);

/* Where something is reached, without saying at which port: an IP literal, unbracketed, or what may be
 * the name of a host. */
bool kith_addr_is_host(const char *text);

#endif
