/* SPDX-License-Identifier: ISC */
#include "sim/net.h"

#include "sim/hash.h"
#include "sim/nettcp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct net_place {
	uint8_t key[17]; /* ip, family */
	uint8_t plane;
	uint32_t host;
	UT_hash_handle hh;
};

struct net_path {
	uint64_t key; /* from << 32 | to */
	uint8_t cut;  /* enum net_cut */
	bool has_weather;
	struct net_weather weather;
	UT_hash_handle hh;
};

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
	net->segment = NETTCP_SEGMENT;
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

/* --- who has which address -------------------------------------------------------------------- */

static void place_key(uint8_t key[17], const struct kith_addr *a)
{
	memcpy(key, a->ip, 16);
	key[16] = a->family;
}

static void place_drop(struct net *net, struct net_place *place)
{
	HASH_DEL(net->places, place);
	free(place);
}

static struct net_place *place_find(const struct net *net, const struct kith_addr *a)
{
	struct net_place *place;
	uint8_t key[17];

	place_key(key, a);
	HASH_FIND(hh, net->places, key, sizeof(key), place);
	return place;
}

static void settle(struct net *net, uint32_t host, const struct kith_addr *addrs, uint8_t count)
{
	struct net_host *h = &net->hosts[host];
	struct net_place *place;
	uint8_t k;

	for (k = 0; k < h->addr_count; k++)
		place_drop(net, place_find(net, &h->addrs[k]));
	memcpy(h->addrs, addrs, count * sizeof(*addrs));
	h->addr_count = count;
	for (k = 0; k < count; k++) {
		assert(place_find(net, &addrs[k]) == NULL);
		place = calloc(1, sizeof(*place));
		assert(place != NULL);
		place_key(place->key, &addrs[k]);
		place->host = host;
		place->plane = k;
		HASH_ADD(hh, net->places, key, sizeof(place->key), place);
	}
}

int net_find(const struct net *net, const struct kith_addr *a, uint8_t *plane)
{
	const struct net_place *place = place_find(net, a);

	if (place == NULL)
		return -1;
	*plane = place->plane;
	return (int)place->host;
}

void net_fini(struct net *net)
{
	uint32_t i;

	struct net_place *place, *next_place;
	struct net_path *path, *next_path;
	uint32_t k;

	nettcp_fini(net);
	for (i = 0; i < net->count; i++)
		queue_drop(&net->hosts[i]);
	free(net->hosts);
	HASH_ITER(hh, net->places, place, next_place)
		place_drop(net, place);
	HASH_ITER(hh, net->paths, path, next_path) {
		HASH_DEL(net->paths, path);
		free(path);
	}
	for (i = 0; i < NET_ZONES_MAX; i++)
		for (k = 0; k < NET_ZONES_MAX; k++)
			free(net->zones[i][k]);
}

