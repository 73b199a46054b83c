/* SPDX-License-Identifier: ISC */
#include "sim/swarm.h"

#include "sim/claims.h"
#include "sim/marks.h"
#include "sim/offers.h"
#include "sim/report.h"
#include "sim/swarm_fault.h"
#include "sim/watch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run. */
struct run {
	struct swarm swarm;
	struct marks *marks;
	kith_us last_event; /* of a member's status, anywhere */
	char why[120]; /* they do not agree yet */
};

/* --- what is looked at on the way --------------------------------------------------------------- */

static bool is_of_member(const struct kith_event *e)
{
	return e->kind == KITH_EVENT_JOINED || e->kind == KITH_EVENT_ALIVE ||
	       e->kind == KITH_EVENT_SUSPECT || e->kind == KITH_EVENT_FAILED ||
	       e->kind == KITH_EVENT_RESTARTING || e->kind == KITH_EVENT_LEFT ||
	       e->kind == KITH_EVENT_REVOKED || e->kind == KITH_EVENT_REAPED;
}

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct run *run = ctx;
	uint32_t who;

	if (run->marks != NULL)
		marks_event(run->marks, e);
	if (!is_of_member(e))
		return;
	run->last_event = n->cluster->world.now;
	who = cluster_index(n->cluster, &e->mid);
	report_line(n->cluster, n, "EVENT %s %s %s->%s %u/%u", kith_event_name(e->kind),
		    who != CLUSTER_ANY ? n->cluster->nodes[who].name : "-", kith_status_name(e->from),
		    kith_status_name(e->to), e->evidence, e->need);
}

static void mark_reasons(struct marks *marks, const struct kith_node *n)
{
	uint32_t cursor = 0, at;
	struct kith_member m;
	struct kith_why w;

	while (kith_node_members(n, &cursor, &m))
		for (at = 0; kith_node_why(n, &m.mid, &at, &w);)
			marks_why(marks, &w);
}

static void on_end(void *ctx, struct cluster_node *n)
{
	struct run *run = ctx;
	struct kith_stats s;

	kith_node_stats(n->node, &s);
	if (run->marks == NULL)
		return;
	marks_stats(run->marks, &s);
	mark_reasons(run->marks, n->node);
}

/* Some datagrams are kept back, to come again. */
static bool on_datagram(void *ctx, const struct net_sent *sent, uint8_t *buf, size_t *len)
{
	struct swarm *s = &((struct run *)ctx)->swarm;

	if (kith_rng_below(&s->replays, 64) == 0 && *len <= KITH_DATAGRAM_MAX) {
		struct swarm_old *o = &s->old[kith_rng_below(&s->replays, SWARM_REPLAYS)];

		o->from = sent->from;
		o->len = *len;
		memcpy(o->bytes, buf, *len);
	}
	return true;
}

/* --- agreement ---------------------------------------------------------------------------------- */

static bool is_live(const struct run *run, uint32_t i)
{
	const struct cluster_node *n = &run->swarm.cluster->nodes[i];

	return !run->swarm.is_gone[i] && n->node != NULL && !n->is_revoked;
}

static bool differ(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool differ(struct run *run, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(run->why, sizeof(run->why), format, ap);
	va_end(ap);
	return false;
}

/* Nobody lives there: all who know of it say the same, and not that it is up. */
static bool agree_on_dead(struct run *run, uint32_t who)
{
	struct cluster *c = run->swarm.cluster;
	int said = CLUSTER_UNKNOWN, status;
	uint32_t i;

	if (c->nodes[who].is_revoked && c->nodes[who].node != NULL)
		return differ(run, "%s is revoked and runs on", c->nodes[who].name);
	for (i = 0; i < c->count; i++) {
		if (!is_live(run, i))
			continue;
		status = cluster_status(c, i, who);
		if (status == CLUSTER_UNKNOWN)
			continue;
		if (c->nodes[who].is_revoked)
			return differ(run, "%s lists %s, which is revoked", c->nodes[i].name,
				      c->nodes[who].name);
		if (status != KITH_STATUS_FAILED && status != KITH_STATUS_LEFT)
			return differ(run, "%s holds %s up", c->nodes[i].name, c->nodes[who].name);
		if (said != CLUSTER_UNKNOWN && said != status)
			return differ(run, "%s is failed and left", c->nodes[who].name);
		said = status;
	}
	return true;
}

static bool is_above(struct swarm_forgot a, struct swarm_forgot b)
{
	return a.epoch != b.epoch ? a.epoch > b.epoch : a.seq > b.seq;
}

/* The newest record of a member that anybody live holds, itself included. */
static struct swarm_forgot newest_of(struct run *run, uint32_t who)
{
	struct cluster *c = run->swarm.cluster;
	struct swarm_forgot newest = {0, 0};
	struct kith_member m;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		if (!is_live(run, i) || !cluster_member(c, i, who, &m))
			continue;
		if (is_above((struct swarm_forgot){m.epoch, m.seq}, newest))
			newest = (struct swarm_forgot){m.epoch, m.seq};
	}
	return newest;
}

