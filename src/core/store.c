/* SPDX-License-Identifier: ISC */
#include "core/store.h"

#include "base/check.h"
#include "core/entry.h"
#include "core/node.h"
#include "core/obituary.h"
#include "core/trust.h"
#include "seal/certificate.h"
#include <string.h>

/* --- member records ------------------------------------------------------------------------- */

/* Another life of our own identity is told to core/own; our own words coming back are old. So is
 * all of that other life while an epoch above it is being stored. */
static enum kith_store_result own_record(struct kith_node *n, struct kith_entry *e)
{
	const struct kith_bytes ours = n->own.peer->record->fact.raw;
	const int newer = kith_incarnation_cmp(e->head.epoch, e->head.seq, n->own.epoch,
					       n->own.seq);
	const bool is_ours = newer == 0 && e->record.len == ours.len &&
			     memcmp(e->record.p, ours.p, ours.len) == 0;

	if (newer < 0 || is_ours || n->own.token != 0) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (kith_entry_is_over_rate(n, e, KITH_NO_QUOTA))
		return KITH_STORE_BAD;
	if (!kith_entry_is_signed(n, e, n->own.secrets->identity.pk))
		return kith_entry_convict(n, e);
	kith_own_reflected(n, e->head.epoch);
	return KITH_STORE_OLD;
}

static bool is_news(const struct kith_member_fact *known, const struct kith_record_head *h,
		    struct kith_bytes record)
{
	const int c = kith_incarnation_cmp(h->epoch, h->seq, known->epoch, known->seq);

	if (c != 0)
		return c > 0;
	/* Equivocation: of two records with one number all hosts keep the larger bytes. */
	if (record.len != known->fact.raw.len)
		return record.len > known->fact.raw.len;
	return memcmp(record.p, known->fact.raw.p, record.len) > 0;
}

/* What the owner's former record was, for the choice of the lane. */
struct former {
	enum kith_status status;
	uint32_t expires, epoch;
	bool had_case, is_new;
};

/* What ends or begins a suspicion or an absence is urgent; a join or a change is not. A pure daily
 * refresh changes nothing that anybody looks at, nor does one more answer of a member that is noisy. */
static enum kith_lane lane_of(const struct kith_node *n, const struct kith_peer *p,
			      const struct kith_entry *e, const struct former *was)
{
	const bool is_usual = was->status == KITH_STATUS_ALIVE && p->status == was->status;

	if (e->way != KITH_STORE_BY_DATAGRAM)
		return KITH_LANE_LAZY;
	if (p->status == KITH_STATUS_ALIVE && p->record->epoch == was->epoch && kith_is_noisy(n, p))
		return KITH_LANE_NOISE;
	if (was->had_case || (!is_usual && !was->is_new))
		return KITH_LANE_URGENT;
	return is_usual && (int64_t)p->record->expires - (int64_t)was->expires > 20 * 3600
		       ? KITH_LANE_LAZY
		       : KITH_LANE_RECORD;
}

static void spread(struct kith_node *n, struct kith_peer *p, const struct kith_entry *e,
		   const struct former *was)
{
	const enum kith_lane lane = lane_of(n, p, e, was);

	kith_gossip_put(n, &p->rumor, &p->record->fact, lane);
	if (lane < KITH_LANE_NOISE)
		kith_gossip_relay(n, e->deliverer);
}

/* The certificate to go on with: the one that came if it is newer, else the stored one. A new
 * reference, or an error. */
static int judge_certificate(struct kith_node *n, struct kith_entry *e, struct kith_cert_fact **cert)
{
	struct kith_cert_fact *known = e->owner != NULL ? e->owner->certificate : NULL;
	struct kith_cert_fact *came = known;
	int r;

	if (e->certificate.len > 0) {
		r = kith_trust_judge(n, e->certificate, known, &came);
		if (r != 0)
			return r;
		if (memcmp(came->mid.b, e->head.owner.b, sizeof(came->mid.b)) != 0) {
			kith_fact_unref(n, &came->fact);
			return KITH_ECERT;
		}
		if (known == NULL || came->c.serial > known->c.serial) {
			*cert = came;
			return 0;
		}
		kith_fact_unref(n, &came->fact);
	} else if (kith_trust_is_over(n, &known->c)) {
		kith_entry_want_certificate(n, e);
		return KITH_EEXPIRED;
	} else if (kith_trust_is_revoked(n, &known->c)) {
		return KITH_EREVOKED;
	}
	kith_fact_ref(&known->fact);
	*cert = known;
	return 0;
}

