/* SPDX-License-Identifier: ISC */
/*
 * Lifeguard's two experiments (arXiv 1707.00788 §V) with its five configurations and then ours, first
 * without its two further parts (core/plain.h): some hosts block just before they send and just after
 * they received, while their clocks and timers go on. And a third, for what tells a process that is
 * gone from a host that is silent.
 *
 *	threshold  they block once, for D: when the first healthy host held one of them failed, and
 *	           when all healthy ones did
 *	interval   they block for D, go on for I, and so on, all at once: how often a host that never
 *	           blocked was held failed (a false positive), and how often at such a host (a healthy one)
 *
 * A run is one cluster, joined and settled; the figures of a configuration are of all its runs.
 */
#include "core/plain.h"
#include "sim/claims.h"
#include "sim/experiment.h"
#include "sim/faults.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE (15 * KITH_SECOND)    /* from when all see all */
#define JOIN_WITHIN (120 * KITH_SECOND)
#define AFTER (15 * KITH_SECOND)     /* what blocked hosts say late counts too */
/* Shorter blocks are over before SWIM has decided: 5 log10 n periods and a round. */
#define DECIDED_IN (14 * KITH_SECOND)
#define CRASH_TIME (40 * KITH_SECOND) /* the slowest of them is through */

static const struct configuration {
	const char *name;
	struct kith_plain plain;
	/* Of plain SWIM's false positives, in percent, all and at healthy hosts; NULL: not known. */
	const char *paper, *paper_healthy;
	double low, high, low_healthy, high_healthy; /* half and twice that */
} configurations[] = {
	{"SWIM", {.is_on = true}, "100", "100", 100, 100, 100, 100},
	{"LHA-Probe", {.is_on = true, .has_health = true}, NULL, NULL, 0, 0, 0, 0},
	{"LHA-Suspicion", {.is_on = true, .has_suspicion = true}, NULL, NULL, 0, 0, 0, 0},
	{"Buddy System", {.is_on = true, .has_buddy = true}, NULL, NULL, 0, 0, 0, 0},
	/* "by a factor of between 50x and 100x" (§V); Table IV. */
	{"Lifeguard", {.is_on = true, .has_health = true, .has_suspicion = true, .has_buddy = true},
	 "1 to 2", "1.9", 0.5, 4, 0.95, 3.8},
	{"kith, neither", {.no_corroboration = true, .no_refusal = true}, NULL, NULL, 0, 0, 0, 0},
	{"kith, no refusal", {.no_refusal = true}, NULL, NULL, 0, 0, 0, 0},
	{"kith", {.is_on = false}, NULL, NULL, 0, 0, 0, 0}, /* + refusal: as it is */
};
enum { CONFIGURATION_COUNT = sizeof(configurations) / sizeof(configurations[0]) };

enum { TOTALS, RELATIVE, CELLS };
static const struct sim_table tables[] = {
	[TOTALS] = {"configurations",
		    {{"configuration", "", -1},
		     {"false", "", 0},
		     {"false_healthy", "", 0},
		     {"first_median", "s", 2},
		     {"all_median", "s", 2},
		     {"all_p99", "s", 2},
		     {"all_p999", "s", 2},
		     {"crash_first", "s", 2},
		     {"crash_all", "s", 2},
		     {"crash_p99", "s", 2},
		     {"missed", "", 0},
		     {"datagrams", "/s/host", 1},
		     {"sent", "B/s/host", 0},
		     {NULL, NULL, 0}},
		    .is_detail = false},
	[RELATIVE] = {"relative",
		      {{"configuration", "", -1},
		       {"false", "%", 2},
		       {"paper", "%", -1},
		       {"within_2x", "", -1},
		       {"false_healthy", "%", 2},
		       {"paper_healthy", "%", -1},
		       {"healthy_within_2x", "", -1},
		       {"first_median", "%", 1},
		       {"all_median", "%", 1},
		       {"all_p99", "%", 1},
		       {"crash_all", "%", 1},
		       {"sent", "%", 1},
		       {NULL, NULL, 0}},
		      .is_detail = false},
	[CELLS] = {"runs",
		   {{"configuration", "", -1},
		    {"blocked", "", 0},
		    {"during", "s", 3},
		    {"pause", "s", 3},
		    {"seed", "", 0},
		    {"false", "", 0},
		    {"false_healthy", "", 0},
		    {NULL, NULL, 0}},
		   .is_detail = true},
	{NULL, {{NULL, NULL, 0}}, false},
};

/* --- one run ---------------------------------------------------------------------------------- */

enum kind { THRESHOLD, INTERVAL, CRASH };

/* What to do. */
struct cell {
	const struct configuration *how;
	enum kind kind;
	uint32_t hosts, blocked, run;
	kith_us during, pause, length; /* pause: of INTERVAL */
	bool is_stop;
};

