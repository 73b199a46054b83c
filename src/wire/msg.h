/* SPDX-License-Identifier: ISC */
/*
 * wire/msg.h: the messages, on one screen. The plaintext of a DATA packet and of a TCP frame alike
 * is a concatenation of msgpack arrays whose first element is the kind (8-decisions.md). Unknown
 * kinds and extra elements are skipped; nesting is at most 2 deep; nothing is allocated.
 *
 * One row below is one message: decoding, encoding and the manual's table are made from it.
 * Field letters, in order of the array:
 *	n seq, e epoch, q seq of a record, k id, u unix_s, d depth, o owners, p proto, f flags,
 *	h health, t clock   unsigned integers into the field of that name
 *	M mid (16 bytes)    R root (8 bytes)    T trust (16)   L lo (16)   H hi (16)
 *	B blob (binary, any length)   C certificate (binary or nil)
 *	Z coord (nil, or at most 8 integers: core/coord.h)
 *	* items: every further element, binary
 */
#ifndef KITH_WIRE_MSG_H
#define KITH_WIRE_MSG_H

#include "wire/mp.h"
#include <kith/types.h>
#include <stdbool.h>

#define KITH_MSGS(X) \
	X(PING, ping, 1, "nR", "is the receiver there? my root digest") \
	X(ACK, ack, 2, "nRhZt", "it is: my root digest, local health, coordinate, unix seconds mod 2^16") \
	X(RELAY, relay, 3, "nMB", "carry this packet to the member (or back to it)") \
	X(RELAYED, relayed, 4, "nMB", "a packet carried for the member named") \
	X(NACK, nack, 5, "n", "the relay's target has not answered me") \
	X(RECORD, record, 6, "B", "one signed record; a member record without its certificate") \
	X(INTRO, intro, 7, "CB", "a certificate and its member record") \
	X(WANT, want, 8, "Meq", "send me this member's certificate and record, if newer than epoch, seq") \
	X(PUT, put, 9, "k*", "records whose arrival matters") \
	X(GOT, got, 10, "k", "they arrived") \
	X(HELLO, hello, 16, "puTRof", "start of a synchronisation") \
	X(LIST, list, 18, "LHB", "owners of the range lo..hi: mid[16] || leaf[8], sorted") \
	X(NEED, need, 19, "B", "send everything of these owners: mid[16]...") \
	X(OWNER, owner, 20, "C*", "everything of one owner; without certificate: is yours newer?") \
	X(BUSY, busy, 21, "*", "try these: certificate, record, certificate, record, ...") \
	X(END, end, 22, "", "my turn is over") \
	X(NAMES, names, 23, "B", "names of my newest records: mid[16] || epoch u32 || seq u32 ...") \
	X(PARTS, parts, 24, "LdB", "digests of the 16 parts of a range: digest[8] x 16") \
	X(FULL, full, 25, "", "my member table has no room for you") \
	X(BACK, back, 26, "nR", "a ping to be answered straight, whichever way it came") \
	X(SERVICES, services, 27, "MefB", "services of a member's epoch: key[8] || seq u32 || leaf[8] ..., sorted")
/* Kinds 11 to 15 are reserved: fetch and body of large records, events. */
enum kith_msg_kind {
#define X(upper, lower, number, fields, help) KITH_MSG_##upper = number,
	KITH_MSGS(X)
#undef X
};

enum { KITH_MSG_ITEMS_MAX = 64, KITH_HELLO_JOIN = 1 << 0 };
/* Flag of `services`: send me these, whatever number you have of them; else it is all that I have. */
enum { KITH_SERVICES_WANTED = 1 << 0 };

struct kith_msg {
	enum kith_msg_kind kind;
	uint32_t n, e, q, k, u, d, o, p, f, h, t; /* letters as above */
	const uint8_t *mid, *root, *trust, *lo, *hi; /* borrowed, of their fixed length */
	struct kith_bytes blob, certificate; /* borrowed */
	int32_t coord[KITH_MP_INTS];
	uint8_t coord_count, item_count;
	struct kith_bytes items[KITH_MSG_ITEMS_MAX]; /* borrowed; last, for item_count tells of them */
};

/* Reads the next message of a plaintext. 1 and *m; 0 at the end; KITH_EMALFORMED. Messages of
 * unknown kind are skipped and counted in *unknown. More than KITH_MSG_ITEMS_MAX items are
 * malformed. *at starts at 0. */
KITH_MUST_USE int kith_msg_next(struct kith_bytes plain, size_t *at, struct kith_msg *m,
				uint32_t *unknown);
/* Appends a message to out[*len .. room); false and nothing written if it does not fit. */
KITH_MUST_USE bool kith_msg_write(const struct kith_msg *m, uint8_t *out, size_t room,
				  size_t *len);
/* Bytes it would take. */
size_t kith_msg_len(const struct kith_msg *m);
/* "ping", ...; NULL for an unknown number. */
const char *kith_msg_name(unsigned kind);

#endif
