/* SPDX-License-Identifier: ISC */
#include "sim/experiment.h"

#include "sim/claims.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- lists ------------------------------------------------------------------------------------ */

static bool list_of(const struct sim_args *a, const char *flag, const char *otherwise,
		    const char *expected, bool (*parse)(const char *text, uint64_t max, uint64_t *out),
		    uint64_t min, uint64_t max, struct sim_list *out)
{
	const char *given = sim_args_get(a, flag), *text = given != NULL ? given : otherwise;
	const char *at = text;
	char item[32];

	out->count = 0;
	for (;;) {
		const size_t len = strcspn(at, ",");
		uint64_t v;

		snprintf(item, sizeof(item), "%.*s", (int)len, at);
		if (len >= sizeof(item) || out->count == SIM_LIST_MAX || !parse(item, max, &v) ||
		    v < min)
			break;
		out->values[out->count++] = v;
		if (at[len] == '\0')
			return true;
		at += len + 1;
	}
	fprintf(stderr, "kith-sim: --%s %s: up to %d %s with commas between them were expected\n", flag,
		text, SIM_LIST_MAX, expected);
	return false;
}

bool sim_list_numbers(const struct sim_args *a, const char *flag, uint64_t min, uint64_t max,
		      const char *otherwise, struct sim_list *out)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "numbers from %llu to %llu", (unsigned long long)min,
		 (unsigned long long)max);
	return list_of(a, flag, otherwise, expected, sim_number_parse, min, max, out);
}

static bool parse_us(const char *text, uint64_t max, uint64_t *out)
{
	kith_us us;

	if (!sim_duration_parse(text, &us) || (uint64_t)us > max)
		return false;
	*out = (uint64_t)us;
	return true;
}

bool sim_list_us(const struct sim_args *a, const char *flag, const char *otherwise,
		 struct sim_list *out)
{
	return list_of(a, flag, otherwise, "durations like 200ms, 1.5s or 2h", parse_us, 0,
		       (uint64_t)(24 * 3600 * KITH_SECOND), out);
}

static bool parse_share(const char *text, uint64_t max, uint64_t *out)
{
	uint32_t ppm;

	if (!sim_share_parse(text, &ppm) || ppm > max)
		return false;
	*out = ppm;
	return true;
}

bool sim_list_shares(const struct sim_args *a, const char *flag, const char *otherwise,
		     struct sim_list *out)
{
	return list_of(a, flag, otherwise, "shares up to 90%", parse_share, 0, 900000, out);
}

/* --- progress --------------------------------------------------------------------------------- */

static int64_t host_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void sim_progress(struct sim_trial *t, const char *format, ...)
{
	int64_t now_ms;
	va_list ap;

	if (!t->is_shown)
		return;
	now_ms = host_ms();
	if (t->began_ms == 0)
		t->began_ms = now_ms;
	if (now_ms - t->told_ms < 1000)
		return;
	t->told_ms = now_ms;
	fprintf(stderr, "%s%s: ", t->is_line ? "\r\033[K" : "", t->experiment->name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, ", %lld s%s", (long long)(now_ms - t->began_ms) / 1000,
		t->is_line ? "" : "\n");
	fflush(stderr);
}

/* --- samples ----------------------------------------------------------------------------------- */

void sim_samples_add(struct sim_samples *s, double value)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->values = realloc(s->values, s->room * sizeof(*s->values));
		assert(s->values != NULL);
	}
	s->values[s->count++] = value;
}

void sim_samples_add_us(struct sim_samples *s, kith_us us)
{
	sim_samples_add(s, (double)us / 1e6);
}

void sim_samples_free(struct sim_samples *s)
{
	free(s->values);
	memset(s, 0, sizeof(*s));
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct sim_value sim_samples_at(struct sim_samples *s, uint32_t permille)
{
	size_t rank;

	if (s->count == 0)
		return SIM_UNKNOWN;
	qsort(s->values, s->count, sizeof(*s->values), by_value);
	rank = (s->count * permille + 999) / 1000;
	return SIM_NUMBER(s->values[rank > 0 ? rank - 1 : 0]);
}

struct sim_value sim_samples_mean(const struct sim_samples *s)
{
	double sum = 0;
	size_t i;

	if (s->count == 0)
		return SIM_UNKNOWN;
	for (i = 0; i < s->count; i++)
		sum += s->values[i];
	return SIM_NUMBER(sum / (double)s->count);
}

/* --- clusters ---------------------------------------------------------------------------------- */

void sim_large_opts(struct cluster_opts *o, uint64_t seed)
{
	cluster_opts_init(o, seed);
	o->check = o->diary = o->trace = o->watch = false;
	o->ask_us = 100 * KITH_MS;
	/* One may have more members than the default has room for. */
	o->max_members = CLUSTER_NODES_MAX;
	/* As network cards hand them over: several at once. */
	o->segment = 64 * 1024;
}

bool sim_join_all(struct sim_trial *t, struct cluster *c, uint32_t run)
{
	return sim_join_some(t, c, c->count, run);
}

static void start_some(const struct sim_trial *t, struct cluster *c, uint32_t count)
{
	uint32_t i;

	if (sim_args_get(t->args, "met") != NULL) {
		cluster_start_met(c, count);
		return;
	}
	for (i = 0; i < count; i++)
		cluster_start(c, i);
	for (i = 1; i < count; i++)
		cluster_join(c, i, 0);
}

bool sim_join_some(struct sim_trial *t, struct cluster *c, uint32_t count, uint32_t run)
{
	enum { MIN_S = 20, MAX_S = 900 };
	uint64_t told = 0, before;
	uint32_t i;

	start_some(t, c, count);
	for (i = 0; i < MAX_S; i++) {
		sim_progress(t, "%u hosts, run %u of %u: joining, %u s", count, run + 1, t->runs, i);
		cluster_run(c, KITH_SECOND);
		before = told;
		told = CLUSTER_TOTAL(c, gossip_sent);
		if (i >= MIN_S && told - before < count / 10 + 1 && cluster_all_see_all(c))
			return true;
	}
	fprintf(stderr, "kith-sim: after %d s not all hosts see all, or they still tell news\n", MAX_S);
	return false;
}

void sim_pick(struct cluster *c, bool *picked, uint32_t count)
{
	while (count > 0) {
		const uint32_t i = (uint32_t)world_below(&c->world, c->count);

		count -= picked[i] ? 0 : 1;
		picked[i] = true;
	}
}

bool sim_all_see_all(struct cluster *c, void *unused)
{
	(void)unused;
	return cluster_all_see_all(c);
}

bool sim_all_agree(struct cluster *c, void *unused)
{
	return cluster_have_equal_roots(c) && sim_all_see_all(c, unused);
}

struct sim_traffic sim_traffic_of(const struct cluster *c)
{
	struct sim_traffic sum = {0, 0, 0};
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		const struct net_host *h = &c->net.hosts[i];

		sum.datagrams += h->udp_sent;
		sum.bytes += h->udp_bytes_sent + h->tcp_bytes_sent;
		sum.zone_bytes += h->zone_bytes_sent;
	}
	return sum;
}

void sim_traffic_note(const struct cluster *c, struct sim_traffic before, double by,
		      struct sim_samples *datagrams, struct sim_samples *sent)
{
	const struct sim_traffic after = sim_traffic_of(c);

	sim_samples_add(datagrams, (double)(after.datagrams - before.datagrams) / by);
	sim_samples_add(sent, (double)(after.bytes - before.bytes) / by);
}
