/* SPDX-License-Identifier: ISC */
/*
 * base/text.h: text in a caller's buffer without stdio, and hex and base64 both ways.
 * A builder that runs over keeps what fits, stays NUL-terminated and remembers it (`cut`).
 */
#ifndef KITH_BASE_TEXT_H
#define KITH_BASE_TEXT_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_text {
	char *buf; /* borrowed */
	size_t size, len;
	bool cut;
};

void kith_text_init(struct kith_text *t, char *buf, size_t size);
void kith_text_str(struct kith_text *t, const char *s);
void kith_text_mem(struct kith_text *t, const char *s, size_t len);
void kith_text_u64(struct kith_text *t, uint64_t v);
void kith_text_i64(struct kith_text *t, int64_t v);
void kith_text_hex(struct kith_text *t, const void *p, size_t len);
void kith_text_addr(struct kith_text *t, const struct kith_addr *a);
/* Microseconds as seconds with three decimals and the unit, "1.234 s"; "never" for KITH_NEVER. */
void kith_text_seconds(struct kith_text *t, kith_us us);

/* Lower-case hex; out has 2 * len + 1 bytes. Reading accepts both cases and wants exactly `len`
 * bytes: KITH_EMALFORMED. */
void kith_hex_write(const void *p, size_t len, char *out);
KITH_MUST_USE int kith_hex_read(const char *text, uint8_t *out, size_t len);
/* Standard base64 with padding; out has room for 4 * ((len + 2) / 3) + 1. Reading: *len is room
 * in, length out; padding is required and unused bits must be 0: KITH_EMALFORMED, KITH_ETOOBIG. */
void kith_base64_write(const void *p, size_t len, char *out);
KITH_MUST_USE int kith_base64_read(const char *text, uint8_t *out, size_t *len);

/* A member or cluster name: 1 to max of [a-z0-9.-], not starting with '-' or '.'. */
bool kith_name_is_valid(const char *name, size_t max);
/* Whether the bytes are UTF-8 in its shortest forms, without surrogates and without a NUL. */
bool kith_text_is_valid(const void *p, size_t len);
/* Whether they are, and without control characters, so that they fit on a line; none at all do. */
bool kith_text_is_line(const void *p, size_t len);

#endif