uint32_t net_host_add(struct net *net, const struct kith_addr *addrs, uint8_t count)
{
	struct net_host *h;

	assert(count >= 1 && count <= NET_PLANES_MAX);
	if (net->count == net->room) {
		net->room = net->room ? net->room * 2 : 64;
		net->hosts = realloc(net->hosts, net->room * sizeof(*net->hosts));
		assert(net->hosts != NULL);
	}
	h = &net->hosts[net->count];
	memset(h, 0, sizeof(*h));
	h->next_accept = 2;
	h->last_icmp = -KITH_SECOND;
	settle(net, net->count, addrs, count);
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
	settle(net, host, addrs, count);
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

/* --- paths ------------------------------------------------------------------------------------ */

static struct net_path *path_find(const struct net *net, uint32_t from, uint32_t to)
{
	const uint64_t key = (uint64_t)from << 32 | to;
	struct net_path *path = NULL;

	if (net->paths != NULL)
		HASH_FIND(hh, net->paths, &key, sizeof(key), path);
	return path;
}

static struct net_path *path_get(struct net *net, uint32_t from, uint32_t to)
{
	struct net_path *path = path_find(net, from, to);

	if (path != NULL)
		return path;
	path = calloc(1, sizeof(*path));
	assert(path != NULL);
	path->key = (uint64_t)from << 32 | to;
	HASH_ADD(hh, net->paths, key, sizeof(path->key), path);
	return path;
}

void net_cut(struct net *net, uint32_t from, uint32_t to, uint8_t cut)
{
	if (cut != 0 || path_find(net, from, to) != NULL)
		path_get(net, from, to)->cut = cut;
}

bool net_is_cut(const struct net *net, uint32_t host)
{
	const struct net_path *path;

	for (path = net->paths; path != NULL; path = path->hh.next)
		if (path->cut != 0 && ((uint32_t)path->key == host || path->key >> 32 == host))
			return true;
	return false;
}

void net_mend_all(struct net *net)
{
	struct net_path *path;

	for (path = net->paths; path != NULL; path = path->hh.next)
		path->cut = 0;
}

void net_zone_weather(struct net *net, uint8_t a, uint8_t b, const struct net_weather *w)
{
	struct net_weather **at[2] = {&net->zones[a][b], &net->zones[b][a]};
	int i;

	for (i = 0; i < 2; i++) {
		if (*at[i] == NULL)
			*at[i] = malloc(sizeof(*w));
		assert(*at[i] != NULL);
		**at[i] = *w;
	}
}

void net_path_weather(struct net *net, uint32_t from, uint32_t to, const struct net_weather *w)
{
	struct net_path *path = path_get(net, from, to);

	path->has_weather = true;
	path->weather = *w;
}

const struct net_weather *net_weather_of(const struct net *net, uint32_t from, uint32_t to)
{
	const struct net_path *path = path_find(net, from, to);
	const struct net_weather *zone;

	if (path != NULL && path->has_weather)
		return &path->weather;
	zone = net->zones[net->hosts[from].zone][net->hosts[to].zone];
	return zone != NULL ? zone : &net->weather;
}

bool net_path_is_open(const struct net *net, uint32_t from, uint32_t to, uint8_t plane,
		      enum net_cut cut)
{
	const struct net_host *a = &net->hosts[from], *b = &net->hosts[to];
	const struct net_path *path;

	if (a->offline || b->offline || a->group != b->group || net->plane_down[plane])
		return false;
	path = path_find(net, from, to);
	return path == NULL || (path->cut & cut) == 0;
}

bool net_is_choked(const struct net *net, uint32_t from, uint32_t to)
{
	return net_weather_of(net, from, to)->bytes_per_s != 0 &&
	       net->hosts[from].egress_free - net->world->now > NET_EGRESS_QUEUE;
}

static kith_us latest(kith_us a, kith_us b)
{
	return a > b ? a : b;
}

kith_us net_arrival(struct net *net, uint32_t from, uint32_t to, size_t len)
{
	const struct net_weather *w = net_weather_of(net, from, to);
	struct net_host *a = &net->hosts[from];
	kith_us at = net->world->now;

	if (w->bytes_per_s != 0) {
		at = latest(at, a->egress_free) + (kith_us)(len * 1000000u / w->bytes_per_s);
		a->egress_free = at;
	}
	at = latest(at, latest(a->clogged_until, net->hosts[to].clogged_until));
	return at + w->delay_us + (kith_us)world_below(net->world, (uint64_t)w->jitter_us + 1);
}

/* --- datagrams -------------------------------------------------------------------------------- */

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

	if (!net_weather_of(net, about->to, about->from)->icmp ||
	    net->world->now - dead->last_icmp < KITH_SECOND)
		return;
	dead->last_icmp = net->world->now;
	p = packet_new(about->to, about->from, about->plane, about->bytes,
		       about->len < 520 ? about->len : 520);
	p->source = about->destination;
	world_at(net->world, net_arrival(net, p->from, p->to, p->len + NET_UDP_HEADERS),
		 icmp_arrives, net, p);
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

static void send_one(struct net *net, const struct packet *model, const struct net_weather *w)
{
	struct packet *p;
	kith_us at;

	if (world_chance(net->world, w->loss_ppm) || net_is_choked(net, model->from, model->to))
		return;
	p = packet_new(model->from, model->to, model->plane, model->bytes, model->len);
	p->source = model->source;
	p->destination = model->destination;
	if (world_chance(net->world, w->corrupt_ppm))
		corrupt(net, p);
	at = net_arrival(net, p->from, p->to, p->len + NET_UDP_HEADERS);
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
	const struct net_weather *w;
	int found = net_find(net, to, &p->plane);

	p->source = h->addrs[p->plane < h->addr_count ? p->plane : 0];
	p->destination = *to;
	sent.from = p->source;
	sent.len = len;
	h->udp_sent++;
	h->udp_bytes_sent += len;
	if (net->ops.tap != NULL && !net->ops.tap(net->ops.ctx, &sent, p->bytes, &p->len))
		found = -1;
	if (found >= 0) {
		p->to = (uint32_t)found;
		if (net->hosts[found].zone != h->zone)
			h->zone_bytes_sent += len;
		w = net_weather_of(net, host, p->to);
		if (p->len + NET_UDP_HEADERS <= w->mtu) {
			send_one(net, p, w);
			if (world_chance(net->world, w->duplicate_ppm))
				send_one(net, p, w);
		}
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
