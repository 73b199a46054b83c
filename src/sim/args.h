/* SPDX-License-Identifier: ISC */
/*
 * sim/args.h: the command line of kith-sim to flags and operands, and the numbers that people
 * write: durations, shares, sizes. A command's flags stand in its table; help reads the same rows.
 */
#ifndef KITH_SIM_ARGS_H
#define KITH_SIM_ARGS_H

#include <kith/types.h>
#include <stdbool.h>

enum { SIM_FLAGS_MAX = 24 };

struct sim_flag {
	const char *name;  /* long name; NULL ends a table */
	const char *value; /* what its value is called; NULL: it takes none */
	const char *help;
};

struct sim_args {
	const struct sim_flag *flags;
	const char *values[SIM_FLAGS_MAX]; /* by row; borrowed from argv; "" for one without value */
	char **operands;                   /* borrowed from argv */
	int operand_count;
};

/* Reads argv[1] and on; says on stderr what is wrong. */
bool sim_args_read(struct sim_args *a, const struct sim_flag *flags, int argc, char **argv);
/* The value given for the flag, or NULL. Asserts that the command has such a flag. */
const char *sim_args_get(const struct sim_args *a, const char *name);
/* Whether the command has such a flag, and it was given. */
bool sim_args_has(const struct sim_args *a, const char *name);
/* The same as a whole number from min to max; `otherwise` if it was not given. False, said on
 * stderr: it is none. */
bool sim_args_number(const struct sim_args *a, const char *name, uint64_t min, uint64_t max,
		     uint64_t otherwise, uint64_t *out);
bool sim_args_us(const struct sim_args *a, const char *name, kith_us otherwise, kith_us *out);

/* "250us", "200ms", "1.5s", "2m", "1h", "3d"; up to 10 years. False: not a duration. */
bool sim_duration_parse(const char *text, kith_us *us);
/* "30%", "0.5%" to parts in a million. */
bool sim_share_parse(const char *text, uint32_t *ppm);
/* Decimal digits alone. */
bool sim_number_parse(const char *text, uint64_t max, uint64_t *out);

#endif
