/* SPDX-License-Identifier: ISC */
#include "core/zone.h"

#include "base/check.h"
#include "core/node.h"
#include <string.h>

enum { SMALL = KITH_ZONES_MAX }; /* the place of those without one, and the small zones' group */

static bool is_present(const struct kith_peer *p)
{
	return p->status != KITH_STATUS_FAILED && p->status != KITH_STATUS_LEFT;
}

/* The place of the zone of that name; a free one, or the last, if there is none yet. */
static uint8_t place_of(const struct kith_node *n, const char *name)
{
	const struct kith_zone *list = n->zones.list;
	uint8_t i, seen = 0, place = SMALL;

	for (i = 0; i < KITH_ZONES_MAX && (seen < n->zones.used || place == SMALL); i++) {
		if (list[i].members == 0) {
			if (place == SMALL)
				place = i;
			continue;
		}
		if (strcmp(list[i].name, name) == 0)
			return i;
		seen++;
	}
	return place;
}

static bool is_larger(const struct kith_zone *a, const struct kith_zone *b)
{
	return a->present != b->present ? a->present > b->present : strcmp(a->name, b->name) < 0;
}

/* Each member concludes the same groups from the same members. */
static void regroup(struct kith_node *n)
{
	struct kith_zones *zs = &n->zones;
	uint32_t small = zs->list[SMALL].present;
	uint8_t largest = SMALL, i;

	for (i = 0; i < KITH_ZONES_MAX; i++) {
		const struct kith_zone *z = &zs->list[i];

		if (z->present < KITH_ZONE_LEAST)
			small += z->present;
		else if (largest == SMALL || is_larger(z, &zs->list[largest]))
			largest = i;
	}
	if (small >= KITH_ZONE_LEAST)
		largest = SMALL;
	zs->near = zs->far = 0;
	for (i = 0; i <= SMALL; i++) {
		struct kith_zone *z = &zs->list[i];

		z->group = i < SMALL && z->present >= KITH_ZONE_LEAST ? i : largest;
	}
	for (i = 0; i <= SMALL; i++) {
		const struct kith_zone *z = &zs->list[i];

		if (!zs->has_own || z->group == zs->list[zs->own].group)
			zs->near += z->present;
		else
			zs->far += z->present;
	}
}

static bool is_one(const struct kith_zones *zs)
{
	return zs->used <= 1 && zs->list[SMALL].members == 0;
}

/* A cluster of one zone has one group. */
static void count(struct kith_node *n, struct kith_zone *z, int members, int present)
{
	struct kith_zones *zs = &n->zones;
	const bool was_one = is_one(zs);

	if (z != &zs->list[SMALL])
		zs->used += (z->members == 0) - (z->members == 1 && members < 0);
	z->members += (uint32_t)members;
	z->present += (uint32_t)present;
	if (was_one && is_one(zs)) {
		zs->near += (uint32_t)present;
		return;
	}
	regroup(n);
}

void kith_zone_enter(struct kith_node *n, struct kith_peer *p)
{
	const char *name = p->certificate->c.zone;
	struct kith_zone *z;

	p->zone = place_of(n, name);
	z = &n->zones.list[p->zone];
	if (z->members == 0 && p->zone != SMALL && strcmp(z->name, name) != 0) {
		memcpy(z->name, name, strlen(name) + 1);
		memset(&z->rtts, 0, sizeof(z->rtts));
	}
	if (p->is_self) {
		n->zones.own = p->zone;
		n->zones.has_own = true;
	}
	count(n, z, 1, is_present(p) ? 1 : 0);
}

void kith_zone_leave(struct kith_node *n, const struct kith_peer *p)
{
	struct kith_zone *z = &n->zones.list[p->zone];

	KITH_ASSERT(z->members > 0);
	count(n, z, -1, is_present(p) ? -1 : 0);
}

/* --- near and far --------------------------------------------------------------------------------- */

bool kith_zone_is_same(const struct kith_node *n, const struct kith_peer *p, const struct kith_peer *q)
{
	const struct kith_zone *list = n->zones.list;

	return p->zone == q->zone || list[p->zone].group == list[q->zone].group;
}

bool kith_zone_is_near(const struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_zones *zs = &n->zones;

	return zs->far == 0 || zs->list[p->zone].group == zs->list[zs->own].group;
}

bool kith_zone_is_there(const struct kith_node *n, const struct kith_peer *p, enum kith_where where)
{
	return where == KITH_ANYWHERE || kith_zone_is_near(n, p) == (where == KITH_NEAR);
}

void kith_zone_bytes(const struct kith_node *n, const struct kith_peer *p, uint64_t *total, size_t len)
{
	const struct kith_zones *zs = &n->zones;

	/* Whoever has no place of its own is known by its certificate alone. */
	if (zs->has_own && (p->zone != SMALL && zs->own != SMALL
				    ? p->zone != zs->own
				    : strcmp(p->certificate->c.zone, n->own.certificate->c.zone) != 0))
		*total += len;
}

uint32_t kith_zone_pick(struct kith_node *n, struct kith_peer **out, uint32_t wanted,
			const struct kith_peer *except, uint32_t far_permille)
{
	const struct kith_zones *zs = &n->zones;
	uint32_t crossing = 0, among_all, got, i;

	if (zs->far == 0)
		return kith_ring_pick(n, out, 0, wanted, except, KITH_ANYWHERE);
	among_all = (uint32_t)(zs->far * UINT64_C(1000) / (zs->near + zs->far));
	far_permille = far_permille < among_all ? far_permille : among_all;
	for (i = 0; i < wanted; i++)
		crossing += kith_rng_below(&n->rng, 1000) < far_permille ? 1 : 0;
	got = kith_ring_pick(n, out, 0, wanted - crossing, except, KITH_NEAR);
	got = kith_ring_pick(n, out, got, wanted, except, KITH_FAR);
	return kith_ring_pick(n, out, got, wanted, except, KITH_NEAR); /* too few far ones are up */
}

uint32_t kith_zone_gossip_far_permille(const struct kith_node *n)
{
	const uint32_t few = 1000 * KITH_ZONE_CROSSERS / (n->zones.near + 1);

	return few > KITH_ZONE_GOSSIP_FAR_PERMILLE ? few : KITH_ZONE_GOSSIP_FAR_PERMILLE;
}

void kith_zone_check(const struct kith_node *n)
{
	uint32_t members[KITH_ZONES_MAX + 1] = {0}, present[KITH_ZONES_MAX + 1] = {0}, near = 0, far = 0, i;
	uint8_t used = 0;

	for (i = 0; i < n->peers.count; i++) {
		const struct kith_peer *p = kith_ring_at(n, i);
		const struct kith_zone *z = &n->zones.list[p->zone];

		KITH_ASSERT(p->zone == SMALL || strcmp(z->name, p->certificate->c.zone) == 0);
		members[p->zone]++;
		if (!is_present(p))
			continue;
		present[p->zone]++;
		if (kith_zone_is_near(n, p))
			near++;
		else
			far++;
	}
	for (i = 0; i <= SMALL; i++) {
		const struct kith_zone *z = &n->zones.list[i];

		KITH_ASSERT(z->members == members[i] && z->present == present[i]);
		used += i < SMALL && z->members > 0 ? 1 : 0;
	}
	KITH_ASSERT(used == n->zones.used && near == n->zones.near && far == n->zones.far);
}
