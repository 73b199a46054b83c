/* SPDX-License-Identifier: ISC */
/*
 * core/plain.h: the detectors that were published, to compare ours with: SWIM (Das, Gupta, Motivala
 * 2002) and the three parts of Lifeguard (arXiv 1707.00788), as memberlist has them; and ours without
 * a part of it. Simulations switch a node over before it starts (kith-sim experiment lifeguard);
 * nothing else can.
 *
 * What is_on alone means, "plain SWIM":
 *	- a round is one ping, three relays at Td, a verdict at Td + Trel: one path, no TCP, times fixed;
 *	- whom: the next of a shuffled list (with zones of a near and a far one), no ring neighbour, no
 *	  express rounds, no last looks;
 *	- the first suspicion makes a member suspect and starts a timer of 5 log10 n periods; later
 *	  ones are not weighed, not relayed; that it answers clears nothing, only its newer record does;
 *	- a timer that ends fails the member and tells all: the suspicion with the bit KITH_PLAIN_CONFIRM,
 *	  SWIM's confirm (memberlist's dead), believed by whoever hears it, as it comes. No refusals;
 *	- no notice of own pauses, no local health, news only on the gossip tick, refutations too.
 * Ours in all configurations: signed records and suspicions, rings of keys, joins and
 * synchronisation, number of sends, and how the failed learn of it (an asked dead member, or one that
 * is heard, gets the suspicions back), which stands for memberlist's gossip to the dead.
 *
 * One suspicion's way: kith_plain_round_failed() or kith_plain_received() -> suspect, timer ->
 * kith_plain_on_case() -> failed, confirm -> kith_plain_received() elsewhere.
 */
#ifndef KITH_CORE_PLAIN_H
#define KITH_CORE_PLAIN_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_fact;
struct kith_node;
struct kith_peer;
struct kith_suspicion;

enum { KITH_PLAIN_CONFIRM = 1 << 7 }; /* of a suspicion's path; no such bit outside simulations */

struct kith_plain {
	bool is_on;
	bool has_health;     /* LHA-Probe (§IV-A): Td, Trel and the period times local health + 1 */
	bool has_suspicion;  /* LHA-Suspicion (§IV-B): the timer begins at six times the above and
	                      * shrinks with the log of up to three other suspectors to it */
	bool has_buddy;      /* Buddy System (§IV-C): each ping of a suspect carries the suspicions */
	/* Of ours, with is_on false: */
	bool no_corroboration; /* an observer that hears a suspicion waits for its own period */
	bool no_refusal;       /* a refused connection is no more than silence */
	bool no_disputes;      /* who refutes is suspected as quickly again */
};

/* Before the node has started. */
void kith_plain_set(struct kith_node *n, const struct kith_plain *how);

/* For the core only. */
void kith_plain_round_failed(struct kith_node *n, struct kith_peer *p);
/* Whether kith_plain_received() could take it. */
bool kith_plain_wants(const struct kith_node *n, const struct kith_peer *target,
		      const struct kith_suspicion *s);
/* A verified suspicion of exactly the stored incarnation. True: it was news. */
bool kith_plain_received(struct kith_node *n, struct kith_peer *by, struct kith_peer *target,
			 const struct kith_suspicion *s, struct kith_fact *record, uint32_t expires);
/* The suspicion's time is over. */
void kith_plain_on_case(struct kith_node *n, struct kith_peer *p);

#endif
