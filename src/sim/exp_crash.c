/* SPDX-License-Identifier: ISC */
/*
 * Crash batch: some of many hosts fail at the same instant. Measured for each of them, from there:
 * when the first of the others concluded so, when each did, and when all had; besides, whether anybody
 * was held failed who was not, and what all of them sent until all knew.
 */
#include "sim/claims.h"
#include "sim/experiment.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define WITHIN (120 * KITH_SECOND)
#define AFTER (10 * KITH_SECOND) /* wrong conclusions may come late */

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"crashed", "", 0},
	  {"runs", "", 0},
	  {"first_median", "s", 2},
	  {"first_max", "s", 2},
	  {"each_median", "s", 2},
	  {"each_p99", "s", 2},
	  {"all_median", "s", 2},
	  {"all_p99", "s", 2},
	  {"all_max", "s", 2},
	  {"missed", "", 0},
	  {"false", "", 0},
	  {"datagrams", "/s/host", 1},
	  {"sent", "B/s/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

/* What became of one host. */
struct fate {
	bool has_crashed;
	uint32_t known_by;
	kith_us first, last; /* somebody concluded so */
};

struct sums {
	struct sim_samples first, each, all, datagrams, sent;
	uint32_t missed, wrong;
};

struct watch {
	struct sim_trial *trial;
	uint32_t run, crashed, decided;
	struct fate *fates; /* by host */
	kith_us began; /* 0: they still run */
	uint32_t wrong;
	struct sums *sums;
};

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;
	struct cluster *c = n->cluster;
	struct fate *f;

	if (w->began == 0 || e->kind != KITH_EVENT_FAILED)
		return;
	f = &w->fates[cluster_index(c, &e->mid)];
	if (!f->has_crashed) {
		w->wrong++;
		return;
	}
	if (f->known_by++ == 0)
		f->first = cluster_now(c);
	f->last = cluster_now(c);
	sim_samples_add_us(&w->sums->each, f->last - w->began);
	if (f->known_by == c->count - w->crashed)
		w->decided++;
}

static bool is_done(struct cluster *c, void *arg)
{
	struct watch *w = arg;

	sim_progress(w->trial, "%u hosts, run %u of %u: %u of %u known everywhere", c->count,
		     w->run + 1, w->trial->runs, w->decided, w->crashed);
	return w->decided == w->crashed;
}

static void crash_some(struct cluster *c, struct watch *w, bool is_silent)
{
	uint32_t left = w->crashed;

	while (left > 0) {
		const uint32_t i = (uint32_t)world_below(&c->world, c->count);

		if (w->fates[i].has_crashed)
			continue;
		w->fates[i].has_crashed = true;
		left--;
		if (is_silent)
			cluster_power_off(c, i);
		else
			cluster_crash(c, i);
	}
}

static void note(struct cluster *c, const struct watch *w)
{
	struct sums *s = w->sums;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		const struct fate *f = &w->fates[i];

		if (f->known_by > 0)
			sim_samples_add_us(&s->first, f->first - w->began);
		if (f->has_crashed && f->known_by == c->count - w->crashed)
			sim_samples_add_us(&s->all, f->last - w->began);
		else if (f->has_crashed)
			s->missed++;
	}
	s->wrong += w->wrong;
}

static bool run_once(struct sim_trial *t, uint32_t hosts, uint32_t crashed, uint32_t run,
		     struct sums *s)
{
	struct watch w = {.trial = t, .run = run, .crashed = crashed, .sums = s};
	struct cluster_opts o;
	struct cluster *c;
	struct sim_traffic before;
	bool has_joined;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(hosts, &o);
	w.fates = calloc(hosts, sizeof(*w.fates));
	assert(w.fates != NULL);
	c->on_event = on_event;
	c->on_event_ctx = &w;
	has_joined = sim_join_all(t, c, run);
	if (has_joined) {
		w.began = cluster_now(c);
		before = sim_traffic_of(c);
		crash_some(c, &w, sim_args_get(t->args, "silent") != NULL);
		(void)cluster_try_wait(c, WITHIN, is_done, &w);
		sim_traffic_note(c, before,
				 (double)(cluster_now(c) - w.began) / 1e6 * (hosts - crashed),
				 &s->datagrams, &s->sent);
		cluster_run(c, AFTER);
		note(c, &w);
	}
	cluster_free(&c);
	free(w.fates);
	return has_joined;
}

static bool run_size(struct sim_trial *t, uint32_t hosts, uint32_t crashed)
{
	struct sums s = {.missed = 0};
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, hosts, crashed, k, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_NUMBER(crashed), SIM_NUMBER(t->runs),
		sim_samples_at(&s.first, 500), sim_samples_at(&s.first, 1000),
		sim_samples_at(&s.each, 500), sim_samples_at(&s.each, 990),
		sim_samples_at(&s.all, 500), sim_samples_at(&s.all, 990),
		sim_samples_at(&s.all, 1000), SIM_NUMBER(s.missed), SIM_NUMBER(s.wrong),
		sim_samples_mean(&s.datagrams), sim_samples_mean(&s.sent)});
	sim_samples_free(&s.first);
	sim_samples_free(&s.each);
	sim_samples_free(&s.all);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine && s.missed == 0 && s.wrong == 0;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	uint64_t crashed;
	uint32_t i;

	if (!sim_args_number(t->args, "crashed", 1, CLUSTER_NODES_MAX, 10, &crashed))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++) {
		if (crashed < t->hosts.values[i])
			continue;
		fprintf(stderr, "kith-sim: of %u hosts not %u can crash: nobody is left to notice\n",
			(unsigned)t->hosts.values[i], (unsigned)crashed);
		return SIM_USAGE;
	}
	for (i = 0; i < t->hosts.count; i++)
		if (!run_size(t, (uint32_t)t->hosts.values[i], (uint32_t)crashed))
			result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_crash = {
	.name = "crash",
	.synopsis = "many hosts fail at once: when the first of the others knows, and when all do",
	.takes = " crashed silent met ",
	.hosts = "1000",
	.runs = 1,
	.tables = tables,
	.plot = "set xlabel 'hosts'\nset ylabel 's'\n"
		"plot $data using 1:4 with linespoints pointtype 7 title 'first, median', "
		"$data using 1:6 with linespoints pointtype 7 title 'each, median', "
		"$data using 1:8 with linespoints pointtype 7 title 'all, median', "
		"$data using 1:10 with linespoints pointtype 6 title 'all, max'\n",
	.run = run,
};
