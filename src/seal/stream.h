/* SPDX-License-Identifier: ISC */
/*
 * seal/stream.h: the TCP handshake, SIGMA-I with gate, and the frames after it (4-security.md
 * §5.10). Pure: bytes in, bytes out; trust, deadlines and replay of m1 are core/stream's.
 *
 *	initiator                                responder
 *	kith_hs_start      -- m1 (76) -->        kith_hs_m1
 *	kith_hs_m2_open    <-- m2 (34+len) --    kith_hs_m2
 *	 judge the certificate, kith_hs_m2_verify
 *	kith_hs_m3         -- m3 (2+len) -->     kith_hs_m3_open
 *	                                          judge the certificate, kith_hs_m3_verify
 *	kith_channel_init  -- header[24], frames both ways --  kith_channel_init
 *
 *	m1     0 type 0x14 | 1 gate hint | 2 zero[2] | 4 nonce[24] | 28 sealed e_I[32] | tag[16]
 *	       key H(32,"kth.gate.tcp",G,cid); nonce = H(24,"kth.nonce",siv_key, e_I); AAD = 0..27
 *	m2     0 e_R[32] | 32 len16 | 34 sealed: certificate | sig[64] | tag[16]
 *	m3     0 len16 | 2 sealed: certificate | sig[64] | tag[16]
 *	frame  0 len32 of the rest | 4 secretstream push, additional data = 0..3
 *
 * len16 counts the sealed part with its tag. Each step asserts that the one before was done, so no
 * caller can use a channel whose peer was not verified.
 */
#ifndef KITH_SEAL_STREAM_H
#define KITH_SEAL_STREAM_H

#include "seal/datagram.h"
#include "seal/identity.h"
#include <stdbool.h>

enum {
	KITH_M1_LEN = 76,
	KITH_M2_MIN = 32 + 2,              /* then len16 more */
	KITH_M3_MIN = 2,
	KITH_PROOF_MAX = KITH_CERTIFICATE_MAX + KITH_SIG_LEN + 16, /* sealed certificate and signature */
	KITH_CHANNEL_HEADER_LEN = 24,
	KITH_FRAME_OVERHEAD = 4 + 17,      /* len32 and secretstream's */
	KITH_FRAME_MAX = 64 * 1024         /* a frame on the wire, all of it */
};

struct kith_handshake {
	uint8_t step;                 /* last one done, see stream.c */
	uint8_t h[32];                /* running transcript hash */
	uint8_t h_proof[32];          /* the transcript that the peer's proof has signed */
	uint8_t m1[KITH_M1_LEN];
	uint8_t e_pk[32], e_sk[32];   /* own ephemeral; secret */
	uint8_t e_peer[32];           /* the initiator's, at the responder */
	uint8_t dh[32], k2[32], k3[32]; /* secret */
	uint8_t proof[KITH_PROOF_MAX]; /* opened certificate || signature of the peer */
	size_t certificate_len;
	struct kith_cid cid;
};

/* Initiator: makes m1. */
void kith_hs_start(struct kith_handshake *hs, const struct kith_cid *cid,
		   const struct kith_gate *gate, struct kith_secret *secret,
		   const uint8_t siv_key[32], uint8_t m1[KITH_M1_LEN]);
/* Responder: opens m1. KITH_EKEY (no gate fits), KITH_EAUTH. The m1 nonce is bytes 4..27. */
KITH_MUST_USE int kith_hs_m1(struct kith_handshake *hs, const struct kith_cid *cid,
			     const struct kith_gate *gates, size_t gate_count,
			     const uint8_t m1[KITH_M1_LEN]);
/* Responder: makes m2; out has KITH_M2_MIN + KITH_PROOF_MAX bytes; *len is its length. KITH_EKEY:
 * the initiator's ephemeral key is of small order. */
KITH_MUST_USE int kith_hs_m2(struct kith_handshake *hs, struct kith_secret *secret,
			     const struct kith_identity *own, struct kith_bytes certificate,
			     uint8_t *out, size_t *len);
/* Total length of the message that starts with `p`, once `have` bytes are there; 0 = not known
 * yet, negative KITH_ETOOBIG = more than a certificate can need. */
int kith_hs_m2_len(const uint8_t *p, size_t have);
int kith_hs_m3_len(const uint8_t *p, size_t have);
/* Initiator: opens m2 and shows the responder's certificate (borrowed from hs). KITH_EAUTH,
 * KITH_EKEY, KITH_EMALFORMED. */
KITH_MUST_USE int kith_hs_m2_open(struct kith_handshake *hs, const uint8_t *m2, size_t len,
				  struct kith_bytes *certificate);
/* Initiator: after the certificate was judged, checks that its owner signed this exchange. */
KITH_MUST_USE int kith_hs_m2_verify(struct kith_handshake *hs, const uint8_t peer_pk[KITH_KEY_LEN]);
/* Initiator: makes m3; out has KITH_M3_MIN + KITH_PROOF_MAX bytes. */
void kith_hs_m3(struct kith_handshake *hs, const struct kith_identity *own,
		struct kith_bytes certificate, uint8_t *out, size_t *len);
KITH_MUST_USE int kith_hs_m3_open(struct kith_handshake *hs, const uint8_t *m3, size_t len,
				  struct kith_bytes *certificate);
KITH_MUST_USE int kith_hs_m3_verify(struct kith_handshake *hs, const uint8_t peer_pk[KITH_KEY_LEN]);

/* One direction each of crypto_secretstream_xchacha20poly1305. */
struct kith_channel {
	uint8_t push[64], pull[64]; /* secretstream states (52 bytes), secret */
	uint8_t pull_key[32];
	bool has_pull;              /* the peer's header came */
	bool push_ended;            /* our final frame is made */
	bool pull_ended;            /* the peer's came, or one that does not open */
};
/* Both sides, after m3: derives the keys, wipes the handshake, writes our header. */
void kith_channel_init(struct kith_channel *ch, struct kith_handshake *hs, bool initiator,
		       uint8_t header[KITH_CHANNEL_HEADER_LEN]);
/* The peer's header: 0 or KITH_EAUTH. There is one right header, since it is derived from the
 * direction's key: first 24 bytes of H(32,"kth.hdr",key). */
KITH_MUST_USE int kith_channel_header(struct kith_channel *ch,
				      const uint8_t header[KITH_CHANNEL_HEADER_LEN]);
/* Seals one frame; out has len + KITH_FRAME_OVERHEAD bytes, in all at most KITH_FRAME_MAX. Returns
 * the frame's length. `final` marks the last frame of this direction. */
size_t kith_channel_push(struct kith_channel *ch, const uint8_t *plain, size_t len, bool final,
			 uint8_t *out);
/* Total length of the frame that starts with `p` (4 bytes at least); KITH_ETOOBIG, KITH_EMALFORMED
 * (shorter than the overhead). */
KITH_MUST_USE int kith_channel_frame_len(const uint8_t *p, size_t *len);
/* Opens one whole frame; plain has len - KITH_FRAME_OVERHEAD bytes. 0 or KITH_EAUTH, also for any
 * frame after the final one or after one that did not open: the stream is over then. */
KITH_MUST_USE int kith_channel_pull(struct kith_channel *ch, const uint8_t *frame, size_t len,
				    uint8_t *plain, bool *final);

#endif
