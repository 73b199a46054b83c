/* SPDX-License-Identifier: ISC */
/*
 * daemon/stream.h: the TCP connections between members, for the node. The node names those it
 * opens by odd numbers, we name accepted ones by even numbers. What the node writes is kept until
 * the socket takes it; then the node hears WRITABLE. The node's own rule (at most 64 KiB past a
 * missing WRITABLE) bounds what is kept.
 *
 * A stream that the node closes still sends what was written, says end of file, and waits a moment
 * for the other side's, since a close with unread bytes would destroy what is on its way.
 */
#ifndef KITH_DAEMON_STREAM_H
#define KITH_DAEMON_STREAM_H

#include "daemon/host.h"
#include "daemon/listen.h"

struct kith_streams;

/* Takes over the TCP listeners of `l`, which stay owned there. host is borrowed. NULL: no memory. */
struct kith_streams *kith_streams_new(struct kith_host *host, const struct kith_listens *l);
/* Cuts all connections. */
void kith_streams_free(struct kith_streams **s);

/* KITH_OUT_CONNECT, _STREAM_DATA, _STREAM_CLOSE. They may call kith_node_stream(). An unknown id
 * is ignored: the stream failed, and the node hears of it. */
void kith_streams_connect(struct kith_streams *s, uint64_t id, const struct kith_addr *to);
void kith_streams_write(struct kith_streams *s, uint64_t id, const uint8_t *p, size_t len);
void kith_streams_finish(struct kith_streams *s, uint64_t id);
/* Whether everything that was written is out: a leaving daemon waits for it. */
bool kith_streams_are_flushed(struct kith_streams *s);

#endif
