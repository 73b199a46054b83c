/* SPDX-License-Identifier: ISC */
#include "base/cur.h"
#include "base/check.h"
#include <string.h>

/* ---- reading */

void kith_rd_init(struct kith_rd *r, const uint8_t *p, size_t len)
{
	KITH_ASSERT(p || len == 0);
	r->p = p;
	r->end = len ? p + len : p;
	r->bad = false;
}

size_t kith_rd_left(const struct kith_rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->p);
}

const uint8_t *kith_rd_bytes(struct kith_rd *r, size_t len)
{
	const uint8_t *p = r->p;

	if (r->bad || len > (size_t)(r->end - p)) {
		r->bad = true;
		return NULL;
	}
	if (len)
		r->p = p + len;
	return p;
}

void kith_rd_copy(struct kith_rd *r, void *out, size_t len)
{
	const uint8_t *p = kith_rd_bytes(r, len);

	if (len == 0)
		return;
	if (p)
		memcpy(out, p, len);
	else
		memset(out, 0, len);
}

uint8_t kith_rd_u8(struct kith_rd *r)
{
	const uint8_t *p = kith_rd_bytes(r, 1);

	return p ? *p : 0;
}

uint16_t kith_rd_u16(struct kith_rd *r)
{
	const uint8_t *p = kith_rd_bytes(r, 2);

	return p ? kith_get_u16(p) : 0;
}

uint32_t kith_rd_u32(struct kith_rd *r)
{
	const uint8_t *p = kith_rd_bytes(r, 4);

	return p ? kith_get_u32(p) : 0;
}

uint64_t kith_rd_u64(struct kith_rd *r)
{
	const uint8_t *p = kith_rd_bytes(r, 8);

	return p ? kith_get_u64(p) : 0;
}

void kith_rd_text8(struct kith_rd *r, char *out, size_t max)
{
	size_t len = kith_rd_u8(r);
	const uint8_t *p = kith_rd_bytes(r, len);

	out[0] = '\0';
	if (r->bad)
		return;
	if (len > max || memchr(p, '\0', len)) {
		r->bad = true;
		return;
	}
	memcpy(out, p, len);
	out[len] = '\0';
}

/* ---- writing */

void kith_wr_init(struct kith_wr *w, uint8_t *p, size_t room)
{
	KITH_ASSERT(p || room == 0);
	w->start = w->p = p;
	w->end = room ? p + room : p;
	w->bad = false;
}

size_t kith_wr_len(const struct kith_wr *w)
{
	return (size_t)(w->p - w->start);
}

size_t kith_wr_left(const struct kith_wr *w)
{
	return w->bad ? 0 : (size_t)(w->end - w->p);
}

/* Room for the next len bytes, or NULL. */
static uint8_t *claim(struct kith_wr *w, size_t len)
{
	uint8_t *p = w->p;

	if (w->bad || len > (size_t)(w->end - p)) {
		w->bad = true;
		return NULL;
	}
	if (len)
		w->p = p + len;
	return p;
}

void kith_wr_u8(struct kith_wr *w, uint8_t v)
{
	uint8_t *p = claim(w, 1);

	if (p)
		*p = v;
}

void kith_wr_u16(struct kith_wr *w, uint16_t v)
{
	uint8_t *p = claim(w, 2);

	if (p)
		kith_put_u16(p, v);
}

void kith_wr_u32(struct kith_wr *w, uint32_t v)
{
	uint8_t *p = claim(w, 4);

	if (p)
		kith_put_u32(p, v);
}

void kith_wr_u64(struct kith_wr *w, uint64_t v)
{
	uint8_t *p = claim(w, 8);

	if (p)
		kith_put_u64(p, v);
}

void kith_wr_bytes(struct kith_wr *w, const void *src, size_t len)
{
	uint8_t *p = claim(w, len);

	if (p && len)
		memcpy(p, src, len);
}

void kith_wr_zero(struct kith_wr *w, size_t len)
{
	uint8_t *p = claim(w, len);

	if (p && len)
		memset(p, 0, len);
}

void kith_wr_text8(struct kith_wr *w, const char *text)
{
	size_t len = strlen(text);
	uint8_t *p;

	if (len > UINT8_MAX) {
		w->bad = true;
		return;
	}
	p = claim(w, 1 + len);
	if (!p)
		return;
	p[0] = (uint8_t)len;
	memcpy(p + 1, text, len);
}