/* It was told to forget this member, which is gone, and nobody has a newer record of it. */
static bool has_forgotten(struct run *run, uint32_t observer, uint32_t who)
{
	return !is_live(run, who) &&
	       cluster_status(run->swarm.cluster, observer, who) == CLUSTER_UNKNOWN &&
	       run->swarm.forgot[observer][who].epoch != 0 &&
	       !is_above(newest_of(run, who), run->swarm.forgot[observer][who]);
}

/* Who forgot a member counts that record: the digests differ if the others have another one
 * (sim/swarm.h). */
static bool is_half_forgotten(struct run *run, uint32_t who)
{
	struct swarm *s = &run->swarm;
	const struct swarm_forgot newest = newest_of(run, who);
	uint32_t i;

	for (i = 0; i < s->plan->hosts; i++)
		if (is_live(run, i) && has_forgotten(run, i, who) &&
		    (s->has_lost[who] || is_above(s->forgot[i][who], newest)))
			return true;
	return false;
}

static bool may_differ(struct run *run)
{
	uint32_t i;

	for (i = 0; i < run->swarm.plan->hosts; i++)
		if (is_half_forgotten(run, i))
			return true;
	return false;
}

static bool agree_on_roots(struct run *run)
{
	struct cluster *c = run->swarm.cluster;
	struct kith_view first, v;
	uint32_t i, have = CLUSTER_ANY, lives = 0;

	for (i = 0; i < c->count; i++)
		lives += is_live(run, i) ? 1 : 0;
	for (i = 0; i < c->count; i++) {
		if (!is_live(run, i))
			continue;
		cluster_view(c, i, &v);
		if (!v.started)
			return differ(run, "%s has not started", c->nodes[i].name);
		if (!v.joined && lives > 1)
			return differ(run, "%s has not joined", c->nodes[i].name);
		if (have == CLUSTER_ANY) {
			first = v;
			have = i;
		} else if (memcmp(v.root, first.root, sizeof(v.root)) != 0 && !may_differ(run)) {
			return differ(run, "%s and %s differ in their digests", c->nodes[have].name,
				      c->nodes[i].name);
		}
	}
	return true;
}

static bool agrees(struct cluster *c, void *arg)
{
	struct run *run = arg;
	uint32_t i, k;

	if (!agree_on_roots(run))
		return false;
	for (i = 0; i < c->count; i++) {
		if (!is_live(run, i)) {
			if (!agree_on_dead(run, i))
				return false;
			continue;
		}
		for (k = 0; k < c->count; k++)
			if (is_live(run, k) && cluster_status(c, k, i) != KITH_STATUS_ALIVE)
				return differ(run, "%s does not hold %s alive", c->nodes[k].name,
					      c->nodes[i].name);
	}
	return true;
}

/* Until all agree and go on to do so; how long it took. */
static kith_us heal(struct run *run)
{
	const struct swarm_plan *p = run->swarm.plan;
	const kith_us period = (p->profile == KITH_PROFILE_WAN ? 3 : 1) * KITH_SECOND;
	const kith_us bound = SWARM_BOUND(p->faults_for, p->hosts, period);
	struct cluster *c = run->swarm.cluster;
	const kith_us start = c->world.now;
	kith_us agreed;

	do {
		CLUSTER_CHECK(c, cluster_try_wait(c, start + bound - c->world.now, agrees, run),
			      "not within %.3f s after the faults: all agree; %s",
			      (double)bound / 1e6, run->why);
		agreed = c->world.now;
		cluster_run(c, SWARM_STEADY);
	} while (run->last_event > agreed || !agrees(c, run));
	if (!may_differ(run))
		cluster_check_services(c);
	return agreed - start;
}

/* What a host may not do any more once all agree: totals of its counters. */
static void read_calm(const struct run *run, struct kith_stats stats[SWARM_HOSTS_MAX])
{
	uint32_t i;

	for (i = 0; i < run->swarm.plan->hosts; i++)
		if (is_live(run, i))
			kith_node_stats(run->swarm.cluster->nodes[i].node, &stats[i]);
}

