/* SPDX-License-Identifier: ISC */
/*
 * query/server.h: the insides of the RPC server, shared by the files that make it up.
 *
 *	rpc.c      life of the server, ready list, time           (query/rpc.h)
 *	conn.c     one connection: bytes -> request -> row; output, subscriptions
 *	table.c    the rows, and the check of arguments
 *	reply.c    heads, envelopes and errors
 *	serf*.c    what Serf's rows do            native*.c  what kith's rows do
 *	join.c     joins under way                members.c  members: list, find, write
 *	stream.c   events to subscribers          monitor.c  log lines to subscribers
 *	changes.c  events since an index          ping.c     pings under way
 *	services.c what is offered, here and elsewhere           (query/offers.h, query/directory.h)
 *
 * Invariant: between the begin and the end of a reply or record (conn.h) no callback of the host
 * that may come back to us is called, so that nothing is written into the middle of it.
 */
#ifndef KITH_QUERY_SERVER_H
#define KITH_QUERY_SERVER_H

#include "base/list.h"
#include "query/buf.h"
#include "query/calls.h"
#include "query/directory.h"
#include "query/limits.h"
#include "query/offers.h"
#include "query/out.h"
#include "query/rpc.h"
#include "query/tree.h"

/* Counters of the server. Columns: name, meaning. */
#define KITH_RPC_COUNTERS(X) \
	X(connections, "connections now") \
	X(connections_opened, "connections accepted") \
	X(connections_refused, "connections over the limit") \
	X(requests, "requests answered") \
	X(requests_failed, "of them with an error") \
	X(malformed, "connections closed since their bytes did not follow the format") \
	X(keys_wrong, "attempts with a wrong RPC key") \
	X(records, "stream and log records queued") \
	X(records_lost, "records lost since a client did not read")
struct kith_rpc_counters {
#define X(name, help) uint64_t name;
	KITH_RPC_COUNTERS(X)
#undef X
};

/* What other members look like to Serf's clients. */
enum kith_look {
	KITH_LOOK_NONE, /* not there */
	KITH_LOOK_ALIVE,
	KITH_LOOK_FAILED,
	KITH_LOOK_LEFT,
	KITH_LOOK_GONE /* reaped */
};

/* The net change of one member since the last flush (stream.c). */
struct kith_change {
	struct kith_mid mid;
	uint8_t was, is; /* enum kith_look, before the first and after the last event */
	bool is_updated;
};

/* A member that failed or left: its name is still wanted when it is reaped. */
struct kith_departed {
	struct kith_mid mid;
	char name[KITH_NAME_MAX + 1];
	struct kith_addr addr;
};

/* What kith.changes tells of. Columns: name, word. */
#define KITH_CHANGED_KINDS(X) \
	X(MEMBER, member) \
	X(SERVICE, service)
enum kith_changed_kind {
#define X(upper, lower) KITH_CHANGED_##upper,
	KITH_CHANGED_KINDS(X)
#undef X
	KITH_CHANGED_KIND_COUNT
};

/* One event of a member or a service, as kith.changes tells it. */
struct kith_changed {
	uint64_t index;
	int64_t unix_ms;
	enum kith_changed_kind kind;
	struct kith_event event;
	char name[KITH_NAME_MAX + 1], by_name[KITH_NAME_MAX + 1];
};

/* Whose packets were dropped last for one reason. */
struct kith_dropped_last {
	struct kith_addr addr; /* family 0: never */
	struct kith_mid mid;   /* zero: of no member */
	kith_us first, last;   /* without a pause of KITH_DROPPED_SHOWN_S between */
};

struct kith_log_line {
	enum kith_rpc_level level;
	int64_t unix_ms;
	char *text; /* owned */
};

struct kith_rpc {
	struct kith_rpc_host host; /* its texts are borrowed from the host */
	struct kith_link conns;    /* struct kith_rpc_conn.in_conns */
	struct kith_link ready;    /* struct kith_rpc_conn.in_ready */
	struct kith_rpc_time t;    /* of the last call */
	kith_us born;
	uint64_t index;            /* 8-decisions.md, indexes */
	uint64_t next_ticket;
	bool is_leaving, has_left;
	bool has_work;             /* a tick at once is wanted */
	struct kith_rpc_counters counters;

