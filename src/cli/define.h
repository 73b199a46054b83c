/* SPDX-License-Identifier: ISC */
/*
 * cli/define.h: what the command line says of a service, as arguments of kith.register: for kith
 * register, and for kith run.
 */
#ifndef KITH_CLI_DEFINE_H
#define KITH_CLI_DEFINE_H

#include "cli/args.h"
#include "query/out.h"

/* Rows of a verb's flags. */
#define KITH_DEFINE_FLAGS \
	{"id", 0, "ID", "tells it from others of this host; its name without"}, \
	{"addr", 0, "ADDR", "where it is reached, if not at this host's addresses; repeatable"}, \
	{"tag", 0, "TAG", "a word that it can be asked by; repeatable"}, \
	{"meta", 0, "KEY=VALUE", "anything more that is to be said of it; repeatable"}, \
	{"weight", 0, "N", "its share of the work among those of its name; 1 without"}

/* Writes them into a map that is open; port 0: none. USAGE: one of them is none. */
enum kith_exit kith_define_write(struct kith_cli *c, const struct kith_args *a, const char *name,
				 unsigned long port, struct kith_writer *w);
/* What it is told apart by: --id, or the name. */
const char *kith_define_id(const struct kith_args *a, const char *name);

#endif
