/* SPDX-License-Identifier: ISC */
#include "core/entry.h"

#include "core/node.h"

enum kith_store_result kith_entry_convict(struct kith_node *n, struct kith_entry *e)
{
	struct kith_peer *p = e->deliverer;
	struct kith_ledger *l = p != NULL ? kith_ledger(n, p) : NULL;

	KITH_DROP(n, record_signature);
	kith_stranger_tell_of(n, KITH_DROPPED_FORGED, p);
	if (l == NULL)
		return KITH_STORE_FORGED;
	if (l->bad_signatures == 0 || kith_us_elapsed(l->bad_since, n->now) >= KITH_CONVICTED) {
		l->bad_signatures = 0;
		l->bad_since = n->now;
	}
	if (++l->bad_signatures >= KITH_BAD_SIGNATURES) {
		l->bad_signatures = KITH_BAD_SIGNATURES;
		l->bad_since = n->now; /* the silence begins */
	}
	kith_trace(n, "bad-signature", p, NULL);
	return KITH_STORE_FORGED;
}

bool kith_entry_is_from_convict(const struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_ledger *l = p != NULL ? p->ledger : NULL;

	return l != NULL && l->bad_signatures >= KITH_BAD_SIGNATURES &&
	       kith_us_elapsed(l->bad_since, n->now) < KITH_CONVICTED;
}

bool kith_entry_is_in_time(struct kith_node *n, const struct kith_record_head *h)
{
	const int64_t now_s = kith_now_unix_s(n);

	return (int64_t)h->expires > now_s - KITH_RECORD_SLACK_S &&
	       (int64_t)h->expires < now_s + KITH_RECORD_FUTURE_S + KITH_RECORD_SLACK_S;
}

bool kith_entry_is_over_rate(struct kith_node *n, struct kith_entry *e, int quota)
{
	if (e->way != KITH_STORE_BY_DATAGRAM)
		return false;
	if (quota != KITH_NO_QUOTA && !kith_may_charge(n, e->owner, (enum kith_charge)quota)) {
		KITH_DROP(n, record_quota);
		return true;
	}
	if (e->deliverer != NULL && e->deliverer != e->owner &&
	    !kith_charge(n, e->deliverer, KITH_CHARGE_VERIFICATION)) {
		KITH_DROP(n, record_quota);
		return true;
	}
	if (e->deliverer != NULL && e->owner == NULL &&
	    !kith_charge(n, e->deliverer, KITH_CHARGE_NEWCOMER)) {
		KITH_DROP(n, record_quota);
		return true;
	}
	return false;
}

bool kith_entry_is_signed(struct kith_node *n, const struct kith_entry *e, const uint8_t *identity)
{
	const struct kith_bytes what = kith_record_signed(e->record.p, &e->head);

	KITH_COUNT(n, signatures_checked);
	return kith_verify(identity, KITH_LABEL_RECORD, &n->cid, what.p, what.len,
			   kith_record_sig(e->record.p, &e->head)) == 0;
}

void kith_entry_want(struct kith_node *n, const struct kith_entry *e, const struct kith_mid *mid,
		     uint32_t epoch, uint32_t seq)
{
	struct kith_msg m = {.kind = KITH_MSG_WANT, .mid = mid->b, .e = epoch, .q = seq};
	struct kith_packet pk;

	if (e->deliverer == NULL || !kith_charge(n, e->deliverer, KITH_CHARGE_WANT) ||
	    !kith_packet_begin(n, &pk, e->deliverer))
		return;
	kith_packet_add(&pk, &m);
	kith_packet_send(n, &pk);
}

void kith_entry_want_certificate(struct kith_node *n, const struct kith_entry *e)
{
	if (kith_charge(n, e->owner, KITH_CHARGE_CERTIFICATE))
		kith_entry_want(n, e, &e->head.owner, 0, 0);
}
