/* SPDX-License-Identifier: ISC */
/*
 * core/rtt.h: round trips and the time-out that follows from them (3-membership.md, Time-outs). A
 * direct answer is a sample: of its member's smoothed round trip, and of the mean and mean deviation of
 * its zone (RFC 6298 §2, with the zone's deviation in place of the peer's: few samples come from each).
 * The next round awaits twice what is expected and four deviations more.
 */
#ifndef KITH_CORE_RTT_H
#define KITH_CORE_RTT_H

#include <kith/types.h>

struct kith_node;
struct kith_peer;

struct kith_rtts {
	uint32_t samples; /* up to KITH_RTT_SAMPLES: before, the time-out is no shorter than configured */
	kith_us mean, deviation;
};

void kith_rtt_sample(struct kith_node *n, struct kith_peer *p, kith_us rtt);
/* Td: how long a direct answer of p is awaited, between half and 2.5 times the configured one. */
kith_us kith_rtt_timeout(const struct kith_node *n, const struct kith_peer *p);

#endif
