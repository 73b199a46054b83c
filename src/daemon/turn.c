/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "base/time.h"
#include "daemon/clock.h"
#include <string.h>

static void on_trace(struct kith_daemon *d, const struct kith_out *out)
{
	char text[512];
	size_t len = out->len < sizeof text ? out->len : sizeof text - 1;

	if (!kith_log_wants(d->host.log, KITH_LOG_DEBUG))
		return;
	memcpy(text, out->data, len);
	text[len] = '\0';
	kith_log(d->host.log, TRACE, kith_f_text("what", text));
}

static void on_node_event(struct kith_daemon *d, const struct kith_event *e)
{
	kith_events_log(&d->host, e);
	kith_rpc_event(d->rpc, kith_control_time(), e);
	if (e->kind == KITH_EVENT_LEAVE_DONE)
		kith_stop_left(d);
	else if (e->kind == KITH_EVENT_REVOKED && kith_events_is_own(&d->host, e))
		kith_stop_revoked(d);
	else if (e->kind <= KITH_EVENT_REAPED) /* of a member; a stranger writes no file of ours */
		kith_keep_changed(d);
}

/* What the node lends is good until the next call on it: each thing is copied away or done. */
static void drain_node(struct kith_daemon *d)
{
	struct kith_out out;

	while (kith_node_next(d->host.node, &out)) {
		switch (out.kind) {
		case KITH_OUT_DATAGRAM:
			kith_udp_send(d->udp, &out.addr, out.data, out.len);
			break;
		case KITH_OUT_CONNECT:
			kith_streams_connect(d->streams, out.stream, &out.addr);
			break;
		case KITH_OUT_STREAM_DATA:
			kith_streams_write(d->streams, out.stream, out.data, out.len);
			break;
		case KITH_OUT_STREAM_CLOSE:
			kith_streams_finish(d->streams, out.stream);
			break;
		case KITH_OUT_PERSIST:
			kith_keep_epoch(d, out.epoch, out.token);
			break;
		case KITH_OUT_EVENT:
			on_node_event(d, &out.event);
			break;
		case KITH_OUT_TRACE:
			on_trace(d, &out);
			break;
		}
	}
}

static void set_deadline(struct kith_daemon *d)
{
	kith_us at = kith_us_min(kith_node_deadline(d->host.node), kith_rpc_deadline(d->rpc));

	ev_timer_stop(d->host.loop, &d->deadline);
	if (at == KITH_NEVER)
		return;
	ev_timer_set(&d->deadline, (double)kith_us_elapsed(kith_clock_now(), at) / 1e6, 0.);
	ev_timer_start(d->host.loop, &d->deadline);
}

/* libev calls this when all that was ready has been handled, before it sleeps. */
static void on_prepare(struct ev_loop *loop, ev_prepare *prepare, int events)
{
	struct kith_daemon *d = prepare->data;

	(void)events;
	kith_node_tick(d->host.node, kith_clock_now());
	kith_rpc_tick(d->rpc, kith_control_time());
	drain_node(d);
	kith_control_flush(d->control);
	drain_node(d); /* an answer that is out lets the next request in */
	kith_udp_flush(d->udp);
	kith_stop_look(d);
	/* Deadlines are counted from now, not from when the loop woke up. */
	ev_now_update(loop);
	set_deadline(d);
}

/* Waking up is all that it is for. */
static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

void kith_turn_start(struct kith_daemon *d)
{
	ev_init(&d->deadline, on_deadline);
	ev_prepare_init(&d->prepare, on_prepare);
	d->prepare.data = d;
	ev_prepare_start(d->host.loop, &d->prepare);
}

void kith_turn_stop(struct kith_daemon *d)
{
	ev_timer_stop(d->host.loop, &d->deadline);
	ev_prepare_stop(d->host.loop, &d->prepare);
}
