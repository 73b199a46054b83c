/* SPDX-License-Identifier: ISC */
/*
 * base/cur.h: bounds-checked reading and writing of binary layouts, little-endian (4-security.md).
 * Both cursors keep the first error: a parser reads straight through and checks once at the end.
 * After an error reads give zeros and NULL, writes do nothing.
 */
#ifndef KITH_BASE_CUR_H
#define KITH_BASE_CUR_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_rd {
	const uint8_t *p, *end; /* borrowed */
	bool bad;
};

void kith_rd_init(struct kith_rd *r, const uint8_t *p, size_t len);
size_t kith_rd_left(const struct kith_rd *r);
uint8_t kith_rd_u8(struct kith_rd *r);
uint16_t kith_rd_u16(struct kith_rd *r);
uint32_t kith_rd_u32(struct kith_rd *r);
uint64_t kith_rd_u64(struct kith_rd *r);
/* Borrowed pointer to the next len bytes, NULL and bad if there are fewer. */
const uint8_t *kith_rd_bytes(struct kith_rd *r, size_t len);
/* Copies; leaves `out` zeroed if there are fewer. */
void kith_rd_copy(struct kith_rd *r, void *out, size_t len);
/* One length byte and as many bytes into a NUL-terminated text; bad if longer than max or if it
 * contains a NUL. `out` has max + 1 bytes. */
void kith_rd_text8(struct kith_rd *r, char *out, size_t max);

struct kith_wr {
	uint8_t *start, *p, *end; /* borrowed */
	bool bad;
};

void kith_wr_init(struct kith_wr *w, uint8_t *p, size_t room);
size_t kith_wr_len(const struct kith_wr *w);
size_t kith_wr_left(const struct kith_wr *w);
void kith_wr_u8(struct kith_wr *w, uint8_t v);
void kith_wr_u16(struct kith_wr *w, uint16_t v);
void kith_wr_u32(struct kith_wr *w, uint32_t v);
void kith_wr_u64(struct kith_wr *w, uint64_t v);
void kith_wr_bytes(struct kith_wr *w, const void *p, size_t len);
void kith_wr_zero(struct kith_wr *w, size_t len);
/* One length byte and the text; bad if longer than 255. */
void kith_wr_text8(struct kith_wr *w, const char *text);

/* Loads and stores outside a cursor: here in the header, since the compilers make one instruction of
 * each. */
static inline uint16_t kith_get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t kith_get_u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t kith_get_u64(const uint8_t *p)
{
	return kith_get_u32(p) | (uint64_t)kith_get_u32(p + 4) << 32;
}

static inline void kith_put_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void kith_put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static inline void kith_put_u64(uint8_t *p, uint64_t v)
{
	kith_put_u32(p, (uint32_t)v);
	kith_put_u32(p + 4, (uint32_t)(v >> 32));
}

#endif
