/* SPDX-License-Identifier: ISC */
#include "core/store.h"

#include "base/check.h"
#include "core/node.h"
#include "core/trust.h"
#include <string.h>

/* One record under examination. */
struct entry {
	struct kith_peer *deliverer; /* NULL: nobody to charge */
	struct kith_peer *owner;     /* NULL: not known yet */
	struct kith_bytes certificate, record;
	struct kith_record_head head;
	bool is_sync;
};

/* A bad signature convicts the one who delivered it: honest members verify before they relay. */
static enum kith_store_result convict(struct kith_node *n, struct entry *e)
{
	struct kith_peer *p = e->deliverer;

	KITH_DROP(n, record_signature);
	kith_stranger_tell_of(n, KITH_DROPPED_FORGED, p);
	if (p == NULL)
		return KITH_STORE_FORGED;
	if (p->bad_signatures == 0 || kith_us_elapsed(p->bad_since, n->now) >= KITH_CONVICTED) {
		p->bad_signatures = 0;
		p->bad_since = n->now;
	}
	if (++p->bad_signatures >= KITH_BAD_SIGNATURES) {
		p->bad_signatures = KITH_BAD_SIGNATURES;
		p->bad_since = n->now; /* the silence begins */
	}
	kith_trace(n, "bad-signature", p, NULL);
	return KITH_STORE_FORGED;
}

/* What a convict tells is ignored; it is still probed, and its answers count. */
static bool is_convict(const struct kith_node *n, const struct kith_peer *p)
{
	return p != NULL && p->bad_signatures >= KITH_BAD_SIGNATURES &&
	       kith_us_elapsed(p->bad_since, n->now) < KITH_CONVICTED;
}

static bool is_in_time(struct kith_node *n, const struct kith_record_head *h)
{
	const int64_t now_s = kith_now_unix_s(n);

	return (int64_t)h->expires > now_s - KITH_RECORD_SLACK_S &&
	       (int64_t)h->expires < now_s + KITH_RECORD_FUTURE_S + KITH_RECORD_SLACK_S;
}

/* What an owner may publish: two records and two suspicions a second. */
enum { OWNER_RATE = 2, OWNER_BURST = 16 };

/* The owner's quota of this kind and the deliverer's rates, looked at before the signature costs
 * anything; the owner is charged only when it has signed. quota: NULL for a new owner. */
static bool is_over_rate(struct kith_node *n, struct entry *e, const struct kith_bucket *quota)
{
	if (e->is_sync)
		return false;
	if (quota != NULL && !kith_bucket_has(quota, n->now, OWNER_RATE, OWNER_BURST)) {
		KITH_DROP(n, record_quota);
		return true;
	}
	if (e->deliverer != NULL && e->deliverer != e->owner &&
	    !kith_bucket_take(&e->deliverer->verifications, n->now, 200, 400)) {
		KITH_DROP(n, record_quota);
		return true;
	}
	if (e->deliverer != NULL && e->owner == NULL &&
	    !kith_bucket_take(&e->deliverer->newcomers, n->now, KITH_NEWCOMERS,
			      2 * KITH_NEWCOMERS)) {
		KITH_DROP(n, record_quota);
		return true;
	}
	return false;
}

static bool is_signed(struct kith_node *n, const struct entry *e, const uint8_t *identity)
{
	const struct kith_bytes what = kith_record_signed(e->record.p, &e->head);

	KITH_COUNT(n, signatures_checked);
	return kith_verify(identity, KITH_LABEL_RECORD, &n->cid, what.p, what.len,
			   kith_record_sig(e->record.p, &e->head)) == 0;
}

/* --- member records ------------------------------------------------------------------------- */

/* Another life of our own identity is told to core/own; our own words coming back are old. So is
 * all of that other life while an epoch above it is being stored. */
static enum kith_store_result own_record(struct kith_node *n, struct entry *e)
{
	const struct kith_blob *ours = n->own.peer->record;
	const int newer = kith_incarnation_cmp(e->head.epoch, e->head.seq, n->own.epoch,
					       n->own.seq);
	const bool is_ours = newer == 0 && e->record.len == ours->len &&
			     memcmp(e->record.p, ours->bytes, ours->len) == 0;

	if (newer < 0 || is_ours || n->own.token != 0) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (is_over_rate(n, e, NULL))
		return KITH_STORE_BAD;
	if (!is_signed(n, e, n->own.secrets->identity.pk))
		return convict(n, e);
	kith_own_reflected(n, e->head.epoch);
	return KITH_STORE_OLD;
}

