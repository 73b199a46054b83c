/* SPDX-License-Identifier: ISC */
#include "sim/net.h"

#include "sim/nettcp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct net_queued {
	struct net_queued *next;
	struct net_input in; /* in.buf points behind this struct */
};

/* A datagram, or the ICMP error about one, under way. */
struct packet {
	uint32_t from, to;
	uint8_t plane;
	struct kith_addr source, destination;
	size_t len;
	uint8_t bytes[];
};

void net_weather_init(struct net_weather *w)
{
	memset(w, 0, sizeof(*w));
	w->delay_us = 200;
	w->jitter_us = 100;
	w->reorder_us = 20 * KITH_MS;
	w->mtu = 1500;
}

void net_init(struct net *net, struct world *world, const struct net_ops *ops,
	      const struct net_weather *weather)
{
	memset(net, 0, sizeof(*net));
	net->world = world;
	net->ops = *ops;
	net->weather = *weather;
	net->next_connection = 1;
}

static void queue_drop(struct net_host *h)
{
	struct net_queued *q;

	while ((q = h->first) != NULL) {
		h->first = q->next;
		free(q);
	}
	h->last = NULL;
	h->queued_datagrams = 0;
	h->queued_accepts = 0;
}

void net_fini(struct net *net)
{
	uint32_t i;

	for (i = 0; i < net->count; i++)
		queue_drop(&net->hosts[i]);
	nettcp_fini(net);
}

uint32_t net_host_add(struct net *net, const struct kith_addr *addrs, uint8_t count)
{
	struct net_host *h = &net->hosts[net->count];

	assert(net->count < NET_HOSTS_MAX && count >= 1 && count <= NET_PLANES_MAX);
	memcpy(h->addrs, addrs, count * sizeof(*addrs));
	h->addr_count = count;
	h->next_accept = 2;
	h->last_icmp = -KITH_SECOND;
	return net->count++;
}

void net_listen(struct net *net, uint32_t host)
{
	assert(!net->hosts[host].listening);
	net->hosts[host].listening = true;
	net->hosts[host].stopped = false;
}

void net_kill(struct net *net, uint32_t host)
{
	net->hosts[host].listening = false;
	net->hosts[host].stopped = false;
	queue_drop(&net->hosts[host]);
	nettcp_kill(net, host);
}

void net_stop(struct net *net, uint32_t host)
{
	assert(net->hosts[host].listening);
	net->hosts[host].stopped = true;
}

void net_continue(struct net *net, uint32_t host)
{
	struct net_host *h = &net->hosts[host];
	struct net_queued *q;

	assert(h->listening && h->stopped);
	h->stopped = false;
	while ((q = h->first) != NULL) {
		h->first = q->next;
		if (h->first == NULL)
			h->last = NULL;
		net->ops.input(net->ops.ctx, host, &q->in);
		if (q->in.kind == NET_STREAM_DATA)
			nettcp_consumed(net, host, q->in.stream, q->in.len);
		free(q);
	}
	h->queued_datagrams = 0;
	h->queued_accepts = 0;
	net->ops.idle(net->ops.ctx, host);
}

void net_move(struct net *net, uint32_t host, const struct kith_addr *addrs, uint8_t count)
{
	assert(count >= 1 && count <= NET_PLANES_MAX);
	nettcp_break(net, host);
	memcpy(net->hosts[host].addrs, addrs, count * sizeof(*addrs));
	net->hosts[host].addr_count = count;
}

static void enqueue(struct net_host *h, const struct net_input *in)
{
	struct net_queued *q = malloc(sizeof(*q) + in->len);

	assert(q != NULL);
	q->next = NULL;
	q->in = *in;
	q->in.buf = (uint8_t *)(q + 1);
	if (in->len > 0)
		memcpy(q + 1, in->buf, in->len);
	if (h->last != NULL)
		h->last->next = q;
	else
		h->first = q;
	h->last = q;
}

void net_deliver(struct net *net, uint32_t host, const struct net_input *in)
{
	struct net_host *h = &net->hosts[host];

	if (!h->listening)
		return;
	if (!h->stopped) {
		net->ops.input(net->ops.ctx, host, in);
		if (in->kind == NET_STREAM_DATA)
			nettcp_consumed(net, host, in->stream, in->len);
		if (h->listening)
			net->ops.idle(net->ops.ctx, host);
		return;
	}
	if (in->kind == NET_DATAGRAM && h->queued_datagrams++ >= NET_RECEIVE_QUEUE)
		return;
	enqueue(h, in);
}

int net_find(const struct net *net, const struct kith_addr *a, uint8_t *plane)
{
	uint32_t i;
	uint8_t k;

	for (i = 0; i < net->count; i++)
		for (k = 0; k < net->hosts[i].addr_count; k++)
			if (memcmp(net->hosts[i].addrs[k].ip, a->ip, sizeof(a->ip)) == 0 &&
			    net->hosts[i].addrs[k].family == a->family) {
				*plane = k;
				return (int)i;
			}
	return -1;
}

