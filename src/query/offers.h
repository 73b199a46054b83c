/* SPDX-License-Identifier: ISC */
/*
 * query/offers.h: the services that this host offers, who asked for each, and until when.
 *
 *	configured    by a [service.NAME] section: until the configuration says otherwise
 *	registered    by a command, for good: also after a restart
 *	session       by a command, for as long as its client stays connected
 *
 * Each is put to the node; what outlives a restart is given out as entries of bytes, which the daemon
 * keeps and gives back (kith_offers_entry(), kith_offers_restore()). Of one id there is one offer. A
 * configured one takes the place of any other; which of the others may follow which is the caller's to
 * judge (kith_offers_find()).
 *
 * A drain is of the whole host, also of what is registered later, or of one offer. An offer is in
 * maintenance while either holds.
 */
#ifndef KITH_QUERY_OFFERS_H
#define KITH_QUERY_OFFERS_H

#include "query/definition.h"

#define KITH_OFFER_ORIGINS(X) \
	X(CONFIGURED, configured) \
	X(REGISTERED, registered) \
	X(SESSION, session)
enum kith_offer_origin {
#define X(upper, lower) KITH_OFFER_##upper,
	KITH_OFFER_ORIGINS(X)
#undef X
};

struct kith_own_offer {
	struct kith_definition d;
	enum kith_offer_origin origin;
	const void *session; /* SESSION: whose end is its end; NULL: it is over already */
	bool is_drained;     /* by its id */
	char reason[KITH_SERVICE_NOTE_MAX + 1];
};

struct kith_offers;

/* The node is borrowed. NULL: no memory. */
struct kith_offers *kith_offers_new(struct kith_node *node, const struct kith_alloc *alloc);
/* Withdraws nothing. */
void kith_offers_free(struct kith_offers **o);

const char *kith_offer_origin_name(enum kith_offer_origin origin);
/* NULL: there is none of this id. */
const struct kith_own_offer *kith_offers_find(const struct kith_offers *o, const char *id);
/* The i-th in the order of their ids; NULL after the last. */
const struct kith_own_offer *kith_offers_at(const struct kith_offers *o, uint32_t i);

/* Offers it, or changes what is said of it; a drain of its id stays. The errors of
 * kith_node_service_put(): then nothing changed. */
KITH_MUST_USE int kith_offers_put(struct kith_offers *o, kith_us now, const struct kith_definition *d,
				  enum kith_offer_origin origin, const void *session);
/* KITH_ENOTFOUND, and the errors of kith_node_service_drop(). */
KITH_MUST_USE int kith_offers_drop(struct kith_offers *o, kith_us now, const char *id);
/* The session ended: what it offers is withdrawn. */
void kith_offers_session_over(struct kith_offers *o, kith_us now, const void *session);
/* Withdraws what found no memory for it; cheap when there is nothing. */
void kith_offers_tick(struct kith_offers *o, kith_us now);
/* These are all that is configured; all or nothing: on an error *failed is the place of the one that
 * was refused, and all is as before. */
KITH_MUST_USE int kith_offers_configure(struct kith_offers *o, kith_us now,
					const struct kith_definition *all, uint32_t count,
					uint32_t *failed);

/* Drains, or ends it; id NULL: the whole host, whose end ends the drains of all ids, too. reason: at
 * most KITH_SERVICE_NOTE_MAX bytes without control characters, or "". KITH_ENOTFOUND; KITH_ESTATE: the
 * whole host is drained, and one id is not taken out of it, or this host has left; or an error of
 * kith_node_service_put(): then some may have changed. */
KITH_MUST_USE int kith_offers_drain(struct kith_offers *o, kith_us now, const char *id, bool is_drained,
				    const char *reason);
bool kith_offers_is_drained(const struct kith_offers *o);

/* Rises with each change of what is to be kept. */
uint64_t kith_offers_revision(const struct kith_offers *o);
/* The next entry to keep into buf, which is emptied: *at = 0 to start; 1, 0 at the end, KITH_ENOMEM. */
KITH_MUST_USE int kith_offers_entry(const struct kith_offers *o, uint32_t *at, struct kith_buf *buf);
/* An entry that was kept. An offer that is configured by now stays that. KITH_EMALFORMED: it is none;
 * or the errors of kith_offers_put(): it is not offered. `about` gets the id that it speaks of. */
KITH_MUST_USE int kith_offers_restore(struct kith_offers *o, kith_us now, struct kith_bytes entry,
				      char about[KITH_SERVICE_ID_MAX + 1]);

#endif
