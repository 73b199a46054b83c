/* SPDX-License-Identifier: ISC */
/*
 * query/rpc.h: Serf's RPC with kith's calls beside it, as a state machine without I/O.
 *
 * One server per daemon, one connection per accepted socket. The way of one request:
 *
 *	socket -> kith_rpc_input() -> frame (query/frame.h) -> row of the table (query/calls.h)
 *	-> handler reads the node -> writer (query/out.h) -> kith_rpc_output() -> socket
 *
 * and of one event: kith_node_next() -> kith_rpc_event() -> coalesced -> kith_rpc_output() of
 * every connection that streams. Nothing blocks: a client that does not read loses records, and
 * its requests wait in its socket (kith_rpc_wants_input()).
 *
 * The host's loop:
 *
 *	accept:            c = kith_rpc_open(s, t, kind, user);
 *	readable:          kith_rpc_input(c, t, buf, len);       only while kith_rpc_wants_input(c)
 *	end of file:       kith_rpc_eof(c, t);                   answers still go out
 *	socket error:      kith_rpc_close(&c);
 *	node event:        kith_rpc_event(s, t, &out.event);     each KITH_OUT_EVENT, in order
 *	log line:          kith_rpc_log(s, t, level, text);
 *	always at the end: kith_rpc_tick(s, t);
 *	then:              while ((c = kith_rpc_ready(s)) != NULL)
 *	                           write kith_rpc_output(c), kith_rpc_consume(c, n); when all is
 *	                           out and kith_rpc_is_closed(c): close the socket, kith_rpc_close(&c)
 *	wait until:        kith_rpc_deadline(s)
 *
 * kith_rpc_input(), kith_rpc_eof(), kith_rpc_close() and kith_rpc_tick() may give commands to the node, so
 * drain kith_node_next() after them; all others never do, so they may be called between two
 * kith_node_next(). From inside the host's callbacks only kith_rpc_log() and kith_rpc_resolved()
 * may be called, from inside `counter` and `problem` nothing.
 */
#ifndef KITH_QUERY_RPC_H
#define KITH_QUERY_RPC_H

#include <kith/kith.h>

struct kith_offers;
struct kith_rpc;
struct kith_rpc_conn;

/* Both clocks at the moment of a call. */
struct kith_rpc_time {
	kith_us now;     /* as given to the node; never goes backwards */
	int64_t unix_ms; /* wall clock */
};

/* Levels of log lines; Serf's names. Columns: name, text. */
#define KITH_RPC_LEVELS(X) \
	X(TRACE, "TRACE") \
	X(DEBUG, "DEBUG") \
	X(INFO, "INFO") \
	X(WARN, "WARN") \
	X(ERR, "ERR")
enum kith_rpc_level {
#define X(upper, text) KITH_RPC_##upper,
	KITH_RPC_LEVELS(X)
#undef X
	KITH_RPC_LEVEL_COUNT
};

/* How a client came, which decides what it may. */
enum kith_rpc_kind {
	KITH_RPC_UNIX,         /* the daemon's own socket: everything, no key */
	KITH_RPC_UNIX_LOOKING, /* the same, but only rows that change nothing */
	KITH_RPC_TCP           /* Serf's listener: everything, after the key if one is configured */
};

/* What the host puts on disk when it is asked to. */
enum kith_rpc_keep {
	KITH_RPC_KEEP_MEMBERS, /* what the node knows: kith_node_keep() */
	KITH_RPC_KEEP_SERVICES /* what this host offers for good: kith_offers_entry() */
};

/* What a callback of the host has to say: a sentence for the operator, kept short. */
struct kith_rpc_said {
	char text[480];
};

/* A counter of the host, for `stats`. */
struct kith_rpc_counter {
	const char *group, *name; /* snake_case with unit suffix; borrowed during the call */
	uint64_t value;
};

/* Something that the operator should know, for `status`: shown as "! text    hint". */
struct kith_rpc_problem {
	const char *code; /* stable word, snake_case: "clock_unsynchronised" */
	const char *text; /* a sentence */
	const char *hint; /* the command or setting that cures it, or "" */
};

/*
 * What the daemon lends to the server. Texts and `node` are borrowed as long as the server lives;
 * the structure itself only during kith_rpc_new(). Every callback gets `ctx`; those marked
 * optional may be NULL, then their commands answer that this daemon does not offer them.
 */
struct kith_rpc_host {
	struct kith_alloc alloc;  /* zeros: C's */
	struct kith_node *node;
	struct kith_offers *offers; /* of the node; optional, borrowed as it is */
	const char *cluster;      /* name */
	const char *version;      /* of the daemon, "0.1.0" */
	const char *config_path;  /* or "" */
	const char *state_dir;    /* or "" */
	const char *auth_key;     /* what TCP clients must show; NULL or "" = none is needed */
	int64_t started_unix_ms;
	uint16_t gossip_port;     /* default port of addresses given to join */
	void *ctx;

