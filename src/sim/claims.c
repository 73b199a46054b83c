/* SPDX-License-Identifier: ISC */
#include "sim/claims.h"

#include "sim/offers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE (20 * KITH_SECOND)

/* --- reads ------------------------------------------------------------------------------------ */

bool cluster_member(struct cluster *c, uint32_t observer, uint32_t who, struct kith_member *m)
{
	const struct kith_node *n = c->nodes[observer].node;

	return n != NULL && kith_node_member(n, &c->nodes[who].mid, m) == 0;
}

int cluster_status(struct cluster *c, uint32_t observer, uint32_t who)
{
	struct kith_member m;

	return cluster_member(c, observer, who, &m) ? (int)m.status : CLUSTER_UNKNOWN;
}

void cluster_stats(struct cluster *c, uint32_t i, struct kith_stats *s)
{
	CLUSTER_CHECK(c, c->nodes[i].node != NULL, "%s does not run", c->nodes[i].name);
	kith_node_stats(c->nodes[i].node, s);
}

uint64_t cluster_total(struct cluster *c, size_t offset)
{
	uint64_t sum = 0, one;
	struct kith_stats s;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		if (c->nodes[i].node == NULL)
			continue;
		kith_node_stats(c->nodes[i].node, &s);
		memcpy(&one, (const uint8_t *)&s + offset, sizeof(one));
		sum += one;
	}
	return sum;
}

uint64_t cluster_drops(const struct kith_stats *s)
{
	uint64_t sum = 0;

#define X(name, help) sum += s->drops.name;
	KITH_DROPS(X)
#undef X
	return sum;
}

void cluster_view(struct cluster *c, uint32_t i, struct kith_view *v)
{
	CLUSTER_CHECK(c, c->nodes[i].node != NULL, "%s does not run", c->nodes[i].name);
	kith_node_view(c->nodes[i].node, v);
}

static bool is_about(struct cluster *c, const struct cluster_entry *e, enum kith_event_kind kind,
		     uint32_t who, kith_us since)
{
	return e->at >= since && e->event.kind == kind &&
	       (who == CLUSTER_ANY ||
		memcmp(&e->event.mid, &c->nodes[who].mid, sizeof(e->event.mid)) == 0);
}

const struct cluster_entry *cluster_event(struct cluster *c, uint32_t observer,
					  enum kith_event_kind kind, uint32_t who, kith_us since)
{
	const struct cluster_node *n = &c->nodes[observer];
	size_t i;

	for (i = 0; i < n->diary_count; i++)
		if (is_about(c, &n->diary[i], kind, who, since))
			return &n->diary[i];
	return NULL;
}

uint32_t cluster_events(struct cluster *c, uint32_t observer, enum kith_event_kind kind,
			uint32_t who, kith_us since)
{
	const struct cluster_node *n = &c->nodes[observer];
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < n->diary_count; i++)
		count += is_about(c, &n->diary[i], kind, who, since);
	return count;
}

/* --- claims ------------------------------------------------------------------------------------ */

static void check_claim(struct cluster *c, const struct cluster_claim *claim)
{
	uint32_t o, w;

	for (o = 0; o < c->count; o++) {
		if (c->nodes[o].node == NULL ||
		    (claim->observer != CLUSTER_ANY && claim->observer != o))
			continue;
		for (w = 0; w < c->count; w++) {
			if (claim->who != CLUSTER_ANY && claim->who != w)
				continue;
			CLUSTER_CHECK(c, cluster_status(c, o, w) != (int)claim->status,
				      "%s holds %s for %s, which may never be", c->nodes[o].name,
				      c->nodes[w].name, kith_status_name(claim->status));
		}
	}
}

static void check_claims(struct cluster *c)
{
	uint32_t i;

	for (i = 0; i < c->claim_count; i++)
		check_claim(c, &c->claims[i]);
	cluster_check_steady(c);
}

void cluster_forbid(struct cluster *c, uint32_t observer, uint32_t who, enum kith_status status)
{
	struct cluster_claim claim = {observer, who, status};

	if (c->claim_count == c->claim_room) {
		c->claim_room = c->claim_room ? 2 * c->claim_room : 64;
		c->claims = realloc(c->claims, c->claim_room * sizeof(*c->claims));
		assert(c->claims != NULL);
	}
	c->claims[c->claim_count++] = claim;
	check_claims(c);
}

void cluster_allow_all(struct cluster *c)
{
	c->claim_count = c->steady_count = 0;
}

void cluster_never(struct cluster *c, uint32_t observer, uint32_t who, enum kith_status status,
		   kith_us during)
{
	uint32_t before = c->claim_count;

	cluster_forbid(c, observer, who, status);
	cluster_run(c, during);
	c->claim_count = before;
}

/* --- waits ------------------------------------------------------------------------------------- */

bool cluster_try_wait(struct cluster *c, kith_us within, cluster_predicate *p, void *arg)
{
	kith_us until = c->world.now + within, asked = 0;
	bool more = true;

	for (;;) {
		if ((c->changed && c->opts.ask_us <= KITH_MS) ||
		    c->world.now - asked >= c->opts.ask_us || !more) {
			if (c->changed)
				check_claims(c);
			c->changed = false;
			asked = c->world.now;
			if (p != NULL && p(c, arg))
				return true;
		}
		if (!more)
			return false;
		more = cluster_step(c, until);
	}
}

