/* SPDX-License-Identifier: ISC */
#include "base/map.h"
#include "base/check.h"
#include "base/mem.h"

enum { FIRST_ROOM = 8 };

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static inline void sip_round(uint64_t v[4])
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

enum { SLOT_MASK = (1 << KITH_MAP_SLOT_BITS) - 1 };

/* The bits of the hash that a cell keeps; its place is made of others. */
static uint32_t tag(uint64_t hashed)
{
	return (uint32_t)(hashed >> 32) & ~(uint32_t)SLOT_MASK;
}

static uint32_t slot_in(uint32_t cell)
{
	return (cell & SLOT_MASK) - 1;
}

static uint64_t key_in(const struct kith_map *m, uint32_t cell)
{
	return m->key_of(m->table, slot_in(cell));
}

void kith_map_init(struct kith_map *m, const struct kith_alloc *alloc, const uint64_t secret[2],
		   kith_map_key_f *key_of, const void *table)
{
	*m = (struct kith_map){.secret = {secret[0], secret[1]},
			       .alloc = alloc,
			       .key_of = key_of,
			       .table = table};
}

void kith_map_fini(struct kith_map *m)
{
	if (m->alloc != NULL)
		kith_mem_free(m->alloc, m->cells);
	m->cells = NULL;
	m->room = m->count = 0;
}

/* The cell that holds the key, or the empty one where it would go; room > 0. */
static uint32_t *find(const struct kith_map *m, uint64_t key, uint64_t hashed)
{
	uint32_t i = (uint32_t)hashed & (m->room - 1);

	while (m->cells[i] != 0 && ((m->cells[i] & ~(uint32_t)SLOT_MASK) != tag(hashed) ||
				    key_in(m, m->cells[i]) != key))
		i = (i + 1) & (m->room - 1);
	return &m->cells[i];
}

uint32_t kith_map_get(const struct kith_map *m, uint64_t key)
{
	const uint32_t cell = m->room ? *find(m, key, hash(m, key)) : 0;

	return cell != 0 ? slot_in(cell) : KITH_MAP_NONE;
}

static bool grow(struct kith_map *m, uint32_t room)
{
	struct kith_map bigger = *m;
	uint32_t i, at;

	bigger.room = room;
	bigger.cells = kith_mem_new(m->alloc, bigger.room, sizeof(*bigger.cells));
	if (!bigger.cells)
		return false;
	for (i = 0; i < m->room; i++) {
		if (m->cells[i] == 0)
			continue;
		at = (uint32_t)hash(m, key_in(m, m->cells[i])) & (bigger.room - 1);
		while (bigger.cells[at] != 0)
			at = (at + 1) & (bigger.room - 1);
		bigger.cells[at] = m->cells[i];
	}
	kith_mem_free(m->alloc, m->cells);
	*m = bigger;
	return true;
}

bool kith_map_reserve(struct kith_map *m, uint32_t more)
{
	uint32_t room = m->room > 0 ? m->room : FIRST_ROOM;

	if (more > KITH_MAP_SLOTS - m->count)
		return false;
	/* At most three quarters full: a miss looks at some eight cells. */
	while (m->count + more > room - room / 4)
		room *= 2;
	return room == m->room || grow(m, room);
}

bool kith_map_put(struct kith_map *m, uint64_t key, uint32_t slot)
{
	const uint64_t hashed = hash(m, key);
	uint32_t *cell = m->room ? find(m, key, hashed) : NULL;

	KITH_ASSERT(slot < KITH_MAP_SLOTS);
	if (!cell || *cell == 0) {
		if (!kith_map_reserve(m, 1))
			return false;
		cell = find(m, key, hashed);
		m->count++;
	}
	*cell = tag(hashed) | (slot + 1);
	return true;
}

void kith_map_drop(struct kith_map *m, uint64_t key)
{
	uint32_t mask = m->room - 1, hole, i;

	if (kith_map_get(m, key) == KITH_MAP_NONE)
		return;
	hole = (uint32_t)(find(m, key, hash(m, key)) - m->cells);
	for (i = (hole + 1) & mask; m->cells[i] != 0; i = (i + 1) & mask) {
		/* A cell may fill the hole unless its home lies between the hole and itself. */
		const uint32_t home = (uint32_t)hash(m, key_in(m, m->cells[i])) & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->cells[hole] = m->cells[i];
			hole = i;
		}
	}
	m->cells[hole] = 0;
	m->count--;
}
