/* SPDX-License-Identifier: ISC */
/*
 * core/relay.h: an indirect ping (4-security.md §5.11): the asker's side, and the helper's, which
 * carries opaque packets one hop, so it can drop but neither lie nor know.
 *
 *	A -> H: relay(seq, X, blob)      H -> X: relayed(seq, A, blob)
 *	X -> H: relay(seq, A, blob')     H -> A: relayed(seq, X, blob')
 *
 * If X is silent for 0.8 Trel, H tells A so with a nack.
 */
#ifndef KITH_CORE_RELAY_H
#define KITH_CORE_RELAY_H

#include "core/limits.h"
#include "core/timer.h"

struct kith_peer;
struct kith_msg;

struct kith_relay {
	struct kith_mid from, to;
	uint32_t seq;
	bool in_use, nacked;
	kith_us until;
	struct kith_timer timer;
};

struct kith_relays {
	struct kith_relay table[KITH_RELAYS_MAX];
};

KITH_MUST_USE bool kith_relays_init(struct kith_node *n);
void kith_relays_fini(struct kith_node *n);
/* Sends ping `seq` to `target` through `helper`, and with it a back of that number, unless it is 0.
 * False: there are no keys or addresses for it. */
bool kith_relay_ask(struct kith_node *n, struct kith_peer *helper, struct kith_peer *target,
		    uint32_t seq, uint32_t back);
/* A relay message of `from`: a request, or the way back of one that we carried. */
void kith_relay_in(struct kith_node *n, struct kith_peer *from, const struct kith_msg *m);

#endif
