/* SPDX-License-Identifier: ISC */
#include "sim/command.h"

#include "sim/cmd_experiment.h"
#include "sim/cmd_swarm.h"

#include "sim/clear.h"
#include "sim/cluster.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include <kith/kith.h>

const struct sim_command sim_commands[] = {
	{"run", "FILE...", "run scenarios, and tell whether their claims held", sim_run_flags, 1, -1,
	 sim_cmd_run},
	{"check", "FILE...", "read scenarios without running them", NULL, 1, -1, sim_cmd_check},
	{"experiment", "[NAME]", "measure many hosts; without a name: what there is to measure",
	 sim_experiment_flags, 0, 1, sim_cmd_experiment},
	{"bench", "", "how fast simulated time passes, and in how much memory", sim_bench_flags, 0, 0,
	 sim_cmd_bench},
	{"replay", "SEED", "one seed of the swarm, with a line for each change", sim_replay_flags, 1, 1,
	 sim_cmd_replay},
	{"swarm", "", "draw hosts, faults and load from a seed, and judge every step", sim_swarm_flags,
	 0, 0, sim_cmd_swarm},
	{NULL, NULL, NULL, NULL, 0, 0, NULL},
};

static void print_flags(FILE *f, const struct sim_flag *flags)
{
	char text[64];

	for (; flags != NULL && flags->name != NULL; flags++) {
		snprintf(text, sizeof(text), "--%s%s%s", flags->name, flags->value != NULL ? " " : "",
			 flags->value != NULL ? flags->value : "");
		fprintf(f, "      %-22s %s\n", text, flags->help);
	}
}

static void print_command(FILE *f, const struct sim_command *c)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%s%s", c->name, *c->args ? " " : "", c->args);
	fprintf(f, "  %-24s   %s\n", text, c->synopsis);
	print_flags(f, c->flags);
}

static void print_help(FILE *f)
{
	const struct sim_command *c;

	fprintf(f, "kith-sim runs the node that ships in simulated time. kith-sim(1) has the whole.\n\n");
	for (c = sim_commands; c->name != NULL; c++)
		print_command(f, c);
	fprintf(f, "\nExit: 0 all held, 1 something did not, 2 usage, 71 no room.\n");
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "help") == 0;
}

static const struct sim_command *find(const char *name)
{
	const struct sim_command *c = sim_commands;

	while (c->name != NULL && strcmp(c->name, name) != 0)
		c++;
	return c->name != NULL ? c : NULL;
}

/* A node takes and frees buffers for each stream that passes; were they given back to the kernel each
 * time, it would clear their pages again and again. */
static void keep_memory(void)
{
	enum { LARGE_BYTES = 64 << 20 }; /* more than any buffer, little beside a large run */

	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
	mallopt(M_TOP_PAD, LARGE_BYTES);
}

int sim_main(int argc, char **argv)
{
	const struct sim_command *c;
	struct sim_args a;

	if (argc == 3 && (is_help(argv[1]) || strcmp(argv[2], "--help") == 0) &&
	    (c = find(argv[is_help(argv[1]) ? 2 : 1])) != NULL) {
		print_command(stdout, c);
		return SIM_HELD;
	}
	if (argc == 2 && is_help(argv[1])) {
		print_help(stdout);
		return SIM_HELD;
	}
	if (argc >= 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)) {
		printf("kith-sim %s\n", kith_version());
		return SIM_HELD;
	}
	c = argc >= 2 ? find(argv[1]) : NULL;
	if (c == NULL) {
		if (argc >= 2)
			fprintf(stderr, "kith-sim: there is no command %s\n", argv[1]);
		print_help(stderr);
		return SIM_USAGE;
	}
	keep_memory();
	if (!sim_args_read(&a, c->flags, argc - 1, argv + 1))
		return SIM_USAGE;
	if (a.operand_count < c->operands_min ||
	    (c->operands_max >= 0 && a.operand_count > c->operands_max)) {
		fprintf(stderr, "kith-sim: usage: kith-sim %s %s\n", c->name, c->args);
		print_flags(stderr, c->flags);
		return SIM_USAGE;
	}
	if (c->flags != NULL && sim_args_has(&a, "clear")) {
		clear_set(true);
		cluster_share_usually(true);
	}
	return c->run(&a);
}
