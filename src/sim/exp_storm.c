/* SPDX-License-Identifier: ISC */
/*
 * Storm: random hosts of a cluster change their tags all the time, so many a second in all, and one host
 * after the other leaves. The lanes of dissemination promise that such news passes the others. Measured
 * for each leave: when each of the others knew it, and when all did; and besides, how many of the changes
 * each host has got when it is over, and how many records waited to be told at most.
 */
#include "base/time.h"
#include "sim/claims.h"
#include "sim/experiment.h"

#include <stdio.h>

#define BETWEEN (5 * KITH_SECOND) /* two leaves, and before the first */
#define STEP (10 * KITH_MS)
enum { LEAVES = 10 };

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"changes", "/s", 0},
	  {"runs", "", 0},
	  {"leaves", "", 0},
	  {"each_median", "s", 3},
	  {"each_p99", "s", 3},
	  {"all_median", "s", 3},
	  {"all_max", "s", 3},
	  {"missed", "", 0},
	  {"false", "", 0},
	  {"queue_max", "", 0},
	  {"same", "s", 1},
	  {"datagrams", "/s/host", 1},
	  {"sent", "B/s/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

struct sums {
	struct sim_samples each, all, same, datagrams, sent;
	uint32_t missed, wrong;
	uint64_t queue_max;
};

struct watch {
	struct sums *sums;
	uint32_t rate, number; /* changes a second, so far */
	uint32_t who, known;   /* who leaves, and at how many that is known */
	kith_us began, last;   /* began 0: nobody leaves */
	bool is_on;
};

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;

	if (w->is_on && e->kind == KITH_EVENT_FAILED)
		w->sums->wrong++;
	if (w->began == 0 || e->kind != KITH_EVENT_LEFT || n->index == w->who ||
	    cluster_index(n->cluster, &e->mid) != w->who)
		return;
	w->known++;
	w->last = cluster_now(n->cluster);
	sim_samples_add_us(&w->sums->each, w->last - w->began);
}

static void change_one(struct cluster *c, struct watch *w)
{
	uint32_t i;
	char value[16];

	do
		i = (uint32_t)world_below(&c->world, c->count);
	while (!cluster_is_running(c, i) || i == w->who);
	snprintf(value, sizeof(value), "%u", w->number++);
	(void)cluster_tag(c, i, "number", value);
}

static void storm(struct cluster *c, struct watch *w, kith_us during)
{
	const kith_us began = cluster_now(c);
	uint32_t done = 0, i;

	while (cluster_now(c) - began < during) {
		cluster_run(c, STEP);
		while (done < (uint64_t)(cluster_now(c) - began) * w->rate / KITH_SECOND) {
			change_one(c, w);
			done++;
		}
	}
	for (i = 0; i < c->count; i++) {
		struct kith_stats s;

		if (!cluster_is_running(c, i))
			continue;
		cluster_stats(c, i, &s);
		if (s.gossip_queue > w->sums->queue_max)
			w->sums->queue_max = s.gossip_queue;
	}
}

static void leave_one(struct cluster *c, struct watch *w, uint32_t left)
{
	do
		w->who = (uint32_t)world_below(&c->world, c->count);
	while (!cluster_is_running(c, w->who));
	w->known = 0;
	w->began = cluster_now(c);
	if (cluster_leave(c, w->who) == 0)
		storm(c, w, BETWEEN);
	if (w->known == c->count - 1 - left)
		sim_samples_add_us(&w->sums->all, w->last - w->began);
	else
		w->sums->missed++;
	cluster_crash(c, w->who);
	w->began = 0;
	w->who = CLUSTER_ANY;
}

static bool run_once(struct sim_trial *t, uint32_t hosts, uint32_t rate, uint32_t run, struct sums *s)
{
	struct watch w = {.sums = s, .rate = rate, .who = CLUSTER_ANY};
	struct sim_traffic before;
	struct cluster_opts o;
	struct cluster *c;
	kith_us began;
	bool has_joined;
	uint32_t i;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(hosts, &o);
	c->on_event = on_event;
	c->on_event_ctx = &w;
	has_joined = sim_join_all(t, c, run);
	if (has_joined) {
		w.is_on = true;
		began = cluster_now(c);
		before = sim_traffic_of(c);
		storm(c, &w, BETWEEN);
		for (i = 0; i < LEAVES; i++) {
			sim_progress(t, "%u hosts, %u changes a second, run %u of %u: leave %u of %d",
				     hosts, rate, run + 1, t->runs, i + 1, LEAVES);
			leave_one(c, &w, i);
		}
		sim_traffic_note(c, before, (double)(cluster_now(c) - began) / 1e6 * hosts,
				 &s->datagrams, &s->sent);
		began = cluster_now(c);
		if (cluster_try_wait(c, 120 * KITH_SECOND, sim_all_agree, NULL))
			sim_samples_add_us(&s->same, cluster_now(c) - began);
		else
			s->missed++;
		w.is_on = false;
	}
	cluster_free(&c);
	return has_joined;
}

static bool run_row(struct sim_trial *t, uint32_t hosts, uint32_t rate)
{
	struct sums s = {.missed = 0};
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, hosts, rate, k, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_NUMBER(rate), SIM_NUMBER(t->runs),
		SIM_NUMBER(s.all.count + s.missed), sim_samples_at(&s.each, 500),
		sim_samples_at(&s.each, 990), sim_samples_at(&s.all, 500), sim_samples_at(&s.all, 1000),
		SIM_NUMBER(s.missed), SIM_NUMBER(s.wrong), SIM_NUMBER(s.queue_max),
		sim_samples_at(&s.same, 1000), sim_samples_mean(&s.datagrams),
		sim_samples_mean(&s.sent)});
	sim_samples_free(&s.each);
	sim_samples_free(&s.all);
	sim_samples_free(&s.same);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine && s.missed == 0 && s.wrong == 0;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	struct sim_list rates;
	uint32_t i, k;

	if (!sim_list_numbers(t->args, "rate", 1, 10000, "10,100", &rates))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++) {
		if (t->hosts.values[i] > 2 * LEAVES)
			continue;
		fprintf(stderr, "kith-sim: of %u hosts not %d can leave one after the other and a "
			"cluster remain: more than %d hosts were expected\n",
			(unsigned)t->hosts.values[i], LEAVES, 2 * LEAVES);
		return SIM_USAGE;
	}
	for (i = 0; i < t->hosts.count; i++)
		for (k = 0; k < rates.count; k++)
			if (!run_row(t, (uint32_t)t->hosts.values[i], (uint32_t)rates.values[k]))
				result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_storm = {
	.name = "storm",
	.synopsis = "hosts leave while others change their tags all the time: when all know",
	.takes = " rate ",
	.hosts = "128",
	.runs = 1,
	.tables = tables,
	.plot = "set xlabel 'changes a second'\nset ylabel 's until a leave is known'\n"
		"plot $data using 2:5 with points pointtype 7 title 'each, median', "
		"$data using 2:8 with points pointtype 6 title 'all, max'\n",
	.run = run,
};
