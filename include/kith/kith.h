/* SPDX-License-Identifier: ISC */
/*
 * kith/kith.h: one peer of a kith cluster as a state machine without I/O.
 *
 * The host (a daemon, an application, a simulator) owns sockets, clocks and files. It tells the
 * node what happened - a datagram, bytes of a stream, time passed - each with `now`, and then
 * takes what the node wants done, in order, with kith_node_next() until that returns 0:
 *
 *	for (;;) {
 *		wait for a socket, or until kith_node_deadline(n)
 *		kith_node_datagram(n, now, &from, buf, len)   for each datagram read, then
 *		kith_node_tick(n, now)                        always, after the sockets were read
 *		while (kith_node_next(n, &out))               send, connect, persist, report
 *			...
 *	}
 *
 * No call blocks, calls back, or reads the world. `now` never goes backwards. What a call hands
 * out is borrowed until the next call on the same node that is not a read (const). A node is not
 * thread-safe; nodes share nothing. The manual is libkith(3).
 */
#ifndef KITH_KITH_H
#define KITH_KITH_H

#include <kith/service.h>
#include <kith/stats.h>
#include <kith/types.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_PROTOCOL_MIN 1
#define KITH_PROTOCOL_MAX 1

struct kith_node;

/* --- identities and certificates ------------------------------------------------------------- */

/* Rights of a certificate (4-security.md §5.3). Bits 6 and 7 are the event rate class. */
enum kith_right {
	KITH_RIGHT_EVENT = 1 << 0,
	KITH_RIGHT_QUERY = 1 << 1,
	KITH_RIGHT_SERVICE = 1 << 2,
	KITH_RIGHT_EXTERNAL = 1 << 3,
	KITH_RIGHT_OPERATOR = 1 << 4
};

/* The fields of a certificate; texts end in NUL. */
struct kith_certificate {
	uint8_t rights;
	uint8_t issuer[16];              /* id of the authority's key; filled in by sign and read */
	uint8_t identity[KITH_KEY_LEN];  /* Ed25519 public key of the member */
	uint64_t serial;                 /* unix ms at issue; of two the higher one wins */
	uint32_t not_after;              /* unix seconds */
	char name[KITH_NAME_MAX + 1];
	char zone[KITH_ZONE_MAX + 1];
	char roles[KITH_ROLES_MAX + 1];  /* roles and service patterns */
};

/* Public key and member id of an identity seed. KITH_EINVAL, KITH_ECRYPTO. Either out-pointer may
 * be NULL. */
KITH_API KITH_MUST_USE int kith_identity_public(const uint8_t seed[KITH_KEY_LEN],
						uint8_t public_key[KITH_KEY_LEN],
						struct kith_mid *mid);
/* Signs `c` (issuer is filled in) for `cluster` under the authority's seed. out_len: room in,
 * length out; KITH_CERTIFICATE_MAX always suffices. KITH_EINVAL: a field is out of its alphabet or
 * length, or there is no room. */
KITH_API KITH_MUST_USE int kith_certificate_sign(struct kith_certificate *c,
						 const uint8_t authority_seed[KITH_KEY_LEN],
						 const char *cluster, uint8_t *out,
						 size_t *out_len);
/* Reads a certificate without judging its signature. KITH_EMALFORMED. */
KITH_API KITH_MUST_USE int kith_certificate_read(const uint8_t *bytes, size_t len,
						 struct kith_certificate *c);
/* Reads it and judges its signature against `authority` (a public key); expiry is the caller's to
 * judge. KITH_EMALFORMED, KITH_ECERT. */
KITH_API KITH_MUST_USE int kith_certificate_verify(const uint8_t *bytes, size_t len,
						   const uint8_t authority[KITH_KEY_LEN],
						   const char *cluster, struct kith_certificate *c);

