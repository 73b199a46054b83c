/* SPDX-License-Identifier: ISC */
#include "core/catalogue.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/node.h"
#include <string.h>

bool kith_catalogue_init(struct kith_node *n)
{
	return kith_timer_init(n, &n->catalogue.timer, KITH_TIMER_CATALOGUE, NULL);
}

void kith_catalogue_fini(struct kith_node *n)
{
	KITH_ASSERT(n->catalogue.count == 0); /* they went with their owners */
	kith_timer_fini(n, &n->catalogue.timer);
	kith_mem_free(&n->alloc, n->catalogue.by_slot);
	memset(&n->catalogue, 0, sizeof(n->catalogue));
}

static struct kith_offers *offers_of(const struct kith_node *n, const struct kith_peer *p)
{
	return p->slot < n->catalogue.room ? &n->catalogue.by_slot[p->slot] : NULL;
}

const struct kith_offers *kith_catalogue_of(const struct kith_node *n, const struct kith_peer *p)
{
	return offers_of(n, p);
}

/* The place of the key, or where it would go. */
static uint32_t seek(const struct kith_offers *os, const uint8_t key[KITH_SERVICE_KEY], bool *is_there)
{
	uint32_t lo = 0, hi = os->count;

	*is_there = false;
	while (lo < hi && !*is_there) {
		const uint32_t middle = lo + (hi - lo) / 2;
		const int c = memcmp(os->table[middle].record->body.key, key, KITH_SERVICE_KEY);

		*is_there = c == 0;
		if (c < 0)
			lo = middle + 1;
		else
			hi = middle;
	}
	return hi;
}

const struct kith_offer *kith_catalogue_find(const struct kith_node *n, const struct kith_peer *p,
					     const uint8_t key[KITH_SERVICE_KEY])
{
	const struct kith_offers *os = offers_of(n, p);
	bool is_there = false;
	const uint32_t at = os != NULL ? seek(os, key, &is_there) : 0;

	return is_there ? &os->table[at] : NULL;
}

uint64_t kith_catalogue_leaf(const struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_offers *os = offers_of(n, p);

	return os != NULL ? os->leaf : 0;
}

bool kith_catalogue_is_news(const struct kith_node *n, const struct kith_peer *owner,
			    const uint8_t key[KITH_SERVICE_KEY], uint32_t seq, struct kith_bytes record)
{
	const struct kith_offer *o = kith_catalogue_find(n, owner, key);
	const struct kith_fact *held = o != NULL ? &o->record->fact : NULL;

	if (o == NULL || o->is_former)
		return true;
	if (seq != o->record->seq)
		return seq > o->record->seq;
	/* Of two records with one number all hosts keep the larger bytes. */
	if (record.len != held->raw.len)
		return record.len > held->raw.len;
	return memcmp(record.p, held->raw.p, record.len) > 0;
}

/* --- what is told ----------------------------------------------------------------------------- */

static bool differs(const struct kith_service_body *a, const struct kith_service_body *b)
{
	const struct kith_bytes of_a[] = {a->name, a->id, a->note, a->addrs, a->ports, a->tags, a->meta};
	const struct kith_bytes of_b[] = {b->name, b->id, b->note, b->addrs, b->ports, b->tags, b->meta};
	size_t i;

	if (a->flags != b->flags || a->health != b->health || a->port != b->port || a->weight != b->weight)
		return true;
	for (i = 0; i < sizeof(of_a) / sizeof(of_a[0]); i++)
		if (of_a[i].len != of_b[i].len ||
		    (of_a[i].len > 0 && memcmp(of_a[i].p, of_b[i].p, of_a[i].len) != 0))
			return true;
	return false;
}

static void copy_text(char *to, struct kith_bytes text)
{
	memcpy(to, text.p, text.len); /* within its bound */
	to[text.len] = '\0';
}

/* Its owner's absence has been told already. */
static void tell(struct kith_node *n, const struct kith_peer *owner, const struct kith_service_fact *s,
		 enum kith_service_change change)
{
	struct kith_event e = {.kind = KITH_EVENT_SERVICE, .mid = s->mid, .from = owner->status,
			       .to = owner->status, .change = change};

	n->catalogue.changes++;
	if (owner->status == KITH_STATUS_FAILED || owner->status == KITH_STATUS_LEFT ||
	    kith_flap_is_quarantined(owner))
		return;
	copy_text(e.service, s->body.name);
	copy_text(e.service_id, s->body.id);
	kith_out_event(n, &e);
}

/* The record of a key was `was` (NULL: there was none) and is `is`; deleted ones are none. */
static void tell_change(struct kith_node *n, const struct kith_peer *owner,
			const struct kith_service_fact *was, const struct kith_service_fact *is)
{
	const bool had = was != NULL && (was->body.flags & KITH_SERVICE_DELETED) == 0;
	const bool has = (is->body.flags & KITH_SERVICE_DELETED) == 0;

	n->catalogue.offered += (has ? 1 : 0) - (had ? 1 : 0);
	if (has && !had)
		tell(n, owner, is, KITH_SERVICE_ADDED);
	else if (had && !has)
		tell(n, owner, was, KITH_SERVICE_REMOVED);
	else if (had && differs(&was->body, &is->body))
		tell(n, owner, is, KITH_SERVICE_CHANGED);
}

