/* SPDX-License-Identifier: ISC */
#include "core/offer.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/node.h"
#include "core/trust.h"
#include <string.h>

/* What it takes besides the body. */
enum { BODY_MAX = KITH_RECORD_MAX - KITH_RECORD_HEAD - KITH_RECORD_SIG };

bool kith_own_offers_init(struct kith_node *n)
{
	return kith_timer_init(n, &n->offers.timer, KITH_TIMER_OFFER, NULL);
}

void kith_own_offers_fini(struct kith_node *n)
{
	uint32_t i;

	kith_timer_fini(n, &n->offers.timer);
	for (i = 0; i < n->offers.count; i++)
		kith_mem_free(&n->alloc, n->offers.table[i].body);
	kith_mem_free(&n->alloc, n->offers.table);
	memset(&n->offers, 0, sizeof(n->offers));
}

static struct kith_own_offer *find(const struct kith_node *n, const uint8_t key[KITH_SERVICE_KEY])
{
	uint32_t i;

	for (i = 0; i < n->offers.count; i++)
		if (memcmp(n->offers.table[i].key, key, KITH_SERVICE_KEY) == 0)
			return &n->offers.table[i];
	return NULL;
}

static void take_out(struct kith_node *n, struct kith_own_offer *o)
{
	struct kith_own_offers *os = &n->offers;

	os->withdrawn -= o->is_withdrawn ? 1 : 0;
	kith_mem_free(&n->alloc, o->body);
	*o = os->table[--os->count];
}

/* --- signing ---------------------------------------------------------------------------------- */

static void become_due(struct kith_node *n, struct kith_own_offer *o)
{
	if (!o->is_due)
		o->due = n->offers.turns++;
	o->is_due = true;
}

/* Who is to be signed next: what is withdrawn, then who waits longest; NULL: nobody may be now. One more
 * waits for those that are withdrawn: else it would take the place of one that is not. */
static struct kith_own_offer *next_due(struct kith_node *n)
{
	struct kith_own_offer *next = NULL;
	uint32_t i;

	if (!kith_bucket_has(&n->offers.all, n->now, KITH_SERVICE_RATE, KITH_SERVICE_BURST))
		return NULL;
	for (i = 0; i < n->offers.count; i++) {
		struct kith_own_offer *o = &n->offers.table[i];

		if (o->is_due &&
		    (o->is_withdrawn || !kith_catalogue_is_full(n, n->own.peer, o->key)) &&
		    kith_bucket_has(&o->each, n->now, KITH_SERVICE_EACH_RATE, KITH_SERVICE_EACH_BURST) &&
		    (next == NULL || (o->is_withdrawn && !next->is_withdrawn) ||
		     (o->is_withdrawn == next->is_withdrawn && o->due < next->due)))
			next = o;
	}
	return next;
}

/* Signs what it says now. False: no memory. */
static bool sign(struct kith_node *n, struct kith_own_offer *o)
{
	struct kith_fact *record =
		kith_own_service(n, n->offers.seq + 1, (struct kith_bytes){o->body, o->len});
	struct kith_offer *entry;

	if (record == NULL)
		return false;
	n->offers.seq++; /* used, whatever becomes of it */
	entry = kith_catalogue_add(n, n->own.peer, kith_service_fact_of(record));
	if (entry != NULL)
		kith_gossip_put(n, &entry->rumor, record, KITH_LANE_SERVICE);
	kith_fact_unref(n, record);
	if (entry == NULL)
		return false;
	(void)kith_bucket_take(&o->each, n->now, KITH_SERVICE_EACH_RATE, KITH_SERVICE_EACH_BURST);
	(void)kith_bucket_take(&n->offers.all, n->now, KITH_SERVICE_RATE, KITH_SERVICE_BURST);
	o->is_said = true;
	o->is_due = false;
	return true;
}

/* Nothing was signed under this epoch yet. */
static void begin_epoch(struct kith_node *n)
{
	uint32_t i;

	n->offers.epoch = n->own.epoch;
	n->offers.seq = 0;
	for (i = 0; i < n->offers.count; i++) {
		n->offers.table[i].is_said = false;
		become_due(n, &n->offers.table[i]);
	}
}

static bool is_any_due(const struct kith_own_offers *os)
{
	uint32_t i;

	for (i = 0; i < os->count; i++)
		if (os->table[i].is_due)
			return true;
	return false;
}

/* What has to wait, for its rate or for memory, is tried again in a second. */
void kith_own_offers_sign(struct kith_node *n)
{
	struct kith_own_offer *o;
	bool is_news = false;

	if (!kith_own_is_started(n) || n->own.is_over || n->own.token != 0 ||
	    n->own.peer->record->epoch != n->own.epoch)
		return; /* nothing is signed under an epoch that others have not heard of from us */
	if (n->offers.epoch != n->own.epoch)
		begin_epoch(n);
	while ((o = next_due(n)) != NULL && sign(n, o)) {
		is_news = true;
		if (o->is_withdrawn)
			take_out(n, o);
	}
	if (is_news)
		kith_gossip_relay(n, NULL);
	if (is_any_due(&n->offers))
		kith_timer_set_earlier(n, &n->offers.timer, kith_us_add(n->now, KITH_SECOND));
}

