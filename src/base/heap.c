/* SPDX-License-Identifier: ISC */
#include "base/heap.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/time.h"

void kith_heap_init(struct kith_heap *h, const struct kith_alloc *alloc)
{
	*h = (struct kith_heap){.alloc = alloc};
}

void kith_heap_fini(struct kith_heap *h)
{
	for (uint32_t i = 0; i < h->count; i++)
		h->nodes[i]->index = 0;
	kith_mem_free(h->alloc, h->nodes);
	*h = (struct kith_heap){.alloc = h->alloc};
}

bool kith_heap_reserve(struct kith_heap *h, uint32_t count)
{
	void *nodes = h->nodes;
	bool ok = kith_mem_grow(h->alloc, &nodes, &h->room, count, sizeof(*h->nodes));

	h->nodes = nodes;
	return ok;
}

static bool is_before(const struct kith_heap_node *a, const struct kith_heap_node *b)
{
	return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

static void place(struct kith_heap *h, struct kith_heap_node *n, uint32_t i)
{
	h->nodes[i] = n;
	n->index = i + 1;
}

/* Both move the node at place i to where it belongs. */
static void sift_up(struct kith_heap *h, uint32_t i)
{
	struct kith_heap_node *n = h->nodes[i];

	while (i > 0 && is_before(n, h->nodes[(i - 1) / 2])) {
		place(h, h->nodes[(i - 1) / 2], i);
		i = (i - 1) / 2;
	}
	place(h, n, i);
}

static void sift_down(struct kith_heap *h, uint32_t i)
{
	struct kith_heap_node *n = h->nodes[i];

	while (i < h->count / 2) {
		uint32_t child = 2 * i + 1;

		if (child + 1 < h->count && is_before(h->nodes[child + 1], h->nodes[child]))
			child++;
		if (!is_before(h->nodes[child], n))
			break;
		place(h, h->nodes[child], i);
		i = child;
	}
	place(h, n, i);
}

void kith_heap_set(struct kith_heap *h, struct kith_heap_node *n, kith_us at)
{
	if (n->index == 0) {
		KITH_ASSERT(h->count < h->room);
		place(h, n, h->count++);
	}
	KITH_ASSERT(n->index <= h->count);
	KITH_ASSERT(h->nodes[n->index - 1] == n);
	n->at = at;
	n->serial = h->next_serial++;
	sift_up(h, n->index - 1);
	sift_down(h, n->index - 1);
}

void kith_heap_stop(struct kith_heap *h, struct kith_heap_node *n)
{
	uint32_t i = n->index - 1;
	struct kith_heap_node *last;

	if (n->index == 0)
		return;
	KITH_ASSERT(n->index <= h->count);
	KITH_ASSERT(h->nodes[i] == n);
	n->index = 0;
	last = h->nodes[--h->count];
	if (last == n)
		return;
	place(h, last, i);
	sift_up(h, i);
	sift_down(h, last->index - 1);
}

struct kith_heap_node *kith_heap_first(const struct kith_heap *h)
{
	return h->count ? h->nodes[0] : NULL;
}

void kith_heap_shift(struct kith_heap *h, kith_us by)
{
	KITH_ASSERT(by >= 0);
	for (uint32_t i = 0; i < h->count; i++)
		h->nodes[i]->at = kith_us_add(h->nodes[i]->at, by);
	/* Deadlines that saturated at "never" now tie, and ties go by serial. */
	for (uint32_t i = h->count / 2; i-- > 0;)
		sift_down(h, i);
}
