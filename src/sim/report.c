/* SPDX-License-Identifier: ISC */
#include "sim/report.h"

#include "sim/hash.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static struct cluster *current; /* for the signal handler alone */
static report_fail_fn *on_fail;

static void print_views(struct cluster *c)
{
	static const char letters[] = "AR?F-";
	uint32_t i, k;
	struct kith_member m;

	fprintf(stderr, "# who sees whom (A alive, R restarting, ? suspect, F failed, - left):\n");
	for (i = 0; i < c->count; i++) {
		fprintf(stderr, "# %s ", c->nodes[i].name);
		if (c->nodes[i].node == NULL)
			fprintf(stderr, "(no process)");
		for (k = 0; c->nodes[i].node != NULL && k < c->count; k++)
			fputc(kith_node_member(c->nodes[i].node, &c->nodes[k].mid, &m) == 0
				      ? letters[m.status] : '.', stderr);
		fputc('\n', stderr);
	}
}

static void print_run(struct cluster *c)
{
	uint64_t i = c->line_count > CLUSTER_LAST_LINES ? c->line_count - CLUSTER_LAST_LINES : 0;

	if (c->again != NULL)
		fprintf(stderr, "# seed %" PRIu64 " (repeat with %s)\n", c->opts.seed, c->again);
	else
		fprintf(stderr, "# seed %" PRIu64 " (repeat with KITH_SEED=%" PRIu64 ")\n",
			c->opts.seed, c->opts.seed);
	fprintf(stderr, "# virtual time %.6f s after the start, %" PRIu64 " steps\n",
		(double)(c->world.now - WORLD_START) / 1e6, c->world.steps);
	for (; i < c->line_count; i++)
		fprintf(stderr, "# %s\n", c->lines[i % CLUSTER_LAST_LINES]);
	fflush(stderr);
}

static void on_abort(int number)
{
	(void)number; /* SA_RESETHAND: abort() ends the program when this returns */
	if (current != NULL)
		print_run(current);
}

void report_current(struct cluster *c)
{
	struct sigaction action = {.sa_handler = on_abort, .sa_flags = (int)SA_RESETHAND};

	if (current == c)
		return;
	current = c;
	if (c != NULL)
		sigaction(SIGABRT, &action, NULL);
}

void report_on_fail(report_fail_fn *fn)
{
	on_fail = fn;
}

void cluster_fail(struct cluster *c, const char *file, int line, const char *format, ...)
{
	va_list ap;

	print_run(c);
	print_views(c);
	if (c->where != NULL)
		fprintf(stderr, "# %s\n", c->where);
	fprintf(stderr, "# %s:%d: ", file, line);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	fflush(stderr);
	if (on_fail != NULL)
		on_fail(file, line);
	exit(EXIT_FAILURE);
}

void report_line(struct cluster *c, const struct cluster_node *n, const char *format, ...)
{
	char *line = c->lines[c->line_count++ % CLUSTER_LAST_LINES];
	const size_t room = sizeof(c->lines[0]);
	int len = snprintf(line, room, "%11.6f %s ", (double)(c->world.now - WORLD_START) / 1e6,
			   n->name);
	va_list ap;

	va_start(ap, format);
	vsnprintf(line + len, room - (size_t)len, format, ap);
	va_end(ap);
	if (c->opts.echo)
		printf("%s\n", line);
}

void report_event(struct cluster *c, const struct cluster_node *n, const struct kith_event *e)
{
	const uint32_t who = cluster_index(c, &e->mid), by = cluster_index(c, &e->by);

	printf("%11.6f %-5s %-11s %-5s", (double)(c->world.now - WORLD_START) / 1e6, n->name,
	       kith_event_name(e->kind), who != CLUSTER_ANY ? c->nodes[who].name : "");
	if (e->need > 0)
		printf(" evidence %u/%u", e->evidence, e->need);
	if (by != CLUSTER_ANY)
		printf(" by %s", c->nodes[by].name);
	putchar('\n');
}

void report_mix(struct cluster *c, const void *p, size_t len)
{
	c->hash = sim_hash_word(c->hash, sim_hash(p, len));
}

void report_mix_number(struct cluster *c, uint64_t v)
{
	c->hash = sim_hash_word(c->hash, v);
}
