/* SPDX-License-Identifier: ISC */
#include "core/talk.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/slab.h"
#include "core/node.h"
#include <string.h>

static const struct kith_talk silence = {.heard = KITH_NEVER, .root_differed = KITH_NEVER};

void kith_talks_init(struct kith_node *n)
{
	kith_list_init(&n->talks.keys);
}

void kith_talks_fini(struct kith_node *n)
{
	uint32_t i;

	KITH_ASSERT(n->talks.count == 0);
	for (i = 0; i < n->talks.room; i++)
		kith_mem_free(&n->alloc, n->talks.chunks[i]);
	kith_mem_free(&n->alloc, n->talks.chunks);
	n->talks.chunks = NULL;
	n->talks.room = 0;
}

struct kith_talk *kith_talk_of(const struct kith_node *n, const struct kith_peer *p)
{
	const uint32_t at = p->slot / KITH_SLAB_CHUNK;

	if (at >= n->talks.room || n->talks.chunks[at] == NULL)
		return NULL;
	return &n->talks.chunks[at][p->slot % KITH_SLAB_CHUNK];
}

struct kith_talk *kith_talk(struct kith_node *n, const struct kith_peer *p)
{
	const uint32_t at = p->slot / KITH_SLAB_CHUNK;
	struct kith_talk *t = kith_talk_of(n, p);
	void *chunks = n->talks.chunks;
	int i;

	if (t != NULL)
		return t;
	if (!kith_mem_grow(&n->alloc, &chunks, &n->talks.room, at + 1, sizeof(*n->talks.chunks)))
		return NULL;
	n->talks.chunks = chunks;
	t = kith_mem_new(&n->alloc, KITH_SLAB_CHUNK, sizeof(*t));
	if (t == NULL)
		return NULL;
	for (i = 0; i < KITH_SLAB_CHUNK; i++)
		t[i] = silence;
	n->talks.chunks[at] = t;
	return &t[p->slot % KITH_SLAB_CHUNK];
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
	n->talks.count--;
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
	if (n->talks.count >= KITH_KEYS_KEPT)
		make_room(n);
	k->peer = p;
	t->keys = k;
	kith_list_append(&n->talks.keys, &k->link);
	n->talks.count++;
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

void kith_talk_forget(struct kith_node *n, const struct kith_peer *p)
{
	struct kith_talk *t = kith_talk_of(n, p);

	if (t == NULL)
		return;
	keys_free(n, t);
	*t = silence;
}
