/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "files/seed.h"

static void on_resolved(void *ctx, uint64_t ticket, const struct kith_addr *addrs, size_t count,
			const char *why)
{
	struct kith_daemon *d = ctx;

	kith_rpc_resolved(d->rpc, kith_control_time(), ticket, addrs, count, why);
}

static void resolve(void *ctx, struct kith_rpc_time t, uint64_t ticket, const char *text)
{
	struct kith_daemon *d = ctx;
	struct kith_seed_text seed;

	if (kith_seed_scan(text, &seed) != 0)
		kith_rpc_resolved(d->rpc, t, ticket, NULL, 0, "not an address or host name");
	else if (*seed.host == '\0')
		kith_rpc_resolved(d->rpc, t, ticket, &seed.addr, 1, "");
	else if (d->resolver == NULL)
		kith_rpc_resolved(d->rpc, t, ticket, NULL, 0,
				  "this kithd resolves no names; give an address");
	else
		kith_resolver_ask(d->resolver, seed.host, seed.port, on_resolved, d, ticket);
}

static int leave(void *ctx, struct kith_rpc_time t)
{
	(void)t;
	return kith_stop_begin(ctx, 0, "asked to leave");
}

static int reload(void *ctx, struct kith_rpc_time t, struct kith_rpc_said *said)
{
	(void)t;
	return kith_reload(ctx, said->text, sizeof said->text) == 0 ? 0 : KITH_EINVAL;
}

static uint64_t keep(void *ctx, enum kith_rpc_keep what)
{
	return what == KITH_RPC_KEEP_SERVICES ? kith_offering_keep(ctx) : kith_keep_now(ctx);
}

static int stop(void *ctx, struct kith_rpc_time t)
{
	(void)t;
	kith_stop_now(ctx, "asked to stop");
	return 0;
}

static bool counter_of_dns(const struct kith_dns_counters *dns, size_t i, struct kith_rpc_counter *c)
{
	static const struct {
		const char *name;
		size_t at;
	} rows[] = {
#define X(name, help) {#name, offsetof(struct kith_dns_counters, name)},
		KITH_DNS_COUNTERS(X)
#undef X
	};

	if (dns == NULL || i >= sizeof rows / sizeof rows[0])
		return false;
	*c = (struct kith_rpc_counter){
		"dns", rows[i].name, *(const uint64_t *)(const void *)((const uint8_t *)dns + rows[i].at)};
	return true;
}

static bool counter(void *ctx, size_t i, struct kith_rpc_counter *c)
{
	struct kith_daemon *d = ctx;

	if (i == 0) {
		*c = (struct kith_rpc_counter){"host", "datagrams_unsent", kith_udp_dropped(d->udp)};
		return true;
	}
	return counter_of_dns(kith_dns_counted(d->dns), i - 1, c);
}

static bool problem(void *ctx, size_t i, struct kith_rpc_problem *p)
{
	struct kith_daemon *d = ctx;

	if (i > 0 || !d->is_disk_failing)
		return false;
	*p = (struct kith_rpc_problem){"disk_failing", "the state directory cannot be written",
				       "df; journalctl -u kithd"};
	return true;
}

static void log_line(void *ctx, enum kith_rpc_level level, const char *text)
{
	struct kith_daemon *d = ctx;

	if (level >= KITH_RPC_INFO)
		kith_log(d->host.log, CONTROL, kith_f_text("what", text));
	else
		kith_log(d->host.log, CONTROL_DEBUG, kith_f_text("what", text));
}

void kith_rpchost_fill(struct kith_daemon *d, struct kith_rpc_host *out)
{
	*out = (struct kith_rpc_host){
		.node = d->host.node,
		.offers = d->offering.offers,
		.cluster = d->id.cluster,
		.version = kith_version(),
		.config_path = d->config_path,
		.state_dir = d->state.path,
		.auth_key = d->auth_key,
		.started_unix_ms = d->started_unix_ms,
		.gossip_port = KITH_PORT_DEFAULT,
		.ctx = d,
		.resolve = resolve,
		.leave = leave,
		.reload = reload,
		.keep = keep,
		.stop = stop,
		.counter = counter,
		.problem = problem,
		.log = log_line,
	};
}
