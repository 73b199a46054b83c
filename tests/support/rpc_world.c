/* SPDX-License-Identifier: ISC */
#include "support/rpc_world.h"
#include "base/check.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static void host_resolve(void *ctx, struct kith_rpc_time t, uint64_t ticket, const char *text)
{
	struct rpc_world *w = ctx;

	(void)t;
	if (w->lookups == RPC_JOIN_TEXTS) /* more than a test looks at: never answered */
		return;
	w->tickets[w->lookups] = ticket;
	(void)snprintf(w->looked_up[w->lookups++], sizeof(w->looked_up[0]), "%s", text);
}

static int host_leave(void *ctx, struct kith_rpc_time t)
{
	struct rpc_world *w = ctx;

	(void)t;
	w->left++;
	return w->leave_rc;
}

static int host_reload(void *ctx, struct kith_rpc_time t, struct kith_rpc_said *said)
{
	struct rpc_world *w = ctx;

	(void)t;
	w->reloads++;
	(void)snprintf(said->text, sizeof(said->text), "%s", w->said ? w->said : "");
	return w->reload_rc;
}

static uint64_t host_keep(void *ctx, enum kith_rpc_keep what)
{
	struct rpc_world *w = ctx;

	w->kept = what;
	return w->keep_ticket;
}

static int host_stop(void *ctx, struct kith_rpc_time t)
{
	struct rpc_world *w = ctx;

	(void)t;
	w->stops++;
	return w->stop_rc;
}

/* As a daemon would: the line goes to its log, and from there to whoever watches it. */
static void host_log(void *ctx, enum kith_rpc_level level, const char *text)
{
	struct rpc_world *w = ctx;
	size_t len = strlen(w->log);

	(void)snprintf(w->log + len, sizeof(w->log) - len, "%s\n", text);
	if (w->server != NULL)
		kith_rpc_log(w->server, w->t, level, text);
}

struct kith_rpc_host rpc_world_host(struct rpc_world *w)
{
	return (struct kith_rpc_host){
		.node = w->node,
		.offers = w->offers,
		.cluster = "prod",
		.version = "0.1.0",
		.config_path = "/etc/kith/kith.conf",
		.state_dir = "/var/lib/kith",
		.started_unix_ms = w->t.unix_ms,
		.gossip_port = 5484,
		.ctx = w,
		.resolve = host_resolve,
		.leave = host_leave,
		.reload = host_reload,
		.keep = host_keep,
		.stop = host_stop,
		.log = host_log,
	};
}

void rpc_world_init(struct rpc_world *w, const char *auth_key, const struct kith_alloc *alloc)
{
	rpc_world_init_small(w, auth_key, alloc, FAKE_MEMBERS_MANY);
}

void rpc_world_init_small(struct rpc_world *w, const char *auth_key,
			  const struct kith_alloc *alloc, uint32_t room)
{
	struct kith_rpc_host host;
	int rc;

	memset(w, 0, sizeof(*w));
	w->t = (struct kith_rpc_time){.now = 10000 * KITH_SECOND, .unix_ms = 1795410764120};
	w->node = fake_node_new(room);
	fake_node_add(w->node, "web-1", KITH_STATUS_ALIVE, w->t.now);
	w->offers = kith_offers_new(w->node, &kith_alloc_libc);
	host = rpc_world_host(w);
	host.auth_key = auth_key;
	if (alloc != NULL)
		host.alloc = *alloc;
	rc = kith_rpc_new(&w->server, &host, w->t);
	KITH_ASSERT(alloc != NULL || rc == 0);
}

void rpc_world_fini(struct rpc_world *w)
{
	kith_rpc_free(&w->server);
	kith_offers_free(&w->offers);
	fake_node_free(w->node);
	w->node = NULL;
}

void rpc_world_run(struct rpc_world *w, kith_us by)
{
	w->t.now += by;
	w->t.unix_ms += by / KITH_MS;
	kith_rpc_tick(w->server, w->t);
}
