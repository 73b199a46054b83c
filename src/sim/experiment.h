/* SPDX-License-Identifier: ISC */
/*
 * sim/experiment.h: what `kith-sim experiment` can measure, as one table (cmd_experiment.c), and what
 * the experiments share: sizes and seeds from the command line, samples, progress.
 *
 * To add one: exp_<name>.c, a row in the table, its entry in man/kith-sim.1. The same seed gives the
 * same figures; what the host's clock says goes to the progress line alone.
 */
#ifndef KITH_SIM_EXPERIMENT_H
#define KITH_SIM_EXPERIMENT_H

#include "sim/args.h"
#include "sim/cluster.h"
#include "sim/command.h"
#include "sim/result.h"

enum { SIM_LIST_MAX = 16 };

/* Comma-separated numbers, durations or shares of one flag. */
struct sim_list {
	uint32_t count;
	uint64_t values[SIM_LIST_MAX];
};

struct sim_experiment;

/* One call of an experiment. */
struct sim_trial {
	const struct sim_experiment *experiment;
	const struct sim_args *args;
	struct sim_list hosts;
	uint64_t seed;  /* of the first run; the next has the next */
	uint32_t runs;
	bool is_shown;  /* progress is */
	bool is_line;   /* on one line of a terminal */
	int64_t told_ms, began_ms; /* of the host's clock, for progress alone */
	struct sim_result result;
};

struct sim_experiment {
	const char *name;
	const char *synopsis;
	const char *takes;         /* its own flags, " a b "; besides those that all take */
	const char *hosts;         /* sizes if none are said */
	uint32_t runs;             /* the same of each */
	const struct sim_table *tables;
	const char *plot;          /* gnuplot commands about $data, the rows of the first table */
	enum sim_exit (*run)(struct sim_trial *t);
};

extern const struct sim_experiment sim_bootstrap, sim_change, sim_churn, sim_crash, sim_crowd,
	sim_flipflop, sim_heal, sim_join, sim_lifeguard, sim_lossy, sim_partial, sim_regions, sim_storm;

/* Of the flag, or of `otherwise`. False, said on stderr: it is no such list. */
bool sim_list_numbers(const struct sim_args *a, const char *flag, uint64_t min, uint64_t max,
		      const char *otherwise, struct sim_list *out);
bool sim_list_us(const struct sim_args *a, const char *flag, const char *otherwise,
		 struct sim_list *out);
/* Shares like 30%, in parts in a million. */
bool sim_list_shares(const struct sim_args *a, const char *flag, const char *otherwise,
		     struct sim_list *out);

/* One line, at most once a second and only if it is shown; "experiment: what, 12 s". */
void sim_progress(struct sim_trial *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* --- samples ----------------------------------------------------------------------------------- */

struct sim_samples {
	size_t count, room;
	double *values; /* owned */
};

void sim_samples_add(struct sim_samples *s, double value);
void sim_samples_add_us(struct sim_samples *s, kith_us us); /* as seconds */
void sim_samples_free(struct sim_samples *s);
/* The smallest value that at least this share, in thousandths, of all does not exceed; unknown if
 * there is none. Sorts. */
struct sim_value sim_samples_at(struct sim_samples *s, uint32_t permille);
struct sim_value sim_samples_mean(const struct sim_samples *s);

/* --- clusters ---------------------------------------------------------------------------------- */

/* What large runs need: no checks, no diaries, no lines. */
void sim_large_opts(struct cluster_opts *o, uint64_t seed);
/* Starts all at once with host 0 as their seed, or with --met as ones that know each other. Until all see
 * all, time-outs are learnt and what they told each other of their start is through: among a thousand that
 * takes minutes, and news would have to wait for its turn. False, said on stderr: they did not get
 * there. */
bool sim_join_all(struct sim_trial *t, struct cluster *c, uint32_t run);
/* The first so many of them alone. */
bool sim_join_some(struct sim_trial *t, struct cluster *c, uint32_t count, uint32_t run);
/* So many random ones of those not picked yet are. */
void sim_pick(struct cluster *c, bool *picked, uint32_t count);
/* As a wait asks: all running hosts hold each other for alive; and the records of all are the same. */
bool sim_all_see_all(struct cluster *c, void *unused);
bool sim_all_agree(struct cluster *c, void *unused);
/* What all hosts have sent so far. */
struct sim_traffic {
	uint64_t datagrams, bytes, zone_bytes; /* payload of UDP and TCP; of that, to other zones */
};
struct sim_traffic sim_traffic_of(const struct cluster *c);
/* And since then, by this many hosts, seconds, or both multiplied. */
void sim_traffic_note(const struct cluster *c, struct sim_traffic before, double by,
		      struct sim_samples *datagrams, struct sim_samples *sent);

#endif
