/* SPDX-License-Identifier: ISC */
/*
 * query/conn.h: one connection: bytes in to requests, replies and records out.
 *
 * A request is taken when the one before is answered (no `pending`) and its answer is mostly read
 * (not choked), so a connection holds at most one large reply. Records of subscriptions go between
 * replies; each knows its subscription, whose queue is bounded by records and bytes.
 */
#ifndef KITH_QUERY_CONN_H
#define KITH_QUERY_CONN_H

#include "query/table.h"

/* NULL: out of memory. */
struct kith_rpc_conn *kith_conn_new(struct kith_rpc *s, enum kith_rpc_kind kind, void *user);
void kith_conn_free(struct kith_rpc_conn *c);
/* Takes the requests that are complete and may be taken now. */
void kith_conn_work(struct kith_rpc_conn *c, struct kith_rpc_time t);
/* The pending request, to be answered. */
struct kith_request kith_conn_pending(struct kith_rpc_conn *c, struct kith_rpc_time t);
/* It is answered: the next one may be taken, at the next tick. */
void kith_conn_settled(struct kith_rpc_conn *c);
/* Something changed that the host must look at. */
void kith_conn_is_ready(struct kith_rpc_conn *c);
void kith_conn_shut(struct kith_rpc_conn *c);

/* Begins a reply or a record at the end of the output. */
size_t kith_conn_begin(struct kith_rpc_conn *c);
/* Ends it: `sub` is NULL for a reply. What found no room is taken back; without a reply the client
 * would wait for ever, so the connection is closed; a record is lost. */
void kith_conn_end(struct kith_rpc_conn *c, size_t start, struct kith_sub *sub);
/* {"Error","Seq"} */
void kith_conn_write_head(struct kith_writer *w, uint64_t seq, const char *error);

/* The subscription with this seq and kind, or NULL. */
struct kith_sub *kith_conn_sub(struct kith_rpc_conn *c, uint64_t seq, bool is_monitor);
/* NULL: too many. */
struct kith_sub *kith_conn_subscribe(struct kith_rpc_conn *c, uint64_t seq, bool is_monitor,
				     uint32_t mask);
/* Every subscription with this seq. */
void kith_conn_unsubscribe(struct kith_rpc_conn *c, uint64_t seq);
/* Whether one more record fits its queue; a lost one is counted, the first one logged. */
bool kith_conn_may_queue(struct kith_rpc_conn *c, struct kith_sub *sub);

#endif
