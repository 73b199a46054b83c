/* SPDX-License-Identifier: ISC */
/*
 * cli/cmd_join.h: `kith join FILE|-` installs an identity file, with no daemon running;
 * `kith join ADDR...` asks the running daemon to join through more seeds.
 */
#ifndef KITH_CLI_CMD_JOIN_H
#define KITH_CLI_CMD_JOIN_H

#include "cli/args.h"

extern const struct kith_flag kith_join_flags[];
enum kith_exit kith_cmd_join(struct kith_cli *c, const struct kith_args *a);

#endif