bool net_path_is_open(const struct net *net, uint32_t from, uint32_t to, uint8_t plane,
		      enum net_cut cut)
{
	const struct net_host *a = &net->hosts[from], *b = &net->hosts[to];

	return !a->offline && !b->offline && a->group == b->group && !net->plane_down[plane] &&
	       (net->cut[from][to] & cut) == 0;
}

kith_us net_delay(struct net *net)
{
	return net->weather.delay_us +
	       (kith_us)world_below(net->world, (uint64_t)net->weather.jitter_us + 1);
}

static struct packet *packet_new(uint32_t from, uint32_t to, uint8_t plane, const uint8_t *buf,
				 size_t len)
{
	struct packet *p = malloc(sizeof(*p) + len);

	assert(p != NULL);
	memset(p, 0, sizeof(*p));
	p->from = from;
	p->to = to;
	p->plane = plane;
	p->len = len;
	if (len > 0)
		memcpy(p->bytes, buf, len);
	return p;
}

static void icmp_arrives(void *ctx, void *what)
{
	struct net *net = ctx;
	struct packet *p = what;
	struct net_input in = {.kind = NET_UNREACHABLE};

	if (!net_path_is_open(net, p->from, p->to, p->plane, NET_CUT_UDP))
		return;
	in.addr = p->source;
	in.buf = p->bytes;
	in.len = p->len;
	net_deliver(net, p->to, &in);
}

/* RFC 792 and Linux: the error quotes the packet it is about; one a second and peer. */
static void answer_icmp(struct net *net, const struct packet *about)
{
	struct net_host *dead = &net->hosts[about->to];
	struct packet *p;

	if (!net->weather.icmp || net->world->now - dead->last_icmp < KITH_SECOND)
		return;
	dead->last_icmp = net->world->now;
	p = packet_new(about->to, about->from, about->plane, about->bytes,
		       about->len < 520 ? about->len : 520);
	p->source = about->destination;
	world_at(net->world, net->world->now + net_delay(net), icmp_arrives, net, p);
}

static void datagram_arrives(void *ctx, void *what)
{
	struct net *net = ctx;
	struct packet *p = what;
	struct net_input in = {.kind = NET_DATAGRAM};

	if (!net_path_is_open(net, p->from, p->to, p->plane, NET_CUT_UDP))
		return;
	if (!net->hosts[p->to].listening ||
	    p->destination.port != net->hosts[p->to].addrs[p->plane].port) {
		answer_icmp(net, p);
		return;
	}
	in.addr = p->source;
	in.buf = p->bytes;
	in.len = p->len;
	net_deliver(net, p->to, &in);
}

static void corrupt(struct net *net, struct packet *p)
{
	uint64_t flips = 1 + world_below(net->world, 3);

	while (p->len > 0 && flips-- > 0) {
		uint64_t bit = world_below(net->world, p->len * 8);

		p->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
}

static void send_one(struct net *net, const struct packet *model)
{
	const struct net_weather *w = &net->weather;
	kith_us at = net->world->now + net_delay(net);
	struct packet *p;

	if (world_chance(net->world, w->loss_ppm))
		return;
	p = packet_new(model->from, model->to, model->plane, model->bytes, model->len);
	p->source = model->source;
	p->destination = model->destination;
	if (world_chance(net->world, w->corrupt_ppm))
		corrupt(net, p);
	if (world_chance(net->world, w->reorder_ppm))
		at += (kith_us)world_below(net->world, (uint64_t)w->reorder_us);
	world_at(net->world, at, datagram_arrives, net, p);
}

void net_udp(struct net *net, uint32_t host, const struct kith_addr *to, const uint8_t *buf,
	     size_t len)
{
	struct net_host *h = &net->hosts[host];
	struct net_sent sent = {.at = net->world->now, .host = host, .to = *to, .buf = buf};
	struct packet *p = packet_new(host, 0, 0, buf, len);
	int found = net_find(net, to, &p->plane);

	p->source = h->addrs[p->plane < h->addr_count ? p->plane : 0];
	p->destination = *to;
	sent.from = p->source;
	sent.len = len;
	h->udp_sent++;
	h->udp_bytes_sent += len;
	if (net->ops.tap != NULL && !net->ops.tap(net->ops.ctx, &sent, p->bytes, &p->len))
		found = -1;
	if (found >= 0 && p->len + NET_UDP_HEADERS <= net->weather.mtu) {
		p->to = (uint32_t)found;
		send_one(net, p);
		if (world_chance(net->world, net->weather.duplicate_ppm))
			send_one(net, p);
	}
	free(p);
}

static void injected_arrives(void *ctx, void *what)
{
	struct net *net = ctx;
	struct packet *p = what;
	struct net_input in = {.kind = NET_DATAGRAM, .addr = p->source, .buf = p->bytes};

	in.len = p->len;
	net_deliver(net, p->to, &in);
}

void net_inject(struct net *net, const struct kith_addr *from, uint32_t to, const uint8_t *buf,
		size_t len)
{
	struct packet *p = packet_new(to, to, 0, buf, len);

	p->source = *from;
	world_at(net->world, net->world->now, injected_arrives, net, p);
}
