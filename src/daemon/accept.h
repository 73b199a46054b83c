/* SPDX-License-Identifier: ISC */
/*
 * daemon/accept.h: one listening socket in the loop. When the process has no descriptor left, it
 * pauses for a moment instead of spinning.
 */
#ifndef KITH_DAEMON_ACCEPT_H
#define KITH_DAEMON_ACCEPT_H

#include "daemon/host.h"
#include <ev.h>

/* Takes over `fd`, a connected socket, not blocking and close-on-exec. */
typedef void (*kith_accept_f)(void *ctx, int fd);

struct kith_accept {
	ev_io io;
	ev_timer pause;
	struct kith_host *host; /* borrowed */
	kith_accept_f on_connected;
	void *ctx;
};

/* fd is a listening socket and stays the caller's. */
void kith_accept_start(struct kith_accept *a, struct kith_host *host, int fd,
		       kith_accept_f on_connected, void *ctx);
void kith_accept_stop(struct kith_accept *a);

#endif
