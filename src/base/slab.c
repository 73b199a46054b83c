/* SPDX-License-Identifier: ISC */
#include "base/slab.h"
#include "base/check.h"
#include "base/mem.h"
#include <string.h>

void kith_slab_init(struct kith_slab *s, const struct kith_alloc *alloc, uint32_t item_size)
{
	KITH_ASSERT(item_size > 0);
	*s = (struct kith_slab){.alloc = alloc, .item_size = item_size};
}

void kith_slab_fini(struct kith_slab *s)
{
	uint32_t i;

	for (i = 0; i < s->chunk_count; i++)
		kith_mem_free(s->alloc, s->chunks[i].items);
	if (s->alloc != NULL)
		kith_mem_free(s->alloc, s->chunks);
	*s = (struct kith_slab){.alloc = s->alloc, .item_size = s->item_size};
}

static bool grow(struct kith_slab *s)
{
	void *chunks = s->chunks;
	uint8_t *items;

	if (!kith_mem_grow(s->alloc, &chunks, &s->chunk_room, s->chunk_count + 1,
			   sizeof(*s->chunks)))
		return false;
	s->chunks = chunks;
	items = kith_mem_new(s->alloc, KITH_SLAB_CHUNK, s->item_size);
	if (items == NULL)
		return false;
	s->chunks[s->chunk_count++] = (struct kith_slab_chunk){.items = items};
	return true;
}

void *kith_slab_take(struct kith_slab *s, uint32_t *index)
{
	struct kith_slab_chunk *c;
	uint32_t place;
	void *item;

	if (s->count == kith_slab_end(s))
		s->lowest = s->chunk_count; /* all are full: nothing to look for */
	while (s->lowest < s->chunk_count && s->chunks[s->lowest].used == UINT64_MAX)
		s->lowest++;
	if (s->lowest == s->chunk_count && !grow(s))
		return NULL;
	c = &s->chunks[s->lowest];
	place = (uint32_t)__builtin_ctzll(~c->used);
	c->used |= UINT64_C(1) << place;
	s->count++;
	*index = s->lowest * KITH_SLAB_CHUNK + place;
	item = kith_slab_at(s, *index);
	memset(item, 0, s->item_size);
	return item;
}

void kith_slab_give(struct kith_slab *s, uint32_t index)
{
	const uint32_t at = index / KITH_SLAB_CHUNK;

	KITH_ASSERT(kith_slab_has(s, index));
	s->chunks[at].used &= ~(UINT64_C(1) << index % KITH_SLAB_CHUNK);
	s->count--;
	if (at < s->lowest)
		s->lowest = at;
	/* One empty chunk stays, or an item that comes and goes would cost one each time. */
	while (s->chunk_count >= 2 && s->chunks[s->chunk_count - 1].used == 0 &&
	       s->chunks[s->chunk_count - 2].used == 0)
		kith_mem_free(s->alloc, s->chunks[--s->chunk_count].items);
}
