/* SPDX-License-Identifier: ISC */
/*
 * core/clocks.h: whether our wall clock is right, by those of the others. Each ack to a ping of ours
 * and each hello of a synchronisation carries the sender's; kith_clocks_ack() and
 * kith_clocks_hello() keep how far ours was ahead of it, for the members heard last. The median
 * of them judges: a minute apart is told, as an event and in the view, and so is its end. Nothing
 * is ever corrected (4-security.md §5.14). A host whose own clock was set, and is like the others' then,
 * signs anew, withdraws what it said of others, and forgets whose records are from the future.
 *
 * The median, since a minority of wrong clocks cannot move it. In a cluster of five or more the clocks
 * of five are awaited, in a smaller one those of all others. Of two others it is the one nearer to
 * ours, so that both have to differ; the only other one judges alone, and is judged by us: both
 * hosts are told, since one of the two is wrong. It has to last for some seconds: who joins, or sees
 * a cluster come together, hears one clock before the others.
 */
#ifndef KITH_CORE_CLOCKS_H
#define KITH_CORE_CLOCKS_H

#include "core/limits.h"
#include <kith/types.h>
#include <stdbool.h>

struct kith_node;

struct kith_clock_heard {
	struct kith_mid mid;
	kith_us at;      /* when it was told */
	int64_t ahead_s; /* ours less theirs */
};

struct kith_clocks {
	struct kith_clock_heard heard[KITH_CLOCKS_KEPT];
	uint32_t count;
	int64_t ahead_s; /* ours less the median of the others */
	uint32_t others; /* of how many; 0: not judged yet */
	bool is_apart;   /* by too much, */
	kith_us since;   /* since then */
	bool differs;    /* and told so */
	int64_t moved_s; /* ours, since what we say was signed by a clock like that of the others */
	bool is_stale;   /* it was far from there since */
};

/* A member answered a ping of ours: its unix seconds mod 2^16. */
void kith_clocks_ack(struct kith_node *n, const struct kith_mid *mid, uint32_t clock);
/* A member began a synchronisation: its unix seconds. */
void kith_clocks_hello(struct kith_node *n, const struct kith_mid *mid, uint32_t unix_s);
/* Our own was told anew, and shows this much more than by the time that passed. */
void kith_clocks_moved(struct kith_node *n, int64_t by_ms);

#endif
