/* SPDX-License-Identifier: ISC */
/* query/native.h: what kith's own rows do; their bodies are in query/calls.h. */
#ifndef KITH_QUERY_NATIVE_H
#define KITH_QUERY_NATIVE_H

#include "query/table.h"

/* The member that an argument of the request names. False: it is answered that there is none. */
KITH_MUST_USE bool kith_native_find(struct kith_request *r, const char *argument,
				    struct kith_member *m);

void kith_native_version(struct kith_request *r);
void kith_native_status(struct kith_request *r); /* native_status.c */
void kith_native_members(struct kith_request *r);
void kith_native_member(struct kith_request *r);
void kith_native_changes(struct kith_request *r); /* changes.c */
void kith_native_why(struct kith_request *r); /* native_why.c */
void kith_native_rtt(struct kith_request *r);
void kith_native_release(struct kith_request *r);
void kith_native_revoke(struct kith_request *r);
void kith_native_forget(struct kith_request *r); /* Serf's force-leave as well */
void kith_native_tags(struct kith_request *r);
void kith_native_stats(struct kith_request *r);
void kith_native_reload(struct kith_request *r);
void kith_native_stop(struct kith_request *r);

/* Serf's leave and kith.leave, which wait for the node. */
void kith_native_leave(struct kith_request *r);
void kith_native_leave_done(struct kith_rpc_conn *c, struct kith_rpc_time t);
void kith_native_leave_late(struct kith_rpc_conn *c, struct kith_rpc_time t);

#endif
