/* SPDX-License-Identifier: ISC */
#include "core/dispute.h"

#include "core/node.h"
#include "core/suspect.h"

void kith_dispute_refuted(struct kith_node *n, struct kith_peer *p)
{
	struct kith_ledger *l = kith_ledger(n, p);
	struct kith_dispute *d;

	if (l == NULL)
		return;
	d = &l->dispute;
	if (kith_us_elapsed(d->refuted, n->now) >= KITH_DISPUTE_MEMORY)
		d->times = 0;
	d->refuted = n->now;
	if (d->times < UINT8_MAX && ++d->times == KITH_DISPUTED)
		kith_trace(n, "disputed", p, NULL);
}

bool kith_is_disputed(const struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_ledger *l = p->ledger;

	return l != NULL && l->dispute.times >= KITH_DISPUTED &&
	       kith_us_elapsed(l->dispute.refuted, n->now) < KITH_DISPUTE_MEMORY;
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

bool kith_dispute_may_say(struct kith_node *n, const struct kith_case *c)
{
	const kith_us patience = kith_suspect_patience(n);
	const struct kith_held *first;

	if (!kith_is_disputed(n, c->peer))
		return true;
	first = first_said(c);
	if (first != NULL)
		return kith_us_elapsed(first->came, n->now) >= patience;
	/* Not all at once, or each turn begins with as many words as before. */
	return kith_us_elapsed(c->peer->ledger->dispute.refuted, n->now) >=
	       patience + (kith_us)kith_rng_below(&n->rng, (uint32_t)patience);
}
