/* SPDX-License-Identifier: ISC */
/*
 * cli/cmd_run.h: `kith run --service NAME COMMAND...`: a program that is offered while it runs.
 *
 *	start -> ready? (at once, or its port takes a connection) -> registered, bound to a connection
 *	that stays open -> TERM or INT: drained, then signalled -> it ends: withdrawn, as the connection
 *	closes; so it is when kith is killed. When kithd restarts, it is registered again.
 */
#ifndef KITH_CLI_CMD_RUN_H
#define KITH_CLI_CMD_RUN_H

#include "cli/args.h"

extern const struct kith_flag kith_run_flags[];
enum kith_exit kith_cmd_run(struct kith_cli *c, const struct kith_args *a);

#endif
