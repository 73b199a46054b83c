/* SPDX-License-Identifier: ISC */
/* cli/cmd_help.h: help, version and the shell's completion, all from the table of verbs. */
#ifndef KITH_CLI_CMD_HELP_H
#define KITH_CLI_CMD_HELP_H

#include "cli/verbs.h"

/* Help on one verb, or the list of all when verb is NULL. */
enum kith_exit kith_help(struct kith_cli *c, const struct kith_verb *verb);

enum kith_exit kith_cmd_help(struct kith_cli *c, const struct kith_args *a);
enum kith_exit kith_cmd_version(struct kith_cli *c, const struct kith_args *a);
enum kith_exit kith_cmd_completion(struct kith_cli *c, const struct kith_args *a);

#endif
