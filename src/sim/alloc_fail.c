/* SPDX-License-Identifier: ISC */
#include "sim/alloc_fail.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* In front of every block; 16 bytes keep the alignment that malloc promises. */
struct head {
	uint64_t size;
	uint64_t magic;
};

enum { POISON = 0xdb };
#define ALIVE 0x6b69746820686561u /* a stray pointer is told from a block of ours */
#define DEAD 0x6465616420646561u

void alloc_fail_init(struct alloc_fail *a)
{
	memset(a, 0, sizeof(*a));
}

void alloc_fail_next(struct alloc_fail *a, uint64_t n, bool and_all_later)
{
	a->fail_at = n > 0 ? a->requests + n : 0;
	a->fail_after = and_all_later;
}

static struct head *head_of(void *p)
{
	struct head *h = (struct head *)p - 1;

	assert(h->magic == ALIVE);
	return h;
}

static void hook_free(void *ctx, void *p)
{
	struct alloc_fail *a = ctx;
	struct head *h;

	if (p == NULL)
		return;
	h = head_of(p);
	assert(a->blocks > 0 && a->bytes >= h->size);
	a->blocks--;
	a->bytes -= h->size;
	memset(p, POISON, h->size);
	h->magic = DEAD;
	free(h);
}

static bool refused(struct alloc_fail *a)
{
	a->requests++;
	if (a->fail_at == 0 || a->requests < a->fail_at)
		return false;
	if (a->requests > a->fail_at && !a->fail_after)
		return false;
	a->failed++;
	return true;
}

static void *hook_realloc(void *ctx, void *p, size_t size)
{
	struct alloc_fail *a = ctx;
	struct head *h;

	assert(size > 0); /* the contract of struct kith_alloc */
	if (refused(a))
		return NULL;
	h = malloc(sizeof(*h) + size);
	if (h == NULL)
		return NULL;
	h->size = size;
	h->magic = ALIVE;
	memset(h + 1, POISON, size);
	a->blocks++;
	a->bytes += size;
	if (a->bytes > a->bytes_peak)
		a->bytes_peak = a->bytes;
	if (p != NULL) {
		size_t old = head_of(p)->size;

		memcpy(h + 1, p, old < size ? old : size);
		hook_free(a, p); /* always moves: a kept old pointer is found out */
	}
	return h + 1;
}

struct kith_alloc alloc_fail_hook(struct alloc_fail *a)
{
	struct kith_alloc hook = {hook_realloc, hook_free, a};

	return hook;
}
