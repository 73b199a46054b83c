/* SPDX-License-Identifier: ISC */
#include "core/ring.h"

#include "base/check.h"
#include "core/node.h"
#include <string.h>

uint32_t kith_ring_key(const struct kith_mid *mid)
{
	return (uint32_t)mid->b[0] << 24 | (uint32_t)mid->b[1] << 16 | (uint32_t)mid->b[2] << 8 |
	       mid->b[3];
}

struct kith_peer *kith_ring_at(const struct kith_node *n, uint32_t ring_index)
{
	KITH_ASSERT(ring_index < n->peers.count);
	return kith_slab_at(&n->peers.table, n->peers.ring[ring_index].slot);
}

/* The mids themselves are looked at where keys are equal: hardly ever but for the one sought. */
static bool is_before(const struct kith_node *n, uint32_t at, const struct kith_mid *mid,
		      uint32_t key)
{
	if (n->peers.ring[at].key != key)
		return n->peers.ring[at].key < key;
	return memcmp(kith_ring_at(n, at)->record->mid.b, mid->b, sizeof(mid->b)) < 0;
}

uint32_t kith_ring_seek(const struct kith_node *n, const struct kith_mid *mid)
{
	const uint32_t *before = &n->peers.leaves.before[mid->b[0]], key = kith_ring_key(mid);
	uint32_t lo = before[0], hi = before[1];

	while (lo < hi) {
		const uint32_t middle = lo + (hi - lo) / 2;

		if (is_before(n, middle, mid, key))
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

bool kith_ring_is_at(const struct kith_node *n, uint32_t at, const struct kith_mid *mid)
{
	return at < n->peers.count && n->peers.ring[at].key == kith_ring_key(mid) &&
	       memcmp(kith_ring_at(n, at)->record->mid.b, mid->b, sizeof(mid->b)) == 0;
}

/* --- choosing ------------------------------------------------------------------------------------- */

struct kith_peer *kith_ring_next_up(const struct kith_node *n, const struct kith_mid *after,
				    const struct kith_peer *except)
{
	const uint32_t count = n->peers.count;
	uint32_t at = kith_ring_seek(n, after), i;

	for (i = 0; i < count; i++, at++) {
		struct kith_peer *p = kith_ring_at(n, at % count);

		if (kith_peer_is_up(p) && !p->is_self && p != except &&
		    memcmp(p->record->mid.b, after->b, sizeof(after->b)) != 0)
			return p;
	}
	return NULL;
}

/* Takes p into out[0..*got) if it is eligible and not in yet. */
static void pick(struct kith_peer *p, const struct kith_peer *except, struct kith_peer **out,
		 uint32_t *got)
{
	uint32_t i;

	if (!kith_peer_is_up(p) || p->is_self || p == except)
		return;
	for (i = 0; i < *got; i++)
		if (out[i] == p)
			return;
	out[(*got)++] = p;
}

uint32_t kith_ring_pick(struct kith_node *n, struct kith_peer **out, uint32_t count,
			 const struct kith_peer *except)
{
	const uint32_t total = n->peers.count, up = kith_peers_up(n);
	const struct kith_peer *self = n->own.peer;
	uint32_t got = 0, start, others, i;

	if (total == 0)
		return 0;
	for (i = 0; i < 4 * count && got < count; i++)
		pick(kith_ring_at(n, kith_rng_below(&n->rng, total)), except, out, &got);
	/* Luck ran out: few are up, or few are there at all. */
	start = kith_rng_below(&n->rng, total);
	others = up - (self != NULL && kith_peer_is_up(self) ? 1 : 0) -
		 (except != NULL && except != self && kith_peer_is_up(except) ? 1 : 0);
	for (i = 0; i < total && got < count && got < others; i++)
		pick(kith_ring_at(n, (start + i) % total), except, out, &got);
	return got;
}

uint32_t kith_ring_observers(const struct kith_node *n, const struct kith_peer *p,
			     struct kith_peer *out[KITH_OBSERVERS])
{
	const uint32_t count = n->peers.count;
	uint32_t at = kith_ring_seek(n, &p->record->mid), i, got = 0;

	for (i = 1; i < count && got < KITH_OBSERVERS; i++) {
		struct kith_peer *o = kith_ring_at(n, (at + i) % count);

		if (o->status == KITH_STATUS_ALIVE && o != p)
			out[got++] = o;
	}
	return got;
}
