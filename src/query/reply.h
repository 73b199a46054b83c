/* SPDX-License-Identifier: ISC */
/*
 * query/reply.h: heads, envelopes and errors, the same for every row.
 *
 *	native:	kith_reply_ok(r); keys and values into &r->w; kith_reply_end(r);
 *		kith_reply_error(r, code, message, hint); more keys; kith_reply_end(r);
 *	Serf:	kith_reply_head(r, ""); the body, if the row has one, into &r->w; kith_reply_end(r);
 *	either:	kith_reply_refuse(r, code, message, hint), complete: for a Serf row the message in the
 *		head and the empty body of its shape, since its clients read one after an error too
 */
#ifndef KITH_QUERY_REPLY_H
#define KITH_QUERY_REPLY_H

#include "query/table.h"

void kith_reply_head(struct kith_request *r, const char *error);
void kith_reply_ok(struct kith_request *r);
void kith_reply_error(struct kith_request *r, enum kith_call_error code, const char *message,
		      const char *hint);
/* Ends the envelope of a native reply, and the reply. */
void kith_reply_end(struct kith_request *r);
void kith_reply_refuse(struct kith_request *r, enum kith_call_error code, const char *message,
		       const char *hint);
/* What a row answers when all is done and there is nothing to tell: Serf's bare head. */
void kith_reply_done(struct kith_request *r);

/* "2026-11-23T05:12:44.120Z" under `key`; `then` is on the node's clock. KITH_NEVER: null. */
void kith_write_key_when(struct kith_request *r, const char *key, kith_us then);
/* Milliseconds since `then`; KITH_NEVER: null. */
void kith_write_key_age_ms(struct kith_request *r, const char *key, kith_us then);

#endif
