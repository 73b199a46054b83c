/* SPDX-License-Identifier: ISC */
/* cli/cmd_rtt.h: `kith rtt NODE [NODE]`: how far two members are from each other. */
#ifndef KITH_CLI_CMD_RTT_H
#define KITH_CLI_CMD_RTT_H

#include "cli/args.h"

enum kith_exit kith_cmd_rtt(struct kith_cli *c, const struct kith_args *a);

#endif
