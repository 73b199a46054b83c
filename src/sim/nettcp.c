/* SPDX-License-Identifier: ISC */
#include "sim/nettcp.h"

#include "sim/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum end_state {
	END_NONE,    /* no SYN came */
	END_PENDING, /* its kernel accepts; the process has not heard */
	END_OPENING, /* SYN sent */
	END_UP,
	END_CLOSING, /* the process closed it; what it wrote is still going out */
	END_GONE
};

struct end_key {
	uint64_t id, host;
};

struct net_end {
	enum end_state state;
	uint32_t host;
	uint64_t id;
	struct end_key key; /* of the hash, while `hashed` */
	bool hashed;
	struct net_connection *connection;
	uint8_t *out; /* owned: written, outside the window */
	size_t out_len, out_room;
	size_t in_flight;     /* sent, not read by the other process */
	bool writable_owed;
	bool pump_asked;
	kith_us last_arrival; /* order of what this end sends */
	kith_us stuck_since;  /* KITH_NEVER: it is not */
	UT_hash_handle hh;
};

struct net_connection {
	struct net_connection *next_over;
	uint64_t serial;
	struct net_end end[2]; /* 0 connected, 1 accepted */
	struct kith_addr to;
	uint8_t plane;
	bool broken; /* an address changed under it */
	bool is_over;
	UT_hash_handle hh;
};

enum what {
	SYN, SYN_AGAIN, SYN_TIMEOUT, SYN_ACK, SYN_RESET, ACCEPT, DATA, FIN, RESET, PUMP, WRITABLE
};

/* Something about a connection under way; `side` is the end that it happens to. */
struct tcp_event {
	uint64_t serial;
	uint8_t side;
	uint8_t what;
	size_t len;
	uint8_t bytes[];
};

static void on_event(void *ctx, void *what);

static void later(struct net *net, struct net_connection *c, int side, enum what what, kith_us at,
		  const uint8_t *buf, size_t len)
{
	struct tcp_event *e = malloc(sizeof(*e) + len);

	assert(e != NULL);
	e->serial = c->serial;
	e->side = (uint8_t)side;
	e->what = (uint8_t)what;
	e->len = len;
	if (len > 0)
		memcpy(e->bytes, buf, len);
	world_at(net->world, at, on_event, net, e);
}

static bool both_ways(const struct net *net, const struct net_connection *c)
{
	uint32_t a = c->end[0].host, b = c->end[1].host;

	return !c->broken && net_path_is_open(net, a, b, c->plane, NET_CUT_TCP) &&
	       net_path_is_open(net, b, a, c->plane, NET_CUT_TCP);
}

/* When what `side` sends now arrives: after a delay, retransmissions, and all that it sent before. */
static kith_us arrival(struct net *net, struct net_end *e, size_t len)
{
	const struct net_connection *c = e->connection;
	const uint32_t to = c->end[e == &c->end[0]].host;
	const uint32_t loss_ppm = net_weather_of(net, e->host, to)->loss_ppm;
	kith_us at = net_arrival(net, e->host, to, len + NETTCP_HEADERS);
	kith_us wait = NETTCP_RETRANSMIT;

	for (; world_chance(net->world, loss_ppm) && wait < NETTCP_STUCK; wait *= 2)
		at += wait;
	if (at < e->last_arrival)
		at = e->last_arrival;
	e->last_arrival = at;
	return at;
}

static bool is_alive(const struct net_end *e)
{
	return e->state != END_NONE && e->state != END_GONE;
}

static void end_name(struct net *net, struct net_end *e, uint64_t id)
{
	e->id = id;
	e->key = (struct end_key){id, e->host};
	e->hashed = true;
	HASH_ADD(hh, net->ends, key, sizeof(e->key), e);
}

static void end_gone(struct net *net, struct net_end *e)
{
	struct net_connection *c = e->connection;

	e->state = END_GONE;
	e->out_len = 0;
	if (e->hashed)
		HASH_DEL(net->ends, e);
	e->hashed = false;
	if (c->is_over || is_alive(&c->end[0]) || is_alive(&c->end[1]))
		return;
	c->is_over = true;
	c->next_over = net->over;
	net->over = c;
}

