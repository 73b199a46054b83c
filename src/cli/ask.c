/* SPDX-License-Identifier: ISC */
#include "cli/ask.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <time.h>

enum { ARGUMENTS_MAX = 1 << 20 };

void kith_ask_init(struct kith_ask *q)
{
	kith_buf_init(&q->buf, &kith_alloc_libc, ARGUMENTS_MAX);
	kith_write_init(&q->w, &kith_form_msgpack, &q->buf);
	kith_write_map(&q->w);
}

enum kith_exit kith_ask(struct kith_ask *q, struct kith_cli *c, const char *command,
			struct kith_reply *reply)
{
	enum kith_exit got;

	kith_write_end(&q->w);
	got = kith_client_ask(c, command, &q->buf, reply);
	kith_buf_fini(&q->buf);
	return got;
}

enum kith_exit kith_ask_changes(struct kith_client *k, const char *kind, const uint64_t *index,
				int64_t wait_ms, struct kith_reply *reply)
{
	int64_t timeout_ms = k->cli->timeout_ms;
	struct kith_ask q;
	enum kith_exit got;

	kith_ask_init(&q);
	if (index != NULL)
		kith_write_key_u64(&q.w, "from", *index);
	if (kind != NULL) {
		kith_write_key_array(&q.w, "kinds");
		kith_write_text(&q.w, kind);
		kith_write_end(&q.w);
	}
	kith_write_key_u64(&q.w, "wait_ms", (uint64_t)wait_ms);
	kith_write_end(&q.w);
	k->cli->timeout_ms += wait_ms;
	got = kith_client_call(k, "kith.changes", &q.buf, reply);
	k->cli->timeout_ms = timeout_ms;
	kith_buf_fini(&q.buf);
	return got;
}

const char *kith_ask_age(struct kith_value map, const char *path, char out[KITH_AGE_TEXT_MAX])
{
	return kith_age_text(kith_reply_real(map, path, -1000) / 1000, out);
}

const char *kith_ask_since(const char *stamp, char out[KITH_AGE_TEXT_MAX])
{
	struct timespec now;
	struct tm tm = {0};
	const char *rest = strptime(stamp, "%Y-%m-%dT%H:%M:%S", &tm);
	double fraction = rest != NULL && *rest == '.' ? strtod(rest, NULL) : 0;

	if (rest == NULL)
		return kith_age_text(-1, out);
	clock_gettime(CLOCK_REALTIME, &now);
	return kith_age_text((double)(now.tv_sec - timegm(&tm)) + (double)now.tv_nsec / 1e9 - fraction,
			     out);
}

const char *kith_ask_texts(struct kith_reply *r, struct kith_value map, const char *path,
			   const char *between, char *out, size_t size)
{
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(map, path));
	struct kith_value item;
	struct kith_text t;

	kith_text_init(&t, out, size);
	while (kith_value_next(&walk, &item)) {
		kith_text_str(&t, t.len > 0 ? between : "");
		kith_text_str(&t, kith_reply_word(r, item, "?"));
	}
	return out;
}

const char *kith_ask_pairs(struct kith_value map, const char *path, char *out, size_t size)
{
	struct kith_value pairs = kith_reply_get(map, path), value;
	struct kith_value_walk walk = kith_value_walk(pairs);
	struct kith_bytes key, text;
	struct kith_text t;
	uint64_t number;

	kith_text_init(&t, out, size);
	while (kith_value_is(pairs, KITH_TREE_MAP) && kith_value_pair(&walk, &key, &value)) {
		const bool is_text = kith_value_text(value, &text);

		if (!is_text && !kith_value_u64(value, &number))
			continue;
		kith_text_str(&t, t.len > 0 ? " " : "");
		kith_text_mem(&t, (const char *)key.p, key.len);
		kith_text_str(&t, "=");
		if (is_text)
			kith_text_mem(&t, (const char *)text.p, text.len);
		else
			kith_text_u64(&t, number);
	}
	return out;
}

const char *kith_ask_incarnation(struct kith_value map, char out[KITH_AGE_TEXT_MAX])
{
	struct kith_text t;

	kith_text_init(&t, out, KITH_AGE_TEXT_MAX);
	kith_text_u64(&t, kith_reply_uint(map, "epoch", 0));
	kith_text_str(&t, ".");
	kith_text_u64(&t, kith_reply_uint(map, "seq", 0));
	return out;
}

void kith_ask_warn(struct kith_cli *c, const struct kith_reply *r)
{
	char age[KITH_AGE_TEXT_MAX];

	if (!kith_reply_bool(r->root, "isolated", false))
		return;
	kith_cli_say(c, "kith: this host is probably cut off; what it knows is %s old",
		     kith_ask_age(r->root, "age_ms", age));
}