/* A revocation: the authority of `authority_seed` expels the identity `target` from `cluster` for good.
 * It counts against certificates of this authority alone, and is held until `until` (unix seconds):
 * the end of the last certificate that was, or can have been, signed for it. KITH_EINVAL. */
enum { KITH_REVOCATION_SIZE = 112 };
KITH_API KITH_MUST_USE int kith_revocation_sign(const struct kith_mid *target, uint32_t until,
						int64_t unix_ms,
						const uint8_t authority_seed[KITH_KEY_LEN],
						const char *cluster,
						uint8_t out[KITH_REVOCATION_SIZE]);
/* Whom a revocation names; its signature is not judged. KITH_EMALFORMED. */
KITH_API KITH_MUST_USE int kith_revocation_read(const uint8_t *bytes, size_t len,
						struct kith_mid *target);

/* --- configuration --------------------------------------------------------------------------- */

/* Detector timings; kith_config_init() fills in the profile's. kith-protocol(7) has the table. */
struct kith_timing {
	kith_us period;        /* one probe round each; 100 ms to 60 s */
	kith_us probe_timeout; /* Td: direct answers are awaited this long; < period */
	kith_us relay_timeout; /* Trel: and relayed ones this long after it */
	kith_us gossip_tick;   /* between datagrams of pure gossip; 20 ms to 10 s */
};

enum kith_profile { KITH_PROFILE_LAN, KITH_PROFILE_LOCAL, KITH_PROFILE_WAN, KITH_PROFILE_COUNT };

/* Everything a node is told at its start. All pointers are borrowed during kith_node_new() only,
 * but for alloc.ctx. Start from kith_config_init(). */
struct kith_config {
	size_t size;             /* sizeof(struct kith_config), set by kith_config_init() */
	struct kith_alloc alloc; /* C's realloc and free by default */
	const char *cluster;     /* cluster name, 1 to KITH_CLUSTER_NAME_MAX bytes */
	uint8_t identity_seed[KITH_KEY_LEN];
	struct kith_bytes certificate;
	uint8_t authorities[KITH_AUTHORITIES_MAX][KITH_KEY_LEN]; /* trusted public keys */
	uint8_t authority_count;
	uint8_t cluster_keys[KITH_CLUSTER_KEYS_MAX][KITH_KEY_LEN]; /* the first one sends */
	uint8_t cluster_key_count;
	uint32_t epoch;          /* the last one persisted; 0 at the very first start */
	uint8_t secret_seed[32]; /* fresh entropy at every start: secrets are drawn from it */
	uint8_t choice_seed[16]; /* any bytes: random choices and hash keys are drawn from it */
	struct kith_addr addrs[KITH_ADDRS_MAX]; /* where others reach us, preferred first */
	uint8_t addr_count;                     /* 1 to KITH_ADDRS_MAX */
	struct kith_bytes tags;  /* a msgpack map of text to text, at most KITH_TAGS_MAX; or empty */
	uint8_t version[3];      /* of the host's software, told to others */
	enum kith_profile profile;
	struct kith_timing timing;
	kith_us reap_after;      /* failed and left members are listed this long; default 24 h */
	uint32_t max_members;    /* default 16,384 */
	bool trace;              /* emit KITH_OUT_TRACE lines */
};

/* Defaults, with the timings of `profile`. */
KITH_API void kith_config_init(struct kith_config *c, enum kith_profile profile);

/* --- output ---------------------------------------------------------------------------------- */

enum kith_out_kind {
	KITH_OUT_DATAGRAM = 1, /* send `data` to `addr` by UDP */
	KITH_OUT_CONNECT,      /* open a TCP connection to `addr` and call it `stream` */
	KITH_OUT_STREAM_DATA,  /* write `data` to `stream` */
	KITH_OUT_STREAM_CLOSE, /* close `stream` once what was written is out; it is forgotten here */
	KITH_OUT_PERSIST,      /* store `epoch` durably, then call kith_node_persisted(token) */
	KITH_OUT_EVENT,        /* `event` happened */
	KITH_OUT_TRACE         /* `data` is one line of text about one decision, no newline */
};