struct watch {
	uint32_t hosts, healthy;
	bool *is_blocked;   /* by host: one of those who block */
	bool *knows;        /* by blocked x observer */
	uint32_t *known_by; /* by host: healthy observers */
	kith_us *first, *all;
	bool is_on;
	uint32_t wrong, wrong_healthy;
};

struct totals {
	uint64_t wrong, wrong_healthy;
	uint32_t missed;
	struct {
		struct sim_samples first, all;
	} blocked, crashed;
	struct sim_samples datagrams, sent;
};

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;
	uint32_t who;

	if (!w->is_on || e->kind != KITH_EVENT_FAILED)
		return;
	who = cluster_index(n->cluster, &e->mid);
	if (!w->is_blocked[who]) {
		w->wrong++;
		w->wrong_healthy += !w->is_blocked[n->index];
		return;
	}
	if (w->is_blocked[n->index] || w->knows[(size_t)who * w->hosts + n->index])
		return;
	w->knows[(size_t)who * w->hosts + n->index] = true;
	if (w->known_by[who]++ == 0)
		w->first[who] = cluster_now(n->cluster);
	if (w->known_by[who] == w->healthy)
		w->all[who] = cluster_now(n->cluster);
}

static void watch_init(struct watch *w, const struct cell *cell)
{
	const size_t n = cell->hosts;

	memset(w, 0, sizeof(*w));
	w->hosts = cell->hosts;
	w->healthy = cell->hosts - cell->blocked;
	w->is_blocked = calloc(n, sizeof(*w->is_blocked));
	w->knows = calloc(n * n, sizeof(*w->knows));
	w->known_by = calloc(n, sizeof(*w->known_by));
	w->first = calloc(n, sizeof(*w->first));
	w->all = calloc(n, sizeof(*w->all));
	assert(w->is_blocked && w->knows && w->known_by && w->first && w->all);
}

static void watch_free(struct watch *w)
{
	free(w->is_blocked);
	free(w->knows);
	free(w->known_by);
	free(w->first);
	free(w->all);
}

static struct cluster *joined(const struct sim_trial *t, const struct cell *cell, struct watch *w)
{
	struct cluster_opts o;
	struct cluster *c;
	uint32_t i;

	sim_large_opts(&o, t->seed + cell->run);
	if (cell->how->plain.is_on) /* memberlist's, of the paper */
		o.timing = (struct kith_timing){.period = KITH_SECOND,
						.probe_timeout = 500 * KITH_MS,
						.relay_timeout = 500 * KITH_MS,
						.gossip_tick = 200 * KITH_MS};
	c = cluster_new(cell->hosts, &o);
	c->on_event = on_event;
	c->on_event_ctx = w;
	for (i = 0; i < cell->hosts; i++) {
		cluster_start(c, i);
		kith_plain_set(cluster_node(c, i), &cell->how->plain);
	}
	for (i = 1; i < cell->hosts; i++)
		cluster_join(c, i, 0);
	if (!cluster_try_wait(c, JOIN_WITHIN, sim_all_see_all, NULL))
		cluster_free(&c);
	else
		cluster_run(c, SETTLE);
	return c;
}

static void block(struct cluster *c, const struct watch *w, const struct cell *cell)
{
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		if (!w->is_blocked[i])
			continue;
		if (cell->is_stop)
			cluster_pause(c, i);
		else
			cluster_clog(c, i, cell->during);
	}
	cluster_run(c, cell->during);
	for (i = 0; cell->is_stop && i < c->count; i++)
		if (w->is_blocked[i])
			cluster_resume(c, i);
}

static void note_detection(struct cluster *c, const struct watch *w, kith_us began,
			   struct totals *sum, bool is_crash)
{
	struct sim_samples *first = is_crash ? &sum->crashed.first : &sum->blocked.first;
	struct sim_samples *all = is_crash ? &sum->crashed.all : &sum->blocked.all;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		if (!w->is_blocked[i])
			continue;
		if (w->first[i] != 0)
			sim_samples_add_us(first, w->first[i] - began);
		if (w->all[i] != 0)
			sim_samples_add_us(all, w->all[i] - began);
		else
			sum->missed++;
	}
}

/* The blocks of a cell, and what is seen of them. */
static void run_faults(struct cluster *c, const struct watch *w, const struct cell *cell)
{
	const kith_us began = cluster_now(c);
	uint32_t i;

	if (cell->kind == CRASH) {
		for (i = 0; i < c->count; i++)
			if (w->is_blocked[i])
				cluster_crash(c, i);
		cluster_run(c, CRASH_TIME);
		return;
	}
	do {
		block(c, w, cell);
		if (cell->kind == INTERVAL)
			cluster_run(c, cell->pause);
	} while (cell->kind == INTERVAL && cluster_now(c) - began < cell->length);
	cluster_run(c, AFTER);
}

