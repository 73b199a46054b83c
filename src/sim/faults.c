/* SPDX-License-Identifier: ISC */
#include "sim/faults.h"

#include "sim/process.h"
#include "sim/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- hosts ------------------------------------------------------------------------------------ */

void cluster_pause(struct cluster *c, uint32_t i)
{
	report_line(c, &c->nodes[i], "PAUSE");
	net_stop(&c->net, i);
}

void cluster_resume(struct cluster *c, uint32_t i)
{
	report_line(c, &c->nodes[i], "RESUME");
	net_continue(&c->net, i);
}

void cluster_move(struct cluster *c, uint32_t i)
{
	struct kith_addr addrs[NET_PLANES_MAX];
	struct net_host *h = &c->net.hosts[i];
	uint8_t k;

	memcpy(addrs, h->addrs, sizeof(addrs));
	for (k = 0; k < h->addr_count; k++)
		addrs[k].ip[1] += NET_PLANES_MAX; /* the first move of this host to there */
	report_line(c, &c->nodes[i], "MOVE");
	net_move(&c->net, i, addrs, h->addr_count);
}

bool cluster_had_addr(const struct cluster *c, uint32_t i, const struct kith_addr *a)
{
	const struct net_host *h = &c->net.hosts[i];
	struct kith_addr past;
	uint8_t k;

	for (k = 0; k < h->addr_count; k++) {
		past = h->addrs[k];
		for (;; past.ip[1] -= NET_PLANES_MAX) {
			if (memcmp(&past, a, sizeof(past)) == 0)
				return true;
			if (past.ip[1] < NET_PLANES_MAX)
				break;
		}
	}
	return false;
}

void cluster_wall_skew(struct cluster *c, uint32_t i, int64_t ms, bool trusted)
{
	struct cluster_node *n = &c->nodes[i];

	n->wall_skew_ms = ms;
	n->wall_untrusted = !trusted;
	if (n->node == NULL || c->net.hosts[i].stopped)
		return;
	kith_node_clock(n->node, cluster_clock(c, i), process_wall_clock(n), trusted);
	process_tick(n);
}

void cluster_drift(struct cluster *c, uint32_t i, int32_t ppm)
{
	struct cluster_node *n = &c->nodes[i];

	n->clock_base = cluster_clock(c, i);
	n->world_base = c->world.now;
	n->drift_ppm = ppm;
}

void cluster_clog(struct cluster *c, uint32_t i, kith_us during)
{
	report_line(c, &c->nodes[i], "CLOG for %.3f s", (double)during / 1e6);
	c->net.hosts[i].clogged_until = c->world.now + during;
}

void cluster_disk_hangs(struct cluster *c, uint32_t i, bool hangs)
{
	c->nodes[i].disk_hangs = hangs;
}

/* --- network faults --------------------------------------------------------------------------- */

void cluster_cut_off(struct cluster *c, uint32_t i)
{
	report_line(c, &c->nodes[i], "CUT OFF");
	c->net.hosts[i].offline = true;
}

void cluster_reconnect(struct cluster *c, uint32_t i)
{
	report_line(c, &c->nodes[i], "RECONNECT");
	c->net.hosts[i].offline = false;
}

void cluster_cut(struct cluster *c, uint32_t a, uint32_t b)
{
	cluster_cut_one_way(c, a, b);
	cluster_cut_one_way(c, b, a);
}

void cluster_cut_one_way(struct cluster *c, uint32_t from, uint32_t to)
{
	assert(from != to);
	report_line(c, &c->nodes[from], "CUT to %s", c->nodes[to].name);
	net_cut(&c->net, from, to, NET_CUT_ALL);
}

void cluster_cut_udp(struct cluster *c, uint32_t a, uint32_t b)
{
	net_cut(&c->net, a, b, NET_CUT_UDP);
	net_cut(&c->net, b, a, NET_CUT_UDP);
}

