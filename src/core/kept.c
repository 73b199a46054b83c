/* SPDX-License-Identifier: ISC */
#include "core/kept.h"

#include "base/check.h"
#include "base/cur.h"
#include "core/node.h"
#include "core/trust.h"
#include "seal/certificate.h"
#include <string.h>

enum { VERSION = 1 };
enum kind { MEMBER = 1, TOMB = 2, MARK = 3, REVOCATION = 4 };
_Static_assert(KITH_STATUS_ALIVE == 0 && KITH_STATUS_RESTARTING == 1 && KITH_STATUS_SUSPECT == 2 &&
		       KITH_STATUS_FAILED == 3 && KITH_STATUS_LEFT == 4,
	       "statuses are kept by their numbers");

struct head {
	uint8_t kind, status;
	uint32_t written, answered, since;
	struct kith_mid mid;
};

static void make_mac(const struct kith_node *n, const uint8_t *p, size_t len,
		     uint8_t mac[KITH_KEPT_MAC])
{
	const struct kith_bytes parts[] = {{n->cid.b, sizeof(n->cid.b)}, {p, len}};
	uint8_t key[32];

	kith_hash(key, sizeof(key), KITH_LABEL_KEPT_KEY, n->own.secrets->identity.sk, KITH_KEY_LEN,
		  NULL, 0);
	kith_hash(mac, KITH_KEPT_MAC, KITH_LABEL_KEPT, key, sizeof(key), parts, 2);
	kith_wipe(key, sizeof(key));
}

/* --- out ------------------------------------------------------------------------------------ */

