/* SPDX-License-Identifier: ISC */
/* cli/cmd_wait.h: until the membership is as wanted, for unit files and deploy scripts. */
#ifndef KITH_CLI_CMD_WAIT_H
#define KITH_CLI_CMD_WAIT_H

#include "cli/args.h"

extern const struct kith_flag kith_wait_flags[];
enum kith_exit kith_cmd_wait(struct kith_cli *c, const struct kith_args *a);

#endif
