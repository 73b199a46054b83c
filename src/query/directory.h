/* SPDX-License-Identifier: ISC */
/*
 * query/directory.h: who is there and what they offer, as this node sees it, in an order that can be
 * looked up and paged through. DNS and the rows of services answer from it.
 *
 *	node --kith_directory_update()--> a snapshot, sorted --> offers by name, members by name or
 *	address, zones
 *
 * The snapshot is made anew when the node's members or services have visibly changed since, and else an
 * update costs a look at two numbers. All of it lies in one block of its own, so that nothing is borrowed
 * from the node; what it hands out is good until the next update. What changes without a visible change
 * (when a member was heard, its round trip, where it lies) is as old as the snapshot: ask the node.
 * Its size follows what the node holds, which core bounds, and never what a client asks.
 */
#ifndef KITH_QUERY_DIRECTORY_H
#define KITH_QUERY_DIRECTORY_H

#include <kith/kith.h>

/* One instance of a service. */
struct kith_offer {
	struct kith_service service;
	const struct kith_member *member; /* its owner */
};

/* One address, without its port, and who lists it. */
struct kith_dwelling {
	struct kith_addr addr;
	const struct kith_member *member;
};

struct kith_directory {
	const struct kith_node *node;   /* borrowed */
	const struct kith_alloc *alloc; /* borrowed */
	void *block;                    /* owned: all that is below lies in it */
	size_t block_size;
	struct kith_offer *offers;      /* by name without regard to letter case, name, node, owner, id */
	struct kith_member *members;    /* in the order of their ids */
	const struct kith_member **by_name;    /* of one name first the one that is best off */
	struct kith_dwelling *dwellings;       /* by address, then as by_name */
	const char **zones;             /* sorted, each once */
	const struct kith_member *self;
	uint32_t offer_count, member_count, dwelling_count, zone_count;
	uint64_t changes, service_changes; /* the node's, when the snapshot was made */
	bool is_made;
};

struct kith_offer_range {
	const struct kith_offer *first;
	uint32_t count;
};

/* Takes no memory yet: the first update does. */
void kith_directory_init(struct kith_directory *d, const struct kith_node *node,
			 const struct kith_alloc *alloc);
void kith_directory_fini(struct kith_directory *d);
/* To be called before each use. KITH_ENOMEM: there is no snapshot; the next call tries again. */
KITH_MUST_USE int kith_directory_update(struct kith_directory *d);

/* All offers of a name, in whatever letter case they are written; those of one spelling are together. */
struct kith_offer_range kith_directory_offers(const struct kith_directory *d, struct kith_bytes name);
/* The member of a name, in any letter case; of several the one that is best off. NULL: there is none. */
const struct kith_member *kith_directory_member(const struct kith_directory *d, struct kith_bytes name);
/* The member that lists this address, whatever its port; of several the one that is best off. NULL. */
const struct kith_member *kith_directory_member_at(const struct kith_directory *d, struct kith_addr addr);
/* Whether a member is in this zone, written in any letter case. */
bool kith_directory_has_zone(const struct kith_directory *d, struct kith_bytes zone);

/* The order of offers; of a service its name, node, owner and id are looked at. */
int kith_directory_order(const struct kith_service *x, const struct kith_service *y);
/* The order of texts: byte by byte, ASCII's capitals counting as small letters. */
int kith_fold_compare(struct kith_bytes a, struct kith_bytes b);

#endif
