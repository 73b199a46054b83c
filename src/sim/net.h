/* SPDX-License-Identifier: ISC */
/*
 * sim/net.h: a network in virtual time. It carries UDP here and TCP in sim/nettcp.h, between hosts
 * that are indices; it knows nothing of kith but its addresses.
 *
 * Life of a datagram: net_udp() shows it to the tap (which may change or swallow it) and sends it
 * through what its path does, stage by stage: MTU, loss, duplication, corruption, the sender's
 * bandwidth, a clog, delay and jitter, reordering. At its arrival the cuts that hold at that moment
 * are obeyed; a running process gets it as an input, a stopped one finds it in its socket's buffer
 * when it goes on, a dead one makes its kernel answer with an ICMP error.
 *
 * Paths: the k-th address of a host talks with the k-th address of another (network k). What a path
 * does is the weather of its two hosts, if that was set, else of their two zones, else of the whole
 * network; each direction is a path of its own and can be cut for UDP and for TCP; hosts fall into
 * partition groups. Nothing is looked up by walking: a run of ten thousand hosts is a usual one.
 */
#ifndef KITH_SIM_NET_H
#define KITH_SIM_NET_H

#include "sim/world.h"

#include <kith/kith.h>

enum {
	NET_PLANES_MAX = 2,       /* networks, thus addresses of a host */
	NET_ZONES_MAX = 16,
	NET_RECEIVE_QUEUE = 256,  /* datagrams that a stopped process's socket holds */
	NET_UDP_HEADERS = 28,     /* IPv4 and UDP, counted against the MTU */
	NET_EVERY = 1000000       /* a chance in a million that is certain */
};
/* What a sender's queue holds when the path is narrow: later packets are lost (UDP). */
#define NET_EGRESS_QUEUE (500 * KITH_MS)

/* What every path does to its packets. */
struct net_weather {
	kith_us delay_us;         /* one way */
	kith_us jitter_us;        /* uniform, on top */
	uint32_t loss_ppm;
	uint32_t duplicate_ppm;
	uint32_t reorder_ppm;     /* kept back for up to reorder_us */
	kith_us reorder_us;
	uint32_t corrupt_ppm;     /* one to three bits flip */
	uint32_t bytes_per_s;     /* of the sender, with headers; 0: no limit */
	uint32_t mtu;             /* bytes of IP packet; larger ones vanish */
	bool icmp;                /* a dead port is answered, at most once a second */
};

enum net_cut { NET_CUT_UDP = 1, NET_CUT_TCP = 2, NET_CUT_ALL = 3 };

enum net_input_kind { NET_DATAGRAM, NET_UNREACHABLE, NET_STREAM, NET_STREAM_DATA };

/* What a process is told. `buf` is borrowed during the call. */
struct net_input {
	enum net_input_kind kind;
	struct kith_addr addr; /* from, or the unreachable one */
	uint64_t stream;
	enum kith_stream_what what;
	const uint8_t *buf;
	size_t len;
};

/* What a host sends, as the tap sees it. */
struct net_sent {
	kith_us at;
	bool stream; /* else a datagram */
	uint32_t host;
	struct kith_addr from, to;
	uint64_t connection; /* of a stream: unique in this run */
	const uint8_t *buf;
	size_t len;
};

struct net_ops {
	void *ctx;
	/* One thing happened to the process of a host. */
	void (*input)(void *ctx, uint32_t host, const struct net_input *in);
	/* Its sockets are read empty: time may pass for it. */
	void (*idle)(void *ctx, uint32_t host);
	/* A packet enters the network. May be NULL. For a datagram, buf may be changed up to len
	 * bytes; false: it vanishes. */
	bool (*tap)(void *ctx, const struct net_sent *s, uint8_t *buf, size_t *len);
};

struct net_queued; /* an input in a stopped process's sockets */
struct net_connection;
struct net_end;
struct net_path;  /* what was set for two hosts, in one direction */
struct net_place; /* who has an address */

