/* SPDX-License-Identifier: ISC */
/*
 * cli/ask.h: the steps that verbs share which ask kithd: arguments in, one call, the reply as it is
 * with --json, and times and addresses of replies as people read them.
 */
#ifndef KITH_CLI_ASK_H
#define KITH_CLI_ASK_H

#include "cli/answer.h"
#include "cli/client.h"
#include "cli/text.h"

/* The arguments of a call: kith_write_...() to w, which is inside a map. */
struct kith_ask {
	struct kith_buf buf;
	struct kith_writer w;
};

void kith_ask_init(struct kith_ask *q);
/* Ends the map; asks; frees the arguments. `reply` is initialised and to be finished. */
enum kith_exit kith_ask(struct kith_ask *q, struct kith_cli *c, const char *command,
			struct kith_reply *reply);

/* kith.changes: what came after *index (NULL: from now on), or the wait of `wait_ms` for it. `kind`:
 * "member", "service", or NULL for both. */
enum kith_exit kith_ask_changes(struct kith_client *k, const char *kind, const uint64_t *index,
				int64_t wait_ms, struct kith_reply *reply);

/* Milliseconds under `path` as an age; "-" for null. */
const char *kith_ask_age(struct kith_value map, const char *path, char out[KITH_AGE_TEXT_MAX]);
/* How long ago an RFC 3339 time was by this host's clock; "-" for anything else or the future. */
const char *kith_ask_since(const char *stamp, char out[KITH_AGE_TEXT_MAX]);
/* The texts of the array under `path`, joined by `between`; "" when there are none. */
const char *kith_ask_texts(struct kith_reply *r, struct kith_value map, const char *path,
			   const char *between, char *out, size_t size);
/* The map under `path`, of texts or numbers: "role=web rack=b7"; "" when it is empty. */
const char *kith_ask_pairs(struct kith_value map, const char *path, char *out, size_t size);
/* "17.2" from "epoch" and "seq". */
const char *kith_ask_incarnation(struct kith_value map, char out[KITH_AGE_TEXT_MAX]);
/* Tells on stderr when this host may be cut off, with the age of what it knows. */
void kith_ask_warn(struct kith_cli *c, const struct kith_reply *r);

#endif
