/* SPDX-License-Identifier: ISC */
/*
 * support/rpc_client.h: a client of the RPC server in one process with it, for tests: requests and
 * replies as text. Texts are JSON with ' for ", so that they read well in C:
 *
 *	rpc_ask(c, "stream", 7, "{'Type':'*'}");
 *	rpc_expect(c, "{'Error':'','Seq':7}");
 *	rpc_expect(c, "{'Event':'member-join','Members':[...]}");
 */
#ifndef KITH_TEST_RPC_CLIENT_H
#define KITH_TEST_RPC_CLIENT_H

#include "query/buf.h"
#include "query/rpc.h"
#include "support/fake_node.h"

enum { RPC_JOIN_TEXTS = 8, RPC_LOG_MAX = 4096 };

/* A server over a fake node, and what its host was asked. */
struct rpc_world {
	struct kith_node *node; /* owned */
	struct kith_rpc *server; /* owned */
	struct kith_rpc_time t;
	uint32_t left, reloads, stops; /* calls of the callbacks */
	int leave_rc, reload_rc, stop_rc;
	const char *said;
	uint64_t tickets[RPC_JOIN_TEXTS];
	char looked_up[RPC_JOIN_TEXTS][64];
	uint32_t lookups;
	char log[RPC_LOG_MAX]; /* lines about the RPC, each with a newline */
};

/* now = 10,000 s, unix time 2026-11-23T05:12:44.120Z. The node has one member, itself: "web-1".
 * `auth_key` may be NULL; `alloc` NULL is C's. */
void rpc_world_init(struct rpc_world *w, const char *auth_key, const struct kith_alloc *alloc);
void rpc_world_fini(struct rpc_world *w);
/* The callbacks, to be altered: the host that rpc_world_init() starts with. */
struct kith_rpc_host rpc_world_host(struct rpc_world *w);
/* Both clocks go on, then a tick. */
void rpc_world_run(struct rpc_world *w, kith_us by);

/* Text with ' for " to msgpack at the end of `out`; a mistake in it aborts. {} [] '' integers true
 * false null; b'0aff' is bytes. */
void rpc_pack(struct kith_buf *out, const char *text);
/* Connects, with a handshake of Seq 0 done. */
struct kith_rpc_conn *rpc_connect(struct rpc_world *w, enum kith_rpc_kind kind);
/* Sends a header, and a body unless it is NULL. */
void rpc_ask(struct rpc_world *w, struct kith_rpc_conn *c, const char *command, uint64_t seq,
	     const char *body);
void rpc_send_text(struct rpc_world *w, struct kith_rpc_conn *c, const char *values);
/* The next value that the server sent, as text; "" if there is none. Valid until the next call. */
const char *rpc_take(struct rpc_world *w, struct kith_rpc_conn *c);
void rpc_expect_at(struct rpc_world *w, struct kith_rpc_conn *c, const char *text,
		   const char *file, int line);
#define rpc_expect(w, c, text) rpc_expect_at(w, c, text, __FILE__, __LINE__)
/* Whether the text `haystack` holds `needle`; a failed test with both if not. */
void rpc_holds_at(const char *haystack, const char *needle, const char *file, int line);
#define rpc_holds(haystack, needle) rpc_holds_at(haystack, needle, __FILE__, __LINE__)

#endif
