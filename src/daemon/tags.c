/* SPDX-License-Identifier: ISC */
#include "daemon/tags.h"
#include "base/cur.h"
#include <string.h>

/* Whether a later value has the same key, which then counts. */
static bool is_overruled(const struct kith_conf *c, size_t i)
{
	const char *tag = kith_conf_item(c, KITH_OPTION_NODE_TAG, i);
	size_t key_len = (size_t)(strchr(tag, '=') - tag) + 1;

	for (size_t j = i + 1; j < kith_conf_count(c, KITH_OPTION_NODE_TAG); j++)
		if (strncmp(kith_conf_item(c, KITH_OPTION_NODE_TAG, j), tag, key_len) == 0)
			return true;
	return false;
}

/* msgpack's str: fixstr, or str8; a line of the file is shorter than 256 bytes. */
static void pack_text(struct kith_wr *w, const char *s, size_t len)
{
	if (len > 255) {
		w->bad = true;
		return;
	}
	if (len < 32) {
		kith_wr_u8(w, (uint8_t)(0xa0 | len));
	} else {
		kith_wr_u8(w, 0xd9);
		kith_wr_u8(w, (uint8_t)len);
	}
	kith_wr_bytes(w, s, len);
}

int kith_tags_pack(struct kith_tags *out, const struct kith_conf *c, struct kith_report *r)
{
	size_t count = kith_conf_count(c, KITH_OPTION_NODE_TAG), kept = 0;
	struct kith_wr w;

	for (size_t i = 0; i < count; i++)
		kept += !is_overruled(c, i);
	kith_wr_init(&w, out->bytes, sizeof out->bytes);
	if (kept < 16) {
		kith_wr_u8(&w, (uint8_t)(0x80 | kept));
	} else {
		kith_wr_u8(&w, 0xde); /* map16, big-endian; an option has at most 64 values */
		kith_wr_u8(&w, 0);
		kith_wr_u8(&w, (uint8_t)kept);
	}
	for (size_t i = 0; i < count; i++) {
		const char *tag = kith_conf_item(c, KITH_OPTION_NODE_TAG, i);
		const char *equals = strchr(tag, '=');

		if (is_overruled(c, i))
			continue;
		pack_text(&w, tag, (size_t)(equals - tag));
		pack_text(&w, equals + 1, strlen(equals + 1));
	}
	if (w.bad) {
		kith_conf_blame(c, KITH_OPTION_NODE_TAG, count - 1, r,
				"all tags together take more than %d bytes; shorten them", KITH_TAGS_MAX);
		return 78;
	}
	out->len = kith_wr_len(&w);
	return 0;
}
