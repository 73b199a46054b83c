/* SPDX-License-Identifier: ISC */
/*
 * Join under loss: hosts join through one seed while the network loses packets, one after the other or
 * all at once. (SWIM's own test lost 5 of 17 that joined in turn; Das, Gupta, Motivala 2002, §6.)
 * Measured: how many had joined within a minute, how long each took, and when all saw all.
 */
#include "base/time.h"
#include "sim/claims.h"
#include "sim/experiment.h"

#include <stdlib.h>

#define WITHIN (60 * KITH_SECOND)

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"loss", "%", 1},
	  {"way", "", -1},
	  {"runs", "", 0},
	  {"joined", "", 0},
	  {"missed", "", 0},
	  {"median", "s", 2},
	  {"p99", "s", 2},
	  {"max", "s", 2},
	  {"all_median", "s", 2},
	  {"all_max", "s", 2},
	  {"sent", "B/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

struct sums {
	struct sim_samples took, all, sent;
	uint32_t joined, missed;
};

static bool has_joined(struct cluster *c, uint32_t i)
{
	struct kith_view v;

	cluster_view(c, i, &v);
	return v.joined && v.alive > 1;
}

static bool is_in(struct cluster *c, void *arg)
{
	return has_joined(c, *(const uint32_t *)arg);
}

static void in_turn(struct cluster *c, struct sums *s)
{
	uint32_t i;

	for (i = 1; i < c->count; i++) {
		const kith_us since = cluster_now(c);

		cluster_start(c, i);
		cluster_join(c, i, 0);
		if (cluster_try_wait(c, WITHIN, is_in, &i))
			sim_samples_add_us(&s->took, cluster_now(c) - since);
	}
}

/* At once. */
struct crowd {
	struct sim_trial *trial;
	struct sums *sums;
	kith_us since;
	bool *is_in; /* owned; by host */
	uint32_t in;
};

static bool are_in(struct cluster *c, void *arg)
{
	struct crowd *w = arg;
	uint32_t i;

	for (i = 1; i < c->count; i++) {
		if (w->is_in[i] || !has_joined(c, i))
			continue;
		w->is_in[i] = true;
		w->in++;
		sim_samples_add_us(&w->sums->took, cluster_now(c) - w->since);
	}
	sim_progress(w->trial, "%u hosts: %u joined", c->count, w->in);
	return w->in == c->count - 1;
}

static void at_once(struct sim_trial *t, struct cluster *c, struct sums *s)
{
	struct crowd w = {.trial = t, .sums = s, .since = cluster_now(c)};
	uint32_t i;

	w.is_in = calloc(c->count, sizeof(*w.is_in));
	if (w.is_in == NULL)
		abort();
	for (i = 1; i < c->count; i++) {
		cluster_start(c, i);
		cluster_join(c, i, 0);
	}
	(void)cluster_try_wait(c, WITHIN, are_in, &w);
	free(w.is_in);
}

static void run_once(struct sim_trial *t, uint32_t hosts, uint32_t loss_ppm, bool once, uint32_t run,
		     struct sums *s)
{
	const size_t before = s->took.count;
	struct cluster_opts o;
	struct cluster *c;
	kith_us since;

	sim_large_opts(&o, t->seed + run);
	o.weather.loss_ppm = loss_ppm;
	c = cluster_new(hosts, &o);
	cluster_start(c, 0);
	cluster_run(c, KITH_SECOND);
	since = cluster_now(c);
	if (once)
		at_once(t, c, s);
	else
		in_turn(c, s);
	s->joined += (uint32_t)(s->took.count - before);
	s->missed += hosts - 1 - (uint32_t)(s->took.count - before);
	if (!once)
		since = cluster_now(c); /* from the last one on */
	if (cluster_try_wait(c, WITHIN, sim_all_see_all, NULL))
		sim_samples_add_us(&s->all, cluster_now(c) - since);
	sim_samples_add(&s->sent, (double)sim_traffic_of(c).bytes / hosts);
	cluster_free(&c);
}

static bool run_row(struct sim_trial *t, uint32_t hosts, uint32_t loss_ppm, bool once)
{
	struct sums s = {.joined = 0};
	bool is_fine;
	uint32_t k;

	for (k = 0; k < t->runs; k++)
		run_once(t, hosts, loss_ppm, once, k, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_NUMBER(loss_ppm / 1e4), SIM_TEXT(once ? "at once" : "in turn"),
		SIM_NUMBER(t->runs), SIM_NUMBER(s.joined), SIM_NUMBER(s.missed),
		sim_samples_at(&s.took, 500), sim_samples_at(&s.took, 990), sim_samples_at(&s.took, 1000),
		sim_samples_at(&s.all, 500), sim_samples_at(&s.all, 1000), sim_samples_mean(&s.sent)});
	is_fine = s.missed == 0 && s.all.count == t->runs;
	sim_samples_free(&s.took);
	sim_samples_free(&s.all);
	sim_samples_free(&s.sent);
	return is_fine;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	struct sim_list loss;
	uint32_t i, k;
	int once;

	if (!sim_list_shares(t->args, "loss", "10%,20%,30%", &loss))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++)
		for (k = 0; k < loss.count; k++)
			for (once = 0; once < 2; once++)
				if (!run_row(t, (uint32_t)t->hosts.values[i], (uint32_t)loss.values[k],
					     once == 1))
					result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_join = {
	.name = "join",
	.synopsis = "hosts join through one seed while packets are lost, in turn and at once",
	.takes = " loss ",
	.hosts = "18,129",
	.runs = 3,
	.tables = tables,
	.plot = "set xlabel 'loss (%)'\nset ylabel 's until it has joined'\n"
		"plot $data using 2:7 with points pointtype 7 title 'median', "
		"$data using 2:9 with points pointtype 6 title 'max'\n",
	.run = run,
};
