/* SPDX-License-Identifier: ISC */
#include "core/revoke.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include <string.h>

void kith_revoke_init(struct kith_node *n)
{
	n->revocations.due_s = UINT32_MAX;
}

void kith_revoke_fini(struct kith_node *n)
{
	struct kith_revocations *rs = &n->revocations;
	uint32_t i;

	for (i = 0; i < rs->count; i++) {
		kith_gossip_drop(n, &rs->table[i].rumor, rs->table[i].record);
		kith_fact_unref(n, rs->table[i].record);
	}
	kith_mem_free(&n->alloc, rs->table);
	memset(rs, 0, sizeof(*rs));
}

/* The place of the pair, or where it would go. */
static uint32_t seek(const struct kith_node *n, const struct kith_mid *target,
		     const uint8_t authority[16], bool *is_there)
{
	const struct kith_revocations *rs = &n->revocations;
	uint32_t lo = 0, hi = rs->count;

	*is_there = false;
	while (lo < hi && !*is_there) {
		const uint32_t middle = lo + (hi - lo) / 2;
		const struct kith_revocation *r = &rs->table[middle];
		int c = memcmp(r->target.b, target->b, sizeof(target->b));

		if (c == 0)
			c = memcmp(r->authority.b, authority, sizeof(r->authority.b));
		*is_there = c == 0;
		if (c < 0)
			lo = middle + 1;
		else
			hi = middle;
	}
	return hi;
}

bool kith_revoke_is(const struct kith_node *n, const struct kith_mid *target,
		    const uint8_t authority[16])
{
	bool is_there;

	(void)seek(n, target, authority, &is_there);
	return is_there;
}

bool kith_revoke_is_news(const struct kith_node *n, const struct kith_mid *target,
			 const struct kith_record_head *h, struct kith_bytes record)
{
	const struct kith_revocation *held;
	bool is_there;
	const uint32_t at = seek(n, target, h->owner.b, &is_there);

	if (!is_there)
		return true;
	held = &n->revocations.table[at];
	if (h->expires != held->until)
		return h->expires > held->until;
	/* Signed twice: of the two all keep the same, or their roots would differ for ever. */
	KITH_ASSERT(record.len == held->record->raw.len);
	return memcmp(record.p, held->record->raw.p, record.len) > 0;
}

static uint64_t leaf_of(const struct kith_fact *record)
{
	uint8_t leaf[8];

	kith_hash(leaf, sizeof(leaf), KITH_LABEL_LEAF, NULL, 0, &record->raw, 1);
	return kith_get_u64(leaf);
}

/* Whether whoever has this certificate is expelled by it. */
static bool concerns(const struct kith_revocation *r, const struct kith_cert_fact *c)
{
	return memcmp(r->target.b, c->mid.b, sizeof(c->mid.b)) == 0 &&
	       memcmp(r->authority.b, c->c.issuer, sizeof(c->c.issuer)) == 0;
}

bool kith_revoke_is_full(const struct kith_node *n, const uint8_t authority[16])
{
	const struct kith_revocations *rs = &n->revocations;
	uint32_t i, held = 0;

	for (i = 0; i < rs->count; i++)
		held += memcmp(rs->table[i].authority.b, authority, sizeof(rs->table[i].authority.b)) == 0;
	return held >= KITH_REVOCATIONS_MAX / n->authority_count;
}

/* A place for the pair at that index; NULL: no memory, or no room. */
static struct kith_revocation *insert(struct kith_node *n, uint32_t at, const uint8_t authority[16])
{
	struct kith_revocations *rs = &n->revocations;
	void *table = rs->table;

	if (kith_revoke_is_full(n, authority)) {
		KITH_DROP(n, revocations_full);
		return NULL;
	}
	if (!kith_mem_grow(&n->alloc, &table, &rs->room, rs->count + 1, sizeof(*rs->table)))
		return NULL;
	rs->table = table;
	memmove(&rs->table[at + 1], &rs->table[at], (rs->count - at) * sizeof(*rs->table));
	rs->count++;
	rs->table[at] = (struct kith_revocation){.until = 0};
	return &rs->table[at];
}

