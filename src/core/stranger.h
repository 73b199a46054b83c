/* SPDX-License-Identifier: ISC */
/*
 * core/stranger.h: whose packets are dropped for a reason that an operator can cure: another
 * cluster key, an old certificate, a wrong clock, a member gone mad. The first one of a minute and
 * reason is told as an event with its address, so that the host's log and status can name the likely
 * cause.
 */
#ifndef KITH_CORE_STRANGER_H
#define KITH_CORE_STRANGER_H

#include "core/limits.h"
#include <kith/kith.h>

struct kith_node;
struct kith_peer;

struct kith_strangers {
	kith_us next[KITH_DROPPED_COUNT]; /* none of this reason is told before */
};

/* `from` may be NULL: it came by a relay, and nothing is known of its sender. */
void kith_stranger_tell(struct kith_node *n, enum kith_dropped why, const struct kith_addr *from);

/* The same of a member, which is named. NULL: nobody is to blame. */
void kith_stranger_tell_of(struct kith_node *n, enum kith_dropped why, const struct kith_peer *p);

/* Counts a drop and tells it. */
#define KITH_DROP_FROM(n, why, reason, from) \
	(KITH_DROP(n, reason), kith_stranger_tell(n, KITH_DROPPED_##why, from))

#endif
