/* SPDX-License-Identifier: ISC */
#include "core/peer.h"

#include "base/addr.h"
#include "base/check.h"
#include "base/cur.h"
#include "core/node.h"
#include "core/trust.h"
#include <string.h>

/* Which conclusions may follow which (row: from, column: to). FAILED leads back only through a
 * newer record, which kith_peer_record() brings; LEFT ends an epoch, a new one begins ALIVE. */
static const bool allowed[KITH_STATUS_COUNT][KITH_STATUS_COUNT] = {
	[KITH_STATUS_ALIVE] = {[KITH_STATUS_SUSPECT] = true, [KITH_STATUS_FAILED] = true,
			       [KITH_STATUS_RESTARTING] = true, [KITH_STATUS_LEFT] = true},
	[KITH_STATUS_SUSPECT] = {[KITH_STATUS_ALIVE] = true, [KITH_STATUS_FAILED] = true,
				 [KITH_STATUS_RESTARTING] = true, [KITH_STATUS_LEFT] = true},
	[KITH_STATUS_RESTARTING] = {[KITH_STATUS_ALIVE] = true, [KITH_STATUS_FAILED] = true,
				    [KITH_STATUS_LEFT] = true},
	[KITH_STATUS_FAILED] = {[KITH_STATUS_ALIVE] = true, [KITH_STATUS_RESTARTING] = true,
				[KITH_STATUS_LEFT] = true},
	[KITH_STATUS_LEFT] = {[KITH_STATUS_ALIVE] = true, [KITH_STATUS_RESTARTING] = true},
};

const char *kith_peer_status_text(enum kith_status s)
{
	static const char *const names[KITH_STATUS_COUNT] = {
#define X(upper, lower, help) [KITH_STATUS_##upper] = #lower,
		KITH_STATUSES(X)
#undef X
	};

	return (unsigned)s < KITH_STATUS_COUNT ? names[s] : "?";
}

static uint64_t sid_key_of(const void *table, uint32_t slot)
{
	const struct kith_peer *p = kith_slab_at(table, slot);

	return kith_get_u64(p->record->sid);
}

bool kith_peers_init(struct kith_node *n, const uint64_t secret[2])
{
	struct kith_peers *ps = &n->peers;

	kith_slab_init(&ps->table, &n->alloc, sizeof(struct kith_peer));
	kith_map_init(&ps->by_sid, &n->alloc, secret, sid_key_of, &ps->table);
	ps->gone_due = ps->rejoined = KITH_NEVER;
	ps->expiry_due_s = UINT32_MAX;
	return kith_timer_init(n, &ps->sweep, KITH_TIMER_SWEEP, NULL);
}

static void peer_free(struct kith_node *n, struct kith_peer *p)
{
	kith_probe_forget(n, p);
	kith_suspect_close(n, p);
	kith_ledger_free(n, p);
	kith_catalogue_forget(n, p);
	kith_gossip_drop(n, &p->rumor, &p->record->fact);
	kith_fact_unref(n, &p->certificate->fact);
	kith_fact_unref(n, &p->record->fact);
	kith_talk_forget(n, p);
	kith_slab_give(&n->peers.table, p->slot);
}

void kith_peers_fini(struct kith_node *n)
{
	struct kith_peers *ps = &n->peers;
	uint32_t i;

	/* Cases first: each looks for its suspectors. */
	for (i = 0; i < ps->count; i++)
		kith_suspect_close(n, kith_ring_at(n, i));
	for (i = 0; i < ps->count; i++)
		peer_free(n, kith_ring_at(n, i));
	kith_slab_fini(&ps->table);
	kith_ring_fini(n);
	kith_map_fini(&ps->by_sid);
	kith_timer_fini(n, &ps->sweep);
	memset(ps, 0, sizeof(*ps));
}

struct kith_peer *kith_peer_at(const struct kith_node *n, uint32_t slot)
{
	return kith_slab_has(&n->peers.table, slot) ? kith_slab_at(&n->peers.table, slot) : NULL;
}

struct kith_peer *kith_peer_find(const struct kith_node *n, const struct kith_mid *mid)
{
	const uint32_t at = kith_ring_seek(n, mid);

	return kith_ring_is_at(n, at, mid) ? kith_ring_at(n, at) : NULL;
}

struct kith_peer *kith_peer_by_sid(const struct kith_node *n, const uint8_t sid[KITH_SID_LEN])
{
	const uint32_t slot = kith_map_get(&n->peers.by_sid, kith_get_u64(sid));

	return slot == KITH_MAP_NONE ? NULL : kith_slab_at(&n->peers.table, slot);
}

