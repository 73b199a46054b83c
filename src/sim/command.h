/* SPDX-License-Identifier: ISC */
/*
 * sim/command.h: what `kith-sim` can do, as one table (command.c); dispatch and help read it, the
 * manual's check too. To add a command: cmd_<name>.c, a row, its entry in man/kith-sim.1.
 */
#ifndef KITH_SIM_COMMAND_H
#define KITH_SIM_COMMAND_H

#include "sim/args.h"

enum sim_exit {
	SIM_HELD = 0,   /* all that was claimed held */
	SIM_BROKEN = 1, /* something did not */
	SIM_USAGE = 2,  /* a wrong command line, or a scenario that cannot be read */
	SIM_NO_ROOM = 71 /* the run would not fit into memory, or a file could not be written */
};

/* A row for the table of a command whose runs may be large. */
#define SIM_CLEAR_FLAG \
	{"clear", NULL, "the clear-text seal and shared records: for large runs, not for secrets"}

struct sim_command {
	const char *name;
	const char *args;     /* "FILE..."; "" for none */
	const char *synopsis; /* one line */
	const struct sim_flag *flags; /* NULL: none */
	int operands_min, operands_max; /* max -1: any number */
	enum sim_exit (*run)(const struct sim_args *a);
};

/* Ends with a row whose name is NULL. */
extern const struct sim_command sim_commands[];

int sim_main(int argc, char **argv);

enum sim_exit sim_cmd_bench(const struct sim_args *a);
extern const struct sim_flag sim_bench_flags[];
enum sim_exit sim_cmd_check(const struct sim_args *a);
enum sim_exit sim_cmd_run(const struct sim_args *a);
extern const struct sim_flag sim_run_flags[];

#endif
