/* SPDX-License-Identifier: ISC */
#include "daemon/accept.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { ACCEPTS_A_TURN = 64 };
static const double pause_s = 0.2;

static void on_pause_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct kith_accept *a = timer->data;

	(void)events;
	ev_io_start(loop, &a->io);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct kith_accept *a = io->data;

	(void)events;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd = accept4(io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			a->on_connected(a->ctx, fd);
			continue;
		}
		/* EINTR, ECONNABORTED and the network's own errors (accept(2)): the next one may do. */
		if (errno == EAGAIN)
			return;
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			kith_log(a->host->log, SOCKET_FAILED, kith_f_text("call", "accept"),
				 kith_f_text("why", strerror(errno)));
			ev_io_stop(loop, io);
			ev_timer_set(&a->pause, pause_s, 0.);
			ev_timer_start(loop, &a->pause);
			return;
		}
	}
}

void kith_accept_start(struct kith_accept *a, struct kith_host *host, int fd,
		       kith_accept_f on_connected, void *ctx)
{
	a->host = host;
	a->on_connected = on_connected;
	a->ctx = ctx;
	ev_io_init(&a->io, on_readable, fd, EV_READ);
	a->io.data = a;
	ev_init(&a->pause, on_pause_over);
	a->pause.data = a;
	ev_io_start(host->loop, &a->io);
}

void kith_accept_stop(struct kith_accept *a)
{
	ev_io_stop(a->host->loop, &a->io);
	ev_timer_stop(a->host->loop, &a->pause);
}
