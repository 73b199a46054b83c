/* SPDX-License-Identifier: ISC */
#include "core/helper.h"

#include "core/node.h"

enum { FIRST_SEQ = 3, SEQS = 13 }; /* of a round's 16 numbers, behind those of its pings */

/* More helpers while the network loses much: 5 above 15 % of first pings lost, 8 above 40 %. */
static uint32_t wave_size(const struct kith_node *n)
{
	const uint32_t count = n->probes.first_ping_count;
	const uint32_t lost = kith_probe_count(n->probes.first_pings);

	if (count < 8)
		return KITH_HELPERS;
	return lost * 100 > count * 40	 ? KITH_HELPERS_MAX
	       : lost * 100 > count * 15 ? KITH_HELPERS_LOSSY
					 : KITH_HELPERS;
}

static bool was_asked(const struct kith_round *r, const struct kith_peer *p)
{
	uint32_t i;

	for (i = 0; i < r->helper_count; i++)
		if (r->helpers[i] == p->slot)
			return true;
	return false;
}

/* Its slot may be another member's by now, who is as good as any. */
static struct kith_peer *of_slot(const struct kith_node *n, uint32_t helper, const struct kith_peer *target)
{
	struct kith_peer *p = helper != 0 ? kith_peer_at(n, helper - 1) : NULL;

	return p != NULL && p != target && !p->is_self && kith_peer_is_up(p) ? p : NULL;
}

struct kith_peer *kith_helper_known(const struct kith_node *n, const struct kith_peer *target)
{
	return target->ledger != NULL ? of_slot(n, target->ledger->helper, target) : NULL;
}

static void ask(struct kith_node *n, struct kith_round *r, struct kith_peer *helper)
{
	const uint32_t seq = r->seq + FIRST_SEQ + r->helper_count % SEQS;

	if (helper == NULL || r->helper_count == KITH_HELPERS_ROUND || was_asked(r, helper))
		return;
	r->helpers[r->helper_count++] = helper->slot;
	(void)kith_relay_ask(n, helper, r->target, seq, 0);
}

static void ask_known(struct kith_node *n, struct kith_round *r)
{
	struct kith_peer *usual = of_slot(n, n->probes.helper, r->target);

	ask(n, r, kith_helper_known(n, r->target));
	if (usual != NULL && kith_zone_is_near(n, usual))
		ask(n, r, usual);
}

void kith_helpers_ask(struct kith_node *n, struct kith_round *r)
{
	struct kith_peer *some[KITH_HELPERS_ROUND];
	const uint32_t wave = wave_size(n);
	/* Near ones first: if they hear us and not a far target, it is not our link that is broken. Then
	 * anybody, whose way to it may be another one. */
	const bool is_first = !r->relay_begun;
	uint32_t count = 0, until, i;

	if (is_first && !n->plain.is_on)
		ask_known(n, r);
	until = r->helper_count + wave;
	if (is_first && n->zones.far > 0)
		count = kith_ring_pick(n, some, 0, until, r->target, KITH_NEAR);
	count = kith_ring_pick(n, some, count, until, r->target, KITH_ANYWHERE);
	for (i = 0; i < count && r->helper_count < until; i++)
		ask(n, r, some[i]);
	if (is_first)
		r->first_wave = r->helper_count;
	r->relay_begun = true;
}

void kith_helpers_helped(struct kith_node *n, const struct kith_round *r, uint32_t seq)
{
	const uint32_t which = seq - r->seq - FIRST_SEQ;
	struct kith_ledger *l = kith_ledger(n, r->target);

	/* One that said it was silent, and then brought its answer, is not in the list any more. */
	if (l == NULL || which >= r->helper_count || r->helpers[which] == UINT32_MAX)
		return;
	l->helper = n->probes.helper = r->helpers[which] + 1;
}

void kith_helpers_not_needed(const struct kith_round *r)
{
	if (r->target->ledger != NULL)
		r->target->ledger->helper = 0;
}
