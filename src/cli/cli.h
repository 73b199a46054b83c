/* SPDX-License-Identifier: ISC */
/*
 * cli/cli.h: what one run of `kith` carries: the global flags, where output goes, and how it
 * failed.
 *
 * A run: main.c finds the verb in the table (cli/verbs.h), cli/args.h reads the flags into
 * struct kith_args, the verb's handler asks kithd (cli/client.h), prints its answer and returns
 * an exit code. A handler that fails calls kith_cli_fail() and returns what it returned; the words
 * are printed once, by main.c: to stderr, or with --json as the one JSON document on stdout.
 */
#ifndef KITH_CLI_CLI_H
#define KITH_CLI_CLI_H

#include "query/calls.h"

#include <kith/types.h>
#include <stdbool.h>
#include <stdio.h>

/* What the exit codes of query/calls.h mean. Columns: name, number, meaning; kith(1) says the same. */
#define KITH_EXITS(X) \
	X(YES, 0, "done, or the answer is yes") \
	X(NO, 1, "asked, and the answer is no: degraded, no match, not found, no ping") \
	X(USAGE, 2, "the command line is wrong") \
	X(UNREACHABLE, 3, "kithd is not reachable") \
	X(FORBIDDEN, 4, "not allowed") \
	X(TIMEOUT, 5, "no answer within --timeout") \
	X(REFUSED, 6, "refused by kithd or a peer, or a file is in the way") \
	X(BUG, 70, "kith or the system under it failed") \
	X(CONFIG, 78, "a configuration or another file of kith is wrong")

struct kith_failure {
	enum kith_exit exit; /* KITH_EXIT_YES: nothing failed */
	bool is_told;        /* kithd's own document with the error is on stdout already */
	char code[32];       /* word for programs: "daemon_down" */
	char message[512];
	char hint[512];      /* what to do about it, may have several lines; or "" */
};

struct kith_cli {
	FILE *out, *err;       /* borrowed */
	const char *program;   /* argv[0], to find kithd beside it; borrowed */
	const char *socket;    /* path of kithd's socket; borrowed, or socket_buf */
	char socket_buf[256];
	bool json, plain, color, quiet, verbose;
	int64_t timeout_ms;    /* for each answer of kithd */
	bool timeout_given;    /* by --timeout; else a verb that takes long may raise it */
	struct kith_failure failure;
};

/* Records why the run fails; the first call wins. hint may be NULL. Returns `code`'s exit. */
enum kith_exit kith_cli_fail(struct kith_cli *c, enum kith_exit exit, const char *code,
			     const char *hint, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* The same for a failed system call: errno decides the exit code (EACCES, EPERM: denied; EEXIST:
 * refused; else bug), "what: reason" is the message. */
enum kith_exit kith_cli_fail_errno(struct kith_cli *c, int error, const char *hint,
				   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Prints the failure where it belongs. */
void kith_cli_report(struct kith_cli *c);
/* Words for a person, to stderr; nothing with --quiet or --json. */
void kith_cli_say(struct kith_cli *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* One whole run. */
int kith_cli_run(int argc, char **argv, FILE *out, FILE *err);

#endif
