/* SPDX-License-Identifier: ISC */
#include "cli/args.h"

#include "base/check.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const struct kith_flag kith_global_flags[] = {
	{"socket", 's', "PATH", "kithd's socket; KITH_SOCKET in the environment does the same"},
	{"json", 'j', NULL, "print exactly one JSON document on standard output, errors too"},
	{"plain", 'p', NULL, "no header, a tab between columns, no colour"},
	{"color", 0, "WHEN", "auto, always or never"},
	{"timeout", 't', "DUR", "wait no longer for kithd; 5s, 1m; by default 10s"},
	{"quiet", 'q', NULL, "no words on standard error but for errors"},
	{"verbose", 'v', NULL, "more columns and more detail, and a legend"},
	{"help", 'h', NULL, "show help, for the verb if there is one"},
	{"version", 0, NULL, "show the version"},
	{NULL, 0, NULL, NULL},
};

enum { TABLE_MAX = 32, FIRST_VALUE = 256 };

/* One table for getopt_long; option number FIRST_VALUE + i is flags[i]. */
struct table {
	const struct kith_flag *flags[TABLE_MAX];
	struct option longs[TABLE_MAX + 1];
	char letters[2 * TABLE_MAX + 3];
	unsigned count;
};

static void table_add(struct table *t, const struct kith_flag *flags)
{
	size_t len = strlen(t->letters);

	for (const struct kith_flag *f = flags; f != NULL && f->name != NULL; f++) {
		KITH_ASSERT(t->count < TABLE_MAX);
		t->flags[t->count] = f;
		t->longs[t->count] = (struct option){
			f->name, f->value != NULL ? required_argument : no_argument, NULL,
			FIRST_VALUE + (int)t->count};
		t->count++;
		if (f->letter == 0)
			continue;
		t->letters[len++] = f->letter;
		if (f->value != NULL)
			t->letters[len++] = ':';
	}
	t->longs[t->count] = (struct option){NULL, 0, NULL, 0};
	t->letters[len] = '\0';
}

static const struct kith_flag *table_find(const struct table *t, int got)
{
	if (got >= FIRST_VALUE)
		return t->flags[got - FIRST_VALUE];
	for (unsigned i = 0; i < t->count; i++)
		if (t->flags[i]->letter == got)
			return t->flags[i];
	return NULL;
}

static const char *nearest(const struct table *t, const char *word)
{
	const char *best = NULL;
	unsigned best_distance = 3;

	for (unsigned i = 0; i < t->count; i++) {
		unsigned distance = kith_word_distance(word, t->flags[i]->name);

		if (distance < best_distance) {
			best = t->flags[i]->name;
			best_distance = distance;
		}
	}
	return best;
}

static enum kith_exit unknown_flag(struct kith_cli *c, const struct table *t, const char *text)
{
	char hint[128] = "kith help lists the flags", word[64];
	const char *guess;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text + 2, "="), text + 2);
	guess = nearest(t, word);
	if (guess != NULL)
		snprintf(hint, sizeof(hint), "did you mean --%s?", guess);
	return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", hint, "unknown flag --%s", word);
}

/* getopt_long came back with '?' or ':': which flag, and why? */
static enum kith_exit refuse(struct kith_cli *c, const struct table *t, int got, char **argv)
{
	const char *text = argv[optind - 1];

	if (got == ':')
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "kith help lists the flags",
				     "flag %s needs a value", text);
	if (optopt >= FIRST_VALUE)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "flag --%s takes no value",
				     t->flags[optopt - FIRST_VALUE]->name);
	if (optopt != 0)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "kith help lists the flags",
				     "unknown flag -%c", optopt);
	return unknown_flag(c, t, text);
}

/* getopt_long takes the beginning of a long name for the whole. We do not: a script that uses one
 * would break with the next flag that begins so. Returns what was written, or NULL if it is whole. */