/* Frees connections with nobody left. Only between events: callers hold pointers. */
static void sweep(struct net *net)
{
	struct net_connection *c;

	while ((c = net->over) != NULL) {
		net->over = c->next_over;
		HASH_DEL(net->connections, c);
		free(c->end[0].out);
		free(c->end[1].out);
		free(c);
	}
}

void nettcp_fini(struct net *net)
{
	struct net_connection *c;

	for (c = net->connections; c != NULL; c = c->hh.next) {
		end_gone(net, &c->end[0]);
		end_gone(net, &c->end[1]);
	}
	sweep(net);
}

/* An end that its process has not closed. */
static struct net_end *find(struct net *net, uint32_t host, uint64_t id)
{
	const struct end_key key = {id, host};
	struct net_end *e = NULL;

	HASH_FIND(hh, net->ends, &key, sizeof(key), e);
	return e != NULL && (e->state == END_UP || e->state == END_OPENING) ? e : NULL;
}

static int side_of(const struct net_connection *c, const struct net_end *e)
{
	return e == &c->end[1];
}

static void tell(struct net *net, const struct net_end *e, enum kith_stream_what what,
		 const struct kith_addr *from)
{
	struct net_input in = {.kind = NET_STREAM, .stream = e->id, .what = what};

	if (from != NULL)
		in.addr = *from;
	net_deliver(net, e->host, &in);
}

/* The end is over for its process. */
static void tell_end(struct net *net, struct net_end *e, enum kith_stream_what what)
{
	bool hears = e->state == END_UP || e->state == END_OPENING;

	end_gone(net, e);
	if (hears)
		tell(net, e, what, NULL);
}

static void ask_pump(struct net *net, struct net_connection *c, int side, kith_us at)
{
	if (c->end[side].pump_asked)
		return;
	c->end[side].pump_asked = true;
	later(net, c, side, PUMP, at, NULL, 0);
}

/* Moves what fits from the buffer into the window. */
static void pump(struct net *net, struct net_connection *c, int side)
{
	struct net_end *e = &c->end[side];
	size_t sent = 0;

	if (e->state != END_UP && e->state != END_CLOSING)
		return;
	if (!both_ways(net, c)) {
		if (e->out_len == 0 && e->state == END_UP)
			return;
		if (e->stuck_since == KITH_NEVER)
			e->stuck_since = net->world->now;
		ask_pump(net, c, side, net->world->now + NETTCP_RETRANSMIT);
		return;
	}
	e->stuck_since = KITH_NEVER;
	while (sent < e->out_len && e->in_flight < NETTCP_WINDOW) {
		size_t len = e->out_len - sent;

		if (len > net->segment)
			len = net->segment;
		/* Cut anywhere: nobody may count on a frame arriving whole. */
		if (world_chance(net->world, 200000))
			len = 1 + (size_t)world_below(net->world, len);
		later(net, c, !side, DATA, arrival(net, e, len), e->out + sent, len);
		net->hosts[e->host].tcp_bytes_sent += len;
		if (net->hosts[e->host].zone != net->hosts[c->end[!side].host].zone)
			net->hosts[e->host].zone_bytes_sent += len;
		e->in_flight += len;
		sent += len;
	}
	if (sent > 0)
		memmove(e->out, e->out + sent, e->out_len - sent);
	e->out_len -= sent;
	if (e->out_len > 0)
		return;
	if (e->state == END_CLOSING) {
		later(net, c, !side, FIN, arrival(net, e, 0), NULL, 0);
		end_gone(net, e);
	} else if (e->writable_owed) {
		e->writable_owed = false;
		later(net, c, side, WRITABLE, net->world->now + 20, NULL, 0);
	}
}

static void send_syn(struct net *net, struct net_connection *c)
{
	uint8_t plane;
	const int found = net_find(net, &c->to, &plane);
	const uint32_t from = c->end[0].host;

	if (found >= 0 &&
	    !world_chance(net->world, net_weather_of(net, from, (uint32_t)found)->loss_ppm))
		later(net, c, 1, SYN, net_arrival(net, from, (uint32_t)found, NETTCP_HEADERS),
		      NULL, 0);
}

