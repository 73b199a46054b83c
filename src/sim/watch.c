/* SPDX-License-Identifier: ISC */
#include "sim/watch.h"

#include "base/time.h"
#include "sim/checker.h"
#include "sim/report.h"

#include <assert.h>
#include <stdlib.h>

struct watch {
	struct checker *checker; /* owned */
	struct watch_host {
		uint32_t walks;
		kith_us walked_at; /* virtual time */
		bool is_behind;    /* a change was not walked yet */
	} *hosts; /* owned */
};

static void on_broken(void *ctx, uint32_t host, enum checker_invariant broken, const char *text)
{
	struct cluster *c = ctx;

	cluster_fail(c, __FILE__, __LINE__, "broken: %s, at %s: %s", checker_name(broken),
		     c->nodes[host].name, text);
}

void watch_open(struct cluster *c)
{
	assert(c->watch == NULL);
	if (c->count > CHECKER_HOSTS_MAX)
		return;
	c->watch = calloc(1, sizeof(*c->watch));
	assert(c->watch != NULL);
	c->watch->checker = checker_new(c->count, on_broken, c);
	c->watch->hosts = calloc(c->count, sizeof(*c->watch->hosts));
	assert(c->watch->hosts != NULL);
}

void watch_close(struct cluster *c)
{
	if (c->watch == NULL)
		return;
	checker_free(&c->watch->checker);
	free(c->watch->hosts);
	free(c->watch);
	c->watch = NULL;
}

void watch_begin(struct cluster_node *n)
{
	struct watch *w = n->cluster->watch;

	if (w == NULL)
		return;
	w->hosts[n->index] = (struct watch_host){.is_behind = true};
	checker_begin(w->checker, n->index, n->disk_epoch);
}

void watch_end(struct cluster_node *n)
{
	struct watch *w = n->cluster->watch;

	if (w != NULL)
		checker_end(w->checker, n->index, n->cluster->world.now);
}

void watch_durable(struct cluster_node *n)
{
	struct watch *w = n->cluster->watch;

	if (w != NULL)
		checker_durable(w->checker, n->index, n->disk_epoch);
}

void watch_own(struct cluster_node *n)
{
	struct watch *w = n->cluster->watch;
	struct kith_member self;

	if (w == NULL)
		return;
	kith_node_self(n->node, &self);
	checker_own(w->checker, n->index, &self);
}

/* Nobody has been heard for a round. What comes at this very instant comes after the timers. */
static bool is_alone(const struct cluster_node *n)
{
	const kith_us now = cluster_clock(n->cluster, n->index);
	struct kith_member m;
	uint32_t cursor = 0;

	while (kith_node_members(n->node, &cursor, &m))
		if (!m.self && m.heard != KITH_NEVER && m.heard != now &&
		    kith_us_elapsed(m.heard, now) < CHECKER_ROUND)
			return false;
	return true;
}

/* What it concludes nobody else may have been told. */
static bool is_private(const struct cluster_node *n)
{
	struct kith_member self;

	kith_node_self(n->node, &self);
	return self.disputed || is_alone(n);
}

void watch_event(struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = n->cluster->watch;
	uint32_t who;

	if (w == NULL)
		return;
	who = cluster_index(n->cluster, &e->mid);
	if (who != CLUSTER_ANY)
		checker_event(w->checker, n->index, who, e->to == KITH_STATUS_FAILED && is_private(n), e);
}

static void walk(struct cluster_node *n, const struct kith_stats *s, const struct kith_view *v,
		 bool full)
{
	struct cluster *c = n->cluster;
	struct watch *w = c->watch;
	struct kith_member m;
	uint32_t cursor = 0;

	w->hosts[n->index].walked_at = c->world.now;
	w->hosts[n->index].is_behind = false;
	checker_walk(w->checker, n->index, cluster_clock(c, n->index), c->world.now, s,
		     full);
	while (kith_node_members(n->node, &cursor, &m))
		checker_member(w->checker, n->index, cluster_index(c, &m.mid), &m);
	checker_walked(w->checker, n->index, v);
}

void watch_step(struct cluster_node *n, const struct kith_view *v, bool changed)
{
	struct cluster *c = n->cluster;
	struct watch *w = c->watch;
	struct watch_host *h;
	struct kith_stats s;

	if (w == NULL)
		return;
	h = &w->hosts[n->index];
	h->is_behind |= changed;
	if (n->wall_skew_ms > WATCH_CLOCK_OFF_MS || n->wall_skew_ms < -WATCH_CLOCK_OFF_MS)
		checker_clock_off(w->checker, n->index);
	kith_node_stats(n->node, &s);
	if (h->is_behind && (v->alive + v->failed + v->left < WATCH_MANY ||
			     c->world.now - h->walked_at >= KITH_SECOND))
		walk(n, &s, v, h->walks++ % WATCH_FULL_EVERY == 0);
	checker_bounds(w->checker, n->index, &s, v, c->opts.check ? n->heap.bytes : 0);
}

void watch_all(struct cluster *c)
{
	struct kith_stats s;
	struct kith_view v;
	uint32_t i;

	for (i = 0; c->watch != NULL && i < c->count; i++) {
		if (c->nodes[i].node == NULL)
			continue;
		kith_node_stats(c->nodes[i].node, &s);
		kith_node_view(c->nodes[i].node, &v);
		walk(&c->nodes[i], &s, &v, true);
	}
}
