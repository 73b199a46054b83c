/* SPDX-License-Identifier: ISC */
/*
 * Partial partitions (Rapid, USENIX ATC 2018, §7; Alfatafta et al., OSDI 2020): some pairs of hosts cannot
 * talk, while others reach both. All of them live, and nobody should say otherwise. Three shapes:
 *
 *	pair    two hosts are cut from each other
 *	bridge  three groups: the first two are cut from each other, the third reaches both
 *	few     a host reaches three others, and is cut from the rest
 *
 * Measured: how often a host suspected another and held it failed, how often where nothing was cut
 * between the two, and how many are not alive to another at the end.
 */
#include "base/time.h"
#include "sim/claims.h"
#include "sim/experiment.h"
#include "sim/faults.h"

enum shape { PAIR, BRIDGE, FEW, SHAPE_COUNT };
static const char *const names[SHAPE_COUNT] = {"pair", "bridge", "few"};
enum { REACHED = 3 }; /* by the host of FEW */

static const struct sim_table tables[] = {
	{"shapes",
	 {{"hosts", "", 0},
	  {"shape", "", -1},
	  {"runs", "", 0},
	  {"minutes", "", 0},
	  {"suspect", "/10min", 1},
	  {"failed", "/10min", 1},
	  {"failed_near", "/10min", 1},
	  {"down", "", 0},
	  {"datagrams", "/s/host", 1},
	  {"sent", "B/s/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

struct watch {
	enum shape shape;
	bool is_on;
	uint32_t suspect, failed, near;
};

static bool is_cut(const struct cluster *c, enum shape shape, uint32_t a, uint32_t b)
{
	const uint32_t low = a < b ? a : b, high = a < b ? b : a, third = c->count / 3;

	switch (shape) {
	case PAIR:
		return low == 0 && high == 1;
	case BRIDGE:
		return low < third && high >= third && high < 2 * third;
	default:
		return low == 0 && high > REACHED;
	}
}

static void cut_all(struct cluster *c, enum shape shape)
{
	uint32_t a, b;

	for (a = 0; a < c->count; a++)
		for (b = a + 1; b < c->count; b++)
			if (is_cut(c, shape, a, b))
				cluster_cut(c, a, b);
}

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;

	if (!w->is_on)
		return;
	w->suspect += e->kind == KITH_EVENT_SUSPECT ? 1 : 0;
	if (e->kind != KITH_EVENT_FAILED)
		return;
	w->failed++;
	w->near += is_cut(n->cluster, w->shape, n->index, cluster_index(n->cluster, &e->mid)) ? 0 : 1;
}

/* Pairs of whom one does not hold the other for alive. */
static uint32_t down(struct cluster *c)
{
	uint32_t a, b, sum = 0;

	for (a = 0; a < c->count; a++)
		for (b = 0; b < c->count; b++)
			sum += cluster_status(c, a, b) != KITH_STATUS_ALIVE ? 1 : 0;
	return sum;
}

struct sums {
	struct sim_samples suspect, failed, near, down, datagrams, sent;
};

static bool run_once(struct sim_trial *t, uint32_t hosts, enum shape shape, kith_us length, uint32_t run,
		     struct sums *s)
{
	const double ten_minutes = (double)length / 600e6;
	struct watch w = {.shape = shape};
	struct sim_traffic before;
	struct cluster_opts o;
	struct cluster *c;
	kith_us until;
	bool has_joined;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(hosts, &o);
	c->on_event = on_event;
	c->on_event_ctx = &w;
	has_joined = sim_join_all(t, c, run);
	if (has_joined) {
		cut_all(c, shape);
		w.is_on = true;
		before = sim_traffic_of(c);
		until = cluster_now(c) + length;
		while (cluster_now(c) < until) {
			sim_progress(t, "%u hosts, %s, run %u of %u: %.0f s left", hosts, names[shape],
				     run + 1, t->runs, (double)(until - cluster_now(c)) / 1e6);
			cluster_run(c, kith_us_min(KITH_SECOND, until - cluster_now(c)));
		}
		sim_samples_add(&s->suspect, w.suspect / ten_minutes);
		sim_samples_add(&s->failed, w.failed / ten_minutes);
		sim_samples_add(&s->near, w.near / ten_minutes);
		sim_samples_add(&s->down, down(c));
		sim_traffic_note(c, before, (double)length / 1e6 * hosts, &s->datagrams, &s->sent);
	}
	cluster_free(&c);
	return has_joined;
}

static bool run_row(struct sim_trial *t, uint32_t hosts, enum shape shape, kith_us length)
{
	struct sums s = {.suspect = {0}};
	struct sim_value failed;
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, hosts, shape, length, k, &s);
	failed = sim_samples_mean(&s.near);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_TEXT(names[shape]), SIM_NUMBER(t->runs),
		SIM_NUMBER((double)length / 60e6), sim_samples_mean(&s.suspect),
		sim_samples_mean(&s.failed), failed, sim_samples_at(&s.down, 1000),
		sim_samples_mean(&s.datagrams), sim_samples_mean(&s.sent)});
	is_fine = is_fine && failed.number <= 0;
	sim_samples_free(&s.suspect);
	sim_samples_free(&s.failed);
	sim_samples_free(&s.near);
	sim_samples_free(&s.down);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	kith_us length;
	uint32_t i;
	int shape;

	if (!sim_args_us(t->args, "length", 600 * KITH_SECOND, &length))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++)
		for (shape = 0; shape < SHAPE_COUNT; shape++)
			if (!run_row(t, (uint32_t)t->hosts.values[i], (enum shape)shape, length))
				result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_partial = {
	.name = "partial",
	.synopsis = "some pairs of hosts cannot talk, others reach both: nobody should be removed",
	.takes = " length ",
	.hosts = "13,48",
	.runs = 1,
	.tables = tables,
	.plot = "set ylabel 'held failed in 10 minutes'\nset style fill solid 0.6\nset boxwidth 0.4\n"
		"plot $data using 6:xtic(2) with boxes title 'all', "
		"$data using 7 with boxes title 'not cut from each other'\n",
	.run = run,
};