/* The verified record is taken, unless its owner has left for good. */
static enum kith_store_result take(struct kith_node *n, struct kith_entry *e,
				   struct kith_cert_fact *cert, struct kith_member_fact *record)
{
	struct kith_peer *p = e->owner;
	struct former was = {.status = KITH_STATUS_LEFT, .is_new = p == NULL};

	if (p != NULL)
		was = (struct former){p->status, p->record->expires, p->record->epoch,
				      kith_peer_case(p) != NULL, false};
	/* Leave is final for its epoch, whatever the number says. */
	if (p != NULL && p->status == KITH_STATUS_LEFT && p->record->epoch == e->head.epoch &&
	    record->body.state != KITH_MEMBER_LEFT) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (p == NULL)
		p = kith_peer_add(n, cert, record);
	else if (!kith_peer_record(n, p, cert, record))
		p = NULL;
	if (p == NULL)
		return KITH_STORE_BAD;
	KITH_COUNT(n, records_accepted);
	spread(n, p, e, &was);
	return KITH_STORE_NEWS;
}

/* Judges the signature with the certificate's key, and takes the record. */
static enum kith_store_result judge_member(struct kith_node *n, struct kith_entry *e,
					   struct kith_cert_fact *cert)
{
	enum kith_store_result result;
	struct kith_fact *record;
	const int r = kith_fact_record(n, e->record, &e->head, cert->c.identity,
				       KITH_BELIEF_CHECK, &record);

	if (r == KITH_EAUTH)
		return kith_entry_convict(n, e);
	if (e->owner != NULL && e->way == KITH_STORE_BY_DATAGRAM && r != KITH_ENOMEM)
		(void)kith_charge(n, e->owner, KITH_CHARGE_RECORD);
	if (r == KITH_EMALFORMED)
		KITH_DROP(n, record_malformed);
	if (r != 0)
		return KITH_STORE_BAD;
	result = take(n, e, cert, kith_member_fact_of(record));
	kith_fact_unref(n, record);
	return result;
}

/* The record is known; the certificate that came with it may be a newer one than we hold. */
static void renew_certificate(struct kith_node *n, struct kith_entry *e)
{
	struct kith_cert_fact *cert;
	struct kith_certificate c;

	if (e->certificate.len == 0 || kith_cert_read(e->certificate.p, e->certificate.len, &c) != 0 ||
	    c.serial <= e->owner->certificate->c.serial || kith_entry_is_over_rate(n, e, KITH_NO_QUOTA) ||
	    judge_certificate(n, e, &cert) != 0)
		return;
	if (cert != e->owner->certificate)
		kith_peer_certify(n, e->owner, cert);
	kith_fact_unref(n, &cert->fact);
}

static enum kith_store_result member_record(struct kith_node *n, struct kith_entry *e)
{
	struct kith_cert_fact *cert;
	struct kith_peer *p = e->owner;
	enum kith_store_result result;
	int r;

	if (p == NULL && e->way != KITH_STORE_BY_OWNER &&
	    kith_tomb_covers(n, &e->head.owner, e->head.epoch, e->head.seq)) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (p == NULL && e->certificate.len == 0) {
		KITH_DROP(n, record_unknown_owner);
		kith_entry_want(n, e, &e->head.owner, 0, 0);
		return KITH_STORE_BAD;
	}
	if (!kith_entry_is_in_time(n, &e->head)) {
		KITH_DROP(n, record_expired);
		return KITH_STORE_BAD;
	}
	if (p != NULL && !is_news(p->record, &e->head, e->record)) {
		if (p->status == KITH_STATUS_FAILED && e->way == KITH_STORE_BY_DATAGRAM &&
		    e->deliverer != NULL && e->deliverer->status != KITH_STATUS_FAILED)
			kith_obituary_tell(n, e->deliverer, p);
		renew_certificate(n, e);
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (kith_entry_is_over_rate(n, e, p != NULL ? KITH_CHARGE_RECORD : KITH_NO_QUOTA))
		return KITH_STORE_BAD;
	r = judge_certificate(n, e, &cert);
	if (r != 0) {
		if (r == KITH_EREVOKED)
			KITH_DROP(n, record_revoked);
		else if (r != KITH_ENOMEM)
			KITH_DROP(n, record_certificate);
		return KITH_STORE_BAD;
	}
	result = judge_member(n, e, cert);
	kith_fact_unref(n, &cert->fact);
	return result;
}

/* --- suspicions ------------------------------------------------------------------------------ */

/* Numbers of kinds 5 to 7 are deduplicated by a window per owner and epoch. */
static bool is_numbered_new(const struct kith_peer *owner, const struct kith_record_head *h)
{
	static const struct kith_ledger nothing;
	const struct kith_ledger *l = owner->ledger != NULL ? owner->ledger : &nothing;

	if (h->epoch != l->numbered_epoch)
		return h->epoch > l->numbered_epoch && h->seq != 0; /* numbers start at 1 */
	return kith_window_check(&l->numbered, h->seq);
}

static void commit_number(struct kith_ledger *l, const struct kith_record_head *h)
{
	if (h->epoch != l->numbered_epoch) {
		memset(&l->numbered, 0, sizeof(l->numbered));
		l->numbered_epoch = h->epoch;
	}
	kith_window_commit(&l->numbered, h->seq);
}

/* The verified suspicion is taken. Without memory for its number it has not come. */
static enum kith_store_result take_suspicion(struct kith_node *n, struct kith_entry *e,
					     struct kith_peer *target,
					     const struct kith_suspicion *s,
					     struct kith_fact *record)
{
	struct kith_ledger *l = kith_ledger(n, e->owner);

