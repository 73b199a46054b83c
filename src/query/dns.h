/* SPDX-License-Identifier: ISC */
/*
 * query/dns.h: the DNS's door: bytes of a query in, bytes of the answer out. No I/O and no clock; the host
 * has the sockets, and says what time it is.
 *
 *	query --dns_wire--> question --dns_name--> meaning --dns_answer, dns_service--> records
 *	--dns_wire--> answer; what the records say is in the directory (query/directory.h)
 *
 * One answer at a time, in one buffer that is kept; what else grows, grows with the instances that one
 * service has, and never with what is asked. kith-dns(7) says what is answered.
 */
#ifndef KITH_QUERY_DNS_H
#define KITH_QUERY_DNS_H

#include "query/directory.h"
#include "query/dns_name.h"

/* Columns: name, meaning. */
#define KITH_DNS_COUNTERS(X) \
	X(queries, "queries answered") \
	X(queries_tcp, "of them over TCP") \
	X(truncated, "answers cut to what the client takes; it asks again over TCP") \
	X(nxdomain, "answers that there is no such name, or no instance to use") \
	X(refused, "queries for names of other domains, or for a whole zone") \
	X(malformed, "queries that do not follow the format") \
	X(unsupported, "queries of a kind or version that is not supported") \
	X(limited, "queries over UDP above their source's rate, which is told to come over TCP") \
	X(unready, "queries while the node had not started, or without memory") \
	X(ignored, "packets that are no query at all") \
	X(unsent, "answers that the system did not take") \
	X(connections, "TCP connections now") \
	X(connections_opened, "TCP connections accepted") \
	X(connections_dropped, "TCP connections closed since there were too many, or that broke the format")
struct kith_dns_counters {
#define X(name, help) uint64_t name;
	KITH_DNS_COUNTERS(X)
#undef X
};

enum kith_dns_prefer {
	KITH_DNS_PREFER_ANY, /* all instances, in random order */
	KITH_DNS_PREFER_ZONE /* those of the own zone, unless they are few */
};

enum {
	KITH_DNS_QUERY_MAX = 512, /* a question is at most 271 bytes, and what may follow is padding */
	KITH_DNS_UDP_LEAST = 512, /* an answer so long everybody takes, RFC 1035 */
	KITH_DNS_UDP_MOST = 4096
};

/* Domains are as kith_dns_domain_read() takes them. */
struct kith_dns_config {
	const char *const *domains; /* the first one is that of answers about addresses */
	size_t domain_count;        /* 1 to KITH_DNS_DOMAINS_MAX */
	uint32_t ttl_s, negative_ttl_s;
	uint16_t udp_limit;         /* KITH_DNS_UDP_LEAST to KITH_DNS_UDP_MOST */
	enum kith_dns_prefer prefer;
	uint32_t zone_min;          /* PREFER_ZONE: fewer than these in the own zone are few */
	bool only_passing;
};

enum kith_dns_transport {
	KITH_DNS_UDP,
	KITH_DNS_UDP_LIMITED, /* the answer says no more than: ask over TCP */
	KITH_DNS_TCP
};

struct kith_dns;

/* The directory is borrowed; `seed` is for the order of answers. KITH_EINVAL: a domain; KITH_ENOMEM. */
KITH_MUST_USE int kith_dns_new(struct kith_dns **dns, const struct kith_dns_config *c,
			       struct kith_directory *directory, const uint8_t seed[16]);
void kith_dns_free(struct kith_dns **dns);
/* Other settings from now on. KITH_EINVAL: a domain, and nothing changed. */
KITH_MUST_USE int kith_dns_set(struct kith_dns *dns, const struct kith_dns_config *c);

/* The answer, borrowed until the next one; none is due when it is empty. */
struct kith_bytes kith_dns_answer(struct kith_dns *dns, enum kith_dns_transport transport, uint32_t unix_s,
				  struct kith_bytes query);

/* The library that reads and writes messages, with its version. */
const char *kith_dns_library(void);

/* The host counts its connections there. */
struct kith_dns_counters *kith_dns_counters(struct kith_dns *dns);

#endif
