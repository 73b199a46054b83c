/* SPDX-License-Identifier: ISC */
#include "core/pool.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/slab.h"
#include "core/node.h"
#include <string.h>

/* One fact, and under what it was verified. */
struct entry {
	struct kith_fact *fact; /* borrowed from its holders */
	uint64_t key;           /* of its bytes: the search need not look at them */
	struct kith_cid cid;
	uint8_t signer[KITH_KEY_LEN];
	bool is_certificate;
};

struct kith_pool {
	const struct kith_alloc *alloc;
	struct kith_slab entries;
	struct kith_map by_bytes;
};

/* The second half of a signature depends on all that was signed, and on the key. */
static uint64_t key_of_bytes(struct kith_bytes raw)
{
	KITH_ASSERT(raw.len >= KITH_SIG_LEN / 2);
	return kith_get_u64(raw.p + raw.len - KITH_SIG_LEN / 2);
}

static uint64_t key_of(const void *table, uint32_t at)
{
	const struct entry *e = kith_slab_at(table, at);

	return e->key;
}

int kith_pool_new(struct kith_pool **out, const uint64_t key[2])
{
	struct kith_pool *p = kith_mem_new(&kith_alloc_libc, 1, sizeof(*p));

	if (p == NULL)
		return KITH_ENOMEM;
	p->alloc = &kith_alloc_libc;
	kith_slab_init(&p->entries, p->alloc, sizeof(struct entry));
	kith_map_init(&p->by_bytes, p->alloc, key, key_of, &p->entries);
	*out = p;
	return 0;
}

void kith_pool_free(struct kith_pool **pool)
{
	struct kith_pool *p = *pool;

	if (p == NULL)
		return;
	KITH_ASSERT(p->entries.count == 0);
	kith_map_fini(&p->by_bytes);
	kith_slab_fini(&p->entries);
	kith_mem_free(p->alloc, p);
	*pool = NULL;
}

uint32_t kith_pool_count(const struct kith_pool *pool)
{
	return pool->entries.count;
}

const struct kith_alloc *kith_pool_alloc(const struct kith_pool *pool)
{
	return pool->alloc;
}

static bool is_it(const struct entry *e, const struct kith_pool_key *key)
{
	const struct kith_bytes raw = e->fact->raw;

	return e->is_certificate == key->is_certificate && raw.len == key->raw.len &&
	       memcmp(raw.p, key->raw.p, raw.len) == 0 &&
	       memcmp(e->cid.b, key->cid->b, sizeof(e->cid.b)) == 0 &&
	       memcmp(e->signer, key->signer, sizeof(e->signer)) == 0;
}

struct kith_fact *kith_pool_find(const struct kith_pool *pool, const struct kith_pool_key *key)
{
	const uint32_t at = kith_map_get(&pool->by_bytes, key_of_bytes(key->raw));
	const struct entry *e = at != KITH_MAP_NONE ? kith_slab_at(&pool->entries, at) : NULL;

	return e != NULL && is_it(e, key) ? e->fact : NULL;
}

void kith_pool_put(struct kith_pool *pool, const struct kith_pool_key *key, struct kith_fact *f)
{
	const uint64_t bits = key_of_bytes(f->raw);
	struct entry *e;
	uint32_t at;
	bool is_put;

	KITH_ASSERT(f->pooled == 0);
	if (kith_map_get(&pool->by_bytes, bits) != KITH_MAP_NONE ||
	    !kith_map_reserve(&pool->by_bytes, 1))
		return;
	e = kith_slab_take(&pool->entries, &at);
	if (e == NULL)
		return;
	e->fact = f;
	e->key = bits;
	e->cid = *key->cid;
	memcpy(e->signer, key->signer, sizeof(e->signer));
	e->is_certificate = key->is_certificate;
	is_put = kith_map_put(&pool->by_bytes, bits, at);
	KITH_ASSERT(is_put);
	f->pooled = at + 1;
}

void kith_pool_drop(struct kith_pool *pool, const struct kith_fact *f)
{
	if (f->pooled == 0)
		return;
	kith_map_drop(&pool->by_bytes, key_of_bytes(f->raw));
	kith_slab_give(&pool->entries, f->pooled - 1);
}
