/* SPDX-License-Identifier: ISC */
/*
 * sim/swarm_plan.h: what one seed draws for a swarm. Every knob has a generator that only the seed and
 * the knob's name feed: a knob more or a wider range of one changes no other.
 */
#ifndef KITH_SIM_SWARM_PLAN_H
#define KITH_SIM_SWARM_PLAN_H

#include "base/rng.h"
#include "sim/net.h"

enum { SWARM_HOSTS_MIN = 2, SWARM_HOSTS_MAX = 64, SWARM_ZONES_MAX = 6, SWARM_PLAN_TEXT = 640 };

/* What can strike. Columns: name, text, most times that one plan has it, meaning. */
#define SWARM_FAULTS(X) \
	X(CRASH, crash, 6, "the process is killed, and started again later: with its state, with its epoch alone, with nothing") \
	X(POWER, power, 3, "the same with its host: nobody says that the process is gone") \
	X(LEAVE, leave, 3, "the process leaves; it comes back later, or never") \
	X(ANNOUNCE, announce, 3, "the process announces a restart, and is back in time, late or never") \
	X(PAUSE, pause, 6, "the process is stopped for up to 60 s") \
	X(CLOG, clog, 6, "all that the host sends or gets is up to 5 s late") \
	X(PARTITION, partition, 3, "the hosts fall into two or three groups") \
	X(CUT, cut, 6, "two hosts do not reach each other: both ways, one way, or by UDP alone") \
	X(DEAF, deaf, 3, "a host hears nobody") \
	X(MUTE, mute, 3, "nobody hears a host") \
	X(OFFLINE, offline, 4, "the network of a host is gone") \
	X(PLANE, plane, 3, "one of two networks is gone") \
	X(MOVE, move, 3, "a host has another address after a restart") \
	X(WEATHER, weather, 4, "the network becomes better or worse") \
	X(DRIFT, drift, 4, "a host's clock runs up to 2 % too fast or too slow") \
	X(WALL, wall, 4, "a host's wall clock is set wrong, by seconds up to days, and right again") \
	X(DISK, disk, 3, "a host's disk answers nothing, until it is reset") \
	X(KEEP, keep, 10, "a host writes down what it shall keep over restarts") \
	X(TAG, tag, 40, "a host changes its tags") \
	X(OFFER, offer, 60, "a host offers a service, changes it, or withdraws it") \
	X(FORGET, forget, 10, "a host forgets a member that is failed or left") \
	X(REVOKE, revoke, 2, "the authority expels a host for good") \
	X(PING, ping, 40, "a host measures a member") \
	X(JOIN, join, 10, "a host is told one more seed") \
	X(GARBAGE, garbage, 40, "bytes that mean nothing come from anywhere") \
	X(REPLAY, replay, 40, "a datagram of before comes again, at any host") \
	X(STRANGER, stranger, 10, "somebody without keys connects, and says nothing, or what means nothing; or very often")
enum swarm_fault {
#define X(upper, lower, most, help) SWARM_##upper,
	SWARM_FAULTS(X)
#undef X
	SWARM_FAULT_COUNT
};
const char *swarm_fault_name(enum swarm_fault f);

struct swarm_plan {
	uint64_t seed;
	uint32_t hosts;
	kith_us faults_for;
	enum kith_profile profile;
	uint8_t planes;
	bool check;            /* kith_node_check() and counted heaps: four times as slow */
	kith_us tick_late_us, persist_us;
	kith_us start_within;  /* hosts start at any time of it */
	struct net_weather weather;
	uint8_t zones;         /* that certificates name; 0: none */
	kith_us zone_delay_us; /* of what crosses them, on top */
	uint8_t zone_of[SWARM_HOSTS_MAX]; /* 1 to zones */
	kith_us gaps[SWARM_FAULT_COUNT]; /* mean time between two; 0: never */
	uint32_t stay_down_percent;      /* of those who are down at the end of the faults */
};

/* The generator of one knob. */
void swarm_knob(struct kith_rng *r, uint64_t seed, const char *knob);
/* Uniform from lo to hi, both included; hi - lo below 2^32. */
int64_t swarm_between(struct kith_rng *r, int64_t lo, int64_t hi);
/* From 0 to max, small more often than not. */
int64_t swarm_up_to(struct kith_rng *r, int64_t max);
bool swarm_chance(struct kith_rng *r, uint32_t percent);
void swarm_weather(struct kith_rng *r, struct net_weather *w);

/* hosts, faults_for: where not 0, instead of what is drawn. */
void swarm_plan(struct swarm_plan *p, uint64_t seed, uint32_t hosts, kith_us faults_for);
/* The plan in one line. */
void swarm_plan_text(const struct swarm_plan *p, char text[SWARM_PLAN_TEXT]);

#endif
