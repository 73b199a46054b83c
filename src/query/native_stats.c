/* SPDX-License-Identifier: ISC */
/* The row kith.stats: every counter there is, by group. */
#include "query/native.h"
#include "query/reply.h"

#include <string.h>

/* Writes counters, opening a group when its first counter that is wanted comes. */
struct groups {
	struct kith_request *r;
	struct kith_bytes prefix;
	char open[32]; /* the group under way, or "" */
};

static bool is_wanted(const struct groups *g, const char *group, const char *name)
{
	size_t group_len = strlen(group), left;

	if (g->prefix.len <= group_len)
		return g->prefix.len == 0 || memcmp(g->prefix.p, group, g->prefix.len) == 0;
	if (memcmp(g->prefix.p, group, group_len) != 0 || g->prefix.p[group_len] != '.')
		return false;
	left = g->prefix.len - group_len - 1;
	return left <= strlen(name) && memcmp(g->prefix.p + group_len + 1, name, left) == 0;
}

static void close_group(struct groups *g)
{
	if (g->open[0] != '\0')
		kith_write_end(&g->r->w);
	g->open[0] = '\0';
}

static void counter(struct groups *g, const char *group, const char *name, uint64_t value)
{
	if (!is_wanted(g, group, name))
		return;
	if (strcmp(g->open, group) != 0) {
		close_group(g);
		memcpy(g->open, group, strnlen(group, sizeof(g->open) - 1) + 1);
		g->open[sizeof(g->open) - 1] = '\0';
		kith_write_key_map(&g->r->w, group);
	}
	kith_write_key_u64(&g->r->w, name, value);
}

void kith_native_stats(struct kith_request *r)
{
	struct groups g = {.r = r};
	struct kith_rpc_counter c;
	struct kith_stats stats;

	(void)kith_value_text(kith_value_get(r->args, "prefix"), &g.prefix);
	kith_node_stats(r->s->host.node, &stats);
	kith_reply_ok(r);
	kith_write_key_map(&r->w, "stats");
#define X(name, help) counter(&g, "node", #name, stats.name);
	KITH_STATS(X)
#undef X
#define X(name, help) counter(&g, "drops", #name, stats.drops.name);
	KITH_DROPS(X)
#undef X
#define X(name, help) counter(&g, "rpc", #name, r->s->counters.name);
	KITH_RPC_COUNTERS(X)
#undef X
	for (size_t i = 0; r->s->host.counter != NULL && r->s->host.counter(r->s->host.ctx, i, &c);
	     i++)
		counter(&g, c.group, c.name, c.value);
	close_group(&g);
	kith_write_end(&r->w);
	kith_reply_end(r);
}
