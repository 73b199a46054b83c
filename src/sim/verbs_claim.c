/* SPDX-License-Identifier: ISC */
#include "sim/verbs_claim.h"

#include "sim/offers.h"

#include "sim/claims.h"

#include <inttypes.h>
#include <string.h>

typedef struct scenario scn;
typedef const struct scenario_value value;

/* --- time and claims --------------------------------------------------------------------------- */

void scenario_run_run(struct scenario *s, const struct scenario_value *v)
{
	cluster_run(s->cluster, v[0].us);
}

void scenario_run_agree(struct scenario *s, const struct scenario_value *v)
{
	const kith_us began = s->cluster->world.now;

	cluster_wait_all_see_all(s->cluster, v[0].us);
	cluster_wait_equal_roots(s->cluster, v[0].us - (s->cluster->world.now - began));
}

static bool have_joined(struct cluster *c, void *arg)
{
	const struct scenario_value *v = arg;
	struct kith_view view;
	uint32_t i;

	for (i = 0; i < v->host_count; i++) {
		if (c->nodes[v->hosts[i]].node == NULL)
			return false;
		cluster_view(c, v->hosts[i], &view);
		if (!view.joined)
			return false;
	}
	return true;
}

void scenario_run_joined(struct scenario *s, const struct scenario_value *v)
{
	cluster_wait(s->cluster, v[1].us, have_joined, (void *)(uintptr_t)v, "they have joined");
}

/* Who is asked when the line does not say: everybody running and in touch but those asked about. */
static bool is_observer(scn *s, value *at, value *who, uint32_t h)
{
	const struct cluster *c = s->cluster;
	uint32_t i;

	if (at->given) {
		for (i = 0; i < at->host_count; i++)
			if (at->hosts[i] == h)
				return true;
		return false;
	}
	for (i = 0; i < who->host_count; i++)
		if (who->hosts[i] == h)
			return false;
	return c->nodes[h].node != NULL && !c->net.hosts[h].stopped && !c->net.hosts[h].offline;
}

struct asked {
	scn *s;
	value *who, *at;
	int status;
	bool any; /* one pair suffices */
};

static bool holds(struct cluster *c, void *arg)
{
	const struct asked *q = arg;
	uint32_t o, w;

	for (o = 0; o < c->count; o++) {
		if (!is_observer(q->s, q->at, q->who, o))
			continue;
		for (w = 0; w < q->who->host_count; w++)
			if ((cluster_status(c, o, q->who->hosts[w]) == q->status) == q->any)
				return q->any;
	}
	return !q->any;
}

static bool holds_somewhere(struct cluster *c, void *arg)
{
	struct asked q = *(const struct asked *)arg;

	q.any = true;
	return holds(c, &q);
}

void scenario_run_is(struct scenario *s, const struct scenario_value *v)
{
	struct asked q = {s, &v[0], &v[2], v[1].status, false};

	CLUSTER_CHECK(s->cluster, holds(s->cluster, &q), "it is not so");
}

/* The pair of the boundary: at no observer before `after`, at each of them by `within`. */
void scenario_run_wait(struct scenario *s, const struct scenario_value *v)
{
	struct asked q = {s, &v[0], &v[2], v[1].status, false};
	struct cluster *c = s->cluster;

	if (v[3].given)
		CLUSTER_CHECK(c, !cluster_try_wait(c, v[3].us, holds_somewhere, &q),
			      "it was so somewhere sooner than after %.3f s", (double)v[3].us / 1e6);
	cluster_wait(c, v[4].us - v[3].us, holds, &q, "what the line asks for");
}

void scenario_run_never(struct scenario *s, const struct scenario_value *v)
{
	uint32_t i, k;

	for (i = 0; i < v[0].host_count; i++) {
		if (!v[2].given)
			cluster_forbid(s->cluster, CLUSTER_ANY, v[0].hosts[i],
				       (enum kith_status)v[1].status);
		for (k = 0; k < v[2].host_count; k++)
			cluster_forbid(s->cluster, v[2].hosts[k], v[0].hosts[i],
				       (enum kith_status)v[1].status);
	}
}

void scenario_run_allow(struct scenario *s, const struct scenario_value *v)
{
	(void)v;
	cluster_allow_all(s->cluster);
}

struct tagged {
	scn *s;
	value *v;
};

static bool is_tagged(struct cluster *c, void *arg)
{
	const struct tagged *t = arg;
	value *v = t->v;
	uint32_t o, w;

	for (o = 0; o < c->count; o++)
		for (w = 0; is_observer(t->s, &v[3], &v[0], o) && w < v[0].host_count; w++)
			if (!cluster_tag_is(c, o, v[0].hosts[w], v[1].word, v[2].word))
				return false;
	return true;
}

void scenario_run_tagged(struct scenario *s, const struct scenario_value *v)
{
	struct tagged t = {s, v};

	cluster_wait(s->cluster, v[4].us, is_tagged, &t, "the tag is known where the line says");
}

/* --- services ---------------------------------------------------------------------------------- */

/* Whether all observers list it on this port; 0: none lists it as usable. */
struct offered {
	scn *s;
	value *hosts, *at;
	const char *name;
	uint16_t port;
};

