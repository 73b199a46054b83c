/* SPDX-License-Identifier: ISC */
/*
 * daemon/dns_tcp.h: the DNS over TCP (RFC 7766): each message behind its length, several questions on one
 * connection, answered in their order. Who asks nothing for a while, or does not read, is let go, and first
 * of all when there are too many: so nobody can keep others out by keeping connections.
 */
#ifndef KITH_DAEMON_DNS_TCP_H
#define KITH_DAEMON_DNS_TCP_H

#include "daemon/host.h"
#include "daemon/listen.h"
#include "query/dns.h"

struct kith_dns_tcp;

/* NULL: out of memory. */
struct kith_dns_tcp *kith_dns_tcp_new(struct kith_host *host, struct kith_dns *dns,
				      const struct kith_listens *l);
void kith_dns_tcp_free(struct kith_dns_tcp **tcp);

#endif