struct kith_revocation *kith_revoke_add(struct kith_node *n, const struct kith_mid *target,
					const struct kith_record_head *h, struct kith_fact *record)
{
	struct kith_revocations *rs = &n->revocations;
	bool is_there;
	const uint32_t at = seek(n, target, h->owner.b, &is_there);
	struct kith_revocation *r = is_there ? &rs->table[at] : insert(n, at, h->owner.b);

	if (r == NULL)
		return NULL;
	if (is_there) {
		kith_gossip_drop(n, &r->rumor, r->record);
		kith_fact_unref(n, r->record);
		rs->sum -= r->leaf;
	}
	kith_fact_ref(record);
	*r = (struct kith_revocation){.target = *target, .authority = h->owner, .until = h->expires,
				      .leaf = leaf_of(record), .record = record};
	rs->sum += r->leaf;
	rs->due_s = r->until < rs->due_s ? r->until : rs->due_s;
	if (!is_there) {
		rs->takes_effect = true;
		kith_timer_set_earlier(n, &n->peers.sweep, n->now);
	}
	return r;
}

/* It has left, for its host to read who that was, and is forgotten with the next tick: soon enough for
 * others not to see another root. True: it is not yet. */
static bool expel(struct kith_node *n, struct kith_peer *p, struct kith_revocation *r)
{
	if (!r->is_told) {
		r->is_told = true;
		kith_peer_expelled(n, p, &r->authority);
		kith_suspect_disown(n, &r->target);
		return true;
	}
	kith_peer_reap(n, p);
	kith_tomb_open(n, &r->target); /* its certificate is refused, whatever its number */
	return false;
}

void kith_revoke_effect(struct kith_node *n)
{
	struct kith_revocations *rs = &n->revocations;
	bool goes_on = false;
	uint32_t i;

	for (i = 0; rs->takes_effect && i < rs->count; i++) {
		struct kith_revocation *r = &rs->table[i];
		struct kith_peer *p = kith_peer_find(n, &r->target);

		if (!r->is_effective)
			kith_stream_end_all(n, &r->target); /* also of one that is not listed yet */
		r->is_effective = true;
		if (concerns(r, n->own.certificate) && !n->own.is_over)
			kith_own_revoked(n, &r->authority);
		else if (p != NULL && !p->is_self && concerns(r, p->certificate))
			goes_on |= expel(n, p, r);
	}
	rs->takes_effect = goes_on;
	if (goes_on)
		kith_timer_set_earlier(n, &n->peers.sweep, n->now + 1);
}

void kith_revoke_digest(const struct kith_node *n, uint8_t digest[16])
{
	const struct kith_revocations *rs = &n->revocations;
	uint8_t sum[12];
	const struct kith_bytes part = {sum, sizeof(sum)};

	memset(digest, 0, 16);
	if (rs->count == 0)
		return;
	kith_put_u64(sum, rs->sum);
	kith_put_u32(sum + 8, rs->count);
	kith_hash(digest, 16, KITH_LABEL_TRUST, NULL, 0, &part, 1);
}

void kith_revoke_sweep(struct kith_node *n)
{
	struct kith_revocations *rs = &n->revocations;
	const int64_t now_s = kith_now_unix_s(n);
	uint32_t i, kept = 0;

	if ((int64_t)rs->due_s + KITH_RECORD_SLACK_S >= now_s)
		return;
	rs->due_s = UINT32_MAX;
	for (i = 0; i < rs->count; i++) {
		struct kith_revocation *r = &rs->table[i];

		if ((int64_t)r->until + KITH_RECORD_SLACK_S < now_s) {
			kith_gossip_drop(n, &r->rumor, r->record);
			kith_fact_unref(n, r->record);
			rs->sum -= r->leaf;
			continue;
		}
		rs->due_s = r->until < rs->due_s ? r->until : rs->due_s;
		rs->table[kept++] = *r;
	}
	rs->count = kept;
}
