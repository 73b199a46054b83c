/* SPDX-License-Identifier: ISC */
/*
 * core/blob.h: the raw bytes of a record or certificate as they came, shared by reference. A blob
 * never changes after it was made.
 */
#ifndef KITH_CORE_BLOB_H
#define KITH_CORE_BLOB_H

#include <kith/types.h>

struct kith_blob {
	uint32_t refs;
	uint16_t len;
	uint8_t bytes[];
};

/* A copy with one reference; NULL when out of memory. */
struct kith_blob *kith_blob_new(const struct kith_alloc *a, const void *p, size_t len);
struct kith_blob *kith_blob_ref(struct kith_blob *b);
/* Drops one reference and sets *b to NULL; NULL inside is fine. */
void kith_blob_unref(const struct kith_alloc *a, struct kith_blob **b);

static inline struct kith_bytes kith_blob_bytes(const struct kith_blob *b)
{
	struct kith_bytes v = {b ? b->bytes : NULL, b ? b->len : 0};

	return v;
}

#endif