static bool run_cell(struct sim_trial *t, const struct cell *cell, struct totals *sum)
{
	struct watch w;
	struct cluster *c;
	struct sim_traffic before;
	kith_us began;

	watch_init(&w, cell);
	c = joined(t, cell, &w);
	if (c == NULL) {
		watch_free(&w);
		fprintf(stderr, "kith-sim: %s: not all hosts saw all after 2 m\n", cell->how->name);
		return false;
	}
	sim_pick(c, w.is_blocked, cell->blocked);
	began = cluster_now(c);
	before = sim_traffic_of(c);
	w.is_on = true;
	run_faults(c, &w, cell);
	if (cell->kind != INTERVAL) {
		note_detection(c, &w, began, sum, cell->kind == CRASH);
	} else {
		sim_traffic_note(c, before, (double)(cluster_now(c) - began) / 1e6 * c->count,
				 &sum->datagrams, &sum->sent);
		sum->wrong += w.wrong;
		sum->wrong_healthy += w.wrong_healthy;
		sim_result_row(&t->result, &tables[CELLS], (struct sim_value[]){
			SIM_TEXT(cell->how->name), SIM_NUMBER(cell->blocked),
			SIM_SECONDS(cell->during), SIM_SECONDS(cell->pause),
			SIM_NUMBER(t->seed + cell->run), SIM_NUMBER(w.wrong),
			SIM_NUMBER(w.wrong_healthy)});
	}
	cluster_free(&c);
	watch_free(&w);
	return true;
}

/* --- all runs of a configuration ----------------------------------------------------------------- */

struct grid {
	struct sim_list blocked, during, pause;
	kith_us length;
	bool is_stop;
	uint32_t done, count; /* runs, of all configurations */
};

static bool step(struct sim_trial *t, struct grid *g, const struct cell *cell, struct totals *sum)
{
	sim_progress(t, "run %u of %u: %s, %u of %u hosts %s", ++g->done, g->count, cell->how->name,
		     cell->blocked, cell->hosts, cell->kind == CRASH ? "crash" : "block");
	return run_cell(t, cell, sum);
}

static bool run_block(struct sim_trial *t, struct grid *g, struct cell *cell, struct totals *sum)
{
	uint32_t k;

	if (cell->during >= DECIDED_IN) {
		cell->kind = THRESHOLD;
		if (!step(t, g, cell, sum))
			return false;
	}
	cell->kind = INTERVAL;
	for (k = 0; k < g->pause.count; k++) {
		cell->pause = (kith_us)g->pause.values[k];
		if (!step(t, g, cell, sum))
			return false;
	}
	return true;
}

static bool run_grid(struct sim_trial *t, struct grid *g, const struct configuration *how,
		     struct totals *sum)
{
	struct cell cell = {.how = how, .hosts = (uint32_t)t->hosts.values[0], .length = g->length,
			    .is_stop = g->is_stop};
	uint32_t i, j;

	for (cell.run = 0; cell.run < t->runs; cell.run++)
		for (i = 0; i < g->blocked.count; i++) {
			cell.blocked = (uint32_t)g->blocked.values[i];
			cell.kind = CRASH;
			if (!step(t, g, &cell, sum))
				return false;
			for (j = 0; j < g->during.count; j++) {
				cell.during = (kith_us)g->during.values[j];
				if (!run_block(t, g, &cell, sum))
					return false;
			}
		}
	return true;
}

/* --- figures ----------------------------------------------------------------------------------- */

static void show_totals(struct sim_trial *t, const struct configuration *how, struct totals *s)
{
	sim_result_row(&t->result, &tables[TOTALS], (struct sim_value[]){
		SIM_TEXT(how->name), SIM_NUMBER(s->wrong), SIM_NUMBER(s->wrong_healthy),
		sim_samples_at(&s->blocked.first, 500), sim_samples_at(&s->blocked.all, 500),
		sim_samples_at(&s->blocked.all, 990), sim_samples_at(&s->blocked.all, 999),
		sim_samples_at(&s->crashed.first, 500), sim_samples_at(&s->crashed.all, 500),
		sim_samples_at(&s->crashed.all, 990), SIM_NUMBER(s->missed),
		sim_samples_mean(&s->datagrams), sim_samples_mean(&s->sent)});
}

static struct sim_value share(struct sim_value of, struct sim_value whole)
{
	if (!of.is_known || !whole.is_known || whole.number <= 0)
		return SIM_UNKNOWN;
	return SIM_NUMBER(100 * of.number / whole.number);
}

