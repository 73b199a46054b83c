/* SPDX-License-Identifier: ISC */
/*
 * daemon/paths.h: where kithd looks when nobody says: the system's places for root, the user's own
 * (XDG base directories) for others. kith looks in the same places.
 */
#ifndef KITH_DAEMON_PATHS_H
#define KITH_DAEMON_PATHS_H

#include "files/state.h"

struct kith_paths {
	char config[KITH_PATH_MAX]; /* kith.conf */
	char state[KITH_PATH_MAX];  /* directory */
	char socket[KITH_PATH_MAX];
};

/* False: a user without a home directory, or a path that is too long. */
KITH_MUST_USE bool kith_paths_default(struct kith_paths *p);

#endif
