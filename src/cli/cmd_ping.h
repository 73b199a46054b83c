/* SPDX-License-Identifier: ISC */
/* cli/cmd_ping.h: `kith ping NODE`: a member measured now, a line a round. */
#ifndef KITH_CLI_CMD_PING_H
#define KITH_CLI_CMD_PING_H

#include "cli/args.h"

extern const struct kith_flag kith_ping_flags[];
enum kith_exit kith_cmd_ping(struct kith_cli *c, const struct kith_args *a);

#endif
