/* SPDX-License-Identifier: ISC */
#include "core/rtt.h"

#include "base/time.h"
#include "core/node.h"

void kith_rtt_sample(struct kith_node *n, struct kith_peer *p, kith_us rtt)
{
	struct kith_rtts *all = &n->zones.list[p->zone].rtts;
	struct kith_talk *t = kith_talk(n, p);
	const kith_us former = t != NULL && t->rtt_us >= 0 ? t->rtt_us : KITH_NEVER;
	const kith_us expected = former != KITH_NEVER ? former : all->samples > 0 ? all->mean : rtt;
	const kith_us off = rtt > expected ? rtt - expected : expected - rtt;

	if (t != NULL)
		t->rtt_us = (int32_t)kith_us_min(former == KITH_NEVER ? rtt : (7 * former + rtt) / 8,
						 INT32_MAX);
	all->mean = all->samples == 0 ? rtt : (7 * all->mean + rtt) / 8;
	all->deviation = all->samples == 0 ? rtt / 2 : (3 * all->deviation + off) / 4;
	if (all->samples < KITH_RTT_SAMPLES)
		all->samples++;
}

kith_us kith_rtt_timeout(const struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_rtts *all = &n->zones.list[p->zone].rtts;
	const kith_us usual = n->timing.probe_timeout;
	const kith_us most = kith_us_min(5 * usual / 2, n->timing.period - n->timing.relay_timeout);
	const struct kith_talk *t = kith_talk_of(n, p);
	const kith_us expected = t != NULL && t->rtt_us >= 0 ? t->rtt_us : all->mean;
	const kith_us least = all->samples < KITH_RTT_SAMPLES ? usual : usual / 2;

	if (all->samples == 0)
		return usual;
	return kith_us_max(least, kith_us_min(2 * expected + 4 * all->deviation, most));
}
