/* SPDX-License-Identifier: ISC */
/*
 * base/slab.h: a table of equal items that stay where they are. They lie in chunks of 64, so that a
 * pointer to one holds as long as the item is in use, and none costs more than its size and a bit.
 * The lowest free place is taken first: what comes and goes stays together, a run repeats exactly,
 * and chunks that became empty at the end go back.
 */
#ifndef KITH_BASE_SLAB_H
#define KITH_BASE_SLAB_H

#include <kith/types.h>
#include <stdbool.h>

enum { KITH_SLAB_CHUNK = 64 };

struct kith_slab_chunk {
	uint8_t *items; /* owned */
	uint64_t used;  /* bit i: place i is in use */
};

struct kith_slab {
	struct kith_slab_chunk *chunks; /* owned */
	uint32_t chunk_count, chunk_room;
	uint32_t count;  /* items in use */
	uint32_t lowest; /* all chunks below this one are full */
	uint32_t item_size;
	const struct kith_alloc *alloc; /* borrowed */
};

void kith_slab_init(struct kith_slab *s, const struct kith_alloc *alloc, uint32_t item_size);
/* Frees the table; what the items own is to be freed before. */
void kith_slab_fini(struct kith_slab *s);
/* Takes the lowest free place: the zeroed item and its index; NULL: no memory, nothing changed. */
void *kith_slab_take(struct kith_slab *s, uint32_t *index);
/* Gives the place back; it is in use. */
void kith_slab_give(struct kith_slab *s, uint32_t index);

/* Every index in use is below. */
static inline uint32_t kith_slab_end(const struct kith_slab *s)
{
	return s->chunk_count * KITH_SLAB_CHUNK;
}

static inline bool kith_slab_has(const struct kith_slab *s, uint32_t index)
{
	return index < kith_slab_end(s) &&
	       (s->chunks[index / KITH_SLAB_CHUNK].used >> index % KITH_SLAB_CHUNK & 1) != 0;
}

/* The item at an index below the end. */
static inline void *kith_slab_at(const struct kith_slab *s, uint32_t index)
{
	return s->chunks[index / KITH_SLAB_CHUNK].items +
	       (size_t)(index % KITH_SLAB_CHUNK) * s->item_size;
}

#endif
