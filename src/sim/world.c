/* SPDX-License-Identifier: ISC */
#include "sim/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void world_init(struct world *w, uint64_t seed)
{
	int i;

	memset(w, 0, sizeof(*w));
	w->now = WORLD_START;
	for (i = 0; i < 4; i++)
		w->rng[i] = splitmix(&seed);
}

void world_fini(struct world *w)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		free(w->heap[i].what);
	free(w->heap);
	memset(w, 0, sizeof(*w));
}

static bool before(const struct world_item *a, const struct world_item *b)
{
	return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

void world_at(struct world *w, kith_us at, world_fn *fn, void *ctx, void *what)
{
	struct world_item item = {at, w->serial++, fn, ctx, what};
	size_t i;

	assert(fn != NULL);
	if (item.at < w->now)
		item.at = w->now;
	if (w->count == w->room) {
		w->room = w->room ? w->room * 2 : 256;
		w->heap = realloc(w->heap, w->room * sizeof(*w->heap));
		assert(w->heap != NULL);
	}
	for (i = w->count++; i > 0 && before(&item, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = item;
}

static struct world_item pop(struct world *w)
{
	struct world_item first = w->heap[0], last = w->heap[--w->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < w->count) {
		if (child + 1 < w->count && before(&w->heap[child + 1], &w->heap[child]))
			child++;
		if (!before(&w->heap[child], &last))
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	if (w->count > 0)
		w->heap[i] = last;
	return first;
}

bool world_step(struct world *w, kith_us until)
{
	struct world_item item;

	if (w->count == 0 || w->heap[0].at > until) {
		if (w->now < until)
			w->now = until;
		return false;
	}
	item = pop(w);
	assert(item.at >= w->now);
	w->now = item.at;
	w->steps++;
	item.fn(item.ctx, item.what);
	free(item.what);
	return true;
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t world_random(struct world *w)
{
	uint64_t *s = w->rng, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t world_below(struct world *w, uint64_t n)
{
	return n > 0 ? world_random(w) % n : 0;
}

bool world_chance(struct world *w, uint32_t ppm)
{
	return ppm > 0 && world_below(w, 1000000) < ppm;
}

void world_fill(struct world *w, void *p, size_t len)
{
	uint8_t *b = p;
	size_t i;

	for (i = 0; i < len; i++)
		b[i] = (uint8_t)(world_random(w) >> 56);
}