void nettcp_connect(struct net *net, uint32_t host, uint64_t id, const struct kith_addr *to)
{
	struct net_connection *c = calloc(1, sizeof(*c));

	assert(c != NULL);
	sweep(net);
	c->serial = net->next_connection++;
	HASH_ADD(hh, net->connections, serial, sizeof(c->serial), c);
	c->to = *to;
	c->end[0].connection = c->end[1].connection = c;
	c->end[0].state = END_OPENING;
	c->end[0].host = host;
	end_name(net, &c->end[0], id);
	c->end[0].stuck_since = c->end[1].stuck_since = KITH_NEVER;
	send_syn(net, c);
	later(net, c, 0, SYN_AGAIN, net->world->now + NETTCP_SYN_AGAIN, NULL, 0);
	later(net, c, 0, SYN_TIMEOUT, net->world->now + NETTCP_SYN_TIMEOUT, NULL, 0);
}

static struct kith_addr source_of(const struct net *net, const struct net_connection *c)
{
	const struct net_host *h = &net->hosts[c->end[0].host];
	struct kith_addr a = h->addrs[c->plane < h->addr_count ? c->plane : 0];

	a.port = (uint16_t)(32768 + c->serial % 28000);
	return a;
}

static void show_tap(struct net *net, struct net_connection *c, int side, const uint8_t *buf,
		     size_t len)
{
	struct net_sent sent = {.at = net->world->now, .stream = true, .host = c->end[side].host,
				.connection = c->serial, .buf = buf, .len = len};

	sent.from = side == 0 ? source_of(net, c) : c->to;
	sent.to = side == 0 ? c->to : source_of(net, c);
	if (net->ops.tap != NULL)
		(void)net->ops.tap(net->ops.ctx, &sent, NULL, NULL);
}

void nettcp_write(struct net *net, uint32_t host, uint64_t id, const uint8_t *buf, size_t len)
{
	struct net_end *e = find(net, host, id);
	struct net_connection *c;

	if (e == NULL || e->state != END_UP)
		return;
	c = e->connection;
	show_tap(net, c, side_of(c, e), buf, len);
	if (e->out_len + len > e->out_room) {
		e->out_room = (e->out_len + len) * 2;
		e->out = realloc(e->out, e->out_room);
		assert(e->out != NULL);
	}
	if (len > 0)
		memcpy(e->out + e->out_len, buf, len);
	e->out_len += len;
	e->writable_owed = true;
	pump(net, c, side_of(c, e));
}

void nettcp_close(struct net *net, uint32_t host, uint64_t id)
{
	struct net_end *e = find(net, host, id);

	if (e == NULL)
		return;
	if (e->state == END_OPENING) {
		end_gone(net, e);
		return;
	}
	e->state = END_CLOSING;
	pump(net, e->connection, side_of(e->connection, e));
}

uint32_t nettcp_count(const struct net *net, uint32_t host)
{
	const struct net_connection *c;
	uint32_t count = 0;
	int s;

	for (c = net->connections; c != NULL; c = c->hh.next)
		for (s = 0; s < 2; s++)
			count += c->end[s].host == host && (c->end[s].state == END_UP ||
							    c->end[s].state == END_OPENING);
	return count;
}

void nettcp_consumed(struct net *net, uint32_t host, uint64_t id, size_t len)
{
	const struct end_key key = {id, host};
	struct net_end *e = NULL, *peer;

	HASH_FIND(hh, net->ends, &key, sizeof(key), e);
	if (e == NULL)
		return;
	peer = &e->connection->end[e == &e->connection->end[0]];
	peer->in_flight -= len < peer->in_flight ? len : peer->in_flight;
	pump(net, e->connection, side_of(e->connection, peer));
}

void nettcp_kill(struct net *net, uint32_t host)
{
	struct net_connection *c;
	int s;

	for (c = net->connections; c != NULL; c = c->hh.next)
		for (s = 0; s < 2; s++) {
			struct net_end *e = &c->end[s];
			const bool up = e->state != END_OPENING;
			enum what end;

			if (e->host != host || !is_alive(e))
				continue;
			end_gone(net, e);
			if (!up || !both_ways(net, c))
				continue;
			end = world_chance(net->world, NET_EVERY / 2) ? FIN : RESET;
			later(net, c, !s, end, arrival(net, e, 0), NULL, 0);
		}
}

void nettcp_break(struct net *net, uint32_t host)
{
	struct net_connection *c;

	for (c = net->connections; c != NULL; c = c->hh.next)
		if (c->end[0].host == host || c->end[1].host == host)
			c->broken = true;
}

