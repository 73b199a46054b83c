/* SPDX-License-Identifier: ISC */
/*
 * core/partner.h: whom a node synchronises with (core/sync.h), and when.
 *
 * To join, with distinct members until three, or all there are, have told what they know: one alone
 * could lie. Later because something is missing that gossip does not bring: the roots on acks differ
 * for longer than news is under way, or a member names many records that we lack. Views that cannot
 * become equal must not cost much, so there is a gap between two that we start, which doubles while
 * they bring little and is short again once a root was equal.
 *
 * Where many things differ, as after a mass start or a cut, each host lacks what only a few have. So
 * one that brought much is followed by the next with anybody: views grow by a factor each round.
 */
#ifndef KITH_CORE_PARTNER_H
#define KITH_CORE_PARTNER_H

#include "core/limits.h"
#include "core/timer.h"
#include <kith/kith.h>

struct kith_peer;

struct kith_partners {
	struct kith_mid with[KITH_JOIN_PARTNERS]; /* who told us what they know, to join */
	uint32_t count;
	bool is_joined;
	uint64_t stream;       /* the one that we started; 0 = none */
	kith_us wait;          /* next back-off, when it failed */
	kith_us gap;           /* between two that we start */
	kith_us began, synced; /* the last that we started, and any; KITH_NEVER */
	kith_us differs_since; /* first ack with another root; KITH_NEVER: the last one was equal */
	bool is_catching_up;   /* another one is due at the timer, whatever comes meanwhile */
	bool is_behind;        /* so is this one, unless an equal root comes first */
	uint8_t agreed;        /* acks in a row with our root, while it was this */
	uint64_t agreed_sum;
	struct kith_timer timer;
};

KITH_MUST_USE bool kith_partners_init(struct kith_node *n);
void kith_partners_fini(struct kith_node *n);
/* No more of them: we leave. */
void kith_partners_stop(struct kith_node *n);
/* Unless we have joined, somebody is asked as soon as this input is over. */
void kith_partner_now(struct kith_node *n);
/* A synchronisation with this member is complete; `news` records were. is_ours: we began it. */
void kith_partner_synced(struct kith_node *n, const struct kith_mid *peer, uint32_t news,
			 bool is_ours);
/* The stream of one that we began ended. */
void kith_partner_on_end(struct kith_node *n, uint64_t stream, enum kith_seed_result result);
/* p has what we lack: it is synchronised with, or when the gap is over, somebody. */
void kith_partner_behind(struct kith_node *n, const struct kith_peer *p);
/* An ack of p carried another root than ours, or the same. */
void kith_partner_root(struct kith_node *n, const struct kith_peer *p, bool differs);

#endif
