/* SPDX-License-Identifier: ISC */
/*
 * query/join.h: joins that clients wait for. A text is a literal, or is looked up by the host; its
 * addresses are given to the node; it is settled by the node's SEED events. When all texts are
 * settled, or the time is over, the client hears how each went; the node goes on trying.
 *
 *	asked -> (host.resolve -> kith_rpc_resolved) -> found -> kith_node_join -> dialled -> settled
 */
#ifndef KITH_QUERY_JOIN_H
#define KITH_QUERY_JOIN_H

#include "query/table.h"

/* The rows join and kith.join. */
void kith_join_start(struct kith_request *r);
void kith_join_free(struct kith_join **join, const struct kith_alloc *alloc);
/* A lookup ended. False: the ticket is not this connection's. */
bool kith_join_resolved(struct kith_rpc_conn *c, uint64_t ticket, const struct kith_addr *addrs,
			size_t count, const char *why);
void kith_join_seed(struct kith_rpc_conn *c, const struct kith_addr *addr,
		    enum kith_seed_result result);
/* Gives the node what was found, answers what is settled or overdue. */
void kith_join_step(struct kith_rpc_conn *c, struct kith_rpc_time t);

#endif
