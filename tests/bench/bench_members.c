/* SPDX-License-Identifier: ISC */
/*
 * What a view of a member costs: bytes of the heap, and nanoseconds of processor time to take its
 * record in. M nodes take N members each, as from a synchronisation. Not a test.
 *
 *	make tests/bench/bench_members && tests/bench/bench_members 10000 100
 */
#include "base/mem.h"
#include "unit/core_fix.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

static struct kith_node *node_new(struct fix *f)
{
	struct kith_node *n;
	struct kith_out o;

	assert_int_equal(kith_node_new(&n, &f->config, f->now, FIX_UNIX_S * INT64_C(1000)), 0);
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
				(struct kith_bytes){m->record, m->record_len}, true);
	while (kith_node_next(n, &o))
		;
}

static void measure(struct fix *f, const struct member *all, uint32_t members, uint32_t nodes)
{
	const double views = (double)members * nodes;
	struct kith_node **n = calloc(nodes, sizeof(*n));
	double bare, empty, full;
	int64_t began, ended;
	uint32_t i, k;

	assert_non_null(n);
	bare = heap_bytes();
	for (k = 0; k < nodes; k++)
		n[k] = node_new(f);
	empty = heap_bytes();
	began = now_ns();
	for (k = 0; k < nodes; k++)
		for (i = 0; i < members; i++)
			take(n[k], &all[i]);
	ended = now_ns();
	full = heap_bytes();
	for (k = 0; k < nodes; k++)
		assert_int_equal(n[k]->peers.count, members + 1);
	printf("%7.0f ns per record taken; %6.1f bytes per view, all of it still to be told; "
	       "%.0f bytes per node besides\n",
	       (double)(ended - began) / views, (full - empty) / views, (empty - bare) / nodes);
	for (k = 0; k < nodes; k++)
		kith_node_free(&n[k]);
	free(n);
}

int main(int argc, char **argv)
{
	const uint32_t members = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
	const uint32_t nodes = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 4;
	struct member *all;
	struct fix f;

	fix_init(&f);
	f.config.alloc = kith_alloc_libc;
	printf("%u members in each of %u nodes\n", members, nodes);
	all = sign_all(&f, members);
	measure(&f, all, members, nodes);
	free(all);
	return 0;
}
