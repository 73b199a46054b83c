/* SPDX-License-Identifier: ISC */
/*
 * query/ping.h: pings that clients wait for, one a connection. The node is asked at once; each of its
 * PING events brings one way; when all three are there the client is answered.
 */
#ifndef KITH_QUERY_PING_H
#define KITH_QUERY_PING_H

#include "query/table.h"

/* The row kith.ping. */
void kith_ping_start(struct kith_request *r);
void kith_ping_event(struct kith_rpc_conn *c, const struct kith_event *e);
/* Answers what is complete or overdue. */
void kith_ping_step(struct kith_rpc_conn *c, struct kith_rpc_time t);

#endif
