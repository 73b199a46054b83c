/* SPDX-License-Identifier: ISC */
#include "cli/reply.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct kith_reply_text {
	struct kith_reply_text *next;
	char text[];
};

void kith_reply_init(struct kith_reply *r)
{
	memset(r, 0, sizeof(*r));
}

void kith_reply_fini(struct kith_reply *r)
{
	while (r->texts != NULL) {
		struct kith_reply_text *t = r->texts;

		r->texts = t->next;
		free(t);
	}
	kith_tree_free(&r->tree);
	free(r->bytes);
	kith_reply_init(r);
}

static int start(struct kith_reply *r)
{
	static const struct kith_tree_limits limits = {
		.len = KITH_REPLY_BYTES_MAX, .tokens = KITH_REPLY_TOKENS_MAX, .depth = KITH_TREE_DEPTH};

	r->tree = kith_tree_new(&kith_alloc_libc);
	if (r->tree == NULL)
		return KITH_ENOMEM;
	kith_tree_start(r->tree, &limits);
	return 0;
}

static int grow(struct kith_reply *r, size_t len)
{
	size_t room = r->room > 0 ? r->room : 4096;
	uint8_t *bytes;

	if (len > KITH_REPLY_BYTES_MAX - r->len)
		return KITH_ETOOBIG;
	while (room < r->len + len)
		room *= 2;
	if (room == r->room)
		return 0;
	bytes = realloc(r->bytes, room);
	if (bytes == NULL)
		return KITH_ENOMEM;
	r->bytes = bytes;
	r->room = room;
	return 0;
}

int kith_reply_feed(struct kith_reply *r, const uint8_t *p, size_t len, size_t *used)
{
	size_t before = r->len;
	int got;

	KITH_ASSERT(!r->is_complete && len > 0);
	got = grow(r, len);
	if (got == 0 && r->tree == NULL)
		got = start(r);
	if (got != 0)
		return got;
	memcpy(r->bytes + r->len, p, len);
	r->len += len;
	got = kith_tree_feed(r->tree, r->bytes, r->len);
	if (got != 1)
		return got;
	r->len = kith_tree_used(r->tree);
	*used = r->len - before;
	r->root = kith_tree_root(r->tree);
	r->is_complete = true;
	return 1;
}

struct kith_value kith_reply_get(struct kith_value map, const char *path)
{
	char key[64];

	for (;;) {
		size_t len = strcspn(path, ".");

		KITH_ASSERT(len < sizeof(key));
		memcpy(key, path, len);
		key[len] = '\0';
		map = kith_value_get(map, key);
		if (path[len] == '\0')
			return map;
		path += len + 1;
	}
}

const char *kith_reply_word(struct kith_reply *r, struct kith_value v, const char *absent)
{
	struct kith_reply_text *t;
	struct kith_bytes bytes;

	if (!kith_value_text(v, &bytes))
		return absent;
	t = malloc(sizeof(*t) + bytes.len + 1);
	if (t == NULL)
		return absent;
	if (bytes.len > 0)
		memcpy(t->text, bytes.p, bytes.len);
	t->text[bytes.len] = '\0';
	t->next = r->texts;
	r->texts = t;
	return t->text;
}

const char *kith_reply_text(struct kith_reply *r, struct kith_value map, const char *path,
			    const char *absent)
{
	return kith_reply_word(r, kith_reply_get(map, path), absent);
}

uint64_t kith_reply_uint(struct kith_value map, const char *path, uint64_t absent)
{
	(void)kith_value_u64(kith_reply_get(map, path), &absent);
	return absent;
}

double kith_reply_real(struct kith_value map, const char *path, double absent)
{
	struct kith_value v = kith_reply_get(map, path);
	uint64_t u;
	int64_t i;

	if (kith_value_real(v, &absent))
		return absent;
	if (kith_value_u64(v, &u))
		return (double)u;
	return kith_value_i64(v, &i) ? (double)i : absent;
}

bool kith_reply_bool(struct kith_value map, const char *path, bool absent)
{
	struct kith_value v = kith_reply_get(map, path);

	if (kith_value_is(v, KITH_TREE_BOOL))
		(void)kith_value_bool(v, &absent);
	return absent;
}
