/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "base/mem.h"
#include "daemon/advertise.h"
#include "daemon/clock.h"
#include "daemon/notify.h"
#include "daemon/paths.h"
#include <string.h>
#include <unistd.h>

/* What start and check have in common: where the configuration is, and what it says. */
struct plan {
	struct kith_paths paths;
	const char *state_path;
	char join_path[KITH_PATH_MAX];
	struct kith_conf_source source;
	struct kith_conf *conf;
};

static int load(struct plan *p, const struct kith_args *args, struct kith_report *r)
{
	int code;

	if (!kith_paths_default(&p->paths) &&
	    (args->config == NULL || args->state == NULL)) {
		kith_report_add(r, "kithd", 0, "no home directory; name -c FILE and --state DIR");
		return 78;
	}
	p->state_path = args->state != NULL ? args->state : p->paths.state;
	p->source = (struct kith_conf_source){
		.path = args->config != NULL ? args->config : p->paths.config,
		.must_exist = args->config != NULL,
		.overrides = args->overrides,
		.override_count = args->override_count,
		.override_origin = "command line",
	};
	code = snprintf(p->join_path, sizeof p->join_path, "%s/%s", p->state_path, KITH_STATE_JOIN);
	if (code < 0 || (size_t)code >= sizeof p->join_path) {
		kith_report_add(r, p->state_path, 0, "the path is too long");
		return 78;
	}
	code = kith_conf_load(&p->conf, &p->source, r);
	if (code != 0)
		return code;
	kith_conf_preset(p->conf, KITH_OPTION_CONTROL_SOCKET, p->paths.socket);
	kith_conf_preset(p->conf, KITH_OPTION_CLUSTER_JOIN_FILE, p->join_path);
	return 0;
}

int kith_daemon_print_config(const struct kith_args *args, FILE *out, struct kith_report *r)
{
	struct plan p = {.conf = NULL};
	int code = load(&p, args, r);

	if (code == 0)
		kith_conf_print(p.conf, out);
	kith_conf_free(&p.conf);
	return code;
}

/* --- the node -------------------------------------------------------------------------------- */

/* A node from all that was read. 0, or an exit code. */
static int make_node(struct kith_node **node, const struct kith_setup *s, const struct kith_conf *c,
		     const struct kith_listens *l, struct kith_log *log, struct kith_report *r)
{
	struct kith_addr seeds[KITH_SEEDS_MAX];
	struct kith_advertised own;
	struct kith_seeds_list list;
	struct kith_config config;
	int code, error;

	kith_reload_seeds(&list, &s->id, c);
	code = kith_advertise(&own, c, l, seeds, kith_seeds_list_addrs(&list, seeds, KITH_SEEDS_MAX),
			      log, r);
	if (code != 0)
		return code;
	kith_setup_config(&config, s, c);
	config.trace = log != NULL && kith_log_wants(log, KITH_LOG_DEBUG);
	memcpy(config.addrs, own.addrs, sizeof config.addrs);
	config.addr_count = own.count;
	error = kith_node_new(node, &config, kith_clock_now(), kith_clock_unix_ms());
	explicit_bzero(&config, sizeof config);
	return error == 0 ? 0 : kith_setup_blame(error, s, r);
}

/* --- check ----------------------------------------------------------------------------------- */

static int check_sockets(struct kith_listens *l, const struct kith_conf *c, bool has_key,
			 struct kith_report *r)
{
	struct kith_control_sockets sockets;
	int code = kith_listens_open(l, c, KITH_OPTION_NETWORK_LISTEN, NULL, r), dns, control;
	struct kith_listens dns_listens;

	dns = kith_dns_open(&dns_listens, c, NULL, r);
	if (dns == 0)
		kith_listens_close(&dns_listens);
	control = kith_control_open(&sockets, c, has_key, r);
	if (control == 0)
		kith_control_close(&sockets);
	return code != 0 ? code : dns != 0 ? dns : control;
}

