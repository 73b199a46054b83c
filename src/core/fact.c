/* SPDX-License-Identifier: ISC */
#include "core/fact.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include "core/pool.h"
#include "core/trust.h"
#include "seal/certificate.h"
#include <string.h>

static struct kith_pool_key key_of(const struct kith_node *n, struct kith_bytes raw,
				   const uint8_t *signer, bool is_certificate)
{
	return (struct kith_pool_key){.raw = raw, .cid = &n->cid, .signer = signer,
				      .is_certificate = is_certificate};
}

/* What somebody made of these bytes already; no reference is taken. */
static struct kith_fact *find(const struct kith_node *n, const struct kith_pool_key *key)
{
	return n->pool != NULL ? kith_pool_find(n->pool, key) : NULL;
}

/* A fact of `size` bytes with a copy of the raw ones behind it. */
static void *fact_new(struct kith_node *n, size_t size, struct kith_bytes raw)
{
	const struct kith_alloc *a = n->pool != NULL ? kith_pool_alloc(n->pool) : &n->alloc;
	struct kith_fact *f = kith_mem_new(a, 1, size + raw.len);

	KITH_ASSERT(raw.len > 0);
	if (f == NULL)
		return NULL;
	f->refs = 1;
	f->pool = n->pool;
	f->raw.p = memcpy((uint8_t *)f + size, raw.p, raw.len);
	f->raw.len = raw.len;
	return f;
}

/* A new fact is complete: others may find it. */
static void publish(struct kith_node *n, const struct kith_pool_key *key, struct kith_fact *f,
		    enum kith_belief belief)
{
	f->is_verified = belief != KITH_BELIEF_KEPT;
	if (f->pool != NULL)
		kith_pool_put(n->pool, key, f);
}

/* One more holder of a fact that was found. */
static struct kith_fact *share(struct kith_fact *f, enum kith_belief belief)
{
	f->is_verified = f->is_verified || belief != KITH_BELIEF_KEPT;
	kith_fact_ref(f);
	return f;
}

void kith_fact_ref(struct kith_fact *f)
{
	KITH_ASSERT(f->refs > 0);
	f->refs++;
}

void kith_fact_unref(struct kith_node *n, struct kith_fact *f)
{
	if (f == NULL)
		return;
	KITH_ASSERT(f->refs > 0);
	if (--f->refs > 0)
		return;
	if (f->pool != NULL) {
		kith_pool_drop(f->pool, f);
		kith_mem_free(kith_pool_alloc(f->pool), f);
	} else {
		kith_mem_free(&n->alloc, f);
	}
}

int kith_fact_certificate(struct kith_node *n, struct kith_bytes raw,
			  const struct kith_certificate *c, const uint8_t issuer[KITH_KEY_LEN],
			  enum kith_belief belief, struct kith_cert_fact **f)
{
	const struct kith_pool_key key = key_of(n, raw, issuer, true);
	struct kith_fact *known = find(n, &key);
	struct kith_cert_fact *made;

	if (belief == KITH_BELIEF_CHECK) {
		KITH_COUNT(n, signatures_checked);
		if ((known == NULL || !known->is_verified) &&
		    kith_cert_verify(raw.p, raw.len, issuer, &n->cid) != 0)
			return KITH_ECERT;
	}
	if (known != NULL) {
		*f = (struct kith_cert_fact *)(void *)share(known, belief);
		return 0;
	}
	made = fact_new(n, sizeof(*made), raw);
	if (made == NULL)
		return KITH_ENOMEM;
	made->c = *c;
	kith_mid_make(&made->mid, c->identity);
	publish(n, &key, &made->fact, belief);
	*f = made;
	return 0;
}

static uint64_t leaf_of(const struct kith_record_head *h, struct kith_bytes raw)
{
	uint8_t what[16 + 1 + 8 + KITH_RECORD_SIG], leaf[8];
	struct kith_bytes part = {what, sizeof(what)};

	memcpy(what, h->owner.b, sizeof(h->owner.b));
	what[16] = h->kind;
	kith_put_u32(what + 17, h->epoch);
	kith_put_u32(what + 21, h->seq);
	/* Of two records with one number all are to keep the same. */
	memcpy(what + 25, raw.p + raw.len - KITH_RECORD_SIG, KITH_RECORD_SIG);
	kith_hash(leaf, sizeof(leaf), KITH_LABEL_LEAF, NULL, 0, &part, 1);
	return kith_get_u64(leaf);
}

