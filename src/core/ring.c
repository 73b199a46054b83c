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

static struct kith_place *place_at(const struct kith_node *n, uint32_t at)
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

/* Mids are hashes, so whoever is sought lies near where it would if they were spread evenly. Steps from
 * there that double, but for the middle of what is left, bound the search where somebody chose them. */
uint32_t kith_ring_seek(const struct kith_node *n, const struct kith_mid *mid)
{
	const uint32_t *before = &n->peers.leaves.before[mid->b[0]], key = key_of(mid);
	uint32_t lo = before[0], hi = before[1], step = 2;
	uint32_t at = lo + (uint32_t)((uint64_t)(hi - lo) * (key & 0xffffff) >> 24);

	while (lo < hi) {
		const bool is_before = compare(n, at, mid, key) < 0;
		uint32_t reach;

		if (is_before)
			lo = at + 1;
		else
			hi = at;
		reach = step < (hi - lo) / 2 ? step : (hi - lo) / 2;
		at = is_before ? lo + reach : hi - 1 - reach;
		step *= 2;
	}
	return lo;
}

bool kith_ring_is_at(const struct kith_node *n, uint32_t at, const struct kith_mid *mid)
{
	return at < n->peers.count && compare(n, at, mid, key_of(mid)) == 0;
}

uint64_t kith_ring_leaf(const struct kith_node *n, uint32_t at)
{
	KITH_ASSERT(at < n->peers.count);
	return place_at(n, at)->leaf;
}

uint8_t kith_ring_nibble(const struct kith_node *n, uint32_t at, uint32_t depth)
{
	KITH_ASSERT(at < n->peers.count && depth < KITH_MID_NIBBLES);
	if (depth < 8)
		return place_at(n, at)->key >> (28 - 4 * depth) & 0x0f;
	return kith_ring_at(n, at)->record->mid.b[depth / 2] >> (depth % 2 == 0 ? 4 : 0) & 0x0f;
}

bool kith_ring_is_same(const struct kith_node *n, uint32_t at, const struct kith_mid *mid, uint64_t leaf)
{
	const struct kith_place *p = place_at(n, at);

	KITH_ASSERT(at < n->peers.count);
	return p->leaf == leaf && p->key == key_of(mid);
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
	n->peers.ring.places[n->peers.ring.gap++] =
		(struct kith_place){kith_leaf_of(n, p), key_of(mid), p->slot};
	n->peers.count++;
}

void kith_ring_leave(struct kith_node *n, const struct kith_peer *p)
{
	const uint32_t at = kith_ring_seek(n, &p->record->mid);

	KITH_ASSERT(kith_ring_at(n, at) == p);
	move_gap(n, at); /* it is the first behind the gap, which takes it in */
	n->peers.count--;
}

uint64_t kith_ring_renew(struct kith_node *n, const struct kith_peer *p, uint64_t leaf)
{
	struct kith_place *place = place_at(n, kith_ring_seek(n, &p->record->mid));
	const uint64_t was = place->leaf;

	KITH_ASSERT(place->slot == p->slot);
	place->leaf = leaf;
	return was;
}

void kith_ring_check(const struct kith_node *n)
{
	uint32_t i;

	KITH_ASSERT(n->peers.count <= n->peers.ring.room && n->peers.ring.gap <= n->peers.count);
	for (i = 0; i < n->peers.count; i++) {
		const struct kith_peer *p = kith_ring_at(n, i);

		KITH_ASSERT(p->slot == place_at(n, i)->slot);
		KITH_ASSERT(key_of(&p->record->mid) == place_at(n, i)->key);
		KITH_ASSERT(kith_leaf_of(n, p) == place_at(n, i)->leaf);
		KITH_ASSERT(i == 0 || memcmp(kith_ring_at(n, i - 1)->record->mid.b,
					     p->record->mid.b, sizeof(p->record->mid.b)) < 0);
	}
}

/* --- choosing ------------------------------------------------------------------------------------- */

bool kith_ring_is_unsuspected(const struct kith_peer *p)
{
	const struct kith_case *c = kith_peer_case(p);

	return p->status == KITH_STATUS_ALIVE && (c == NULL || c->own_rounds == 0);
}

struct kith_peer *kith_ring_successor(const struct kith_node *n)
{
	const uint32_t count = n->peers.count;
	uint32_t at = kith_ring_seek(n, &n->own.peer->record->mid), i;
	struct kith_peer *far = NULL;

