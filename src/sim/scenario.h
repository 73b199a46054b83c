/* SPDX-License-Identifier: ISC */
/*
 * sim/scenario.h: a scenario is a text: hosts and weather first, then what happens to them, waits
 * in simulated time, and claims (kith-scenario(5)). One line is one statement; what a statement is
 * called, what may follow it and what it does is a row of the table in sim/verbs.h.
 *
 * A text's way: scenario_read() cuts it into statements whose arguments are checked and counted, and
 * tells every mistake as file:line at once; scenario_run() makes the cluster and lets the statements
 * act in their order. A claim that does not hold ends the run through sim/report.h. At the end
 * nothing may be left unexplained: a fault that still holds, a host that is down, a suspicion that
 * is pending must have been named by `remains`.
 */
#ifndef KITH_SIM_SCENARIO_H
#define KITH_SIM_SCENARIO_H

#include "sim/look.h"

#include <stdio.h>

enum {
	SCENARIO_PARAMS_MAX = 12,
	SCENARIO_STATEMENTS_MAX = 4096,
	SCENARIO_WORDS_MAX = 64,  /* of a line */
	SCENARIO_LINE_MAX = 1024,
	SCENARIO_HOSTS_MAX = 10000,
	SCENARIO_WEATHERS_MAX = 16
};

struct scenario_verb;

/* One argument as it was read; which member counts stands in the verb's row. */
struct scenario_value {
	bool given;
	kith_us us;
	uint64_t number;
	uint32_t ppm;
	int status;           /* enum kith_status, or CLUSTER_UNKNOWN */
	uint32_t stat;        /* a row of the table of counters */
	uint32_t *hosts;      /* owned; indices in the order of the text */
	uint32_t host_count;
	char word[40];
};

struct scenario_statement {
	unsigned line;
	char *text; /* owned */
	const struct scenario_verb *verb;
	struct scenario_value values[SCENARIO_PARAMS_MAX]; /* by the verb's parameters */
};

struct scenario {
	const char *file; /* borrowed, for messages */
	uint32_t hosts;
	struct cluster_opts opts;
	char zones[NET_ZONES_MAX][40];
	uint8_t zone_count;
	struct scenario_statement *statements; /* owned */
	uint32_t count;
	unsigned errors; /* said on `complaints` */

	/* While it runs. */
	struct cluster *cluster;
	uint8_t *remains; /* owned; by host, bits of what may still hold at the end */
	char where[SCENARIO_LINE_MAX + 128]; /* file:line: the statement, for a failure */
	char again[1024];             /* the command that repeats the run */
};

/* Reads the whole text; the mistakes go to `complaints`, a line each. Always to be freed. False:
 * there were some. */
bool scenario_read(struct scenario *s, const char *file, FILE *in, FILE *complaints);
void scenario_free(struct scenario *s);
/* Runs it with its own seed, or with *seed; where events are looked at, each statement is printed when
 * its turn comes. Returns the cluster as it ended: to be freed by cluster_free(). */
struct cluster *scenario_run(struct scenario *s, const uint64_t *seed, const struct look *look);

#endif
