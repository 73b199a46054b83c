/* SPDX-License-Identifier: ISC */
#include "core/join.h"

#include "base/addr.h"
#include "core/node.h"
#include <string.h>

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

/* Whether it would tell us something that those do not whom we probe. */
static bool is_wanted(const struct kith_node *n, const struct kith_dial *d)
{
	const bool is_cut_off = n->peers.isolated || !has_company(n);
	const bool has_joined = d->seed.tried && d->seed.result == KITH_SEED_JOINED && !d->is_lost;

	if (is_hint(n, d) && !n->partners.is_joined)
		return true; /* its address may be that of a member that was up in our last life */
	if (d->is_forced)
		return true;
	if (d->seed.tried && d->seed.result == KITH_SEED_SELF)
		return false;
	return (is_cut_off || (!is_hint(n, d) && !has_joined)) && !is_listed_by_up(n, &d->seed.addr);
}

/* The most that one waits for it. Who hangs up or is busy is there, and has too many to answer: of a
 * crowd each has to come again soon, to be there when a place is free. That does not last for ever. */
static kith_us longest_wait(const struct kith_node *n, const struct kith_dial *d)
{
	if (d->seed.result != KITH_SEED_CLOSED && d->seed.result != KITH_SEED_BUSY)
		return KITH_DIAL_MAX;
	return !n->partners.is_joined && d->seed.attempts <= KITH_DIAL_CROWD_TRIES ? KITH_DIAL_CROWD
										  : KITH_DIAL_BUSY;
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
	kith_timer_set(n, &d->timer, kith_us_add(n->now, kith_timer_jittered(n, d->wait)));
	d->wait = kith_us_min(2 * d->wait, longest_wait(n, d));
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
		kith_partner_now(n);
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
		kith_timer_set(n, &d->timer, kith_us_add(n->now, kith_timer_jittered(n, d->wait)));
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

	for (i = 0; (d = dial_at(n, i)) != NULL; i++)
		if (!is_hint(n, d) || dial_of(n, &d->seed.addr) == NULL)
			kith_timer_set(n, &d->timer, n->now);
	/* Whom we know from before our restart is asked beside the seeds. */
	if (has_company(n))
		kith_partner_now(n);
	else
		/* The first of a cluster has nobody to ask. */
		n->partners.is_joined = dial_at(n, 0) == NULL;
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
	kith_partners_stop(n);
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
									 kith_timer_jittered(n, d->wait)));
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
							   kith_timer_jittered(n, KITH_DIAL_FIRST)));
}

void kith_join_on_end(struct kith_node *n, uint32_t seed, enum kith_seed_result result)
{
	dial_ended(n, &n->join.dials[seed], result);
	/* A busy seed has named others, and who asks a dead one may have been found by others meanwhile:
	 * they are asked instead. */
	if (result != KITH_SEED_JOINED && has_company(n))
		kith_partner_now(n);
}
