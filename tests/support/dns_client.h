/* SPDX-License-Identifier: ISC */
/*
 * support/dns_client.h: queries as bytes, and answers as a line of text, read by ldns, which did not write
 * them as it would have:
 *
 *	NOERROR aa: A 10.0.0.1, A 10.1.1.7 / SOA / n1.node.consul. A 10.0.0.1 / edns
 *
 * The flags are those that are set; of each section the records in the order of their texts, answers
 * without their owner (which must be the question's name, byte for byte, unless it is told).
 */
#ifndef KITH_TEST_DNS_CLIENT_H
#define KITH_TEST_DNS_CLIENT_H

#include <kith/types.h>
#include <stdbool.h>

enum { DNS_A = 1, DNS_NS = 2, DNS_CNAME = 5, DNS_SOA = 6, DNS_PTR = 12, DNS_MX = 15, DNS_TXT = 16,
       DNS_AAAA = 28, DNS_SRV = 33, DNS_DS = 43, DNS_HTTPS = 65, DNS_IXFR = 251, DNS_AXFR = 252,
       DNS_ANY = 255 };

struct dns_query {
	uint8_t p[1024];
	size_t len;
};

/* A query with id 0x1234, RD set; the name is text with dots, where a backslash keeps a dot. */
struct dns_query dns_query(const char *name, uint16_t type);
/* And an OPT record behind it. */
struct dns_query dns_query_edns(const char *name, uint16_t type, uint16_t size, uint8_t version);
void dns_query_u16(struct dns_query *q, uint16_t v);

/* The answer as text, in a buffer that the next call overwrites. Fails the test when it is malformed, or
 * does not belong to the query. */
const char *dns_told(const struct dns_query *q, struct kith_bytes answer);
/* Whether ldns can read it to its end, with nothing behind. */
bool dns_is_well_formed(struct kith_bytes answer);
/* How many records a section of an answer has: 1 answers, 2 authority, 3 additional. */
unsigned dns_count(struct kith_bytes answer, unsigned section);
bool dns_is_cut(struct kith_bytes answer);

#endif