static void stay_quiet(struct run *run)
{
	struct cluster *c = run->swarm.cluster;
	struct kith_stats before[SWARM_HOSTS_MAX], after[SWARM_HOSTS_MAX];
	const kith_us start = c->world.now;
	bool is_signed = false; /* an answer that had been put off: its record may cost a sync */
	uint32_t i;

	read_calm(run, before);
	cluster_run(c, SWARM_QUIET);
	read_calm(run, after);
	CLUSTER_CHECK(c, run->last_event <= start, "not quiet: a member's status changed");
	for (i = 0; i < c->count; i++)
		if (is_live(run, i))
			is_signed |= after[i].signatures_made != before[i].signatures_made;
	for (i = 0; i < c->count; i++) {
		if (!is_live(run, i))
			continue;
		CLUSTER_CHECK(c, after[i].suspicions_sent == before[i].suspicions_sent,
			      "not quiet: %s signed a suspicion", c->nodes[i].name);
		CLUSTER_CHECK(c, after[i].syncs == before[i].syncs || is_signed || may_differ(run),
			      "not quiet: %s synchronised", c->nodes[i].name);
	}
	CLUSTER_CHECK(c, agrees(c, run), "not quiet: they no longer agree");
}

/* --- a run -------------------------------------------------------------------------------------- */

static void first_start(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	if (!s->is_gone[i])
		swarm_start(s, i);
}

static void set_zones(struct swarm *s)
{
	const struct swarm_plan *p = s->plan;
	uint32_t i;

	for (i = 0; i < p->hosts && p->zones > 0; i++) {
		const char name[] = {(char)('a' + p->zone_of[i] - 1), '\0'};

		s->cluster->net.hosts[i].zone = p->zone_of[i];
		cluster_zone(s->cluster, i, name);
	}
	swarm_set_weather(s, &p->weather);
}

static void open_cluster(struct run *run, const struct swarm_plan *p, const struct look *look)
{
	struct cluster_opts o;
	struct cluster *c;

	cluster_opts_init(&o, p->seed);
	o.profile = p->profile;
	o.weather = p->weather;
	o.planes = p->planes;
	o.tick_late_us = p->tick_late_us;
	o.persist_us = p->persist_us;
	o.check = p->check;
	o.ask_us = 100 * KITH_MS;
	o.diary = false;
	look_opts(look, &o);
	c = cluster_new(p->hosts, &o);
	run->swarm.cluster = c;
	set_zones(&run->swarm);
	c->on_event = on_event;
	c->on_end = on_end;
	c->on_event_ctx = run;
	c->touch = on_datagram;
	c->touch_ctx = run;
}

static void start_all(struct run *run)
{
	struct swarm *s = &run->swarm;
	struct kith_rng r;
	uint32_t i;

	swarm_knob(&r, s->plan->seed, "start");
	for (i = 0; i < s->plan->hosts; i++)
		swarm_later(s, cluster_now(s->cluster) + swarm_between(&r, 0, s->plan->start_within),
			    first_start, i, 0);
	swarm_faults_run(s);
}

void swarm_run(const struct swarm_plan *plan, bool tells, const struct look *look,
	       const char *replay, struct marks *marks, struct swarm_result *result)
{
	struct run *run = calloc(1, sizeof(*run));
	struct cluster *c;
	kith_us end;
	uint32_t f;

	if (run == NULL)
		abort();
	run->marks = marks;
	run->swarm.plan = plan;
	run->swarm.log = tells;
	open_cluster(run, plan, look);
	c = run->swarm.cluster;
	look_at(look, c);
	c->again = replay;
	end = cluster_now(c) + plan->faults_for;
	swarm_knob(&run->swarm.replays, plan->seed, "what is replayed");
	swarm_faults_begin(&run->swarm);
	start_all(run);
	while (cluster_now(c) < end) {
		const kith_us next = swarm_faults_next(&run->swarm);

		cluster_run(c, (next < end ? next : end) - cluster_now(c));
		swarm_faults_run(&run->swarm);
	}
	swarm_faults_stop(&run->swarm);
	result->healed_us = heal(run);
	stay_quiet(run);
	watch_all(c);
	result->ran_us = cluster_now(c) - WORLD_START;
	result->steps = c->world.steps;
	result->hash = c->hash;
	for (f = 0; marks != NULL && f < SWARM_FAULT_COUNT; f++)
		marks_fault(marks, (enum swarm_fault)f, run->swarm.kinds[f].struck);
	cluster_free(&c);
	free(run->swarm.repairs);
	free(run);
}
