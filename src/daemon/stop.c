/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "daemon/clock.h"
#include "daemon/notify.h"
#include <signal.h>

/* The node says LEAVE_DONE within 3 s; what is written then has a second more to get out. */
static const double leave_patience_s = 3.5, drain_patience_s = 1., verbose_s = 300.;

static void end(struct kith_daemon *d)
{
	ev_break(d->host.loop, EVBREAK_ALL);
}

static void drain(struct kith_daemon *d)
{
	d->stage = KITH_STAGE_DRAINING;
	ev_timer_stop(d->host.loop, &d->patience);
	ev_timer_set(&d->patience, drain_patience_s, 0.);
	ev_timer_start(d->host.loop, &d->patience);
}

static void on_patience_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct kith_daemon *d = timer->data;

	(void)loop;
	(void)events;
	if (d->stage == KITH_STAGE_LEAVING)
		drain(d);
	else
		end(d);
}

int kith_stop_begin(struct kith_daemon *d, uint16_t back_s, const char *why)
{
	kith_us now = kith_clock_now();
	int error = KITH_ESTATE;

	if (d->stage != KITH_STAGE_RUNNING)
		return KITH_ESTATE;
	kith_log(d->host.log, STOP, kith_f_text("why", why),
		 back_s > 0 ? kith_f_number("back_within_s", back_s)
			    : kith_f_text("as", "leaving"));
	kith_notify("STOPPING=1");
	if (back_s > 0)
		error = kith_node_restart(d->host.node, now, back_s);
	/* A restart cannot be announced twice in five minutes; leaving is always understood. */
	if (error != 0)
		error = kith_node_leave(d->host.node, now);
	if (error != 0) {
		drain(d);
		return 0;
	}
	d->stage = KITH_STAGE_LEAVING;
	ev_timer_set(&d->patience, leave_patience_s, 0.);
	ev_timer_start(d->host.loop, &d->patience);
	return 0;
}

void kith_stop_now(struct kith_daemon *d, const char *why)
{
	kith_log(d->host.log, STOP, kith_f_text("why", why), kith_f_text("as", "silent"));
	kith_notify("STOPPING=1");
	drain(d);
}

void kith_stop_revoked(struct kith_daemon *d)
{
	d->exit_code = 78;
	kith_keep_changed(d);
	kith_stop_now(d, "this host is revoked");
}

void kith_stop_left(struct kith_daemon *d)
{
	if (d->stage == KITH_STAGE_LEAVING)
		drain(d);
}

void kith_stop_look(struct kith_daemon *d)
{
	if (d->stage == KITH_STAGE_DRAINING && kith_control_is_flushed(d->control) &&
	    kith_streams_are_flushed(d->streams))
		end(d);
}

/* --- signals --------------------------------------------------------------------------------- */

static void on_end_signal(struct ev_loop *loop, ev_signal *signal, int events)
{
	struct kith_daemon *d = signal->data;
	kith_us grace = kith_conf_number(d->conf, KITH_OPTION_TIMING_RESTART_GRACE);

	(void)loop;
	(void)events;
	if (kith_stop_begin(d, (uint16_t)(grace / KITH_SECOND),
			    signal->signum == SIGINT ? "SIGINT" : "SIGTERM") != 0)
		end(d); /* the second one: at once */
}

static void on_quit(struct ev_loop *loop, ev_signal *signal, int events)
{
	(void)loop;
	(void)events;
	kith_stop_now(signal->data, "SIGQUIT");
}

static void on_reload(struct ev_loop *loop, ev_signal *signal, int events)
{
	char said[512];

	(void)loop;
	(void)events;
	(void)kith_reload(signal->data, said, sizeof said);
}

static void on_state(struct ev_loop *loop, ev_signal *signal, int events)
{
	(void)loop;
	(void)events;
	kith_state_log(signal->data);
}

static void on_quiet_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct kith_daemon *d = timer->data;

	(void)loop;
	(void)events;
	kith_log_verbose(d->host.log, false);
}

static void on_verbose(struct ev_loop *loop, ev_signal *signal, int events)
{
	struct kith_daemon *d = signal->data;

	(void)events;
	kith_log_verbose(d->host.log, true);
	ev_timer_stop(loop, &d->quiet_again);
	ev_timer_set(&d->quiet_again, verbose_s, 0.);
	ev_timer_start(loop, &d->quiet_again);
}

void kith_signals_start(struct kith_daemon *d)
{
	static const struct {
		int number;
		void (*on)(struct ev_loop *, ev_signal *, int);
	} all[KITH_SIGNALS] = {
		{SIGTERM, on_end_signal}, {SIGINT, on_end_signal}, {SIGQUIT, on_quit},
		{SIGHUP, on_reload},	  {SIGUSR1, on_state},	   {SIGUSR2, on_verbose},
	};

	for (int i = 0; i < KITH_SIGNALS; i++) {
		ev_signal_init(&d->signals[i], all[i].on, all[i].number);
		d->signals[i].data = d;
		ev_signal_start(d->host.loop, &d->signals[i]);
	}
	ev_init(&d->patience, on_patience_over);
	ev_init(&d->quiet_again, on_quiet_again);
	d->patience.data = d->quiet_again.data = d;
}

void kith_signals_stop(struct kith_daemon *d)
{
	for (int i = 0; i < KITH_SIGNALS; i++)
		ev_signal_stop(d->host.loop, &d->signals[i]);
	ev_timer_stop(d->host.loop, &d->patience);
	ev_timer_stop(d->host.loop, &d->quiet_again);
}
