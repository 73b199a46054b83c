/* SPDX-License-Identifier: ISC */
/*
 * Change: in a cluster at rest one host after the other sets a tag. Measured for each: when each of the
 * others knew, when all did, and what all sent from there on until then. With loss, who is missed by
 * gossip has to find out.
 */
#include "sim/claims.h"
#include "sim/experiment.h"

#include <stdio.h>

#define WITHIN (60 * KITH_SECOND)
#define BETWEEN (10 * KITH_SECOND) /* the news of one are over before the next */
enum { CHANGES = 20 };

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"loss", "%", 1},
	  {"changes", "", 0},
	  {"each_median", "s", 3},
	  {"each_p99", "s", 3},
	  {"all_median", "s", 3},
	  {"all_p99", "s", 3},
	  {"all_max", "s", 3},
	  {"missed", "", 0},
	  {"datagrams", "/host", 1},
	  {"sent", "B/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

struct sums {
	struct sim_samples each, all, datagrams, sent;
	uint32_t missed;
};

struct watch {
	struct sums *sums;
	uint32_t who, known;
	kith_us began, last; /* began 0: nothing is asked */
};

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;

	if (w->began == 0 || e->kind != KITH_EVENT_UPDATED || cluster_index(n->cluster, &e->mid) != w->who)
		return;
	w->known++;
	w->last = cluster_now(n->cluster);
	sim_samples_add_us(&w->sums->each, w->last - w->began);
}

static bool is_known(struct cluster *c, void *arg)
{
	const struct watch *w = arg;

	return w->known == c->count - 1;
}

static void change(struct cluster *c, struct watch *w, uint32_t number)
{
	const struct sim_traffic before = sim_traffic_of(c);
	struct sums *s = w->sums;
	char value[16];

	snprintf(value, sizeof(value), "%u", number);
	w->who = (uint32_t)world_below(&c->world, c->count);
	w->known = 0;
	w->began = cluster_now(c);
	if (cluster_tag(c, w->who, "number", value) != 0 || !cluster_try_wait(c, WITHIN, is_known, w))
		s->missed++;
	else
		sim_samples_add_us(&s->all, w->last - w->began);
	w->began = 0;
	cluster_run(c, BETWEEN);
	sim_traffic_note(c, before, c->count, &s->datagrams, &s->sent);
}

static bool run_row(struct sim_trial *t, uint32_t hosts, uint32_t loss_ppm)
{
	struct sums s = {.missed = 0};
	struct watch w = {.sums = &s};
	struct cluster_opts o;
	struct cluster *c;
	bool is_fine = true;
	uint32_t k, i;

	for (k = 0; k < t->runs && is_fine; k++) {
		sim_large_opts(&o, t->seed + k);
		c = cluster_new(hosts, &o);
		c->on_event = on_event;
		c->on_event_ctx = &w;
		is_fine = sim_join_all(t, c, k);
		c->net.weather.loss_ppm = loss_ppm;
		cluster_run(c, BETWEEN);
		for (i = 0; i < CHANGES && is_fine; i++) {
			sim_progress(t, "%u hosts, run %u of %u: change %u of %d", hosts, k + 1, t->runs,
				     i + 1, CHANGES);
			change(c, &w, i);
		}
		cluster_free(&c);
	}
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_NUMBER(loss_ppm / 1e4), SIM_NUMBER(s.all.count + s.missed),
		sim_samples_at(&s.each, 500), sim_samples_at(&s.each, 990), sim_samples_at(&s.all, 500),
		sim_samples_at(&s.all, 990), sim_samples_at(&s.all, 1000), SIM_NUMBER(s.missed),
		sim_samples_mean(&s.datagrams), sim_samples_mean(&s.sent)});
	is_fine = is_fine && s.missed == 0;
	sim_samples_free(&s.each);
	sim_samples_free(&s.all);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	struct sim_list loss;
	uint32_t i, k;

	if (!sim_list_shares(t->args, "loss", "0%,30%", &loss))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++)
		for (k = 0; k < loss.count; k++)
			if (!run_row(t, (uint32_t)t->hosts.values[i], (uint32_t)loss.values[k]))
				result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_change = {
	.name = "change",
	.synopsis = "one host sets a tag: when the others know",
	.takes = " loss ",
	.hosts = "32,128",
	.runs = 1,
	.tables = tables,
	.plot = "set xlabel 'hosts'\nset ylabel 's until all know'\n"
		"plot $data using 1:6 with points pointtype 7 title 'median', "
		"$data using 1:8 with points pointtype 6 title 'max'\n",
	.run = run,
};
