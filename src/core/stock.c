/* SPDX-License-Identifier: ISC */
#include "core/stock.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include <string.h>

static void begin(struct kith_stock_msg *out, const struct kith_mid *mid, uint32_t epoch, uint32_t flags)
{
	out->mid = *mid;
	out->m.kind = KITH_MSG_SERVICES;
	out->m.mid = out->mid.b;
	out->m.e = epoch;
	out->m.f = flags;
	out->m.blob = (struct kith_bytes){out->blob, 0};
	out->m.item_count = 0;
}

static void add(struct kith_stock_msg *out, const uint8_t key[KITH_SERVICE_KEY], uint32_t seq,
		uint64_t leaf)
{
	uint8_t *entry = out->blob + out->m.blob.len;

	KITH_ASSERT(out->m.blob.len + KITH_STOCK_ENTRY <= sizeof(out->blob));
	memcpy(entry, key, KITH_SERVICE_KEY);
	kith_put_u32(entry + KITH_SERVICE_KEY, seq);
	kith_put_u64(entry + KITH_SERVICE_KEY + 4, leaf);
	out->m.blob.len += KITH_STOCK_ENTRY;
}

void kith_stock_list(const struct kith_node *n, const struct kith_peer *p, struct kith_stock_msg *out)
{
	const struct kith_offers *os = kith_catalogue_of(n, p);
	uint32_t i;

	begin(out, &p->record->mid, p->record->epoch, 0);
	for (i = 0; os != NULL && i < os->count; i++) {
		const struct kith_service_fact *s = os->table[i].record;

		if (!os->table[i].is_former)
			add(out, s->body.key, s->seq, s->leaf);
	}
}

void kith_stock_wanted(const struct kith_node *n, const struct kith_picks *want, struct kith_stock_msg *out,
		       uint32_t *count)
{
	const struct kith_pick *first = &want->queue[want->at];
	const struct kith_peer *p = kith_peer_find(n, &first->mid);
	uint32_t i;

	begin(out, &first->mid, p != NULL ? p->record->epoch : 0, KITH_SERVICES_WANTED);
	for (i = want->at; i < want->count; i++) {
		const struct kith_pick *pick = &want->queue[i];

		if (memcmp(pick->mid.b, first->mid.b, sizeof(first->mid.b)) != 0)
			break;
		add(out, pick->key, 0, 0);
	}
	*count = i - want->at;
}

const struct kith_fact *kith_stock_record(const struct kith_node *n, const struct kith_pick *pick)
{
	const struct kith_peer *p = kith_peer_find(n, &pick->mid);
	const struct kith_offer *o = p != NULL ? kith_catalogue_find(n, p, pick->key) : NULL;

	return o != NULL && !o->is_former ? &o->record->fact : NULL;
}

static bool pick(struct kith_node *n, struct kith_picks *picks, const struct kith_mid *mid,
		 const uint8_t key[KITH_SERVICE_KEY])
{
	void *queue = picks->queue;

	if (!kith_mem_grow(&n->alloc, &queue, &picks->room, picks->count + 1, sizeof(*picks->queue)))
		return false;
	picks->queue = queue;
	picks->queue[picks->count].mid = *mid;
	memcpy(picks->queue[picks->count++].key, key, KITH_SERVICE_KEY);
	return true;
}

/* Entries are whole, as many as there can be, and in the order of their keys. */
static bool is_well_formed(struct kith_bytes blob)
{
	size_t i;

	if (blob.len % KITH_STOCK_ENTRY != 0 ||
	    blob.len / KITH_STOCK_ENTRY > KITH_SERVICES_PER_OWNER + KITH_SERVICES_DELETED)
		return false;
	for (i = KITH_STOCK_ENTRY; i < blob.len; i += KITH_STOCK_ENTRY)
		if (memcmp(blob.p + i, blob.p + i - KITH_STOCK_ENTRY, KITH_SERVICE_KEY) <= 0)
			return false;
	return true;
}

/* Each turn speaks of an owner once, and of all in their order: what it can ask for is bounded so. */
static bool is_in_order(struct kith_sync *y, const struct kith_mid *mid, bool is_wanted)
{
	struct kith_asked *asked = &y->asked_services[is_wanted ? 1 : 0];

	if (asked->has && memcmp(mid->b, asked->up_to.b, sizeof(mid->b)) <= 0)
		return false;
	*asked = (struct kith_asked){.up_to = *mid, .has = true};
	return true;
}

static bool bring_wanted(struct kith_node *n, struct kith_sync *y, const struct kith_peer *p,
			 struct kith_bytes blob)
{
	size_t i;

	for (i = 0; i < blob.len; i += KITH_STOCK_ENTRY)
		if (kith_catalogue_find(n, p, blob.p + i) != NULL &&
		    !pick(n, &y->bring, &p->record->mid, blob.p + i))
			return false;
	return true;
}

/* Both are in the order of their keys. */
static bool merge(struct kith_node *n, struct kith_sync *y, const struct kith_peer *p,
		  struct kith_bytes blob)
{
	const struct kith_offers *os = kith_catalogue_of(n, p);
	uint32_t at = 0;
	size_t i = 0;

	for (;;) {
		const bool has = i < blob.len;
		const struct kith_offer *o;
		uint32_t seq;
		uint64_t leaf;
		bool differs;
		int c;

		while (os != NULL && at < os->count && os->table[at].is_former)
			at++;
		o = os != NULL && at < os->count ? &os->table[at] : NULL;
		if (o == NULL && !has)
			return true;
		seq = has ? kith_get_u32(blob.p + i + KITH_SERVICE_KEY) : 0;
		leaf = has ? kith_get_u64(blob.p + i + KITH_SERVICE_KEY + 4) : 0;
		c = o == NULL ? 1 : !has ? -1 : memcmp(o->record->body.key, blob.p + i, KITH_SERVICE_KEY);
		/* Signed twice with one number: both go over, and all keep the same. */
		differs = c == 0 && o->record->seq == seq && o->record->leaf != leaf;
		if ((c < 0 || differs || (c == 0 && o->record->seq > seq)) &&
		    !pick(n, &y->bring, &p->record->mid, o->record->body.key))
			return false;
		if ((c > 0 || differs || (c == 0 && o->record->seq < seq)) &&
		    y->want.count < KITH_SERVICES_MAX &&
		    kith_catalogue_has_room(n, p, blob.p + i, seq, leaf == 0) &&
		    !pick(n, &y->want, &p->record->mid, blob.p + i))
			return false;
		at += c <= 0 ? 1 : 0;
		i += c >= 0 ? KITH_STOCK_ENTRY : 0;
	}
}

bool kith_stock_compare(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	const bool is_wanted = (m->f & KITH_SERVICES_WANTED) != 0;
	struct kith_sync *y = s->sync;
	const struct kith_peer *p;
	struct kith_mid mid;

	memcpy(mid.b, m->mid, sizeof(mid.b));
	if (!is_well_formed(m->blob) || !is_in_order(y, &mid, is_wanted))
		return false;
	y->has_asked = true; /* whether or not there is an answer: so both see whose turn is the last */
	p = kith_peer_find(n, &mid);
	if (p == NULL || p->record->epoch != m->e || y->refusal != KITH_SEED_JOINED)
		return true;
	return is_wanted ? bring_wanted(n, y, p, m->blob) : merge(n, y, p, m->blob);
}
