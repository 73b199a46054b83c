/* SPDX-License-Identifier: ISC */
/*
 * sim/cluster.h: a whole kith cluster in one process and in virtual time, and the words in
 * which the stories of tests/story are told: start, crash, cut, wait until, never.
 *
 * The nodes are reached through <kith/kith.h> only. A run is ruled by one seed: the same seed
 * gives the same run, byte by byte. KITH_SEED in the environment replaces a story's seed; every
 * failure prints the seed, the virtual time and the last lines of what the nodes decided.
 *
 * Life of one step: the world (sim/world.h) reaches the next instant; the network
 * (sim/net.h) hands an input to a host's process, or the host's alarm rings; the node gets the
 * input and a tick, kith_node_check() walks its invariants, and what it wants done is done: sent,
 * connected, stored, logged. Then the standing claims (cluster_forbid) are looked at.
 *
 * What is always checked, in every story:
 *	- a datagram goes only to an address that a member record listed which the sender verified (what
 *	  goes to one that it did not take over is told by its length, and by its owner), or as an
 *	  introduction to a seed that it was told;
 *	- no datagram is longer than KITH_DATAGRAM_MAX;
 *	- at most 64 KiB are written to a stream past a missing WRITABLE, nothing before CONNECTED;
 *	- streams opened by the node have odd ids, each used once;
 *	- nothing but PERSIST comes out before the first epoch is persisted;
 *	- a node's deadline moves on: no busy loop;
 *	- kith_node_check(), and no leak at kith_node_free();
 *	- what sim/checker.h states, where opts.watch is set.
 */
#ifndef KITH_SIM_CLUSTER_H
#define KITH_SIM_CLUSTER_H

#include "sim/alloc_fail.h"
#include "sim/net.h"
#include "sim/nettcp.h"

#include <kith/kith.h>

enum {
	CLUSTER_NODES_MAX = 65000 - 256, /* addresses of one plane */
	CLUSTER_STRANGERS_MAX = 16,
	CLUSTER_LAST_LINES = 60,
	CLUSTER_SEEDS_MAX = 64,
	CLUSTER_OFFERS_MAX = 8,
	CLUSTER_UNKNOWN = -1 /* a status: no such member there */
};
#define CLUSTER_ANY UINT32_MAX
#define CLUSTER_PORT 5484
#define CLUSTER_UNIX_MS INT64_C(1800000000000) /* wall clock at WORLD_START */

struct cluster_opts {
	uint64_t seed;
	enum kith_profile profile;
	struct kith_timing timing; /* where not 0, instead of the profile's */
	struct net_weather weather;
	uint8_t planes;            /* addresses of a host, 1 or 2 */
	kith_us tick_late_us;      /* a host's alarm rings up to this late */
	kith_us persist_us;        /* an epoch is on disk after this long */
	kith_us reap_after;        /* where not 0, instead of the default */
	uint32_t max_members;      /* where not 0, instead of the default */
	uint32_t segment;          /* bytes of a stream that come at once, at most; 0: NETTCP_SEGMENT */
	kith_us ask_us;            /* waits look this often; up to 1 ms: and at every change */
	bool trace;                /* collect the nodes' own lines */
	bool echo;                 /* and print each on standard output as it comes */
	bool events;               /* print each event as it comes */
	bool check;                /* kith_node_check() after every input, addresses, leaks */
	bool diary;                /* keep every event of every node */
	bool share;                /* verified facts are shared (core/pool.h); nothing shows it */
	bool watch;                /* the checker looks at every step */
};

/* What kith_node_keep() gave out once. */
struct cluster_kept {
	size_t len;
	uint8_t bytes[KITH_KEPT_ENTRY_MAX];
};

/* One entry of a node's diary. */
struct cluster_entry {
	kith_us at; /* virtual time */
	struct kith_event event;
};

struct cluster_node {
	struct cluster *cluster;
	uint32_t index;
	char name[16]; /* n00, n01, ...; a scenario may give another */
	uint8_t identity_seed[KITH_KEY_LEN];
	struct kith_mid mid;
	uint8_t certificate[KITH_CERTIFICATE_MAX];
	size_t certificate_len;

