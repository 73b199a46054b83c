/* SPDX-License-Identifier: ISC */
/*
 * query/table.h: every call as one row: name, arguments, right, and who answers it. Rows without a
 * prefix are Serf's (reference: its client's IPC), rows "kith." are ours (query/calls.h). To add a
 * call: write its handler in native*.c, document its bodies in calls.h, add its row in table.c.
 */
#ifndef KITH_QUERY_TABLE_H
#define KITH_QUERY_TABLE_H

#include "query/server.h"

enum kith_arg_type {
	KITH_ARG_TEXT,
	KITH_ARG_BYTES,    /* bin, or text */
	KITH_ARG_TEXTS,    /* array of texts */
	KITH_ARG_TEXT_MAP, /* text to text */
	KITH_ARG_UINT_MAP, /* text to number from 0 */
	KITH_ARG_UINT,
	KITH_ARG_INT,
	KITH_ARG_BOOL
};

/* Nil stands for "not given" everywhere, as Serf's clients send it. */
struct kith_arg {
	const char *name; /* NULL ends the list */
	enum kith_arg_type type;
	bool is_required;
};

enum kith_call_kind { KITH_CALL_SERF, KITH_CALL_NATIVE };
enum kith_call_right {
	KITH_CALL_HELLO, /* handshake and auth: before the key */
	KITH_CALL_LOOK,
	KITH_CALL_CHANGE
};

/* What follows the head of a reply, also after an error. */
enum kith_reply_shape {
	KITH_REPLY_NONE,
	KITH_REPLY_ENVELOPE, /* native */
	KITH_REPLY_JOIN,     /* {"Num"} */
	KITH_REPLY_MEMBERS,  /* {"Members"} */
	KITH_REPLY_KEYS,     /* {"Keys","Messages","NumErr","NumNodes","NumResp"} */
	KITH_REPLY_STATS,    /* {group: {name: text}} */
	KITH_REPLY_COORD     /* {"Coord","Ok"} */
};

struct kith_request;

struct kith_call {
	const char *name;
	enum kith_call_kind kind;
	enum kith_call_right right;
	bool has_body; /* of the request; native rows always have one */
	enum kith_reply_shape shape;
	const struct kith_arg *args; /* NULL: none */
	/* Answers, or sets the connection's `pending`. */
	void (*run)(struct kith_request *r);
	const char *refusal; /* Serf's rows that we do not offer: the sentence */
};

/* One request under way. */
struct kith_request {
	struct kith_rpc *s;
	struct kith_rpc_conn *c;
	struct kith_rpc_time t;
	const struct kith_call *call;
	uint64_t seq;
	struct kith_value args; /* a map, or nil */
	struct kith_writer w;   /* open between the begin and the end of the reply */
	size_t start;           /* where the reply begins in the output */
};

/* NULL: unknown. */
const struct kith_call *kith_call_find(struct kith_bytes name);
/* The rows, for tests and listings: NULL after the last. */
const struct kith_call *kith_call_row(size_t i);
/* Whether `args` fit the row. KITH_EINVAL with a sentence (size >= 128). Unknown arguments are
 * refused for native rows and skipped for Serf's. */
KITH_MUST_USE int kith_call_check(const struct kith_call *call, struct kith_value args, char *why,
				  size_t size);

#endif
