/* SPDX-License-Identifier: ISC */
/*
 * What a view of a member costs: bytes of the heap, and nanoseconds of processor time to take its
 * record in. Nodes take in all members, as from a synchronisation; first some that keep them apart,
 * then some that share them in a pool. Not a test.
 *
 *	make tests/bench/bench_members && tests/bench/bench_members 10000 100
 */
#include "base/mem.h"
#include "core/pool.h"
#include "unit/core_fix.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { APART_MAX = 2 }; /* each signature is checked in each of them */

struct member {
	uint8_t certificate[KITH_CERTIFICATE_MAX], record[KITH_RECORD_MAX];
	size_t certificate_len, record_len;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static double heap_bytes(void)
{
	const struct mallinfo2 m = mallinfo2();

	return (double)m.uordblks + (double)m.hblkhd;
}

static struct member *sign_all(struct fix *f, uint32_t members)
{
	struct member *all = calloc(members, sizeof(*all));
	struct person p;
	uint32_t i;

	assert_non_null(all);
	for (i = 0; i < members; i++) {
		person_init(f, &p, i + 1);
		memcpy(all[i].certificate, p.cert, p.cert_len);
		all[i].certificate_len = p.cert_len;
		all[i].record_len = person_record(f, &p, all[i].record);
	}
	return all;
}

static struct kith_node *node_new(struct fix *f, struct kith_pool *pool)
{
	struct kith_node *n;
	struct kith_out o;

	assert_int_equal(kith_node_new(&n, &f->config, f->now, FIX_UNIX_S * INT64_C(1000)), 0);
	if (pool != NULL)
		kith_core_share(n, pool);
	assert_int_equal(kith_node_next(n, &o), 1);
	kith_node_persisted(n, f->now, o.token);
	while (kith_node_next(n, &o))
		;
	return n;
}

static void take(struct kith_node *n, const struct member *m)
{
	struct kith_out o;

	kith_out_settle(n);
	(void)kith_store_record(n, NULL,
				(struct kith_bytes){m->certificate, m->certificate_len},
				(struct kith_bytes){m->record, m->record_len}, KITH_STORE_BY_SYNC);
	while (kith_node_next(n, &o))
		;
}

/* The queue of what is to be told empties, as it does in time. */
static void all_is_told(struct kith_node *n)
{
	uint32_t i;

	for (i = 0; i < n->peers.count; i++) {
		struct kith_peer *p = kith_ring_at(n, i);

		kith_gossip_drop(n, &p->rumor, &p->record->fact);
	}
}

/* Packets were exchanged with all. */
static void all_were_heard(struct kith_node *n)
{
	uint32_t i;

	for (i = 0; i < n->peers.count; i++)
		assert_non_null(kith_talk(n, kith_ring_at(n, i)));
}

static void measure(struct fix *f, const struct member *all, uint32_t members, uint32_t nodes,
		    struct kith_pool *pool)
{
	const double views = (double)members * nodes;
	struct kith_node **n = calloc(nodes, sizeof(*n));
	double bare, empty, full, told, heard;
	int64_t began, first = 0, ended;
	uint32_t i, k;

	assert_non_null(n);
	bare = heap_bytes();
	for (k = 0; k < nodes; k++)
		n[k] = node_new(f, pool);
	empty = heap_bytes();
	began = now_ns();
	for (k = 0; k < nodes; k++) {
		for (i = 0; i < members; i++)
			take(n[k], &all[i]);
		first = k == 0 ? now_ns() : first;
	}
	ended = now_ns();
	full = heap_bytes();
	for (k = 0; k < nodes; k++) {
		assert_int_equal(n[k]->peers.count, members + 1);
		all_is_told(n[k]);
	}
	told = heap_bytes();
	for (k = 0; k < nodes; k++)
		all_were_heard(n[k]);
	heard = heap_bytes();
	printf("%s: %.0f ns per record taken, %.0f in the first node; bytes per view: %.1f, %.1f more "
	       "while it is to be told, %.1f once packets were exchanged (besides %d keys a node, "
	       "%zu each); bytes per node besides: %.0f\n",
	       pool != NULL ? "shared" : "apart",
	       nodes > 1 ? (double)(ended - first) / (views - members) : 0,
	       (double)(first - began) / members, (told - empty) / views, (full - told) / views,
	       (heard - told) / views, KITH_KEYS_KEPT, sizeof(struct kith_keys),
	       (empty - bare) / nodes);
	for (k = 0; k < nodes; k++)
		kith_node_free(&n[k]);
	free(n);
}

int main(int argc, char **argv)
{
	const uint32_t members = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
	const uint32_t nodes = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 100;
	const uint32_t apart = nodes < APART_MAX ? nodes : APART_MAX;
	const uint64_t key[2] = {1, 2};
	struct kith_pool *pool;
	struct member *all;
	struct fix f;

	fix_init(&f);
	f.config.alloc = kith_alloc_libc;
	printf("%u members in each of %u nodes that keep them apart, and of %u that share\n", members,
	       apart, nodes);
	all = sign_all(&f, members);
	measure(&f, all, members, apart, NULL);
	assert_int_equal(kith_pool_new(&pool, key), 0);
	measure(&f, all, members, nodes, pool);
	kith_pool_free(&pool);
	free(all);
	return 0;
}
