/* SPDX-License-Identifier: ISC */
/*
 * Heal: a cluster falls into two halves, some hosts of each start again meanwhile, and the network comes
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

/* A host starts again and asks another of its half. */
static void restart_one(struct cluster *c)
{
	const uint32_t i = (uint32_t)world_below(&c->world, c->count), half = c->count / 2;
	const uint32_t first = i < half ? 0 : half;

	cluster_restart(c, i);
	cluster_join(c, i, i == first ? first + 1 : first);
}

static void fall_apart(struct sim_trial *t, struct cluster *c, uint32_t run, kith_us cut,
		       uint32_t restarts)
{
	const kith_us began = cluster_now(c);
	uint32_t i;

	cluster_partition(c, c->count / 2);
	for (i = 1; i <= restarts; i++) {
		cluster_run(c, began + cut * i / (restarts + 1) - cluster_now(c));
		restart_one(c);
		sim_progress(t, "%u hosts, run %u of %u: cut, %u of %u restarted", c->count, run + 1,
			     t->runs, i, restarts);
	}
	cluster_run(c, began + cut - cluster_now(c));
}

static bool run_once(struct sim_trial *t, uint32_t hosts, kith_us cut, uint32_t restarts, uint32_t run,
		     struct sums *s)
{
	struct sim_traffic before;
	struct cluster_opts o;
	struct cluster *c;
	kith_us began;
	bool has_joined;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(hosts, &o);
	has_joined = sim_join_all(t, c, run);
	if (has_joined) {
		fall_apart(t, c, run, cut, restarts);
		before = sim_traffic_of(c);
		began = cluster_now(c);
		cluster_heal(c);
		if (cluster_try_wait(c, WITHIN, sim_all_see_all, NULL))
			sim_samples_add_us(&s->alive, cluster_now(c) - began);
		if (cluster_try_wait(c, WITHIN, sim_all_agree, NULL))
			sim_samples_add_us(&s->same, cluster_now(c) - began);
		else
			s->missed++;
		sim_traffic_note(c, before, hosts, &s->datagrams, &s->sent);
	}
	cluster_free(&c);
	return has_joined;
}

static bool run_row(struct sim_trial *t, uint32_t hosts, kith_us cut, uint32_t churn_ppm)
{
	const uint32_t restarts = (uint32_t)(((uint64_t)hosts * churn_ppm + 999999) / 1000000);
	struct sums s = {.missed = 0};
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, hosts, cut, restarts, k, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_SECONDS(cut), SIM_NUMBER(restarts), SIM_NUMBER(t->runs),
		sim_samples_at(&s.alive, 500), sim_samples_at(&s.alive, 1000),
		sim_samples_at(&s.same, 500), sim_samples_at(&s.same, 1000), SIM_NUMBER(s.missed),
		sim_samples_mean(&s.datagrams), sim_samples_mean(&s.sent)});
	sim_samples_free(&s.alive);
	sim_samples_free(&s.same);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine && s.missed == 0;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	struct sim_list cuts, churn;
	uint32_t i, j, k;

	if (!sim_list_us(t->args, "cut", "60s", &cuts) ||
	    !sim_list_shares(t->args, "churn", "1%", &churn))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++)
		for (j = 0; j < cuts.count; j++)
			for (k = 0; k < churn.count; k++)
				if (!run_row(t, (uint32_t)t->hosts.values[i], (kith_us)cuts.values[j],
					     (uint32_t)churn.values[k]))
					result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_heal = {
	.name = "heal",
	.synopsis = "two halves, in which hosts started again meanwhile: when they are one again",
	.takes = " cut churn ",
	.hosts = "24,128",
	.runs = 3,
	.tables = tables,
	.plot = "set xlabel 'hosts'\nset ylabel 's after the cut'\n"
		"plot $data using 1:5 with linespoints pointtype 7 title 'all alive, median', "
		"$data using 1:7 with linespoints pointtype 7 title 'all the same, median'\n",
	.run = run,
};