	struct kith_node *node;      /* owned; NULL: no process */
	struct alloc_fail heap;
	uint32_t starts;
	uint64_t alarm_serial;       /* of the alarm that counts; older ones are stale */
	bool started;                /* its first PERSIST was answered */
	uint32_t spins;              /* ticks without time passing */
	uint64_t last_stream;        /* highest odd id used */
	uint64_t changes, service_changes; /* of the view at the last look */
	uint64_t changes_listed;     /* and when its members' addresses were last noted */
	kith_us alarm_at;            /* deadline that the alarm was set for */
	struct cluster_stream *streams; /* owned list: what the node may write to */
	bool has_over;                  /* some of them end with this tick */
	uint64_t persist_token;      /* answered while it was stopped */
	bool persist_waits;

	uint32_t disk_epoch;         /* what survives a crash */
	struct cluster_kept *kept;   /* owned; entries in their order */
	size_t kept_count, kept_room;
	bool disk_hangs;             /* PERSIST is never answered */
	kith_us clock_base, world_base; /* own monotonic clock = base + elapsed x rate */
	int32_t drift_ppm;
	int64_t wall_skew_ms;
	bool wall_untrusted;
	bool is_revoked; /* by the cluster's authority */

	struct cluster_offer {
		char name[32];
		uint16_t port;
	} offers[CLUSTER_OFFERS_MAX]; /* what the host offers (sim/offers.h) */
	uint32_t offer_count;

	struct cluster_entry *diary; /* owned */
	size_t diary_count, diary_room;
	struct cluster_listed *listed; /* owned hash: addresses that records verified by it ever listed */
};

/* One datagram or piece of a stream that was sent. */
struct cluster_packet {
	struct net_sent sent;
	uint8_t *bytes; /* owned; sent.buf points to it */
};

/* A host outside the cluster: a name on the network whose process is the test. */
struct cluster_stranger {
	struct cluster *cluster;
	uint32_t host;           /* of the network */
	struct kith_addr addr;
	uint64_t datagrams, bytes; /* got by UDP */
	uint64_t next_stream;
	bool connected, refused, failed, closed; /* the last stream */
	uint64_t stream_bytes;   /* got on any stream */
	uint8_t last[2048];      /* start of what came last on the stream */
	size_t last_len;
};

struct cluster_listed;
struct cluster_name;
struct watch;

typedef void cluster_event_fn(void *ctx, struct cluster_node *n, const struct kith_event *e);

/* A service that may not be missed. */
struct cluster_steady {
	uint32_t observer, who;
	char name[32];
};

struct cluster_claim {
	uint32_t observer, who; /* index or CLUSTER_ANY */
	enum kith_status status;
};

struct cluster {
	struct cluster_opts opts;
	struct world world;
	struct net net;
	struct kith_pool *pool; /* owned, or NULL */
	uint32_t count;
	struct cluster_node *nodes; /* owned */
	struct cluster_name *by_mid; /* owned hash */
	uint32_t stranger_count;
	struct cluster_stranger strangers[CLUSTER_STRANGERS_MAX];
	uint8_t authority_seed[KITH_KEY_LEN];
	uint8_t authority[KITH_KEY_LEN];
	uint8_t cluster_key[KITH_KEY_LEN];
	char cluster_name[32];

	struct watch *watch; /* owned; NULL: nobody looks */
	struct cluster_claim *claims; /* owned */
	uint32_t claim_count, claim_room;
	struct cluster_steady *steady; /* owned */
	uint32_t steady_count;
	/* Called for every event of every node, before a diary takes it. */
	cluster_event_fn *on_event;
	/* Called when a process is about to end, for its last figures. */
	void (*on_end)(void *ctx, struct cluster_node *n);
	void *on_event_ctx; /* of both */
	bool changed; /* some view changed since a wait last looked */

	bool recording;
	struct cluster_packet *packets; /* owned */
	size_t packet_count, packet_room;
	/* Called for every datagram sent; may change it (up to *len) or swallow it (false). */
	bool (*touch)(void *ctx, const struct net_sent *s, uint8_t *buf, size_t *len);
	void *touch_ctx;
	/* Called for everything that is sent, before `touch`. */
	void (*sniff)(void *ctx, const struct net_sent *s);
	void *sniff_ctx;

