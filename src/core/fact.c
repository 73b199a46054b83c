/* SPDX-License-Identifier: ISC */
#include "core/fact.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include "seal/certificate.h"
#include <string.h>

/* A fact of `size` bytes with a copy of the raw ones behind it. */
static void *fact_new(struct kith_node *n, size_t size, struct kith_bytes raw)
{
	struct kith_fact *f = kith_mem_new(&n->alloc, 1, size + raw.len);

	KITH_ASSERT(raw.len > 0);
	if (f == NULL)
		return NULL;
	f->refs = 1;
	f->raw.p = memcpy((uint8_t *)f + size, raw.p, raw.len);
	f->raw.len = raw.len;
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
	if (--f->refs == 0)
		kith_mem_free(&n->alloc, f);
}

int kith_fact_certificate(struct kith_node *n, struct kith_bytes raw,
			  const struct kith_certificate *c, const uint8_t issuer[KITH_KEY_LEN],
			  enum kith_belief belief, struct kith_cert_fact **f)
{
	struct kith_cert_fact *made;

	if (belief == KITH_BELIEF_CHECK) {
		KITH_COUNT(n, signatures_checked);
		if (kith_cert_verify(raw.p, raw.len, issuer, &n->cid) != 0)
			return KITH_ECERT;
	}
	made = fact_new(n, sizeof(*made), raw);
	if (made == NULL)
		return KITH_ENOMEM;
	made->c = *c;
	kith_mid_make(&made->mid, c->identity);
	*f = made;
	return 0;
}

static uint64_t leaf_of(const struct kith_record_head *h, struct kith_bytes raw)
{
	uint8_t what[16 + 1 + 8 + KITH_RECORD_SIG], leaf[8];
	struct kith_bytes part = {what, sizeof(what)};

	memcpy(what, h->owner.b, sizeof(h->owner.b));
	what[16] = KITH_RECORD_MEMBER;
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
	if (belief == KITH_BELIEF_CHECK) {
		KITH_COUNT(n, signatures_checked);
		if (!is_signed(n, raw, h, identity))
			return KITH_EAUTH;
	}
	if (h->kind == KITH_RECORD_MEMBER)
		return member_new(n, raw, h, f);
	*f = fact_new(n, sizeof(**f), raw);
	return *f != NULL ? 0 : KITH_ENOMEM;
}
