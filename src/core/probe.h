/* SPDX-License-Identifier: ISC */
/*
 * core/probe.h: probe rounds (SWIM §3.1 with Lifeguard's local health and the departures of
 * 3-membership.md, The detector). A round: ping, second ping (an INTRO, another address), helpers
 * and TCP, third ping and other helpers, verdict. An express round does all of it at once, for
 * corroboration and for the last look. Any opened ack, direct or relayed, or a TCP m2 that proves
 * itself, ends it with success; a verdict of failure goes to core/suspect.
 */
#ifndef KITH_CORE_PROBE_H
#define KITH_CORE_PROBE_H

#include "core/bucket.h"
#include "core/limits.h"
#include "core/timer.h"
#include <kith/kith.h>

struct kith_peer;
struct kith_msg;

enum kith_round_kind {
	KITH_ROUND_PERIOD,  /* the period's round, or an own suspect's again */
	KITH_ROUND_EXPRESS, /* all at once */
	KITH_ROUND_TRIPLE,  /* express, with three TCP connects: tells refusal for certain */
	KITH_ROUND_PLAIN    /* the period's round as published (core/plain.h) */
};

struct kith_round {
	bool in_use;
	enum kith_round_kind kind;
	struct kith_peer *target; /* borrowed; rounds end when their target goes */
	uint32_t seq;             /* 16 numbers from here are this round's: 0-2 pings, 3- relays */
	uint8_t step;             /* next row of the kind's time table */
	uint8_t pings, connects, refusals;
	uint8_t helper_count, first_wave, nacks;
	uint32_t helpers[KITH_HELPERS_ROUND]; /* slots of those asked */
	kith_us begun, timeout, factor; /* timeout: Td; factor: local health + 1 */
	kith_us ping_at[3];
	uint64_t stream; /* the TCP probe under way, 0 = none */
	bool relay_begun;
	bool is_deaf; /* nobody had been heard for a while when it began */
	bool is_new; /* nothing was held against the target when it began */
	struct kith_timer timer;
};

struct kith_probes {
	struct kith_round rounds[KITH_ROUNDS_MAX];
	uint32_t next_seq;
	uint8_t health;
	uint32_t verdicts;    /* bit i: the i-th last round failed (32 kept) */
	uint32_t first_pings; /* bit i: the i-th last first ping failed (32 kept) */
	uint8_t first_ping_count;
	uint32_t helper;      /* slot + 1 of who helped last; 0: nobody yet */
	struct kith_bucket express; /* corroborations */
	struct kith_bucket looks;   /* last looks */
	kith_us answered;
};

KITH_MUST_USE bool kith_probes_init(struct kith_node *n);
void kith_probes_fini(struct kith_node *n);
/* The first of 16 numbers for pings, multiples of 16 apart: no two askers have the same. */
uint32_t kith_probe_numbers(struct kith_node *n);
/* Begins a round of p. False: there is no room for one more. */
bool kith_probe_begin(struct kith_node *n, struct kith_peer *p, enum kith_round_kind kind);
/* Whether a round of p is under way. */
bool kith_probe_is_probed(const struct kith_node *n, const struct kith_peer *p);
/* An express or triple round of p, unless one is under way (a triple takes the place of an
 * express one). False: over the rate or no room. */
bool kith_probe_express(struct kith_node *n, struct kith_peer *p, enum kith_round_kind kind,
			bool is_last_look);
bool kith_probe_on_ack(struct kith_node *n, struct kith_peer *from, const struct kith_msg *m,
		       bool is_relayed);
void kith_probe_on_nack(struct kith_node *n, struct kith_peer *from, const struct kith_msg *m);
/* The TCP probe of a round ended. */
enum kith_probe_tcp { KITH_PROBE_TCP_PROVEN, KITH_PROBE_TCP_REFUSED, KITH_PROBE_TCP_NONE };
void kith_probe_on_tcp(struct kith_node *n, uint64_t stream, enum kith_probe_tcp result);
/* The network says that it could not deliver to `to`. */
void kith_probe_unreachable(struct kith_node *n, const struct kith_addr *to);
/* All rounds end without a verdict: we were stopped. */
void kith_probe_abort_all(struct kith_node *n);
/* Rounds of a peer that goes. */
void kith_probe_forget(struct kith_node *n, const struct kith_peer *p);
/* Local health (Lifeguard §IV-A): worse by 1, or better. */
void kith_probe_health(struct kith_node *n, int by);
/* While half of the last 16 rounds failed, we are more likely the broken one. */
bool kith_probe_is_doubtful(const struct kith_node *n);
/* How many of those in a history failed: the bits that are set. */
uint32_t kith_probe_count(uint32_t history);

#endif