int kith_daemon_check(const struct kith_args *args, struct kith_report *r,
		      struct kith_report *hints)
{
	struct plan p = {.conf = NULL};
	struct kith_state state = {.lock_fd = -1}; /* a daemon may be running there */
	struct kith_listens listens = {.count = 0};
	struct kith_node *node = NULL;
	struct kith_setup setup;
	int code = load(&p, args, r);

	if (code != 0)
		return code;
	memcpy(state.path, p.state_path, strlen(p.state_path) + 1);
	code = kith_setup_read(&setup, p.conf, &state, r, hints);
	if (args->mode == KITH_MODE_CHECK_BIND) {
		int sockets = check_sockets(&listens, p.conf, *setup.auth_key != '\0', r);

		code = code != 0 ? code : sockets;
	} else {
		kith_listens_pretend(&listens, p.conf);
	}
	if (code == 0)
		code = make_node(&node, &setup, p.conf, &listens, NULL, r);
	if (code == 0)
		code = kith_offering_check(node, p.conf, r);
	kith_node_free(&node);
	kith_listens_close(&listens);
	kith_setup_wipe(&setup);
	kith_conf_free(&p.conf);
	return code;
}

/* --- start ----------------------------------------------------------------------------------- */

static int no_memory(struct kith_report *r)
{
	kith_report_add(r, "kithd", 0, "out of memory");
	return 71;
}

static void log_hints(struct kith_daemon *d, struct kith_report *hints)
{
	const char *text = kith_report_text(hints);

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char line[1024];

		snprintf(line, sizeof line, "%.*s", (int)len, text);
		kith_log(d->host.log, FILE_IGNORED, kith_f_text("what", line));
		text += len + (text[len] != '\0');
	}
	kith_report_clear(hints);
}

static void on_log_line(void *ctx, enum kith_log_level level, const char *text)
{
	static const enum kith_rpc_level levels[] = {KITH_RPC_ERR, KITH_RPC_WARN, KITH_RPC_INFO,
						     KITH_RPC_DEBUG};
	struct kith_daemon *d = ctx;

	kith_rpc_log(d->rpc, kith_control_time(), levels[level], text);
}

/* Everything that may be refused by the system or by a file: before this nothing was written. */
static int open_all(struct kith_daemon *d, struct kith_setup *setup, struct kith_report *r)
{
	int code;

	code = kith_listens_open(&d->listens, d->conf, KITH_OPTION_NETWORK_LISTEN, d->host.log, r);
	if (code == 0)
		code = kith_dns_open(&d->dns_listens, d->conf, d->host.log, r);
	if (code == 0)
		code = kith_control_open(&d->sockets, d->conf, *setup->auth_key != '\0', r);
	if (code == 0)
		code = kith_setup_begin(setup, &d->state, r);
	if (code == 0)
		code = make_node(&d->host.node, setup, d->conf, &d->listens, d->host.log, r);
	return code;
}

static int make_parts(struct kith_daemon *d, const struct kith_setup *setup, struct kith_report *r)
{
	struct kith_rpc_host rpc_host;

	d->id = setup->id;
	explicit_bzero(d->id.identity, sizeof d->id.identity);
	explicit_bzero(d->id.cluster_keys, sizeof d->id.cluster_keys);
	memcpy(d->auth_key, setup->auth_key, sizeof d->auth_key);
	d->started_unix_ms = kith_clock_unix_ms();
	d->offering.offers = kith_offers_new(d->host.node, &kith_alloc_libc);
	if (d->offering.offers == NULL)
		return no_memory(r);
	kith_rpchost_fill(d, &rpc_host);
	if (kith_rpc_new(&d->rpc, &rpc_host, kith_control_time()) != 0)
		return no_memory(r);
	d->udp = kith_udp_new(&d->host, &d->listens);
	d->streams = kith_streams_new(&d->host, &d->listens);
	d->dns = kith_dns_start(&d->host, &d->dns_listens, d->conf);
	d->control = kith_control_new(&d->host, d->rpc, &d->sockets);
	d->resolver = kith_resolver_new(d->host.loop);
	d->seeder = kith_seeder_new(&d->host, d->resolver);
	if (d->udp == NULL || d->streams == NULL || d->control == NULL || d->seeder == NULL ||
	    (d->dns == NULL && d->dns_listens.count > 0) || !kith_keep_start(d, &setup->mid))
		return no_memory(r);
	kith_log_sink(d->host.log, on_log_line, d);
	kith_signals_start(d);
	kith_turn_start(d);
	return 0;
}