/* --- entering --------------------------------------------------------------------------------- */

static void wake_at(struct kith_node *n, kith_us at)
{
	kith_timer_set_earlier(n, &n->catalogue.timer, at);
}

static void shift_leaf(struct kith_node *n, const struct kith_peer *owner, struct kith_offers *os,
		       uint64_t by)
{
	os->leaf += by;
	kith_leaf_shift(n, owner, by);
}

/* What counts in the leaf: a former one does not. */
static uint64_t leaf_of(const struct kith_offer *o)
{
	return o->is_former ? 0 : o->record->leaf;
}

/* Takes the entry out. The leaf is the caller's. */
static void take_out(struct kith_node *n, struct kith_offers *os, uint32_t at)
{
	struct kith_offer *o = &os->table[at];

	kith_gossip_drop(n, &o->rumor, &o->record->fact);
	os->deleted -= kith_offer_is_deleted(o) ? 1 : 0;
	kith_fact_unref(n, &o->record->fact);
	memmove(o, o + 1, (os->count - at - 1) * sizeof(*o));
	os->count--;
	n->catalogue.count--;
}

/* The one deleted first makes room for another deleted one. */
static void forget_oldest_deleted(struct kith_node *n, struct kith_offers *os)
{
	uint32_t oldest = os->count, i;

	for (i = 0; i < os->count; i++)
		if (kith_offer_is_deleted(&os->table[i]) &&
		    (oldest == os->count || os->table[i].changed < os->table[oldest].changed))
			oldest = i;
	KITH_ASSERT(oldest < os->count);
	take_out(n, os, oldest);
}

/* The owner's entries; NULL: no memory. */
static struct kith_offers *reach(struct kith_node *n, const struct kith_peer *owner)
{
	struct kith_catalogue *c = &n->catalogue;
	void *table = c->by_slot;

	if (!kith_mem_grow(&n->alloc, &table, &c->room, owner->slot + 1, sizeof(*c->by_slot)))
		return NULL;
	c->by_slot = table;
	return &c->by_slot[owner->slot];
}

/* Whether the record may take the place of `o` (NULL: a new one). */
static bool has_room(struct kith_node *n, const struct kith_offers *os, const struct kith_offer *o,
		     bool is_deleted)
{
	const bool is_more = !is_deleted && (o == NULL || kith_offer_is_deleted(o));

	if ((o != NULL || n->catalogue.count < KITH_SERVICES_MAX) &&
	    (!is_more || os->count - os->deleted < KITH_SERVICES_PER_OWNER))
		return true;
	KITH_DROP(n, services_full);
	return false;
}

/* A place for the key at that index; NULL: no room, or no memory. */
static struct kith_offer *insert(struct kith_node *n, struct kith_offers *os,
				 const uint8_t key[KITH_SERVICE_KEY])
{
	void *table = os->table;
	bool is_there;
	uint32_t at;

	if (!kith_mem_grow(&n->alloc, &table, &os->room, os->count + 1, sizeof(*os->table)))
		return NULL;
	os->table = table;
	at = seek(os, key, &is_there);
	memmove(&os->table[at + 1], &os->table[at], (os->count - at) * sizeof(*os->table));
	os->count++;
	n->catalogue.count++;
	os->table[at] = (struct kith_offer){.rumor = 0};
	return &os->table[at];
}

/* The record in the place of its key, whatever was there. */
static void put(struct kith_node *n, struct kith_peer *owner, struct kith_offers *os,
		struct kith_offer *o, struct kith_service_fact *record)
{
	struct kith_service_fact *was = o->record;
	const uint64_t leaf = was != NULL ? leaf_of(o) : 0;

	if (was != NULL) {
		kith_gossip_drop(n, &o->rumor, &was->fact);
		os->deleted -= kith_offer_is_deleted(o) ? 1 : 0;
	}
	kith_fact_ref(&record->fact);
	*o = (struct kith_offer){.record = record, .changed = n->now};
	os->deleted += kith_offer_is_deleted(o) ? 1 : 0;
	shift_leaf(n, owner, os, record->leaf - leaf);
	tell_change(n, owner, was, record);
	if (was != NULL)
		kith_fact_unref(n, &was->fact);
	if (kith_offer_is_deleted(o))
		wake_at(n, kith_us_add(n->now, KITH_SERVICE_BURIED));
}

bool kith_catalogue_add(struct kith_node *n, struct kith_peer *owner, struct kith_service_fact *record,
			enum kith_lane lane)
{
	const bool is_deleted = (record->body.flags & KITH_SERVICE_DELETED) != 0;
	struct kith_offers *os = reach(n, owner);
	struct kith_offer *o;
	bool is_there;
	uint32_t at;

