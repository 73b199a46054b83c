/* SPDX-License-Identifier: ISC */
#include "query/out.h"
#include "base/check.h"
#include "query/utf8.h"

#include <msgpack/pack.h>
#include <string.h>

void kith_write_init(struct kith_writer *w, const struct kith_form *form, struct kith_buf *buf)
{
	*w = (struct kith_writer){.form = form, .buf = buf};
}

bool kith_write_done(const struct kith_writer *w)
{
	KITH_ASSERT(w->depth == 0);
	return !w->buf->bad;
}

/* A value is about to be written: an item of an array, or what a key waited for. */
static void begin_value(struct kith_writer *w)
{
	if (w->depth == 0)
		return;
	if (w->open[w->depth - 1].is_map) {
		KITH_ASSERT(w->open[w->depth - 1].has_key);
		w->open[w->depth - 1].has_key = false;
		return;
	}
	if (w->form->item != NULL)
		w->form->item(w, w->open[w->depth - 1].count);
	w->open[w->depth - 1].count++;
}

static void begin_container(struct kith_writer *w, bool is_map)
{
	begin_value(w);
	KITH_ASSERT(w->depth < KITH_WRITE_DEPTH);
	w->open[w->depth].at = w->buf->len;
	w->open[w->depth].count = 0;
	w->open[w->depth].is_map = is_map;
	w->open[w->depth].has_key = false;
	w->depth++;
	w->form->open(w, is_map);
}

void kith_write_map(struct kith_writer *w)
{
	begin_container(w, true);
}

void kith_write_array(struct kith_writer *w)
{
	begin_container(w, false);
}

void kith_write_end(struct kith_writer *w)
{
	KITH_ASSERT(w->depth > 0 && !w->open[w->depth - 1].has_key);
	w->depth--;
	w->form->close(w, w->open[w->depth].is_map, w->open[w->depth].at, w->open[w->depth].count);
}

void kith_write_key(struct kith_writer *w, const char *key)
{
	kith_write_keyn(w, key, strlen(key));
}

void kith_write_keyn(struct kith_writer *w, const char *key, size_t len)
{
	KITH_ASSERT(w->depth > 0 && w->open[w->depth - 1].is_map);
	KITH_ASSERT(!w->open[w->depth - 1].has_key);
	if (w->form->item != NULL)
		w->form->item(w, w->open[w->depth - 1].count);
	w->open[w->depth - 1].count++;
	w->open[w->depth - 1].has_key = true;
	w->form->key(w, key, len);
}

void kith_write_text(struct kith_writer *w, const char *text)
{
	kith_write_textn(w, text, strlen(text));
}

void kith_write_textn(struct kith_writer *w, const char *p, size_t len)
{
	begin_value(w);
	w->form->text(w, p, len);
}

void kith_write_bytes(struct kith_writer *w, const uint8_t *p, size_t len)
{
	begin_value(w);
	w->form->bytes(w, p, len);
}

#define WRITE_SCALAR(suffix, type, hook) \
	void kith_write_##suffix(struct kith_writer *w, type v) \
	{ \
		begin_value(w); \
		w->form->hook(w, v); \
	}
WRITE_SCALAR(u64, uint64_t, u64)
WRITE_SCALAR(i64, int64_t, i64)
WRITE_SCALAR(real, double, real)
WRITE_SCALAR(bool, bool, boolean)

void kith_write_null(struct kith_writer *w)
{
	begin_value(w);
	w->form->null(w);
}

void kith_write_key_text(struct kith_writer *w, const char *key, const char *text)
{
	kith_write_key(w, key);
	kith_write_text(w, text);
}

void kith_write_key_u64(struct kith_writer *w, const char *key, uint64_t v)
{
	kith_write_key(w, key);
	kith_write_u64(w, v);
}

void kith_write_key_bool(struct kith_writer *w, const char *key, bool v)
{
	kith_write_key(w, key);
	kith_write_bool(w, v);
}

