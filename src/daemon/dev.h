/* SPDX-License-Identifier: ISC */
/*
 * daemon/dev.h: --dev: a member to play with, on loopback, on free ports, in a directory that goes
 * away with it, and, unless an identity file is named, with an authority and an identity of its
 * own. It prints what to try next.
 */
#ifndef KITH_DAEMON_DEV_H
#define KITH_DAEMON_DEV_H

#include "daemon/args.h"
#include "daemon/daemon.h"

struct kith_dev {
	char dir[256];        /* made by us, to be removed; "" = none */
	char texts[4][512];   /* of the overrides */
	struct kith_args args; /* the caller's with ours before them */
};

/* Makes the directory and what lies in it. 0, or an exit code with sentences in r. */
KITH_MUST_USE int kith_dev_prepare(struct kith_dev *v, const struct kith_args *args,
				   struct kith_report *r);
/* What to try next, for a daemon that has started. */
void kith_dev_greet(const struct kith_dev *v, const struct kith_daemon *d, FILE *out);
/* Removes the directory. */
void kith_dev_remove(struct kith_dev *v);

#endif
