/* SPDX-License-Identifier: ISC */
/*
 * sim/claims.h: what a story may ask of a cluster: look, wait until, never. Every failed wait
 * or claim ends the test with the seed, the virtual time, the members as all see them and the last
 * lines of what the nodes decided.
 */
#ifndef KITH_SIM_CLAIMS_H
#define KITH_SIM_CLAIMS_H

#include "sim/report.h"

/* --- reads ----------------------------------------------------------------------------------- */

int cluster_status(struct cluster *c, uint32_t observer, uint32_t who);
bool cluster_member(struct cluster *c, uint32_t observer, uint32_t who, struct kith_member *m);
void cluster_stats(struct cluster *c, uint32_t i, struct kith_stats *s);
/* A counter summed over all that run: CLUSTER_TOTAL(c, rounds_failed), or (c, drops.replay). */
#define CLUSTER_TOTAL(c, counter) cluster_total((c), offsetof(struct kith_stats, counter))
uint64_t cluster_total(struct cluster *c, size_t offset);
uint64_t cluster_drops(const struct kith_stats *s);
void cluster_view(struct cluster *c, uint32_t i, struct kith_view *v);
/* Events of a kind about `who` (or CLUSTER_ANY) in an observer's diary, not before `since`. */
uint32_t cluster_events(struct cluster *c, uint32_t observer, enum kith_event_kind kind,
			uint32_t who, kith_us since);
/* The first of them, or NULL. */
const struct cluster_entry *cluster_event(struct cluster *c, uint32_t observer,
					  enum kith_event_kind kind, uint32_t who, kith_us since);

/* --- waits and claims (all fail the test with seed, time and last lines) ---------------------- */

void cluster_run(struct cluster *c, kith_us during);
typedef bool cluster_predicate(struct cluster *c, void *arg);
/* Runs until it holds; virtual time that it took. `what` is for the message. */
kith_us cluster_wait(struct cluster *c, kith_us within, cluster_predicate *p, void *arg,
		     const char *what);
bool cluster_try_wait(struct cluster *c, kith_us within, cluster_predicate *p, void *arg);
kith_us cluster_wait_status(struct cluster *c, uint32_t observer, uint32_t who, int status,
			    kith_us within);
/* At every running, connected node but `who` itself. */
kith_us cluster_wait_status_everywhere(struct cluster *c, uint32_t who, int status,
				       kith_us within);
/* Starts all at once with node 0 as their seed; waits until all see all and views are equal, then
 * settles for 20 s, so that time-outs are learnt. Virtual time until all saw all. */
kith_us cluster_join_all(struct cluster *c);
/* Every running node holds every running node for alive. */
bool cluster_all_see_all(struct cluster *c);
kith_us cluster_wait_all_see_all(struct cluster *c, kith_us within);
/* All running nodes have the same root digest. */
bool cluster_have_equal_roots(struct cluster *c);
kith_us cluster_wait_equal_roots(struct cluster *c, kith_us within);
kith_us cluster_wait_event(struct cluster *c, uint32_t observer, enum kith_event_kind kind,
			   uint32_t who, kith_us within);
/* From now on this status may not be seen. */
void cluster_forbid(struct cluster *c, uint32_t observer, uint32_t who, enum kith_status status);
void cluster_allow_all(struct cluster *c);
/* It may not be seen for this long. */
void cluster_never(struct cluster *c, uint32_t observer, uint32_t who, enum kith_status status,
		   kith_us during);

#endif
