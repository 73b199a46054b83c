/* SPDX-License-Identifier: ISC */
/*
 * core/leave.h: going away politely: the last record of an epoch says "left", or "restarting" and
 * for how long. It goes into gossip and is put to members until three have said that they got it.
 */
#ifndef KITH_CORE_LEAVE_H
#define KITH_CORE_LEAVE_H

#include "core/limits.h"
#include "core/timer.h"

struct kith_peer;

struct kith_leave {
	bool is_leaving, is_done;
	uint32_t id; /* of the put */
	struct kith_mid got[KITH_LEAVE_CONFIRMS];
	uint32_t got_count;
	kith_us until;
	struct kith_timer timer;
};

KITH_MUST_USE bool kith_leave_init(struct kith_node *n);
void kith_leave_fini(struct kith_node *n);
/* The own record already says so; now it is put to others. */
void kith_leave_begin(struct kith_node *n);
void kith_leave_on_got(struct kith_node *n, const struct kith_peer *from, uint32_t id);

#endif
