/* SPDX-License-Identifier: ISC */
/*
 * query/buf.h: bytes that grow at their end up to a bound. What does not fit, or finds no memory,
 * is not added and makes the buffer `bad`, so that a writer writes straight through and looks once
 * at the end.
 */
#ifndef KITH_QUERY_BUF_H
#define KITH_QUERY_BUF_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_buf {
	uint8_t *p; /* owned */
	size_t len, room, max;
	bool bad;
	const struct kith_alloc *alloc; /* borrowed */
};

void kith_buf_init(struct kith_buf *b, const struct kith_alloc *alloc, size_t max);
void kith_buf_fini(struct kith_buf *b);
void kith_buf_add(struct kith_buf *b, const void *p, size_t len);
/* Opens a gap of `len` bytes at `at`, to be filled by the caller; NULL when bad. */
uint8_t *kith_buf_insert(struct kith_buf *b, size_t at, size_t len);
/* Shortens it to `len` bytes and forgets that it was bad. */
void kith_buf_cut(struct kith_buf *b, size_t len);
/* Drops the first `len` bytes. */
void kith_buf_skip(struct kith_buf *b, size_t len);
/* Gives memory back when it is empty and has grown beyond `keep` bytes. */
void kith_buf_trim(struct kith_buf *b, size_t keep);

#endif
