/* SPDX-License-Identifier: ISC */
/*
 * cli/answer.h: the one JSON document on standard output, written with query's writer. It is
 * printed when it is complete, so a failure on the way leaves no half of it.
 */
#ifndef KITH_CLI_ANSWER_H
#define KITH_CLI_ANSWER_H

#include "cli/cli.h"
#include "cli/reply.h"
#include "query/json.h"

struct kith_answer {
	struct kith_buf buf;
	struct kith_writer w; /* kith_write_...() to it */
};

/* Begins {"v":1,"ok":OK, ... */
void kith_answer_init(struct kith_answer *an, bool ok);
/* A text, null if there is none. */
void kith_answer_text(struct kith_answer *an, const char *key, const char *text);
/* Seconds since 1970 as RFC 3339. */
void kith_answer_time(struct kith_answer *an, const char *key, int64_t unix_s);
/* Ends the outer map, prints it as one line, and frees it. */
enum kith_exit kith_answer_print(struct kith_answer *an, struct kith_cli *c);

/* A value of kithd's as one line of JSON. */
enum kith_exit kith_answer_value(struct kith_cli *c, struct kith_value v);

#endif
