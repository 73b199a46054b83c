/* SPDX-License-Identifier: ISC */
#include "sim/offers.h"

#include "sim/claims.h"
#include "sim/process.h"
#include "sim/report.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct kith_bytes bytes_of(const char *text)
{
	return (struct kith_bytes){(const uint8_t *)text, strlen(text)};
}

static int put(struct cluster *c, uint32_t i, const struct cluster_offer *o)
{
	const struct kith_service_def def = {.name = o->name, .port = o->port, .weight = 1};

	return kith_node_service_put(c->nodes[i].node, cluster_clock(c, i), &def);
}

static struct cluster_offer *find(struct cluster_node *n, const char *name)
{
	uint32_t k;

	for (k = 0; k < n->offer_count; k++)
		if (strcmp(n->offers[k].name, name) == 0)
			return &n->offers[k];
	return NULL;
}

/* What the host offers from now on. */
static struct cluster_offer *note(struct cluster *c, struct cluster_node *n, const char *name,
				  uint16_t port)
{
	struct cluster_offer *o = find(n, name);

	if (o == NULL) {
		CLUSTER_CHECK(c, n->offer_count < CLUSTER_OFFERS_MAX, "%s offers too much", n->name);
		o = &n->offers[n->offer_count++];
		snprintf(o->name, sizeof(o->name), "%s", name);
	}
	o->port = port;
	return o;
}

int cluster_offer(struct cluster *c, uint32_t i, const char *name, uint16_t port)
{
	struct cluster_node *n = &c->nodes[i];
	struct cluster_offer *o;
	int err;

	if (port != 0) {
		err = put(c, i, note(c, n, name, port));
	} else {
		o = find(n, name);
		if (o == NULL)
			return KITH_ENOTFOUND;
		*o = n->offers[--n->offer_count];
		err = kith_node_service_drop(n->node, cluster_clock(c, i), name);
	}
	process_tick(n);
	return err;
}

void cluster_offer_again(struct cluster *c, uint32_t i)
{
	uint32_t k;

	for (k = 0; k < c->nodes[i].offer_count; k++) {
		const int err = put(c, i, &c->nodes[i].offers[k]);

		CLUSTER_CHECK(c, err == 0, "kith_node_service_put: %s", kith_strerror(err));
	}
}

uint16_t cluster_offered(struct cluster *c, uint32_t observer, uint32_t who, const char *name)
{
	struct kith_service s;

	if (kith_node_service(c->nodes[observer].node, &c->nodes[who].mid, bytes_of(name), &s) != 0 ||
	    !kith_service_is_usable(&s))
		return 0;
	return s.port;
}

/* --- claims ------------------------------------------------------------------------------------ */

void cluster_steady(struct cluster *c, uint32_t observer, uint32_t who, const char *name)
{
	struct cluster_steady *all = realloc(c->steady, (c->steady_count + 1) * sizeof(*all));

	assert(all != NULL);
	c->steady = all;
	c->steady[c->steady_count] = (struct cluster_steady){.observer = observer, .who = who};
	snprintf(c->steady[c->steady_count++].name, sizeof(all->name), "%s", name);
	cluster_check_steady(c);
}

void cluster_check_steady(struct cluster *c)
{
	uint32_t i, o;

	for (i = 0; i < c->steady_count; i++) {
		const struct cluster_steady *s = &c->steady[i];

		for (o = 0; o < c->count; o++)
			if (c->nodes[o].node != NULL && o != s->who &&
			    (s->observer == CLUSTER_ANY || s->observer == o))
				CLUSTER_CHECK(c, cluster_offered(c, o, s->who, s->name) != 0,
					      "%s misses %s of %s, which has to be there always",
					      c->nodes[o].name, s->name, c->nodes[s->who].name);
	}
}

/* --- agreement --------------------------------------------------------------------------------- */

static bool is_same(const struct kith_service *a, const struct kith_service *b)
{
	return memcmp(a->key, b->key, sizeof(a->key)) == 0 && a->epoch == b->epoch && a->seq == b->seq &&
	       a->port == b->port && a->name.len == b->name.len &&
	       memcmp(a->name.p, b->name.p, a->name.len) == 0;
}

/* What the observer lists of this host, beginning there, but for what is left of a life before; its own
 * list is in the same order. */
static bool next_of(struct cluster *c, uint32_t observer, uint32_t who, uint64_t *cursor,
		    struct kith_service *s)
{
	struct kith_member self;

	kith_node_self(c->nodes[who].node, &self);
	while (kith_node_services(c->nodes[observer].node, cursor, s))
		if (memcmp(s->owner.b, self.mid.b, sizeof(s->owner.b)) == 0 && s->epoch == self.epoch)
			return true;
	return false;
}

void cluster_check_services(struct cluster *c)
{
	uint32_t o, w;

	for (o = 0; o < c->count; o++)
		for (w = 0; w < c->count; w++) {
			struct kith_service seen, own;
			uint64_t at_seen = 0, at_own = 0;
			bool has, had;

			if (!cluster_is_running(c, o) || !cluster_is_running(c, w) ||
			    cluster_status(c, o, w) != KITH_STATUS_ALIVE)
				continue;
			do {
				has = next_of(c, o, w, &at_seen, &seen);
				had = next_of(c, w, w, &at_own, &own);
				CLUSTER_CHECK(c, has == had && (!has || is_same(&seen, &own)),
					      "%s does not list what %s offers", c->nodes[o].name,
					      c->nodes[w].name);
			} while (has);
		}
}
