/* SPDX-License-Identifier: ISC */
/*
 * cli/cmd_config.h: `kith config check|show`: the configuration as kithd itself reads it, by
 * running kithd --check or kithd --print-config.
 */
#ifndef KITH_CLI_CMD_CONFIG_H
#define KITH_CLI_CMD_CONFIG_H

#include "cli/args.h"

extern const struct kith_flag kith_config_flags[];
enum kith_exit kith_cmd_config(struct kith_cli *c, const struct kith_args *a);

#endif
