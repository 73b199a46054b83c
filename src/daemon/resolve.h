/* SPDX-License-Identifier: ISC */
/*
 * daemon/resolve.h: host names to addresses, by c-ares in the loop, without threads. A name that
 * begins with an underscore is a service (_kith._udp.example.org): its SRV records name hosts and
 * ports, whose addresses are the answer.
 */
#ifndef KITH_DAEMON_RESOLVE_H
#define KITH_DAEMON_RESOLVE_H

#include <kith/types.h>

struct ev_loop;
struct kith_resolver;

enum { KITH_RESOLVED_MAX = 32 };

/* The answer: addresses with their port, or none and a sentence why. */
typedef void (*kith_resolved_f)(void *ctx, uint64_t ticket, const struct kith_addr *addrs,
				size_t count, const char *why);

/* "c-ares 1.18.1", or "no resolver": kithd was built without c-ares. */
const char *kith_resolver_version(void);

/* NULL: no memory, or this kithd was built without c-ares. */
struct kith_resolver *kith_resolver_new(struct ev_loop *loop);
/* Questions under way are forgotten without an answer. */
void kith_resolver_free(struct kith_resolver **r);
/* Asks for host's addresses. The answer comes exactly once, perhaps before this returns. */
void kith_resolver_ask(struct kith_resolver *r, const char *host, uint16_t port,
		       kith_resolved_f on_resolved, void *ctx, uint64_t ticket);
/* The system's resolver settings may have changed: they are read again when nothing is asked. */
void kith_resolver_reload(struct kith_resolver *r);

#endif
