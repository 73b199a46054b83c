/* SPDX-License-Identifier: ISC */
#include "core/join.h"

#include "base/addr.h"
#include "core/node.h"
#include <string.h>

bool kith_join_init(struct kith_node *n)
{
	n->join.sync_started = n->join.synced = n->join.differs_since = KITH_NEVER;
	n->join.partner_wait = KITH_PARTNER_FIRST;
	n->join.gap = KITH_SYNC_GAP_NEW;
	return kith_timer_init(n, &n->join.partner, KITH_TIMER_PARTNER, NULL);
}

/* The i-th of seeds and hints; NULL at the end. */
static struct kith_dial *dial_at(struct kith_node *n, uint32_t i)
{
	struct kith_join *j = &n->join;

	if (i < j->seed_count)
		return &j->dials[i];
	i -= j->seed_count;
	return i < j->hint_count ? &j->dials[KITH_SEEDS_MAX + i] : NULL;
}

void kith_join_fini(struct kith_node *n)
{
	struct kith_dial *d;
	uint32_t i;

	for (i = 0; (d = dial_at(n, i)) != NULL; i++)
		kith_timer_fini(n, &d->timer);
	kith_timer_fini(n, &n->join.partner);
}

/* Somebody besides ourselves is up. */
static bool has_company(const struct kith_node *n)
{
	return kith_peers_up(n) > (kith_peer_is_up(n->own.peer) ? 1u : 0u);
}

/* --- seeds ---------------------------------------------------------------------------------- */

static bool is_listed_by_up(const struct kith_node *n, const struct kith_addr *a)
{
	uint32_t i;

	for (i = 0; i < n->peers.count; i++) {
		const struct kith_peer *p = kith_ring_at(n, i);

		if (!p->is_self && kith_peer_is_up(p) && kith_peer_lists(p, a) >= 0)
			return true;
	}
	return false;
}

static bool is_hint(const struct kith_node *n, const struct kith_dial *d)
{
	return d >= &n->join.dials[KITH_SEEDS_MAX];
}

static bool is_wanted(const struct kith_node *n, const struct kith_dial *d)
{
	if (is_hint(n, d))
		return n->peers.isolated || !has_company(n) || !n->join.is_joined;
	if (d->is_forced)
		return true;
	if (d->seed.tried && d->seed.result == KITH_SEED_SELF)
		return false;
	if (n->peers.isolated || !has_company(n))
		return true;
	return !(d->seed.tried && d->seed.result == KITH_SEED_JOINED && !d->is_lost) &&
	       !is_listed_by_up(n, &d->seed.addr);
}

/* Between half and all of the wait: hosts that lost their seed together do not return together. */
static kith_us jittered(struct kith_node *n, kith_us wait)
{
	return wait / 2 + kith_rng_below(&n->rng, (uint32_t)(wait / 2));
}

static void dial_ended(struct kith_node *n, struct kith_dial *d, enum kith_seed_result result)
{
	struct kith_event e = {.kind = KITH_EVENT_SEED, .addr = d->seed.addr, .result = result};

	d->stream = 0;
	d->is_forced = false;
	d->seed.tried = true;
	d->seed.result = result;
	d->seed.last = n->now;
	if (result == KITH_SEED_JOINED) {
		d->wait = KITH_DIAL_FIRST;
		d->is_lost = false;
	}
	if (!is_hint(n, d)) {
		if (result == KITH_SEED_JOINED)
			KITH_COUNT(n, joins);
		else if (result != KITH_SEED_BUSY && result != KITH_SEED_SELF)
			KITH_COUNT(n, joins_failed);
		kith_out_event(n, &e);
	}
	if (result == KITH_SEED_JOINED || result == KITH_SEED_SELF)
		return;
	kith_timer_set(n, &d->timer, kith_us_add(n->now, jittered(n, d->wait)));
	/* Who hangs up or is busy is there, and has too many to answer. */
	d->wait = kith_us_min(2 * d->wait,
			      result == KITH_SEED_CLOSED || result == KITH_SEED_BUSY
				      ? KITH_DIAL_BUSY : KITH_DIAL_MAX);
}

