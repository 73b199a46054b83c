/* SPDX-License-Identifier: ISC */
/* cli/cmd_revoke.h: `kith revoke NODE`: expel a member for good, with the file of its authority. */
#ifndef KITH_CLI_CMD_REVOKE_H
#define KITH_CLI_CMD_REVOKE_H

#include "cli/args.h"

extern const struct kith_flag kith_revoke_flags[];

enum kith_exit kith_cmd_revoke(struct kith_cli *c, const struct kith_args *a);

#endif
