/* SPDX-License-Identifier: ISC */
/*
 * What a synchronisation costs: two nodes with the same members, of which some have a newer record at
 * one or the other. Bytes of the stream with the handshake, and beyond the records themselves; how
 * often the word passed; processor time of both. The differences are spread over the ring, or lie
 * beside each other on it. Not a test.
 *
 *	make tests/bench/bench_sync && tests/bench/bench_sync 1000 10000
 */
#include "core/root.h"
#include "unit/core_two.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct someone {
	uint32_t number;
	uint32_t seq;
	struct kith_mid mid;
	size_t bytes; /* of its certificate and record */
};

static int by_mid(const void *a, const void *b)
{
	const struct someone *x = a, *y = b;

	return memcmp(x->mid.b, y->mid.b, sizeof(x->mid.b));
}

/* In the order of the ring. */
static struct someone *everyone(struct two *t, uint32_t members)
{
	struct someone *all = calloc(members, sizeof(*all));
	uint8_t record[KITH_RECORD_MAX];
	struct person p;
	uint32_t i;

	assert_non_null(all);
	for (i = 0; i < members; i++) {
		all[i].number = i + 1 < TWO_SECOND ? i + 1 : i + 2;
		all[i].seq = 1;
		person_init(&t->a, &p, all[i].number);
		all[i].mid = p.id.mid;
		all[i].bytes = p.cert_len + person_record(&t->a, &p, record);
		two_know(t, all[i].number, 1, true, true);
		fix_forget(&t->a);
		fix_forget(&t->b);
	}
	qsort(all, members, sizeof(*all), by_mid);
	return all;
}

static void measure(struct two *t, struct someone *all, uint32_t members, uint32_t differ, bool beside)
{
	uint64_t bytes, records = 0;
	uint8_t a[8], b[8];
	double began;
	uint32_t i;

	for (i = 0; i < differ; i++) {
		struct someone *who = &all[beside ? i : (uint64_t)i * members / differ];

		two_know(t, who->number, ++who->seq, i % 2 == 0, i % 2 != 0);
		records += who->bytes;
	}
	fix_forget(&t->a);
	fix_forget(&t->b);
	began = now_ms();
	bytes = two_synchronise(t);
	kith_peers_root(t->a.n, a);
	kith_peers_root(t->b.n, b);
	assert_memory_equal(a, b, sizeof(a));
	printf("%7u %7u  %-6s %10llu %10llu %8.1f %5u %9.1f\n", members, differ,
	       differ == 0 ? "" : beside ? "beside" : "spread", (unsigned long long)bytes,
	       (unsigned long long)(bytes - records),
	       differ > 0 ? (double)(bytes - records) / differ : 0, t->turns, now_ms() - began);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int k;

	printf("%7s %7s  %-6s %10s %10s %8s %5s %9s\n", "members", "differ", "where", "bytes", "beyond",
	       "each", "turns", "cpu ms");
	for (k = 1; k < argc; k++) {
		const uint32_t members = (uint32_t)strtoul(argv[k], NULL, 10);
		const uint32_t differ[] = {0, 1, 16, members / 8, members / 2};
		struct someone *all;
		struct two t;
		size_t i;

		two_setup_for(&t, members + 2);
		all = everyone(&t, members);
		(void)two_synchronise(&t); /* each learns of the other */
		for (i = 0; i < sizeof(differ) / sizeof(differ[0]); i++) {
			measure(&t, all, members, differ[i], false);
			if (differ[i] > 1)
				measure(&t, all, members, differ[i], true);
		}
		two_end(&t);
		free(all);
	}
	return 0;
}
