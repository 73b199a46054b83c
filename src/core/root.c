/* SPDX-License-Identifier: ISC */
#include "core/root.h"

#include "base/cur.h"
#include "core/node.h"
#include <string.h>

static void count_leaf(struct kith_node *n, const struct kith_peer *p, uint64_t leaf, uint32_t by)
{
	struct kith_leaves *l = &n->peers.leaves;
	const unsigned group = p->record->mid.b[0];
	unsigned i;

	l->sum[group] += leaf;
	n->peers.leaf_sum += leaf;
	for (i = group; by != 0 && i < KITH_LEAF_GROUPS; i++)
		l->before[i + 1] += by;
}

uint64_t kith_leaf_of(const struct kith_node *n, const struct kith_peer *p)
{
	return kith_catalogue_leaf(n, p, p->record->leaf);
}

void kith_leaf_add(struct kith_node *n, const struct kith_peer *p)
{
	count_leaf(n, p, kith_leaf_of(n, p), 1);
}

void kith_leaf_take(struct kith_node *n, const struct kith_peer *p)
{
	count_leaf(n, p, -kith_leaf_of(n, p), (uint32_t)-1);
}

void kith_leaf_renew(struct kith_node *n, const struct kith_peer *p)
{
	const uint64_t leaf = kith_leaf_of(n, p);

	count_leaf(n, p, leaf - kith_ring_renew(n, p, leaf), 0);
}

uint64_t kith_leaves_of(const struct kith_node *n, uint8_t from, uint8_t to, uint32_t *count)
{
	const struct kith_leaves *l = &n->peers.leaves;
	uint64_t sum = 0;
	unsigned i;

	for (i = from; i <= to; i++)
		sum += l->sum[i];
	*count = l->before[to + 1] - l->before[from];
	return sum;
}

void kith_peers_digest(uint64_t leaf_sum, uint32_t count, uint8_t digest[8])
{
	uint8_t sum[12];
	struct kith_bytes part = {sum, sizeof(sum)};

	kith_put_u64(sum, leaf_sum);
	kith_put_u32(sum + 8, count);
	kith_hash(digest, 8, KITH_LABEL_RANGE, NULL, 0, &part, 1);
}

/* Of all that is listed, and of who is expelled. */
static uint64_t bare_sum(const struct kith_node *n)
{
	return n->peers.leaf_sum + n->revocations.sum;
}

static uint32_t bare_count(const struct kith_node *n)
{
	return n->peers.count + n->revocations.count;
}

void kith_peers_root(const struct kith_node *n, uint8_t root[8])
{
	const struct kith_root *r = &n->peers.root;
	const uint64_t sum = bare_sum(n) + n->tombs.sum;
	const uint32_t count = bare_count(n) + n->tombs.counted;

	if (r->is_made && r->count == count && r->sum == sum)
		memcpy(root, r->digest, sizeof(r->digest));
	else
		kith_peers_digest(sum, count, root);
}

void kith_peers_bare_root(const struct kith_node *n, uint8_t root[8])
{
	kith_peers_digest(bare_sum(n), bare_count(n), root);
}

void kith_peers_make_root(struct kith_node *n, uint8_t root[8])
{
	struct kith_root *r = &n->peers.root;

	kith_peers_root(n, root);
	*r = (struct kith_root){.sum = bare_sum(n) + n->tombs.sum,
				.count = bare_count(n) + n->tombs.counted,
				.is_made = true};
	memcpy(r->digest, root, sizeof(r->digest));
}
