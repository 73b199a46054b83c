/* SPDX-License-Identifier: ISC */
/*
 * core/period.h: whom to probe, and when (SWIM §3.1, §4.3; 3-membership.md, The detector, Whom):
 *
 *	the period's timer -> the next of the ring, of the near list, or of the far one -> core/probe
 *	a suspect's timer -> that one again; a far one's silence -> others of its zone
 *
 * A few of the dead are pinged as well: that is how two halves find each other again.
 */
#ifndef KITH_CORE_PERIOD_H
#define KITH_CORE_PERIOD_H

#include "core/bucket.h"
#include "core/timer.h"
#include <stdbool.h>

struct kith_node;
struct kith_peer;

/* Members in a shuffled order. */
struct kith_period_list {
	uint32_t *slots; /* owned */
	uint32_t room, count, at;
};

struct kith_period {
	struct kith_timer timer;
	struct kith_period_list near, far;
	uint32_t turn;            /* counts periods: whose turn it is */
	struct kith_bucket zones; /* rounds that confirm what happened to a zone */
};

KITH_MUST_USE bool kith_period_init(struct kith_node *n);
void kith_period_fini(struct kith_node *n);
/* Begins the periods; called once the own record is signed. */
void kith_period_start(struct kith_node *n);
void kith_period_stop(struct kith_node *n);
/* A far member's round failed: so may have those of others in its zone. */
void kith_period_confirm(struct kith_node *n, const struct kith_peer *p);

#endif
