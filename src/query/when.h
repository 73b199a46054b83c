/* SPDX-License-Identifier: ISC */
/* query/when.h: wall-clock times as text, always UTC. */
#ifndef KITH_QUERY_WHEN_H
#define KITH_QUERY_WHEN_H

#include <kith/types.h>

enum { KITH_WHEN_TEXT = 32 };

/* "2026-11-23T05:12:44.120Z" (RFC 3339). Years outside 0 to 9999 are held at that edge. Returns
 * buf. */
const char *kith_when_rfc3339(int64_t unix_ms, char buf[KITH_WHEN_TEXT]);
/* "2026/11/23 05:12:44", as Serf begins its log lines. Returns buf. */
const char *kith_when_serf(int64_t unix_ms, char buf[KITH_WHEN_TEXT]);
/* The wall-clock time of a moment `then` on the node's clock, seen from `now` = unix_ms. */
int64_t kith_when_of(kith_us then, kith_us now, int64_t unix_ms);

#endif
