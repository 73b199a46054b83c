/* SPDX-License-Identifier: ISC */
/*
 * seal/session.h: a peer's session, the keys of a pair of sessions, and the replay window
 * (4-security.md §5.7). One send counter per own session over all peers; one slot of two keys and
 * a window per member. The nonce has a synthetic part, so a repeated counter (a restored snapshot)
 * does not repeat a nonce.
 */
#ifndef KITH_SEAL_SESSION_H
#define KITH_SEAL_SESSION_H

#include "seal/hash.h"
#include "seal/secret.h"

enum { KITH_SID_LEN = 8 };

/* Our own session: made at start and at each rotation. */
struct kith_session {
	uint8_t sid[KITH_SID_LEN];
	uint8_t pk[32];
	uint8_t sk[32];      /* secret */
	uint8_t siv_key[32]; /* secret */
	uint64_t ctr;        /* the last one used; the first packet has 1 */
};

/* Draws a new session from the secret stream. */
void kith_session_new(struct kith_session *s, struct kith_secret *secret,
		      const struct kith_cid *cid, const struct kith_mid *own);
/* The session id that a peer's member record implies. */
void kith_session_id(uint8_t sid[KITH_SID_LEN], const struct kith_cid *cid,
		     const struct kith_mid *mid, const uint8_t session_pk[32]);

/* Window of 256 counters behind the highest seen. */
struct kith_window {
	uint64_t last;
	uint64_t map[4]; /* bit i: last - i was seen */
};
/* Whether ctr is new: neither 0, nor >= 2^63, nor seen, nor too old. Changes nothing. */
KITH_MUST_USE int kith_window_check(const struct kith_window *w, uint64_t ctr); /* 1 new, 0 not */
/* Marks it; call after the packet opened. */
void kith_window_commit(struct kith_window *w, uint64_t ctr);

/* Keys between an own and a peer's session. 104 bytes. */
struct kith_pair {
	uint8_t send_key[32], recv_key[32];
	struct kith_window window;
};
/* Derives the keys and starts the window: one X25519. 0, or KITH_EKEY for a peer key of small
 * order and for a peer that is ourselves. */
KITH_MUST_USE int kith_pair_make(struct kith_pair *p, const struct kith_session *own,
				 const struct kith_cid *cid, const struct kith_mid *own_mid,
				 const struct kith_mid *peer_mid, const uint8_t peer_pk[32]);

#endif
