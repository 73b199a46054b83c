/* SPDX-License-Identifier: ISC */
/*
 * base/heap.h: an intrusive binary heap of deadlines. Equal deadlines come in the order in which
 * they were set (a serial number), so a run repeats exactly. Set, move, stop: O(log n).
 */
#ifndef KITH_BASE_HEAP_H
#define KITH_BASE_HEAP_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_heap_node {
	kith_us at;
	uint64_t serial;
	uint32_t index; /* place in the heap + 1; 0 = not in it */
};

struct kith_heap {
	struct kith_heap_node **nodes; /* owned array of borrowed nodes */
	uint32_t count, room;
	uint64_t next_serial;
	const struct kith_alloc *alloc; /* borrowed */
};

void kith_heap_init(struct kith_heap *h, const struct kith_alloc *alloc);
void kith_heap_fini(struct kith_heap *h);
/* Makes room for `count` nodes in all, so that kith_heap_set() can not fail; false: no memory. */
KITH_MUST_USE bool kith_heap_reserve(struct kith_heap *h, uint32_t count);
/* Sets or moves a node. Room must have been reserved. */
void kith_heap_set(struct kith_heap *h, struct kith_heap_node *n, kith_us at);
/* Removes it if it is in. */
void kith_heap_stop(struct kith_heap *h, struct kith_heap_node *n);
static inline bool kith_heap_has(const struct kith_heap_node *n)
{
	return n->index != 0;
}
/* Earliest node, or NULL. */
struct kith_heap_node *kith_heap_first(const struct kith_heap *h);
/* Moves every deadline by `by` (own pause); keeps the order. */
void kith_heap_shift(struct kith_heap *h, kith_us by);

#endif
