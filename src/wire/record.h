/* SPDX-License-Identifier: ISC */
/*
 * wire/record.h: signed records as bytes (4-security.md §5.4-5.6). A record is parsed from and
 * relayed as the bytes that came; nothing is ever re-encoded. Reading a body is allowed only after
 * core/store has verified the signature.
 *
 *	0 ver=1 | 1 kind | 2 len u16 (all) | 4 owner[16] | 20 epoch u32 | 24 seq u32 | 28 expires u32
 *	32 body ... | len-64 sig[64]
 *
 * To add a kind: a row in KITH_RECORD_KINDS, its body's struct, read and write here, its rules in
 * core/store.
 */
#ifndef KITH_WIRE_RECORD_H
#define KITH_WIRE_RECORD_H

#include <kith/types.h>
#include <stdbool.h>

enum { KITH_RECORD_HEAD = 32, KITH_RECORD_SIG = 64 };

/* Columns: name, number, whether it is "last writer wins" (else numbered by a second counter and
 * deduplicated by a window). Other kinds are named for later; a kind that is unknown is dropped. */
#define KITH_RECORD_KINDS(X) \
	X(MEMBER, 1, true) \
	X(SERVICE, 2, true) \
	X(REVOKE, 4, true) \
	X(SUSPICION, 7, false)
enum kith_record_kind {
#define X(name, number, lww) KITH_RECORD_##name = number,
	KITH_RECORD_KINDS(X)
#undef X
};

struct kith_record_head {
	uint8_t kind;
	uint16_t len; /* header, body and signature */
	struct kith_mid owner;
	uint32_t epoch, seq;
	uint32_t expires; /* unix seconds */
};

/* The header of the record that fills exactly `len` bytes: version, length field and bounds are
 * checked. KITH_EMALFORMED. */
KITH_MUST_USE int kith_record_read(const uint8_t *p, size_t len, struct kith_record_head *h);
struct kith_bytes kith_record_body(const uint8_t *p, const struct kith_record_head *h);
/* What the signature covers: everything before it. */
struct kith_bytes kith_record_signed(const uint8_t *p, const struct kith_record_head *h);
const uint8_t *kith_record_sig(const uint8_t *p, const struct kith_record_head *h);
/* Writes header and body with room for the signature at the end; h->len is filled in. `out` has
 * KITH_RECORD_MAX bytes. KITH_ETOOBIG. */
KITH_MUST_USE int kith_record_write(struct kith_record_head *h, struct kith_bytes body,
				    uint8_t *out);
/* (epoch, seq) order: <0, 0, >0. */
int kith_incarnation_cmp(uint32_t epoch_a, uint32_t seq_a, uint32_t epoch_b, uint32_t seq_b);

/* --- member record, kind 1 (§5.5) ------------------------------------------------------------- */

enum kith_member_state {
	KITH_MEMBER_ALIVE = 1,
	KITH_MEMBER_LEFT = 2,
	KITH_MEMBER_RESTARTING = 3
};
enum kith_member_flag {
	KITH_MEMBER_EMBEDDED = 1 << 0,  /* lives in an application */
	KITH_MEMBER_LEAF = 1 << 1,      /* reserved */
	KITH_MEMBER_EPHEMERAL = 1 << 2  /* forgotten soon after it failed */
};

/* Body: session pk[32] | proto min, max | state | back_by u16 | flags | version u8[3] | profile |
 * naddr, then per address kind u8 | len u8 | bytes | len16 + tags msgpack. Address kinds: 4 (ip[4],
 * port u16), 6 (ip[16], port u16), 7 (relay, a mid; reserved). A kind that is unknown here, or
 * reserved, is skipped by its length. Addresses are given as they stand: whoever dials one asks
 * kith_addr_is_usable() first. Bytes after the tags belong to a later version and are skipped. */
struct kith_member_body {
	uint8_t session_pk[32];
	uint8_t proto_min, proto_max;
	uint8_t state;   /* enum kith_member_state */
	uint16_t back_s; /* RESTARTING */
	uint8_t flags;
	uint8_t version[3];
	uint8_t profile;
	struct kith_addr addrs[KITH_ADDRS_MAX];
	uint8_t addr_count;
	struct kith_bytes tags; /* borrowed */
};
/* KITH_EMALFORMED: a state out of range, min > max, more than KITH_ADDRS_MAX addresses, no usable
 * length, tags over KITH_TAGS_MAX or not a msgpack map of text to text. */
KITH_MUST_USE int kith_member_body_read(struct kith_bytes body, struct kith_member_body *m);
/* *len is room in, length out. KITH_ETOOBIG, KITH_EINVAL. */
KITH_MUST_USE int kith_member_body_write(const struct kith_member_body *m, uint8_t *out,
					 size_t *len);

/* --- suspicion, kind 7 (§5.6) ----------------------------------------------------------------- */

enum { KITH_SUSPICION_BODY = 26, KITH_SUSPICION_LEN = KITH_RECORD_HEAD + 26 + KITH_RECORD_SIG };
enum kith_suspicion_kind { KITH_SUSPICION_SILENCE = 0, KITH_SUSPICION_REFUSAL = 1 };

/* Body: target[16] | epoch u32 | seq u32 | kind u8 | path u8. */
struct kith_suspicion {
	struct kith_mid target;
	uint32_t epoch, seq; /* exactly this incarnation of the target */
	uint8_t kind;        /* enum kith_suspicion_kind */
	uint8_t path;        /* enum kith_path of <kith/kith.h> */
};
KITH_MUST_USE int kith_suspicion_read(struct kith_bytes body, struct kith_suspicion *s);
void kith_suspicion_write(const struct kith_suspicion *s, uint8_t out[KITH_SUSPICION_BODY]);

/* --- revocation, kind 4 (§5.13) ---------------------------------------------------------------- */

/* Body: target[16]. Owner is the authority's id, epoch zero, seq the unix second it was signed in; it
 * expires when no certificate of the target can count any more. */
enum { KITH_REVOCATION_BODY = 16, KITH_REVOCATION_LEN = KITH_RECORD_HEAD + 16 + KITH_RECORD_SIG };
KITH_MUST_USE int kith_revocation_body_read(struct kith_bytes body, struct kith_mid *target);
/* The whole record but for its signature, which comes last. */
void kith_revocation_write(const struct kith_mid *authority, const struct kith_mid *target, uint32_t now_s,
			   uint32_t until, uint8_t out[KITH_REVOCATION_LEN]);

/* --- tags --------------------------------------------------------------------------------------- */

/* Whether the bytes are one msgpack map of text to text that ends at their end, at most
 * KITH_TAGS_MAX; no bytes at all are valid. Text is UTF-8 without NUL, as every reader of it (JSON,
 * environment, terminal) needs. */
bool kith_tags_are_valid(struct kith_bytes tags);
/* The next pair: *at = 0 to start; 1, or 0 at the end. The tags are valid. */
KITH_MUST_USE int kith_tags_next(struct kith_bytes tags, size_t *at, struct kith_bytes *key,
				 struct kith_bytes *value);

#endif
