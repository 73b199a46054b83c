/* SPDX-License-Identifier: ISC */
/*
 * cli/verbs.h: the one table of what `kith` can do. Dispatch, help, the completion and the check of
 * the manual page read the same rows. To add a verb: a handler in cmd_<verb>.c, a row in verbs.c,
 * its entry in man/kith.1.
 */
#ifndef KITH_CLI_VERBS_H
#define KITH_CLI_VERBS_H

#include "cli/args.h"

/* What the shell's completion offers for operands. */
enum kith_operands {
	KITH_OPERANDS_NONE,
	KITH_OPERANDS_MEMBERS, /* names that kithd knows */
	KITH_OPERANDS_FILTERS, /* names and filter words */
	KITH_OPERANDS_SERVICES, /* names that kithd knows */
	KITH_OPERANDS_FILES,
	KITH_OPERANDS_VERBS,
	KITH_OPERANDS_WORDS /* the `words` of the row */
};

struct kith_verb {
	const char *group;    /* "look", "test", "change", "manage" */
	const char *name;
	const char *args;     /* "NODE", "[FILTER...]"; "" for none */
	const char *synopsis; /* one line */
	const char *help;     /* paragraphs, wrapped at 78 columns */
	const struct kith_flag *flags; /* its own; NULL: none */
	int operands_min, operands_max; /* max -1: any number */
	enum kith_operands operands;
	const char *words; /* blank-separated; or NULL */
	enum kith_exit (*run)(struct kith_cli *c, const struct kith_args *a);
};

/* Ends with a row whose name is NULL. */
extern const struct kith_verb kith_verbs[];

/* NULL: no such verb. */
const struct kith_verb *kith_verb_find(const char *name);
/* The verb that was probably meant, or NULL. */
const struct kith_verb *kith_verb_guess(const char *name);

#endif
