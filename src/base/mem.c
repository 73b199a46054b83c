/* SPDX-License-Identifier: ISC */
#include "base/mem.h"
#include "base/check.h"
#include <stdlib.h>
#include <string.h>

enum { GROW_FIRST = 4 };

static void *libc_realloc(void *ctx, void *p, size_t size)
{
	(void)ctx;
	return realloc(p, size);
}

static void libc_free(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

const struct kith_alloc kith_alloc_libc = {libc_realloc, libc_free, NULL};

void *kith_mem_bytes(const struct kith_alloc *a, size_t len)
{
	return a->realloc(a->ctx, NULL, len > 0 ? len : 1); /* NULL keeps its one meaning */
}

void *kith_mem_new(const struct kith_alloc *a, size_t n, size_t size)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	p = kith_mem_bytes(a, n * size);
	if (p)
		memset(p, 0, n * size);
	return p;
}

void kith_mem_free(const struct kith_alloc *a, void *p)
{
	a->free(a->ctx, p);
}

/* The powers of two, and the middle between two of them: a third is unused at most. */
static uint32_t step(uint32_t had)
{
	return (had & (had - 1)) == 0 ? had + had / 2 : had + had / 3;
}

bool kith_mem_grow(const struct kith_alloc *a, void **array, uint32_t *room, uint32_t need,
		   size_t size)
{
	uint32_t had = *room, want;
	uint8_t *p;

	KITH_ASSERT(size > 0);
	if (need <= had)
		return true;
	want = had > UINT32_MAX / 2 ? UINT32_MAX : step(had);
	if (want < GROW_FIRST)
		want = GROW_FIRST;
	if (want < need)
		want = need;
	if (want > SIZE_MAX / size)
		return false;
	p = a->realloc(a->ctx, *array, want * size);
	if (!p)
		return false;
	memset(p + had * size, 0, (want - had) * size);
	*array = p;
	*room = want;
	return true;
}
