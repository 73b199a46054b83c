/* SPDX-License-Identifier: ISC */
/*
 * support/dns_world.h: a DNS over a node of arrays that knows a cluster like Consul's examples: n1 in zone
 * dc1 offers web and six, n2 in eu.west a web that has an address of its own and a warning, db.n3 in dc1
 * one that is critical. Domains: consul, kith.internal, far.kith.internal.
 */
#ifndef KITH_TEST_DNS_WORLD_H
#define KITH_TEST_DNS_WORLD_H

#include "query/dns.h"
#include "sim/alloc_fail.h"
#include "support/dns_client.h"
#include "support/fake_node.h"

#define DNS_MSGPACK(text) ((struct kith_bytes){(const uint8_t *)text, sizeof(text) - 1})

struct dns_world {
	struct kith_node *node;
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct kith_directory directory;
	struct kith_dns_config config;
	struct kith_dns *dns;
	struct kith_member *n1, *n2, *n3;
	struct kith_service *web1, *web2, *web3, *six;
};

void dns_world_init(struct dns_world *w);
/* Nothing is left on the heap. */
void dns_world_fini(struct dns_world *w);
/* The configuration as it is now. */
void dns_world_set(struct dns_world *w);
/* Sixty members that offer "many". */
void dns_world_offer_sixty(struct dns_world *w);

/* The answer to a query, after whatever was changed in the node. */
struct kith_bytes dns_world_ask(struct dns_world *w, enum kith_dns_transport transport,
				const struct dns_query *q);
/* The same over UDP without EDNS: the bytes, and as text. */
struct kith_bytes dns_world_answer(struct dns_world *w, const char *name, uint16_t type);
const char *dns_world_told(struct dns_world *w, const char *name, uint16_t type);

#endif
