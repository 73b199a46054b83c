/* SPDX-License-Identifier: ISC */
/* cli/cmd_register.h: `kith register`, `deregister`, `drain` and `undrain`: what this host offers. */
#ifndef KITH_CLI_CMD_REGISTER_H
#define KITH_CLI_CMD_REGISTER_H

#include "cli/args.h"

extern const struct kith_flag kith_register_flags[];
extern const struct kith_flag kith_drain_flags[];
enum kith_exit kith_cmd_register(struct kith_cli *c, const struct kith_args *a);
enum kith_exit kith_cmd_deregister(struct kith_cli *c, const struct kith_args *a);
enum kith_exit kith_cmd_drain(struct kith_cli *c, const struct kith_args *a);
enum kith_exit kith_cmd_undrain(struct kith_cli *c, const struct kith_args *a);

#endif