void kith_offer_on_timer(struct kith_node *n, void *owner)
{
	(void)owner;
	kith_own_offers_sign(n);
}

/* --- what the host says ----------------------------------------------------------------------- */

/* Addresses of others, and names that may become theirs, are a right of their own: else a member could
 * send everybody's clients to whomever it likes. */
static bool is_allowed(const struct kith_node *n, const struct kith_service_body *body)
{
	return kith_trust_allows_service(&n->own.certificate->c, body, n->own.body.addrs,
					 n->own.body.addr_count);
}

/* A new entry; NULL: no memory. */
static struct kith_own_offer *add(struct kith_node *n, const uint8_t key[KITH_SERVICE_KEY])
{
	void *table = n->offers.table;
	struct kith_own_offer *o;

	if (!kith_mem_grow(&n->alloc, &table, &n->offers.room, n->offers.count + 1, sizeof(*o)))
		return NULL;
	n->offers.table = table;
	o = &n->offers.table[n->offers.count];
	*o = (struct kith_own_offer){.len = 0};
	memcpy(o->key, key, sizeof(o->key));
	n->offers.count++;
	return o;
}

/* The entry says this from now on; NULL: a new one. */
static int say(struct kith_node *n, struct kith_own_offer *o, const uint8_t key[KITH_SERVICE_KEY],
	       struct kith_bytes body, bool withdraws)
{
	uint8_t *copy = kith_mem_bytes(&n->alloc, body.len);

	if (copy != NULL && o == NULL)
		o = add(n, key);
	if (copy == NULL || o == NULL) {
		kith_mem_free(&n->alloc, copy);
		return KITH_ENOMEM;
	}
	memcpy(copy, body.p, body.len);
	kith_mem_free(&n->alloc, o->body);
	n->offers.withdrawn += (withdraws ? 1 : 0) - (o->is_withdrawn ? 1 : 0);
	o->body = copy;
	o->len = (uint32_t)body.len;
	o->is_withdrawn = withdraws;
	become_due(n, o);
	kith_own_offers_sign(n);
	return 0;
}

/* Since when it is as it is said to be: as long as neither health nor note changed. */
static uint32_t since_of(const struct kith_node *n, const struct kith_own_offer *o,
			 const struct kith_service_body *body)
{
	struct kith_service_body was;

	if (o == NULL || o->is_withdrawn ||
	    kith_service_body_read((struct kith_bytes){o->body, o->len}, &was) != 0 ||
	    was.health != body->health || was.note.len != body->note.len ||
	    (was.note.len > 0 && memcmp(was.note.p, body->note.p, was.note.len) != 0))
		return kith_now_unix_s(n);
	return was.since;
}

int kith_own_offer_put(struct kith_node *n, const struct kith_service_body *given)
{
	struct kith_service_body body = *given;
	uint8_t bytes[BODY_MAX];
	size_t len = sizeof(bytes);
	struct kith_own_offer *o;
	int r;

	kith_service_key(body.key, body.id);
	o = find(n, body.key);
	body.since = since_of(n, o, &body);
	r = kith_service_body_write(&body, bytes, &len);
	if (r != 0)
		return r;
	if (!is_allowed(n, &body))
		return KITH_ERIGHT;
	if (o != NULL && o->len == len && memcmp(o->body, bytes, len) == 0)
		return 0;
	/* Also when as many wait to be withdrawn as others remember. */
	if ((o == NULL || o->is_withdrawn) &&
	    (n->offers.count - n->offers.withdrawn >= KITH_SERVICES_PER_OWNER ||
	     n->offers.withdrawn >= KITH_SERVICES_DELETED))
		return KITH_EFULL;
	return say(n, o, body.key, (struct kith_bytes){bytes, len}, false);
}

static int withdraw(struct kith_node *n, struct kith_own_offer *o, const uint8_t key[KITH_SERVICE_KEY])
{
	struct kith_service_body body = {.flags = KITH_SERVICE_DELETED};
	uint8_t bytes[BODY_MAX];
	size_t len = sizeof(bytes);
	int r;

	memcpy(body.key, key, sizeof(body.key));
	r = kith_service_body_write(&body, bytes, &len);
	KITH_ASSERT(r == 0);
	return say(n, o, key, (struct kith_bytes){bytes, len}, true);
}

int kith_own_offer_drop(struct kith_node *n, struct kith_bytes id)
{
	uint8_t key[KITH_SERVICE_KEY];
	struct kith_own_offer *o;

	kith_service_key(key, id);
	o = find(n, key);
	if (o == NULL || o->is_withdrawn)
		return KITH_ENOTFOUND;
	if (o->is_said || (kith_own_is_started(n) && kith_catalogue_find(n, n->own.peer, key) != NULL))
		return withdraw(n, o, key);
	take_out(n, o); /* nobody has heard of it */
	return 0;
}

void kith_own_offer_reflected(struct kith_node *n, const uint8_t key[KITH_SERVICE_KEY])
{
	if (find(n, key) == NULL && kith_catalogue_find(n, n->own.peer, key) == NULL &&
	    n->offers.withdrawn < KITH_SERVICES_DELETED)
		(void)withdraw(n, NULL, key); /* without memory: when it comes again */
}
