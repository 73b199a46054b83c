/* SPDX-License-Identifier: ISC */
/*
 * core/dispute.h: a member that is suspected and refutes, again and again, as one does that loses most
 * packets. Each turn is four suspicions and a new record for everybody to carry, a second long; what is
 * learned from it is nothing. So whoever has seen it refute KITH_DISPUTED times, each within
 * KITH_DISPUTE_MEMORY of the one before, takes its time: after a refutation nobody of us says a thing for
 * S, after the next ones for 2 S and up to KITH_DISPUTE_WAIT; while one of others stands it is left alone
 * for S before we add to it; and it takes 2 S to convict. What was not said counts for nothing, as nobody
 * had to refute it. A refused connection is another matter: it is said at once. And what the member says of
 * others, whom it hears as badly, we weigh and do not pass on.
 *
 * It takes two suspicions that were refuted together, or one member could slow down what all others
 * conclude of one that is well; and those by disputed members do not count, or a few that hear badly would
 * make everybody disputed.
 *
 *	a newer record, while suspicions stood -> kith_dispute_refuted() -> kith_is_disputed() for a while
 */
#ifndef KITH_CORE_DISPUTE_H
#define KITH_CORE_DISPUTE_H

#include "core/gossip.h"
#include <kith/types.h>
#include <stdbool.h>
#include <stdint.h>

struct kith_node;
struct kith_peer;
struct kith_case;

struct kith_dispute {
	kith_us refuted; /* when it last did */
	uint8_t times;   /* saturating */
};

/* p has a newer record of the same life, which refutes what may be held against it: its case is still
 * open. */
void kith_dispute_refuted(struct kith_node *n, struct kith_peer *p);
bool kith_is_disputed(const struct kith_node *n, const struct kith_peer *p);
/* Whether one more suspicion of p, or answer of it, is no news: it is disputed, or quarantined
 * (core/flap.h). All have to carry what is told of it, so that is told seldom. */
bool kith_is_noisy(const struct kith_node *n, const struct kith_peer *p);
/* How a suspicion of p of that kind (enum kith_suspicion_kind) is told. */
enum kith_lane kith_dispute_lane(const struct kith_node *n, const struct kith_peer *p, uint8_t kind);
/* Whether a suspicion of c's target may be signed now. S: kith_suspect_patience(). */
bool kith_dispute_may_say(struct kith_node *n, const struct kith_case *c);
/* After how long somebody who has heard of suspicions of p, and not looked, looks as well. */
kith_us kith_dispute_hearsay(struct kith_node *n, const struct kith_peer *p);
/* Whether somebody has signed a suspicion of c's target that stands. */
bool kith_dispute_is_said(const struct kith_case *c);

#endif
