/* SPDX-License-Identifier: ISC */
/*
 * query/changes.h: the row kith.changes: what happened to members and services since an index, and the
 * wait for the next thing that happens (a long poll).
 *
 * Each event moves the server's index and is kept in a ring of KITH_RPC_CHANGED_KEPT. A request that
 * finds nothing newer than its index of the kinds that it wants stays pending; what comes within one
 * turn of the host's loop is answered together, at the next tick.
 */
#ifndef KITH_QUERY_CHANGES_H
#define KITH_QUERY_CHANGES_H

#include "query/table.h"

/* Moves the index, and keeps the event. */
void kith_changes_event(struct kith_rpc *s, const struct kith_event *e, enum kith_changed_kind kind);
/* Answers a pending request when there is news or its time is over. */
void kith_changes_step(struct kith_rpc_conn *c, struct kith_rpc_time t);
void kith_changes_fini(struct kith_rpc *s);

#endif
