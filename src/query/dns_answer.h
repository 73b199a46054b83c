/* SPDX-License-Identifier: ISC */
/*
 * query/dns_answer.h: what is answered to which question: the records of one name, or that there is none.
 *
 *	enter	kith_dns_name_mean() has said what the name is
 *	then	one function per kind of name writes its records of the type that is asked for, and says
 *		whether there is such a name
 *	leave	without a record the SOA of the domain is written, so that it is known for how long
 */
#ifndef KITH_QUERY_DNS_ANSWER_H
#define KITH_QUERY_DNS_ANSWER_H

#include "query/dns.h"
#include "query/dns_pick.h"
#include "query/dns_wire.h"

/* The settings, as they are used. */
struct kith_dns_settings {
	struct kith_dns_name domains[KITH_DNS_DOMAINS_MAX];
	uint8_t domain_count;
	uint32_t ttl_s, negative_ttl_s, zone_min;
	uint16_t udp_limit;
	bool prefer_zone, only_passing;
};

/* SRV records shorter than this there are none: two bytes of owner, ten fixed ones, three numbers, and a
 * target of one label and the end. */
enum { KITH_DNS_TARGETS_MAX = KITH_DNS_MESSAGE_MAX / (2 + 10 + 6 + 3) };

/* One answer under way, and what is kept for the next one. */
struct kith_dns_answer {
	struct kith_dns_writer w;
	struct kith_dns_settings set;
	struct kith_directory *directory; /* borrowed */
	struct kith_rng rng;
	struct kith_dns_picked picked;
	const struct kith_dns_question *q; /* borrowed during an answer, as the meaning */
	struct kith_dns_meaning meaning;
	uint32_t unix_s;
	bool has_memory;
	/* The targets of the SRV records written: where their names lie, and whom to add addresses of. */
	uint16_t target_at[KITH_DNS_TARGETS_MAX];
	const struct kith_member *target_member[KITH_DNS_TARGETS_MAX]; /* NULL: target_addr, or none */
	struct kith_addr target_addr[KITH_DNS_TARGETS_MAX];
	uint32_t target_count;
};

/* Writes the records that answer a->q, whose name `a->meaning` says what it is, and no foreign one; the
 * rcode. */
unsigned kith_dns_answer_write(struct kith_dns_answer *a);

#endif