/* Events. Columns: name, text, meaning. */
#define KITH_EVENTS(X) \
	X(JOINED, joined, "a member that was not known here, or had left or been reaped, is alive") \
	X(ALIVE, alive, "a suspect refuted, a restarting or failed member is back") \
	X(SUSPECT, suspect, "two pieces of evidence say that the member does not answer") \
	X(FAILED, failed, "the member is concluded failed") \
	X(RESTARTING, restarting, "the member announced a restart") \
	X(LEFT, left, "the member left") \
	X(UPDATED, updated, "the member's addresses, tags or certificate changed") \
	X(QUARANTINED, quarantined, "it came back from failed too often: its status is told no more") \
	X(RELEASED, released, "a quarantined member kept still, or was released: its status is told") \
	X(REVOKED, revoked, "an authority expelled the member, or ourselves: then stop, for nobody answers") \
	X(REAPED, reaped, "the member was failed or left and is forgotten, in time or by command") \
	X(SEED, seed, "an attempt to join through a seed ended; error tells how") \
	X(STARTED, started, "the first own record is signed") \
	X(LEAVE_DONE, leave_done, "the leave is confirmed by three members, or its time is over") \
	X(ISOLATED, isolated, "more than a third of the members failed: we may be cut off") \
	X(REJOINED, rejoined, "no longer isolated") \
	X(DUPLICATE, duplicate, "a newer record of our own came: another process has this identity?") \
	X(DROPPED, dropped, "packets are dropped for a reason that can be cured; one a minute of each") \
	X(CLOCK_DIFFERS, clock_differs, "our wall clock is over a minute from the median of the others") \
	X(CLOCK_AGREES, clock_agrees, "it is no longer: less than half a minute") \
	X(PING, ping, "one way of a ping asked for ended") \
	X(SERVICE, service, "a service of a member that takes part, or of ours, came, changed or went")
enum kith_event_kind {
#define X(upper, lower, help) KITH_EVENT_##upper,
	KITH_EVENTS(X)
#undef X
	KITH_EVENT_COUNT
};

/* How an attempt to join through a seed ended. */
#define KITH_SEED_RESULTS(X) \
	X(JOINED, joined, "synchronised") \
	X(REFUSED, refused, "connection refused") \
	X(TIMEOUT, timeout, "no connection or no answer in time") \
	X(CLOSED, closed, "it hung up: another cluster key, or it does not trust us") \
	X(UNTRUSTED, untrusted, "its certificate is not from an authority of ours") \
	X(BUSY, busy, "it is busy and named others, which are asked instead") \
	X(SELF, self, "the address is our own") \
	X(EXPIRED, expired, "it answered, but its record is expired here, or from the future") \
	X(FULL, full, "its member table has no room for us") \
	X(OVERFLOW, overflow, "it knows more members than our table has room for")
enum kith_seed_result {
#define X(upper, lower, help) KITH_SEED_##upper,
	KITH_SEED_RESULTS(X)
#undef X
	KITH_SEED_RESULT_COUNT
};

/* Reasons to drop packets that somebody can cure, with the counter of each (kith/stats.h). Columns:
 * name, counter. */
#define KITH_DROPPED(X) \
	X(KEY, unknown_key) \
	X(MEMBER, not_member) \
	X(CERTIFICATE, record_certificate) \
	X(EXPIRED, record_expired) \
	X(MALFORMED, malformed) \
	X(FORGED, record_signature) \
	X(FULL, table_full)
enum kith_dropped {
#define X(upper, counter) KITH_DROPPED_##upper,
	KITH_DROPPED(X)
#undef X
	KITH_DROPPED_COUNT
};

