/* SPDX-License-Identifier: ISC */
/*
 * The network of src/sim itself, without any kith node: what the stories rely on.
 */
#include "sim/nettcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HOSTS = 3, LOG = 4096 };

struct seen {
	kith_us at;
	enum net_input_kind kind;
	enum kith_stream_what what;
	uint64_t stream;
	size_t len;
	uint8_t first;
};

/* Three hosts whose processes only write down what happens to them. */
struct room {
	struct world world;
	struct net net;
	struct seen log[HOSTS][LOG];
	size_t count[HOSTS];
	size_t bytes[HOSTS]; /* of stream data */
	uint32_t idle[HOSTS];
	uint8_t next[HOSTS]; /* stream data counts up: order is proven by its bytes */
	bool ordered;
};

static void input(void *ctx, uint32_t host, const struct net_input *in)
{
	struct room *r = ctx;
	struct seen *s = &r->log[host][r->count[host]++];
	size_t i;

	assert_true(r->count[host] < LOG);
	s->at = r->world.now;
	s->kind = in->kind;
	s->what = in->what;
	s->stream = in->stream;
	s->len = in->len;
	s->first = in->len > 0 ? in->buf[0] : 0;
	if (in->kind != NET_STREAM_DATA)
		return;
	r->bytes[host] += in->len;
	for (i = 0; i < in->len; i++)
		r->ordered = r->ordered && in->buf[i] == r->next[host]++;
}

static void idle(void *ctx, uint32_t host)
{
	struct room *r = ctx;

	r->idle[host]++;
}

static struct kith_addr addr(uint32_t host)
{
	struct kith_addr a = {.ip = {10, 0, 0, (uint8_t)(1 + host)}, .port = 7, .family = 4};

	return a;
}

static struct room *room_new(void)
{
	struct room *r = calloc(1, sizeof(*r));
	struct net_ops ops = {.ctx = r, .input = input, .idle = idle};
	struct net_weather weather;
	uint32_t i;

	assert_non_null(r);
	net_weather_init(&weather);
	weather.delay_us = 1000;
	weather.jitter_us = 0;
	world_init(&r->world, 1);
	net_init(&r->net, &r->world, &ops, &weather);
	for (i = 0; i < HOSTS; i++) {
		struct kith_addr a = addr(i);

		net_host_add(&r->net, &a, 1);
		net_listen(&r->net, i);
	}
	r->ordered = true;
	return r;
}

static void room_free(struct room *r)
{
	net_fini(&r->net);
	world_fini(&r->world);
	free(r);
}

static void run(struct room *r, kith_us during)
{
	kith_us until = r->world.now + during;

	while (world_step(&r->world, until))
		;
}

static void connect_to(struct room *r, uint32_t host, uint64_t id, uint32_t to)
{
	struct kith_addr a = addr(to);

	nettcp_connect(&r->net, host, id, &a);
}

static void send_to(struct room *r, uint32_t host, uint32_t to)
{
	struct kith_addr a = addr(to);
	uint8_t byte = 42;

	net_udp(&r->net, host, &a, &byte, 1);
}

/* Asserts that the last thing at `host` is this stream event, so long after `start`. */
static void last_is(struct room *r, uint32_t host, enum kith_stream_what what, kith_us start,
		    kith_us after)
{
	const struct seen *s = &r->log[host][r->count[host] - 1];

	assert_true(r->count[host] > 0);
	assert_int_equal(s->kind, NET_STREAM);
	assert_int_equal(s->what, what);
	assert_int_equal(s->at - start, after);
}

static void same_instant_in_order(void **state)
{
	struct room *r = room_new();
	kith_us start = r->world.now;

	(void)state;
	assert_int_equal(start, WORLD_START);
	send_to(r, 0, 2);
	send_to(r, 1, 2);
	run(r, 999);
	assert_int_equal(r->count[2], 0);
	run(r, 1);
	assert_int_equal(r->count[2], 2);
	assert_int_equal(r->idle[2], 2);
	assert_int_equal(r->world.now, start + 1000);
	room_free(r);
}

