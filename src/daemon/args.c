/* SPDX-License-Identifier: ISC */
#include "daemon/args.h"
#include "files/suggest.h"
#include <getopt.h>
#include <string.h>

enum { USAGE = 2, LONG_ONLY = 256 };
enum { OPT_CHECK = LONG_ONLY, OPT_DEV, OPT_STATE, OPT_SOCKET, OPT_LOG, OPT_PRINT, OPT_VERSION };

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"check", optional_argument, NULL, OPT_CHECK},
	{"set", required_argument, NULL, 'o'},
	{"dev", no_argument, NULL, OPT_DEV},
	{"state", required_argument, NULL, OPT_STATE},
	{"socket", required_argument, NULL, OPT_SOCKET},
	{"log", required_argument, NULL, OPT_LOG},
	{"verbose", no_argument, NULL, 'v'},
	{"quiet", no_argument, NULL, 'q'},
	{"print-config", no_argument, NULL, OPT_PRINT},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0},
};

void kith_args_help(FILE *out)
{
	fputs("kithd: one member of a kith cluster; runs in the foreground\n"
	      "\n"
	      "usage: kithd [-c FILE] [-o SECTION.KEY=VALUE]... [--state DIR] [--socket PATH]\n"
	      "             [-v | -q] [--log FORMAT] [--dev] [--check[=bind] | --print-config]\n"
	      "\n"
	      "  -c, --config FILE    kith.conf; conf.d/*.conf beside it is read too\n"
	      "  -o, --set KEY=VALUE  override a setting, as in -o network.listen=10.0.0.5\n"
	      "      --state DIR      state directory\n"
	      "      --socket PATH    control socket (control.socket)\n"
	      "  -v, --verbose        debug lines too (log.level=debug)\n"
	      "  -q, --quiet          warnings and errors only (log.level=warning)\n"
	      "      --log FORMAT     journal, text or json (log.format)\n"
	      "      --dev            try it: on loopback, in a temporary directory, as any user\n"
	      "      --check          find every mistake that would prevent a start; =bind: try the\n"
	      "                       sockets too\n"
	      "      --print-config   the settings in effect and where each comes from\n"
	      "  -h, --help           this text\n"
	      "      --version        version; -V: with those of the libraries\n"
	      "\n"
	      "Manual: man kithd, man kith.conf. Is it running? kith status\n", out);
}

static int fail(struct kith_report *r, const char *sentence, const char *word)
{
	kith_report_add(r, "kithd", 0, "%s%s (kithd --help tells more)", sentence, word);
	return USAGE;
}

static int override(struct kith_args *a, const char *text, struct kith_report *r)
{
	if (a->override_count == KITH_OVERRIDES_MAX)
		return fail(r, "too many settings; write them into a file", "");
	a->overrides[a->override_count++] = text;
	return 0;
}

static int override_with(struct kith_args *a, int place, const char *key, const char *value,
			 struct kith_report *r)
{
	char *text = a->texts[place];

	if (snprintf(text, KITH_ARGS_TEXT_MAX, "%s=%s", key, value) >= KITH_ARGS_TEXT_MAX)
		return fail(r, "too long: --", key);
	return override(a, text, r);
}

static int unknown(const char *word, struct kith_report *r)
{
	const char *best = NULL;
	size_t distance = 0;

	for (const struct option *o = options; o->name != NULL && strncmp(word, "--", 2) == 0; o++)
		best = kith_suggest(word + 2, o->name, best, &distance);
	if (best == NULL)
		return fail(r, "unknown option or missing value: ", word);
	kith_report_add(r, "kithd", 0, "unknown option or missing value: %s; did you mean --%s? "
			"(kithd --help tells more)", word, best);
	return USAGE;
}

static int take(struct kith_args *a, int option, const char *word, struct kith_report *r)
{
	switch (option) {
	case 'c':
		a->config = optarg;
		return 0;
	case 'o':
		return override(a, optarg, r);
	case 'v':
		return override_with(a, 0, "log.level", "debug", r);
	case 'q':
		return override_with(a, 1, "log.level", "warning", r);
	case OPT_SOCKET:
		return override_with(a, 2, "control.socket", optarg, r);
	case OPT_LOG:
		return override_with(a, 3, "log.format", optarg, r);
	case OPT_STATE:
		a->state = optarg;
		return 0;
	case OPT_DEV:
		a->dev = true;
		return 0;
	case OPT_CHECK:
		if (optarg != NULL && strcmp(optarg, "bind") != 0)
			return fail(r, "--check takes only =bind, not =", optarg);
		a->mode = optarg != NULL ? KITH_MODE_CHECK_BIND : KITH_MODE_CHECK;
		return 0;
	case OPT_PRINT:
		a->mode = KITH_MODE_PRINT_CONFIG;
		return 0;
	case 'h':
		a->mode = KITH_MODE_HELP;
		return 0;
	case OPT_VERSION:
		a->mode = KITH_MODE_VERSION;
		return 0;
	case 'V':
		a->mode = KITH_MODE_VERSIONS;
		return 0;
	default:
		return unknown(word, r);
	}
}

int kith_args_read(struct kith_args *a, int argc, char **argv, struct kith_report *r)
{
	int option, code = 0;

	memset(a, 0, sizeof *a);
	optind = 1;
	opterr = 0;
	while (code == 0) {
		/* The word that is read now: getopt tells only of single letters what was wrong. */
		int at = optind;

		option = getopt_long(argc, argv, "+:c:o:vqhV", options, NULL);
		if (option == -1)
			break;
		code = take(a, option, at < argc ? argv[at] : "", r);
	}
	if (code == 0 && optind < argc)
		code = fail(r, "what is this for: ", argv[optind]);
	return code;
}
