/* SPDX-License-Identifier: ISC */
/*
 * Crowd: a cluster of so many hosts grows by half of them within ten seconds, through one seed; when it
 * is calm again, 30 % of all leave at the same instant. Measured: from the last start until all see all;
 * from the leave until all that stay hold all who left for that; and who was held failed.
 */
#include "sim/claims.h"
#include "sim/experiment.h"

#include <assert.h>
#include <stdlib.h>

#define GROWS (10 * KITH_SECOND)
#define WITHIN (120 * KITH_SECOND)
#define CALM (20 * KITH_SECOND)
enum { LEAVE_PERCENT = 30 };

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"came", "", 0},
	  {"left", "", 0},
	  {"runs", "", 0},
	  {"in_median", "s", 2},
	  {"in_max", "s", 2},
	  {"out_median", "s", 2},
	  {"out_max", "s", 2},
	  {"missed", "", 0},
	  {"false", "", 0},
	  {"datagrams", "/host", 0},
	  {"sent", "B/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

struct sums {
	struct sim_samples in, out, datagrams, sent;
	uint32_t missed, wrong;
};

struct watch {
	struct sums *sums;
	bool *leaves;  /* by host; owned */
	uint32_t told, wanted; /* leaves, at those that stay */
	bool is_on;
};

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;

	if (!w->is_on || w->leaves[n->index])
		return;
	w->sums->wrong += e->kind == KITH_EVENT_FAILED ? 1 : 0;
	w->told += e->kind == KITH_EVENT_LEFT ? 1 : 0;
}

static bool all_know(struct cluster *c, void *arg)
{
	const struct watch *w = arg;

	(void)c;
	return w->told >= w->wanted;
}

static void grow(struct cluster *c, uint32_t from)
{
	const kith_us began = cluster_now(c);
	uint32_t i;

	for (i = from; i < c->count; i++) {
		cluster_run(c, began + GROWS * (i - from) / (c->count - from) - cluster_now(c));
		cluster_start(c, i);
		cluster_join(c, i, 0);
	}
}

static void note_wait(struct cluster *c, struct sums *s, cluster_predicate *p, void *arg,
		      struct sim_samples *took)
{
	const kith_us began = cluster_now(c);

	if (cluster_try_wait(c, WITHIN, p, arg))
		sim_samples_add_us(took, cluster_now(c) - began);
	else
		s->missed++;
}

static void leave_all(struct cluster *c, struct watch *w)
{
	const uint32_t count = c->count * LEAVE_PERCENT / 100;
	uint32_t i;

	sim_pick(c, w->leaves, count);
	w->told = 0;
	w->wanted = count * (c->count - count);
	for (i = 0; i < c->count; i++)
		if (w->leaves[i] && cluster_leave(c, i) != 0)
			w->wanted = UINT32_MAX; /* it cannot be */
}

static bool run_once(struct sim_trial *t, uint32_t hosts, uint32_t run, struct sums *s)
{
	const uint32_t all = hosts + hosts / 2;
	struct watch w = {.sums = s};
	struct sim_traffic before;
	struct cluster_opts o;
	struct cluster *c;
	bool has_joined;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(all, &o);
	w.leaves = calloc(all, sizeof(*w.leaves));
	assert(w.leaves != NULL);
	c->on_event = on_event;
	c->on_event_ctx = &w;
	has_joined = sim_join_some(t, c, hosts, run);
	if (has_joined) {
		before = sim_traffic_of(c);
		w.is_on = true;
		grow(c, hosts);
		note_wait(c, s, sim_all_see_all, NULL, &s->in);
		sim_progress(t, "%u hosts, run %u of %u: all are in", all, run + 1, t->runs);
		cluster_run(c, CALM);
		leave_all(c, &w);
		note_wait(c, s, all_know, &w, &s->out);
		cluster_run(c, CALM);
		sim_traffic_note(c, before, all, &s->datagrams, &s->sent);
	}
	cluster_free(&c);
	free(w.leaves);
	return has_joined;
}

static bool run_size(struct sim_trial *t, uint32_t hosts)
{
	const uint32_t came = hosts / 2, left = (hosts + came) * LEAVE_PERCENT / 100;
	struct sums s = {.missed = 0};
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, hosts, k, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_NUMBER(came), SIM_NUMBER(left), SIM_NUMBER(t->runs),
		sim_samples_at(&s.in, 500), sim_samples_at(&s.in, 1000), sim_samples_at(&s.out, 500),
		sim_samples_at(&s.out, 1000), SIM_NUMBER(s.missed), SIM_NUMBER(s.wrong),
		sim_samples_mean(&s.datagrams), sim_samples_mean(&s.sent)});
	sim_samples_free(&s.in);
	sim_samples_free(&s.out);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine && s.missed == 0 && s.wrong == 0;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	uint32_t i;

	for (i = 0; i < t->hosts.count; i++)
		if (!run_size(t, (uint32_t)t->hosts.values[i]))
			result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_crowd = {
	.name = "crowd",
	.synopsis = "half as many hosts again come within 10 s, then 30 % of all leave at once",
	.takes = "",
	.hosts = "128",
	.runs = 3,
	.tables = tables,
	.plot = "set xlabel 'hosts'\nset ylabel 's until all know'\n"
		"plot $data using 1:6 with points pointtype 7 title 'all are in, max', "
		"$data using 1:8 with points pointtype 6 title 'they have left, max'\n",
	.run = run,
};