static struct sim_value median_share(struct sim_samples *of, struct sim_samples *whole)
{
	return share(sim_samples_at(of, 500), sim_samples_at(whole, 500));
}

/* Whether it is within a factor of two of the paper's, or on which side. */
static struct sim_value nearness(const char *paper, struct sim_value v, double low, double high)
{
	if (paper == NULL || !v.is_known)
		return SIM_UNKNOWN;
	return SIM_TEXT(v.number < low ? "below" : v.number > high ? "above" : "yes");
}

static struct sim_value text_or_unknown(const char *text)
{
	return text != NULL ? SIM_TEXT(text) : SIM_UNKNOWN;
}

static void show_relative(struct sim_trial *t, const struct configuration *how, struct totals *s,
			  struct totals *swim)
{
	const struct sim_value wrong = share(SIM_NUMBER(s->wrong), SIM_NUMBER(swim->wrong));
	const struct sim_value healthy = share(SIM_NUMBER(s->wrong_healthy),
					       SIM_NUMBER(swim->wrong_healthy));

	sim_result_row(&t->result, &tables[RELATIVE], (struct sim_value[]){
		SIM_TEXT(how->name), wrong, text_or_unknown(how->paper),
		nearness(how->paper, wrong, how->low, how->high), healthy,
		text_or_unknown(how->paper_healthy),
		nearness(how->paper_healthy, healthy, how->low_healthy, how->high_healthy),
		median_share(&s->blocked.first, &swim->blocked.first),
		median_share(&s->blocked.all, &swim->blocked.all),
		share(sim_samples_at(&s->blocked.all, 990), sim_samples_at(&swim->blocked.all, 990)),
		median_share(&s->crashed.all, &swim->crashed.all),
		share(sim_samples_mean(&s->sent), sim_samples_mean(&swim->sent))});
}

static bool read_grid(const struct sim_trial *t, struct grid *g)
{
	const struct sim_args *a = t->args;
	uint32_t i, thresholds = 0;

	if (t->hosts.count != 1) {
		fprintf(stderr, "kith-sim: lifeguard takes one size\n");
		return false;
	}
	if (!sim_list_numbers(a, "blocked", 1, t->hosts.values[0] - 1, "4,16,32", &g->blocked) ||
	    !sim_list_us(a, "during", "32768ms", &g->during) ||
	    !sim_list_us(a, "pause", "4ms,1024ms", &g->pause) ||
	    !sim_args_us(a, "length", 120 * KITH_SECOND, &g->length))
		return false;
	g->is_stop = sim_args_get(a, "stop") != NULL;
	for (i = 0; i < g->during.count; i++)
		thresholds += g->during.values[i] >= (uint64_t)DECIDED_IN;
	g->count = CONFIGURATION_COUNT * t->runs * g->blocked.count *
		   (1 + g->during.count * g->pause.count + thresholds);
	return true;
}

static enum sim_exit run(struct sim_trial *t)
{
	struct totals totals[CONFIGURATION_COUNT];
	struct grid g = {.done = 0};
	enum sim_exit result = SIM_HELD;
	int i;

	if (!read_grid(t, &g))
		return SIM_USAGE;
	memset(totals, 0, sizeof(totals));
	for (i = 0; i < CONFIGURATION_COUNT; i++) {
		if (!run_grid(t, &g, &configurations[i], &totals[i]))
			result = SIM_BROKEN;
		show_totals(t, &configurations[i], &totals[i]);
	}
	for (i = 0; i < CONFIGURATION_COUNT; i++)
		show_relative(t, &configurations[i], &totals[i], &totals[0]);
	for (i = 0; i < CONFIGURATION_COUNT; i++) {
		sim_samples_free(&totals[i].blocked.first);
		sim_samples_free(&totals[i].blocked.all);
		sim_samples_free(&totals[i].crashed.first);
		sim_samples_free(&totals[i].crashed.all);
		sim_samples_free(&totals[i].datagrams);
		sim_samples_free(&totals[i].sent);
	}
	return result;
}

const struct sim_experiment sim_lifeguard = {
	.name = "lifeguard",
	.synopsis = "some hosts block again and again: SWIM, Lifeguard's parts and kith compared",
	.takes = " blocked during pause length stop ",
	.hosts = "128",
	.runs = 1,
	.tables = tables,
	.plot = "set ylabel 'false positives (none: 0.5)'\nset yrange [*:*]\nset logscale y\n"
		"set style fill solid 0.6\nset boxwidth 0.4\n"
		"plot $data using ($0-0.2):($2 > 0 ? $2 : 0.5):xtic(1) with boxes title 'all', "
		"$data using ($0+0.2):($3 > 0 ? $3 : 0.5) with boxes title 'at healthy hosts'\n",
	.run = run,
};
