/* SPDX-License-Identifier: ISC */
/* daemon/args.h: kithd's command line. What sets a setting becomes an override of daemon/conf.h. */
#ifndef KITH_DAEMON_ARGS_H
#define KITH_DAEMON_ARGS_H

#include "daemon/conf.h"

enum { KITH_OVERRIDES_MAX = 128, KITH_ARGS_TEXT_MAX = 1200 };

enum kith_mode {
	KITH_MODE_RUN,
	KITH_MODE_CHECK,
	KITH_MODE_CHECK_BIND, /* and try the sockets */
	KITH_MODE_PRINT_CONFIG,
	KITH_MODE_HELP,
	KITH_MODE_VERSION,
	KITH_MODE_VERSIONS    /* and of the libraries */
};

struct kith_args {
	enum kith_mode mode;
	bool dev;
	const char *config; /* borrowed from argv; NULL = the default */
	const char *state;
	const char *overrides[KITH_OVERRIDES_MAX]; /* borrowed from argv and texts */
	size_t override_count;
	char texts[4][KITH_ARGS_TEXT_MAX]; /* of --socket, --log, -v and -q */
};

/* 0, or 2 with a sentence in r. */
KITH_MUST_USE int kith_args_read(struct kith_args *a, int argc, char **argv,
				 struct kith_report *r);
/* The text of --help. */
void kith_args_help(FILE *out);

#endif