static int member_new(struct kith_node *n, struct kith_bytes raw, const struct kith_record_head *h,
		      struct kith_fact **f)
{
	struct kith_member_body body;
	struct kith_member_fact *m;
	int r;

	if (kith_member_body_read(kith_record_body(raw.p, h), &body) != 0)
		return KITH_EMALFORMED;
	m = fact_new(n, sizeof(*m), raw);
	if (m == NULL)
		return KITH_ENOMEM;
	/* Once more from the bytes that stay: the body points into them. */
	r = kith_member_body_read(kith_record_body(m->fact.raw.p, h), &m->body);
	KITH_ASSERT(r == 0);
	m->mid = h->owner;
	m->epoch = h->epoch;
	m->seq = h->seq;
	m->expires = h->expires;
	m->leaf = leaf_of(h, raw);
	kith_session_id(m->sid, &n->cid, &m->mid, m->body.session_pk);
	*f = &m->fact;
	return 0;
}

void kith_service_key(uint8_t key[KITH_SERVICE_KEY], struct kith_bytes id)
{
	kith_hash(key, KITH_SERVICE_KEY, KITH_LABEL_SERVICE, NULL, 0, &id, 1);
}

static bool read_service(struct kith_bytes raw, const struct kith_record_head *h,
			 struct kith_service_body *body)
{
	uint8_t key[KITH_SERVICE_KEY];

	if (kith_service_body_read(kith_record_body(raw.p, h), body) != 0)
		return false;
	if ((body->flags & KITH_SERVICE_DELETED) != 0)
		return true;
	kith_service_key(key, body->id);
	return memcmp(key, body->key, sizeof(key)) == 0;
}

static int service_new(struct kith_node *n, struct kith_bytes raw, const struct kith_record_head *h,
		       struct kith_fact **f)
{
	struct kith_service_body body;
	struct kith_service_fact *s;
	bool is_read;

	if (!read_service(raw, h, &body))
		return KITH_EMALFORMED;
	s = fact_new(n, sizeof(*s), raw);
	if (s == NULL)
		return KITH_ENOMEM;
	is_read = read_service(s->fact.raw, h, &s->body); /* from the bytes that stay */
	KITH_ASSERT(is_read);
	s->mid = h->owner;
	s->epoch = h->epoch;
	s->seq = h->seq;
	s->leaf = (body.flags & KITH_SERVICE_DELETED) != 0 ? 0 : leaf_of(h, raw);
	*f = &s->fact;
	return 0;
}

static bool is_signed(const struct kith_node *n, struct kith_bytes raw,
		      const struct kith_record_head *h, const uint8_t *identity)
{
	const struct kith_bytes what = kith_record_signed(raw.p, h);

	return kith_verify(identity, KITH_LABEL_RECORD, &n->cid, what.p, what.len,
			   kith_record_sig(raw.p, h)) == 0;
}

int kith_fact_record(struct kith_node *n, struct kith_bytes raw, const struct kith_record_head *h,
		     const uint8_t identity[KITH_KEY_LEN], enum kith_belief belief,
		     struct kith_fact **f)
{
	const struct kith_pool_key key = key_of(n, raw, identity, false);
	struct kith_fact *known = find(n, &key);
	int r = 0;

	if (belief == KITH_BELIEF_CHECK) {
		KITH_COUNT(n, signatures_checked);
		if ((known == NULL || !known->is_verified) && !is_signed(n, raw, h, identity))
			return KITH_EAUTH;
	}
	if (known != NULL) {
		*f = share(known, belief);
		return 0;
	}
	if (h->kind == KITH_RECORD_MEMBER) {
		r = member_new(n, raw, h, f);
	} else if (h->kind == KITH_RECORD_SERVICE) {
		r = service_new(n, raw, h, f);
	} else {
		*f = fact_new(n, sizeof(**f), raw);
		r = *f != NULL ? 0 : KITH_ENOMEM;
	}
	if (r == 0)
		publish(n, &key, *f, belief);
	return r;
}

void kith_core_share(struct kith_node *n, struct kith_pool *pool)
{
	struct kith_own *own = &n->own;
	struct kith_cert_fact *shared;

	KITH_ASSERT(n->pool == NULL && n->peers.count == 0);
	n->pool = pool;
	/* The one fact that it has by now; without memory it stays its own. */
	if (kith_fact_certificate(n, own->certificate->fact.raw, &own->certificate->c,
				  kith_trust_issuer(n, &own->certificate->c), KITH_BELIEF_OURS,
				  &shared) != 0)
		return;
	kith_fact_unref(n, &own->certificate->fact);
	own->certificate = shared;
}
