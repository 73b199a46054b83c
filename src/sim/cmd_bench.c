/* SPDX-License-Identifier: ISC */
/*
 * `kith-sim bench`: how fast simulated time passes on one core, and in how much memory. Figures, not
 * claims: nothing here fails for being slow.
 */
#include "sim/clear.h"
#include "sim/claims.h"
#include "sim/command.h"
#include "sim/experiment.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

const struct sim_flag sim_bench_flags[] = {
	{"hosts", "N", "of the runs that boot a cluster (1000)"},
	{"idle", "TIME", "how long it then idles (60s)"},
	{"seal", "WORD", "clear or real alone"},
	{NULL, NULL, NULL},
};

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double peak_gb(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)r.ru_maxrss / (1024 * 1024);
}

static uint64_t datagrams(const struct cluster *c)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < c->count; i++)
		sum += c->net.hosts[i].udp_sent;
	return sum;
}

/* One stretch of a run, since it began. */
struct stretch {
	double cpu_s;
	kith_us at;
	uint64_t datagrams;
};

static struct stretch begin(const struct cluster *c)
{
	return (struct stretch){cpu_s(), c->world.now, datagrams(c)};
}

static void row(const char *what, const struct cluster *c, bool clear, const struct stretch *since)
{
	const double s = (double)(c->world.now - since->at) / 1e6, took_s = cpu_s() - since->cpu_s;

	printf("%-6s %6u  %-5s %10.1f %9.1f %8.1f %8.1f %8.2f\n", what, c->count,
	       clear ? "clear" : "real", s, took_s, s / took_s,
	       (double)(datagrams(c) - since->datagrams) / s / c->count, peak_gb());
	fflush(stdout);
}

/* All hosts at once through one seed, until all see all; then time passes. */
static enum sim_exit boot_and_idle(uint32_t hosts, kith_us idle, bool clear)
{
	struct cluster_opts o;
	struct cluster *c;
	struct stretch since;
	uint32_t i;

	clear_set(clear);
	cluster_share_usually(true);
	sim_large_opts(&o, 1);
	o.max_members = hosts;
	c = cluster_new(hosts, &o);
	since = begin(c);
	cluster_start_all(c);
	for (i = 1; i < hosts; i++)
		cluster_join(c, i, 0);
	cluster_wait_all_see_all(c, 600 * KITH_SECOND);
	row("boot", c, clear, &since);
	/* The news of the start goes on for minutes; it is part of no idle cluster. */
	since = begin(c);
	while (CLUSTER_TOTAL(c, gossip_queue) > 0)
		cluster_run(c, KITH_SECOND);
	row("settle", c, clear, &since);
	since = begin(c);
	cluster_run(c, idle);
	row("idle", c, clear, &since);
	cluster_free(&c);
	return SIM_HELD;
}

enum sim_exit sim_cmd_bench(const struct sim_args *a)
{
	const char *seal = sim_args_get(a, "seal");
	uint64_t hosts;
	kith_us idle;

	if (!sim_args_number(a, "hosts", 2, CLUSTER_NODES_MAX, 1000, &hosts) ||
	    !sim_args_us(a, "idle", 60 * KITH_SECOND, &idle))
		return SIM_USAGE;
	if (seal != NULL && strcmp(seal, "clear") != 0 && strcmp(seal, "real") != 0) {
		fprintf(stderr, "kith-sim: --seal %s: clear or real was expected\n", seal);
		return SIM_USAGE;
	}
	printf("%-6s %6s  %-5s %10s %9s %8s %8s %8s\n", "bench", "hosts", "seal", "simulated", "cpu",
	       "ratio", "sent", "peak");
	printf("%-6s %6s  %-5s %10s %9s %8s %8s %8s\n", "", "", "", "s", "s", "", "/s/host", "GB");
	if (seal == NULL || strcmp(seal, "clear") == 0)
		(void)boot_and_idle((uint32_t)hosts, idle, true);
	if (seal == NULL || strcmp(seal, "real") == 0)
		(void)boot_and_idle((uint32_t)hosts, idle, false);
	return SIM_HELD;
}
