/* SPDX-License-Identifier: ISC */
/*
 * query/stream.h: the node's events as Serf's `stream` records.
 *
 * A member's events are drawn together until nothing has happened for a second, or for three
 * seconds at most, and what is told is the net change: a member that failed and came back within
 * that time has not changed. Without a stream nothing is kept but the names of members that failed
 * or left: when they are reaped the node knows them no more.
 */
#ifndef KITH_QUERY_STREAM_H
#define KITH_QUERY_STREAM_H

#include "query/table.h"

/* Kinds of records. Columns: name, Serf's word. */
#define KITH_TELL_KINDS(X) \
	X(JOIN, "member-join") \
	X(LEAVE, "member-leave") \
	X(FAILED, "member-failed") \
	X(UPDATE, "member-update") \
	X(REAP, "member-reap") \
	X(USER, "user") \
	X(QUERY, "query")
enum kith_tell_kind {
#define X(upper, word) KITH_TELL_##upper,
	KITH_TELL_KINDS(X)
#undef X
	KITH_TELL_KIND_COUNT
};

/* "member-join,user:deploy", "*" or "": bits of kinds. False: not of this form. */
bool kith_stream_read_mask(struct kith_bytes text, uint32_t *mask);
/* A member event. */
void kith_stream_event(struct kith_rpc *s, const struct kith_event *e);
/* Sends what is due. */
void kith_stream_tick(struct kith_rpc *s);
/* The name of a member that failed or left, also when it is reaped; "" when it is not kept. */
const char *kith_stream_departed_name(const struct kith_rpc *s, const struct kith_mid *mid);
kith_us kith_stream_deadline(const struct kith_rpc *s);
void kith_stream_fini(struct kith_rpc *s);

#endif
