/* SPDX-License-Identifier: ISC */
/* The public calls about services. */
#include "core/node.h"
#include <string.h>

static struct kith_bytes text_of(const char *text)
{
	return (struct kith_bytes){(const uint8_t *)text, text != NULL ? strlen(text) : 0};
}

/* What the body's length fields could not say. */
static bool is_within(const struct kith_service_body *b)
{
	return b->name.len <= KITH_SERVICE_NAME_MAX && b->id.len <= KITH_SERVICE_ID_MAX &&
	       b->note.len <= KITH_SERVICE_NOTE_MAX;
}

int kith_node_service_put(struct kith_node *n, kith_us now, const struct kith_service_def *def)
{
	struct kith_service_body body = {
		.flags = def->maintenance ? KITH_SERVICE_MAINTENANCE : 0,
		.health = (uint8_t)def->health,
		.port = def->port,
		.weight = def->weight,
		.name = text_of(def->name),
		.id = text_of(def->id != NULL ? def->id : def->name),
		.note = text_of(def->note),
		.addrs = def->addrs, .ports = def->ports, .tags = def->tags, .meta = def->meta,
	};

	if ((unsigned)def->health >= KITH_SERVICE_HEALTH_COUNT || !is_within(&body))
		return KITH_EINVAL;
	return kith_core_service_put(n, now, &body);
}

int kith_node_service_drop(struct kith_node *n, kith_us now, const char *id)
{
	return id == NULL ? KITH_EINVAL : kith_core_service_drop(n, now, text_of(id));
}

static void describe(const struct kith_peer *p, const struct kith_offer *o, struct kith_service *s)
{
	const struct kith_service_body *b = &o->record->body;

	*s = (struct kith_service){
		.owner = p->record->mid,
		.node = p->certificate->c.name,
		.zone = p->certificate->c.zone,
		.status = p->status,
		.self = p->is_self,
		.quarantined = kith_flap_is_quarantined(p),
		.epoch = o->record->epoch,
		.seq = o->record->seq,
		.name = b->name, .id = b->id, .note = b->note,
		.port = b->port,
		.weight = b->weight,
		.maintenance = (b->flags & KITH_SERVICE_MAINTENANCE) != 0,
		.health = (enum kith_service_health)b->health,
		.health_since = b->since,
		.addrs = b->addrs, .ports = b->ports, .tags = b->tags, .meta = b->meta,
		.changed = o->changed,
	};
	memcpy(s->key, b->key, sizeof(s->key));
}

/* The cursor: the place of the owner on the ring above, that among its services below. */
enum { CURSOR_SHIFT = 32 };

int kith_node_services(const struct kith_node *n, uint64_t *cursor, struct kith_service *s)
{
	uint32_t at = (uint32_t)(*cursor >> CURSOR_SHIFT), i = (uint32_t)*cursor;

	for (; at < n->peers.count; at++, i = 0) {
		const struct kith_peer *p = kith_ring_at(n, at);
		const struct kith_offers *os = kith_catalogue_of(n, p);

		while (os != NULL && i < os->count && !kith_offer_is_listed(&os->table[i]))
			i++;
		if (os == NULL || i >= os->count)
			continue;
		describe(p, &os->table[i], s);
		*cursor = (uint64_t)at << CURSOR_SHIFT | (i + 1);
		return 1;
	}
	*cursor = (uint64_t)at << CURSOR_SHIFT;
	return 0;
}

int kith_node_service(const struct kith_node *n, const struct kith_mid *owner, struct kith_bytes id,
		      struct kith_service *s)
{
	const struct kith_peer *p = kith_peer_find(n, owner);
	const struct kith_offer *o;
	uint8_t key[KITH_SERVICE_KEY];

	if (p == NULL)
		return KITH_ENOTFOUND;
	kith_service_key(key, id);
	o = kith_catalogue_find(n, p, key);
	if (o == NULL || !kith_offer_is_listed(o))
		return KITH_ENOTFOUND;
	describe(p, o, s);
	return 0;
}

bool kith_service_is_usable(const struct kith_service *s)
{
	return (s->status == KITH_STATUS_ALIVE || s->status == KITH_STATUS_SUSPECT ||
		s->status == KITH_STATUS_RESTARTING) &&
	       !s->quarantined && !s->maintenance && s->health != KITH_SERVICE_CRITICAL;
}

int kith_text_next(struct kith_bytes texts, size_t *at, struct kith_bytes *text)
{
	return kith_texts_next(texts, at, text);
}

int kith_port_next(struct kith_bytes ports, size_t *at, struct kith_bytes *name, uint16_t *port)
{
	return kith_ports_next(ports, at, name, port);
}
