/* SPDX-License-Identifier: ISC */
/*
 * kith/types.h: the words that every room of kith shares - time, addresses, member ids,
 * statuses, error codes. Types and constants only, no function.
 */
#ifndef KITH_TYPES_H
#define KITH_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define KITH_MUST_USE __attribute__((warn_unused_result))
#define KITH_API __attribute__((visibility("default")))
#else
#define KITH_MUST_USE
#define KITH_API
#endif

/* Microseconds of a monotonic clock that counts sleep too (CLOCK_BOOTTIME); differences matter,
 * never the origin. A wall clock is always called unix_ms and is never compared with one of these. */
typedef int64_t kith_us;
#define KITH_NEVER INT64_MAX
#define KITH_MS ((kith_us)1000)
#define KITH_SECOND ((kith_us)1000000)

/* One UDP or TCP endpoint. An IPv4 address uses ip[0..3] and keeps the rest zero; a v4-mapped
 * IPv6 address is normalised to family 4 before it enters, so equality is memcmp. */
struct kith_addr {
	uint8_t ip[16];
	uint16_t port; /* host byte order; 0 = not set */
	uint8_t family; /* 4, 6, or 0 = none */
	uint8_t zero; /* always 0: no padding byte may differ */
};

/* Member id: BLAKE2b-128 of the identity's public key (4-security.md §5.2). The ring's order. */
struct kith_mid {
	uint8_t b[16];
};

/* Borrowed bytes. */
struct kith_bytes {
	const uint8_t *p;
	size_t len;
};

/* What this host concludes of a member; see kith-protocol(7) for the transitions. */
#define KITH_STATUSES(X) \
	X(ALIVE, alive, "answers, or nobody has said otherwise") \
	X(RESTARTING, restarting, "announced a restart and is not probed until it is due back") \
	X(SUSPECT, suspect, "two pieces of evidence say that it does not answer") \
	X(FAILED, failed, "enough evidence, and our own last look failed too") \
	X(LEFT, left, "said that it leaves")
enum kith_status {
#define X(upper, lower, help) KITH_STATUS_##upper,
	KITH_STATUSES(X)
#undef X
	KITH_STATUS_COUNT
};

/* What its host says of a service. Only passing and warning ones are to be used. */
#define KITH_SERVICE_HEALTHS(X) \
	X(PASSING, passing, "its checks pass, or it has none") \
	X(WARNING, warning, "it works, but a check warns") \
	X(CRITICAL, critical, "it does not work")
enum kith_service_health {
#define X(upper, lower, help) KITH_SERVICE_##upper,
	KITH_SERVICE_HEALTHS(X)
#undef X
	KITH_SERVICE_HEALTH_COUNT
};

/* Error codes: 0 is success, all others negative. Columns: name, value, fatal for the object?,
 * sentence. */
#define KITH_ERRORS(X) \
	X(NOMEM, -1, 0, "out of memory") \
	X(INVAL, -2, 0, "an argument is out of its range") \
	X(KEY, -3, 0, "the key is not usable: wrong length, checksum or curve point") \
	X(CERT, -4, 0, "the certificate is malformed or not signed by a trusted authority") \
	X(EXPIRED, -5, 0, "the certificate or record has expired; renew it or set the clock") \
	X(STATE, -6, 0, "the call does not fit the node's state") \
	X(FULL, -7, 0, "a table is at its bound") \
	X(NOTFOUND, -8, 0, "no such member") \
	X(TOOBIG, -9, 0, "the value is larger than its bound") \
	X(MALFORMED, -10, 0, "the bytes do not follow the format") \
	X(REPLAY, -11, 0, "the packet was seen before") \
	X(AUTH, -12, 0, "the bytes do not open under the key") \
	X(CRYPTO, -13, 1, "libsodium could not be initialised") \
	X(EPOCH, -14, 1, "the epoch is used up; make a new identity with kith admit") \
	X(REVOKED, -15, 0, "the certificate's authority has revoked it; its host is to be admitted anew") \
	X(RIGHT, -16, 0, "the certificate does not give this right; its host is to be admitted with it")
enum kith_error {
	KITH_OK = 0,
#define X(name, value, fatal, text) KITH_E##name = value,
	KITH_ERRORS(X)
#undef X
};

/* Memory hook. realloc follows C's: p == NULL allocates, size 0 never occurs; free(NULL) is fine. */
struct kith_alloc {
	void *(*realloc)(void *ctx, void *p, size_t size);
	void (*free)(void *ctx, void *p);
	void *ctx; /* borrowed as long as the node lives */
};

/* Sizes that the formats fix (4-security.md §5). */
enum {
	KITH_KEY_LEN = 32,          /* cluster key, identity seed, Ed25519 and X25519 public keys */
	KITH_NAME_MAX = 63,         /* member name: [a-z0-9.-] */
	KITH_ZONE_MAX = 31,
	KITH_ROLES_MAX = 127,       /* roles and service patterns, blank-separated */
	KITH_CERTIFICATE_MAX = 350,
	KITH_RECORD_MAX = 1024,     /* any signed record, signature included */
	KITH_TAGS_MAX = 512,        /* a member's tags as msgpack */
	KITH_SERVICE_NAME_MAX = 63, /* as a label of DNS has */
	KITH_SERVICE_ID_MAX = 127,
	KITH_SERVICE_NOTE_MAX = 80, /* of its health */
	KITH_SERVICE_ADDRS_MAX = 4,
	KITH_SERVICE_PORTS_MAX = 16,
	KITH_ADDRS_MAX = 4,         /* addresses in a member record */
	KITH_DATAGRAM_MAX = 1232,   /* IPv6's 1280 less 40 and 8: never fragmented */
	KITH_CLUSTER_NAME_MAX = 63,
	KITH_CLUSTER_KEYS_MAX = 4,
	KITH_AUTHORITIES_MAX = 4    /* configured anchors */
};

#ifdef __cplusplus
}
#endif
#endif
