/* SPDX-License-Identifier: ISC */
/*
 * sim/world.h: virtual time. One heap of things that will happen; the world jumps to the next
 * one and runs it. Two at the same instant run in the order in which they were asked for.
 *
 * Life of one item: world_at() copies nothing and owns `what` from then on; when its time comes,
 * the world sets `now`, calls fn(ctx, what) and frees `what`. What never came is freed at the end.
 *
 * The generator is the world's own, apart from the code under test: one seed rules a run.
 */
#ifndef KITH_SIM_WORLD_H
#define KITH_SIM_WORLD_H

#include <kith/types.h>
#include <stdbool.h>
#include <stddef.h>

/* Not zero: code that takes a point in time for a duration breaks at once (Tarantool's trick). */
#define WORLD_START (10000 * KITH_SECOND)

typedef void world_fn(void *ctx, void *what);

struct world_item {
	kith_us at;
	uint64_t serial;
	world_fn *fn;
	void *ctx;  /* borrowed: outlives the world */
	void *what; /* owned, from malloc, or NULL */
};

struct world {
	kith_us now;
	uint64_t serial;
	struct world_item *heap; /* owned */
	size_t count, room;
	uint64_t rng[4]; /* xoshiro256** */
	uint64_t steps;
};

void world_init(struct world *w, uint64_t seed);
void world_fini(struct world *w);
/* Asks for fn(ctx, what) at `at`, or now if that is past. */
void world_at(struct world *w, kith_us at, world_fn *fn, void *ctx, void *what);
/* Runs the next item if it is due by `until`; else time becomes `until` and false. */
bool world_step(struct world *w, kith_us until);

uint64_t world_random(struct world *w);
/* Uniform in 0 .. n-1; 0 for n = 0. The bias of the remainder is below 2^-32 for our small n. */
uint64_t world_below(struct world *w, uint64_t n);
/* True with this chance in a million. */
bool world_chance(struct world *w, uint32_t ppm);
void world_fill(struct world *w, void *p, size_t len);

#endif
