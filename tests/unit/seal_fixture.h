/* SPDX-License-Identifier: ISC */
/*
 * unit/seal_fixture.h: a cluster with an authority and two members, made of fixed bytes, for the
 * tests and fuzz targets of seal. The same bytes on every machine and in every run.
 */
#ifndef KITH_TESTS_SEAL_FIXTURE_H
#define KITH_TESTS_SEAL_FIXTURE_H

#include "base/check.h"
#include "seal/certificate.h"
#include "seal/stream.h"
#include <stdlib.h>
#include <string.h>

struct party {
	struct kith_identity id;
	uint8_t certificate[KITH_CERTIFICATE_MAX];
	size_t certificate_len;
	struct kith_secret secret;
	struct kith_session session;
};

struct seal_world {
	struct kith_cid cid;
	struct kith_identity authority;
	struct kith_gate gate;
	struct party a, b;
	struct kith_pair ab, ba; /* a's slot for b, b's for a */
};

/* start, start + 1, ... */
static inline void seal_fill(void *p, size_t len, uint8_t start)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)p)[i] = (uint8_t)(start + i);
}

static inline struct kith_bytes seal_bytes(const void *p, size_t len)
{
	return (struct kith_bytes){p, len};
}

static inline struct kith_bytes party_certificate(const struct party *p)
{
	return seal_bytes(p->certificate, p->certificate_len);
}

static inline void party_make(struct party *p, const struct seal_world *w, uint8_t start,
			      const char *name)
{
	struct kith_certificate c = {.rights = 1, .serial = 1000 + start, .not_after = 2000000000};
	uint8_t seed[32];
	int rc;

	seal_fill(seed, sizeof(seed), start);
	rc = kith_identity_init(&p->id, seed);
	KITH_ASSERT(rc == 0);
	memcpy(c.identity, p->id.pk, sizeof(c.identity));
	memcpy(c.name, name, strlen(name) + 1);
	p->certificate_len = sizeof(p->certificate);
	rc = kith_cert_sign(&c, &w->authority, &w->cid, p->certificate, &p->certificate_len);
	KITH_ASSERT(rc == 0);
	seal_fill(seed, sizeof(seed), (uint8_t)(start + 1));
	kith_secret_init(&p->secret, seed);
	kith_session_new(&p->session, &p->secret, &w->cid, &p->id.mid);
}

static inline void seal_pair(const struct seal_world *w, const struct party *own,
			     const struct party *peer, struct kith_pair *pair)
{
	int rc = kith_pair_make(pair, &own->session, &w->cid, &own->id.mid, &peer->id.mid,
				peer->session.pk);

	KITH_ASSERT(rc == 0);
}

static inline void seal_world_make(struct seal_world *w)
{
	uint8_t key[32];
	int rc = kith_seal_init();

	KITH_ASSERT(rc == 0);
	kith_cid_make(&w->cid, "test");
	seal_fill(key, sizeof(key), 200);
	rc = kith_identity_init(&w->authority, key);
	KITH_ASSERT(rc == 0);
	seal_fill(key, sizeof(key), 100);
	kith_gate_make(&w->gate, key, &w->cid);
	party_make(&w->a, w, 10, "a");
	party_make(&w->b, w, 50, "b");
	seal_pair(w, &w->a, &w->b, &w->ab);
	seal_pair(w, &w->b, &w->a, &w->ba);
}

/* --- a handshake, message by message ----------------------------------------------------------- */

struct seal_talk {
	struct kith_handshake i, r; /* a initiates, b responds */
	uint8_t m1[KITH_M1_LEN];
	uint8_t m2[KITH_M2_MIN + KITH_PROOF_MAX], m3[KITH_M3_MIN + KITH_PROOF_MAX];
	size_t m2_len, m3_len;
	struct kith_bytes certificate; /* as the last opener saw it */
};

static inline void seal_talk_m1(struct seal_world *w, struct seal_talk *t)
{
	int rc;

	kith_hs_start(&t->i, &w->cid, &w->gate, &w->a.secret, w->a.session.siv_key, t->m1);
	rc = kith_hs_m1(&t->r, &w->cid, &w->gate, 1, t->m1);
	KITH_ASSERT(rc == 0);
}

static inline void seal_talk_m2(struct seal_world *w, struct seal_talk *t)
{
	int rc;

	seal_talk_m1(w, t);
	rc = kith_hs_m2(&t->r, &w->b.secret, &w->b.id, party_certificate(&w->b), t->m2,
			&t->m2_len);
	KITH_ASSERT(rc == 0);
}

static inline void seal_talk_m3(struct seal_world *w, struct seal_talk *t)
{
	int rc;

	seal_talk_m2(w, t);
	rc = kith_hs_m2_open(&t->i, t->m2, t->m2_len, &t->certificate);
	KITH_ASSERT(rc == 0);
	rc = kith_hs_m2_verify(&t->i, w->b.id.pk);
	KITH_ASSERT(rc == 0);
	kith_hs_m3(&t->i, &w->a.id, party_certificate(&w->a), t->m3, &t->m3_len);
}

/* Both channels, each side's header already told to the other. */
static inline void seal_talk_channels(struct seal_world *w, struct seal_talk *t,
				      struct kith_channel *i, struct kith_channel *r)
{
	uint8_t header_i[KITH_CHANNEL_HEADER_LEN], header_r[KITH_CHANNEL_HEADER_LEN];
	int rc;

	seal_talk_m3(w, t);
	rc = kith_hs_m3_open(&t->r, t->m3, t->m3_len, &t->certificate);
	KITH_ASSERT(rc == 0);
	rc = kith_hs_m3_verify(&t->r, w->a.id.pk);
	KITH_ASSERT(rc == 0);
	kith_channel_init(i, &t->i, true, header_i);
	kith_channel_init(r, &t->r, false, header_r);
	rc = kith_channel_header(i, header_r);
	KITH_ASSERT(rc == 0);
	rc = kith_channel_header(r, header_i);
	KITH_ASSERT(rc == 0);
}

#endif