static const char *abbreviated(const struct kith_flag *flag, char **argv)
{
	const char *text = argv[optind - 1];

	if (flag->value != NULL && optarg == text)
		text = argv[optind - 2];
	if (strncmp(text, "--", 2) != 0 || strcspn(text + 2, "=") == strlen(flag->name))
		return NULL;
	return text;
}

static enum kith_exit walk(struct kith_cli *c, struct kith_args *a, const struct table *t,
			   const char *order, int argc, char **argv)
{
	char letters[sizeof(t->letters) + 2];
	int got;

	snprintf(letters, sizeof(letters), "%s%s", order, t->letters);
#ifdef __GLIBC__
	optind = 0; /* glibc forgets its former walk only so */
#else
	optind = 1;
#endif
	opterr = 0;
	while ((got = getopt_long(argc, argv, letters, t->longs, NULL)) != -1) {
		const struct kith_flag *flag = table_find(t, got);

		if (got == '?' || got == ':' || flag == NULL)
			return refuse(c, t, got, argv);
		if (got >= FIRST_VALUE && abbreviated(flag, argv) != NULL)
			return unknown_flag(c, t, abbreviated(flag, argv));
		if (a->given_count == KITH_ARGS_FLAGS_MAX)
			return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL, "too many flags");
		a->given[a->given_count].flag = flag;
		a->given[a->given_count++].value = flag->value != NULL ? optarg : NULL;
	}
	return KITH_EXIT_YES;
}

enum kith_exit kith_args_before(struct kith_cli *c, struct kith_args *a, int argc, char **argv,
				int *at)
{
	struct table t = {.count = 0};
	enum kith_exit got;

	table_add(&t, kith_global_flags);
	got = walk(c, a, &t, "+:", argc, argv);
	*at = optind;
	return got;
}

enum kith_exit kith_args_after(struct kith_cli *c, struct kith_args *a, int argc, char **argv,
			       int at, const struct kith_flag *own)
{
	struct table t = {.count = 0};
	enum kith_exit got;

	table_add(&t, kith_global_flags);
	table_add(&t, own);
	got = walk(c, a, &t, ":", argc - at, argv + at);
	a->operands = argv + at + optind;
	a->operand_count = argc - at - optind;
	return got;
}

const char *kith_args_get(const struct kith_args *a, const char *name)
{
	for (unsigned i = a->given_count; i-- > 0;)
		if (strcmp(a->given[i].flag->name, name) == 0)
			return a->given[i].value != NULL ? a->given[i].value : "";
	return NULL;
}

bool kith_args_has(const struct kith_args *a, const char *name)
{
	return kith_args_get(a, name) != NULL;
}

const char *kith_args_next(const struct kith_args *a, const char *name, unsigned *at)
{
	while (*at < a->given_count) {
		unsigned i = (*at)++;

		if (strcmp(a->given[i].flag->name, name) == 0)
			return a->given[i].value;
	}
	return NULL;
}

bool kith_duration_parse(const char *text, int64_t *ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	const int64_t max = INT64_C(3650) * 86400000;
	unsigned long long n;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno != 0 || n > (unsigned long long)max)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		if ((int64_t)n > max / units[i].ms)
			return false;
		*ms = (int64_t)n * units[i].ms;
		return true;
	}
	return false;
}

bool kith_number_parse(const char *text, unsigned long min, unsigned long max, unsigned long *out)
{
	unsigned long n;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || n < min || n > max)
		return false;
	*out = n;
	return true;
}

/* Damerau's distance with adjacent transpositions; longer words than 31 are far from all. */
unsigned kith_word_distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	unsigned d[32][32];

	if (na > 31 || nb > 31)
		return 99;
	for (size_t i = 0; i <= na; i++)
		for (size_t j = 0; j <= nb; j++) {
			unsigned best;

			if (i == 0 || j == 0) {
				d[i][j] = (unsigned)(i + j);
				continue;
			}
			best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[na][nb];
}
