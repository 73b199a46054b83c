/* SPDX-License-Identifier: ISC */
/*
 * cli/spawn.h: programs that kith starts: one whose output is wanted (kithd --check), and ones that
 * run beside it for a while (the demo's daemons). Each is ended by its own pid, never by name.
 */
#ifndef KITH_CLI_SPAWN_H
#define KITH_CLI_SPAWN_H

#include "cli/cli.h"

#include <sys/types.h>

enum { KITH_SPAWN_OUTPUT_MAX = 1 << 20 };

/* What a finished program left. */
struct kith_spawned {
	int status; /* exit code, or 128 + signal */
	char *out, *err; /* owned; end in NUL; cut at KITH_SPAWN_OUTPUT_MAX */
};

/* Runs argv[0] (a path) to its end, at most c->timeout_ms long. */
enum kith_exit kith_spawn_run(struct kith_cli *c, char *const *argv, struct kith_spawned *s);
void kith_spawned_fini(struct kith_spawned *s);

/* Starts argv[0] with both outputs appended to the file `log`, in a process group of its own, so
 * that a Ctrl-C for kith is not one for it; if kith dies, it is killed (on Linux). */
enum kith_exit kith_spawn_start(struct kith_cli *c, char *const *argv, const char *log,
				pid_t *pid);
/* Waits until it has ended, at most wait_ms; false: it runs still. *pid becomes 0 when it ended. */
bool kith_spawn_ended(pid_t *pid, int wait_ms);

#endif
