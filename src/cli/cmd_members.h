/* SPDX-License-Identifier: ISC */
/* cli/cmd_members.h: `kith members [FILTER...]`: who is there, page by page from kithd. */
#ifndef KITH_CLI_CMD_MEMBERS_H
#define KITH_CLI_CMD_MEMBERS_H

#include "cli/args.h"

extern const struct kith_flag kith_members_flags[];
enum kith_exit kith_cmd_members(struct kith_cli *c, const struct kith_args *a);

#endif