/* The ways that a ping takes to the member, all at once. */
enum kith_ping_way {
	KITH_PING_DIRECT,  /* a datagram to each of its addresses; the first answer counts */
	KITH_PING_RELAYED, /* a datagram through another member, there and back */
	KITH_PING_TCP,     /* a connection and a proof of who is there: two round trips */
	KITH_PING_BACK,    /* a datagram through that other member, and straight back */
	KITH_PING_WAY_COUNT
};
/* How a way ended. */
#define KITH_PING_RESULTS(X) \
	X(ANSWERED, answered, "an answer came") \
	X(SILENT, silent, "no answer within 2 s") \
	X(NACKED, nacked, "RELAYED: the helper is there, and has no answer either") \
	X(REFUSED, refused, "TCP: connection refused: the host is there, the process is not") \
	X(CLOSED, closed, "TCP: it hung up, or could not prove to be that member") \
	X(UNTRIED, untried, "RELAYED, BACK: no other member reaches it; else no keys, memory or room")
enum kith_ping_result {
#define X(upper, lower, help) KITH_PING_##upper,
	KITH_PING_RESULTS(X)
#undef X
	KITH_PING_RESULT_COUNT
};

/* What became of a service. */
enum kith_service_change {
	KITH_SERVICE_ADDED,
	KITH_SERVICE_CHANGED,
	KITH_SERVICE_REMOVED
};

struct kith_event {
	enum kith_event_kind kind;
	struct kith_mid mid;           /* the member, of DROPPED if it is one; zero for others */
	enum kith_status from, to;     /* statuses before and after, for member events */
	struct kith_mid by;            /* whose word decided, zero if ours; PING: the helper */
	uint8_t evidence, need;        /* SUSPECT, FAILED: pieces held and needed */
	struct kith_addr addr;         /* SEED: the address; DROPPED: the source, without a port;
	                                * PING: that which answered, or is the likeliest; RELAYED: none */
	enum kith_seed_result result;  /* SEED */
	enum kith_dropped dropped;     /* DROPPED */
	int64_t clock_ahead_s;         /* CLOCK_*: ours less the median; negative: ours is behind */
	uint32_t clock_others;         /* CLOCK_*: of how many others that is the median */
	int64_t unix_ms;               /* wall clock here, for the log */
	uint64_t token;                /* PING: as kith_node_ping() gave it */
	enum kith_ping_way way;        /* PING */
	enum kith_ping_result ping;    /* PING */
	kith_us rtt;                   /* PING: from the question to the answer; -1: none came */
	enum kith_service_change change;             /* SERVICE */
	char service[KITH_SERVICE_NAME_MAX + 1];     /* SERVICE: its name */
	char service_id[KITH_SERVICE_ID_MAX + 1];    /* SERVICE */
};

struct kith_out {
	enum kith_out_kind kind;
	struct kith_addr addr;
	uint64_t stream;
	const uint8_t *data; /* borrowed until the next call that is not a read */
	size_t len;
	uint64_t token;
	uint32_t epoch;
	struct kith_event event;
};

/* --- life ------------------------------------------------------------------------------------ */

/* Makes a node. It emits PERSIST at once and signs nothing before kith_node_persisted().
 * unix_ms is the wall clock. KITH_ENOMEM, KITH_EINVAL (a field out of range), KITH_EKEY,
 * KITH_ECERT (ours is malformed, for another identity, or from an unknown authority),
 * KITH_EEXPIRED, KITH_EEPOCH, KITH_ECRYPTO. *n is written on success only. */
KITH_API KITH_MUST_USE int kith_node_new(struct kith_node **n, const struct kith_config *c,
					 kith_us now, int64_t unix_ms);
/* Wipes the secrets and frees everything; sets *n to NULL. NULL inside is fine. */
KITH_API void kith_node_free(struct kith_node **n);

/* --- inputs ---------------------------------------------------------------------------------- */