/* --- records -------------------------------------------------------------------------------- */

static void remember_recent(struct kith_node *n, const struct kith_peer *p)
{
	struct kith_peers *ps = &n->peers;

	ps->recent[ps->recent_at++ % KITH_NAMES_MAX] = p->slot;
}

static enum kith_status status_of(const struct kith_member_fact *record)
{
	switch (record->body.state) {
	case KITH_MEMBER_LEFT:
		return KITH_STATUS_LEFT;
	case KITH_MEMBER_RESTARTING:
		return KITH_STATUS_RESTARTING;
	default:
		return KITH_STATUS_ALIVE;
	}
}

/* Takes over the certificate, and the session if it is another one: there is room in the index. */
static void set_facts(struct kith_node *n, struct kith_peer *p, struct kith_cert_fact *certificate,
		      struct kith_member_fact *record)
{
	struct kith_member_fact *former = p->record;
	const bool is_same = former != NULL && memcmp(former->sid, record->sid, KITH_SID_LEN) == 0;
	bool is_put;

	kith_fact_ref(&certificate->fact);
	if (p->certificate != NULL)
		kith_fact_unref(n, &p->certificate->fact);
	p->certificate = certificate;
	if (former != NULL && !is_same)
		kith_map_drop(&n->peers.by_sid, kith_get_u64(former->sid));
	if (former != NULL)
		kith_gossip_drop(n, &p->rumor, &former->fact);
	kith_fact_ref(&record->fact);
	p->record = record;
	if (former != NULL) {
		kith_leaf_renew(n, p);
		kith_fact_unref(n, &former->fact);
	}
	if (is_same)
		return;
	is_put = kith_map_put(&n->peers.by_sid, kith_get_u64(record->sid), p->slot);
	KITH_ASSERT(is_put);
	kith_talk_renew(n, p);
	p->has_no_pair = false;
}

/* The peer has a newer record. */
static void note_record(struct kith_node *n, struct kith_peer *p)
{
	p->addr_index = 0;
	p->is_kept = false;
	n->peers.changes++;
	remember_recent(n, p);
}

/* Room for one more peer in the ring and in the index by session. */
static bool reserve(struct kith_node *n)
{
	return kith_ring_reserve(n) && kith_map_reserve(&n->peers.by_sid, 1);
}

void kith_peers_expect(struct kith_node *n, uint64_t count)
{
	const uint32_t most = count < n->max_members ? (uint32_t)count : n->max_members;

	if (most > n->peers.count && !kith_map_reserve(&n->peers.by_sid, most - n->peers.count))
		return; /* it grows when it has to */
}

/* When the sweep has to look for this one at the latest. */
static void note_due(struct kith_node *n, const struct kith_peer *p)
{
	struct kith_peers *ps = &n->peers;

	if (p->is_self)
		return;
	if (p->status == KITH_STATUS_FAILED || p->status == KITH_STATUS_LEFT)
		ps->gone_due = kith_us_min(ps->gone_due, kith_us_add(p->since, n->reap_after));
	if (p->record->expires < ps->expiry_due_s)
		ps->expiry_due_s = p->record->expires;
}

/* Puts the peer into the ring and counts it; nothing here can fail. */
static void enter(struct kith_node *n, struct kith_peer *p)
{
	struct kith_peers *ps = &n->peers;

	kith_ring_enter(n, p);
	kith_zone_enter(n, p);
	kith_leaf_add(n, p);
	ps->by_status[p->status]++;
	ps->changes++;
	if (!kith_timer_is_set(&ps->sweep))
		kith_timer_set(n, &ps->sweep, kith_us_add(n->now, KITH_SWEEP));
}

static void announce(struct kith_node *n, const struct kith_peer *p, enum kith_event_kind kind,
		     enum kith_status from, const struct kith_mid *by)
{
	struct kith_event e = {.kind = kind, .mid = p->record->mid, .from = from, .to = p->status};

	if (by != NULL)
		e.by = *by;
	kith_suspect_weigh(n, p, &e.evidence, &e.need);
	kith_out_event(n, &e);
}

static void start_absence(struct kith_node *n, struct kith_peer *p)
{
	const kith_us back_s = kith_us_min(p->record->body.back_s, KITH_RESTART_MAX_S);

	if (p->status == KITH_STATUS_RESTARTING && !p->is_self)
		kith_suspect_absent(n, p, kith_us_add(n->now, back_s * KITH_SECOND));
	else if (p->ledger != NULL)
		kith_timer_stop(n, &p->ledger->back);
}

