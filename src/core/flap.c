/* SPDX-License-Identifier: ISC */
#include "core/flap.h"

#include "core/node.h"

/* What is left of it now: exact at each half-life, and a straight line between two of them. */
static uint32_t penalty(const struct kith_flap *f, kith_us now)
{
	const kith_us passed = kith_us_elapsed(f->at, now), lives = passed / KITH_FLAP_HALF_LIFE;
	const uint32_t left = lives < 32 ? f->penalty >> lives : 0;

	return left - (uint32_t)(left * (passed % KITH_FLAP_HALF_LIFE) / (2 * KITH_FLAP_HALF_LIFE));
}

/* Until so much is left. */
static kith_us time_to(uint32_t from, uint32_t left)
{
	kith_us time = 0;

	for (; from / 2 >= left; from /= 2)
		time += KITH_FLAP_HALF_LIFE;
	return from <= left ? time
			    : time + (2 * KITH_FLAP_HALF_LIFE * (from - left) + from - 1) / from;
}

/* The network that fails takes many members with it. */
static bool is_of_the_network(const struct kith_node *n)
{
	return n->peers.isolated || kith_us_elapsed(n->peers.rejoined, n->now) < KITH_FLAP_REJOINED;
}

void kith_flap_returned(struct kith_node *n, struct kith_peer *p)
{
	struct kith_ledger *l = kith_ledger(n, p);
	struct kith_flap *f;

	if (l == NULL || is_of_the_network(n))
		return;
	f = &l->flap;
	f->penalty = penalty(f, n->now) + KITH_FLAP_RETURN;
	if (f->penalty > KITH_FLAP_MAX)
		f->penalty = KITH_FLAP_MAX;
	f->at = n->now;
	if (f->penalty <= KITH_FLAP_QUARANTINE && !kith_timer_is_set(&f->release))
		return;
	if (!kith_timer_is_set(&f->release)) {
		KITH_COUNT(n, quarantines);
		n->ledgers.quarantined++;
		kith_trace(n, "quarantine", p, NULL);
	}
	kith_timer_set(n, &f->release,
		       kith_us_add(n->now, time_to(f->penalty, KITH_FLAP_RELEASE)));
}

bool kith_flap_is_quarantined(const struct kith_peer *p)
{
	return p->ledger != NULL && kith_timer_is_set(&p->ledger->flap.release);
}

kith_us kith_flap_released_at(const struct kith_peer *p)
{
	return kith_flap_is_quarantined(p) ? p->ledger->flap.release.heap.at : KITH_NEVER;
}

void kith_flap_on_release(struct kith_node *n, void *owner)
{
	kith_flap_release(n, owner);
}

void kith_flap_release(struct kith_node *n, struct kith_peer *p)
{
	struct kith_flap *f = &p->ledger->flap;

	f->penalty = 0;
	kith_timer_stop(n, &f->release);
	n->ledgers.quarantined--;
	kith_trace(n, "release", p, NULL);
	kith_peer_released(n, p);
}

bool kith_flap_is_calm(const struct kith_node *n, const struct kith_flap *f)
{
	return !kith_timer_is_set(&f->release) && penalty(f, n->now) < KITH_FLAP_RETURN / 8;
}
