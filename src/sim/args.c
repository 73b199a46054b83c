/* SPDX-License-Identifier: ISC */
#include "sim/args.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool sim_args_read(struct sim_args *a, const struct sim_flag *flags, int argc, char **argv)
{
	struct option options[SIM_FLAGS_MAX + 1];
	int i, found;

	memset(a, 0, sizeof(*a));
	memset(options, 0, sizeof(options));
	a->flags = flags;
	for (i = 0; flags != NULL && flags[i].name != NULL; i++) {
		assert(i < SIM_FLAGS_MAX);
		options[i].name = flags[i].name;
		options[i].has_arg = flags[i].value != NULL ? required_argument : no_argument;
		options[i].val = 256 + i;
	}
	optind = 1;
	while ((found = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (found < 256)
			return false; /* getopt has said why */
		a->values[found - 256] = optarg != NULL ? optarg : "";
	}
	a->operands = argv + optind;
	a->operand_count = argc - optind;
	return true;
}

const char *sim_args_get(const struct sim_args *a, const char *name)
{
	int i = 0;

	while (a->flags[i].name != NULL && strcmp(a->flags[i].name, name) != 0)
		i++;
	assert(a->flags[i].name != NULL);
	return a->values[i];
}

bool sim_args_has(const struct sim_args *a, const char *name)
{
	int i = 0;

	while (a->flags[i].name != NULL && strcmp(a->flags[i].name, name) != 0)
		i++;
	return a->flags[i].name != NULL && a->values[i] != NULL;
}

bool sim_args_number(const struct sim_args *a, const char *name, uint64_t min, uint64_t max,
		     uint64_t otherwise, uint64_t *out)
{
	const char *text = sim_args_get(a, name);

	*out = otherwise;
	if (text == NULL || (sim_number_parse(text, max, out) && *out >= min))
		return true;
	fprintf(stderr, "kith-sim: --%s %s: a whole number from %" PRIu64 " to %" PRIu64 " was expected\n",
		name, text, min, max);
	return false;
}

bool sim_args_us(const struct sim_args *a, const char *name, kith_us otherwise, kith_us *out)
{
	const char *text = sim_args_get(a, name);

	*out = otherwise;
	if (text == NULL || sim_duration_parse(text, out))
		return true;
	fprintf(stderr, "kith-sim: --%s %s: a duration like 200ms, 1.5s or 2h was expected\n", name,
		text);
	return false;
}

bool sim_number_parse(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (*text == '\0')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (n > (UINT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	if (*text != '\0' || n > max)
		return false;
	*out = n;
	return true;
}

/* Digits with up to six after a point, in millionths; what follows them in *rest. No floating
 * point: the same text is the same number everywhere. */
static bool millionths(const char *text, uint64_t *out, const char **rest)
{
	uint64_t n = 0, place = 1000000;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (n > 1000000000)
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	n *= 1000000;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9' && place > 1; text++)
			n += (uint64_t)(*text - '0') * (place /= 10);
	*out = n;
	*rest = text;
	return true;
}

bool sim_duration_parse(const char *text, kith_us *us)
{
	static const struct {
		const char *name;
		uint64_t us;
	} units[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {"m", 60000000},
		     {"h", 3600000000u}, {"d", 86400000000u}};
	const uint64_t longest = 3650 * (uint64_t)86400 * 1000000;
	const char *unit;
	uint64_t n;
	size_t i;

	if (!millionths(text, &n, &unit))
		return false;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		if (n / 1000000 > longest / units[i].us)
			return false;
		*us = (kith_us)(n / 1000000 * units[i].us + n % 1000000 * units[i].us / 1000000);
		return true;
	}
	return false;
}

bool sim_share_parse(const char *text, uint32_t *ppm)
{
	const char *rest;
	uint64_t n;

	if (!millionths(text, &n, &rest) || strcmp(rest, "%") != 0 || n > 100000000)
		return false;
	*ppm = (uint32_t)(n / 100);
	return true;
}
