/* SPDX-License-Identifier: ISC */
/*
 * core/flap.h: a member that fails and comes back, again and again, does harm with each of its turns:
 * whoever follows them moves its load to and fro. As BGP damps routes (RFC 2439), each return from
 * failed costs a penalty, which halves in KITH_FLAP_HALF_LIFE. Above KITH_FLAP_QUARANTINE the member
 * is quarantined: here its status goes on to change, and is told to nobody until the penalty has
 * sunk to KITH_FLAP_RELEASE, or an operator releases it.
 *
 * An announced absence costs nothing. Nor does a return while we are isolated, or soon after: then
 * many came back at once, and it was the network that failed.
 *
 *	kith_flap_returned() at each return -> kith_flap_is_quarantined() before a status is told
 *	-> kith_flap_on_release()
 */
#ifndef KITH_CORE_FLAP_H
#define KITH_CORE_FLAP_H

#include "core/timer.h"

struct kith_peer;

struct kith_flap {
	uint32_t penalty; /* in thousandths of a return, at `at` */
	kith_us at;
	struct kith_timer release; /* set: it is quarantined */
};

/* It is back from failed without having announced its absence. */
void kith_flap_returned(struct kith_node *n, struct kith_peer *p);
bool kith_flap_is_quarantined(const struct kith_peer *p);
/* When it is released if it keeps still; KITH_NEVER: it is not quarantined. */
kith_us kith_flap_released_at(const struct kith_peer *p);
/* By command: what it did is forgotten as well. It is quarantined. */
void kith_flap_release(struct kith_node *n, struct kith_peer *p);
/* Its penalty is worth no memory any more. */
bool kith_flap_is_calm(const struct kith_node *n, const struct kith_flap *f);

#endif
