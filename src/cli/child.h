/* SPDX-License-Identifier: ISC */
/*
 * cli/child.h: the one program that kith runs in its own place (kith run): it has kith's terminal,
 * streams and process group, it is told to end if kith dies, and signals for kith are read as numbers,
 * so that one loop waits for all.
 */
#ifndef KITH_CLI_CHILD_H
#define KITH_CLI_CHILD_H

#include "cli/cli.h"

#include <sys/types.h>

enum { KITH_CHILD_NOT_RUN = 126, KITH_CHILD_NOT_FOUND = 127 }; /* as a shell has them */

struct kith_child {
	pid_t pid;
	int signals; /* readable: kith_child_signal() */
	int status;  /* of its end: its exit code, or 128 and the signal that ended it */
	bool has_ended;
};

/* Starts argv[0], searched in PATH. One at a time. KITH_CHILD_NOT_FOUND, _NOT_RUN: as the system says,
 * which is told. */
enum kith_exit kith_child_start(struct kith_child *ch, struct kith_cli *c, char *const *argv);
/* The next signal that came, but for that of its end, which is noted; 0: none. */
int kith_child_signal(struct kith_child *ch);

#endif
