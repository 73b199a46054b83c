/* SPDX-License-Identifier: ISC */
/*
 * sim/watch.h: shows a cluster to the checker (sim/checker.h). The host loop of sim/process.h calls
 * in here; nothing happens where no watch is set. A broken invariant ends the run by its name.
 *
 * After every input the own record is read; at the end of a step the view's counts and bounds are,
 * and the members if the view changed. Looking draws no random number and changes no run.
 */
#ifndef KITH_SIM_WATCH_H
#define KITH_SIM_WATCH_H

#include "sim/cluster.h"

/* Walks of a host between two that compare all contents. */
enum { WATCH_FULL_EVERY = 64 };
/* Above this many members a host is walked once a virtual second at most. */
enum { WATCH_MANY = 256 };
/* A wall clock that is further off judges records wrong: the slack of 4-security.md is an hour. */
enum { WATCH_CLOCK_OFF_MS = 3600 * 1000 };

/* From the first start on; not above CHECKER_HOSTS_MAX hosts. */
void watch_open(struct cluster *c);
void watch_close(struct cluster *c);
/* Everything of everybody, now. */
void watch_all(struct cluster *c);

/* For sim/process.c only. */
void watch_begin(struct cluster_node *n);
void watch_end(struct cluster_node *n);
void watch_durable(struct cluster_node *n);
void watch_own(struct cluster_node *n);
void watch_event(struct cluster_node *n, const struct kith_event *e);
/* `v` was read at the end of the step; `changed`: it differs from that of the step before. */
void watch_step(struct cluster_node *n, const struct kith_view *v, bool changed);

#endif
