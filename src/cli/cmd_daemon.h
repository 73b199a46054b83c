/* SPDX-License-Identifier: ISC */
/* cli/cmd_daemon.h: what is asked of the running daemon as such: forget, leave, reload. */
#ifndef KITH_CLI_CMD_DAEMON_H
#define KITH_CLI_CMD_DAEMON_H

#include "cli/args.h"

enum kith_exit kith_cmd_forget(struct kith_cli *c, const struct kith_args *a);
enum kith_exit kith_cmd_release(struct kith_cli *c, const struct kith_args *a);
enum kith_exit kith_cmd_leave(struct kith_cli *c, const struct kith_args *a);
enum kith_exit kith_cmd_reload(struct kith_cli *c, const struct kith_args *a);

#endif