void kith_join_on_seed(struct kith_node *n, void *owner)
{
	struct kith_dial *d = owner;

	if (d->stream != 0 || n->own.peer == NULL || n->own.is_over)
		return;
	if (!is_wanted(n, d)) {
		/* A member has it now; should that fail, kith_join_wake() comes back to it. It may have
		 * found us before we reached it: then we ask it, or another, as one asks members. */
		d->wait = KITH_DIAL_FIRST;
		if (!n->join.is_joined)
			kith_timer_set_earlier(n, &n->join.partner, n->now);
		return;
	}
	d->seed.attempts++;
	if (kith_peer_lists(n->own.peer, &d->seed.addr) >= 0) {
		dial_ended(n, d, KITH_SEED_SELF);
		return;
	}
	d->stream = kith_stream_dial(n, &d->seed.addr, KITH_STREAM_FOR_SEED, NULL,
				     (uint32_t)(d - n->join.dials));
	if (d->stream == 0)
		kith_timer_set(n, &d->timer, kith_us_add(n->now, jittered(n, d->wait)));
	/* Whom it has no time for it can at least tell others of. */
	if (!is_hint(n, d))
		kith_packet_hello(n, &d->seed.addr);
}

static struct kith_dial *dial_of(struct kith_node *n, const struct kith_addr *a)
{
	uint32_t i;

	for (i = 0; i < n->join.seed_count; i++)
		if (kith_addr_eq(&n->join.dials[i].seed.addr, a))
			return &n->join.dials[i];
	return NULL;
}

int kith_join_add(struct kith_node *n, const struct kith_addr *seeds, size_t count)
{
	struct kith_join *j = &n->join;
	size_t i, fresh = 0;

	for (i = 0; i < count; i++)
		fresh += dial_of(n, &seeds[i]) == NULL ? 1 : 0;
	if (j->seed_count + fresh > KITH_SEEDS_MAX)
		return KITH_EFULL;
	for (i = 0; i < count; i++) {
		struct kith_dial *d = dial_of(n, &seeds[i]);

		if (d == NULL) {
			d = &j->dials[j->seed_count];
			memset(d, 0, sizeof(*d));
			if (!kith_timer_init(n, &d->timer, KITH_TIMER_SEED, d))
				return KITH_ENOMEM;
			d->seed.addr = seeds[i];
			d->wait = KITH_DIAL_FIRST;
			j->seed_count++;
		}
		d->is_forced = true;
		if (n->own.peer != NULL && d->stream == 0)
			kith_timer_set(n, &d->timer, n->now);
	}
	return 0;
}

void kith_join_hint(struct kith_node *n, const struct kith_addr *a)
{
	struct kith_join *j = &n->join;
	uint32_t at = j->hints_seen++;
	struct kith_dial *d;

	/* All are equally likely, or a cluster that starts at once would ask the same few. */
	if (at >= KITH_HINTS_MAX)
		at = kith_rng_below(&n->rng, j->hints_seen);
	if (at >= KITH_HINTS_MAX)
		return;
	d = &j->dials[KITH_SEEDS_MAX + at];
	if (at == j->hint_count) {
		memset(d, 0, sizeof(*d));
		if (!kith_timer_init(n, &d->timer, KITH_TIMER_SEED, d)) {
			j->hints_seen--;
			return;
		}
		d->wait = KITH_DIAL_FIRST;
		j->hint_count++;
	}
	d->seed.addr = *a;
}

void kith_join_start(struct kith_node *n)
{
	struct kith_dial *d;
	uint32_t i;

	n->join.started = n->now;
	for (i = 0; (d = dial_at(n, i)) != NULL; i++)
		if (!is_hint(n, d) || dial_of(n, &d->seed.addr) == NULL)
			kith_timer_set(n, &d->timer, n->now);
	/* Whom we know from before our restart is asked beside the seeds. */
	if (has_company(n))
		kith_timer_set(n, &n->join.partner, n->now);
	else
		/* The first of a cluster has nobody to ask. */
		n->join.is_joined = dial_at(n, 0) == NULL;
}

