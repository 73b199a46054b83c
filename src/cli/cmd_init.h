/* SPDX-License-Identifier: ISC */
/*
 * cli/cmd_init.h: `kith init CLUSTER`: authority, cluster key, and this host as the first member;
 * `kith init --identity`: only an identity, whose public key goes to `kith admit --key`.
 */
#ifndef KITH_CLI_CMD_INIT_H
#define KITH_CLI_CMD_INIT_H

#include "cli/args.h"

extern const struct kith_flag kith_init_flags[];
enum kith_exit kith_cmd_init(struct kith_cli *c, const struct kith_args *a);

#endif
