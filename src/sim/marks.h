/* SPDX-License-Identifier: ISC */
/*
 * sim/marks.h: which rare branches a set of runs has reached. A mark is a counter of the node or the
 * kind of an event, made from the tables of <kith/kith.h> and <kith/stats.h>: nothing is listed
 * here, so a new counter is a new mark.
 *
 *	stats.NAME, drops.NAME    the counter was not zero when a process ended
 *	event.NAME                such an event came
 *	status.FROM-TO            a member's status went that way
 *	dropped.NAME              the event told of this reason
 *	seed.NAME, ping.NAME      an attempt to join, a way of a ping ended so
 *	why.NAME                  such an entry was among the reasons when a process ended
 *	fault.NAME                the swarm did this
 *
 * What has no counter cannot be marked. The core has no globals, so marks are read, not set.
 */
#ifndef KITH_SIM_MARKS_H
#define KITH_SIM_MARKS_H

#include "sim/swarm_plan.h"

#include <kith/kith.h>
#include <stdio.h>

enum { MARKS_MAX = 256 };

struct marks {
	uint64_t hits[MARKS_MAX];
};

void marks_stats(struct marks *m, const struct kith_stats *s);
void marks_event(struct marks *m, const struct kith_event *e);
void marks_why(struct marks *m, const struct kith_why *w);
void marks_fault(struct marks *m, enum swarm_fault f, uint64_t times);
/* How many marks there are. */
uint32_t marks_count(void);
/* The name of the i-th, "event.joined". */
const char *marks_name(uint32_t i, char *buf, size_t size);
/* One line: "reached 140 of 152, never: event.seed, ...". */
void marks_print(const struct marks *m, FILE *f);

#endif
