/* SPDX-License-Identifier: ISC */
/*
 * daemon/control.h: the sockets of the RPC: the unix socket for kith, and, if configured, Serf's
 * TCP listener. Bytes go to query/rpc.h's server and back; nothing is understood here.
 */
#ifndef KITH_DAEMON_CONTROL_H
#define KITH_DAEMON_CONTROL_H

#include "daemon/conf.h"
#include "daemon/host.h"
#include "query/rpc.h"

struct kith_control;

/* Listening sockets, opened before the node exists. */
struct kith_control_sockets {
	int local, tcp;        /* -1 = none */
	char path[256];        /* of the unix socket */
	struct kith_addr addr; /* of the TCP listener */
};

/* 0, or an exit code with sentences in r. has_key: TCP clients will have to show a key. */
KITH_MUST_USE int kith_control_open(struct kith_control_sockets *s, const struct kith_conf *c,
				    bool has_key, struct kith_report *r);
/* Closes them and removes the unix socket. */
void kith_control_close(struct kith_control_sockets *s);

/* Serves them; all is borrowed, the sockets too. NULL: no memory. */
struct kith_control *kith_control_new(struct kith_host *host, struct kith_rpc *rpc,
				      const struct kith_control_sockets *s);
void kith_control_free(struct kith_control **c);
/* Writes what the server has ready; once at the end of each turn of the loop. */
void kith_control_flush(struct kith_control *c);
/* No client holds bytes that are still to be sent. */
bool kith_control_is_flushed(const struct kith_control *c);

/* Both clocks, as the server wants them. */
struct kith_rpc_time kith_control_time(void);

#endif