	/* Optional. Look up "host" or "host:port" (never a literal); later, or at once from inside
	 * the call, tell kith_rpc_resolved(s, t, ticket, ...), exactly once. */
	void (*resolve)(void *ctx, struct kith_rpc_time t, uint64_t ticket, const char *text);
	/* Begin to leave and to stop after it: the daemon calls kith_node_leave(), passes on
	 * KITH_EVENT_LEAVE_DONE (which answers the client), then exits when no connection holds
	 * output any more (kith_rpc_is_idle()). 0, or KITH_ESTATE if it is already leaving. */
	int (*leave)(void *ctx, struct kith_rpc_time t);
	/* Optional. Read the configuration again; all or nothing. 0 or a negative error; `said`
	 * either way: "reloaded; needs restart: network.listen", or the first error. */
	int (*reload)(void *ctx, struct kith_rpc_time t, struct kith_rpc_said *said);
	/* Optional. Put it on disk as it is now: a ticket for kith_rpc_kept(), called when it is there;
	 * 0: there is nothing to wait for. Tickets of each kind rise by themselves. */
	uint64_t (*keep)(void *ctx, enum kith_rpc_keep what);
	/* Optional. Stop without leaving. */
	int (*stop)(void *ctx, struct kith_rpc_time t);
	/* Optional. The i-th counter or problem of the daemon itself; false at the end. Counters of
	 * a group follow each other. */
	bool (*counter)(void *ctx, size_t i, struct kith_rpc_counter *c);
	bool (*problem)(void *ctx, size_t i, struct kith_rpc_problem *p);
	/* Optional. A line about the RPC itself for the daemon's log. It may call kith_rpc_log(). */
	void (*log)(void *ctx, enum kith_rpc_level level, const char *text);
};

/* KITH_ENOMEM, KITH_EINVAL (node, leave, cluster or version missing). */
KITH_MUST_USE int kith_rpc_new(struct kith_rpc **s, const struct kith_rpc_host *host,
			       struct kith_rpc_time t);
/* Frees the server and every connection still open. Sets *s to NULL; NULL inside is fine. */
void kith_rpc_free(struct kith_rpc **s);

/* A client connected. NULL: out of memory, or 256 are open (query/limits.h): close the socket. */
struct kith_rpc_conn *kith_rpc_open(struct kith_rpc *s, struct kith_rpc_time t,
				    enum kith_rpc_kind kind, void *user);
void *kith_rpc_user(const struct kith_rpc_conn *c);
/* Forgets the connection, whatever it still holds. Sets *c to NULL. */
void kith_rpc_close(struct kith_rpc_conn **c);

/* Bytes came. A client that breaks the format is closed, never answered. */
void kith_rpc_input(struct kith_rpc_conn *c, struct kith_rpc_time t, const uint8_t *buf,
		    size_t len);
/* The client closed its sending side: what it asked is still answered, then it is closed. */
void kith_rpc_eof(struct kith_rpc_conn *c, struct kith_rpc_time t);
/* False while a request is under way or answers wait to be read: do not read the socket then. */
bool kith_rpc_wants_input(const struct kith_rpc_conn *c);
/* Bytes to be sent, borrowed until the next call on the server; 0: none. */
size_t kith_rpc_output(const struct kith_rpc_conn *c, const uint8_t **p);
/* `len` of them are sent. */
void kith_rpc_consume(struct kith_rpc_conn *c, struct kith_rpc_time t, size_t len);
/* The server is done with it: close it once its output is sent. */
bool kith_rpc_is_closed(const struct kith_rpc_conn *c);
/* The next connection with something new: output, closed, or wants_input changed. NULL: none. */
struct kith_rpc_conn *kith_rpc_ready(struct kith_rpc *s);
/* No connection holds output, and whoever asked for the leave has hung up: the host waits for it, but
 * not for ever. */
bool kith_rpc_is_idle(const struct kith_rpc *s);

/* Answer to host.resolve: `count` addresses (ports set), or 0 and a sentence why. Unknown tickets
 * are ignored: the client is gone. */
void kith_rpc_resolved(struct kith_rpc *s, struct kith_rpc_time t, uint64_t ticket,
		       const struct kith_addr *addrs, size_t count, const char *why);
/* Everything of this kind up to this ticket of host.keep is on disk, or will not come there. */
void kith_rpc_kept(struct kith_rpc *s, struct kith_rpc_time t, enum kith_rpc_keep what, uint64_t ticket,
		   bool is_on_disk);
/* An event of the node, each one and in order. */
void kith_rpc_event(struct kith_rpc *s, struct kith_rpc_time t, const struct kith_event *e);
/* A line of the daemon's log, without time, level and newline. Empty lines are ignored. */
void kith_rpc_log(struct kith_rpc *s, struct kith_rpc_time t, enum kith_rpc_level level,
		  const char *text);
/* Time passed: coalesced events and overdue answers. Call it at kith_rpc_deadline() at the latest. */
void kith_rpc_tick(struct kith_rpc *s, struct kith_rpc_time t);
kith_us kith_rpc_deadline(const struct kith_rpc *s);

#endif
