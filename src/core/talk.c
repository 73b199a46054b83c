/* SPDX-License-Identifier: ISC */
#include "core/talk.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/slab.h"
#include "core/node.h"
#include <string.h>

void kith_talks_init(struct kith_node *n)
{
	kith_slab_init(&n->talks.table, &n->alloc, sizeof(struct kith_talk));
	kith_list_init(&n->talks.keys);
}

void kith_talks_fini(struct kith_node *n)
{
	KITH_ASSERT(n->talks.keys_count == 0 && n->talks.table.count == 0);
	kith_slab_fini(&n->talks.table);
}

struct kith_talk *kith_talk_of(const struct kith_node *n, const struct kith_peer *p)
{
	return p->talk != 0 ? kith_slab_at(&n->talks.table, p->talk - 1) : NULL;
}

struct kith_talk *kith_talk(struct kith_node *n, struct kith_peer *p)
{
	struct kith_talk *t = kith_talk_of(n, p);
	uint32_t at;

	if (t != NULL)
		return t;
	t = kith_slab_take(&n->talks.table, &at);
	if (t == NULL)
		return NULL;
	t->heard = t->named = KITH_NEVER;
	t->rtt_us = -1;
	p->talk = at + 1;
	return t;
}

bool kith_talk_is_new(const struct kith_node *n, const struct kith_peer *p, uint64_t ctr)
{
	static const struct kith_window unused;
	const struct kith_talk *t = kith_talk_of(n, p);

	if (t != NULL && t->keys != NULL)
		return kith_window_check(&t->keys->pair.window, ctr);
	return (t == NULL || ctr > t->last) && kith_window_check(&unused, ctr);
}

/* --- keys ----------------------------------------------------------------------------------- */

static void keys_free(struct kith_node *n, struct kith_talk *t)
{
	struct kith_keys *k = t->keys;

	if (k == NULL)
		return;
	kith_list_remove(&k->link);
	n->talks.keys_count--;
	kith_wipe(k, sizeof(*k));
	kith_mem_free(&n->alloc, k);
	t->keys = NULL;
}

/* Those used longest ago make room. */
static void make_room(struct kith_node *n)
{
	const struct kith_keys *k = KITH_CONTAINER(n->talks.keys.next, struct kith_keys, link);
	struct kith_talk *t = kith_talk_of(n, k->peer);

	KITH_ASSERT(t != NULL && t->keys == k);
	t->last = k->pair.window.last;
	keys_free(n, t);
}

static struct kith_keys *derive(struct kith_node *n, struct kith_peer *p, struct kith_talk *t)
{
	struct kith_keys *k = kith_mem_new(&n->alloc, 1, sizeof(*k));

	if (k == NULL)
		return NULL;
	KITH_COUNT(n, key_agreements);
	if (kith_pair_make(&k->pair, &n->own.secrets->session, &n->cid,
			   &n->own.secrets->identity.mid, &p->record->mid,
			   p->record->body.session_pk) != 0) {
		kith_mem_free(&n->alloc, k);
		p->has_no_pair = true; /* or every packet would cost the attempt again */
		return NULL;
	}
	if (t->last != 0) {
		k->pair.window.last = t->last;
		memset(k->pair.window.map, 0xff, sizeof(k->pair.window.map));
	}
	if (n->talks.keys_count >= KITH_KEYS_KEPT)
		make_room(n);
	k->peer = p;
	t->keys = k;
	kith_list_append(&n->talks.keys, &k->link);
	n->talks.keys_count++;
	return k;
}

struct kith_keys *kith_talk_keys(struct kith_node *n, struct kith_peer *p)
{
	struct kith_talk *t = kith_talk_of(n, p);

	if (t != NULL && t->keys != NULL) {
		kith_list_remove(&t->keys->link);
		kith_list_append(&n->talks.keys, &t->keys->link);
		return t->keys;
	}
	if (p->has_no_pair || n->own.secrets == NULL)
		return NULL;
	t = kith_talk(n, p);
	return t != NULL ? derive(n, p, t) : NULL;
}

void kith_talk_renew(struct kith_node *n, struct kith_peer *p)
{
	struct kith_talk *t = kith_talk_of(n, p);

	p->heard_session = false;
	if (t == NULL)
		return;
	keys_free(n, t);
	t->last = 0;
}

void kith_talk_forget(struct kith_node *n, struct kith_peer *p)
{
	struct kith_talk *t = kith_talk_of(n, p);

	if (t == NULL)
		return;
	keys_free(n, t);
	kith_slab_give(&n->talks.table, p->talk - 1);
	p->talk = 0;
}
