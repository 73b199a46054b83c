/* SPDX-License-Identifier: ISC */
/*
 * Regions: three of the same size, whose members are 70, 108 and 220 ms apart and lose 1 % between
 * them; once their certificates name no zones, and once they do. Measured: what a host at rest sends,
 * and of that to other regions; who was held failed without a reason; a change; a host that loses its
 * power; a region that is cut off, until the last on either side has given up the last on the other,
 * and until all see all when it is back.
 */
#include "sim/claims.h"
#include "sim/experiment.h"
#include "sim/faults.h"

#include <stdio.h>

#define WITHIN (60 * KITH_SECOND)
#define BETWEEN (10 * KITH_SECOND) /* the news of one are over before the next */
enum { REGIONS = 3, CHANGES = 20, CRASHES = 5 };

static const kith_us one_way_us[REGIONS][REGIONS] = {
	{150, 35 * KITH_MS, 54 * KITH_MS},
	{35 * KITH_MS, 150, 110 * KITH_MS},
	{54 * KITH_MS, 110 * KITH_MS, 150},
};

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"zones", "", 0},
	  {"minutes", "", 0},
	  {"false", "", 0},
	  {"change_median", "s", 2},
	  {"change_max", "s", 2},
	  {"silent_median", "s", 1},
	  {"silent_max", "s", 1},
	  {"cut_max", "s", 1},
	  {"heal_max", "s", 1},
	  {"missed", "", 0},
	  {"sent", "B/s/host", 0},
	  {"crossing", "B/s/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

struct sums {
	struct sim_samples change, silent, cut, heal, sent, crossing;
	uint32_t wrong, missed;
};

/* What is looked for: each of the others tells this of `who`. */
struct watch {
	enum kith_event_kind kind;
	uint32_t who, known, crashed;
	kith_us last;
	bool is_apart; /* what is told of others has its reason */
	uint32_t wrong;
};

static uint32_t region_of(const struct cluster *c, uint32_t host)
{
	return host * REGIONS / c->count;
}

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;
	const uint32_t who = cluster_index(n->cluster, &e->mid);

	if (who == w->who && e->kind == w->kind) {
		w->known++;
		w->last = cluster_now(n->cluster);
	} else if (e->kind == KITH_EVENT_FAILED && !w->is_apart && n->cluster->nodes[who].node != NULL) {
		w->wrong++;
	}
}

static bool is_known(struct cluster *c, void *arg)
{
	const struct watch *w = arg;

	return w->known >= c->count - w->crashed - 1;
}

/* Both sides have given the other up. */
static bool is_apart(struct cluster *c, void *unused)
{
	const uint32_t first = c->count / REGIONS;
	uint32_t running[2] = {0, 0}, i;

	(void)unused;
	for (i = 0; i < c->count; i++)
		running[i >= first] += c->nodes[i].node != NULL;
	for (i = 0; i < c->count; i++) {
		struct kith_view v;

		if (c->nodes[i].node == NULL)
			continue;
		cluster_view(c, i, &v);
		if (v.alive + v.suspect > running[i >= first])
			return false;
	}
	return true;
}

static void set_regions(struct cluster *c, bool named)
{
	struct net_weather w = c->net.weather;
	uint32_t a, b, i;

	for (a = 0; a < REGIONS; a++)
		for (b = 0; b < REGIONS; b++) {
			w.delay_us = one_way_us[a][b];
			w.jitter_us = w.delay_us / 20;
			w.loss_ppm = a == b ? 0 : 10000;
			net_zone_weather(&c->net, (uint8_t)(a + 1), (uint8_t)(b + 1), &w);
		}
	for (i = 0; i < c->count; i++) {
		const char name[] = {"abc"[region_of(c, i)], '\0'};

		c->net.hosts[i].zone = (uint8_t)(region_of(c, i) + 1);
		if (named)
			cluster_zone(c, i, name);
	}
}

static void ask(struct cluster *c, struct watch *w, uint32_t who, enum kith_event_kind kind,
		struct sim_samples *times, uint32_t *missed)
{
	const kith_us began = cluster_now(c);

	w->who = who;
	w->kind = kind;
	w->known = 0;
	if (cluster_try_wait(c, WITHIN, is_known, w))
		sim_samples_add_us(times, w->last - began);
	else
		(*missed)++;
	w->who = CLUSTER_ANY;
	cluster_run(c, BETWEEN);
}