/* Time passed. Call it after the sockets were read, at the latest at kith_node_deadline(). */
KITH_API void kith_node_tick(struct kith_node *n, kith_us now);
/* When the node next wants a tick; KITH_NEVER if not before some input. */
KITH_API kith_us kith_node_deadline(const struct kith_node *n);
/* A datagram came. Never fails: what is wrong with it is counted. */
KITH_API void kith_node_datagram(struct kith_node *n, kith_us now, const struct kith_addr *from,
				 const uint8_t *buf, size_t len);

enum kith_unreachable { KITH_UNREACHABLE_PORT, KITH_UNREACHABLE_HOST };
/* The network says that a datagram to `to` could not be delivered; `quoted` is what it quotes of
 * our payload (it proves that the sender of the error saw our packet), may be empty. */
KITH_API void kith_node_unreachable(struct kith_node *n, kith_us now, const struct kith_addr *to,
				    enum kith_unreachable why, const uint8_t *quoted, size_t len);

enum kith_stream_what {
	KITH_STREAM_ACCEPTED,  /* a peer connected: the host chose an even id */
	KITH_STREAM_CONNECTED, /* the connection asked for is up */
	KITH_STREAM_REFUSED,   /* ECONNREFUSED: the host is there, the process is not */
	KITH_STREAM_FAILED,    /* any other error, before or after it was up */
	KITH_STREAM_CLOSED,    /* the peer closed it */
	KITH_STREAM_WRITABLE   /* what was written before is on its way */
};
/* Something happened to stream `id`. `from`: the peer's address (ACCEPTED; else may be NULL).
 * After REFUSED, FAILED or CLOSED the id is forgotten. An unknown id is ignored. */
KITH_API void kith_node_stream(struct kith_node *n, kith_us now, uint64_t id,
			       enum kith_stream_what what, const struct kith_addr *from);
/* Bytes came on stream `id`. An unknown id is ignored. */
KITH_API void kith_node_stream_data(struct kith_node *n, kith_us now, uint64_t id,
				    const uint8_t *buf, size_t len);
/* The wall clock is unix_ms now; `trusted`: the kernel says that it is synchronised. */
KITH_API void kith_node_clock(struct kith_node *n, kith_us now, int64_t unix_ms, bool trusted);
/* What PERSIST with this token asked for is durable. */
KITH_API void kith_node_persisted(struct kith_node *n, kith_us now, uint64_t token);

/* --- what outlives a restart ------------------------------------------------------------------ */

enum { KITH_KEPT_ENTRY_MAX = 1440 };
/* The next entry that the host shall keep: 1 and its bytes, or 0 when it has all that is known. An
 * entry replaces the former one of the same member; keep them in their order, and put nothing else
 * in between. Entries are authenticated, not secret. Call it from time to time, until it says 0:
 * the last entry of each such walk tells when others last answered. */
KITH_API KITH_MUST_USE int kith_node_keep(struct kith_node *n, struct kith_bytes *entry);
/* What was kept is lost, or shall be written anew: kith_node_keep() gives out everything again. */
KITH_API void kith_node_keep_all(struct kith_node *n);
/* Gives back one entry, the newest first, between kith_node_new() and kith_node_persisted(). The
 * member is known again with its status, its age and its addresses, and is asked as any other; there
 * is no event. Where members were is asked besides the seeds until the node has joined.
 * KITH_EREPLAY: a newer entry of this member came before. KITH_EEXPIRED: the entry is older than
 * reap_after, or its record has expired; there is no such member, but its address is asked as well.
 * KITH_ECERT: its authority is no longer trusted. KITH_EAUTH, KITH_EMALFORMED: it is not as it was
 * given out, or was given out by another identity. KITH_EFULL, KITH_ENOMEM, KITH_ESTATE. */
KITH_API KITH_MUST_USE int kith_node_restore(struct kith_node *n, kith_us now,
					     struct kith_bytes entry);

/* --- output ---------------------------------------------------------------------------------- */

