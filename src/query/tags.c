/* SPDX-License-Identifier: ISC */
#include "query/tags.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	struct kith_bytes key, value;
};

struct pairs {
	struct pair pairs[KITH_RPC_TAGS_MAX];
	uint32_t count;
};

static int compare(struct kith_bytes a, struct kith_bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len > 0 ? memcmp(a.p, b.p, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_key(const void *a, const void *b)
{
	return compare(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static void unset_one(struct pairs *p, struct kith_bytes key)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < p->count; i++)
		if (compare(p->pairs[i].key, key) != 0)
			p->pairs[kept++] = p->pairs[i];
	p->count = kept;
}

static int set_one(struct pairs *p, struct kith_bytes key, struct kith_bytes value)
{
	unset_one(p, key);
	if (p->count == KITH_RPC_TAGS_MAX)
		return KITH_EFULL;
	p->pairs[p->count++] = (struct pair){key, value};
	return 0;
}

static int gather(struct kith_request *r, struct kith_value set, struct kith_value unset,
		  struct pairs *p)
{
	struct kith_value_walk walk = kith_value_walk(unset);
	struct kith_bytes key = {0}, text = {0};
	struct kith_value value;
	struct kith_member self;
	size_t at = 0;
	int rc = 0;

	p->count = 0;
	kith_node_self(r->s->host.node, &self);
	while (rc == 0 && kith_tag_next(self.tags, &at, &key, &text))
		rc = set_one(p, key, text);
	while (kith_value_next(&walk, &value))
		if (kith_value_text(value, &key))
			unset_one(p, key);
	walk = kith_value_walk(set);
	while (rc == 0 && kith_value_pair(&walk, &key, &value)) {
		(void)kith_value_text(value, &text);
		rc = set_one(p, key, text);
	}
	return rc;
}

int kith_tags_change(struct kith_request *r, struct kith_value set, struct kith_value unset)
{
	struct kith_writer w;
	struct kith_buf buf;
	struct pairs p;
	int rc = gather(r, set, unset, &p);

	if (rc != 0)
		return rc;
	if (p.count > 1)
		qsort(p.pairs, p.count, sizeof(p.pairs[0]), by_key);
	kith_buf_init(&buf, &r->s->host.alloc, KITH_RPC_BODY_MAX);
	kith_write_init(&w, &kith_form_msgpack, &buf);
	kith_write_map(&w);
	for (uint32_t i = 0; i < p.count; i++) {
		kith_write_keyn(&w, (const char *)p.pairs[i].key.p, p.pairs[i].key.len);
		kith_write_textn(&w, (const char *)p.pairs[i].value.p, p.pairs[i].value.len);
	}
	kith_write_end(&w);
	if (!kith_write_done(&w))
		rc = KITH_ENOMEM;
	else if (buf.len > KITH_TAGS_MAX)
		rc = KITH_ETOOBIG;
	else
		rc = kith_node_tags(r->s->host.node, r->t.now,
				    (struct kith_bytes){.p = buf.p, .len = buf.len});
	kith_buf_fini(&buf);
	return rc;
}
