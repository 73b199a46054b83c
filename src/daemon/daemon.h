/* SPDX-License-Identifier: ISC */
/*
 * daemon/daemon.h: kithd as a whole. One turn of the loop:
 *
 *	sockets are read (udp, stream, control)      the node hears of it
 *	timers and signals of our own                (stop.c, reload.c, state.c)
 *	then, before the loop sleeps (turn.c):
 *	    time passes for the node and the RPC
 *	    what the node wants done is done, until it wants no more
 *	    what was collected is sent
 *	    the timer is set to the earliest deadline
 *
 * Life: kith_daemon_start() makes everything or says why not; ev_run(); kith_daemon_end().
 */
#ifndef KITH_DAEMON_DAEMON_H
#define KITH_DAEMON_DAEMON_H

#include "daemon/args.h"
#include "daemon/control.h"
#include "daemon/dns.h"
#include "daemon/host.h"
#include "daemon/resolve.h"
#include "daemon/saver.h"
#include "daemon/seeds.h"
#include "daemon/services.h"
#include "daemon/setup.h"
#include "daemon/stream.h"
#include "daemon/udp.h"
#include "query/offers.h"
#include <ev.h>

enum kith_stage {
	KITH_STAGE_RUNNING,
	KITH_STAGE_LEAVING, /* until LEAVE_DONE */
	KITH_STAGE_DRAINING /* until what was written is out */
};

enum { KITH_SIGNALS = 6 };

struct kith_daemon {
	struct kith_host host;
	const struct kith_args *args;         /* borrowed, with what it names */
	struct kith_conf_source source;       /* of the configuration, for a reload */
	char config_path[KITH_PATH_MAX];
	char socket_path[KITH_PATH_MAX], join_path[KITH_PATH_MAX]; /* defaults */
	struct kith_conf *conf;
	struct kith_state state;
	struct kith_idfile id;                /* without its secrets */
	char auth_key[256];
	int64_t started_unix_ms;

	struct kith_listens listens, dns_listens;
	struct kith_control_sockets sockets;
	struct kith_udp *udp;
	struct kith_streams *streams;
	struct kith_dns_host *dns;            /* NULL: none */
	struct kith_rpc *rpc;
	struct kith_control *control;
	struct kith_resolver *resolver;
	struct kith_seeder *seeder;

	/* Files (keep.c). */
	struct kith_saver *saver;
	struct {
		size_t size, live;            /* bytes of the file, and of those that counted once */
		bool is_lost;                 /* the file is not what the node believes it to be */
		double saved, gap_s;          /* loop time of the last write; until the next one */
		uint64_t ticket;              /* of the last save */
		ev_timer timer;
	} kept;
	struct {                              /* offering.c */
		struct kith_offers *offers;
		uint64_t saved, asked;        /* their revision on disk, and on its way there */
		uint64_t ticket;              /* of that */
		ev_timer timer;
	} offering;
	ev_timer epoch_timer;
	uint32_t epoch;                       /* that the node waits for to be durable, and */
	uint64_t epoch_token;
	bool is_disk_failing;

	/* Clocks (tick.c). */
	ev_prepare prepare;
	ev_timer deadline, minute, watchdog;
	ev_io jump;                           /* fd -1: not supported */
	bool is_clock_trusted;

	/* Signals (stop.c, reload.c, state.c). */
	ev_signal signals[KITH_SIGNALS];
	ev_timer quiet_again;                 /* ends SIGUSR2's five minutes */
	ev_timer patience;                    /* a stop takes no longer than this */
	enum kith_stage stage;
	int exit_code;                        /* of the run */
};

/* Everything from the configuration to the loop; on failure an exit code with sentences in r. */
KITH_MUST_USE int kith_daemon_start(struct kith_daemon *d, const struct kith_args *args,
				    struct kith_report *r);
/* Frees everything. */
void kith_daemon_end(struct kith_daemon *d);
/* Reads and judges the configuration as a start would, and the sockets if the mode says so. 0 or
 * an exit code. */
