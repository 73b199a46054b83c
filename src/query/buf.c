/* SPDX-License-Identifier: ISC */
#include "query/buf.h"
#include "base/check.h"

#include <string.h>

void kith_buf_init(struct kith_buf *b, const struct kith_alloc *alloc, size_t max)
{
	*b = (struct kith_buf){.max = max, .alloc = alloc};
}

void kith_buf_fini(struct kith_buf *b)
{
	b->alloc->free(b->alloc->ctx, b->p);
	*b = (struct kith_buf){.max = b->max, .alloc = b->alloc};
}

/* Room for `len` more bytes. */
static bool reserve(struct kith_buf *b, size_t len)
{
	size_t room = b->room;
	uint8_t *p;

	if (b->bad || len > b->max - b->len) {
		b->bad = true;
		return false;
	}
	if (len <= b->room - b->len)
		return true;
	if (room < 256)
		room = 256;
	while (room - b->len < len)
		room *= 2;
	p = b->alloc->realloc(b->alloc->ctx, b->p, room);
	if (p == NULL) {
		b->bad = true;
		return false;
	}
	b->p = p;
	b->room = room;
	return true;
}

void kith_buf_add(struct kith_buf *b, const void *p, size_t len)
{
	if (len == 0 || !reserve(b, len))
		return;
	memcpy(b->p + b->len, p, len);
	b->len += len;
}

uint8_t *kith_buf_insert(struct kith_buf *b, size_t at, size_t len)
{
	KITH_ASSERT(at <= b->len && len > 0);
	if (!reserve(b, len))
		return NULL;
	memmove(b->p + at + len, b->p + at, b->len - at);
	b->len += len;
	return b->p + at;
}

void kith_buf_cut(struct kith_buf *b, size_t len)
{
	KITH_ASSERT(len <= b->len);
	b->len = len;
	b->bad = false;
}

void kith_buf_skip(struct kith_buf *b, size_t len)
{
	KITH_ASSERT(len <= b->len);
	if (len == 0)
		return;
	b->len -= len;
	memmove(b->p, b->p + len, b->len);
}

void kith_buf_trim(struct kith_buf *b, size_t keep)
{
	if (b->len != 0 || b->room <= keep)
		return;
	b->alloc->free(b->alloc->ctx, b->p);
	b->p = NULL;
	b->room = 0;
}