/* The next thing to do: 1 and *out, or 0 if there is none. */
KITH_API KITH_MUST_USE int kith_node_next(struct kith_node *n, struct kith_out *out);

/* --- commands -------------------------------------------------------------------------------- */

/* Seeds to join through: dialled in parallel, each again with back-off until the node has joined
 * somebody, and whenever it knows no live member. An address given twice is one seed; calling it
 * again for a known seed dials at once. KITH_EFULL above 64 seeds, KITH_ESTATE after leave. */
KITH_API KITH_MUST_USE int kith_node_join(struct kith_node *n, kith_us now,
					  const struct kith_addr *seeds, size_t count);
/* Says that we leave; LEAVE_DONE follows within 3 s. KITH_ESTATE when done before. */
KITH_API KITH_MUST_USE int kith_node_leave(struct kith_node *n, kith_us now);
/* Says that we restart and are back within `back_s` seconds (1 to 300); LEAVE_DONE follows.
 * KITH_EINVAL, KITH_ESTATE (after leave, or within 5 min of the last). */
KITH_API KITH_MUST_USE int kith_node_restart(struct kith_node *n, kith_us now, uint16_t back_s);
/* New tags, as in kith_config.tags. KITH_EINVAL, KITH_ETOOBIG, KITH_ESTATE. */
KITH_API KITH_MUST_USE int kith_node_tags(struct kith_node *n, kith_us now,
					  struct kith_bytes tags);

/* Forgets a failed or left member at once, as reap_after would: KITH_EVENT_REAPED follows. It is
 * told to nobody; others list the member until they forget it. If it lives after all, its next
 * record makes it a new member. KITH_ENOTFOUND; KITH_ESTATE: it is neither failed nor left. */
KITH_API KITH_MUST_USE int kith_node_forget(struct kith_node *n, kith_us now,
					    const struct kith_mid *mid);

/* Ends the quarantine of a member now: KITH_EVENT_RELEASED follows, and what it did is forgotten. It is
 * told to nobody; others have quarantined it by themselves. KITH_ENOTFOUND; KITH_ESTATE: it is not
 * quarantined. */
KITH_API KITH_MUST_USE int kith_node_release(struct kith_node *n, kith_us now,
					     const struct kith_mid *mid);

/* Takes a revocation, as kith_revocation_sign() made it, and tells everybody: KITH_EVENT_REVOKED follows
 * here and there, if the member is listed. 0 also when it is known already. KITH_EMALFORMED; KITH_ECERT:
 * its authority is not trusted here; KITH_EAUTH: not signed by it; KITH_EEXPIRED; KITH_EFULL: its
 * share of 4,096 is used up, so the authority is to be replaced; KITH_ENOMEM. */
KITH_API KITH_MUST_USE int kith_node_revoke(struct kith_node *n, kith_us now,
					    struct kith_bytes revocation);

/* Measures a member now, whatever its status, at the addresses of its record. For each of the ways
 * a KITH_EVENT_PING with *token follows, within 2 s. It is no round of the detector's: an answer
 * shows in kith_member.heard, silence is no evidence. KITH_ENOTFOUND; KITH_ESTATE: it is this node,
 * or this node has not started, or has left; KITH_EFULL: 8 are under way, or more than 5 a second
 * are begun. *token is written on success only. */
KITH_API KITH_MUST_USE int kith_node_ping(struct kith_node *n, kith_us now,
					  const struct kith_mid *mid, uint64_t *token);

/* --- reads ----------------------------------------------------------------------------------- */

/* Where a host lies in the network, as it says itself (Vivaldi, SIGCOMM 2004): the distance of two is
 * the round trip between them. */
