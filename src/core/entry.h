/* SPDX-License-Identifier: ISC */
/*
 * core/entry.h: one record under examination by core/store: who signed it, who brought it and how, and what
 * all kinds have in common: whom it costs what, and what is asked for instead.
 */
#ifndef KITH_CORE_ENTRY_H
#define KITH_CORE_ENTRY_H

#include "core/store.h"
#include "wire/record.h"

struct kith_entry {
	struct kith_peer *deliverer; /* NULL: nobody to charge */
	struct kith_peer *owner;     /* NULL: not known yet */
	struct kith_bytes certificate, record;
	struct kith_record_head head;
	enum kith_store_way way;
};

enum { KITH_NO_QUOTA = -1 };

/* A bad signature convicts the one who delivered it: honest members verify before they relay. */
enum kith_store_result kith_entry_convict(struct kith_node *n, struct kith_entry *e);
/* What a convict tells is ignored; it is still probed, and its answers count. */
bool kith_entry_is_from_convict(const struct kith_node *n, const struct kith_peer *p);
bool kith_entry_is_in_time(struct kith_node *n, const struct kith_record_head *h);
/* The owner's quota of this kind and the deliverer's rates, looked at before the signature costs
 * anything; the owner is charged only when it has signed. quota: enum kith_charge, or KITH_NO_QUOTA for a
 * new owner. */
bool kith_entry_is_over_rate(struct kith_node *n, struct kith_entry *e, int quota);
bool kith_entry_is_signed(struct kith_node *n, const struct kith_entry *e, const uint8_t *identity);
/* Asks who brought it for this member's record, if newer than that number, and its certificate. */
void kith_entry_want(struct kith_node *n, const struct kith_entry *e, const struct kith_mid *mid,
		     uint32_t epoch, uint32_t seq);
/* What we hold of its owner's certificate does not allow what it signed: it may have another by now. */
void kith_entry_want_certificate(struct kith_node *n, const struct kith_entry *e);

/* A record of a service (store_service.c). */
enum kith_store_result kith_store_service(struct kith_node *n, struct kith_entry *e);

#endif
