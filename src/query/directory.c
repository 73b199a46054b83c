/* SPDX-License-Identifier: ISC */
#include "query/directory.h"
#include "base/addr.h"
#include "base/check.h"
#include "base/mem.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* --- orders ---------------------------------------------------------------------------------- */

static int fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

int kith_fold_compare(struct kith_bytes a, struct kith_bytes b)
{
	const size_t len = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < len; i++) {
		const int order = fold(a.p[i]) - fold(b.p[i]);

		if (order != 0)
			return order;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static int compare_bytes(struct kith_bytes a, struct kith_bytes b)
{
	const size_t len = a.len < b.len ? a.len : b.len;
	const int order = len > 0 ? memcmp(a.p, b.p, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static struct kith_bytes text_of(const char *s)
{
	return (struct kith_bytes){(const uint8_t *)s, strlen(s)};
}

static int compare_mids(const struct kith_mid *a, const struct kith_mid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

int kith_directory_order(const struct kith_service *x, const struct kith_service *y)
{
	int order = kith_fold_compare(x->name, y->name);

	if (order == 0)
		order = compare_bytes(x->name, y->name);
	if (order == 0)
		order = strcmp(x->node, y->node);
	if (order == 0)
		order = compare_mids(&x->owner, &y->owner);
	return order != 0 ? order : compare_bytes(x->id, y->id);
}

static int order_of_offers(const void *a, const void *b)
{
	return kith_directory_order(&((const struct kith_offer *)a)->service,
				    &((const struct kith_offer *)b)->service);
}

/* The statuses stand in the order in which a member is better off. */
static int compare_fortunes(const struct kith_member *x, const struct kith_member *y)
{
	if (x->status != y->status)
		return x->status < y->status ? -1 : 1;
	return compare_mids(&x->mid, &y->mid);
}

static int order_of_names(const void *a, const void *b)
{
	const struct kith_member *const *x = a, *const *y = b;
	const int order = kith_fold_compare(text_of((*x)->name), text_of((*y)->name));

	return order != 0 ? order : compare_fortunes(*x, *y);
}

static int order_of_dwellings(const void *a, const void *b)
{
	const struct kith_dwelling *x = a, *y = b;
	const int order = kith_addr_cmp(&x->addr, &y->addr);

	return order != 0 ? order : compare_fortunes(x->member, y->member);
}

static int order_of_zones(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return kith_fold_compare(text_of(*x), text_of(*y));
}

/* --- making ---------------------------------------------------------------------------------- */

struct measure {
	size_t offers, members, dwellings, text;
};

static struct measure measure(const struct kith_node *node)
{
	struct measure size = {0};
	struct kith_service s;
	struct kith_member m;
	uint64_t cursor = 0;
	uint32_t at = 0;

	while (kith_node_members(node, &at, &m)) {
		size.members++;
		size.dwellings += m.addr_count;
		size.text += strlen(m.name) + 1 + strlen(m.zone) + 1 + m.tags.len;
	}
	while (kith_node_services(node, &cursor, &s)) {
		size.offers++;
		size.text += s.name.len + s.id.len + s.note.len + s.addrs.len + s.ports.len + s.tags.len +
			     s.meta.len;
	}
	return size;
}

/* The next array in the block, or NULL while there is none and only its length is asked for. */
static void *carve(uint8_t *block, size_t *at, size_t count, size_t size)
{
	void *p = block != NULL ? block + *at : NULL;

	*at += (count * size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	return p;
}

/* Where the texts begin, behind all arrays. */
static size_t lay_out(struct kith_directory *d, const struct measure *size)
{
	size_t at = 0;

	d->offers = carve(d->block, &at, size->offers, sizeof(*d->offers));
	d->members = carve(d->block, &at, size->members, sizeof(*d->members));
	d->dwellings = carve(d->block, &at, size->dwellings, sizeof(*d->dwellings));
	d->by_name = carve(d->block, &at, size->members, sizeof(*d->by_name));
	d->zones = carve(d->block, &at, size->members, sizeof(*d->zones));
	return at;
}

/* A block that is much too long is given back: once many services are not for ever. */
static bool has_room(struct kith_directory *d, size_t len)
{
	if (d->block != NULL && len <= d->block_size && len >= d->block_size / 4)
		return true;
	kith_mem_free(d->alloc, d->block);
	d->block_size = len + len / 8;
	d->block = kith_mem_bytes(d->alloc, d->block_size);
	return d->block != NULL;
}

static struct kith_bytes keep(uint8_t **at, struct kith_bytes b)
{
	const struct kith_bytes kept = {*at, b.len};

	if (b.len > 0)
		memcpy(*at, b.p, b.len);
	*at += b.len;
	return kept;
}

static const char *keep_text(uint8_t **at, const char *text)
{
	return (const char *)keep(at, (struct kith_bytes){(const uint8_t *)text, strlen(text) + 1}).p;
}

static void fill_members(struct kith_directory *d, uint8_t **at)
{
	struct kith_member m;
	uint32_t cursor = 0;

	while (kith_node_members(d->node, &cursor, &m)) {
		struct kith_member *kept = &d->members[d->member_count];

		*kept = m;
		kept->name = keep_text(at, m.name);
		kept->zone = keep_text(at, m.zone);
		kept->tags = keep(at, m.tags);
		if (m.self)
			d->self = kept;
		d->by_name[d->member_count] = kept;
		d->zones[d->member_count] = kept->zone;
		for (uint8_t i = 0; i < m.addr_count; i++) {
			struct kith_dwelling *home = &d->dwellings[d->dwelling_count++];

			*home = (struct kith_dwelling){m.addrs[i], kept};
			home->addr.port = 0;
		}
		d->member_count++;
	}
}

static int order_of_mids(const void *key, const void *item)
{
	return compare_mids(key, &((const struct kith_member *)item)->mid);
}

static void fill_offers(struct kith_directory *d, uint8_t **at)
{
	struct kith_service s;
	uint64_t cursor = 0;

	while (kith_node_services(d->node, &cursor, &s)) {
		const struct kith_member *owner = bsearch(&s.owner, d->members, d->member_count,
							  sizeof(*d->members), order_of_mids);
		struct kith_offer *kept = &d->offers[d->offer_count];

		if (owner == NULL)
			continue; /* nobody can be sent to a host that is not listed */
		*kept = (struct kith_offer){s, owner};
		kept->service.node = owner->name;
		kept->service.zone = owner->zone;
		kept->service.name = keep(at, s.name);
		kept->service.id = keep(at, s.id);
		kept->service.note = keep(at, s.note);
		kept->service.addrs = keep(at, s.addrs);
		kept->service.ports = keep(at, s.ports);
		kept->service.tags = keep(at, s.tags);
		kept->service.meta = keep(at, s.meta);
		d->offer_count++;
	}
}

static void sort(struct kith_directory *d)
{
	uint32_t kept = 0;

	qsort(d->offers, d->offer_count, sizeof(*d->offers), order_of_offers);
	qsort(d->by_name, d->member_count, sizeof(*d->by_name), order_of_names);
	qsort(d->dwellings, d->dwelling_count, sizeof(*d->dwellings), order_of_dwellings);
	qsort(d->zones, d->member_count, sizeof(*d->zones), order_of_zones);
	for (uint32_t i = 0; i < d->member_count; i++)
		if (kept == 0 || strcmp(d->zones[kept - 1], d->zones[i]) != 0)
			d->zones[kept++] = d->zones[i];
	d->zone_count = kept;
}

int kith_directory_update(struct kith_directory *d)
{
	struct measure size;
	struct kith_view v;
	size_t arrays;
	uint8_t *at;

	kith_node_view(d->node, &v);
	if (d->is_made && d->changes == v.changes && d->service_changes == v.service_changes)
		return 0;
	size = measure(d->node);
	d->is_made = false;
	d->offer_count = d->member_count = d->dwelling_count = d->zone_count = 0;
	d->self = NULL;
	if (!has_room(d, lay_out(d, &size) + size.text))
		return KITH_ENOMEM;
	arrays = lay_out(d, &size);
	at = (uint8_t *)d->block + arrays;
	fill_members(d, &at);
	fill_offers(d, &at);
	KITH_ASSERT(d->member_count == size.members && at <= (uint8_t *)d->block + d->block_size);
	sort(d);
	d->changes = v.changes;
	d->service_changes = v.service_changes;
	d->is_made = true;
	return 0;
}

void kith_directory_init(struct kith_directory *d, const struct kith_node *node,
			 const struct kith_alloc *alloc)
{
	*d = (struct kith_directory){.node = node, .alloc = alloc};
}

void kith_directory_fini(struct kith_directory *d)
{
	if (d->alloc != NULL)
		kith_mem_free(d->alloc, d->block);
	*d = (struct kith_directory){.node = NULL};
}

/* --- looking up ------------------------------------------------------------------------------ */

/* The first index from `first` on whose name is not before `name`, or is after it. */
static uint32_t bound(const struct kith_directory *d, struct kith_bytes name, bool after)
{
	uint32_t low = 0, high = d->offer_count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const int order = kith_fold_compare(d->offers[middle].service.name, name);

		if (order < 0 || (after && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct kith_offer_range kith_directory_offers(const struct kith_directory *d, struct kith_bytes name)
{
	const uint32_t first = bound(d, name, false);

	if (first == d->offer_count) /* there may be no list at all */
		return (struct kith_offer_range){NULL, 0};
	return (struct kith_offer_range){d->offers + first, bound(d, name, true) - first};
}

const struct kith_member *kith_directory_member(const struct kith_directory *d, struct kith_bytes name)
{
	uint32_t low = 0, high = d->member_count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (kith_fold_compare(text_of(d->by_name[middle]->name), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == d->member_count || kith_fold_compare(text_of(d->by_name[low]->name), name) != 0)
		return NULL;
	return d->by_name[low];
}

const struct kith_member *kith_directory_member_at(const struct kith_directory *d, struct kith_addr addr)
{
	uint32_t low = 0, high = d->dwelling_count;

	addr.port = 0;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (kith_addr_cmp(&d->dwellings[middle].addr, &addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < d->dwelling_count && kith_addr_eq(&d->dwellings[low].addr, &addr)
		       ? d->dwellings[low].member
		       : NULL;
}

static int order_of_zone(const void *key, const void *item)
{
	return kith_fold_compare(*(const struct kith_bytes *)key, text_of(*(const char *const *)item));
}

bool kith_directory_has_zone(const struct kith_directory *d, struct kith_bytes zone)
{
	return d->zone_count > 0 &&
	       bsearch(&zone, d->zones, d->zone_count, sizeof(*d->zones), order_of_zone) != NULL;
}
