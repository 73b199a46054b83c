/* SPDX-License-Identifier: ISC */
#include "support/dns_world.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

enum { MEMBERS = 80 };

static const kith_us now = 10000 * KITH_SECOND;
static const uint8_t seed[16] = {7};
static const char *const domains[] = {"consul.", "kith.internal.", "far.kith.internal"};

static void offer_all(struct dns_world *w)
{
	w->n1 = fake_node_add(w->node, "n1", KITH_STATUS_ALIVE, now);
	w->n2 = fake_node_add(w->node, "n2", KITH_STATUS_ALIVE, now);
	w->n3 = fake_node_add(w->node, "db.n3", KITH_STATUS_ALIVE, now);
	w->n1->zone = w->n3->zone = "dc1";
	w->n2->zone = "eu.west";
	fake_node_tags(w->n1, "\x82\xA4role\xA3web\xACrfc1035-note\xA1x", 25);
	w->web1 = fake_node_offer(w->node, w->n1, "web", 80);
	w->web1->weight = 10;
	w->web1->tags = DNS_MSGPACK("\x92\xA2v1\xA3" "a.b");
	w->web2 = fake_node_offer(w->node, w->n2, "web", 81);
	w->web2->weight = 3;
	w->web2->health = KITH_SERVICE_WARNING;
	w->web2->addrs = DNS_MSGPACK("\x91\xA8" "10.1.1.7");
	w->web3 = fake_node_offer(w->node, w->n3, "web", 82);
	w->web3->health = KITH_SERVICE_CRITICAL;
	w->web3->tags = DNS_MSGPACK("\x91\xA2v3");
	w->six = fake_node_offer(w->node, w->n1, "six", 6);
	w->six->addrs = DNS_MSGPACK("\x91\xAB" "2001:db8::5");
}

void dns_world_init(struct dns_world *w)
{
	int rc;

	*w = (struct dns_world){.config = {.domains = domains, .domain_count = 3, .negative_ttl_s = 2,
					   .udp_limit = 1232}};
	alloc_fail_init(&w->heap);
	w->alloc = alloc_fail_hook(&w->heap);
	w->node = fake_node_new(MEMBERS);
	offer_all(w);
	kith_directory_init(&w->directory, w->node, &w->alloc);
	rc = kith_dns_new(&w->dns, &w->config, &w->directory, seed);
	KITH_ASSERT(rc == 0);
}

void dns_world_fini(struct dns_world *w)
{
	kith_dns_free(&w->dns);
	kith_directory_fini(&w->directory);
	fake_node_free(w->node);
	KITH_ASSERT(w->heap.blocks == 0);
}

void dns_world_set(struct dns_world *w)
{
	int rc = kith_dns_set(w->dns, &w->config);

	KITH_ASSERT(rc == 0);
}

void dns_world_offer_sixty(struct dns_world *w)
{
	for (int i = 0; i < 60; i++) {
		char name[KITH_NAME_MAX + 1];

		snprintf(name, sizeof(name), "many-%d", i);
		fake_node_offer(w->node, fake_node_add(w->node, name, KITH_STATUS_ALIVE, now), "many", 80);
	}
}

/* A node of arrays does not see by itself that it was changed. */
static void refresh(struct kith_node *n)
{
	n->view.changes++;
	for (uint32_t i = 0; i < n->service_count; i++) {
		struct kith_service *s = &n->services[i];

		for (uint32_t j = 0; j < n->count; j++)
			if (memcmp(&s->owner, &n->members[j].mid, sizeof(s->owner)) == 0)
				s->status = n->members[j].status;
	}
}

struct kith_bytes dns_world_ask(struct dns_world *w, enum kith_dns_transport transport,
				const struct dns_query *q)
{
	refresh(w->node);
	return kith_dns_answer(w->dns, transport, 1800000000, (struct kith_bytes){q->p, q->len});
}

struct kith_bytes dns_world_answer(struct dns_world *w, const char *name, uint16_t type)
{
	const struct dns_query q = dns_query(name, type);

	return dns_world_ask(w, KITH_DNS_UDP, &q);
}

const char *dns_world_told(struct dns_world *w, const char *name, uint16_t type)
{
	const struct dns_query q = dns_query(name, type);

	return dns_told(&q, dns_world_ask(w, KITH_DNS_UDP, &q));
}
