/* SPDX-License-Identifier: ISC */
/*
 * story/story.h: what every story needs at hand. A story opens a cluster with a seed of its own
 * (KITH_SEED replaces it), does something to it, and makes claims; boundaries come in pairs: not
 * yet here, but there.
 */
#ifndef KITH_STORY_H
#define KITH_STORY_H

#include "sim/claims.h"
#include "sim/faults.h"
#include "sim/figures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define S KITH_SECOND
#define MS KITH_MS

/* A broken claim fails the test, not the program. */
#define story_run(tests) (report_on_fail(_fail), cmocka_run_group_tests((tests), NULL, NULL))

/* A cluster of n hosts on a LAN, no process running. */
static inline struct cluster *story_new(uint32_t n, uint64_t seed)
{
	struct cluster_opts o;

	cluster_opts_init(&o, cluster_seed(seed));
	return cluster_new(n, &o);
}

/* The same, all joined and settled. */
static inline struct cluster *story_joined(uint32_t n, uint64_t seed)
{
	struct cluster *c = story_new(n, seed);

	cluster_join_all(c);
	return c;
}

/* Nobody but `except` (or CLUSTER_ANY: nobody) may be held for suspect or failed from now on. */
static inline void story_others_stay_alive(struct cluster *c, uint32_t except)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (i != except)
			cluster_forbid(c, CLUSTER_ANY, i, KITH_STATUS_FAILED);
}

#endif