void kith_write_key_null(struct kith_writer *w, const char *key)
{
	kith_write_key(w, key);
	kith_write_null(w);
}

void kith_write_key_map(struct kith_writer *w, const char *key)
{
	kith_write_key(w, key);
	kith_write_map(w);
}

void kith_write_key_array(struct kith_writer *w, const char *key)
{
	kith_write_key(w, key);
	kith_write_array(w);
}

/* --- msgpack --------------------------------------------------------------------------------- */

static int pack_write(void *data, const char *p, size_t len)
{
	struct kith_buf *b = data;

	kith_buf_add(b, p, len);
	return b->bad ? -1 : 0;
}

static msgpack_packer packer(struct kith_writer *w)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, w->buf, pack_write);
	return pk;
}

/* One byte is kept free for the head; a larger head makes its room when the size is known. */
static void pack_open(struct kith_writer *w, bool is_map)
{
	kith_buf_add(w->buf, is_map ? "\x80" : "\x90", 1);
}

static void pack_close(struct kith_writer *w, bool is_map, size_t at, uint32_t count)
{
	uint8_t head[5];
	size_t head_len = count < 16 ? 1 : count < 65536 ? 3 : 5;

	if (w->buf->bad)
		return;
	if (head_len == 1) {
		w->buf->p[at] |= (uint8_t)count;
		return;
	}
	head[0] = (uint8_t)((is_map ? 0xDE : 0xDC) + (head_len == 5));
	for (size_t i = 1; i < head_len; i++)
		head[i] = (uint8_t)(count >> 8 * (head_len - 1 - i));
	if (kith_buf_insert(w->buf, at, head_len - 1) != NULL)
		memcpy(w->buf->p + at, head, head_len);
}

/* Length of a text once every byte that is not text has become U+FFFD. */
static size_t clean_len(const uint8_t *p, size_t len)
{
	size_t out = 0;

	for (size_t at = 0; at < len;) {
		size_t n = kith_utf8_next(p + at, len - at);

		out += n ? n : strlen(KITH_UTF8_REPLACEMENT);
		at += n ? n : 1;
	}
	return out;
}

static void pack_text(struct kith_writer *w, const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	msgpack_packer pk = packer(w);

	if (kith_utf8_is_text(p, len)) {
		msgpack_pack_str_with_body(&pk, text, len);
		return;
	}
	msgpack_pack_str(&pk, clean_len(p, len));
	for (size_t at = 0; at < len;) {
		size_t n = kith_utf8_next(p + at, len - at);

		if (n > 0)
			kith_buf_add(w->buf, p + at, n);
		else
			kith_buf_add(w->buf, KITH_UTF8_REPLACEMENT, strlen(KITH_UTF8_REPLACEMENT));
		at += n ? n : 1;
	}
}

static void pack_bytes(struct kith_writer *w, const uint8_t *p, size_t len)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_bin(&pk, len);
	kith_buf_add(w->buf, p, len);
}

static void pack_u64(struct kith_writer *w, uint64_t v)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_uint64(&pk, v);
}

static void pack_i64(struct kith_writer *w, int64_t v)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_int64(&pk, v);
}

static void pack_real(struct kith_writer *w, double v)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_double(&pk, v);
}

static void pack_bool(struct kith_writer *w, bool v)
{
	kith_buf_add(w->buf, v ? "\xC3" : "\xC2", 1);
}

static void pack_null(struct kith_writer *w)
{
	kith_buf_add(w->buf, "\xC0", 1);
}

const struct kith_form kith_form_msgpack = {
	.open = pack_open,
	.close = pack_close,
	.key = pack_text,
	.text = pack_text,
	.bytes = pack_bytes,
	.u64 = pack_u64,
	.i64 = pack_i64,
	.real = pack_real,
	.boolean = pack_bool,
	.null = pack_null,
};
