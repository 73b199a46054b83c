/* SPDX-License-Identifier: ISC */
/*
 * query/dns_pick.h: which instances of a service an answer names, and in which order: shuffled, those
 * nearby first where that is wanted, and those that are suspected last.
 */
#ifndef KITH_QUERY_DNS_PICK_H
#define KITH_QUERY_DNS_PICK_H

#include "base/rng.h"
#include "query/directory.h"

/* What is asked for. */
struct kith_dns_wanted {
	struct kith_bytes name, tag, zone; /* an empty zone is any */
	bool has_tag;
	bool only_passing;
	bool no_idle;         /* leave out those of weight 0, while there are others */
	bool prefer_zone;     /* of `own_zone`, when at least `zone_min` of them are there; else first */
	uint32_t zone_min;
	struct kith_bytes own_zone;
};

/* Kept from one answer to the next. */
struct kith_dns_picked {
	uint32_t *places;     /* owned: in `range` */
	uint32_t count, room;
	struct kith_offer_range range;
	bool is_above;        /* the name is there, since tags end in it: "b", and there is a tag "a.b" */
};

/* KITH_ENOMEM. */
KITH_MUST_USE int kith_dns_pick(struct kith_dns_picked *p, const struct kith_directory *d,
				const struct kith_dns_wanted *wanted, struct kith_rng *rng,
				const struct kith_alloc *alloc);

static inline const struct kith_offer *kith_dns_picked_at(const struct kith_dns_picked *p, uint32_t i)
{
	return &p->range.first[p->places[i]];
}

/* Whether any service of this zone (empty: of all) has the tag. */
bool kith_dns_has_tag(const struct kith_directory *d, struct kith_bytes tag, struct kith_bytes zone);

#endif