void kith_join_stop(struct kith_node *n)
{
	struct kith_dial *d;
	uint32_t i;

	for (i = 0; (d = dial_at(n, i)) != NULL; i++) {
		kith_timer_stop(n, &d->timer);
		if (d->stream != 0)
			kith_stream_abandon(n, d->stream);
		d->stream = 0;
	}
	kith_timer_stop(n, &n->join.partner);
	if (n->join.partner_stream != 0)
		kith_stream_abandon(n, n->join.partner_stream);
	n->join.partner_stream = 0;
}

void kith_join_lost(struct kith_node *n, const struct kith_peer *p)
{
	uint32_t i;

	if (n->own.peer == NULL || n->own.is_over)
		return;
	for (i = 0; i < n->join.seed_count; i++) {
		struct kith_dial *d = &n->join.dials[i];

		if (kith_peer_lists(p, &d->seed.addr) < 0)
			continue;
		d->is_lost = true;
		if (d->stream == 0)
			kith_timer_set_earlier(n, &d->timer, kith_us_add(n->now,
									 jittered(n, d->wait)));
	}
}

void kith_join_wake(struct kith_node *n)
{
	struct kith_dial *d;
	uint32_t i;

	if (n->own.peer == NULL || n->own.is_over || (has_company(n) && !n->peers.isolated))
		return;
	for (i = 0; (d = dial_at(n, i)) != NULL; i++)
		if (d->stream == 0)
			kith_timer_set_earlier(n, &d->timer,
					       kith_us_add(n->now,
							   jittered(n, KITH_DIAL_FIRST)));
}

/* --- partners ------------------------------------------------------------------------------- */

static bool is_partner(const struct kith_node *n, const struct kith_mid *mid)
{
	uint32_t i;

	for (i = 0; i < n->join.partner_count; i++)
		if (memcmp(n->join.partners[i].b, mid->b, sizeof(mid->b)) == 0)
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
	const uint32_t count = kith_ring_pick(n, some, KITH_JOIN_PARTNERS + 1, NULL);
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (!n->join.is_joined && is_partner(n, &some[i]->record->mid))
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
	n->join.partner_stream = kith_stream_dial(n, &r->body.addrs[p->addr_index],
						  KITH_STREAM_FOR_SYNC, &r->mid, 0);
	n->join.sync_started = n->now;
	return n->join.partner_stream != 0;
}

/* Others' roots have differed for longer than news is under way. */
static bool has_differed(const struct kith_node *n)
{
	const kith_us since = n->join.differs_since;

	return since != KITH_NEVER && kith_us_elapsed(since, n->now) >= KITH_UNDER_WAY;
}

void kith_join_on_partner(struct kith_node *n, void *owner)
{
	struct kith_join *j = &n->join;
	struct kith_peer *p;

	(void)owner;
	if (j->partner_stream != 0 || n->own.is_over)
		return;
	/* What has come since may be all that differed; the next ack will tell. */
	if (j->is_joined && !j->is_catching_up &&
	    (!has_differed(n) || n->peers.news > j->differs_since))
		return;
	p = j->is_joined || j->partner_count < KITH_JOIN_PARTNERS ? next_partner(n) : NULL;
	if (p == NULL) {
		j->is_joined = j->is_joined || j->partner_count > 0;
		return;
	}
	if (!sync_with(n, p))
		kith_timer_set(n, &j->partner, kith_us_add(n->now, j->partner_wait));
}

