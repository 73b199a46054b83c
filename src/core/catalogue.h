/* SPDX-License-Identifier: ISC */
/*
 * core/catalogue.h: what the members offer: their services, each a record of its owner (wire/service.h).
 *
 *	core/store judges the record -> kith_catalogue_add() -> event, gossip, the owner's leaf
 *
 * A record counts in the life of its owner that signed it: its epoch is that of the owner's record. Of two
 * of one key the higher number counts. What the owner deletes stays as a deleted record for a while, so
 * that an older one, come late, changes nothing. Of more than there is room for the highest numbers stay,
 * so that all keep the same, in whatever order they came.
 *
 * What the owner's certificate does not allow is kept and passed on like the rest, since others may have
 * heard of a newer certificate, but it is not listed.
 *
 * An owner that starts anew signs all that it offers again, and until that has come what it offered before
 * stays: as former, for KITH_SERVICE_FORMER, so that an upgrade rolled over the cluster takes no service
 * out of any answer. Former and deleted ones are no part of the owner's leaf: others may have forgotten
 * them.
 *
 * Whether an answer may name a service is a matter of its owner's status as well, which is not noted here:
 * it leaves all answers with the same event that tells of its owner.
 */
#ifndef KITH_CORE_CATALOGUE_H
#define KITH_CORE_CATALOGUE_H

#include "core/fact.h"
#include "core/timer.h"

struct kith_peer;

struct kith_offer {
	struct kith_service_fact *record; /* owned reference */
	kith_us changed;                  /* it came; or became former */
	uint32_t rumor;                   /* number of its rumor (core/gossip.h) */
	bool is_former;                   /* of the owner's life before; not deleted */
	bool is_allowed;                  /* by the owner's certificate and addresses, as we hold them */
};

/* Those of one owner. */
struct kith_offers {
	struct kith_offer *table; /* owned; in the order of their keys */
	uint32_t count, room;
	uint32_t deleted, former; /* of count; the others are live */
};

struct kith_catalogue {
	struct kith_offers *by_slot; /* owned; of the peers in these slots */
	uint32_t room;
	uint32_t count;  /* records of all, also former and deleted ones */
	uint32_t live;   /* of them */
	uint32_t listed; /* live or former ones that are allowed */
	uint64_t changes;
	struct kith_timer timer; /* former and deleted ones go */
};

KITH_MUST_USE bool kith_catalogue_init(struct kith_node *n);
void kith_catalogue_fini(struct kith_node *n);

/* What this peer offers; NULL: it never offered anything. */
const struct kith_offers *kith_catalogue_of(const struct kith_node *n, const struct kith_peer *p);
/* Its place among them, or NULL. Borrowed until something of this peer changes. */
const struct kith_offer *kith_catalogue_find(const struct kith_node *n, const struct kith_peer *p,
					     const uint8_t key[KITH_SERVICE_KEY]);
static inline bool kith_offer_is_deleted(const struct kith_offer *o)
{
	return (o->record->body.flags & KITH_SERVICE_DELETED) != 0;
}
static inline bool kith_offer_is_listed(const struct kith_offer *o)
{
	return o->is_allowed && !kith_offer_is_deleted(o);
}
/* The peer's leaf, whose record has this one (core/root.h). */
uint64_t kith_catalogue_leaf(const struct kith_node *n, const struct kith_peer *p, uint64_t of_record);

/* Whether this record, of the owner's present epoch, is newer than what is held of its key. */
bool kith_catalogue_is_news(const struct kith_node *n, const struct kith_peer *owner,
			    const uint8_t key[KITH_SERVICE_KEY], uint32_t seq, struct kith_bytes record);
/* Whether there is room for one of that number, or an older one would make some. */
bool kith_catalogue_has_room(const struct kith_node *n, const struct kith_peer *owner,
			     const uint8_t key[KITH_SERVICE_KEY], uint32_t seq, bool is_deleted);
/* Whether one more live record, of this key, would take the place of another. */
bool kith_catalogue_is_full(const struct kith_node *n, const struct kith_peer *owner,
			    const uint8_t key[KITH_SERVICE_KEY]);
/* A verified record that is news, and for which there is room, enters; `record` gets another reference.
 * Its place, borrowed until something of this owner changes; NULL: no memory. */
KITH_MUST_USE struct kith_offer *kith_catalogue_add(struct kith_node *n, struct kith_peer *owner,
						    struct kith_service_fact *record);
/* The owner's certificate, or what its record says, is another one: what it may offer is judged anew. */
void kith_catalogue_judge(struct kith_node *n, struct kith_peer *owner);
/* The owner's record is a newer one: what it offered in a life before becomes former, or goes, if it was
 * held failed (`was_up` is false) or says now that it has left. */
void kith_catalogue_follow(struct kith_node *n, struct kith_peer *owner, bool was_up);
/* The peer is forgotten, and its slot is given back. */
void kith_catalogue_forget(struct kith_node *n, struct kith_peer *owner);
/* Asserts that all is what it should be. */
void kith_catalogue_check(const struct kith_node *n);

#endif
