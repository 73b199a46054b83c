/* SPDX-License-Identifier: ISC */
/*
 * daemon/advertise.h: the addresses that others are told to reach us at. With `auto`, for each
 * family that is listened on: the address listened on, if it is one; else the source address of
 * the route to the first seed; else of the default route; else the first address that is not
 * loopback; else loopback. A doubtful choice is a line in the log, never a refusal.
 */
#ifndef KITH_DAEMON_ADVERTISE_H
#define KITH_DAEMON_ADVERTISE_H

#include "daemon/listen.h"

struct kith_advertised {
	struct kith_addr addrs[KITH_ADDRS_MAX];
	uint8_t count;
};

/* seeds: the literal ones, in their order. 0, or 78 with a sentence in r. log may be NULL. */
KITH_MUST_USE int kith_advertise(struct kith_advertised *out, const struct kith_conf *c,
				 const struct kith_listens *l, const struct kith_addr *seeds,
				 size_t seed_count, struct kith_log *log, struct kith_report *r);

#endif
