/* SPDX-License-Identifier: ISC */
/*
 * daemon/host.h: what the parts of the daemon share: the loop, the node and the log. The order
 * of things in one turn of the loop is daemon/loop.h's.
 */
#ifndef KITH_DAEMON_HOST_H
#define KITH_DAEMON_HOST_H

#include "daemon/log.h"
#include <kith/kith.h>

struct ev_loop;

struct kith_host {
	struct ev_loop *loop;
	struct kith_node *node;
	struct kith_log *log;
};

#endif