void kith_join_synced(struct kith_node *n, const struct kith_mid *peer, uint32_t news, bool is_ours)
{
	struct kith_join *j = &n->join;

	KITH_COUNT(n, syncs);
	j->synced = n->now;
	j->differs_since = KITH_NEVER;
	if (news >= KITH_SYNC_BULK(n))
		j->gap = KITH_SYNC_GAP_NEW;
	else if (is_ours)
		j->gap = kith_us_min(2 * j->gap, KITH_SYNC_GAP);
	j->is_catching_up = news > 0 && j->gap < KITH_SYNC_GAP;
	if (j->is_joined) {
		if (j->is_catching_up)
			kith_timer_set_earlier(n, &j->partner,
					       kith_us_add(n->now, jittered(n, j->gap)));
		return;
	}
	if (!is_partner(n, peer) && j->partner_count < KITH_JOIN_PARTNERS)
		j->partners[j->partner_count++] = *peer;
	kith_timer_set_earlier(n, &j->partner, n->now);
}

void kith_join_on_end(struct kith_node *n, uint64_t stream, bool is_seed, uint32_t seed,
		      enum kith_seed_result result)
{
	struct kith_join *j = &n->join;

	if (is_seed) {
		dial_ended(n, &j->dials[seed], result);
		/* A busy seed has named others, and who asks a dead one may have been found by others
		 * meanwhile: they are asked instead. */
		if (result != KITH_SEED_JOINED && !j->is_joined && has_company(n))
			kith_timer_set_earlier(n, &j->partner, n->now);
		return;
	}
	if (stream != j->partner_stream)
		return;
	j->partner_stream = 0;
	if (j->is_joined && !j->is_catching_up)
		return;
	if (result == KITH_SEED_JOINED) {
		j->partner_wait = KITH_PARTNER_FIRST;
		if (!j->is_joined)
			kith_timer_set_earlier(n, &j->partner, n->now);
	} else {
		kith_timer_set_earlier(n, &j->partner,
				       kith_us_add(n->now, jittered(n, j->partner_wait)));
		j->partner_wait = kith_us_min(2 * j->partner_wait, KITH_DIAL_MAX);
	}
}

/* After `wait`, but not before the gap is over. */
static kith_us next_due(const struct kith_node *n, kith_us wait)
{
	const struct kith_join *j = &n->join;
	const kith_us due = kith_us_add(n->now, wait);

	return j->sync_started == KITH_NEVER ? due
					     : kith_us_max(due, kith_us_add(j->sync_started, j->gap));
}

/* Several in a row have our root: whoever else may lack something will see that theirs differs. */
static void count_agreement(struct kith_node *n, bool differs)
{
	struct kith_join *j = &n->join;

	if (differs || j->agreed_sum != n->peers.leaf_sum)
		j->agreed = 0;
	j->agreed_sum = n->peers.leaf_sum;
	if (!differs && j->agreed < KITH_AGREED && ++j->agreed == KITH_AGREED)
		kith_gossip_known(n);
}

bool kith_join_behind(struct kith_node *n, const struct kith_peer *p)
{
	struct kith_join *j = &n->join;

	if (!j->is_joined || j->partner_stream != 0 || n->own.is_over)
		return false;
	if (kith_us_elapsed(j->sync_started, n->now) >= j->gap)
		return sync_with(n, p);
	j->is_catching_up = true;
	kith_timer_set_earlier(n, &j->partner, next_due(n, 0));
	return false;
}

void kith_join_root(struct kith_node *n, struct kith_peer *p, bool differs)
{
	struct kith_join *j = &n->join;
	struct kith_talk *t = kith_talk(n, p);

	if (t == NULL)
		return;
	count_agreement(n, differs);
	if (!differs) {
		t->root_differed = j->differs_since = KITH_NEVER;
		j->gap = kith_us_min(j->gap, KITH_SYNC_GAP_USUAL); /* what differed is settled */
		return;
	}
	if (t->root_differed == KITH_NEVER)
		t->root_differed = n->now;
	if (j->differs_since == KITH_NEVER) {
		j->differs_since = n->now;
		kith_timer_set_earlier(n, &j->partner, next_due(n, KITH_UNDER_WAY));
	}
	/* Where much was missing a moment ago this is no mere news under way. */
	if ((j->gap < KITH_SYNC_GAP_USUAL || has_differed(n)) && kith_join_behind(n, p))
		t->root_differed = KITH_NEVER;
}
