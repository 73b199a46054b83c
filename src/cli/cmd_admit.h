/* SPDX-License-Identifier: ISC */
/*
 * cli/cmd_admit.h: `kith admit NAME`: an identity file on standard output, signed with the
 * authority's file. Needs no daemon.
 */
#ifndef KITH_CLI_CMD_ADMIT_H
#define KITH_CLI_CMD_ADMIT_H

#include "cli/admit.h"
#include "cli/args.h"

extern const struct kith_flag kith_admit_flags[];
enum kith_exit kith_cmd_admit(struct kith_cli *c, const struct kith_args *a);

/* What --zone, --service and --days said, for a member called `name`; `services` is room for the
 * patterns. Shared with init. */
enum kith_exit kith_admit_words(struct kith_cli *c, const struct kith_args *a, const char *name,
				char services[KITH_ROLES_MAX + 2], struct kith_admit *m);
/* Adds what --seed said; each must be an address literal or a host name. Shared with init. */
enum kith_exit kith_admit_seeds(struct kith_cli *c, const struct kith_args *a,
				struct kith_authority_file *f);

#endif
