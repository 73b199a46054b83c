/* SPDX-License-Identifier: ISC */
/*
 * core/zone.h: who is near. A member's certificate names its zone: a room, a site, a region. What
 * crosses zones is slower, is lost more often and is paid for, so most of what a member asks and
 * tells stays in its own (3-membership.md, Zones):
 *
 *	certificate -> kith_zone_enter(): the peer's zone, counted -> zones in groups
 *	-> kith_zone_is_near(), kith_zone_is_same() -> core/ring, core/probe, core/helper choose by it
 *
 * A group is a zone of at least KITH_ZONE_LEAST members that are present, or all smaller zones
 * together; where even those are too few, they count to the largest zone. Whoever is alone at its
 * site is thus watched as closely as anybody else. In a cluster of one zone everybody is near.
 */
#ifndef KITH_CORE_ZONE_H
#define KITH_CORE_ZONE_H

#include "core/limits.h"
#include "core/rtt.h"
#include <kith/types.h>
#include <stdbool.h>

struct kith_node;
struct kith_peer;

struct kith_zone {
	char name[KITH_ZONE_MAX + 1];
	uint32_t members; /* of the table; 0: the place is free */
	uint32_t present; /* of those, neither failed nor left */
	struct kith_rtts rtts;
	uint8_t group;    /* the place of its group's zone; KITH_ZONES_MAX: the small ones' */
};

struct kith_zones {
	struct kith_zone list[KITH_ZONES_MAX + 1]; /* the last one: those for which there was no place */
	uint32_t near, far; /* present, this node's own group and the others */
	uint8_t used;       /* places that are not free, but for the last */
	uint8_t own;        /* our own zone's place */
	bool has_own;       /* we are in the table */
};

/* Where to look for members. */
enum kith_where { KITH_ANYWHERE, KITH_NEAR, KITH_FAR };

/* Counts p into the zone that its certificate names, and out of the one it is in. Whatever changes
 * its certificate or its status does so between the two. */
void kith_zone_enter(struct kith_node *n, struct kith_peer *p);
void kith_zone_leave(struct kith_node *n, const struct kith_peer *p);

/* Whether the two belong to one group. */
bool kith_zone_is_same(const struct kith_node *n, const struct kith_peer *p, const struct kith_peer *q);
/* Whether p belongs to this node's group. */
bool kith_zone_is_near(const struct kith_node *n, const struct kith_peer *p);
/* Whether p is to be found there. */
bool kith_zone_is_there(const struct kith_node *n, const struct kith_peer *p, enum kith_where where);
/* Counts bytes to or from p if they cross zones: those have other names, whatever the groups. */
void kith_zone_bytes(const struct kith_node *n, const struct kith_peer *p, uint64_t *total, size_t len);

/* Up to `wanted` distinct random peers that are up, not self, not `except`; each of them is a far one
 * with this chance, but no more often than among all. Returns how many. */
uint32_t kith_zone_pick(struct kith_node *n, struct kith_peer **out, uint32_t wanted,
			const struct kith_peer *except, uint32_t far_permille);
/* The chance with which gossip crosses. */
uint32_t kith_zone_gossip_far_permille(const struct kith_node *n);

/* Asserts that the counts are right. */
void kith_zone_check(const struct kith_node *n);

#endif
