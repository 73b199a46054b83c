/* SPDX-License-Identifier: ISC */
#include "sim/cmd_experiment.h"

#include "sim/experiment.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct sim_experiment *const experiments[] = {
	&sim_bootstrap,
	&sim_change,
	&sim_churn,
	&sim_crash,
	&sim_crowd,
	&sim_flipflop,
	&sim_heal,
	&sim_join,
	&sim_lifeguard,
	&sim_lossy,
	&sim_partial,
	&sim_regions,
	&sim_storm,
};
enum { EXPERIMENT_COUNT = sizeof(experiments) / sizeof(experiments[0]) };

/* Those of all come first; each experiment names the others that it takes. */
const struct sim_flag sim_experiment_flags[] = {
	{"hosts", "N,...", "sizes of the cluster"},
	{"runs", "N", "runs of each, with one seed after the other"},
	{"seed", "N", "of the first run (1)"},
	{"json", NULL, "a line of JSON for each row, as soon as it is known"},
	{"plot", "FILE", "draw the rows with gnuplot into an SVG file"},
	{"progress", NULL, "tell on standard error how far it is, as on a terminal"},
	SIM_CLEAR_FLAG,
	{"crashed", "N", "crash: hosts that fail at once (10)"},
	{"silent", NULL, "crash: hosts lose their power, so nothing refuses"},
	{"loss", "P,...", "change (0%,30%), join (10%,20%,30%): shares of all packets"},
	{"met", NULL, "churn, crash, flipflop, lossy: the hosts begin as ones that know each other"},
	{"faulty", "N", "flipflop, lossy: hosts that are so (1 %)"},
	{"cut", "T,...", "heal: how long the parts are apart (60s)"},
	{"island", "N", "heal: hosts of the smaller part (half)"},
	{"churn", "P,...", "heal: share of the hosts that start again meanwhile (1%)"},
	{"session", "T,...", "churn: mean of a host's lives (1h,10m)"},
	{"rate", "N,...", "storm: changes a second, of all hosts (10,100)"},
	{"blocked", "N,...", "lifeguard: hosts that block at once (4,16,32)"},
	{"during", "T,...", "lifeguard: how long they block (32768ms)"},
	{"pause", "T,...", "lifeguard: between two blocks (4ms,1024ms)"},
	{"length", "T", "of a run: flipflop, lossy (20m), churn, partial, regions (10m), lifeguard (2m)"},
	{"stop", NULL, "lifeguard: the processes stop, as at SIGSTOP, timers too"},
	{NULL, NULL, NULL},
};
enum { FLAGS_OF_ALL = 7 };

static void print_names(FILE *f)
{
	int i;

	for (i = 0; i < EXPERIMENT_COUNT; i++)
		fprintf(f, "  %-12s %s\n", experiments[i]->name, experiments[i]->synopsis);
}

static const struct sim_experiment *find(const char *name)
{
	int i;

	for (i = 0; i < EXPERIMENT_COUNT; i++)
		if (strcmp(experiments[i]->name, name) == 0)
			return experiments[i];
	fprintf(stderr, "kith-sim: there is no experiment %s; there are\n", name);
	print_names(stderr);
	return NULL;
}

/* A flag of another experiment would be a misunderstanding. */
static bool takes_all(const struct sim_experiment *e, const struct sim_args *a)
{
	char word[32];
	int i;

	for (i = FLAGS_OF_ALL; a->flags[i].name != NULL; i++) {
		snprintf(word, sizeof(word), " %s ", a->flags[i].name);
		if (a->values[i] == NULL || strstr(e->takes, word) != NULL)
			continue;
		fprintf(stderr, "kith-sim: experiment %s takes no --%s\n", e->name,
			a->flags[i].name);
		return false;
	}
	return true;
}

enum sim_exit sim_cmd_experiment(const struct sim_args *a)
{
	struct sim_trial t = {.args = a};
	uint64_t runs;
	enum sim_exit result;

	if (a->operand_count == 0) {
		print_names(stdout);
		return SIM_HELD;
	}
	t.experiment = find(a->operands[0]);
	if (t.experiment == NULL || !takes_all(t.experiment, a) ||
	    !sim_list_numbers(a, "hosts", 2, CLUSTER_NODES_MAX, t.experiment->hosts, &t.hosts) ||
	    !sim_args_number(a, "runs", 1, 100000, t.experiment->runs, &runs) ||
	    !sim_args_number(a, "seed", 0, UINT64_MAX, 1, &t.seed))
		return SIM_USAGE;
	t.runs = (uint32_t)runs;
	if (sim_args_has(a, "met"))
		cluster_share_usually(true);
	t.is_line = isatty(STDERR_FILENO) == 1;
	t.is_shown = t.is_line || sim_args_get(a, "progress") != NULL;
	if (!sim_result_begin(&t.result, t.experiment->name, t.experiment->tables,
			      t.experiment->plot, sim_args_get(a, "json") != NULL,
			      sim_args_get(a, "plot")))
		return SIM_NO_ROOM;
	result = t.experiment->run(&t);
	if (t.is_line)
		fprintf(stderr, "\r\033[K");
	if (result == SIM_USAGE)
		return result;
	return sim_result_end(&t.result) ? result : SIM_NO_ROOM;
}
