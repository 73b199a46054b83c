/* SPDX-License-Identifier: ISC */
/*
 * base/mem.h: the allocator hook, with checked sizes. All memory of a node comes through here.
 */
#ifndef KITH_BASE_MEM_H
#define KITH_BASE_MEM_H

#include <kith/types.h>
#include <stdbool.h>

/* C's realloc and free. */
extern const struct kith_alloc kith_alloc_libc;

/* Zeroed memory for n items of `size`; NULL when out of memory or when the product overflows. */
void *kith_mem_new(const struct kith_alloc *a, size_t n, size_t size);
/* As many bytes, not zeroed: for what is written before it is read. NULL when out of memory. */
void *kith_mem_bytes(const struct kith_alloc *a, size_t len);
void kith_mem_free(const struct kith_alloc *a, void *p);
/* Grows *array (items of `size`) to at least `need`, by a third of *room or more; false when out of
 * memory, then nothing changed. New items are zeroed. */
KITH_MUST_USE bool kith_mem_grow(const struct kith_alloc *a, void **array, uint32_t *room,
				 uint32_t need, size_t size);

#endif
