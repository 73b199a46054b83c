/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "daemon/clock.h"
#include "daemon/notify.h"
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const double minute_s = 60.;

static void tell(struct kith_daemon *d)
{
	bool trusted = kith_clock_is_trusted();

	kith_node_clock(d->host.node, kith_clock_now(), kith_clock_unix_ms(), trusted);
	if (trusted == d->is_clock_trusted)
		return;
	d->is_clock_trusted = trusted;
	if (trusted)
		kith_log(d->host.log, CLOCK_TRUSTED, kith_f_number("unix_ms", kith_clock_unix_ms()));
	else
		kith_log(d->host.log, CLOCK_UNTRUSTED, kith_f_text("cure", "run an NTP client"));
}

static void on_minute(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	tell(timer->data);
}

/* A timer that never rings, but is cancelled when somebody sets the clock. */
static void arm(int fd)
{
	struct itimerspec far = {.it_value = {.tv_sec = (time_t)INT32_MAX}};

	(void)timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
}

static void on_jump(struct ev_loop *loop, ev_io *io, int events)
{
	uint64_t count;

	(void)loop;
	(void)events;
	(void)!read(io->fd, &count, sizeof count); /* ECANCELED */
	arm(io->fd);
	tell(io->data);
}

static void on_watchdog(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	kith_notify("WATCHDOG=1");
}

void kith_tick_start(struct kith_daemon *d)
{
	double watchdog_s = kith_notify_watchdog_s();
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	d->is_clock_trusted = true; /* an untrusted one is told now */
	ev_timer_init(&d->minute, on_minute, minute_s, minute_s);
	d->minute.data = d;
	ev_timer_start(d->host.loop, &d->minute);
	ev_init(&d->watchdog, on_watchdog);
	if (watchdog_s > 0) {
		ev_timer_set(&d->watchdog, watchdog_s, watchdog_s);
		ev_timer_start(d->host.loop, &d->watchdog);
	}
	ev_io_init(&d->jump, on_jump, fd, EV_READ);
	d->jump.data = d;
	if (fd >= 0) {
		arm(fd);
		ev_io_start(d->host.loop, &d->jump);
	}
	tell(d);
}

void kith_tick_stop(struct kith_daemon *d)
{
	ev_timer_stop(d->host.loop, &d->minute);
	ev_timer_stop(d->host.loop, &d->watchdog);
	ev_io_stop(d->host.loop, &d->jump);
	if (d->jump.fd >= 0)
		close(d->jump.fd);
}