static void connect_takes_a_round_trip(void **state)
{
	struct room *r = room_new();
	kith_us start = r->world.now;

	(void)state;
	connect_to(r, 0, 1, 1);
	run(r, 10 * KITH_SECOND);
	last_is(r, 0, KITH_STREAM_CONNECTED, start, 2000);
	last_is(r, 1, KITH_STREAM_ACCEPTED, start, 3000);
	assert_int_equal(r->log[1][0].stream % 2, 0);
	room_free(r);
}

static void dead_process_refuses(void **state)
{
	struct room *r = room_new();
	kith_us start = r->world.now;

	(void)state;
	net_kill(&r->net, 1);
	connect_to(r, 0, 1, 1);
	run(r, 10 * KITH_SECOND);
	assert_int_equal(r->count[0], 1);
	last_is(r, 0, KITH_STREAM_REFUSED, start, 2000);
	room_free(r);
}

static void cut_host_times_out(void **state)
{
	struct room *r = room_new();
	kith_us start = r->world.now;

	(void)state;
	r->net.hosts[1].offline = true;
	connect_to(r, 0, 1, 1);
	run(r, 10 * KITH_SECOND);
	last_is(r, 0, KITH_STREAM_FAILED, start, 3 * KITH_SECOND);
	/* One direction is enough. */
	r->net.hosts[1].offline = false;
	net_cut(&r->net, 1, 0, NET_CUT_TCP);
	start = r->world.now;
	connect_to(r, 0, 3, 1);
	run(r, 10 * KITH_SECOND);
	last_is(r, 0, KITH_STREAM_FAILED, start, 3 * KITH_SECOND);
	assert_int_equal(r->count[1], 0);
	/* A cut that mends before the second SYN does not matter. */
	start = r->world.now;
	connect_to(r, 0, 5, 1);
	run(r, KITH_SECOND / 2);
	net_cut(&r->net, 1, 0, 0);
	run(r, 10 * KITH_SECOND);
	last_is(r, 0, KITH_STREAM_CONNECTED, start, KITH_SECOND + 2000);
	room_free(r);
}

static void stopped_process_accepts_later(void **state)
{
	struct room *r = room_new();
	kith_us start = r->world.now;
	uint32_t i;

	(void)state;
	net_stop(&r->net, 1);
	connect_to(r, 0, 1, 1);
	for (i = 0; i < NET_RECEIVE_QUEUE + 50; i++)
		send_to(r, 2, 1);
	run(r, KITH_SECOND);
	last_is(r, 0, KITH_STREAM_CONNECTED, start, 2000);
	assert_int_equal(r->count[1], 0);
	assert_int_equal(r->idle[1], 0);
	net_continue(&r->net, 1);
	assert_int_equal(r->count[1], NET_RECEIVE_QUEUE + 1);
	assert_int_equal(r->idle[1], 1); /* sockets first, then time */
	room_free(r);
}

static void write_counting(struct room *r, uint32_t host, uint64_t id, size_t len)
{
	uint8_t *buf = malloc(len);
	size_t i;

	assert_non_null(buf);
	for (i = 0; i < len; i++)
		buf[i] = (uint8_t)i;
	nettcp_write(&r->net, host, id, buf, len);
	free(buf);
}

static void streams_are_ordered_under_loss(void **state)
{
	struct room *r = room_new();

	(void)state;
	r->net.weather.loss_ppm = 300000;
	r->net.weather.jitter_us = 5000;
	connect_to(r, 0, 1, 1);
	run(r, 3 * KITH_SECOND);
	last_is(r, 0, KITH_STREAM_CONNECTED, 0, r->log[0][0].at);
	write_counting(r, 0, 1, 256 * 1024);
	nettcp_close(&r->net, 0, 1);
	run(r, 600 * KITH_SECOND);
	assert_int_equal(r->bytes[1], 256 * 1024);
	assert_true(r->ordered);
	assert_int_equal(r->log[1][r->count[1] - 1].what, KITH_STREAM_CLOSED);
	assert_int_equal(r->count[0], 1); /* who closes hears no more */
	room_free(r);
}

