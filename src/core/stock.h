/* SPDX-License-Identifier: ISC */
/*
 * core/stock.h: how two members who differ in one owner find out which of its services one of them lacks
 * (core/sync.h has the turns). Beside the owner's record the numbers of its services are told, deleted ones
 * as well; whoever reads them brings what is newer here, and wants what is newer there:
 *
 *	services -> kith_stock_compare() -> kith_sync.bring, want -> records; services, wanted -> records
 *
 * Numbers count in one epoch: where the owner's record is of another one, that goes over first, and all
 * its services with it.
 */
#ifndef KITH_CORE_STOCK_H
#define KITH_CORE_STOCK_H

#include "core/sync.h"

struct kith_peer;

/* key[8] || seq u32 || leaf[8], which tells two of one number apart; of a deleted one it is zero */
enum { KITH_STOCK_ENTRY = KITH_SERVICE_KEY + 4 + 8 };

/* A message about services of one owner, and what it points into. */
struct kith_stock_msg {
	struct kith_mid mid;
	uint8_t blob[(KITH_SERVICES_PER_OWNER + KITH_SERVICES_DELETED) * KITH_STOCK_ENTRY];
	struct kith_msg m; /* last: its items are not touched */
};

/* All numbers of what the peer offers. */
void kith_stock_list(const struct kith_node *n, const struct kith_peer *p, struct kith_stock_msg *out);
/* Those of want that are next and of one owner; *count is how many. */
void kith_stock_wanted(const struct kith_node *n, const struct kith_picks *want, struct kith_stock_msg *out,
		       uint32_t *count);
/* The record of a pick, or NULL: it is gone. */
const struct kith_fact *kith_stock_record(const struct kith_node *n, const struct kith_pick *pick);
/* What the other has, or wants. False: malformed or out of order, or no memory. */
KITH_MUST_USE bool kith_stock_compare(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m);

#endif
