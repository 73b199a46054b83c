/* SPDX-License-Identifier: ISC */
/* cli/cmd_services.h: `kith services [NAME]`: who offers what. */
#ifndef KITH_CLI_CMD_SERVICES_H
#define KITH_CLI_CMD_SERVICES_H

#include "cli/args.h"

extern const struct kith_flag kith_services_flags[];
enum kith_exit kith_cmd_services(struct kith_cli *c, const struct kith_args *a);

#endif