	KITH_ASSERT(record->epoch == owner->record->epoch);
	if (os == NULL)
		return false;
	at = seek(os, record->body.key, &is_there);
	o = is_there ? &os->table[at] : NULL;
	if (!has_room(n, os, o, is_deleted))
		return false;
	if (is_deleted && os->deleted >= KITH_SERVICES_DELETED && (o == NULL || !kith_offer_is_deleted(o)))
		forget_oldest_deleted(n, os);
	/* Who was forgotten may have lain before it. */
	at = seek(os, record->body.key, &is_there);
	o = is_there ? &os->table[at] : insert(n, os, record->body.key);
	if (o == NULL)
		return false;
	put(n, owner, os, o, record);
	kith_gossip_put(n, &o->rumor, &record->fact, lane);
	return true;
}

/* --- going ------------------------------------------------------------------------------------ */

/* Whether its time is over; else *due is when, if that is earlier. */
static bool is_over(const struct kith_node *n, const struct kith_offer *o, kith_us *due)
{
	const kith_us life = o->is_former ? KITH_SERVICE_FORMER
			     : kith_offer_is_deleted(o) ? KITH_SERVICE_BURIED : KITH_NEVER;
	const kith_us until = kith_us_add(o->changed, life);

	if (until <= n->now)
		return true;
	*due = kith_us_min(*due, until);
	return false;
}

/* It goes without a word of its owner. */
static void expire(struct kith_node *n, const struct kith_peer *owner, struct kith_offers *os, uint32_t at,
		   bool was_listed)
{
	if (!kith_offer_is_deleted(&os->table[at])) {
		n->catalogue.offered--;
		n->catalogue.changes++;
		if (was_listed)
			tell(n, owner, os->table[at].record, KITH_SERVICE_REMOVED);
	}
	take_out(n, os, at);
}

void kith_catalogue_on_timer(struct kith_node *n, void *owner)
{
	struct kith_catalogue *c = &n->catalogue;
	kith_us due = KITH_NEVER;
	uint32_t slot, at;

	(void)owner;
	for (slot = 0; slot < c->room; slot++) {
		struct kith_offers *os = &c->by_slot[slot];

		for (at = 0; at < os->count;)
			if (is_over(n, &os->table[at], &due))
				expire(n, kith_peer_at(n, slot), os, at, true);
			else
				at++;
	}
	if (due != KITH_NEVER)
		wake_at(n, due);
}

void kith_catalogue_follow(struct kith_node *n, struct kith_peer *owner, bool was_up)
{
	const bool has_left = owner->record->body.state == KITH_MEMBER_LEFT;
	struct kith_offers *os = offers_of(n, owner);
	uint32_t at;

	for (at = os != NULL ? os->count : 0; at-- > 0;) {
		struct kith_offer *o = &os->table[at];

		if (!has_left && o->record->epoch == owner->record->epoch)
			continue;
		shift_leaf(n, owner, os, -leaf_of(o));
		if (has_left || !was_up || kith_offer_is_deleted(o)) {
			o->is_former = true; /* it counts in no leaf any more */
			expire(n, owner, os, at, was_up);
			continue;
		}
		if (!o->is_former)
			o->changed = n->now;
		o->is_former = true;
		kith_gossip_drop(n, &o->rumor, &o->record->fact);
		wake_at(n, kith_us_add(o->changed, KITH_SERVICE_FORMER));
	}
}

void kith_catalogue_forget(struct kith_node *n, struct kith_peer *owner)
{
	struct kith_offers *os = offers_of(n, owner);

	if (os == NULL)
		return;
	n->catalogue.changes += os->count > os->deleted ? 1 : 0;
	n->catalogue.offered -= os->count - os->deleted;
	while (os->count > 0)
		take_out(n, os, os->count - 1);
	kith_mem_free(&n->alloc, os->table);
	memset(os, 0, sizeof(*os));
}

void kith_catalogue_check(const struct kith_node *n)
{
	const struct kith_catalogue *c = &n->catalogue;
	uint32_t slot, i, count = 0, offered = 0;

	for (slot = 0; slot < c->room; slot++) {
		const struct kith_offers *os = &c->by_slot[slot];
		const struct kith_peer *p = kith_peer_at(n, slot);
		uint32_t deleted = 0;
		uint64_t leaf = 0;

		KITH_ASSERT(os->count == 0 || p != NULL);
		for (i = 0; i < os->count; i++) {
			const struct kith_offer *o = &os->table[i];

			KITH_ASSERT(i == 0 || memcmp(o[-1].record->body.key, o->record->body.key,
						     KITH_SERVICE_KEY) < 0);
			KITH_ASSERT(memcmp(&o->record->mid, &p->record->mid, sizeof(o->record->mid)) == 0);
			KITH_ASSERT(o->is_former == (o->record->epoch != p->record->epoch));
			KITH_ASSERT(!o->is_former || !kith_offer_is_deleted(o));
			deleted += kith_offer_is_deleted(o) ? 1 : 0;
			leaf += leaf_of(o);
		}
		KITH_ASSERT(deleted == os->deleted && deleted <= KITH_SERVICES_DELETED);
		KITH_ASSERT(os->count - deleted <= KITH_SERVICES_PER_OWNER && leaf == os->leaf);
		count += os->count;
		offered += os->count - deleted;
	}
	KITH_ASSERT(count == c->count && offered == c->offered && count <= KITH_SERVICES_MAX);
}
