/* SPDX-License-Identifier: ISC */
/*
 * cli/client.h: asking kithd, over its unix socket, in Serf's framing: a handshake, then header and
 * body of a request, then header and body of its answer, all bare msgpack values. One request is
 * under way at a time. Every wait has the deadline of its call, so kith never hangs.
 *
 * A failure is recorded in the run (cli/cli.h) with its cure: no socket or nobody behind it is
 * UNREACHABLE, no permission DENIED, silence TIMEOUT, an error of kithd what its answer says.
 */
#ifndef KITH_CLI_CLIENT_H
#define KITH_CLI_CLIENT_H

#include "cli/cli.h"
#include "cli/reply.h"
#include "query/buf.h"

struct kith_client {
	struct kith_cli *cli; /* borrowed */
	int fd;               /* -1: not connected */
	uint64_t seq;
	int64_t deadline_ms;  /* of the present call, on CLOCK_MONOTONIC */
	uint8_t *ahead;       /* owned: bytes read and not yet used */
	size_t ahead_at, ahead_len;
};

/* Connects and shakes hands. */
enum kith_exit kith_client_open(struct kith_client *k, struct kith_cli *c);
void kith_client_close(struct kith_client *k);
/* Calls `command`. `body` holds exactly one msgpack value (the arguments), or is NULL when the
 * command takes none. On KITH_EXIT_YES the answer's body is in *reply, which the caller has
 * initialised and finishes in any case. An answer "no" to the question is OK here. */
enum kith_exit kith_client_call(struct kith_client *k, const char *command,
				const struct kith_buf *body, struct kith_reply *reply);
/* The next record of a stream that the last call opened, however long it takes to come. */
enum kith_exit kith_client_next(struct kith_client *k, struct kith_reply *record);
/* Open, one call, close. */
enum kith_exit kith_client_ask(struct kith_cli *c, const char *command,
			       const struct kith_buf *body, struct kith_reply *reply);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t kith_now_ms(void);

#endif
