/* SPDX-License-Identifier: ISC */
/*
 * Bootstrap (Rapid, USENIX ATC 2018): one seed runs, all others start at once and join through it.
 * Measured: the time until every host holds every host for alive; how many distinct sizes hosts
 * showed meanwhile, looked at every 100 ms; what it cost.
 */
#include "sim/claims.h"
#include "sim/experiment.h"

#include <assert.h>
#include <stdlib.h>

#define WITHIN (600 * KITH_SECOND)

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"runs", "", 0},
	  {"median", "s", 3},
	  {"max", "s", 3},
	  {"missed", "", 0},
	  {"sizes", "", 0},
	  {"datagrams", "/host", 0},
	  {"sent", "B/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

/* One run. */
struct watch {
	struct sim_trial *trial;
	uint32_t run;
	bool *is_full;    /* by host: it holds all for alive */
	uint32_t full;
	bool *was_shown;  /* by size */
	uint32_t sizes;
	kith_us began, done; /* virtual; done 0: not yet */
};

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;
	struct kith_view v;
	bool is_full;

	(void)e;
	kith_node_view(n->node, &v);
	is_full = v.alive >= n->cluster->count;
	if (is_full == w->is_full[n->index])
		return;
	w->is_full[n->index] = is_full;
	w->full = is_full ? w->full + 1 : w->full - 1;
	if (w->full == n->cluster->count)
		w->done = cluster_now(n->cluster);
}

static bool is_done(struct cluster *c, void *arg)
{
	struct watch *w = arg;
	struct kith_view v;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		cluster_view(c, i, &v);
		if (v.alive <= c->count && !w->was_shown[v.alive]) {
			w->was_shown[v.alive] = true;
			w->sizes++;
		}
	}
	sim_progress(w->trial, "%u hosts, run %u of %u: %.1f s, %u know all", c->count, w->run + 1,
		     w->trial->runs, (double)(cluster_now(c) - w->began) / 1e6, w->full);
	return w->done != 0;
}

struct sums {
	struct sim_samples took, sizes, datagrams, sent;
	uint32_t missed;
};

static void run_once(struct sim_trial *t, uint32_t hosts, uint32_t run, struct sums *s)
{
	struct watch w = {.trial = t, .run = run};
	struct cluster_opts o;
	struct cluster *c;
	struct sim_traffic sent;
	uint32_t i;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(hosts, &o);
	w.is_full = calloc(hosts, sizeof(*w.is_full));
	w.was_shown = calloc((size_t)hosts + 1, sizeof(*w.was_shown));
	assert(w.is_full != NULL && w.was_shown != NULL);
	c->on_event = on_event;
	c->on_event_ctx = &w;
	cluster_start(c, 0);
	cluster_run(c, KITH_SECOND);
	w.began = cluster_now(c);
	for (i = 1; i < hosts; i++) {
		cluster_start(c, i);
		cluster_join(c, i, 0);
	}
	(void)cluster_try_wait(c, WITHIN, is_done, &w);
	if (w.done != 0)
		sim_samples_add_us(&s->took, w.done - w.began);
	else
		s->missed++;
	sent = sim_traffic_of(c);
	sim_samples_add(&s->sizes, w.sizes);
	sim_samples_add(&s->datagrams, (double)sent.datagrams / hosts);
	sim_samples_add(&s->sent, (double)sent.bytes / hosts);
	cluster_free(&c);
	free(w.is_full);
	free(w.was_shown);
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	uint32_t i, k;

	for (i = 0; i < t->hosts.count; i++) {
		const uint32_t hosts = (uint32_t)t->hosts.values[i];
		struct sums s = {.missed = 0};

		for (k = 0; k < t->runs; k++)
			run_once(t, hosts, k, &s);
		sim_result_row(&t->result, &tables[0], (struct sim_value[]){
			SIM_NUMBER(hosts), SIM_NUMBER(t->runs), sim_samples_at(&s.took, 500),
			sim_samples_at(&s.took, 1000), SIM_NUMBER(s.missed),
			sim_samples_at(&s.sizes, 500), sim_samples_mean(&s.datagrams),
			sim_samples_mean(&s.sent)});
		if (s.missed > 0)
			result = SIM_BROKEN;
		sim_samples_free(&s.took);
		sim_samples_free(&s.sizes);
		sim_samples_free(&s.datagrams);
		sim_samples_free(&s.sent);
	}
	return result;
}

const struct sim_experiment sim_bootstrap = {
	.name = "bootstrap",
	.synopsis = "one seed, all others join through it at once: time until all see all",
	.takes = "",
	.hosts = "128",
	.runs = 3,
	.tables = tables,
	.plot = "set xlabel 'hosts'\nset ylabel 's until all see all'\n"
		"plot $data using 1:3 with linespoints pointtype 7 title 'median', "
		"$data using 1:4 with linespoints pointtype 6 title 'max'\n",
	.run = run,
};
