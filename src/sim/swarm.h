/* SPDX-License-Identifier: ISC */
/*
 * sim/swarm.h: one seed draws a cluster, its network, its load and what goes wrong; the run is
 * judged while faults last, and again after they stop.
 *
 * Life of one seed: the plan is drawn (sim/swarm_plan.c), each knob from a generator of its own,
 * so that one more knob leaves the others where they were. Hosts start, some late, and join. For
 * plan.faults_for the kinds of faults of sim/swarm_fault.c strike, each at its own times; the checker
 * (sim/checker.h) looks at every step. Then all faults stop: what is paused goes on, what is cut is
 * mended, the weather is clean, the clocks are right; who is down comes back or stays down for good.
 *
 * From there on it is claimed that
 *	- within SWARM_BOUND all live hosts have joined, hold each other for alive, agree on everybody
 *	  else, and have one root digest;
 *	- whoever was revoked has ended, and is listed by nobody;
 *	- for SWARM_QUIET after it nothing happens: no status changes, no suspicion is signed, no
 *	  synchronisation runs. (An answer to a lone suspicion that was put off may come: its record
 *	  may cost a newcomer a synchronisation.)
 * One thing is let pass, since that is how a command works. Who was told to forget a member
 * (kith_node_forget) goes on to count the forgotten record like those who list it: if they list
 * another (they come from a disk with an older one), digests differ, and synchronisations run, until
 * the member is reaped.
 *
 * The bound follows from what the protocol promises (3-membership.md). Two sides that hold each
 * other failed meet by the pings of the dead within seconds (Healing), and who is suspected
 * refutes. A host that single members suspected again and again answers the next lone one late: the
 * back-off doubles from 30 s, so after faults of length T it is at most T + 30 s away
 * (KITH_LONE_FIRST). A seed that was out of reach is dialled again after 30 s at most. What is
 * left is one synchronisation a host, 10 s apart at least, and 5 s until a difference is believed:
 * a minute for some of them in a row. Who was forgotten while it lived introduces itself when a round
 * of its list comes to the one who forgot it: two periods a member (core/tomb.h).
 */
#ifndef KITH_SIM_SWARM_H
#define KITH_SIM_SWARM_H

#include "sim/look.h"
#include "sim/swarm_plan.h"

#define SWARM_BOUND(faults_for, hosts, period) \
	((faults_for) + 30 * KITH_SECOND + 60 * KITH_SECOND + 2 * (period) * (kith_us)(hosts))
/* Agreement that lasts this long is no accident: evidence that was under way has come to its end. */
#define SWARM_STEADY (15 * KITH_SECOND)
#define SWARM_QUIET (60 * KITH_SECOND)

struct swarm_result {
	kith_us healed_us; /* from the end of the faults until all agreed for good */
	kith_us ran_us;    /* virtual time in all */
	uint64_t steps, hash;
};

struct marks;

/* Runs one plan; a broken claim ends the program (sim/report.h) and tells the command `replay`.
 * `tells`: what strikes goes to standard output. `marks` may be NULL. */
void swarm_run(const struct swarm_plan *plan, bool tells, const struct look *look,
	       const char *replay, struct marks *marks, struct swarm_result *result);

#endif