void cluster_stall(struct cluster *c, uint32_t a, uint32_t b)
{
	net_cut(&c->net, a, b, NET_CUT_TCP);
	net_cut(&c->net, b, a, NET_CUT_TCP);
}

void cluster_mend(struct cluster *c, uint32_t a, uint32_t b)
{
	report_line(c, &c->nodes[a], "MEND with %s", c->nodes[b].name);
	net_cut(&c->net, a, b, 0);
	net_cut(&c->net, b, a, 0);
}

void cluster_deafen(struct cluster *c, uint32_t i, bool deaf)
{
	uint32_t k;

	report_line(c, &c->nodes[i], deaf ? "DEAF" : "HEARS again");
	for (k = 0; k < c->net.count; k++)
		if (k != i)
			net_cut(&c->net, k, i, deaf ? NET_CUT_ALL : 0);
}

void cluster_mute(struct cluster *c, uint32_t i, bool mute)
{
	uint32_t k;

	report_line(c, &c->nodes[i], mute ? "MUTE" : "SPEAKS again");
	for (k = 0; k < c->net.count; k++)
		if (k != i)
			net_cut(&c->net, i, k, mute ? NET_CUT_ALL : 0);
}

void cluster_partition(struct cluster *c, uint32_t first)
{
	uint32_t i;

	report_line(c, &c->nodes[first], "PARTITION from here on");
	for (i = 0; i < c->count; i++)
		c->net.hosts[i].group = i >= first;
}

void cluster_heal(struct cluster *c)
{
	uint32_t i;

	report_line(c, &c->nodes[0], "HEAL all");
	for (i = 0; i < c->net.count; i++) {
		c->net.hosts[i].group = 0;
		c->net.hosts[i].offline = false;
	}
	net_mend_all(&c->net);
	memset(c->net.plane_down, 0, sizeof(c->net.plane_down));
}

/* --- packets and strangers --------------------------------------------------------------------- */

void cluster_record(struct cluster *c, bool on)
{
	c->recording = on;
}

void cluster_packets_drop(struct cluster *c)
{
	size_t i;

	for (i = 0; i < c->packet_count; i++)
		free(c->packets[i].bytes);
	c->packet_count = 0;
}

void cluster_inject(struct cluster *c, const struct kith_addr *from, uint32_t to,
		    const uint8_t *buf, size_t len)
{
	net_inject(&c->net, from, to, buf, len);
}

void cluster_replay(struct cluster *c, const struct cluster_packet *p, uint32_t to)
{
	assert(!p->sent.stream);
	net_inject(&c->net, &p->sent.from, to, p->bytes, p->sent.len);
}

struct cluster_stranger *cluster_stranger(struct cluster *c)
{
	struct cluster_stranger *s = &c->strangers[c->stranger_count];
	struct kith_addr a = {.ip = {172, 16, 0, 0}, .port = CLUSTER_PORT, .family = 4};

	assert(c->stranger_count < CLUSTER_STRANGERS_MAX);
	a.ip[3] = (uint8_t)(1 + c->stranger_count++);
	s->cluster = c;
	s->addr = a;
	s->host = net_host_add(&c->net, &a, 1);
	s->next_stream = 1;
	net_listen(&c->net, s->host);
	return s;
}

void cluster_stranger_connect(struct cluster_stranger *s, uint32_t to)
{
	struct kith_addr a = cluster_addr(s->cluster, to);

	s->connected = s->refused = s->failed = s->closed = false;
	s->last_len = 0;
	nettcp_connect(&s->cluster->net, s->host, s->next_stream, &a);
	s->next_stream += 2;
}

void cluster_stranger_send(struct cluster_stranger *s, const uint8_t *buf, size_t len)
{
	nettcp_write(&s->cluster->net, s->host, s->next_stream - 2, buf, len);
}

void cluster_stranger_hang_up(struct cluster_stranger *s)
{
	nettcp_close(&s->cluster->net, s->host, s->next_stream - 2);
}
