/* SPDX-License-Identifier: ISC */
#include "core/partner.h"

#include "core/node.h"
#include <string.h>

bool kith_partners_init(struct kith_node *n)
{
	struct kith_partners *s = &n->partners;

	s->began = s->synced = s->differs_since = KITH_NEVER;
	s->wait = KITH_PARTNER_FIRST;
	s->gap = KITH_SYNC_GAP_NEW;
	return kith_timer_init(n, &s->timer, KITH_TIMER_PARTNER, NULL);
}

void kith_partners_fini(struct kith_node *n)
{
	kith_timer_fini(n, &n->partners.timer);
}

void kith_partners_stop(struct kith_node *n)
{
	struct kith_partners *s = &n->partners;

	kith_timer_stop(n, &s->timer);
	if (s->stream != 0)
		kith_stream_abandon(n, s->stream);
	s->stream = 0;
}

void kith_partner_now(struct kith_node *n)
{
	if (!n->partners.is_joined)
		kith_timer_set_earlier(n, &n->partners.timer, n->now);
}

/* --- whom ------------------------------------------------------------------------------------ */

static bool is_partner(const struct kith_node *n, const struct kith_mid *mid)
{
	uint32_t i;

	for (i = 0; i < n->partners.count; i++)
		if (memcmp(n->partners.with[i].b, mid->b, sizeof(mid->b)) == 0)
			return true;
	return false;
}

static bool is_seed(const struct kith_node *n, const struct kith_peer *p)
{
	uint32_t i;

	for (i = 0; i < n->join.seed_count; i++)
		if (kith_peer_lists(p, &n->join.dials[i].seed.addr) >= 0)
			return true;
	return false;
}

/* A random member to synchronise with: until we have joined, one that is no partner yet. Seeds have
 * newcomers to answer, who know nobody else; they come last. */
static struct kith_peer *next_partner(struct kith_node *n)
{
	struct kith_peer *some[KITH_JOIN_PARTNERS + 1], *seed = NULL;
	const uint32_t count =
		kith_zone_pick(n, some, KITH_JOIN_PARTNERS + 1, NULL, KITH_ZONE_SYNC_FAR_PERMILLE);
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (!n->partners.is_joined && is_partner(n, &some[i]->record->mid))
			continue;
		if (!is_seed(n, some[i]))
			return some[i];
		seed = some[i];
	}
	return seed;
}

static bool sync_with(struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_member_fact *r = p->record;

	if (r->body.addr_count == 0)
		return false;
	n->partners.stream = kith_stream_dial(n, &r->body.addrs[p->addr_index],
						  KITH_STREAM_FOR_SYNC, &r->mid, 0);
	n->partners.began = n->now;
	n->partners.is_behind = false;
	return n->partners.stream != 0;
}

/* --- when ------------------------------------------------------------------------------------ */

void kith_partner_on_timer(struct kith_node *n, void *owner)
{
	struct kith_partners *s = &n->partners;
	struct kith_peer *p;

	(void)owner;
	if (s->stream != 0 || n->own.is_over)
		return;
	if (s->is_joined && !s->is_catching_up && !s->is_behind)
		return;
	p = s->is_joined || s->count < KITH_JOIN_PARTNERS ? next_partner(n) : NULL;
	if (p == NULL) {
		s->is_joined = s->is_joined || s->count > 0;
		return;
	}
	if (!sync_with(n, p))
		kith_timer_set(n, &s->timer, kith_us_add(n->now, s->wait));
}

void kith_partner_synced(struct kith_node *n, const struct kith_mid *peer, uint32_t news, bool is_ours)
{
	struct kith_partners *s = &n->partners;

	KITH_COUNT(n, syncs);
	s->synced = n->now;
	kith_trace(n, is_ours ? "sync.own" : "sync.other", kith_peer_find(n, peer),
		   news > 0 ? "news" : "nothing new");
	s->differs_since = KITH_NEVER;
	if (news >= KITH_SYNC_BULK(n))
		s->gap = KITH_SYNC_GAP_NEW;
	else if (is_ours) /* what still brings something is no view that cannot become equal */
		s->gap = kith_us_min(2 * s->gap, news > 0 ? KITH_SYNC_GAP_USUAL : KITH_SYNC_GAP);
	s->is_catching_up = news > 0 && s->gap < KITH_SYNC_GAP;
	if (s->is_joined) {
		if (s->is_catching_up)
			kith_timer_set_earlier(n, &s->timer,
					       kith_us_add(n->now, kith_timer_jittered(n, s->gap)));
		return;
	}
	if (!is_partner(n, peer) && s->count < KITH_JOIN_PARTNERS)
		s->with[s->count++] = *peer;
	kith_partner_now(n);
}

void kith_partner_on_end(struct kith_node *n, uint64_t stream, enum kith_seed_result result)
{
	struct kith_partners *s = &n->partners;

	if (stream != s->stream)
		return;
	s->stream = 0;
	if (s->is_joined && !s->is_catching_up)
		return;
	if (result == KITH_SEED_JOINED) {
		s->wait = KITH_PARTNER_FIRST;
		kith_partner_now(n);
	} else {
		kith_timer_set_earlier(n, &s->timer,
				       kith_us_add(n->now, kith_timer_jittered(n, s->wait)));
		s->wait = kith_us_min(2 * s->wait, KITH_DIAL_MAX);
	}
}

/* Several in a row have our root: we lack nothing, and whoever else may lack something will see that
 * theirs differs. */
static void count_agreement(struct kith_node *n, bool differs)
{
	struct kith_partners *s = &n->partners;

	if (differs || s->agreed_sum != n->peers.leaf_sum)
		s->agreed = 0;
	s->agreed_sum = n->peers.leaf_sum;
	if (differs)
		return;
	if (s->agreed < KITH_AGREED && ++s->agreed == KITH_AGREED)
		kith_gossip_known(n);
	if (s->agreed == KITH_AGREED)
		s->is_catching_up = false;
}

void kith_partner_behind(struct kith_node *n, const struct kith_peer *p)
{
	struct kith_partners *s = &n->partners;

	if (!s->is_joined || s->stream != 0 || n->own.is_over)
		return;
	if (kith_us_elapsed(s->began, n->now) >= s->gap) {
		(void)sync_with(n, p);
		return;
	}
	s->is_behind = true;
	kith_timer_set_earlier(n, &s->timer, kith_us_add(s->began, s->gap));
}

void kith_partner_root(struct kith_node *n, const struct kith_peer *p, bool differs)
{
	struct kith_partners *s = &n->partners;

	count_agreement(n, differs);
	if (n->suspects.has_private)
		kith_partner_behind(n, p);
	if (!differs) {
		s->differs_since = KITH_NEVER;
		s->is_behind = false;
		s->gap = kith_us_min(s->gap, KITH_SYNC_GAP_USUAL); /* what differed is settled */
		return;
	}
	if (s->differs_since == KITH_NEVER)
		s->differs_since = n->now;
	/* News under way is here or there by the next ack; but where much was missing a moment ago,
	 * this is no mere news. */
	if (s->gap < KITH_SYNC_GAP_USUAL ||
	    kith_us_elapsed(s->differs_since, n->now) >= KITH_UNDER_WAY)
		kith_partner_behind(n, p);
}
