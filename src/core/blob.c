/* SPDX-License-Identifier: ISC */
#include "core/blob.h"

#include "base/check.h"
#include "base/mem.h"
#include <string.h>

struct kith_blob *kith_blob_new(const struct kith_alloc *a, const void *p, size_t len)
{
	struct kith_blob *b;

	KITH_ASSERT(len > 0 && len <= UINT16_MAX);
	b = kith_mem_new(a, 1, sizeof(*b) + len);
	if (b == NULL)
		return NULL;
	b->refs = 1;
	b->len = (uint16_t)len;
	memcpy(b->bytes, p, len);
	return b;
}

struct kith_blob *kith_blob_ref(struct kith_blob *b)
{
	KITH_ASSERT(b->refs > 0);
	b->refs++;
	return b;
}

void kith_blob_unref(const struct kith_alloc *a, struct kith_blob **b)
{
	if (*b == NULL)
		return;
	KITH_ASSERT((*b)->refs > 0);
	if (--(*b)->refs == 0)
		kith_mem_free(a, *b);
	*b = NULL;
}
