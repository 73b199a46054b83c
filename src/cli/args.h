/* SPDX-License-Identifier: ISC */
/*
 * cli/args.h: a command line to flags and operands, by getopt_long. Global flags stand before or
 * after the verb, a verb's own flags after it; both come from tables that help, the completion
 * and the manual's check read too.
 */
#ifndef KITH_CLI_ARGS_H
#define KITH_CLI_ARGS_H

#include "cli/cli.h"

struct kith_flag {
	const char *name;  /* long name; NULL ends a table */
	char letter;       /* or 0 */
	const char *value; /* what its value is called; NULL: it takes none */
	const char *help;
};

/* The flags that every verb takes. */
extern const struct kith_flag kith_global_flags[];

enum { KITH_ARGS_FLAGS_MAX = 128 };

struct kith_args {
	struct {
		const struct kith_flag *flag;
		const char *value; /* borrowed from argv; NULL if it takes none */
	} given[KITH_ARGS_FLAGS_MAX];
	unsigned given_count;
	char **operands; /* borrowed from argv; the verb's, without its name */
	int operand_count;
};

/* Reads the global flags up to the first operand, the verb; *at is its index in argv, or argc. */
enum kith_exit kith_args_before(struct kith_cli *c, struct kith_args *a, int argc, char **argv,
				int *at);
/* Reads what follows the verb at argv[at]; `own` are its flags, may be NULL. */
enum kith_exit kith_args_after(struct kith_cli *c, struct kith_args *a, int argc, char **argv,
			       int at, const struct kith_flag *own);
/* The last value given for the flag, or NULL; "" for a flag without value. */
const char *kith_args_get(const struct kith_args *a, const char *name);
bool kith_args_has(const struct kith_args *a, const char *name);
/* Walks all values of a flag: *at = 0 to start; NULL at the end. */
const char *kith_args_next(const struct kith_args *a, const char *name, unsigned *at);

/* "5s", "2m", "1h", "1d", "500ms" to milliseconds; 0 to 10 years. False: not a duration. */
bool kith_duration_parse(const char *text, int64_t *ms);
/* A whole number in decimal, min to max. */
bool kith_number_parse(const char *text, unsigned long min, unsigned long max,
		       unsigned long *out);
/* How many single-letter mistakes turn one word into the other. */
unsigned kith_word_distance(const char *a, const char *b);

#endif