static void want(struct kith_node *n, struct kith_peer *from, const struct kith_mid *mid,
		 uint32_t epoch, uint32_t seq)
{
	struct kith_msg m = {.kind = KITH_MSG_WANT, .mid = mid->b, .e = epoch, .q = seq};
	struct kith_packet pk;

	if (kith_packet_begin(n, &pk, from)) {
		kith_packet_add(&pk, &m);
		kith_packet_send(n, &pk);
	}
}

static bool is_news(const struct kith_peer *owner, const struct kith_record_head *h,
		    struct kith_bytes record)
{
	const int c = kith_incarnation_cmp(h->epoch, h->seq, owner->epoch, owner->seq);

	if (c != 0)
		return c > 0;
	/* Equivocation: of two records with one number all hosts keep the larger bytes. */
	if (record.len != owner->record->len)
		return record.len > owner->record->len;
	return memcmp(record.p, owner->record->bytes, record.len) > 0;
}

/* What the owner's former record was, for the choice of the lane. */
struct former {
	enum kith_status status;
	uint32_t expires;
	bool had_case;
};

/* A pure daily refresh changes nothing that anybody looks at, and sync does most of its work: it
 * is told lazily. What ends or begins a suspicion or an absence is urgent. */
static void spread(struct kith_node *n, struct kith_peer *p, const struct entry *e,
		   const struct former *was)
{
	const bool is_usual = was->status == KITH_STATUS_ALIVE && p->status == was->status;
	const bool is_refresh = is_usual && !was->had_case &&
				(int64_t)p->expires - (int64_t)was->expires > 20 * 3600;

	kith_gossip_put(n, &p->rumor, p->record, &p->mid,
			is_usual && !was->had_case ? KITH_LANE_RECORD : KITH_LANE_URGENT,
			is_refresh);
	if (!e->is_sync && !is_refresh)
		kith_gossip_relay(n, e->deliverer);
}

/* The certificate to go on with: the one that came if it is newer, else the stored one. */
static int judge_certificate(struct kith_node *n, struct entry *e, struct kith_certificate *cert)
{
	const struct kith_peer *p = e->owner;
	struct kith_certificate came;
	struct kith_mid mid;
	int r;

	if (e->certificate.len == 0) {
		*cert = p->cert;
		return kith_trust_is_over(n, &p->cert) ? KITH_EEXPIRED : 0;
	}
	r = kith_trust_judge(n, e->certificate,
			     p != NULL ? kith_blob_bytes(p->certificate)
				       : (struct kith_bytes){NULL, 0},
			     &came);
	if (r != 0)
		return r;
	kith_mid_make(&mid, came.identity);
	if (memcmp(mid.b, e->head.owner.b, sizeof(mid.b)) != 0)
		return KITH_ECERT;
	if (p != NULL && came.serial <= p->cert.serial) {
		e->certificate = (struct kith_bytes){NULL, 0};
		*cert = p->cert;
		return 0;
	}
	*cert = came;
	return 0;
}

static enum kith_store_result member_record(struct kith_node *n, struct entry *e)
{
	struct kith_certificate cert;
	struct kith_member_body body;
	struct kith_peer *p = e->owner;
	struct former was = {.status = KITH_STATUS_LEFT};

	if (p == NULL && kith_tomb_covers(n, &e->head.owner, e->head.epoch, e->head.seq)) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (p == NULL && e->certificate.len == 0) {
		KITH_DROP(n, record_unknown_owner);
		if (e->deliverer != NULL && kith_bucket_take(&e->deliverer->wants, n->now, 50, 100))
			want(n, e->deliverer, &e->head.owner, 0, 0);
		return KITH_STORE_BAD;
	}
	if (!is_in_time(n, &e->head)) {
		KITH_DROP(n, record_expired);
		return KITH_STORE_BAD;
	}
	if (p != NULL && !is_news(p, &e->head, e->record)) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (is_over_rate(n, e, p != NULL ? &p->records : NULL))
		return KITH_STORE_BAD;
	if (judge_certificate(n, e, &cert) != 0) {
		KITH_DROP(n, record_certificate);
		return KITH_STORE_BAD;
	}
	if (!is_signed(n, e, cert.identity))
		return convict(n, e);
	if (p != NULL && !e->is_sync)
		(void)kith_bucket_take(&p->records, n->now, OWNER_RATE, OWNER_BURST);
	if (kith_member_body_read(kith_record_body(e->record.p, &e->head), &body) != 0) {
		KITH_DROP(n, record_malformed);
		return KITH_STORE_BAD;
	}
	if (p != NULL)
		was = (struct former){p->status, p->expires, p->kase != NULL};
	/* Leave is final for its epoch, whatever the number says. */
	if (p != NULL && p->status == KITH_STATUS_LEFT && p->epoch == e->head.epoch &&
	    body.state != KITH_MEMBER_LEFT) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (p == NULL)
		p = kith_peer_add(n, e->certificate, &cert, e->record, &e->head, &body);
	else if (!kith_peer_record(n, p, e->certificate, &cert, e->record, &e->head, &body))
		p = NULL;
	if (p == NULL)
		return KITH_STORE_BAD;
	KITH_COUNT(n, records_accepted);
	spread(n, p, e, &was);
	return KITH_STORE_NEWS;
}

