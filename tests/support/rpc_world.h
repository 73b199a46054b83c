/* SPDX-License-Identifier: ISC */
/*
 * support/rpc_world.h: an RPC server over a fake node, with a host that writes down what it was
 * asked.
 */
#ifndef KITH_TEST_RPC_WORLD_H
#define KITH_TEST_RPC_WORLD_H

#include "query/offers.h"
#include "query/rpc.h"
#include "support/fake_node.h"

enum { RPC_JOIN_TEXTS = 8, RPC_LOG_MAX = 4096 };

/* A server over a fake node, and what its host was asked. */
struct rpc_world {
	struct kith_node *node; /* owned */
	struct kith_rpc *server; /* owned */
	struct kith_offers *offers; /* owned */
	struct kith_rpc_time t;
	uint32_t left, reloads, stops; /* calls of the callbacks */
	int leave_rc, reload_rc, stop_rc;
	uint64_t keep_ticket; /* what `keep` gives */
	enum kith_rpc_keep kept; /* what it was asked for last */
	const char *said;
	uint64_t tickets[RPC_JOIN_TEXTS];
	char looked_up[RPC_JOIN_TEXTS][64];
	uint32_t lookups;
	char log[RPC_LOG_MAX]; /* lines about the RPC, each with a newline */
};

/* now = 10,000 s, unix time 2026-11-23T05:12:44.120Z. The node has one member, itself: "web-1".
 * `auth_key` may be NULL; `alloc` NULL is C's. */
void rpc_world_init(struct rpc_world *w, const char *auth_key, const struct kith_alloc *alloc);
/* The same with a node of few members, for what makes many worlds. */
void rpc_world_init_small(struct rpc_world *w, const char *auth_key,
			  const struct kith_alloc *alloc, uint32_t room);
void rpc_world_fini(struct rpc_world *w);
/* The callbacks, to be altered: the host that rpc_world_init() starts with. */
struct kith_rpc_host rpc_world_host(struct rpc_world *w);
/* Both clocks go on, then a tick. */
void rpc_world_run(struct rpc_world *w, kith_us by);

#endif
