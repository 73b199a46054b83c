/* SPDX-License-Identifier: ISC */
/* cli/cmd_watch.h: what happens, line by line as it happens, until interrupted. */
#ifndef KITH_CLI_CMD_WATCH_H
#define KITH_CLI_CMD_WATCH_H

#include "cli/args.h"

extern const struct kith_flag kith_watch_flags[];
enum kith_exit kith_cmd_watch(struct kith_cli *c, const struct kith_args *a);

#endif