static bool is_offered(struct cluster *c, void *arg)
{
	const struct offered *f = arg;
	uint32_t o, w;

	for (o = 0; o < c->count; o++)
		for (w = 0; is_observer(f->s, f->at, f->hosts, o) && w < f->hosts->host_count; w++)
			if (cluster_offered(c, o, f->hosts->hosts[w], f->name) != f->port)
				return false;
	return true;
}

void scenario_run_offered(struct scenario *s, const struct scenario_value *v)
{
	struct offered f = {s, &v[0], &v[3], v[1].word, (uint16_t)v[2].number};

	cluster_wait(s->cluster, v[4].us, is_offered, &f, "the service is listed where the line says");
}

void scenario_run_missing(struct scenario *s, const struct scenario_value *v)
{
	struct offered f = {s, &v[0], &v[2], v[1].word, 0};

	cluster_wait(s->cluster, v[3].us, is_offered, &f, "the service is gone where the line says");
}

void scenario_run_steady(struct scenario *s, const struct scenario_value *v)
{
	uint32_t i, k;

	for (i = 0; i < v[0].host_count; i++) {
		if (!v[2].given)
			cluster_steady(s->cluster, CLUSTER_ANY, v[0].hosts[i], v[1].word);
		for (k = 0; k < v[2].host_count; k++)
			cluster_steady(s->cluster, v[2].hosts[k], v[0].hosts[i], v[1].word);
	}
}

/* --- counters ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t offset;
} stats[] = {
#define X(name, help) {#name, offsetof(struct kith_stats, name)},
	KITH_STATS(X)
#undef X
#define X(name, help) {"drops." #name, offsetof(struct kith_stats, drops.name)},
	KITH_DROPS(X)
#undef X
};

bool scenario_stat_find(const char *name, uint32_t *row)
{
	for (*row = 0; *row < sizeof(stats) / sizeof(stats[0]); ++*row)
		if (strcmp(stats[*row].name, name) == 0)
			return true;
	return false;
}

uint64_t scenario_stat_read(const struct kith_stats *st, uint32_t row)
{
	uint64_t n;

	memcpy(&n, (const uint8_t *)st + stats[row].offset, sizeof(n));
	return n;
}

void scenario_run_stat(struct scenario *s, const struct scenario_value *v)
{
	struct kith_stats st;
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < s->cluster->count; i++) {
		if (!is_observer(s, &v[1], &v[4], i) || s->cluster->nodes[i].node == NULL)
			continue;
		cluster_stats(s->cluster, i, &st);
		sum += scenario_stat_read(&st, v[0].stat);
	}
	CLUSTER_CHECK(s->cluster, !v[2].given || sum >= v[2].number, "%s is %" PRIu64 ", too few",
		      stats[v[0].stat].name, sum);
	CLUSTER_CHECK(s->cluster, !v[3].given || sum <= v[3].number, "%s is %" PRIu64 ", too many",
		      stats[v[0].stat].name, sum);
}

/* --- the end ----------------------------------------------------------------------------------- */

static const char *const remain_names[SCENARIO_REMAIN_COUNT] = {
#define X(upper, lower, help) [SCENARIO_REMAIN_##upper] = #lower,
	SCENARIO_REMAINS(X)
#undef X
};

void scenario_run_remains(struct scenario *s, const struct scenario_value *v)
{
	uint8_t bit = 0;
	uint32_t i;

	while (strcmp(remain_names[bit], v[0].word) != 0)
		bit++;
	for (i = 0; i < v[1].host_count; i++)
		s->remains[v[1].hosts[i]] |= (uint8_t)(1u << bit);
}

static bool is_suspected(struct cluster *c, uint32_t h)
{
	uint32_t o;

	for (o = 0; o < c->count; o++)
		if (cluster_is_running(c, o) && cluster_status(c, o, h) == KITH_STATUS_SUSPECT)
			return true;
	return false;
}

static bool is_cut(const struct cluster *c, uint32_t h)
{
	const struct net_host *host = &c->net.hosts[h];

	return host->offline || host->group != 0 || net_is_cut(&c->net, h);
}

void scenario_settle(struct scenario *s)
{
	struct cluster *c = s->cluster;
	uint32_t h;
	int bit;

	for (h = 0; h < c->count; h++) {
		const bool is[SCENARIO_REMAIN_COUNT] = {
			[SCENARIO_REMAIN_DOWN] = c->nodes[h].node == NULL,
			[SCENARIO_REMAIN_PAUSED] = c->net.hosts[h].stopped,
			[SCENARIO_REMAIN_CUT] = is_cut(c, h),
			[SCENARIO_REMAIN_SUSPECT] = is_suspected(c, h),
		};

		for (bit = 0; bit < SCENARIO_REMAIN_COUNT; bit++)
			CLUSTER_CHECK(c, !is[bit] || (s->remains[h] & 1u << bit),
				      "%s is still %s; mend it, or say: remains %s %s", c->nodes[h].name,
				      remain_names[bit], remain_names[bit], c->nodes[h].name);
	}
}
