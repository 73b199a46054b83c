/* SPDX-License-Identifier: ISC */
/*
 * core/offer.h: what this host offers itself: the bodies of its services, as the host of the node gave
 * them, and what of them is still to be signed.
 *
 *	kith_node_service_put() -> body -> signed, as soon as rates and epoch allow -> core/catalogue, like
 *	anybody's -> gossip
 *
 * A body that says the same again is no news. One that changes again and again is signed once a second
 * after the first few times, with what it says then; all together as fast as others take them. Each life
 * signs all of them anew.
 */
#ifndef KITH_CORE_OFFER_H
#define KITH_CORE_OFFER_H

#include "core/bucket.h"
#include "core/timer.h"
#include "wire/service.h"

struct kith_node;
struct kith_service_fact;

struct kith_own_offer {
	uint8_t key[KITH_SERVICE_KEY];
	uint8_t *body;      /* owned; as wire/service writes it */
	uint32_t len;
	bool is_due;        /* the last record signed says something else, */
	uint64_t due;       /* since this turn: who waits longest is first */
	bool is_withdrawn;  /* it goes as soon as that is signed */
	bool is_said;       /* something of it was signed in our epoch */
	struct kith_bucket each;
};

struct kith_own_offers {
	struct kith_own_offer *table; /* owned; in no order */
	uint32_t count, room;
	uint32_t withdrawn; /* of count */
	uint32_t epoch;     /* that of ours in which they are signed */
	uint32_t seq;       /* of the last record of a service in it */
	uint64_t turns;     /* counts what became due */
	struct kith_bucket all;
	struct kith_timer timer;
};

KITH_MUST_USE bool kith_own_offers_init(struct kith_node *n);
void kith_own_offers_fini(struct kith_node *n);
/* Offers it, or changes what is said of it. The body is valid but for its key and `since`, which are
 * filled in. KITH_ETOOBIG, KITH_ERIGHT, KITH_EFULL, KITH_ENOMEM: see kith_node_service_put(). */
KITH_MUST_USE int kith_own_offer_put(struct kith_node *n, const struct kith_service_body *body);
/* KITH_ENOTFOUND, KITH_ENOMEM. */
KITH_MUST_USE int kith_own_offer_drop(struct kith_node *n, struct kith_bytes id);
/* Signs what is due and may be signed: all that we offer, when our record is of another epoch than
 * before. */
void kith_own_offers_sign(struct kith_node *n);
/* A record of ours of the present epoch came back, of a key that is neither offered nor remembered as
 * deleted: it is deleted again. */
void kith_own_offer_reflected(struct kith_node *n, const uint8_t key[KITH_SERVICE_KEY]);

#endif