/* --- suspicions ------------------------------------------------------------------------------ */

/* Numbers of kinds 5 to 7 are deduplicated by a window per owner and epoch. */
static bool is_numbered_new(const struct kith_peer *owner, const struct kith_record_head *h)
{
	if (h->epoch != owner->numbered_epoch)
		return h->epoch > owner->numbered_epoch && h->seq != 0; /* numbers start at 1 */
	return kith_window_check(&owner->numbered, h->seq);
}

static void commit_number(struct kith_peer *owner, const struct kith_record_head *h)
{
	if (h->epoch != owner->numbered_epoch) {
		memset(&owner->numbered, 0, sizeof(owner->numbered));
		owner->numbered_epoch = h->epoch;
	}
	kith_window_commit(&owner->numbered, h->seq);
}

static enum kith_store_result suspicion_record(struct kith_node *n, struct entry *e)
{
	struct kith_suspicion s;
	struct kith_peer *target;
	int c;

	if (!is_in_time(n, &e->head)) {
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
	c = kith_incarnation_cmp(s.epoch, s.seq, target->epoch, target->seq);
	if (c > 0 && !target->is_self && e->deliverer != NULL &&
	    kith_bucket_take(&e->deliverer->wants, n->now, 50, 100))
		want(n, e->deliverer, &s.target, target->epoch, target->seq);
	if (c != 0 || !kith_suspect_wants(n, e->owner, target)) {
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	if (is_over_rate(n, e, &e->owner->suspicions))
		return KITH_STORE_BAD;
	if (!is_signed(n, e, e->owner->cert.identity))
		return convict(n, e);
	commit_number(e->owner, &e->head);
	if (!e->is_sync)
		(void)kith_bucket_take(&e->owner->suspicions, n->now, OWNER_RATE, OWNER_BURST);
	if (!kith_suspect_received(n, e->owner, target, &s, e->record, e->head.expires))
		return KITH_STORE_OLD;
	KITH_COUNT(n, records_accepted);
	if (!e->is_sync)
		kith_gossip_relay(n, e->deliverer);
	return KITH_STORE_NEWS;
}

/* --- the door ------------------------------------------------------------------------------- */

enum kith_store_result kith_store_record(struct kith_node *n, struct kith_peer *deliverer,
					 struct kith_bytes certificate, struct kith_bytes record,
					 bool is_sync)
{
	struct entry e = {.deliverer = deliverer, .certificate = certificate, .record = record,
			  .is_sync = is_sync};

	if (kith_record_read(record.p, record.len, &e.head) != 0) {
		KITH_DROP(n, record_malformed);
		kith_stranger_tell_of(n, KITH_DROPPED_MALFORMED, deliverer);
		return KITH_STORE_BAD;
	}
	if (is_convict(n, deliverer)) {
		KITH_DROP(n, record_quota);
		return KITH_STORE_BAD;
	}
	if (memcmp(e.head.owner.b, n->own.secrets->identity.mid.b, sizeof(e.head.owner.b)) == 0) {
		e.owner = n->own.peer;
		if (e.head.kind == KITH_RECORD_MEMBER)
			return own_record(n, &e);
		KITH_DROP(n, record_old);
		return KITH_STORE_OLD;
	}
	e.owner = kith_peer_find(n, &e.head.owner);
	if (e.head.kind == KITH_RECORD_MEMBER)
		return member_record(n, &e);
	if (e.owner == NULL) {
		KITH_DROP(n, record_unknown_owner);
		if (deliverer != NULL && kith_bucket_take(&deliverer->wants, n->now, 50, 100))
			want(n, deliverer, &e.head.owner, 0, 0);
		return KITH_STORE_BAD;
	}
	if (e.head.kind == KITH_RECORD_SUSPICION)
		return suspicion_record(n, &e);
	KITH_COUNT(n, records_unknown);
	return KITH_STORE_OLD;
}
