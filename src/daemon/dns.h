/* SPDX-License-Identifier: ISC */
/*
 * daemon/dns.h: the sockets of the DNS (query/dns.h has the answers): UDP in batches, and TCP with several
 * questions on one connection (dns_tcp.h). A kithd that was built without it refuses to be told to listen.
 *
 * Where the configuration says nothing, kithd listens on loopback if the port is free: several may run on
 * one host, and none must fail to start for it. An address that is configured must be had.
 */
#ifndef KITH_DAEMON_DNS_H
#define KITH_DAEMON_DNS_H

#include "daemon/host.h"
#include "daemon/listen.h"
#include "query/dns.h"

struct kith_dns_host;

/* Opens what dns.listen says. 0, or an exit code with sentences in r; log may be NULL. */
KITH_MUST_USE int kith_dns_open(struct kith_listens *l, const struct kith_conf *c, struct kith_log *log,
				struct kith_report *r);
/* Serves on them, if there are any; the sockets stay the caller's. NULL: there are none, or no memory. */
struct kith_dns_host *kith_dns_start(struct kith_host *host, const struct kith_listens *l,
				     const struct kith_conf *c);
void kith_dns_stop(struct kith_dns_host **dns);
/* The settings that a reload applies; dns may be NULL, here and below. */
void kith_dns_reload(struct kith_dns_host *dns, const struct kith_conf *c);
/* NULL: nothing is served. */
const struct kith_dns_counters *kith_dns_counted(const struct kith_dns_host *dns);
/* Whether this kithd was built with it; the library's name and version. */
bool kith_dns_is_built(void);
const char *kith_dns_version(void);

#endif
