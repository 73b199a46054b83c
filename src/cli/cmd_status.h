/* SPDX-License-Identifier: ISC */
/* cli/cmd_status.h: `kith status`: one screen, the verdict in the first word. */
#ifndef KITH_CLI_CMD_STATUS_H
#define KITH_CLI_CMD_STATUS_H

#include "cli/args.h"

enum kith_exit kith_cmd_status(struct kith_cli *c, const struct kith_args *a);

#endif