enum { KITH_COORDINATE_DIMENSIONS = 4, KITH_COORDINATE_ERROR_ONE = 1 << 16 };
struct kith_coordinate {
	int32_t at_us[KITH_COORDINATE_DIMENSIONS];
	int32_t height_us; /* of the way from the host to the network, which every packet takes */
	int32_t error;     /* of a distance, relative, KITH_COORDINATE_ERROR_ONE for 1; up to 1.5 */
};
/* The round trip between two, microseconds. */
KITH_API kith_us kith_coordinate_rtt(const struct kith_coordinate *a,
				     const struct kith_coordinate *b);

/* One member as this node sees it, itself included. Pointers are borrowed. */
struct kith_member {
	struct kith_mid mid;
	const char *name;          /* from its certificate, NUL-terminated */
	const char *zone;
	enum kith_status status;
	bool self;
	struct kith_addr addrs[KITH_ADDRS_MAX];
	uint8_t addr_count;
	uint8_t proto_min, proto_max;
	uint8_t version[3];
	uint8_t rights;
	uint32_t epoch, seq;       /* its incarnation */
	uint32_t certificate_not_after; /* unix seconds */
	uint8_t issuer[16];        /* id of the authority that signed its certificate */
	struct kith_bytes tags;    /* msgpack map; walk it with kith_tag_next() */
	kith_us since;             /* when the status began, on the node's clock */
	kith_us heard;             /* when a packet of it was last opened; KITH_NEVER: never */
	kith_us rtt;               /* smoothed round trip; -1: not measured */
	bool has_coordinate;       /* it answered a probe of this node, and said where it lies */
	struct kith_coordinate coordinate;
	uint8_t evidence, need;    /* against its present incarnation */
	bool indirect;             /* it answers, but through other members alone */
	bool disputed;             /* suspected and refuting, again and again: concluded of slowly */
	bool quarantined;          /* it came back from failed too often: its changes are no events */
	kith_us released;          /* if so: when that ends, if it keeps still; else KITH_NEVER */
	uint16_t back_s;           /* RESTARTING: announced absence, seconds */
};

/* Walks all members in the order of their ids: start with *cursor = 0; returns 1 and *m, or 0 at
 * the end. A change of the membership during a walk shows at most in members not yet walked. */
KITH_API KITH_MUST_USE int kith_node_members(const struct kith_node *n, uint32_t *cursor,
					     struct kith_member *m);
/* One member. KITH_ENOTFOUND. */
KITH_API KITH_MUST_USE int kith_node_member(const struct kith_node *n, const struct kith_mid *mid,
					    struct kith_member *m);
/* This node itself. */
KITH_API void kith_node_self(const struct kith_node *n, struct kith_member *m);
/* The next tag of a member: *at = 0 to start; 1 and key, value; 0 at the end. */
KITH_API KITH_MUST_USE int kith_tag_next(struct kith_bytes tags, size_t *at,
					 struct kith_bytes *key, struct kith_bytes *value);

/* One entry of the evidence about a member. */
#define KITH_WHY_KINDS(X) \
	X(ROUND, round, "a probe round of ours failed") \
	X(SUSPICION, suspicion, "a signed suspicion of another member") \
	X(STATUS, status, "our conclusion changed") \
	X(ANSWER, answer, "it answered a round of ours, or signed a newer record") \
	X(RESTORED, restored, "its status `to` was kept over our restart")
