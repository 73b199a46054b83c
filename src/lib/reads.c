/* SPDX-License-Identifier: ISC */
/* The calls that read a node; none changes anything, so what they lend stays valid. */
#include "core/node.h"
#include "wire/record.h"
#include <string.h>

static void describe(const struct kith_node *n, const struct kith_peer *p, struct kith_member *m)
{
	const struct kith_member_fact *r = p->record;
	const struct kith_certificate *c = &p->certificate->c;
	const struct kith_talk *talk = kith_talk_of(n, p);
	const struct kith_coordinate *coord = kith_coord_of(n, p);

	memset(m, 0, sizeof(*m));
	m->mid = r->mid;
	m->name = c->name;
	m->zone = c->zone;
	m->status = p->status;
	m->self = p->is_self;
	memcpy(m->addrs, r->body.addrs, sizeof(m->addrs));
	m->addr_count = r->body.addr_count;
	m->proto_min = r->body.proto_min;
	m->proto_max = r->body.proto_max;
	memcpy(m->version, r->body.version, sizeof(m->version));
	m->rights = c->rights;
	m->epoch = r->epoch;
	m->seq = r->seq;
	m->certificate_not_after = c->not_after;
	memcpy(m->issuer, c->issuer, sizeof(m->issuer));
	m->tags = r->body.tags;
	m->since = p->since;
	m->heard = p->is_self ? n->now : talk != NULL ? talk->heard : KITH_NEVER;
	m->rtt = p->is_self ? 0 : talk != NULL ? talk->rtt_us : -1;
	kith_suspect_weigh(n, p, &m->evidence, &m->need);
	m->back_s = r->body.back_s;
	m->has_coordinate = coord != NULL;
	if (coord != NULL)
		m->coordinate = *coord;
	m->indirect = p->ledger != NULL && p->ledger->helper != 0;
	m->disputed = kith_is_disputed(n, p);
	m->quarantined = kith_flap_is_quarantined(p);
	m->released = kith_flap_released_at(p);
}

int kith_node_members(const struct kith_node *n, uint32_t *cursor, struct kith_member *m)
{
	if (*cursor >= n->peers.count)
		return 0;
	describe(n, kith_ring_at(n, (*cursor)++), m);
	return 1;
}

int kith_node_member(const struct kith_node *n, const struct kith_mid *mid, struct kith_member *m)
{
	const struct kith_peer *p = kith_peer_find(n, mid);

	if (p == NULL)
		return KITH_ENOTFOUND;
	describe(n, p, m);
	return 0;
}

void kith_node_self(const struct kith_node *n, struct kith_member *m)
{
	if (n->own.peer != NULL) {
		describe(n, n->own.peer, m);
		return;
	}
	/* Before the first record: what the certificate says. */
	memset(m, 0, sizeof(*m));
	m->mid = n->own.secrets->identity.mid;
	m->name = n->own.certificate->c.name;
	m->zone = n->own.certificate->c.zone;
	m->self = true;
	memcpy(m->addrs, n->own.body.addrs, sizeof(m->addrs));
	m->addr_count = n->own.body.addr_count;
	m->proto_min = KITH_PROTOCOL_MIN;
	m->proto_max = KITH_PROTOCOL_MAX;
	m->rights = n->own.certificate->c.rights;
	m->epoch = n->own.epoch;
	m->certificate_not_after = n->own.certificate->c.not_after;
	memcpy(m->issuer, n->own.certificate->c.issuer, sizeof(m->issuer));
	m->heard = m->since = n->now;
	m->released = KITH_NEVER;
	m->need = 2;
}

int kith_tag_next(struct kith_bytes tags, size_t *at, struct kith_bytes *key,
		  struct kith_bytes *value)
{
	return kith_tags_next(tags, at, key, value);
}

int kith_node_why(const struct kith_node *n, const struct kith_mid *mid, uint32_t *cursor,
		  struct kith_why *w)
{
	const struct kith_peer *p = kith_peer_find(n, mid);
	const struct kith_why_ring *ring = p != NULL && p->ledger != NULL ? &p->ledger->why : NULL;
	const struct kith_peer *by;
	uint32_t first;

	if (ring == NULL)
		return 0;
	/* The cursor counts entries ever written, so entries that were overwritten are skipped. */
	first = ring->total > KITH_WHY_KEPT ? ring->total - KITH_WHY_KEPT : 0;
	if (*cursor < first)
		*cursor = first;
	if (*cursor >= ring->total)
		return 0;
	*w = ring->entries[(*cursor)++ % KITH_WHY_KEPT];
	by = kith_peer_find(n, &w->by);
	w->by_name = by != NULL ? by->certificate->c.name : "";
	return 1;
}

int kith_node_seeds(const struct kith_node *n, uint32_t *cursor, struct kith_seed *s)
{
	if (*cursor >= n->join.seed_count)
		return 0;
	*s = n->join.dials[(*cursor)++].seed;
	return 1;
}

void kith_node_stats(const struct kith_node *n, struct kith_stats *s)
{
	*s = n->stats;
	s->revocations = n->revocations.count;
	s->gossip_queue = n->gossip.count;
}

void kith_node_view(const struct kith_node *n, struct kith_view *v)
{
	const uint32_t *by = n->peers.by_status;

	memset(v, 0, sizeof(*v));
	v->alive = by[KITH_STATUS_ALIVE];
	v->restarting = by[KITH_STATUS_RESTARTING];
	v->suspect = by[KITH_STATUS_SUSPECT];
	v->failed = by[KITH_STATUS_FAILED];
	v->left = by[KITH_STATUS_LEFT];
	v->quarantined = n->ledgers.quarantined;
	v->isolated = n->peers.isolated;
	v->started = kith_own_is_started(n);
	v->joined = n->partners.is_joined;
	v->answered = n->probes.answered;
	v->synced = n->partners.synced;
	v->health = n->probes.health;
	kith_peers_root(n, v->root);
	v->changes = n->peers.changes;
	v->services = n->catalogue.listed;
	v->service_changes = n->catalogue.changes;
	v->max_members = n->max_members;
	v->clock_ahead_s = n->clocks.ahead_s;
	v->clock_others = n->clocks.others;
	v->clock_differs = n->clocks.differs;
}
