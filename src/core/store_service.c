/* SPDX-License-Identifier: ISC */
/* The way of a record of a service into this node. */
#include "core/entry.h"
#include "core/node.h"
#include "core/trust.h"

/* A word of ours that we do not remember: somebody was cut off when we took it back. One that we can not
 * have said under this epoch is of another life of ours, which lost it. */
static enum kith_store_result own_service(struct kith_node *n, struct kith_entry *e,
					  const uint8_t key[KITH_SERVICE_KEY])
{
	const bool is_present = e->owner != NULL && e->head.epoch == n->own.epoch && n->own.token == 0 &&
				n->offers.epoch == n->own.epoch;
	const struct kith_offer *held = is_present ? kith_catalogue_find(n, e->owner, key) : NULL;
	const bool is_foreign =
		is_present && (e->head.seq > n->offers.seq ||
			       (held != NULL && kith_catalogue_is_news(n, e->owner, key, e->head.seq,
								       e->record)));

	KITH_DROP(n, record_old);
	if (!is_present || (held != NULL && !is_foreign) || kith_entry_is_over_rate(n, e, KITH_NO_QUOTA))
		return KITH_STORE_OLD;
	if (!kith_entry_is_signed(n, e, n->own.secrets->identity.pk))
		return kith_entry_convict(n, e);
	if (is_foreign)
		kith_own_reflected(n, e->head.epoch);
	else
		kith_own_offer_reflected(n, key);
	return KITH_STORE_OLD;
}

/* The verified record of a member is taken. What its certificate does not allow is no matter of others but
 * of those who hold a newer one: it is told lazily. */
static enum kith_store_result take_service(struct kith_node *n, struct kith_entry *e,
					   struct kith_service_fact *s)
{
	const bool is_deleted = (s->body.flags & KITH_SERVICE_DELETED) != 0;
	struct kith_offer *o = kith_catalogue_add(n, e->owner, s);
	bool is_fresh;

	if (o == NULL)
		return KITH_STORE_BAD;
	is_fresh = e->way == KITH_STORE_BY_DATAGRAM && (o->is_allowed || is_deleted);
	kith_gossip_put(n, &o->rumor, &s->fact, is_fresh ? KITH_LANE_SERVICE : KITH_LANE_LAZY);
	KITH_COUNT(n, records_accepted);
	if (!o->is_allowed && !is_deleted) {
		KITH_DROP(n, record_right);
		kith_entry_want_certificate(n, e);
	}
	if (is_fresh)
		kith_gossip_relay(n, e->deliverer);
	return KITH_STORE_NEWS;
}

/* It counts in the life of its owner that signed it: of a later one than we know we ask. */
enum kith_store_result kith_store_service(struct kith_node *n, struct kith_entry *e)
{
	const struct kith_bytes body = kith_record_body(e->record.p, &e->head);
	enum kith_store_result result;
	struct kith_fact *record;
	int r;

	if (body.len < KITH_SERVICE_KEY + 1) {
		KITH_DROP(n, record_malformed);
		return KITH_STORE_BAD;
	}
	if (e->owner == NULL || e->owner->is_self)
		return own_service(n, e, body.p);
	if (e->head.epoch > e->owner->record->epoch)
		kith_entry_want(n, e, &e->head.owner, e->owner->record->epoch, e->owner->record->seq);
	if (e->head.epoch != e->owner->record->epoch || e->owner->status == KITH_STATUS_LEFT ||
	    !kith_catalogue_is_news(n, e->owner, body.p, e->head.seq, e->record)) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (!kith_catalogue_has_room(n, e->owner, body.p, e->head.seq,
				     (body.p[KITH_SERVICE_KEY] & KITH_SERVICE_DELETED) != 0)) {
		KITH_DROP(n, services_full);
		return KITH_STORE_BAD;
	}
	if (kith_entry_is_over_rate(n, e, KITH_CHARGE_SERVICE))
		return KITH_STORE_BAD;
	r = kith_fact_record(n, e->record, &e->head, e->owner->certificate->c.identity,
			     KITH_BELIEF_CHECK, &record);
	if (r == KITH_EAUTH)
		return kith_entry_convict(n, e);
	if (e->way == KITH_STORE_BY_DATAGRAM && r != KITH_ENOMEM)
		(void)kith_charge(n, e->owner, KITH_CHARGE_SERVICE);
	if (r == KITH_EMALFORMED)
		KITH_DROP(n, record_malformed);
	if (r != 0)
		return KITH_STORE_BAD;
	result = take_service(n, e, kith_service_fact_of(record));
	kith_fact_unref(n, record);
	return result;
}