static void change_and_crash(struct sim_trial *t, struct cluster *c, struct watch *w, struct sums *s)
{
	char value[16];
	uint32_t i;

	for (i = 0; i < CHANGES; i++) {
		const uint32_t who = (uint32_t)world_below(&c->world, c->count);

		sim_progress(t, "%u hosts: change %u of %d", c->count, i + 1, CHANGES);
		snprintf(value, sizeof(value), "%u", i);
		if (cluster_tag(c, who, "number", value) == 0)
			ask(c, w, who, KITH_EVENT_UPDATED, &s->change, &s->missed);
	}
	for (i = 0; i < CRASHES; i++) {
		const uint32_t who = (i * REGIONS + 1) * c->count / (REGIONS * CRASHES + 1);

		sim_progress(t, "%u hosts: crash %u of %d", c->count, i + 1, CRASHES);
		cluster_power_off(c, who);
		w->crashed = i;
		ask(c, w, who, KITH_EVENT_FAILED, &s->silent, &s->missed);
		w->crashed = i + 1;
	}
}

static void cut_and_heal(struct sim_trial *t, struct cluster *c, struct watch *w, struct sums *s)
{
	kith_us began = cluster_now(c);

	sim_progress(t, "%u hosts: a region is cut off", c->count);
	w->is_apart = true;
	cluster_partition(c, c->count / REGIONS);
	if (cluster_try_wait(c, WITHIN, is_apart, NULL))
		sim_samples_add_us(&s->cut, cluster_now(c) - began);
	else
		s->missed++;
	cluster_heal(c);
	began = cluster_now(c);
	if (cluster_try_wait(c, WITHIN, sim_all_see_all, NULL))
		sim_samples_add_us(&s->heal, cluster_now(c) - began);
	else
		s->missed++;
}

static bool run_once(struct sim_trial *t, uint32_t hosts, bool named, uint32_t run, kith_us length,
		     struct sums *s)
{
	struct watch w = {.who = CLUSTER_ANY};
	const double by = (double)length / KITH_SECOND * hosts;
	struct sim_samples unused = {0};
	struct sim_traffic before;
	struct cluster_opts o;
	struct cluster *c;
	uint64_t crossed;
	bool has_joined;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(hosts, &o);
	c->on_event = on_event;
	c->on_event_ctx = &w;
	set_regions(c, named);
	has_joined = sim_join_all(t, c, run);
	if (has_joined) {
		sim_progress(t, "%u hosts, run %u of %u: at rest", hosts, run + 1, t->runs);
		before = sim_traffic_of(c);
		crossed = before.zone_bytes;
		cluster_run(c, length);
		sim_traffic_note(c, before, by, &unused, &s->sent);
		sim_samples_add(&s->crossing, (double)(sim_traffic_of(c).zone_bytes - crossed) / by);
		change_and_crash(t, c, &w, s);
		s->wrong += w.wrong;
		cut_and_heal(t, c, &w, s);
	}
	sim_samples_free(&unused);
	cluster_free(&c);
	return has_joined;
}

static bool run_row(struct sim_trial *t, uint32_t hosts, bool named, kith_us length)
{
	struct sums s = {.missed = 0};
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, hosts, named, k, length, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_NUMBER(named ? REGIONS : 1),
		SIM_NUMBER((double)length * t->runs / (60 * KITH_SECOND)), SIM_NUMBER(s.wrong),
		sim_samples_at(&s.change, 500), sim_samples_at(&s.change, 1000),
		sim_samples_at(&s.silent, 500), sim_samples_at(&s.silent, 1000),
		sim_samples_at(&s.cut, 1000), sim_samples_at(&s.heal, 1000), SIM_NUMBER(s.missed),
		sim_samples_mean(&s.sent), sim_samples_mean(&s.crossing)});
	sim_samples_free(&s.change);
	sim_samples_free(&s.silent);
	sim_samples_free(&s.cut);
	sim_samples_free(&s.heal);
	sim_samples_free(&s.sent);
	sim_samples_free(&s.crossing);
	return is_fine && s.missed == 0 && s.wrong == 0;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	struct sim_list length;
	uint32_t i, named;

	if (!sim_list_us(t->args, "length", "10m", &length))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++)
		for (named = 0; named < 2; named++)
			if (!run_row(t, (uint32_t)t->hosts.values[i], named == 1,
				     (kith_us)length.values[0]))
				result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_regions = {
	.name = "regions",
	.synopsis = "three regions far apart, whose hosts are told so or not",
	.takes = " length ",
	.hosts = "30,90",
	.runs = 1,
	.tables = tables,
	.plot = "set xlabel 'hosts'\nset ylabel 'B/s a host to other regions'\n"
		"plot $data using 1:13 with points pointtype 7 title 'crossing'\n",
	.run = run,
};
