/* SPDX-License-Identifier: ISC */
/* cli/cmd_tag.h: this host's tags, set and unset while kithd runs. */
#ifndef KITH_CLI_CMD_TAG_H
#define KITH_CLI_CMD_TAG_H

#include "cli/args.h"

enum kith_exit kith_cmd_tag(struct kith_cli *c, const struct kith_args *a);

#endif
