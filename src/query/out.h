/* SPDX-License-Identifier: ISC */
/*
 * query/out.h: the writer. A handler says what it answers once - maps, arrays, keys, values - and
 * the form decides whether it becomes msgpack (RPC, here) or JSON (query/json.h).
 *
 *	kith_write_init(&w, &kith_form_msgpack, &buf);
 *	kith_write_map(&w);
 *	kith_write_key(&w, "name");
 *	kith_write_text(&w, "web-1");
 *	kith_write_end(&w);
 *	if (!kith_write_done(&w)) the buffer's bound or the memory was too small
 *
 * Nothing is counted in advance: the end of a map knows its size. Texts that are not UTF-8 leave
 * with U+FFFD in place of the wrong bytes, in both forms. A sequence of calls that does not make a
 * value (a map's value without key, ...) is our mistake and asserts.
 */
#ifndef KITH_QUERY_OUT_H
#define KITH_QUERY_OUT_H

#include "query/buf.h"

enum { KITH_WRITE_DEPTH = 24 };

struct kith_writer;

/* What a form writes; `at` is where the container began in the buffer. */
struct kith_form {
	/* Before an item of an array, or a key: `count` of them came before. NULL: nothing. */
	void (*item)(struct kith_writer *w, uint32_t count);
	void (*open)(struct kith_writer *w, bool is_map);
	void (*close)(struct kith_writer *w, bool is_map, size_t at, uint32_t count);
	void (*key)(struct kith_writer *w, const char *p, size_t len);
	void (*text)(struct kith_writer *w, const char *p, size_t len);
	void (*bytes)(struct kith_writer *w, const uint8_t *p, size_t len);
	void (*u64)(struct kith_writer *w, uint64_t v);
	void (*i64)(struct kith_writer *w, int64_t v);
	void (*real)(struct kith_writer *w, double v);
	void (*boolean)(struct kith_writer *w, bool v);
	void (*null)(struct kith_writer *w);
};
extern const struct kith_form kith_form_msgpack;

struct kith_writer {
	const struct kith_form *form;
	struct kith_buf *buf; /* borrowed */
	uint32_t depth;
	struct {
		size_t at;
		uint32_t count; /* items or keys so far */
		bool is_map, has_key;
	} open[KITH_WRITE_DEPTH];
};

void kith_write_init(struct kith_writer *w, const struct kith_form *form, struct kith_buf *buf);
/* All containers are ended; false when something did not fit. */
bool kith_write_done(const struct kith_writer *w);

void kith_write_map(struct kith_writer *w);
void kith_write_array(struct kith_writer *w);
void kith_write_end(struct kith_writer *w); /* of the innermost map or array */
void kith_write_key(struct kith_writer *w, const char *key);
void kith_write_keyn(struct kith_writer *w, const char *key, size_t len);
void kith_write_text(struct kith_writer *w, const char *text);
void kith_write_textn(struct kith_writer *w, const char *p, size_t len);
void kith_write_bytes(struct kith_writer *w, const uint8_t *p, size_t len);
void kith_write_u64(struct kith_writer *w, uint64_t v);
void kith_write_i64(struct kith_writer *w, int64_t v);
void kith_write_real(struct kith_writer *w, double v);
void kith_write_bool(struct kith_writer *w, bool v);
void kith_write_null(struct kith_writer *w);

/* Key and value in one. */
void kith_write_key_text(struct kith_writer *w, const char *key, const char *text);
void kith_write_key_u64(struct kith_writer *w, const char *key, uint64_t v);
void kith_write_key_bool(struct kith_writer *w, const char *key, bool v);
void kith_write_key_null(struct kith_writer *w, const char *key);
void kith_write_key_map(struct kith_writer *w, const char *key);
void kith_write_key_array(struct kith_writer *w, const char *key);

#endif
