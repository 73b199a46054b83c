/* SPDX-License-Identifier: ISC */
/*
 * query/dns_record.h: the records that answers are made of, each in one call. What does not fit is not
 * there afterwards, and the writer says that the answer is cut.
 */
#ifndef KITH_QUERY_DNS_RECORD_H
#define KITH_QUERY_DNS_RECORD_H

#include "query/dns_answer.h"

#include <string.h>

enum kith_dns_type {
	KITH_DNS_TYPE_A = 1,
	KITH_DNS_TYPE_NS = 2,
	KITH_DNS_TYPE_CNAME = 5,
	KITH_DNS_TYPE_SOA = 6,
	KITH_DNS_TYPE_PTR = 12,
	KITH_DNS_TYPE_TXT = 16,
	KITH_DNS_TYPE_AAAA = 28,
	KITH_DNS_TYPE_SRV = 33,
	KITH_DNS_TYPE_ANY = 255
};
enum { KITH_DNS_QUESTION = KITH_DNS_HEADER }; /* where its name lies in the message */

static inline struct kith_bytes kith_dns_text(const char *s)
{
	return (struct kith_bytes){(const uint8_t *)s, strlen(s)};
}

static inline bool kith_dns_asks(const struct kith_dns_answer *a, enum kith_dns_type type)
{
	return a->q->type == type || a->q->type == KITH_DNS_TYPE_ANY;
}

/* Whether the address is of the family that the type is for: A or AAAA. */
bool kith_dns_fits(const struct kith_addr *addr, enum kith_dns_type type);
/* false, here and below: it did not fit. */
bool kith_dns_put_addr(struct kith_dns_answer *a, enum kith_dns_section section, size_t owner,
		       const struct kith_addr *addr);
/* All of a member, of one type. */
bool kith_dns_put_addrs(struct kith_dns_answer *a, enum kith_dns_section section, size_t owner,
			const struct kith_member *m, enum kith_dns_type type);
/* And of both, in addition. */
void kith_dns_add_addrs(struct kith_dns_answer *a, size_t owner, const struct kith_member *m);
/* Of the domain that the question is about. */
void kith_dns_put_soa(struct kith_dns_answer *a, enum kith_dns_section section);
/* "key=value", in as many strings as it takes. Keys that begin with "rfc1035-" give the value alone, as
 * in Consul. */
bool kith_dns_put_txt(struct kith_dns_answer *a, struct kith_bytes key, struct kith_bytes value);
/* A record whose data is one name. */
bool kith_dns_put_name(struct kith_dns_answer *a, enum kith_dns_type type,
		       const struct kith_dns_name *name);

/* NODE.node.DOMAIN. false: a part of the node's name is no label. */
KITH_MUST_USE bool kith_dns_node_name(struct kith_dns_name *n, const struct kith_member *m,
				      const struct kith_dns_name *domain);

#endif