	for (i = 1; i < count; i++) {
		struct kith_peer *p = kith_ring_at(n, (at + i) % count);

		if (!kith_ring_is_unsuspected(p))
			continue;
		if (kith_zone_is_near(n, p))
			return p;
		if (far == NULL)
			far = p;
	}
	return far;
}

static bool is_in(struct kith_peer *const *out, uint32_t got, const struct kith_peer *p)
{
	uint32_t i;

	for (i = 0; i < got && out[i] != p; i++)
		;
	return i < got;
}

/* One choice under way. */
struct picking {
	struct kith_peer **out;
	uint32_t got;
	const struct kith_peer *except;
	enum kith_where where;
};

static bool is_eligible(const struct kith_node *n, const struct picking *k, const struct kith_peer *p)
{
	return kith_peer_is_up(p) && !p->is_self && p != k->except && kith_zone_is_there(n, p, k->where);
}

/* Takes p if it is eligible and not in yet. */
static void pick(const struct kith_node *n, struct picking *k, struct kith_peer *p)
{
	if (is_eligible(n, k, p) && !is_in(k->out, k->got, p))
		k->out[k->got++] = p;
}

/* How many are eligible at most. */
static uint32_t eligible(const struct kith_node *n, const struct picking *k)
{
	const struct picking any = {.where = k->where};
	const struct kith_peer *self = n->own.peer;
	uint32_t there = k->where == KITH_ANYWHERE ? kith_peers_up(n)
			 : k->where == KITH_NEAR   ? n->zones.near
						   : n->zones.far;

	if (self != NULL && kith_peer_is_up(self) && kith_zone_is_there(n, self, k->where))
		there--;
	if (k->except != NULL && is_eligible(n, &any, k->except))
		there--;
	return there;
}

/* How often to try one's luck: more often where few of all are there, so that the walk that follows is
 * seldom needed, which favours those behind a long stretch of others. */
static uint32_t luck(uint32_t wanted, uint32_t there, uint32_t total)
{
	const uint32_t one_in = there > 0 ? total / there : 1;

	return 4 * wanted * (one_in < 1 ? 1 : one_in > 16 ? 16 : one_in);
}

uint32_t kith_ring_pick(struct kith_node *n, struct kith_peer **out, uint32_t got, uint32_t count,
			const struct kith_peer *except, enum kith_where where)
{
	const uint32_t total = n->peers.count;
	struct picking k = {out, got, except, where};
	const uint32_t there = eligible(n, &k), tries = luck(count - got, there, total);
	uint32_t start, i;

	if (total == 0)
		return got;
	for (i = 0; i < tries && k.got < count; i++)
		pick(n, &k, kith_ring_at(n, kith_rng_below(&n->rng, total)));
	/* Luck ran out: few are up, or few are there at all. */
	start = kith_rng_below(&n->rng, total);
	for (i = 0; i < total && k.got < count && k.got < got + there; i++)
		pick(n, &k, kith_ring_at(n, (start + i) % total));
	return k.got;
}

/* Adds the next alive after p, of its group or not, to the `got` observers, up to `count`. */
static uint32_t observe(const struct kith_node *n, const struct kith_peer *p, bool is_same, uint32_t got,
			uint32_t count, struct kith_peer *out[KITH_OBSERVERS])
{
	const uint32_t total = n->peers.count, at = kith_ring_seek(n, &p->record->mid);
	uint32_t i;

	for (i = 1; i < total && got < count; i++) {
		struct kith_peer *o = kith_ring_at(n, (at + i) % total);

		if (o->status == KITH_STATUS_ALIVE && kith_zone_is_same(n, o, p) == is_same &&
		    !is_in(out, got, o))
			out[got++] = o;
	}
	return got;
}

uint32_t kith_ring_observers(const struct kith_node *n, const struct kith_peer *p,
			     struct kith_peer *out[KITH_OBSERVERS])
{
	uint32_t got = 0;

	if (n->zones.far > 0) {
		got = observe(n, p, true, 0, KITH_OBSERVERS_NEAR, out);
		got = observe(n, p, false, got, KITH_OBSERVERS, out);
	}
	return observe(n, p, true, got, KITH_OBSERVERS, out);
}

bool kith_ring_observes(const struct kith_node *n, const struct kith_peer *p)
{
	struct kith_peer *observers[KITH_OBSERVERS];
	const uint32_t count = kith_ring_observers(n, p, observers);
	uint32_t i;

	for (i = 0; i < count; i++)
		if (observers[i]->is_self)
			return true;
	return false;
}
