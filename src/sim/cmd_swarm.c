/* SPDX-License-Identifier: ISC */
#include "sim/cmd_swarm.h"

#include "sim/figures.h"
#include "sim/marks.h"
#include "sim/swarm.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

const struct sim_flag sim_swarm_flags[] = {
	{"seed", "N", "the first seed; the others follow it; 1"},
	{"count", "N", "how many seeds; 1"},
	{"hosts", "N", "so many hosts instead of those drawn, 2 to 64"},
	{"seconds", "N", "faults for so long instead of the time drawn, 1 to 3600"},
	{"for", "TIME", "no further seed after so much real time, whatever the count"},
	{"log", NULL, "print each plan, what strikes, and what came of it"},
	{"trace", NULL, "print all that the nodes decide as well"},
	{"marks", NULL, "print which rare branches no seed reached"},
	SIM_CLEAR_FLAG,
	{NULL, NULL, NULL},
};

static double wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct order {
	uint64_t seed, count, hosts, seconds;
	kith_us at_most;
	bool tells;
	struct look look;
	bool is_clear;
};

static bool read_order(const struct sim_args *a, struct order *o)
{
	o->is_clear = sim_args_has(a, "clear");
	o->tells = sim_args_has(a, "log") || sim_args_has(a, "trace");
	o->look = (struct look){.trace = sim_args_has(a, "trace")};
	return sim_args_number(a, "seed", 0, UINT64_MAX, 1, &o->seed) &&
	       sim_args_number(a, "count", 1, UINT64_MAX, 1, &o->count) &&
	       sim_args_number(a, "hosts", SWARM_HOSTS_MIN, SWARM_HOSTS_MAX, 0, &o->hosts) &&
	       sim_args_number(a, "seconds", 1, 3600, 0, &o->seconds) &&
	       sim_args_us(a, "for", KITH_NEVER, &o->at_most);
}

static void run_seed(const struct order *o, uint64_t seed, struct marks *marks,
		     struct swarm_result *result)
{
	char replay[96], text[SWARM_PLAN_TEXT];
	struct swarm_plan plan;
	int len = snprintf(replay, sizeof(replay), "kith-sim swarm --seed %" PRIu64, seed);

	if (o->hosts != 0)
		len += snprintf(replay + len, sizeof(replay) - (size_t)len, " --hosts %" PRIu64, o->hosts);
	if (o->seconds != 0)
		len += snprintf(replay + len, sizeof(replay) - (size_t)len, " --seconds %" PRIu64, o->seconds);
	if (o->is_clear)
		snprintf(replay + len, sizeof(replay) - (size_t)len, " --clear");
	swarm_plan(&plan, seed, (uint32_t)o->hosts, (kith_us)o->seconds * KITH_SECOND);
	if (o->tells) {
		swarm_plan_text(&plan, text);
		printf("%s\n", text);
		fflush(stdout);
	}
	swarm_run(&plan, o->tells, &o->look, replay, marks, result);
	if (o->tells)
		printf("seed %" PRIu64 ": held; all agreed %.3f s after the faults; hash %016" PRIx64 "\n", seed,
		       (double)result->healed_us / 1e6, result->hash);
}

enum sim_exit sim_cmd_swarm(const struct sim_args *a)
{
	static struct figures healed;
	struct marks marks = {{0}};
	struct swarm_result result;
	const double start = wall_s();
	double simulated_s = 0, took;
	uint64_t done = 0;
	struct order o;

	if (!read_order(a, &o))
		return SIM_USAGE;
	figures_init(&healed, "swarm, until all agree");
	while (done < o.count && (wall_s() - start) * 1e6 < (double)o.at_most) {
		run_seed(&o, o.seed + done++, &marks, &result);
		simulated_s += (double)result.ran_us / 1e6;
		if (healed.count < FIGURES_MAX)
			figures_add(&healed, result.healed_us);
	}
	took = wall_s() - start;
	if (o.tells)
		figures_print(&healed);
	if (sim_args_get(a, "marks") != NULL)
		marks_print(&marks, stdout);
	printf("swarm: %" PRIu64 " seeds held, %.2f cluster hours in %.1f s: %.0f times real time\n", done,
	       simulated_s / 3600, took, simulated_s / (took > 0 ? took : 1));
	return SIM_HELD;
}

const struct sim_flag sim_replay_flags[] = {
	{"hosts", "N", "as in the command that the failure told"},
	{"seconds", "N", "as there"},
	{"trace", NULL, "print all that the nodes decide, not changes alone"},
	{"pcap", "FILE", "write all packets there, for tcpdump and Wireshark"},
	SIM_CLEAR_FLAG,
	{NULL, NULL, NULL},
};

enum sim_exit sim_cmd_replay(const struct sim_args *a)
{
	struct order o = {.count = 1, .tells = true, .is_clear = sim_args_has(a, "clear")};
	const char *pcap = sim_args_get(a, "pcap");
	struct swarm_result result;
	uint64_t seed;

	if (!sim_number_parse(a->operands[0], UINT64_MAX, &seed)) {
		fprintf(stderr, "kith-sim: %s: a seed was expected\n", a->operands[0]);
		return SIM_USAGE;
	}
	if (!sim_args_number(a, "hosts", SWARM_HOSTS_MIN, SWARM_HOSTS_MAX, 0, &o.hosts) ||
	    !sim_args_number(a, "seconds", 1, 3600, 0, &o.seconds))
		return SIM_USAGE;
	o.look.events = true;
	o.look.trace = sim_args_has(a, "trace");
	if (pcap != NULL && (o.look.pcap = pcap_open(pcap)) == NULL) {
		perror(pcap);
		return SIM_NO_ROOM;
	}
	run_seed(&o, seed, NULL, &result);
	if (o.look.pcap != NULL && !pcap_close(&o.look.pcap)) {
		perror(pcap);
		return SIM_NO_ROOM;
	}
	return SIM_HELD;
}
