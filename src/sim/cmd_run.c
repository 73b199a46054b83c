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

static void log_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct cluster *c = ctx;
	const uint32_t who = cluster_index(c, &e->mid), by = cluster_index(c, &e->by);

	printf("%11.6f %-5s %-11s %-5s", (double)(c->world.now - WORLD_START) / 1e6, n->name,
	       kith_event_name(e->kind), who != CLUSTER_ANY ? c->nodes[who].name : "");
	if (e->need > 0)
		printf(" evidence %u/%u", e->evidence, e->need);
	if (by != CLUSTER_ANY)
		printf(" by %s", c->nodes[by].name);
	putchar('\n');
}

static bool run_once(const char *file, const uint64_t *seed, bool log, struct outcome *o)
{
	struct scenario s;
	struct cluster *c;
	bool ok = open_and_read(&s, file);

	if (ok) {
		c = scenario_run(&s, seed, log ? log_event : NULL);
		*o = (struct outcome){c->hash, c->world.steps, c->opts.seed, c->world.now - WORLD_START};
		cluster_free(&c);
	}
	scenario_free(&s);
	return ok;
}

enum sim_exit sim_cmd_run(const struct sim_args *a)
{
	const bool log = sim_args_get(a, "log") != NULL, twice = sim_args_get(a, "twice") != NULL;
	const bool has_seed = sim_args_get(a, "seed") != NULL;
	struct outcome first, second;
	uint64_t seed;
	int i;

	if (!sim_args_number(a, "seed", 0, UINT64_MAX, 0, &seed))
		return SIM_USAGE;
	for (i = 0; i < a->operand_count; i++) {
		if (!run_once(a->operands[i], has_seed ? &seed : NULL, log, &first))
			return SIM_USAGE;
		printf("%s: held; seed %" PRIu64 ", %.3f s simulated, %" PRIu64 " steps, hash %016" PRIx64
		       "\n", a->operands[i], first.seed, (double)first.took / 1e6, first.steps,
		       first.hash);
		if (!twice)
			continue;
		if (!run_once(a->operands[i], &first.seed, false, &second))
			return SIM_USAGE;
		if (second.hash != first.hash || second.steps != first.steps) {
			fprintf(stderr, "%s: the second run differs: %" PRIu64 " steps, hash %016" PRIx64 "\n",
				a->operands[i], second.steps, second.hash);
			return SIM_BROKEN;
		}
	}
	return SIM_HELD;
}