static void window_holds_writable_back(void **state)
{
	struct room *r = room_new();

	(void)state;
	connect_to(r, 0, 1, 1);
	run(r, KITH_SECOND);
	net_stop(&r->net, 1);
	write_counting(r, 0, 1, NETTCP_WINDOW);
	run(r, KITH_SECOND);
	assert_int_equal(r->log[0][r->count[0] - 1].what, KITH_STREAM_WRITABLE);
	write_counting(r, 0, 1, 1);
	run(r, KITH_SECOND);
	assert_int_equal(r->count[0], 2);
	net_continue(&r->net, 1);
	run(r, KITH_SECOND);
	assert_int_equal(r->count[0], 3);
	assert_int_equal(r->log[0][2].what, KITH_STREAM_WRITABLE);
	assert_int_equal(r->bytes[1], NETTCP_WINDOW + 1);
	room_free(r);
}

static void open_stream_breaks_when_cut(void **state)
{
	struct room *r = room_new();
	kith_us start;

	(void)state;
	connect_to(r, 0, 1, 1);
	run(r, KITH_SECOND);
	net_cut(&r->net, 0, 1, NET_CUT_ALL);
	start = r->world.now;
	write_counting(r, 0, 1, 100);
	run(r, 4900 * KITH_MS);
	assert_int_equal(r->count[0], 1);
	run(r, 400 * KITH_MS);
	assert_int_equal(r->count[0], 2);
	assert_int_equal(r->log[0][1].what, KITH_STREAM_FAILED);
	assert_true(r->log[0][1].at - start >= NETTCP_STUCK);
	assert_int_equal(r->bytes[1], 0);
	room_free(r);
}

static void killed_process_closes_its_streams(void **state)
{
	struct room *r = room_new();
	enum kith_stream_what what;

	(void)state;
	connect_to(r, 0, 1, 1);
	run(r, KITH_SECOND);
	net_kill(&r->net, 1);
	run(r, KITH_SECOND);
	assert_int_equal(r->count[0], 2);
	what = r->log[0][1].what;
	assert_true(what == KITH_STREAM_CLOSED || what == KITH_STREAM_FAILED);
	assert_int_equal(nettcp_count(&r->net, 0), 0);
	room_free(r);
}

static void dead_port_is_reported_once_a_second(void **state)
{
	struct room *r = room_new();

	(void)state;
	r->net.weather.icmp = true;
	net_kill(&r->net, 1);
	send_to(r, 0, 1);
	send_to(r, 0, 1);
	run(r, KITH_SECOND / 2);
	assert_int_equal(r->count[0], 1);
	assert_int_equal(r->log[0][0].kind, NET_UNREACHABLE);
	assert_int_equal(r->log[0][0].first, 42);
	run(r, KITH_SECOND);
	send_to(r, 0, 1);
	run(r, KITH_SECOND);
	assert_int_equal(r->count[0], 2);
	room_free(r);
}

static void weather_does_what_it_says(void **state)
{
	struct room *r = room_new();
	uint32_t i, changed = 0;

	(void)state;
	r->net.weather.loss_ppm = 200000;
	r->net.weather.duplicate_ppm = 100000;
	r->net.weather.corrupt_ppm = 500000;
	for (i = 0; i < 3000; i++)
		send_to(r, 0, 1);
	run(r, KITH_SECOND);
	/* 3000 x 1.1 x 0.8 = 2640, give or take five deviations of 23. */
	assert_in_range(r->count[1], 2525, 2755);
	for (i = 0; i < r->count[1]; i++)
		changed += r->log[1][i].first != 42;
	assert_in_range(changed, 1100, 1450);
	room_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_instant_in_order),
		cmocka_unit_test(connect_takes_a_round_trip),
		cmocka_unit_test(dead_process_refuses),
		cmocka_unit_test(cut_host_times_out),
		cmocka_unit_test(stopped_process_accepts_later),
		cmocka_unit_test(streams_are_ordered_under_loss),
		cmocka_unit_test(window_holds_writable_back),
		cmocka_unit_test(open_stream_breaks_when_cut),
		cmocka_unit_test(killed_process_closes_its_streams),
		cmocka_unit_test(dead_port_is_reported_once_a_second),
		cmocka_unit_test(weather_does_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