/* `isolated`: more than a third of those not left are failed, and at least two. */
static void judge_isolation(struct kith_node *n)
{
	struct kith_peers *ps = &n->peers;
	const uint32_t failed = ps->by_status[KITH_STATUS_FAILED];
	const uint32_t up = kith_peers_present(n);
	const bool is = failed >= 2 && failed * 3 > failed + up;
	struct kith_event e = {.kind = is ? KITH_EVENT_ISOLATED : KITH_EVENT_REJOINED};

	if (is == ps->isolated)
		return;
	ps->isolated = is;
	if (!is)
		ps->rejoined = n->now;
	kith_out_event(n, &e);
}

static struct kith_peer *admit(struct kith_node *n, struct kith_cert_fact *certificate,
			       struct kith_member_fact *record, enum kith_status status)
{
	struct kith_peer *p;
	uint32_t slot;

	if (kith_peers_are_full(n)) {
		KITH_DROP(n, table_full);
		return NULL;
	}
	if (!reserve(n))
		return NULL;
	p = kith_slab_take(&n->peers.table, &slot);
	if (p == NULL)
		return NULL;
	p->slot = slot;
	/* An absence needs its timer. */
	if (status == KITH_STATUS_RESTARTING && kith_ledger(n, p) == NULL) {
		kith_slab_give(&n->peers.table, slot);
		return NULL;
	}
	p->is_self = memcmp(record->mid.b, n->own.secrets->identity.mid.b,
			    sizeof(record->mid.b)) == 0;
	p->since = n->now;
	p->status = status;
	set_facts(n, p, certificate, record);
	enter(n, p);
	kith_tomb_open(n, &record->mid);
	note_record(n, p);
	start_absence(n, p);
	note_due(n, p);
	return p;
}

bool kith_peers_are_full(const struct kith_node *n)
{
	return n->peers.count >= n->max_members;
}

struct kith_peer *kith_peer_add(struct kith_node *n, struct kith_cert_fact *certificate,
				struct kith_member_fact *record)
{
	struct kith_peer *p = admit(n, certificate, record, status_of(record));

	if (p == NULL)
		return NULL;
	if (p->status != KITH_STATUS_LEFT && !p->is_self)
		announce(n, p, KITH_EVENT_JOINED, KITH_STATUS_LEFT, NULL);
	judge_isolation(n);
	return p;
}

/* Nothing happened to it just now, so there is no event; what became of them all is judged when
 * our own record is added. */
struct kith_peer *kith_peer_restore(struct kith_node *n, struct kith_cert_fact *certificate,
				    struct kith_member_fact *record, enum kith_status status,
				    kith_us since)
{
	const struct kith_why w = {.kind = KITH_WHY_RESTORED, .from = status, .to = status};
	struct kith_peer *p = admit(n, certificate, record, status);

	if (p == NULL)
		return NULL;
	p->since = since;
	p->is_kept = true;
	note_due(n, p);
	if (status != KITH_STATUS_ALIVE)
		kith_peer_why(n, p, &w);
	return p;
}

/* Whether something that others look at changed. */
static bool differs_visibly(const struct kith_member_body *a, const struct kith_member_body *b)
{
	return a->addr_count != b->addr_count ||
	       memcmp(a->addrs, b->addrs, a->addr_count * sizeof(a->addrs[0])) != 0 ||
	       a->tags.len != b->tags.len ||
	       (a->tags.len > 0 && memcmp(a->tags.p, b->tags.p, a->tags.len) != 0);
}

/* The owner, perhaps we, answers what was said of it, in time; who comes too late is a matter of
 * core/flap. */
static bool is_refutation(const struct kith_peer *p, const struct kith_member_fact *record)
{
	return kith_peer_is_up(p) && record->epoch == p->record->epoch &&
	       status_of(record) == KITH_STATUS_ALIVE;
}

bool kith_peer_record(struct kith_node *n, struct kith_peer *p, struct kith_cert_fact *certificate,
		      struct kith_member_fact *record)
{
	const bool visible = differs_visibly(&p->record->body, &record->body) ||
			     certificate != p->certificate;
	const enum kith_status status = status_of(record);
	const bool was_up = kith_peer_is_up(p) || p->status == KITH_STATUS_RESTARTING;

