/* SPDX-License-Identifier: ISC */
/*
 * core/store.h: the way of a record into this node, in the order of checks of 4-security.md §5.4:
 * cheap ones first, the signature late, and only what was verified is kept and relayed.
 */
#ifndef KITH_CORE_STORE_H
#define KITH_CORE_STORE_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_node;
struct kith_peer;

enum kith_store_result {
	KITH_STORE_NEWS, /* taken */
	KITH_STORE_OLD,  /* nothing new; the normal case */
	KITH_STORE_BAD,  /* dropped and counted */
	KITH_STORE_FORGED /* so too; its signature is bad */
};

/* How a record came. A synchronisation is bounded by its bytes instead of by rates. Whom it is with
 * has just proven that it lives, so its own record need not be newer than what was buried. */
enum kith_store_way { KITH_STORE_BY_DATAGRAM, KITH_STORE_BY_SYNC, KITH_STORE_BY_OWNER };

/* A record from `deliverer` (NULL: an introduction that names its owner). `certificate` is empty
 * when the record came alone. */
enum kith_store_result kith_store_record(struct kith_node *n, struct kith_peer *deliverer,
					 struct kith_bytes certificate, struct kith_bytes record,
					 enum kith_store_way way);
/* A revocation that the host was given. Errors: see kith_node_revoke(). */
KITH_MUST_USE int kith_store_revocation(struct kith_node *n, struct kith_bytes record);

#endif
