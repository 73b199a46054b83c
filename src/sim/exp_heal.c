/* SPDX-License-Identifier: ISC */
/*
 * Heal: a cluster falls in two, some hosts of each part start again meanwhile, and the network comes
 * back. Measured from there: when all held each other for alive again, when the records of all were the
 * same, and what all of them sent until then.
 */
#include "sim/claims.h"
#include "sim/experiment.h"
#include "sim/faults.h"

#define WITHIN (120 * KITH_SECOND)

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"island", "", 0},
	  {"cut", "s", 0},
	  {"restarted", "", 0},
	  {"runs", "", 0},
	  {"alive_median", "s", 2},
	  {"alive_max", "s", 2},
	  {"same_median", "s", 2},
	  {"same_max", "s", 2},
	  {"missed", "", 0},
	  {"datagrams", "/host", 0},
	  {"sent", "B/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

struct sums {
	struct sim_samples alive, same, datagrams, sent;
	uint32_t missed;
};

/* How a cluster falls apart. */
struct fall {
	uint32_t hosts;
	uint32_t island; /* hosts of the smaller part: the first */
	uint32_t restarts;
	kith_us cut;
};

/* A host starts again and asks another of its part, if there is one. */
static void restart_one(struct cluster *c, uint32_t island)
{
	const uint32_t i = (uint32_t)world_below(&c->world, c->count);
	const uint32_t first = i < island ? 0 : island;

	cluster_restart(c, i);
	if (i != first)
		cluster_join(c, i, first);
	else if (i + 1 != island)
		cluster_join(c, i, i + 1);
}

static void fall_apart(struct sim_trial *t, struct cluster *c, uint32_t run, const struct fall *f)
{
	const kith_us began = cluster_now(c);
	uint32_t i;

	cluster_partition(c, f->island);
	for (i = 1; i <= f->restarts; i++) {
		cluster_run(c, began + f->cut * i / (f->restarts + 1) - cluster_now(c));
		restart_one(c, f->island);
		sim_progress(t, "%u hosts, run %u of %u: cut, %u of %u restarted", c->count, run + 1,
			     t->runs, i, f->restarts);
	}
	cluster_run(c, began + f->cut - cluster_now(c));
}

static bool run_once(struct sim_trial *t, const struct fall *f, uint32_t run, struct sums *s)
{
	struct sim_traffic before;
	struct cluster_opts o;
	struct cluster *c;
	kith_us began;
	bool has_joined;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(f->hosts, &o);
	has_joined = sim_join_all(t, c, run);
	if (has_joined) {
		fall_apart(t, c, run, f);
		before = sim_traffic_of(c);
		began = cluster_now(c);
		cluster_heal(c);
		if (cluster_try_wait(c, WITHIN, sim_all_see_all, NULL))
			sim_samples_add_us(&s->alive, cluster_now(c) - began);
		if (cluster_try_wait(c, WITHIN, sim_all_agree, NULL))
			sim_samples_add_us(&s->same, cluster_now(c) - began);
		else
			s->missed++;
		sim_traffic_note(c, before, f->hosts, &s->datagrams, &s->sent);
	}
	cluster_free(&c);
	return has_joined;
}

static bool run_row(struct sim_trial *t, const struct fall *f)
{
	struct sums s = {.missed = 0};
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, f, k, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(f->hosts), SIM_NUMBER(f->island), SIM_SECONDS(f->cut), SIM_NUMBER(f->restarts),
		SIM_NUMBER(t->runs),
		sim_samples_at(&s.alive, 500), sim_samples_at(&s.alive, 1000),
		sim_samples_at(&s.same, 500), sim_samples_at(&s.same, 1000), SIM_NUMBER(s.missed),
		sim_samples_mean(&s.datagrams), sim_samples_mean(&s.sent)});
	sim_samples_free(&s.alive);
	sim_samples_free(&s.same);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine && s.missed == 0;
}

/* An island of 0: half of them. */
static struct fall fall_of(uint64_t hosts, uint64_t island, uint64_t churn_ppm, uint64_t cut)
{
	return (struct fall){
		.hosts = (uint32_t)hosts,
		.island = (uint32_t)(island != 0 && island < hosts / 2 ? island : hosts / 2),
		.restarts = (uint32_t)((hosts * churn_ppm + 999999) / 1000000),
		.cut = (kith_us)cut,
	};
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	struct sim_list cuts, churn;
	uint32_t i, j, k;
	uint64_t island;

	if (!sim_list_us(t->args, "cut", "60s", &cuts) ||
	    !sim_list_shares(t->args, "churn", "1%", &churn) ||
	    !sim_args_number(t->args, "island", 0, CLUSTER_NODES_MAX / 2, 0, &island))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++)
		for (j = 0; j < cuts.count; j++)
			for (k = 0; k < churn.count; k++) {
				const struct fall f = fall_of(t->hosts.values[i], island,
							      churn.values[k], cuts.values[j]);

				if (!run_row(t, &f))
					result = SIM_BROKEN;
			}
	return result;
}

const struct sim_experiment sim_heal = {
	.name = "heal",
	.synopsis = "two parts, in which hosts started again meanwhile: when they are one again",
	.takes = " cut churn island ",
	.hosts = "24,128",
	.runs = 3,
	.tables = tables,
	.plot = "set xlabel 'hosts'\nset ylabel 's after the cut'\n"
		"plot $data using 1:6 with linespoints pointtype 7 title 'all alive, median', "
		"$data using 1:8 with linespoints pointtype 7 title 'all the same, median'\n",
	.run = run,
};