/* The SYN is at the address: what does its kernel say? */
static void on_syn(struct net *net, struct net_connection *c)
{
	int found = net_find(net, &c->to, &c->plane);
	uint32_t from = c->end[0].host, to = (uint32_t)found;
	struct net_host *h;
	bool accepts;

	if (found < 0 || !net_path_is_open(net, from, to, c->plane, NET_CUT_TCP))
		return;
	h = &net->hosts[to];
	accepts = h->listening && h->addrs[c->plane].port == c->to.port;
	if (accepts && h->stopped && h->queued_accepts++ >= NETTCP_BACKLOG)
		return;
	c->end[1].host = to;
	if (net_path_is_open(net, to, from, c->plane, NET_CUT_TCP) &&
	    !world_chance(net->world, net_weather_of(net, to, from)->loss_ppm))
		later(net, c, 0, accepts ? SYN_ACK : SYN_RESET,
		      net_arrival(net, to, from, NETTCP_HEADERS), NULL, 0);
}

static void on_syn_ack(struct net *net, struct net_connection *c)
{
	struct net_end *e = &c->end[0];

	if (e->state != END_OPENING)
		return;
	e->state = END_UP;
	c->end[1].state = END_PENDING;
	later(net, c, 1, ACCEPT, arrival(net, e, 0), NULL, 0);
	tell(net, e, KITH_STREAM_CONNECTED, NULL);
}

static void on_accept(struct net *net, struct net_connection *c)
{
	struct net_host *h = &net->hosts[c->end[1].host];
	struct net_end *e = &c->end[1];
	struct kith_addr from = source_of(net, c);

	if (e->state != END_PENDING) /* the process was killed before it accepted */
		return;
	if (!h->listening) {
		end_gone(net, e);
		later(net, c, 0, RESET, arrival(net, e, 0), NULL, 0);
		return;
	}
	e->state = END_UP;
	end_name(net, e, h->next_accept);
	h->next_accept += 2;
	tell(net, e, KITH_STREAM_ACCEPTED, &from);
}

static void on_data(struct net *net, struct net_connection *c, int side,
		    const struct tcp_event *event)
{
	struct net_end *e = &c->end[side];
	struct net_input in = {.kind = NET_STREAM_DATA, .stream = e->id, .buf = event->bytes};

	in.len = event->len;
	if (e->state == END_UP)
		net_deliver(net, e->host, &in);
	else if (is_alive(&c->end[!side]) && both_ways(net, c))
		later(net, c, !side, RESET, arrival(net, e, 0), NULL, 0);
}

static void on_pump(struct net *net, struct net_connection *c, int side)
{
	struct net_end *e = &c->end[side];

	e->pump_asked = false;
	if (e->stuck_since != KITH_NEVER && !both_ways(net, c) &&
	    net->world->now - e->stuck_since >= NETTCP_STUCK)
		tell_end(net, e, KITH_STREAM_FAILED);
	else
		pump(net, c, side);
}

static void on_event(void *ctx, void *what)
{
	struct net *net = ctx;
	struct tcp_event *event = what;
	struct net_connection *c = NULL;
	struct net_end *e;

	HASH_FIND(hh, net->connections, &event->serial, sizeof(event->serial), c);
	if (c == NULL)
		return;
	e = &c->end[event->side];
	switch ((enum what)event->what) {
	case SYN:
		if (c->end[0].state == END_OPENING)
			on_syn(net, c);
		break;
	case SYN_AGAIN:
		if (e->state == END_OPENING)
			send_syn(net, c);
		break;
	case SYN_TIMEOUT:
	case SYN_RESET:
		if (e->state == END_OPENING)
			tell_end(net, e, event->what == SYN_RESET ? KITH_STREAM_REFUSED
								  : KITH_STREAM_FAILED);
		break;
	case SYN_ACK:
		on_syn_ack(net, c);
		break;
	case ACCEPT:
		on_accept(net, c);
		break;
	case DATA:
		on_data(net, c, event->side, event);
		break;
	case FIN:
		tell_end(net, e, KITH_STREAM_CLOSED);
		break;
	case RESET:
		tell_end(net, e, KITH_STREAM_FAILED);
		break;
	case PUMP:
		on_pump(net, c, event->side);
		break;
	case WRITABLE:
		if (e->state == END_UP)
			tell(net, e, KITH_STREAM_WRITABLE, NULL);
		break;
	}
}