	struct kith_change *changes; /* owned; in no order */
	uint32_t change_count, change_room;
	kith_us changed_first, changed_last;
	uint32_t stream_count;     /* subscriptions; without any no change is kept */
	struct kith_departed *departed; /* owned; in no order */
	uint32_t departed_count, departed_room;

	struct kith_changed *changed;    /* owned; a ring once it is full */
	uint32_t changed_at, changed_count, changed_room;
	uint64_t changed_lost;           /* changes up to this index are not known here */
	uint64_t changed_of[KITH_CHANGED_KIND_COUNT]; /* index of the last one of each kind */

	struct kith_dropped_last dropped[KITH_DROPPED_COUNT];
	struct kith_directory directory; /* for kith.services */

	struct kith_log_line lines[KITH_RPC_LOG_LINES]; /* a ring */
	uint32_t line_first, line_count;
};

/* A subscription: stream or monitor. */
struct kith_sub {
	uint64_t seq; /* of the request that opened it */
	uint32_t id;  /* never 0, never used again on this connection */
	bool is_monitor;
	uint32_t mask;   /* stream: bits of enum kith_tell_kind; monitor: the lowest level */
	uint32_t queued; /* records not yet read by the client */
	uint64_t lost;   /* since the queue was last empty */
};

/* Where in the output a record of a subscription ends. */
struct kith_mark {
	uint64_t end;
	uint32_t sub_id;
};

enum kith_pending {
	KITH_PENDING_NONE,
	KITH_PENDING_JOIN,
	KITH_PENDING_LEAVE,
	KITH_PENDING_CHANGES,
	KITH_PENDING_KEPT, /* its answer is written, and held back until it is true after a crash, too */
	KITH_PENDING_PING,
	KITH_PENDING_SERVICE /* what it changed is on its way to the disk (services.c) */
};

/* A ping under way (ping.c). */
struct kith_ping_wait {
	uint64_t token;
	struct kith_mid mid;
	enum kith_status status; /* as it was asked */
	char name[KITH_NAME_MAX + 1];
	unsigned ended; /* ways, a bit each */
	struct kith_event ways[KITH_PING_WAY_COUNT];
};

/* A change of what is offered, that is done and not answered yet (services.c). */
struct kith_service_wait {
	char name[KITH_SERVICE_NAME_MAX + 1], id[KITH_SERVICE_ID_MAX + 1]; /* "": the whole host */
	const char *change; /* borrowed from the program: "added", ... */
	bool is_session;    /* and so nothing is kept of it */
	bool is_drained;
	char reason[KITH_SERVICE_NOTE_MAX + 1];
};

struct kith_join; /* join.c */

struct kith_rpc_conn {
	struct kith_rpc *server; /* borrowed */
	enum kith_rpc_kind kind;
	void *user;              /* the host's */
	struct kith_link in_conns, in_ready;

	struct kith_buf in;
	size_t in_head;          /* the present value begins here */
	struct kith_tree *tree;  /* owned */
	bool is_in_body;         /* the present value is a body: of `call` with `seq` */
	const struct kith_call *call;
	uint64_t seq;

	struct kith_buf out;
	size_t out_head;         /* sent up to here */
	uint64_t out_total;      /* bytes ever sent */
	struct kith_mark *marks; /* owned; first in, first out */
	uint32_t mark_first, mark_count, mark_room;
	bool is_writing;

	bool has_handshake, has_key, has_eof, is_closed;
	bool is_choked;          /* output waits: no next request */
	bool has_work;           /* requests may wait in `in` although nothing new came */

	enum kith_pending pending; /* `call` and `seq` are its request */
	kith_us pending_until;
	uint64_t pending_ticket; /* KEPT, SERVICE: of the host */
	bool has_asked_to_leave; /* and was answered */
	struct kith_join *join;    /* owned */
	uint64_t changes_from;
	unsigned changes_kinds;    /* bits of enum kith_changed_kind */
	struct kith_ping_wait ping;
	struct kith_service_wait service;
	bool has_session;          /* offers live as long as it is connected */

	struct kith_sub subs[KITH_RPC_STREAMS_MAX + 1];
	uint32_t sub_count, next_sub_id;
};

#endif
