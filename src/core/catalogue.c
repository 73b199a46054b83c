/* SPDX-License-Identifier: ISC */
#include "core/catalogue.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include "core/trust.h"
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

static bool counts(const struct kith_peer *p, const struct kith_offer *o)
{
	return o->record->epoch == p->record->epoch && !kith_offer_is_deleted(o);
}

/* Hashed in their order: of a mere sum an owner could sign two sets with one result. */
uint64_t kith_catalogue_leaf(const struct kith_node *n, const struct kith_peer *p, uint64_t of_record)
{
	const struct kith_offers *os = offers_of(n, p);
	uint8_t all[8 * (1 + KITH_SERVICES_PER_OWNER)], leaf[8];
	struct kith_bytes part = {all, 8};
	uint32_t i;

	kith_put_u64(all, of_record);
	for (i = 0; os != NULL && i < os->count; i++) {
		if (!counts(p, &os->table[i]))
			continue;
		KITH_ASSERT(part.len < sizeof(all));
		kith_put_u64(all + part.len, os->table[i].record->leaf);
		part.len += 8;
	}
	if (part.len == 8)
		return of_record;
	kith_hash(leaf, sizeof(leaf), KITH_LABEL_LEAF, NULL, 0, &part, 1);
	return kith_get_u64(leaf);
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

/* What was listed of a key (NULL: nothing was), and what is now. */
static void tell_change(struct kith_node *n, const struct kith_peer *owner,
			const struct kith_service_fact *was, const struct kith_service_fact *is)
{
	n->catalogue.listed += (is != NULL ? 1 : 0) - (was != NULL ? 1 : 0);
	if (is != NULL && was == NULL)
		tell(n, owner, is, KITH_SERVICE_ADDED);
	else if (is == NULL && was != NULL)
		tell(n, owner, was, KITH_SERVICE_REMOVED);
	else if (is != NULL && differs(&was->body, &is->body))
		tell(n, owner, is, KITH_SERVICE_CHANGED);
}

static struct kith_service_fact *listed(const struct kith_offer *o)
{
	return kith_offer_is_listed(o) ? o->record : NULL;
}

/* --- room ------------------------------------------------------------------------------------- */

static uint32_t live_of(const struct kith_offers *os)
{
	return os->count - os->deleted - os->former;
}

/* The order in which they stay: by their numbers, and of one number, which nobody honest signs twice, by
 * their keys. */
static bool is_below(const struct kith_service_fact *a, uint32_t seq, const uint8_t key[KITH_SERVICE_KEY])
{
	return a->seq != seq ? a->seq < seq : memcmp(a->body.key, key, KITH_SERVICE_KEY) < 0;
}

/* Of the deleted, or of the live ones, that which goes first; NULL: there is none. */
static struct kith_offer *lowest(const struct kith_offers *os, bool is_deleted)
{
	struct kith_offer *low = NULL;
	uint32_t i;

	for (i = 0; i < os->count; i++) {
		struct kith_offer *o = &os->table[i];

		if (!o->is_former && kith_offer_is_deleted(o) == is_deleted &&
		    (low == NULL || is_below(o->record, low->record->seq, low->record->body.key)))
			low = o;
	}
	return low;
}

/* Whether it takes a place among the deleted, or the live ones, that it does not have. */
static bool is_one_more(const struct kith_offer *o, bool is_deleted)
{
	return o == NULL || o->is_former || kith_offer_is_deleted(o) != is_deleted;
}

static bool is_full(const struct kith_offers *os, bool is_deleted)
{
	return os != NULL && (is_deleted ? os->deleted >= KITH_SERVICES_DELETED
					 : live_of(os) >= KITH_SERVICES_PER_OWNER);
}

bool kith_catalogue_has_room(const struct kith_node *n, const struct kith_peer *owner,
			     const uint8_t key[KITH_SERVICE_KEY], uint32_t seq, bool is_deleted)
{
	const struct kith_offers *os = offers_of(n, owner);

	if (!is_one_more(kith_catalogue_find(n, owner, key), is_deleted))
		return true;
	if (is_full(os, is_deleted))
		return is_below(lowest(os, is_deleted)->record, seq, key);
	return is_deleted || owner->is_self || n->catalogue.live < KITH_SERVICES_MAX;
}

bool kith_catalogue_is_full(const struct kith_node *n, const struct kith_peer *owner,
			    const uint8_t key[KITH_SERVICE_KEY])
{
	return is_one_more(kith_catalogue_find(n, owner, key), false) &&
	       is_full(offers_of(n, owner), false);
}

/* --- entering --------------------------------------------------------------------------------- */

static void wake_at(struct kith_node *n, kith_us at)
{
	kith_timer_set_earlier(n, &n->catalogue.timer, at);
}

/* Counts the entry, by 1 or -1, as what it is. */
static void count(struct kith_node *n, struct kith_offers *os, const struct kith_offer *o, uint32_t by)
{
	os->deleted += kith_offer_is_deleted(o) ? by : 0;
	os->former += o->is_former ? by : 0;
	n->catalogue.live += !kith_offer_is_deleted(o) && !o->is_former ? by : 0;
}

/* Takes the entry out. The leaf and what is told are the caller's. */
static void take_out(struct kith_node *n, struct kith_offers *os, struct kith_offer *o)
{
	kith_gossip_drop(n, &o->rumor, &o->record->fact);
	count(n, os, o, (uint32_t)-1);
	kith_fact_unref(n, &o->record->fact);
	memmove(o, o + 1, (size_t)(&os->table[os->count] - (o + 1)) * sizeof(*o));
	os->count--;
	n->catalogue.count--;
}

/* It goes without a word of its owner. */
static void expire(struct kith_node *n, const struct kith_peer *owner, struct kith_offers *os,
		   struct kith_offer *o)
{
	tell_change(n, owner, listed(o), NULL);
	take_out(n, os, o);
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

/* Room for one more; false: no memory. */
static bool reserve(struct kith_node *n, struct kith_offers *os)
{
	void *table = os->table;

	if (!kith_mem_grow(&n->alloc, &table, &os->room, os->count + 1, sizeof(*os->table)))
		return false;
	os->table = table;
	return true;
}

/* An empty place at that index, for which there is room. */
static struct kith_offer *insert(struct kith_node *n, struct kith_offers *os, uint32_t at)
{
	KITH_ASSERT(os->count < os->room);
	memmove(&os->table[at + 1], &os->table[at], (os->count - at) * sizeof(*os->table));
	os->count++;
	n->catalogue.count++;
	os->table[at] = (struct kith_offer){.rumor = 0};
	return &os->table[at];
}

static bool is_allowed(const struct kith_peer *owner, const struct kith_service_fact *s)
{
	const struct kith_member_body *b = &owner->record->body;

	return (s->body.flags & KITH_SERVICE_DELETED) == 0 &&
	       kith_trust_allows_service(&owner->certificate->c, &s->body, b->addrs, b->addr_count);
}

/* The record in the place of its key, whatever was there. */
static void put(struct kith_node *n, struct kith_peer *owner, struct kith_offers *os,
		struct kith_offer *o, struct kith_service_fact *record)
{
	struct kith_service_fact *was = o->record, *was_listed = was != NULL ? listed(o) : NULL;

	if (was != NULL) {
		kith_gossip_drop(n, &o->rumor, &was->fact);
		count(n, os, o, (uint32_t)-1);
	}
	kith_fact_ref(&record->fact);
	*o = (struct kith_offer){.record = record, .changed = n->now,
				 .is_allowed = is_allowed(owner, record)};
	count(n, os, o, 1);
	tell_change(n, owner, was_listed, listed(o));
	if (was != NULL)
		kith_fact_unref(n, &was->fact);
	if (kith_offer_is_deleted(o))
		wake_at(n, kith_us_add(n->now, KITH_SERVICE_BURIED));
}

struct kith_offer *kith_catalogue_add(struct kith_node *n, struct kith_peer *owner,
				      struct kith_service_fact *record)
{
	const bool is_deleted = (record->body.flags & KITH_SERVICE_DELETED) != 0;
	struct kith_offers *os = reach(n, owner);
	struct kith_offer *o;
	bool is_there;
	uint32_t at;

	KITH_ASSERT(record->epoch == owner->record->epoch);
	if (os == NULL)
		return NULL;
	(void)seek(os, record->body.key, &is_there);
	if (!is_there && !reserve(n, os))
		return NULL;
	if (is_one_more(kith_catalogue_find(n, owner, record->body.key), is_deleted) &&
	    is_full(os, is_deleted))
		expire(n, owner, os, lowest(os, is_deleted));
	at = seek(os, record->body.key, &is_there); /* who went may have lain before it */
	o = is_there ? &os->table[at] : insert(n, os, at);
	put(n, owner, os, o, record);
	kith_leaf_renew(n, owner);
	return o;
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
				expire(n, kith_peer_at(n, slot), os, &os->table[at]);
			else
				at++;
	}
	if (due != KITH_NEVER)
		wake_at(n, due);
}

/* Of the life before: it stays for a while. */
static void become_former(struct kith_node *n, struct kith_offers *os, struct kith_offer *o)
{
	if (!o->is_former) {
		kith_gossip_drop(n, &o->rumor, &o->record->fact);
		count(n, os, o, (uint32_t)-1);
		o->is_former = true;
		o->changed = n->now;
		count(n, os, o, 1);
	}
	wake_at(n, kith_us_add(o->changed, KITH_SERVICE_FORMER));
}

/* Nobody is told of what was in no answer. */
static void vanish(struct kith_node *n, struct kith_offers *os, struct kith_offer *o)
{
	n->catalogue.listed -= kith_offer_is_listed(o) ? 1 : 0;
	n->catalogue.changes++;
	take_out(n, os, o);
}

void kith_catalogue_follow(struct kith_node *n, struct kith_peer *owner, bool was_up)
{
	const bool has_left = owner->record->body.state == KITH_MEMBER_LEFT;
	struct kith_offers *os = offers_of(n, owner);
	uint32_t at;

	if (os == NULL)
		return;
	for (at = os->count; at-- > 0;) {
		struct kith_offer *o = &os->table[at];

		if (!has_left && o->record->epoch == owner->record->epoch)
			continue;
		if (has_left || !was_up || kith_offer_is_deleted(o))
			vanish(n, os, o);
		else
			become_former(n, os, o);
	}
	kith_leaf_renew(n, owner);
	kith_catalogue_judge(n, owner);
}

void kith_catalogue_judge(struct kith_node *n, struct kith_peer *owner)
{
	struct kith_offers *os = offers_of(n, owner);
	uint32_t i;

	for (i = 0; os != NULL && i < os->count; i++) {
		struct kith_offer *o = &os->table[i];
		struct kith_service_fact *was = listed(o);

		o->is_allowed = is_allowed(owner, o->record);
		tell_change(n, owner, was, listed(o));
	}
}

void kith_catalogue_forget(struct kith_node *n, struct kith_peer *owner)
{
	struct kith_offers *os = offers_of(n, owner);

	if (os == NULL)
		return;
	while (os->count > 0)
		vanish(n, os, &os->table[os->count - 1]);
	kith_mem_free(&n->alloc, os->table);
	memset(os, 0, sizeof(*os));
}

static void check_offers(const struct kith_peer *p, const struct kith_offers *os, uint32_t *live,
			 uint32_t *all_listed)
{
	uint32_t i, deleted = 0, former = 0;

	for (i = 0; i < os->count; i++) {
		const struct kith_offer *o = &os->table[i];

		KITH_ASSERT(i == 0 || memcmp(o[-1].record->body.key, o->record->body.key,
					     KITH_SERVICE_KEY) < 0);
		KITH_ASSERT(memcmp(&o->record->mid, &p->record->mid, sizeof(o->record->mid)) == 0);
		KITH_ASSERT(o->is_former == (o->record->epoch != p->record->epoch));
		KITH_ASSERT(!o->is_former || !kith_offer_is_deleted(o));
		KITH_ASSERT(o->is_allowed == is_allowed(p, o->record));
		deleted += kith_offer_is_deleted(o) ? 1 : 0;
		former += o->is_former ? 1 : 0;
		*all_listed += kith_offer_is_listed(o) ? 1 : 0;
	}
	KITH_ASSERT(deleted == os->deleted && deleted <= KITH_SERVICES_DELETED);
	KITH_ASSERT(former == os->former && live_of(os) <= KITH_SERVICES_PER_OWNER);
	*live += live_of(os);
}

void kith_catalogue_check(const struct kith_node *n)
{
	const struct kith_catalogue *c = &n->catalogue;
	uint32_t slot, all = 0, live = 0, all_listed = 0;

	for (slot = 0; slot < c->room; slot++) {
		const struct kith_peer *p = kith_peer_at(n, slot);

		KITH_ASSERT(c->by_slot[slot].count == 0 || p != NULL);
		if (p != NULL)
			check_offers(p, &c->by_slot[slot], &live, &all_listed);
		all += c->by_slot[slot].count;
	}
	KITH_ASSERT(all == c->count && live == c->live && all_listed == c->listed);
}
