/* SPDX-License-Identifier: ISC */
#include "base/map.h"
#include "base/check.h"
#include "base/mem.h"

enum { FIRST_ROOM = 8 };

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

/* SipHash-1-3 (Aumasson, Bernstein 2012) of the key's 8 bytes. */
static uint64_t hash(const struct kith_map *m, uint64_t key)
{
	const uint64_t length_block = (uint64_t)8 << 56;
	uint64_t v[4] = {
		m->secret[0] ^ 0x736f6d6570736575u,
		m->secret[1] ^ 0x646f72616e646f6du,
		m->secret[0] ^ 0x6c7967656e657261u,
		m->secret[1] ^ 0x7465646279746573u,
	};

	v[3] ^= key;
	sip_round(v);
	v[0] ^= key;
	v[3] ^= length_block;
	sip_round(v);
	v[0] ^= length_block;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint32_t home(const struct kith_map *m, uint64_t key)
{
	return (uint32_t)hash(m, key) & (m->room - 1);
}

void kith_map_init(struct kith_map *m, const struct kith_alloc *alloc, const uint64_t secret[2])
{
	*m = (struct kith_map){.secret = {secret[0], secret[1]}, .alloc = alloc};
}

void kith_map_fini(struct kith_map *m)
{
	kith_mem_free(m->alloc, m->cells);
	m->cells = NULL;
	m->room = m->count = 0;
}

/* The cell that holds the key, or the empty one where it would go; room > 0. */
static struct kith_map_cell *find(const struct kith_map *m, uint64_t key)
{
	uint32_t i = home(m, key);

	while (m->cells[i].slot != KITH_MAP_NONE && m->cells[i].key != key)
		i = (i + 1) & (m->room - 1);
	return &m->cells[i];
}

uint32_t kith_map_get(const struct kith_map *m, uint64_t key)
{
	return m->room ? find(m, key)->slot : KITH_MAP_NONE;
}

static bool grow(struct kith_map *m)
{
	struct kith_map bigger = *m;

	if (m->room > UINT32_MAX / 2)
		return false;
	bigger.room = m->room ? m->room * 2 : FIRST_ROOM;
	bigger.cells = kith_mem_new(m->alloc, bigger.room, sizeof(*bigger.cells));
	if (!bigger.cells)
		return false;
	for (uint32_t i = 0; i < bigger.room; i++)
		bigger.cells[i].slot = KITH_MAP_NONE;
	for (uint32_t i = 0; i < m->room; i++)
		if (m->cells[i].slot != KITH_MAP_NONE)
			*find(&bigger, m->cells[i].key) = m->cells[i];
	kith_mem_free(m->alloc, m->cells);
	*m = bigger;
	return true;
}

bool kith_map_put(struct kith_map *m, uint64_t key, uint32_t slot)
{
	struct kith_map_cell *cell = m->room ? find(m, key) : NULL;

	KITH_ASSERT(slot != KITH_MAP_NONE);
	if (!cell || cell->slot == KITH_MAP_NONE) {
		/* At most three quarters full: a miss looks at some eight cells. */
		if (m->count >= m->room - m->room / 4) {
			if (!grow(m))
				return false;
			cell = find(m, key);
		}
		m->count++;
	}
	cell->key = key;
	cell->slot = slot;
	return true;
}

void kith_map_drop(struct kith_map *m, uint64_t key)
{
	uint32_t mask = m->room - 1, hole, i;

	if (kith_map_get(m, key) == KITH_MAP_NONE)
		return;
	hole = (uint32_t)(find(m, key) - m->cells);
	for (i = (hole + 1) & mask; m->cells[i].slot != KITH_MAP_NONE; i = (i + 1) & mask) {
		/* A cell may fill the hole unless its home lies between the hole and itself. */
		uint32_t from_home = (i - home(m, m->cells[i].key)) & mask;

		if (from_home >= ((i - hole) & mask)) {
			m->cells[hole] = m->cells[i];
			hole = i;
		}
	}
	m->cells[hole].slot = KITH_MAP_NONE;
	m->count--;
}
