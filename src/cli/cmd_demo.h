/* SPDX-License-Identifier: ISC */
/* cli/cmd_demo.h: `kith demo`: three daemons on this host, one is killed, the others find out. */
#ifndef KITH_CLI_CMD_DEMO_H
#define KITH_CLI_CMD_DEMO_H

#include "cli/args.h"

extern const struct kith_flag kith_demo_flags[];
enum kith_exit kith_cmd_demo(struct kith_cli *c, const struct kith_args *a);

#endif