/* A time of the monotonic clock as unix seconds; 0: never. */
static uint32_t unix_s(const struct kith_node *n, kith_us at)
{
	const int64_t s = at == KITH_NEVER ? 0
					   : (kith_now_unix_ms(n) - (n->now - at) / KITH_MS) / 1000;

	return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

static void write_head(struct kith_node *n, struct kith_wr *w, enum kind kind,
		       const struct kith_mid *mid, enum kith_status status, kith_us since)
{
	n->kept.marked = kith_now_unix_s(n);
	kith_wr_init(w, n->kept.entry, sizeof(n->kept.entry));
	kith_wr_u8(w, VERSION);
	kith_wr_u8(w, (uint8_t)kind);
	kith_wr_u8(w, (uint8_t)status);
	kith_wr_u8(w, 0);
	kith_wr_u32(w, n->kept.marked);
	kith_wr_u32(w, unix_s(n, n->probes.answered));
	kith_wr_u32(w, unix_s(n, since));
	kith_wr_bytes(w, mid->b, sizeof(mid->b));
}

static int finish(struct kith_node *n, struct kith_wr *w, struct kith_bytes *entry)
{
	uint8_t mac[KITH_KEPT_MAC];

	make_mac(n, n->kept.entry, kith_wr_len(w), mac);
	kith_wr_bytes(w, mac, sizeof(mac));
	KITH_ASSERT(!w->bad);
	*entry = (struct kith_bytes){n->kept.entry, kith_wr_len(w)};
	return 1;
}

static int member_entry(struct kith_node *n, struct kith_peer *p, struct kith_bytes *entry)
{
	const struct kith_bytes certificate = p->certificate->fact.raw;
	const struct kith_bytes record = p->record->fact.raw;
	struct kith_wr w;

	p->is_kept = true;
	/* What we concluded alone is no more than a suspicion to our next life. */
	write_head(n, &w, MEMBER, &p->record->mid,
		   kith_suspect_is_private(p) ? KITH_STATUS_SUSPECT : p->status, p->since);
	kith_wr_u16(&w, (uint16_t)certificate.len);
	kith_wr_bytes(&w, certificate.p, certificate.len);
	kith_wr_bytes(&w, record.p, record.len);
	return finish(n, &w, entry);
}

static int tomb_entry(struct kith_node *n, struct kith_tomb *t, struct kith_bytes *entry)
{
	struct kith_wr w;

	t->is_kept = true;
	write_head(n, &w, TOMB, &t->mid, KITH_STATUS_LEFT, KITH_NEVER);
	kith_wr_u32(&w, t->epoch);
	kith_wr_u32(&w, t->seq);
	kith_wr_u32(&w, t->until);
	kith_wr_u64(&w, t->leaf);
	kith_wr_u32(&w, t->counts ? unix_s(n, t->counts_until) : 0);
	return finish(n, &w, entry);
}

static int revocation_entry(struct kith_node *n, struct kith_revocation *revocation,
			    struct kith_bytes *entry)
{
	const struct kith_bytes record = revocation->record->raw;
	struct kith_wr w;

	revocation->is_kept = true;
	write_head(n, &w, REVOCATION, &revocation->target, KITH_STATUS_LEFT, KITH_NEVER);
	kith_wr_bytes(&w, record.p, record.len);
	return finish(n, &w, entry);
}

static int mark_entry(struct kith_node *n, struct kith_bytes *entry)
{
	struct kith_wr w;

	write_head(n, &w, MARK, &n->own.secrets->identity.mid, KITH_STATUS_ALIVE, KITH_NEVER);
	return finish(n, &w, entry);
}

int kith_kept_next(struct kith_node *n, struct kith_bytes *entry)
{
	struct kith_kept *k = &n->kept;
	const uint32_t slots = kith_slab_end(&n->peers.table), tombs = slots + n->tombs.count;
	const uint32_t all = tombs + n->revocations.count;

	for (; k->at < slots; k->at++) {
		struct kith_peer *p = kith_peer_at(n, k->at);

		if (p != NULL && !p->is_self && !p->is_kept)
			return member_entry(n, p, entry);
	}
	for (; k->at < tombs; k->at++)
		if (!n->tombs.table[k->at - slots].is_kept)
			return tomb_entry(n, &n->tombs.table[k->at - slots], entry);
	for (; k->at < all; k->at++)
		if (!n->revocations.table[k->at - tombs].is_kept)
			return revocation_entry(n, &n->revocations.table[k->at - tombs], entry);
	k->at = 0;
	return k->marked != kith_now_unix_s(n) ? mark_entry(n, entry) : 0;
}

void kith_kept_reset(struct kith_node *n)
{
	uint32_t i;

	n->kept.at = n->kept.marked = 0;
	for (i = 0; i < n->peers.count; i++)
		kith_ring_at(n, i)->is_kept = false;
	for (i = 0; i < n->tombs.count; i++)
		n->tombs.table[i].is_kept = false;
	for (i = 0; i < n->revocations.count; i++)
		n->revocations.table[i].is_kept = false;
}

/* --- back ----------------------------------------------------------------------------------- */

/* What we believe the time to be: a clock behind what we wrote ourselves is wrong. */
static int64_t now_s(const struct kith_node *n)
{
	const uint32_t s = kith_now_unix_s(n);

	return s > n->kept.newest ? s : n->kept.newest;
}

/* Lies in the past; possibly before the clock began, which differences do not mind. */
static kith_us monotonic(const struct kith_node *n, uint32_t unix_s)
{
	const int64_t ago_s = now_s(n) - unix_s;

	return ago_s > 0 ? n->now - ago_s * KITH_SECOND : n->now;
}

static bool is_past(const struct kith_node *n, uint32_t unix_s)
{
	return (int64_t)unix_s + KITH_RECORD_SLACK_S < now_s(n);
}

/* Old enough that the others may have forgotten who is told of here. */
static bool is_history(const struct kith_node *n, const struct head *h)
{
	const bool is_gone = h->status == KITH_STATUS_FAILED || h->status == KITH_STATUS_LEFT;
	const uint32_t from = is_gone && h->since < n->kept.newest ? h->since : n->kept.newest;

	return kith_us_elapsed(monotonic(n, from), n->now) >= n->reap_after;
}

static int restore_tomb(struct kith_node *n, const struct head *h, struct kith_rd *r)
{
	const uint32_t epoch = kith_rd_u32(r), seq = kith_rd_u32(r), until = kith_rd_u32(r);
	const uint64_t leaf = kith_rd_u64(r);
	/* By the clock that it was written with, which may have been days from the present one. */
	const int64_t counts_s = (int64_t)kith_rd_u32(r) - h->written;

	if (r->bad || kith_rd_left(r) != 0)
		return KITH_EMALFORMED;
	if (is_past(n, until))
		return KITH_EEXPIRED;
	kith_tomb_bury(n, &h->mid, epoch, seq, until);
	if (counts_s > 0) /* given again, by the clock of now */
		kith_tomb_count(n, &h->mid, leaf, kith_us_add(n->now, counts_s * KITH_SECOND));
	else
		kith_tomb_kept(n, &h->mid);
	return 0;
}

static int enter(struct kith_node *n, const struct head *h, struct kith_bytes certificate,
		 const struct kith_certificate *cert, struct kith_bytes record,
		 const struct kith_record_head *head)
{
	/* The evidence is gone; if it was right there will be new. */
	const enum kith_status status = h->status == KITH_STATUS_SUSPECT
						? KITH_STATUS_ALIVE
						: (enum kith_status)h->status;
	struct kith_cert_fact *c;
	struct kith_fact *r;
	struct kith_peer *p = NULL;

	if (kith_fact_certificate(n, certificate, cert, kith_trust_issuer(n, cert),
				  KITH_BELIEF_KEPT, &c) != 0)
		return KITH_ENOMEM;
	if (kith_fact_record(n, record, head, cert->identity, KITH_BELIEF_KEPT, &r) == 0) {
		p = kith_peer_restore(n, c, kith_member_fact_of(r), status, monotonic(n, h->since));
		kith_fact_unref(n, r);
	}
	kith_fact_unref(n, &c->fact);
	return p != NULL ? 0 : KITH_ENOMEM;
}

static int restore_member(struct kith_node *n, const struct head *h, struct kith_rd *r)
{
	struct kith_bytes certificate, record;
	struct kith_certificate cert;
	struct kith_record_head head;
	struct kith_member_body body;
	struct kith_mid mid;
	int trust;

	certificate.len = kith_rd_u16(r);
	certificate.p = kith_rd_bytes(r, certificate.len);
	record.len = kith_rd_left(r);
	record.p = kith_rd_bytes(r, record.len);
	if (r->bad || kith_cert_read(certificate.p, certificate.len, &cert) != 0 ||
	    kith_record_read(record.p, record.len, &head) != 0 ||
	    head.kind != KITH_RECORD_MEMBER ||
	    kith_member_body_read(kith_record_body(record.p, &head), &body) != 0)
		return KITH_EMALFORMED;
	kith_mid_make(&mid, cert.identity);
	if (memcmp(mid.b, h->mid.b, sizeof(mid.b)) != 0 ||
	    memcmp(mid.b, head.owner.b, sizeof(mid.b)) != 0)
		return KITH_EMALFORMED;
	trust = kith_trust_stands(n, &cert);
	if (trust == KITH_ECERT || trust == KITH_EREVOKED)
		return trust;
	if (body.addr_count > 0 && h->status != KITH_STATUS_LEFT)
		kith_join_hint(n, &body.addrs[0]);
	if (trust != 0 || is_past(n, head.expires) || is_history(n, h))
		return KITH_EEXPIRED;
	/* One place is ours. */
	if (n->peers.count + 1 >= n->max_members)
		return KITH_EFULL;
	return enter(n, h, certificate, &cert, record, &head);
}

static int restore_revocation(struct kith_node *n, struct kith_rd *r)
{
	const size_t len = kith_rd_left(r);
	const struct kith_bytes raw = {kith_rd_bytes(r, len), len};
	struct kith_revocation *revocation;
	struct kith_record_head head;
	struct kith_fact *record;
	const uint8_t *authority;
	struct kith_mid target;

	if (kith_record_read(raw.p, raw.len, &head) != 0 || head.kind != KITH_RECORD_REVOKE ||
	    kith_revocation_body_read(kith_record_body(raw.p, &head), &target) != 0)
		return KITH_EMALFORMED;
	authority = kith_trust_authority(n, head.owner.b);
	if (authority == NULL)
		return KITH_ECERT;
	if (is_past(n, head.expires))
		return KITH_EEXPIRED;
	if (!kith_revoke_is_news(n, &target, &head, raw))
		return KITH_EREPLAY;
	if (kith_fact_record(n, raw, &head, authority, KITH_BELIEF_KEPT, &record) != 0)
		return KITH_ENOMEM;
	revocation = kith_revoke_add(n, &target, &head, record);
	kith_fact_unref(n, record);
	if (revocation == NULL)
		return kith_revoke_is_full(n, head.owner.b) ? KITH_EFULL : KITH_ENOMEM;
	revocation->is_kept = true;
	return 0;
}

static int read_head(const struct kith_node *n, struct kith_bytes entry, struct head *h,
		     struct kith_rd *r)
{
	uint8_t mac[KITH_KEPT_MAC];
	const size_t len = entry.len - KITH_KEPT_MAC;

	if (entry.len < KITH_KEPT_HEAD + KITH_KEPT_MAC || entry.len > KITH_KEPT_MAX ||
	    entry.p[0] != VERSION)
		return KITH_EMALFORMED;
	make_mac(n, entry.p, len, mac);
	if (!kith_ct_equal(mac, entry.p + len, sizeof(mac)))
		return KITH_EAUTH;
	kith_rd_init(r, entry.p, len);
	(void)kith_rd_u8(r);
	h->kind = kith_rd_u8(r);
	h->status = kith_rd_u8(r);
	(void)kith_rd_u8(r);
	h->written = kith_rd_u32(r);
	h->answered = kith_rd_u32(r);
	h->since = kith_rd_u32(r);
	kith_rd_copy(r, h->mid.b, sizeof(h->mid.b));
	return h->status < KITH_STATUS_COUNT ? 0 : KITH_EMALFORMED;
}

int kith_kept_restore(struct kith_node *n, struct kith_bytes entry)
{
	struct head h;
	struct kith_rd r;
	int error = read_head(n, entry, &h, &r);

	if (error != 0)
		return error;
	if (n->kept.newest == 0) {
		n->kept.newest = h.written;
		if (h.answered != 0)
			n->probes.answered = monotonic(n, h.answered);
	}
	if (h.kind == MARK)
		return 0;
	if (h.kind == REVOCATION)
		return restore_revocation(n, &r);
	if (memcmp(h.mid.b, n->own.secrets->identity.mid.b, sizeof(h.mid.b)) == 0)
		return KITH_EMALFORMED;
	if (kith_peer_find(n, &h.mid) != NULL || kith_tomb_is_there(n, &h.mid))
		return KITH_EREPLAY;
	switch (h.kind) {
	case MEMBER:
		return restore_member(n, &h, &r);
	case TOMB:
		return restore_tomb(n, &h, &r);
	default:
		return KITH_EMALFORMED;
	}
}