kith_us cluster_wait(struct cluster *c, kith_us within, cluster_predicate *p, void *arg,
		     const char *what)
{
	kith_us start = c->world.now;

	if (!cluster_try_wait(c, within, p, arg))
		cluster_fail(c, __FILE__, __LINE__, "not within %.3f s: %s", (double)within / 1e6,
			     what);
	return c->world.now - start;
}

void cluster_run(struct cluster *c, kith_us during)
{
	(void)cluster_try_wait(c, during, NULL, NULL);
}

struct wish {
	uint32_t observer, who;
	int status;
	enum kith_event_kind kind;
	kith_us since;
};

static bool is_in_touch(const struct cluster *c, uint32_t i)
{
	return c->nodes[i].node != NULL && !c->net.hosts[i].stopped && !c->net.hosts[i].offline;
}

static bool has_status(struct cluster *c, void *arg)
{
	const struct wish *w = arg;

	return cluster_status(c, w->observer, w->who) == w->status;
}

static const char *status_text(int status)
{
	return status == CLUSTER_UNKNOWN ? "unknown" : kith_status_name((enum kith_status)status);
}

kith_us cluster_wait_status(struct cluster *c, uint32_t observer, uint32_t who, int status,
			    kith_us within)
{
	struct wish w = {.observer = observer, .who = who, .status = status};
	kith_us start = c->world.now;

	if (!cluster_try_wait(c, within, has_status, &w))
		cluster_fail(c, __FILE__, __LINE__, "not within %.3f s: %s holds %s for %s",
			     (double)within / 1e6, c->nodes[observer].name, c->nodes[who].name,
			     status_text(status));
	return c->world.now - start;
}

static bool has_status_everywhere(struct cluster *c, void *arg)
{
	const struct wish *w = arg;
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (i != w->who && is_in_touch(c, i) && cluster_status(c, i, w->who) != w->status)
			return false;
	return true;
}

kith_us cluster_wait_status_everywhere(struct cluster *c, uint32_t who, int status,
				       kith_us within)
{
	struct wish w = {.who = who, .status = status};
	kith_us start = c->world.now;

	if (!cluster_try_wait(c, within, has_status_everywhere, &w))
		cluster_fail(c, __FILE__, __LINE__, "not within %.3f s: %s is %s everywhere",
			     (double)within / 1e6, c->nodes[who].name, status_text(status));
	return c->world.now - start;
}

bool cluster_all_see_all(struct cluster *c)
{
	uint32_t i, k, up = 0;
	struct kith_view v;

	for (i = 0; i < c->count; i++)
		up += is_in_touch(c, i);
	/* The counts first: most looks end there, and there are n x n statuses. */
	for (i = 0; i < c->count; i++) {
		if (!is_in_touch(c, i))
			continue;
		cluster_view(c, i, &v);
		if (v.alive < up)
			return false;
	}
	/* Where all hosts there are run, nobody else can be among those alive. */
	if (up == c->count)
		return true;
	for (i = 0; i < c->count; i++)
		for (k = 0; is_in_touch(c, i) && k < c->count; k++)
			if (is_in_touch(c, k) && cluster_status(c, i, k) != KITH_STATUS_ALIVE)
				return false;
	return true;
}

static bool all_see_all(struct cluster *c, void *arg)
{
	(void)arg;
	return cluster_all_see_all(c);
}

kith_us cluster_wait_all_see_all(struct cluster *c, kith_us within)
{
	return cluster_wait(c, within, all_see_all, NULL, "all see all alive");
}

bool cluster_have_equal_roots(struct cluster *c)
{
	struct kith_view first, v;
	bool have = false;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		if (!is_in_touch(c, i))
			continue;
		cluster_view(c, i, &v);
		if (have && memcmp(first.root, v.root, sizeof(v.root)) != 0)
			return false;
		first = v;
		have = true;
	}
	return true;
}

static bool equal_roots(struct cluster *c, void *arg)
{
	(void)arg;
	return cluster_have_equal_roots(c);
}

kith_us cluster_wait_equal_roots(struct cluster *c, kith_us within)
{
	return cluster_wait(c, within, equal_roots, NULL, "all have the same root digest");
}

static bool has_event(struct cluster *c, void *arg)
{
	const struct wish *w = arg;

	return cluster_event(c, w->observer, w->kind, w->who, w->since) != NULL;
}

kith_us cluster_wait_event(struct cluster *c, uint32_t observer, enum kith_event_kind kind,
			   uint32_t who, kith_us within)
{
	struct wish w = {.observer = observer, .who = who, .kind = kind, .since = c->world.now};
	kith_us start = c->world.now;

	if (!cluster_try_wait(c, within, has_event, &w))
		cluster_fail(c, __FILE__, __LINE__, "not within %.3f s: event %s of %s at %s",
			     (double)within / 1e6, kith_event_name(kind),
			     who == CLUSTER_ANY ? "anybody" : c->nodes[who].name,
			     c->nodes[observer].name);
	return c->world.now - start;
}

kith_us cluster_join_all(struct cluster *c)
{
	kith_us took;
	uint32_t i;

	cluster_start_all(c);
	for (i = 1; i < c->count; i++)
		cluster_join(c, i, 0);
	took = cluster_wait_all_see_all(c, 30 * KITH_SECOND);
	cluster_wait_equal_roots(c, 120 * KITH_SECOND);
	cluster_run(c, SETTLE);
	return took;
}