enum kith_why_kind {
#define X(upper, lower, help) KITH_WHY_##upper,
	KITH_WHY_KINDS(X)
#undef X
	KITH_WHY_KIND_COUNT
};
/* Ways that a failed round tried (4-security.md §5.6, `path`). */
enum kith_path {
	KITH_PATH_DIRECT = 1 << 0,      /* no answer to direct pings */
	KITH_PATH_NACK_SHIFT = 1,       /* bits 1-2: how many helpers said that it is silent, 0-3 */
	KITH_PATH_NACK_MASK = 3 << 1,
	KITH_PATH_TCP_TIMEOUT = 1 << 3, /* TCP did not answer */
	KITH_PATH_TCP_REFUSED = 1 << 4, /* TCP was refused: host up, process gone */
	KITH_PATH_TCP_ACCEPTED = 1 << 5 /* TCP was accepted, but nobody answered in it: process stopped */
};
struct kith_why {
	enum kith_why_kind kind;
	int64_t unix_ms;            /* wall clock here */
	struct kith_mid by;         /* SUSPICION: the suspector */
	const char *by_name;        /* its name here, or "" */
	bool refusal;               /* ROUND, SUSPICION: refusal rather than silence */
	uint8_t path;               /* ROUND, SUSPICION: enum kith_path */
	enum kith_status from, to;  /* STATUS */
	uint8_t evidence, need;     /* after this entry */
	uint32_t epoch, seq;        /* the incarnation spoken of */
};
/* Walks the evidence kept about a member, oldest first (the last 32 entries). As
 * kith_node_members(); 0 also for an unknown member. */
KITH_API KITH_MUST_USE int kith_node_why(const struct kith_node *n, const struct kith_mid *mid,
					 uint32_t *cursor, struct kith_why *w);

/* The seeds, and how the last attempt with each went. */
struct kith_seed {
	struct kith_addr addr;
	bool tried;
	enum kith_seed_result result; /* if tried */
	kith_us last;                 /* end of the last attempt, if tried */
	uint32_t attempts;
};
KITH_API KITH_MUST_USE int kith_node_seeds(const struct kith_node *n, uint32_t *cursor,
					   struct kith_seed *s);

/* The counters. */
KITH_API void kith_node_stats(const struct kith_node *n, struct kith_stats *s);

struct kith_view {
	uint32_t alive, restarting, suspect, failed, left; /* members by status, self included */
	uint32_t quarantined; /* of these: came back from failed too often */
	bool isolated;
	bool started;      /* the own record is signed */
	bool joined;       /* synchronised with 3 members, or with all there are */
	kith_us answered;  /* when a round of ours was last answered; KITH_NEVER: never */
	kith_us synced;    /* when a synchronisation last completed; KITH_NEVER: never */
	uint8_t health;    /* local health, 0 good to 8 bad */
	uint8_t root[8];   /* digest of the settled records: equal at all when views are equal */
	uint64_t changes;  /* rises with every visible change of a member */
	uint32_t services; /* that are known, also those of members that failed */
	uint64_t service_changes; /* rises with every visible change of a service */
	int64_t clock_ahead_s; /* our wall clock less the median of the others'; negative: behind */
	uint32_t clock_others; /* how many others that is the median of; 0: not known yet */
	uint32_t max_members;  /* as configured: members of all statuses that the table holds */
	bool clock_differs;    /* by more than a minute, and not less than half a minute since */
};
KITH_API void kith_node_view(const struct kith_node *n, struct kith_view *v);

/* Walks every invariant of the node's state and aborts with the broken one. For tests. */
KITH_API void kith_node_check(const struct kith_node *n);

/* --- words ----------------------------------------------------------------------------------- */

/* The sentence of an error code; never NULL. */
KITH_API const char *kith_strerror(int err);
/* Whether the node is of no more use after this error. */
KITH_API bool kith_err_is_fatal(int err);
/* "alive", ...; "?" when out of range. */
KITH_API const char *kith_status_name(enum kith_status s);
KITH_API const char *kith_event_name(enum kith_event_kind k);
/* Address to text ("10.0.0.1:5484", "[fd00::1]:5484"; without port when it is 0) and back. `size`
 * of at least 56 always suffices. Parsing takes literals only, no names: KITH_EINVAL. */
KITH_API const char *kith_addr_text(const struct kith_addr *a, char *buf, size_t size);
KITH_API KITH_MUST_USE int kith_addr_parse(const char *text, uint16_t default_port,
					   struct kith_addr *a);
/* The library's version, "0.1.0". */
KITH_API const char *kith_version(void);

#ifdef __cplusplus
}
#endif
#endif
