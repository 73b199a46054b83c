/* SPDX-License-Identifier: ISC */
/*
 * base/map.h: a 64-bit key to a 32-bit slot number, open addressing, keyed so that nobody can
 * choose colliding keys. It is never walked, so its order can not influence anything.
 */
#ifndef KITH_BASE_MAP_H
#define KITH_BASE_MAP_H

#include <kith/types.h>
#include <stdbool.h>

#define KITH_MAP_NONE UINT32_MAX

struct kith_map_cell {
	uint64_t key;
	uint32_t slot; /* KITH_MAP_NONE = empty */
};

struct kith_map {
	struct kith_map_cell *cells; /* owned */
	uint32_t room;               /* power of two, or 0 */
	uint32_t count;
	uint64_t secret[2];
	const struct kith_alloc *alloc; /* borrowed */
};

void kith_map_init(struct kith_map *m, const struct kith_alloc *alloc, const uint64_t secret[2]);
void kith_map_fini(struct kith_map *m);
/* The slot, or KITH_MAP_NONE. */
uint32_t kith_map_get(const struct kith_map *m, uint64_t key);
/* Inserts or overwrites; slot != KITH_MAP_NONE. False: no memory, nothing changed. */
KITH_MUST_USE bool kith_map_put(struct kith_map *m, uint64_t key, uint32_t slot);
/* Removes it if it is there (backward-shift deletion: no tombstones). */
void kith_map_drop(struct kith_map *m, uint64_t key);

#endif
