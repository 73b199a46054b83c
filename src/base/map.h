/* SPDX-License-Identifier: ISC */
/*
 * base/map.h: an index: 64-bit keys to the slots of a table that holds them, open addressing, keyed
 * so that nobody can choose colliding keys. A cell is 32 bits: the slot, and some bits of the hash;
 * the key itself is asked of the table when they agree. So the table's item has its key before it is
 * put, and as long as it is in. It is never walked, so its order can not influence anything.
 */
#ifndef KITH_BASE_MAP_H
#define KITH_BASE_MAP_H

#include <kith/types.h>
#include <stdbool.h>

#define KITH_MAP_NONE UINT32_MAX
enum {
	KITH_MAP_SLOT_BITS = 21, /* the rest of a cell: one miss in 2048 asks for a key in vain */
	KITH_MAP_SLOTS = (1 << KITH_MAP_SLOT_BITS) - 1 /* slots are below */
};

/* The key of a slot that is in the map. */
typedef uint64_t kith_map_key_f(const void *table, uint32_t slot);

struct kith_map {
	uint32_t *cells; /* owned: bits of the hash, slot + 1; 0 = empty */
	uint32_t room;   /* power of two, or 0 */
	uint32_t count;
	uint64_t secret[2];
	kith_map_key_f *key_of;
	const void *table;              /* borrowed, for key_of */
	const struct kith_alloc *alloc; /* borrowed */
};

void kith_map_init(struct kith_map *m, const struct kith_alloc *alloc, const uint64_t secret[2],
		   kith_map_key_f *key_of, const void *table);
void kith_map_fini(struct kith_map *m);
/* The slot, or KITH_MAP_NONE. */
uint32_t kith_map_get(const struct kith_map *m, uint64_t key);
/* Makes room for so many more keys, so that putting them can not fail; false: no memory, or more than
 * there are slots. */
KITH_MUST_USE bool kith_map_reserve(struct kith_map *m, uint32_t more);
/* Inserts or overwrites; slot < KITH_MAP_SLOTS. False: no memory, nothing changed. */
KITH_MUST_USE bool kith_map_put(struct kith_map *m, uint64_t key, uint32_t slot);
/* Removes it if it is there (backward-shift deletion: no tombstones). */
void kith_map_drop(struct kith_map *m, uint64_t key);

#endif
