/* SPDX-License-Identifier: ISC */
/*
 * query/serf.h: Serf's rows: what its clients send and read, byte for byte in kind (str8, bin for
 * addresses, the keys of a structure in order of their bytes). Where kith has more states than
 * Serf, the nearest of Serf's is told; where it has less, an honest error with the whole body.
 */
#ifndef KITH_QUERY_SERF_H
#define KITH_QUERY_SERF_H

#include "query/table.h"

void kith_serf_handshake(struct kith_request *r);
void kith_serf_auth(struct kith_request *r);
void kith_serf_members(struct kith_request *r); /* both members and members-filtered */
void kith_serf_tags(struct kith_request *r);
void kith_serf_stats(struct kith_request *r);
void kith_serf_coordinate(struct kith_request *r);
void kith_serf_stream(struct kith_request *r);  /* stream.c */
void kith_serf_monitor(struct kith_request *r); /* monitor.c */
void kith_serf_stop(struct kith_request *r);
void kith_serf_refuse(struct kith_request *r);  /* with the row's sentence */

/* The body that follows an error: all zero. */
void kith_serf_empty_body(struct kith_writer *w, enum kith_reply_shape shape);
/* Suspect and restarting are "alive", since to Serf a member is alive until it failed. */
const char *kith_serf_status(const struct kith_member *m);
void kith_serf_write_member(struct kith_writer *w, const struct kith_member *m,
			    const char *status);

#endif
