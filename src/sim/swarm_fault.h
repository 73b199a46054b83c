/* SPDX-License-Identifier: ISC */
/*
 * sim/swarm_fault.h: the kinds of faults of a swarm at work. Each kind strikes at its own times,
 * drawn from its own generator, and what has to be mended later is put down as a repair.
 */
#ifndef KITH_SIM_SWARM_FAULT_H
#define KITH_SIM_SWARM_FAULT_H

#include "sim/cluster.h"
#include "sim/swarm_plan.h"

enum { SWARM_REPLAYS = 32, SWARM_STRANGERS = 4 };

struct swarm;
typedef void swarm_repair_fn(struct swarm *s, uint32_t a, uint32_t b);

struct swarm_repair {
	kith_us at;
	swarm_repair_fn *fn;
	uint32_t a, b; /* hosts, or what the repair takes them for */
};

struct swarm {
	const struct swarm_plan *plan;
	struct cluster *cluster; /* owned by who runs the swarm */
	bool log;
	struct swarm_kind {
		struct kith_rng rng;
		kith_us next; /* KITH_NEVER: does not strike */
		uint64_t struck;
	} kinds[SWARM_FAULT_COUNT];
	struct swarm_repair *repairs; /* owned */
	size_t repair_count, repair_room;
	bool is_gone[SWARM_HOSTS_MAX];    /* left, or is leaving: no longer one of the live */
	bool is_leaving[SWARM_HOSTS_MAX]; /* its process says so and is about to end */
	bool has_lost[SWARM_HOSTS_MAX]; /* its disk, once: it may have signed a number twice */
	/* By observer and member: the record that it was told to forget. */
	struct cluster_stranger *strangers[SWARM_STRANGERS]; /* of the cluster */
	struct swarm_forgot {
		uint32_t epoch, seq;
	} forgot[SWARM_HOSTS_MAX][SWARM_HOSTS_MAX];
	/* Some datagrams of before. */
	struct kith_rng replays;
	struct swarm_old {
		struct kith_addr from;
		size_t len;
		uint8_t bytes[KITH_DATAGRAM_MAX];
	} old[SWARM_REPLAYS];
};

/* The first times of all kinds. */
void swarm_faults_begin(struct swarm *s);
/* When something next strikes or is mended. */
kith_us swarm_faults_next(const struct swarm *s);
/* Does all that is due by now. */
void swarm_faults_run(struct swarm *s);
/* All faults are over; who is down starts, or stays down for good. */
void swarm_faults_stop(struct swarm *s);
/* The network is so; what crosses zones takes longer. */
void swarm_set_weather(struct swarm *s, const struct net_weather *w);

/* A line of the log, with the time. */
void swarm_say(const struct swarm *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Starts the host's process and gives it its seeds. */
void swarm_start(struct swarm *s, uint32_t i);
/* Does it later. */
void swarm_later(struct swarm *s, kith_us at, swarm_repair_fn *fn, uint32_t a, uint32_t b);

#endif