	const char *where; /* borrowed: what was asked for, told when it fails; or NULL */
	const char *again; /* borrowed: the command that repeats the run; or NULL */
	char lines[CLUSTER_LAST_LINES][200]; /* a ring */
	uint64_t line_count;
	uint64_t hash; /* of all that the nodes put out, in order */
};

/* --- life of a cluster ----------------------------------------------------------------------- */

void cluster_opts_init(struct cluster_opts *o, uint64_t seed);
/* Whether clusters share facts if nothing else is said; at the start they do not. */
void cluster_share_usually(bool share);
/* The hosts exist, no process runs. Where they would not fit into memory, the program ends and says so
 * (sim/room.h). */
struct cluster *cluster_new(uint32_t n, const struct cluster_opts *o);
/* Stops all, checks that nothing leaked. */
void cluster_free(struct cluster **c);
/* The seed of the next run of a story told several times: KITH_SEED, or base + i. */
uint64_t cluster_seed(uint64_t base);

/* The next thing that happens until then; false if nothing does. Stories use cluster_run(). */
bool cluster_step(struct cluster *c, kith_us until);
kith_us cluster_now(const struct cluster *c);
/* Index of the node with this id, or CLUSTER_ANY. */
uint32_t cluster_index(const struct cluster *c, const struct kith_mid *mid);

/* --- processes and hosts --------------------------------------------------------------------- */

/* Names the zone of host i in its certificate; before its first start. */
void cluster_zone(struct cluster *c, uint32_t i, const char *name);
/* Fills in what cluster_start() would start node i with. */
void cluster_config(struct cluster *c, uint32_t i, struct kith_config *cfg);
/* Starts the process of host i, with its identity and the epoch on its disk. */
void cluster_start(struct cluster *c, uint32_t i);
/* The same with another configuration; the error of kith_node_new() is the result. */
int cluster_start_with(struct cluster *c, uint32_t i, const struct kith_config *cfg);
void cluster_start_all(struct cluster *c);
/* Starts the first so many hosts, which know each other at once: no joining is seen, and opts.share
 * is needed. */
void cluster_start_met(struct cluster *c, uint32_t count);
/* Node i asks to join through node `seed`. */
void cluster_join(struct cluster *c, uint32_t i, uint32_t seed);
void cluster_join_addrs(struct cluster *c, uint32_t i, const struct kith_addr *seeds, size_t count);

/* Puts on node i's disk what it gives out; from then on its starts get it back. */
void cluster_keep(struct cluster *c, uint32_t i);
void cluster_crash(struct cluster *c, uint32_t i);           /* SIGKILL; its host stays */
void cluster_power_off(struct cluster *c, uint32_t i);       /* the host too: silence */
void cluster_restart(struct cluster *c, uint32_t i);         /* crash if running, and start */
void cluster_restart_lost_epoch(struct cluster *c, uint32_t i);
bool cluster_is_running(const struct cluster *c, uint32_t i);
struct kith_node *cluster_node(struct cluster *c, uint32_t i); /* for reads */
struct kith_addr cluster_addr(const struct cluster *c, uint32_t i);
kith_us cluster_clock(const struct cluster *c, uint32_t i); /* its own monotonic clock */

/* --- commands --------------------------------------------------------------------------------- */

int cluster_leave(struct cluster *c, uint32_t i);
int cluster_announce_restart(struct cluster *c, uint32_t i, uint16_t back_s);
int cluster_forget(struct cluster *c, uint32_t i, uint32_t who);
/* The cluster's authority expels `who`; the revocation enters at i. */
int cluster_revoke(struct cluster *c, uint32_t i, uint32_t who);
int cluster_ping(struct cluster *c, uint32_t i, uint32_t who, uint64_t *token);
/* One tag {key: value}; short texts. */
int cluster_tag(struct cluster *c, uint32_t i, const char *key, const char *value);
bool cluster_tag_is(struct cluster *c, uint32_t observer, uint32_t who, const char *key,
		    const char *value);

#endif
