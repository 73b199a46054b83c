/* SPDX-License-Identifier: ISC */
/*
 * sim/report.h: what a cluster remembers of its run, and how a run fails: the last lines of
 * what the nodes decided go into a ring, everything they put out goes into one hash, and a failed
 * check or an abort prints seed, virtual time, lines and who sees whom, all on stderr.
 */
#ifndef KITH_SIM_REPORT_H
#define KITH_SIM_REPORT_H

#include "sim/cluster.h"

/* What ends a run that failed; it does not return. NULL, as at the start: exit(1). */
typedef void report_fail_fn(const char *file, int line);
void report_on_fail(report_fail_fn *fn);
/* Ends the run with all that helps to find out why. */
void cluster_fail(struct cluster *c, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5), noreturn));
#define CLUSTER_CHECK(c, condition, ...) \
	do { \
		if (!(condition)) \
			cluster_fail((c), __FILE__, __LINE__, __VA_ARGS__); \
	} while (0)

/* The cluster that an abort tells of; NULL: none. */
void report_current(struct cluster *c);
void report_line(struct cluster *c, const struct cluster_node *n, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* One event as one aligned line on standard output. */
void report_event(struct cluster *c, const struct cluster_node *n, const struct kith_event *e);
void report_mix(struct cluster *c, const void *p, size_t len);
void report_mix_number(struct cluster *c, uint64_t v);

#endif
