/* SPDX-License-Identifier: ISC */
/*
 * seal/datagram.h: the two datagrams (4-security.md §5.8), as bytes and keys; who may send and in
 * which order things are checked is core/packet.
 *
 *	DATA   0 type 0x11 | 1 rtag[3] | 4 sender sid[8] | 12 ctr u64 | 20 siv[8] | 28 ciphertext | tag[16]
 *	       AAD = 0..27; nonce = ctr[8] siv[8] 0[8]; siv = H(8,"kth.siv",siv_key, 0..19 || plain)
 *	INTRO  0 type 0x12 | 1 gate hint | 2 dlen u16 | 4 nonce[24] | 28 sealed (1204-dlen) | DATA[dlen]
 *	       always 1232 bytes; plain = flags | len16 certificate | len16 member record | zeros
 *	       key H(32,"kth.gate.udp",G,cid); nonce = H(24,"kth.nonce",siv_key, plain || DATA);
 *	       AAD = 0..27. The zeros are room for later fields: a reader skips them.
 */
#ifndef KITH_SEAL_DATAGRAM_H
#define KITH_SEAL_DATAGRAM_H

#include "seal/session.h"

enum {
	KITH_TYPE_DATA = 0x11,
	KITH_TYPE_INTRO = 0x12,
	KITH_TYPE_STREAM = 0x14, /* first byte of a TCP handshake */
	KITH_DATA_OVERHEAD = 44,
	KITH_DATA_PLAIN_MAX = KITH_DATAGRAM_MAX - KITH_DATA_OVERHEAD, /* 1188 */
	KITH_INTRO_SEALED_MAX = KITH_DATAGRAM_MAX - 28,
	KITH_INTRO_WANT = 1 << 0 /* flag: answer with your own INTRO */
};

/* What a cluster key G yields; the admission to processing, never to trust. */
struct kith_gate {
	uint8_t hint;
	uint8_t udp[32], tcp[32]; /* secret */
};
void kith_gate_make(struct kith_gate *g, const uint8_t cluster_key[KITH_KEY_LEN],
		    const struct kith_cid *cid);

/* The clear header of a DATA packet; the caller has checked length >= 44 and the type byte. */
struct kith_data_head {
	const uint8_t *rtag; /* 3 bytes: start of the receiver's sid */
	const uint8_t *sid;  /* 8 bytes: sender's */
	uint64_t ctr;
};
void kith_data_head(const uint8_t *buf, struct kith_data_head *h);

/* Seals len <= KITH_DATA_PLAIN_MAX bytes to `rsid` under the pair and the session's next counter.
 * out has len + 44 bytes; returns the packet's length. */
size_t kith_data_seal(struct kith_session *own, const struct kith_pair *pair,
		      const uint8_t rsid[KITH_SID_LEN], const uint8_t *plain, size_t len,
		      uint8_t *out);
/* Opens; plain has len - 44 bytes. Does not look at the window. 0 or KITH_EAUTH. */
KITH_MUST_USE int kith_data_open(const struct kith_pair *pair, const uint8_t *buf, size_t len,
				 uint8_t *plain);

struct kith_intro {
	uint8_t flags;
	struct kith_bytes certificate, record; /* at most 350 and 1024 */
	struct kith_bytes data;                /* a DATA packet, or empty */
};
/* How long a DATA packet may ride in an INTRO with this certificate and record; 0 if none. */
size_t kith_intro_room(size_t certificate_len, size_t record_len);
/* out has KITH_DATAGRAM_MAX bytes. 0 or KITH_ETOOBIG. */
KITH_MUST_USE int kith_intro_seal(const struct kith_gate *gate, const struct kith_session *own,
				  const struct kith_intro *in, uint8_t *out);
/* buf is KITH_DATAGRAM_MAX bytes and of type INTRO. Tries each gate whose hint fits. `scratch` has
 * KITH_INTRO_SEALED_MAX bytes and backs the result; data points into buf.
 * 0, KITH_EKEY (no hint fits), KITH_EAUTH, KITH_EMALFORMED. */
KITH_MUST_USE int kith_intro_open(const struct kith_gate *gates, size_t gate_count,
				  const uint8_t *buf, uint8_t *scratch, struct kith_intro *out);

#endif