KITH_MUST_USE int kith_daemon_check(const struct kith_args *args, struct kith_report *r,
				    struct kith_report *hints);
/* Prints the settings in effect. 0 or an exit code. */
KITH_MUST_USE int kith_daemon_print_config(const struct kith_args *args, FILE *out,
					   struct kith_report *r);

/* --- parts, each in the file of its name --- */

/* turn.c */
void kith_turn_start(struct kith_daemon *d);
void kith_turn_stop(struct kith_daemon *d);

/* tick.c: the wall clock is told to the node once a minute and when it jumps. */
void kith_tick_start(struct kith_daemon *d);
void kith_tick_stop(struct kith_daemon *d);

/* keep.c: what is kept in the state directory while the daemon runs; what was kept is given to the
 * node. false: no thread. */
KITH_MUST_USE bool kith_keep_start(struct kith_daemon *d, const struct kith_mid *mid);
void kith_keep_epoch(struct kith_daemon *d, uint32_t epoch, uint64_t token);
/* The membership changed: it is saved within a second, or up to a minute after the last time. */
void kith_keep_changed(struct kith_daemon *d);
/* It is saved now. A ticket, for kith_rpc_kept(); 0: nothing changed, or there is no memory. */
uint64_t kith_keep_now(struct kith_daemon *d);
/* Saves what changed and waits for it. */
void kith_keep_stop(struct kith_daemon *d);

/* offering.c: the services of this host: those of the configuration, and those of the state directory,
 * which are written there whenever they change. d->offering.offers is made before. 0 or an exit code. */
KITH_MUST_USE int kith_offering_start(struct kith_daemon *d, struct kith_report *r);
/* Writes what is not on disk yet. */
void kith_offering_stop(struct kith_daemon *d);
/* All services of `conf` instead of those that were configured, or none. 0 or an exit code. */
KITH_MUST_USE int kith_offering_configure(struct kith_daemon *d, const struct kith_conf *conf,
					  struct kith_report *r);
/* Whether a node would take them. 0 or an exit code. */
KITH_MUST_USE int kith_offering_check(struct kith_node *node, const struct kith_conf *conf,
				      struct kith_report *r);
/* They are saved now. A ticket, for kith_rpc_kept(); 0: that is so already. */
uint64_t kith_offering_keep(struct kith_daemon *d);
/* A job of the saver ended. */
void kith_offering_saved(struct kith_daemon *d, uint64_t ticket, bool is_on_disk);

/* stop.c */
void kith_signals_start(struct kith_daemon *d);
void kith_signals_stop(struct kith_daemon *d);
/* Leaves (back_s 0) or announces a restart, then stops. KITH_ESTATE: it stops already. */
KITH_MUST_USE int kith_stop_begin(struct kith_daemon *d, uint16_t back_s, const char *why);
/* Stops without telling the members. */
void kith_stop_now(struct kith_daemon *d, const char *why);
/* An authority has expelled us. */
void kith_stop_revoked(struct kith_daemon *d);
/* The node said LEAVE_DONE. */
void kith_stop_left(struct kith_daemon *d);
/* At the end of a turn: whether a stop is complete. */
void kith_stop_look(struct kith_daemon *d);

/* reload.c: all or nothing. 0 or -1; `said` tells what came of it. */
int kith_reload(struct kith_daemon *d, char *said, size_t size);
/* All seeds of the identity file and the configuration. */
void kith_reload_seeds(struct kith_seeds_list *list, const struct kith_idfile *id,
		       const struct kith_conf *c);

/* events.c: whether an event of the node is about this host; and its log line. */
bool kith_events_is_own(const struct kith_host *host, const struct kith_event *e);
void kith_events_log(const struct kith_host *host, const struct kith_event *e);

/* rpchost.c: what the RPC server asks of the daemon. */
void kith_rpchost_fill(struct kith_daemon *d, struct kith_rpc_host *out);

/* state.c: the state in some lines of log. */
void kith_state_log(struct kith_daemon *d);

#endif