struct net_host {
	struct kith_addr addrs[NET_PLANES_MAX];
	uint8_t addr_count;
	bool listening; /* a process has its sockets open */
	bool stopped;   /* SIGSTOP */
	bool offline;   /* nothing in, nothing out */
	uint8_t group;  /* of a partition */
	uint8_t zone;
	kith_us clogged_until; /* what it sends or gets before arrives then */
	kith_us egress_free;   /* when its last packet has left */
	struct net_queued *first, *last; /* owned */
	uint32_t queued_datagrams, queued_accepts;
	uint64_t next_accept; /* even */
	kith_us last_icmp;
	uint64_t udp_sent, udp_bytes_sent, tcp_bytes_sent;
	uint64_t zone_bytes_sent; /* of those, the ones to another zone */
};

struct net {
	struct world *world; /* borrowed */
	struct net_ops ops;
	struct net_weather weather;
	struct net_weather *zones[NET_ZONES_MAX][NET_ZONES_MAX]; /* owned; [from][to], or NULL */
	struct net_host *hosts; /* owned */
	uint32_t count, room;
	struct net_place *places; /* owned hash */
	struct net_path *paths;   /* owned hash */
	bool plane_down[NET_PLANES_MAX];
	struct net_connection *connections; /* owned hash, by serial */
	struct net_connection *over;        /* owned list: nobody is left */
	struct net_end *ends;               /* hash, by host and id; borrowed from connections */
	uint64_t next_connection;
	uint32_t segment; /* bytes of a stream that arrive at once, at most */
};

void net_weather_init(struct net_weather *w); /* a LAN: 200 us one way, nothing lost */
void net_init(struct net *net, struct world *world, const struct net_ops *ops,
	      const struct net_weather *weather);
void net_fini(struct net *net);
/* A new host without a process; returns its index. */
uint32_t net_host_add(struct net *net, const struct kith_addr *addrs, uint8_t count);

void net_listen(struct net *net, uint32_t host);
/* The process is gone at once; its kernel closes its streams, when the host is online. */
void net_kill(struct net *net, uint32_t host);
void net_stop(struct net *net, uint32_t host);
/* The process finds what came meanwhile, then is told that its sockets are empty. */
void net_continue(struct net *net, uint32_t host);
/* Other addresses from now on; what was open breaks. */
void net_move(struct net *net, uint32_t host, const struct kith_addr *addrs, uint8_t count);

/* What this direction lets through no more; 0 mends it. */
void net_cut(struct net *net, uint32_t from, uint32_t to, uint8_t cut);
/* Whether something of what this host sends or should get is cut. */
bool net_is_cut(const struct net *net, uint32_t host);
/* Mends every cut. */
void net_mend_all(struct net *net);
/* What the paths between two zones do, both ways; of two hosts, in this direction. */
void net_zone_weather(struct net *net, uint8_t a, uint8_t b, const struct net_weather *w);
void net_path_weather(struct net *net, uint32_t from, uint32_t to, const struct net_weather *w);
/* What this path does; borrowed until weather is set again. */
const struct net_weather *net_weather_of(const struct net *net, uint32_t from, uint32_t to);

/* Sends a datagram of a host. */
void net_udp(struct net *net, uint32_t host, const struct kith_addr *to, const uint8_t *buf,
	     size_t len);
/* Puts a datagram with any source address in front of a host's socket, untouched by weather. */
void net_inject(struct net *net, const struct kith_addr *from, uint32_t to, const uint8_t *buf,
		size_t len);

/* For nettcp.c and net.c only. */
int net_find(const struct net *net, const struct kith_addr *a, uint8_t *plane); /* -1: nobody */
bool net_path_is_open(const struct net *net, uint32_t from, uint32_t to, uint8_t plane,
		      enum net_cut cut);
/* When what is sent now arrives; `len` bytes with headers wait for those before them. */
kith_us net_arrival(struct net *net, uint32_t from, uint32_t to, size_t len);
/* Whether the sender's queue is full. */
bool net_is_choked(const struct net *net, uint32_t from, uint32_t to);
void net_deliver(struct net *net, uint32_t host, const struct net_input *in);

#endif
