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
#include "support/rpc_world.h"

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
