/* SPDX-License-Identifier: ISC */
/*
 * `kith-sim run` and `kith-sim check`.
 */
#include "sim/command.h"

#include "sim/scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct sim_flag sim_run_flags[] = {
	{"seed", "N", "instead of the one that the scenario names"},
	{"log", NULL, "a line for each statement, and for each change of a status"},
	{"trace", NULL, "every decision of every node, too"},
	{"pcap", "FILE", "write all packets there, for tcpdump and Wireshark"},
	{"twice", NULL, "run it again, and claim that the two runs are equal, byte for byte"},
	SIM_CLEAR_FLAG,
	{NULL, NULL, NULL},
};

static bool open_and_read(struct scenario *s, const char *file)
{
	FILE *in = strcmp(file, "-") == 0 ? stdin : fopen(file, "r");
	bool ok;

	memset(s, 0, sizeof(*s));
	if (in == NULL) {
		perror(file);
		return false;
	}
	ok = scenario_read(s, file, in, stderr);
	if (in != stdin)
		fclose(in);
	return ok;
}

enum sim_exit sim_cmd_check(const struct sim_args *a)
{
	enum sim_exit result = SIM_HELD;
	struct scenario s;
	int i;

	for (i = 0; i < a->operand_count; i++) {
		if (!open_and_read(&s, a->operands[i]))
			result = SIM_USAGE;
		scenario_free(&s);
	}
	return result;
}

struct outcome {
	uint64_t hash, steps, seed;
	kith_us took;
};

static bool run_once(const char *file, const uint64_t *seed, const struct look *l,
		     struct outcome *o)
{
	struct scenario s;
	struct cluster *c;
	bool ok = open_and_read(&s, file);

	if (ok) {
		c = scenario_run(&s, seed, l);
		*o = (struct outcome){c->hash, c->world.steps, c->opts.seed, c->world.now - WORLD_START};
		cluster_free(&c);
	}
	scenario_free(&s);
	return ok;
}

static enum sim_exit run_file(const char *file, const uint64_t *seed, const struct look *l,
			      bool twice)
{
	const struct look quiet = {false, false, NULL};
	struct outcome first, second;

	if (!run_once(file, seed, l, &first))
		return SIM_USAGE;
	printf("%s: held; seed %" PRIu64 ", %.3f s simulated, %" PRIu64 " steps, hash %016" PRIx64 "\n",
	       file, first.seed, (double)first.took / 1e6, first.steps, first.hash);
	if (!twice)
		return SIM_HELD;
	if (!run_once(file, &first.seed, &quiet, &second))
		return SIM_USAGE;
	if (second.hash == first.hash && second.steps == first.steps)
		return SIM_HELD;
	fprintf(stderr, "%s: the second run differs: %" PRIu64 " steps, hash %016" PRIx64 "\n", file,
		second.steps, second.hash);
	return SIM_BROKEN;
}

enum sim_exit sim_cmd_run(const struct sim_args *a)
{
	const bool twice = sim_args_has(a, "twice");
	const char *pcap = sim_args_get(a, "pcap");
	struct look l = {sim_args_has(a, "log"), sim_args_has(a, "trace"), NULL};
	enum sim_exit result = SIM_HELD;
	uint64_t seed;
	int i;

	if (!sim_args_number(a, "seed", 0, UINT64_MAX, 0, &seed))
		return SIM_USAGE;
	if (pcap != NULL && (l.pcap = pcap_open(pcap)) == NULL) {
		perror(pcap);
		return SIM_NO_ROOM;
	}
	for (i = 0; i < a->operand_count && result == SIM_HELD; i++)
		result = run_file(a->operands[i], sim_args_has(a, "seed") ? &seed : NULL, &l, twice);
	if (l.pcap != NULL && !pcap_close(&l.pcap)) {
		perror(pcap);
		result = SIM_NO_ROOM;
	}
	return result;
}
