/* SPDX-License-Identifier: ISC */
/* cli/cmd_why.h: `kith why NODE`: who suspected it, by which path, and when. */
#ifndef KITH_CLI_CMD_WHY_H
#define KITH_CLI_CMD_WHY_H

#include "cli/args.h"
#include "cli/reply.h"

enum kith_exit kith_cmd_why(struct kith_cli *c, const struct kith_args *a);
/* Prints a reply to kith.why, each line after `indent`. */
void kith_why_print(struct kith_cli *c, struct kith_reply *r, const char *indent);

#endif
