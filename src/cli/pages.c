/* SPDX-License-Identifier: ISC */
#include "cli/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 1000,
	PAGES_MAX = 1000 /* a million items: no kithd lists more */
};

void kith_pages_fini(struct kith_pages *p)
{
	for (size_t i = 0; i < p->count; i++)
		kith_reply_fini(&p->all[i]);
	free(p->all);
}

enum kith_exit kith_pages_fetch(struct kith_cli *c, const struct kith_args *a,
				const struct kith_listing *what, struct kith_pages *p)
{
	struct kith_client k;
	const char *after = NULL;
	enum kith_exit got = kith_client_open(&k, c);

	while (got == KITH_EXIT_YES) {
		struct kith_reply *more = reallocarray(p->all, p->count + 1, sizeof(*more));
		struct kith_ask q;

		if (more == NULL || p->count == PAGES_MAX) {
			got = kith_cli_fail_errno(c, ENOMEM, NULL, "listing the %s", what->noun);
			break;
		}
		p->all = more;
		more = &p->all[p->count++];
		kith_reply_init(more);
		kith_ask_init(&q);
		what->write(&q.w, a);
		if (after != NULL)
			kith_write_key_text(&q.w, "after", after);
		kith_write_key_u64(&q.w, "limit", PAGE);
		kith_write_end(&q.w);
		got = kith_client_call(&k, what->command, &q.buf, more);
		kith_buf_fini(&q.buf);
		if (got != KITH_EXIT_YES)
			break;
		after = kith_reply_text(more, more->root, "next", NULL);
		if (after == NULL)
			break;
	}
	kith_client_close(&k);
	return got;
}

struct kith_value_walk kith_pages_walk(const struct kith_pages *p, size_t page,
				       const struct kith_listing *what)
{
	return kith_value_walk(kith_reply_get(p->all[page].root, what->noun));
}

bool kith_pages_are_empty(const struct kith_pages *p, const struct kith_listing *what)
{
	for (size_t i = 0; i < p->count; i++)
		if (kith_value_count(kith_reply_get(p->all[i].root, what->noun)) > 0)
			return false;
	return true;
}

enum kith_exit kith_pages_print_json(struct kith_cli *c, const struct kith_pages *p,
				     const struct kith_listing *what)
{
	struct kith_value_walk walk = kith_value_walk(p->all[0].root), items;
	struct kith_value value, item;
	struct kith_bytes key;
	struct kith_answer an;

	kith_answer_init(&an, true);
	while (kith_value_pair(&walk, &key, &value)) {
		if (kith_bytes_are(key, "v") || kith_bytes_are(key, "ok") ||
		    kith_bytes_are(key, "next") || kith_bytes_are(key, what->noun))
			continue;
		kith_write_keyn(&an.w, (const char *)key.p, key.len);
		kith_write_value(&an.w, value);
	}
	kith_write_key_array(&an.w, what->noun);
	for (size_t i = 0; i < p->count; i++) {
		items = kith_pages_walk(p, i, what);
		while (kith_value_next(&items, &item))
			kith_write_value(&an.w, item);
	}
	kith_write_end(&an.w);
	return kith_answer_print(&an, c);
}