	if (!kith_map_reserve(&n->peers.by_sid, 1) ||
	    (status == KITH_STATUS_RESTARTING && kith_ledger(n, p) == NULL))
		return false;
	if (is_refutation(p, record))
		kith_dispute_refuted(n, p);
	kith_zone_leave(n, p);
	set_facts(n, p, certificate, record);
	kith_zone_enter(n, p);
	kith_suspect_close(n, p);
	note_record(n, p);
	note_due(n, p);
	if (status != p->status)
		kith_peer_set_status(n, p, status, &p->record->mid);
	else if (visible && !p->is_self && !kith_flap_is_quarantined(p))
		announce(n, p, KITH_EVENT_UPDATED, p->status, NULL);
	start_absence(n, p);
	kith_catalogue_follow(n, p, was_up);
	return true;
}

void kith_peer_certify(struct kith_node *n, struct kith_peer *p, struct kith_cert_fact *certificate)
{
	kith_zone_leave(n, p);
	kith_fact_ref(&certificate->fact);
	kith_fact_unref(n, &p->certificate->fact);
	p->certificate = certificate;
	kith_zone_enter(n, p);
	p->is_kept = false;
	n->peers.changes++;
	if (!p->is_self && !kith_flap_is_quarantined(p))
		announce(n, p, KITH_EVENT_UPDATED, p->status, NULL);
	kith_catalogue_judge(n, p);
}

/* --- status --------------------------------------------------------------------------------- */

static enum kith_event_kind event_of(enum kith_status from, enum kith_status to)
{
	switch (to) {
	case KITH_STATUS_SUSPECT:
		return KITH_EVENT_SUSPECT;
	case KITH_STATUS_FAILED:
		return KITH_EVENT_FAILED;
	case KITH_STATUS_RESTARTING:
		return KITH_EVENT_RESTARTING;
	case KITH_STATUS_LEFT:
		return KITH_EVENT_LEFT;
	default:
		return from == KITH_STATUS_LEFT ? KITH_EVENT_JOINED : KITH_EVENT_ALIVE;
	}
}

/* Of a member that is quarantined only that is told, when it begins; and that it is expelled. */
static void tell_status(struct kith_node *n, struct kith_peer *p, enum kith_status from,
			const struct kith_mid *by)
{
	const bool was_quarantined = kith_flap_is_quarantined(p);

	if (p->status == KITH_STATUS_LEFT && kith_trust_is_revoked(n, &p->certificate->c)) {
		announce(n, p, KITH_EVENT_REVOKED, from, by);
		return;
	}
	if (from == KITH_STATUS_FAILED && p->status == KITH_STATUS_ALIVE)
		kith_flap_returned(n, p);
	if (was_quarantined)
		return;
	announce(n, p, kith_flap_is_quarantined(p) ? KITH_EVENT_QUARANTINED : event_of(from, p->status),
		 from, by);
}

/* What was told last is that it had failed. */
void kith_peer_released(struct kith_node *n, const struct kith_peer *p)
{
	announce(n, p, KITH_EVENT_RELEASED, KITH_STATUS_FAILED, NULL);
}

void kith_peer_set_status(struct kith_node *n, struct kith_peer *p, enum kith_status to,
			  const struct kith_mid *by)
{
	const enum kith_status from = p->status;
	struct kith_why w = {.kind = KITH_WHY_STATUS, .from = from, .to = to};

	KITH_ASSERT(allowed[from][to]);
	kith_zone_leave(n, p);
	n->peers.by_status[from]--;
	n->peers.by_status[to]++;
	n->peers.changes++;
	p->status = to;
	kith_zone_enter(n, p);
	p->since = n->now;
	p->is_kept = false;
	note_due(n, p);
	if (to == KITH_STATUS_FAILED)
		KITH_COUNT(n, members_failed);
	if (by != NULL)
		w.by = *by;
	kith_suspect_weigh(n, p, &w.evidence, &w.need);
	kith_peer_why(n, p, &w);
	kith_trace(n, "status", p, kith_peer_status_text(to));
	if (!p->is_self)
		tell_status(n, p, from, by);
	if (to == KITH_STATUS_LEFT || to == KITH_STATUS_RESTARTING || to == KITH_STATUS_FAILED) {
		if (p->ledger != NULL)
			kith_timer_stop(n, &p->ledger->reprobe);
		kith_probe_forget(n, p);
	}
	judge_isolation(n);
	if (to == KITH_STATUS_FAILED || to == KITH_STATUS_LEFT)
		kith_join_wake(n);
}

void kith_peer_expelled(struct kith_node *n, struct kith_peer *p, const struct kith_mid *by)
{
	if (p->status != KITH_STATUS_LEFT)
		kith_peer_set_status(n, p, KITH_STATUS_LEFT, by);
	else
		announce(n, p, KITH_EVENT_REVOKED, KITH_STATUS_LEFT, by);
}

