/* SPDX-License-Identifier: ISC */
#include "seal/session.h"
#include "base/check.h"
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define CTR_END (UINT64_C(1) << 63) /* counters from here on are refused */

enum { WINDOW_BITS = 256, WORD_BITS = 64, WORDS = WINDOW_BITS / WORD_BITS };

_Static_assert(sizeof(((struct kith_window *)0)->map) * 8 == WINDOW_BITS, "one bit a counter");
_Static_assert(sizeof(struct kith_pair) == 104, "a slot for each of 10,000 members");
_Static_assert(crypto_scalarmult_BYTES == 32 && crypto_scalarmult_SCALARBYTES == 32, "X25519");

void kith_session_new(struct kith_session *s, struct kith_secret *secret,
		      const struct kith_cid *cid, const struct kith_mid *own)
{
	uint8_t drawn[sizeof(s->sk) + sizeof(s->siv_key)];
	int rc;

	kith_secret_draw(secret, drawn, sizeof(drawn));
	memcpy(s->sk, drawn, sizeof(s->sk));
	memcpy(s->siv_key, drawn + sizeof(s->sk), sizeof(s->siv_key));
	sodium_memzero(drawn, sizeof(drawn));
	rc = crypto_scalarmult_base(s->pk, s->sk);
	KITH_ASSERT(rc == 0);
	kith_session_id(s->sid, cid, own, s->pk);
	s->ctr = 0;
}

void kith_session_id(uint8_t sid[KITH_SID_LEN], const struct kith_cid *cid,
		     const struct kith_mid *mid, const uint8_t session_pk[32])
{
	const struct kith_bytes parts[] = {
		{cid->b, sizeof(cid->b)}, {mid->b, sizeof(mid->b)}, {session_pk, 32}};

	kith_hash(sid, KITH_SID_LEN, KITH_LABEL_SESSION, NULL, 0, parts, 3);
}

int kith_window_check(const struct kith_window *w, uint64_t ctr)
{
	uint64_t behind;

	if (ctr == 0 || ctr >= CTR_END)
		return 0;
	if (ctr > w->last)
		return 1;
	behind = w->last - ctr;
	if (behind >= WINDOW_BITS)
		return 0;
	return !((w->map[behind / WORD_BITS] >> (behind % WORD_BITS)) & 1);
}

/* Bit i becomes bit i + by: what was `last` is now `by` behind the new one. */
static void map_advance(uint64_t map[WORDS], uint64_t by)
{
	size_t words = (size_t)(by / WORD_BITS), bits = (size_t)(by % WORD_BITS);

	for (size_t i = WORDS; i-- > 0;) {
		uint64_t high = i >= words ? map[i - words] : 0;
		uint64_t low = i >= words + 1 ? map[i - words - 1] : 0;

		map[i] = bits == 0 ? high : high << bits | low >> (WORD_BITS - bits);
	}
}

void kith_window_commit(struct kith_window *w, uint64_t ctr)
{
	uint64_t behind;

	KITH_ASSERT(kith_window_check(w, ctr));
	if (ctr > w->last) {
		uint64_t by = ctr - w->last;

		if (by < WINDOW_BITS)
			map_advance(w->map, by);
		else
			memset(w->map, 0, sizeof(w->map));
		w->last = ctr;
	}
	behind = w->last - ctr;
	w->map[behind / WORD_BITS] |= UINT64_C(1) << (behind % WORD_BITS);
}

/* Both keys come out of one hash over both ends in the order of their member ids, so that the two
 * sides agree on which key is for which direction, and a packet never opens at its own sender. */
static void pair_keys(uint8_t keys[64], const uint8_t dh[32], const struct kith_cid *cid,
		      const struct kith_mid *mid_l, const struct kith_mid *mid_r,
		      const uint8_t pk_l[32], const uint8_t pk_r[32])
{
	const struct kith_bytes parts[] = {{cid->b, sizeof(cid->b)},
					   {mid_l->b, sizeof(mid_l->b)},
					   {mid_r->b, sizeof(mid_r->b)},
					   {pk_l, 32},
					   {pk_r, 32}};

	kith_hash(keys, 64, KITH_LABEL_PAIR, dh, 32, parts, 5);
}

int kith_pair_make(struct kith_pair *p, const struct kith_session *own, const struct kith_cid *cid,
		   const struct kith_mid *own_mid, const struct kith_mid *peer_mid,
		   const uint8_t peer_pk[32])
{
	int order = memcmp(own_mid->b, peer_mid->b, sizeof(own_mid->b));
	uint8_t dh[32], keys[64];

	/* With oneself both directions would have one key. */
	if (order == 0)
		return KITH_EKEY;
	if (crypto_scalarmult(dh, own->sk, peer_pk) != 0) {
		sodium_memzero(dh, sizeof(dh));
		return KITH_EKEY;
	}
	if (order < 0)
		pair_keys(keys, dh, cid, own_mid, peer_mid, own->pk, peer_pk);
	else
		pair_keys(keys, dh, cid, peer_mid, own_mid, peer_pk, own->pk);
	memcpy(p->send_key, order < 0 ? keys : keys + 32, 32);
	memcpy(p->recv_key, order < 0 ? keys + 32 : keys, 32);
	memset(&p->window, 0, sizeof(p->window));
	sodium_memzero(dh, sizeof(dh));
	sodium_memzero(keys, sizeof(keys));
	return 0;
}
