/* SPDX-License-Identifier: ISC */
/* cli/cmd_stats.h: `kith stats [PREFIX]`: counters, once or again and again with rates. */
#ifndef KITH_CLI_CMD_STATS_H
#define KITH_CLI_CMD_STATS_H

#include "cli/args.h"

extern const struct kith_flag kith_stats_flags[];
enum kith_exit kith_cmd_stats(struct kith_cli *c, const struct kith_args *a);

#endif
