/* SPDX-License-Identifier: ISC */
#include "core/ring.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/node.h"
#include <string.h>

static uint32_t key_of(const struct kith_mid *mid)
{
	return (uint32_t)mid->b[0] << 24 | (uint32_t)mid->b[1] << 16 | (uint32_t)mid->b[2] << 8 |
	       mid->b[3];
}

static const struct kith_place *place_at(const struct kith_node *n, uint32_t at)
{
	const struct kith_ring *r = &n->peers.ring;

	return &r->places[at < r->gap ? at : at + (r->room - n->peers.count)];
}

struct kith_peer *kith_ring_at(const struct kith_node *n, uint32_t ring_index)
{
	KITH_ASSERT(ring_index < n->peers.count);
	return kith_slab_at(&n->peers.table, place_at(n, ring_index)->slot);
}

/* The mids themselves are looked at where keys are equal: hardly ever but for the one sought. */
static inline int compare(const struct kith_node *n, uint32_t at, const struct kith_mid *mid, uint32_t key)
{
	const uint32_t is = place_at(n, at)->key;

	if (is != key)
		return is < key ? -1 : 1;
	return memcmp(kith_ring_at(n, at)->record->mid.b, mid->b, sizeof(mid->b));
}

int kith_ring_compare(const struct kith_node *n, uint32_t at, const struct kith_mid *mid)
{
	KITH_ASSERT(at < n->peers.count);
	return compare(n, at, mid, key_of(mid));
}

uint32_t kith_ring_seek(const struct kith_node *n, const struct kith_mid *mid)
{
	const uint32_t *before = &n->peers.leaves.before[mid->b[0]], key = key_of(mid);
	uint32_t lo = before[0], hi = before[1];

	while (lo < hi) {
		const uint32_t middle = lo + (hi - lo) / 2;

		if (compare(n, middle, mid, key) < 0)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

bool kith_ring_is_at(const struct kith_node *n, uint32_t at, const struct kith_mid *mid)
{
	return at < n->peers.count && compare(n, at, mid, key_of(mid)) == 0;
}

/* --- who is in it --------------------------------------------------------------------------------- */

void kith_ring_fini(struct kith_node *n)
{
	kith_mem_free(&n->alloc, n->peers.ring.places);
}

bool kith_ring_reserve(struct kith_node *n)
{
	struct kith_ring *r = &n->peers.ring;
	void *places = r->places;

	if (n->peers.count < r->room)
		return true;
	if (!kith_mem_grow(&n->alloc, &places, &r->room, n->peers.count + 1, sizeof(*r->places)))
		return false;
	r->places = places;
	r->gap = n->peers.count; /* what is new lies at the end */
	return true;
}

static void move_gap(struct kith_node *n, uint32_t to)
{
	struct kith_ring *r = &n->peers.ring;
	const uint32_t len = r->room - n->peers.count;

	if (to < r->gap)
		memmove(&r->places[to + len], &r->places[to], (r->gap - to) * sizeof(*r->places));
	else
		memmove(&r->places[r->gap], &r->places[r->gap + len],
			(to - r->gap) * sizeof(*r->places));
	r->gap = to;
}

void kith_ring_enter(struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_mid *mid = &p->record->mid;
	const uint32_t at = kith_ring_seek(n, mid);

	KITH_ASSERT(n->peers.count < n->peers.ring.room && !kith_ring_is_at(n, at, mid));
	move_gap(n, at);
	n->peers.ring.places[n->peers.ring.gap++] = (struct kith_place){key_of(mid), p->slot};
	n->peers.count++;
}

void kith_ring_leave(struct kith_node *n, const struct kith_peer *p)
{
	const uint32_t at = kith_ring_seek(n, &p->record->mid);

	KITH_ASSERT(kith_ring_at(n, at) == p);
	move_gap(n, at); /* it is the first behind the gap, which takes it in */
	n->peers.count--;
}

void kith_ring_check(const struct kith_node *n)
{
	uint32_t i;

	KITH_ASSERT(n->peers.count <= n->peers.ring.room && n->peers.ring.gap <= n->peers.count);
	for (i = 0; i < n->peers.count; i++) {
		const struct kith_peer *p = kith_ring_at(n, i);

		KITH_ASSERT(p->slot == place_at(n, i)->slot);
		KITH_ASSERT(key_of(&p->record->mid) == place_at(n, i)->key);
		KITH_ASSERT(i == 0 || memcmp(kith_ring_at(n, i - 1)->record->mid.b,
					     p->record->mid.b, sizeof(p->record->mid.b)) < 0);
	}
}

/* --- choosing ------------------------------------------------------------------------------------- */

/* Alive, and no round of ours has failed since it last answered one. */
static bool is_unsuspected(const struct kith_peer *p)
{
	const struct kith_case *c = kith_peer_case(p);

	return p->status == KITH_STATUS_ALIVE && (c == NULL || c->own_rounds == 0);
}

struct kith_peer *kith_ring_successor(const struct kith_node *n)
{
	const uint32_t count = n->peers.count;
	uint32_t at = kith_ring_seek(n, &n->own.peer->record->mid), i;

	for (i = 1; i < count; i++) {
		struct kith_peer *p = kith_ring_at(n, (at + i) % count);

		if (is_unsuspected(p))
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