void kith_peer_heard(struct kith_node *n, struct kith_peer *p, const struct kith_addr *from)
{
	const int index = from != NULL ? kith_peer_lists(p, from) : -1;
	struct kith_talk *t = kith_talk_of(n, p);

	if (t != NULL)
		t->heard = n->now;
	p->heard_session = true;
	n->peers.heard = n->peers.heard_datagram = n->now;
	if (index >= 0)
		p->addr_index = (uint8_t)index;
}

int kith_peer_lists(const struct kith_peer *p, const struct kith_addr *a)
{
	int i;

	for (i = 0; i < p->record->body.addr_count; i++)
		if (kith_addr_eq(&p->record->body.addrs[i], a))
			return i;
	return -1;
}

uint32_t kith_peers_present(const struct kith_node *n)
{
	const uint32_t *by = n->peers.by_status;

	return by[KITH_STATUS_ALIVE] + by[KITH_STATUS_SUSPECT] + by[KITH_STATUS_RESTARTING];
}

uint32_t kith_peers_up(const struct kith_node *n)
{
	return n->peers.by_status[KITH_STATUS_ALIVE] + n->peers.by_status[KITH_STATUS_SUSPECT];
}

/* --- forgetting ----------------------------------------------------------------------------- */

void kith_peer_reap(struct kith_node *n, struct kith_peer *p)
{
	struct kith_peers *ps = &n->peers;
	struct kith_event e = {.kind = KITH_EVENT_REAPED, .mid = p->record->mid,
			       .from = p->status, .to = p->status};

	kith_ring_leave(n, p);
	kith_zone_leave(n, p);
	ps->by_status[p->status]--;
	kith_leaf_take(n, p);
	ps->changes++;
	kith_map_drop(&ps->by_sid, kith_get_u64(p->record->sid));
	kith_tomb_bury(n, &p->record->mid, p->record->epoch, p->record->seq, p->record->expires);
	kith_join_lost(n, p);
	peer_free(n, p);
	kith_out_event(n, &e);
	judge_isolation(n);
	kith_join_wake(n);
}

/* Failed and left members go after reap_after; any other when its record has expired. */
static bool is_over(const struct kith_node *n, const struct kith_peer *p)
{
	if ((p->status == KITH_STATUS_FAILED || p->status == KITH_STATUS_LEFT) &&
	    kith_us_elapsed(p->since, n->now) >= n->reap_after)
		return true;
	return (int64_t)p->record->expires + KITH_RECORD_SLACK_S < (int64_t)kith_now_unix_s(n);
}

/* All are looked at only when one of them may be due; what is noted of them is made anew then. */
static void reap_due(struct kith_node *n)
{
	struct kith_peers *ps = &n->peers;
	uint32_t slot;

	if (n->now < ps->gone_due &&
	    (int64_t)ps->expiry_due_s + KITH_RECORD_SLACK_S >= (int64_t)kith_now_unix_s(n))
		return;
	ps->gone_due = KITH_NEVER;
	ps->expiry_due_s = UINT32_MAX;
	for (slot = 0; slot < kith_slab_end(&ps->table); slot++) {
		struct kith_peer *p = kith_peer_at(n, slot);

		if (p == NULL || p->is_self)
			continue;
		if (is_over(n, p))
			kith_peer_reap(n, p);
		else
			note_due(n, p);
	}
}

static void forget_future(struct kith_node *n)
{
	const int64_t latest_s = (int64_t)kith_now_unix_s(n) + KITH_RECORD_FUTURE_S + KITH_RECORD_SLACK_S;
	uint32_t slot;

	for (slot = 0; slot < kith_slab_end(&n->peers.table); slot++) {
		struct kith_peer *p = kith_peer_at(n, slot);
		struct kith_mid mid;

		if (p == NULL || p->is_self || (int64_t)p->record->expires < latest_s)
			continue;
		mid = p->record->mid;
		kith_peer_reap(n, p);
		kith_tomb_open(n, &mid);
	}
}

void kith_peers_forget_future(struct kith_node *n)
{
	n->peers.forgets_future = true;
	kith_timer_set_earlier(n, &n->peers.sweep, n->now);
}

void kith_peers_on_sweep(struct kith_node *n, void *owner)
{
	(void)owner;
	reap_due(n);
	if (n->peers.forgets_future)
		forget_future(n);
	n->peers.forgets_future = false;
	kith_tombs_sweep(n);
	kith_revoke_sweep(n);
	if (n->peers.count > 1 || n->tombs.count > 0 || n->revocations.count > 0)
		kith_timer_set(n, &n->peers.sweep, kith_us_add(n->now, KITH_SWEEP));
	kith_revoke_effect(n);
}