	if (l == NULL)
		return KITH_STORE_OLD;
	commit_number(l, &e->head);
	if (e->way == KITH_STORE_BY_DATAGRAM)
		(void)kith_charge(n, e->owner, KITH_CHARGE_SUSPICION);
	if (n->plain.is_on)
		return kith_plain_received(n, e->owner, target, s, record, e->head.expires)
			       ? KITH_STORE_NEWS
			       : KITH_STORE_OLD;
	if (!kith_suspect_received(n, e->owner, target, s, record, e->head.expires))
		return KITH_STORE_OLD;
	KITH_COUNT(n, records_accepted);
	if (e->way == KITH_STORE_BY_DATAGRAM && kith_dispute_lane(n, target, s->kind) < KITH_LANE_NOISE)
		kith_gossip_relay(n, e->deliverer);
	return KITH_STORE_NEWS;
}

static enum kith_store_result suspicion_record(struct kith_node *n, struct kith_entry *e)
{
	struct kith_suspicion s;
	struct kith_peer *target;
	struct kith_fact *record;
	enum kith_store_result result;
	int c, r;

	if (!kith_entry_is_in_time(n, &e->head)) {
		KITH_DROP(n, record_expired);
		return KITH_STORE_BAD;
	}
	/* The target decides whether a signature is worth checking, so it is looked at before; the
	 * bytes are of fixed length and steer nothing but this decision. */
	if (kith_suspicion_read(kith_record_body(e->record.p, &e->head), &s) != 0) {
		KITH_DROP(n, record_malformed);
		return KITH_STORE_BAD;
	}
	target = kith_peer_find(n, &s.target);
	if (target == NULL || target == e->owner || !is_numbered_new(e->owner, &e->head)) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	c = kith_incarnation_cmp(s.epoch, s.seq, target->record->epoch, target->record->seq);
	if (c > 0 && !target->is_self)
		kith_entry_want(n, e, &s.target, target->record->epoch, target->record->seq);
	if (c != 0 || !(n->plain.is_on ? kith_plain_wants(n, target, &s)
				       : kith_suspect_wants(n, e->owner, target))) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (!n->plain.is_on && kith_entry_is_over_rate(n, e, KITH_CHARGE_SUSPICION))
		return KITH_STORE_BAD;
	r = kith_fact_record(n, e->record, &e->head, e->owner->certificate->c.identity,
			     KITH_BELIEF_CHECK, &record);
	if (r == KITH_EAUTH)
		return kith_entry_convict(n, e);
	if (r != 0)
		return KITH_STORE_OLD;
	result = take_suspicion(n, e, target, &s, record);
	kith_fact_unref(n, record);
	return result;
}

/* --- revocations ----------------------------------------------------------------------------- */

/* The set grows by whatever a trusted authority signed, whoever brings it. */
static enum kith_store_result revocation_record(struct kith_node *n, struct kith_entry *e)
{
	const uint8_t *authority = kith_trust_authority(n, e->head.owner.b);
	struct kith_revocation *revocation;
	struct kith_fact *record;
	struct kith_mid target;
	int r;

