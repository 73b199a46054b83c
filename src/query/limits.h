/* SPDX-License-Identifier: ISC */
/* query/limits.h: every bound of the room, with its reason. */
#ifndef KITH_QUERY_LIMITS_H
#define KITH_QUERY_LIMITS_H

enum {
	/* --- one connection --- */
	KITH_RPC_CONNS_MAX = 256,       /* clients are programs of one host */
	KITH_RPC_HEADER_MAX = 4096,     /* a header is two short keys; Serf's own has no bound */
	KITH_RPC_HEADER_TOKENS = 64,
	KITH_RPC_BODY_MAX = 1 << 20,    /* the largest honest body is a join list, some KiB */
	KITH_RPC_BODY_TOKENS = 16384,   /* 24 bytes each: at most 384 KiB for a body's tree */
	KITH_RPC_UNKNOWN_MAX = 64 << 10, /* body of a client that has not shown the key yet */
	KITH_RPC_DEPTH_MAX = 16,        /* the deepest known body has 3 levels */
	/* Answers waiting to be read: above the first the next request waits, below the second it
	 * is taken. A reply itself is never cut. */
	KITH_RPC_OUT_HIGH = 256 << 10,
	KITH_RPC_OUT_LOW = 64 << 10,
	KITH_RPC_OUT_MAX = 64 << 20,    /* a reply above it is a bug of ours: close */
	KITH_RPC_RECORDS_BYTES = 4 << 20, /* stream and log records waiting, all together */

	/* --- stream and monitor --- */
	KITH_RPC_STREAMS_MAX = 16,      /* per connection; the stock client opens one */
	KITH_RPC_STREAM_QUEUE = 512,    /* Serf's: records waiting per stream, then they are lost */
	KITH_RPC_MONITOR_QUEUE = 1024,  /* a replay and as many again; the client holds 1024 */
	KITH_RPC_LOG_LINES = 512,       /* Serf's replay */
	KITH_RPC_LOG_LINE_MAX = 1023,
	KITH_RPC_RECORD_MEMBERS = 128,  /* members in one record: some 40 KiB */
	KITH_RPC_CHANGES_MAX = 4096,    /* changes coalesced before they are sent early */

	KITH_RPC_CHANGED_KEPT = 512,    /* events of members and services; some 500 bytes each */
	KITH_RPC_CHANGES_WAIT_MS = 600000, /* 10 min: no client is forgotten for longer */

	/* --- commands --- */
	KITH_RPC_JOIN_TEXTS = 64,       /* as many as the node takes seeds */
	KITH_RPC_JOIN_ADDRS = 8,        /* addresses tried of one name */
	KITH_RPC_TAGS_MAX = 128,        /* pairs; 512 bytes of tags hold fewer */
	KITH_FILTER_TERMS_MAX = 32,
	KITH_REGEX_MAX = 256,           /* pattern length; regcomp's memory follows it */
	KITH_PAGE_MAX = 1000,           /* members in one native answer (8-decisions.md) */
	KITH_DROPPED_SHOWN_S = 600,     /* status tells of dropped packets this long */
	KITH_PROBLEMS_MEMBERS = 16      /* failed members that status names one by one */
};

/* Serf's coalescing of member events: quiet for a second, or three seconds in all. */
#define KITH_RPC_QUIET (1 * KITH_SECOND)
#define KITH_RPC_COALESCE (3 * KITH_SECOND)
/* Waiting answers: a client has no read timeout of its own (Serf's has none). */
#define KITH_RPC_JOIN_WAIT (10 * KITH_SECOND)
#define KITH_RPC_LEAVE_WAIT (10 * KITH_SECOND)
#define KITH_RPC_KEPT_WAIT (5 * KITH_SECOND) /* a disk that takes longer is told by kith.status */
#define KITH_RPC_PING_WAIT (3 * KITH_SECOND) /* the node takes 2; in case it has no memory to tell */

#endif
