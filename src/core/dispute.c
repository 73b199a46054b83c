/* SPDX-License-Identifier: ISC */
#include "core/dispute.h"

#include "core/node.h"
#include "core/suspect.h"

/* How many suspicions of p there are, but for those of members who are disputed themselves: they hear
 * badly, and would make disputed whomever they ask. */
static uint32_t words_against(const struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_case *c = kith_peer_case(p);
	uint32_t words = 0;
	int i;

	for (i = 0; c != NULL && i < c->held_count; i++) {
		const struct kith_peer *by = kith_peer_find(n, &c->held[i].by);

		words += by != NULL && !kith_is_disputed(n, by) ? 1 : 0;
	}
	return words;
}

void kith_dispute_refuted(struct kith_node *n, struct kith_peer *p)
{
	const uint32_t words = words_against(n, p);
	struct kith_ledger *l = p->ledger;
	struct kith_dispute *d;

	if (words == 0)
		return;
	d = &l->dispute;
	if (kith_us_elapsed(d->refuted, n->now) >= KITH_DISPUTE_MEMORY(n))
		d->times = 0;
	/* One member alone makes nobody disputed. */
	if (d->times < KITH_DISPUTED && words < 2)
		return;
	d->refuted = n->now;
	if (d->times < UINT8_MAX && ++d->times == KITH_DISPUTED)
		kith_trace(n, "disputed", p, NULL);
}

bool kith_is_disputed(const struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_ledger *l = p->ledger;

	return !n->plain.no_disputes && l != NULL && l->dispute.times >= KITH_DISPUTED &&
	       kith_us_elapsed(l->dispute.refuted, n->now) < KITH_DISPUTE_MEMORY(n);
}

bool kith_is_noisy(const struct kith_node *n, const struct kith_peer *p)
{
	return kith_is_disputed(n, p) || kith_flap_is_quarantined(p);
}

enum kith_lane kith_dispute_lane(const struct kith_node *n, const struct kith_peer *p, uint8_t kind)
{
	return kind != KITH_SUSPICION_REFUSAL && kith_is_noisy(n, p) ? KITH_LANE_NOISE : KITH_LANE_URGENT;
}

/* The first that was signed and stands; NULL: none. */
static const struct kith_held *first_said(const struct kith_case *c)
{
	const struct kith_held *first = NULL;
	int i;

	for (i = 0; i < c->held_count; i++)
		if (!c->held[i].is_cleared && (first == NULL || c->held[i].came < first->came))
			first = &c->held[i];
	return first;
}

bool kith_dispute_is_said(const struct kith_case *c)
{
	return first_said(c) != NULL;
}

/* All have heard the first word, and many look, and fail, before they hear the next one, so those are left
 * to its observers, and of who is disputed to their patience. But who failed again and again is about to
 * conclude something, and the member is owed a second word then: it need not answer a lone one. */
static bool may_add(const struct kith_node *n, const struct kith_case *c, kith_us first_came)
{
	if (c->own_rounds >= KITH_DISPUTE_ROUNDS)
		return true;
	return kith_ring_observes(n, c->peer) &&
	       (!kith_is_disputed(n, c->peer) ||
		kith_us_elapsed(first_came, n->now) >= kith_suspect_patience(n));
}

kith_us kith_dispute_hearsay(struct kith_node *n, const struct kith_peer *p)
{
	const kith_us patience = kith_suspect_patience(n);

	if (!kith_is_disputed(n, p))
		return patience;
	return 2 * patience + (kith_us)kith_rng_below(&n->rng, (uint32_t)(2 * patience));
}

bool kith_dispute_may_say(struct kith_node *n, const struct kith_case *c)
{
	const kith_us patience = kith_suspect_patience(n);
	const struct kith_held *first = first_said(c);
	const struct kith_dispute *d;
	kith_us wait;

	if (first != NULL && kith_is_noisy(n, c->peer))
		return may_add(n, c, first->came);
	if (!kith_is_disputed(n, c->peer))
		return true;
	d = &c->peer->ledger->dispute;
	wait = patience * (1 + d->times - KITH_DISPUTED);
	wait = kith_us_min(wait, patience * KITH_DISPUTE_WAIT);
	/* Not all at once, or each turn begins with as many words as before. */
	return kith_us_elapsed(d->refuted, n->now) >=
	       wait + (kith_us)kith_rng_below(&n->rng, (uint32_t)patience);
}