	if ((int64_t)e->head.expires + KITH_RECORD_SLACK_S < (int64_t)kith_now_unix_s(n)) {
		KITH_DROP(n, record_expired);
		return KITH_STORE_BAD;
	}
	if (authority == NULL) {
		KITH_DROP(n, record_authority);
		return KITH_STORE_BAD;
	}
	if (kith_revocation_body_read(kith_record_body(e->record.p, &e->head), &target) != 0) {
		KITH_DROP(n, record_malformed);
		return KITH_STORE_BAD;
	}
	if (!kith_revoke_is_news(n, &target, &e->head, e->record)) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (kith_entry_is_over_rate(n, e, KITH_NO_QUOTA))
		return KITH_STORE_BAD;
	r = kith_fact_record(n, e->record, &e->head, authority, KITH_BELIEF_CHECK, &record);
	if (r != 0)
		return r == KITH_EAUTH ? kith_entry_convict(n, e) : KITH_STORE_BAD;
	revocation = kith_revoke_add(n, &target, &e->head, record);
	kith_fact_unref(n, record);
	if (revocation == NULL)
		return KITH_STORE_BAD;
	KITH_COUNT(n, records_accepted);
	kith_gossip_put(n, &revocation->rumor, revocation->record,
			e->way == KITH_STORE_BY_DATAGRAM ? KITH_LANE_URGENT : KITH_LANE_LAZY);
	if (e->way == KITH_STORE_BY_DATAGRAM)
		kith_gossip_relay(n, e->deliverer);
	return KITH_STORE_NEWS;
}

/* --- the door ------------------------------------------------------------------------------- */

enum kith_store_result kith_store_record(struct kith_node *n, struct kith_peer *deliverer,
					 struct kith_bytes certificate, struct kith_bytes record,
					 enum kith_store_way way)
{
	struct kith_entry e = {.deliverer = deliverer, .certificate = certificate, .record = record,
			  .way = way};

	if (kith_record_read(record.p, record.len, &e.head) != 0) {
		KITH_DROP(n, record_malformed);
		kith_stranger_tell_of(n, KITH_DROPPED_MALFORMED, deliverer);
		return KITH_STORE_BAD;
	}
	if (kith_entry_is_from_convict(n, deliverer)) {
		KITH_DROP(n, record_quota);
		return KITH_STORE_BAD;
	}
	if (e.head.kind == KITH_RECORD_REVOKE)
		return revocation_record(n, &e);
	if (memcmp(e.head.owner.b, n->own.secrets->identity.mid.b, sizeof(e.head.owner.b)) == 0) {
		e.owner = n->own.peer;
		if (e.head.kind == KITH_RECORD_MEMBER)
			return own_record(n, &e);
		if (e.head.kind == KITH_RECORD_SERVICE)
			return kith_store_service(n, &e);
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	e.owner = kith_peer_find(n, &e.head.owner);
	if (e.head.kind == KITH_RECORD_MEMBER)
		return member_record(n, &e);
	if (e.owner == NULL) {
		KITH_DROP(n, record_unknown_owner);
		/* What a synchronisation says of an owner comes behind its record: that was refused. */
		if (way == KITH_STORE_BY_DATAGRAM || e.head.kind != KITH_RECORD_SERVICE)
			kith_entry_want(n, &e, &e.head.owner, 0, 0);
		return KITH_STORE_BAD;
	}
	if (e.head.kind == KITH_RECORD_SUSPICION)
		return suspicion_record(n, &e);
	if (e.head.kind == KITH_RECORD_SERVICE)
		return kith_store_service(n, &e);
	KITH_COUNT(n, records_unknown);
	return KITH_STORE_OLD;
}

int kith_store_revocation(struct kith_node *n, struct kith_bytes record)
{
	struct kith_record_head head;
	struct kith_mid target;

	if (kith_record_read(record.p, record.len, &head) != 0 || head.kind != KITH_RECORD_REVOKE ||
	    kith_revocation_body_read(kith_record_body(record.p, &head), &target) != 0)
		return KITH_EMALFORMED;
	if (kith_trust_authority(n, head.owner.b) == NULL)
		return KITH_ECERT;
	if ((int64_t)head.expires + KITH_RECORD_SLACK_S < (int64_t)kith_now_unix_s(n))
		return KITH_EEXPIRED;
	switch (kith_store_record(n, NULL, (struct kith_bytes){NULL, 0}, record, KITH_STORE_BY_DATAGRAM)) {
	case KITH_STORE_BAD:
		return kith_revoke_is_full(n, head.owner.b) ? KITH_EFULL : KITH_ENOMEM;
	case KITH_STORE_FORGED:
		return KITH_EAUTH;
	default:
		return 0; /* also what is known already */
	}
}