static void begin(struct kith_daemon *d)
{
	struct kith_seeds_list list;
	struct kith_member self;

	kith_node_self(d->host.node, &self);
	kith_log(d->host.log, START, kith_f_text("node", self.name),
		 kith_f_text("cluster", d->id.cluster), kith_f_addr("addr", &self.addrs[0]),
		 kith_f_text("socket", d->sockets.path), kith_f_text("state", d->state.path),
		 kith_f_text("version", kith_version()));
	kith_tick_start(d);
	kith_reload_seeds(&list, &d->id, d->conf);
	kith_seeder_set(d->seeder, &list);
	kith_notify("READY=1");
}

static int start_with(struct kith_daemon *d, struct kith_setup *setup, struct kith_report *r)
{
	struct kith_report hints = {0};
	int code;

	d->host.log = kith_log_new(
		STDERR_FILENO, (enum kith_log_level)kith_conf_number(d->conf, KITH_OPTION_LOG_LEVEL),
		(enum kith_log_format)kith_conf_number(d->conf, KITH_OPTION_LOG_FORMAT));
	d->host.loop = ev_loop_new(EVFLAG_NOENV | EVFLAG_AUTO);
	if (d->host.log == NULL || d->host.loop == NULL)
		return no_memory(r);
	code = kith_setup_read(setup, d->conf, &d->state, r, &hints);
	log_hints(d, &hints);
	if (code == 0)
		code = open_all(d, setup, r);
	if (code == 0)
		code = make_parts(d, setup, r);
	if (code == 0)
		code = kith_offering_start(d, r);
	if (code == 0)
		begin(d);
	return code;
}

int kith_daemon_start(struct kith_daemon *d, const struct kith_args *args, struct kith_report *r)
{
	struct plan p = {.conf = NULL};
	struct kith_setup setup;
	int code;

	memset(d, 0, sizeof *d);
	d->state.lock_fd = d->sockets.local = d->sockets.tcp = d->jump.fd = -1;
	d->args = args;
	code = load(&p, args, r);
	if (code != 0)
		return code;
	d->conf = p.conf;
	d->source = p.source;
	snprintf(d->config_path, sizeof d->config_path, "%s", p.source.path);
	d->source.path = d->config_path;
	snprintf(d->socket_path, sizeof d->socket_path, "%s", p.paths.socket);
	snprintf(d->join_path, sizeof d->join_path, "%s", p.join_path);
	code = kith_file_exit_code(kith_state_open(&d->state, p.state_path, r));
	if (code != 0)
		return code;
	code = start_with(d, &setup, r);
	kith_setup_wipe(&setup);
	return code;
}

/* Whatever a start that failed has left is freed here, too. */
void kith_daemon_end(struct kith_daemon *d)
{
	if (d->prepare.data != NULL) {
		kith_log_sink(d->host.log, NULL, NULL);
		kith_turn_stop(d);
		kith_signals_stop(d);
		if (d->minute.data != NULL)
			kith_tick_stop(d);
	}
	kith_keep_stop(d);
	kith_resolver_free(&d->resolver);
	kith_seeder_free(&d->seeder);
	kith_control_free(&d->control);
	kith_streams_free(&d->streams);
	kith_udp_free(&d->udp);
	kith_dns_stop(&d->dns);
	kith_rpc_free(&d->rpc);
	kith_offers_free(&d->offering.offers);
	kith_node_free(&d->host.node);
	kith_control_close(&d->sockets);
	kith_listens_close(&d->listens);
	kith_listens_close(&d->dns_listens);
	kith_conf_free(&d->conf);
	if (d->state.lock_fd >= 0)
		kith_state_close(&d->state);
	if (d->host.loop != NULL)
		ev_loop_destroy(d->host.loop);
	kith_log_free(&d->host.log);
	explicit_bzero(d->auth_key, sizeof d->auth_key);
}
