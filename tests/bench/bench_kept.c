/* SPDX-License-Identifier: ISC */
/* How long it takes to give out and to get back what is kept over a restart. */
#include "files/kept.h"
#include "unit/core_fix.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void measure(uint32_t members, const char *path)
{
	struct kith_kept_batch b = {.bytes = NULL};
	struct kith_report r = {0};
	struct kith_kept_log log;
	struct kith_bytes entry;
	struct person p;
	struct fix f;
	double began, kept, written, read;
	size_t i;

	fix_setup(&f);
	for (i = 1; i <= members; i++)
		person_joins(&f, &p, (uint32_t)i);
	began = now_ms();
	while (kith_node_keep(f.n, &entry))
		assert_true(kith_kept_add(&b, entry));
	kept = now_ms();
	assert_int_equal(kith_kept_write(path, KITH_KEPT_NODE, &b, &r), KITH_FILE_OK);
	written = now_ms();
	printf("%6u members: %7zu bytes, given out in %.1f ms, written in %.1f ms; ", members, b.len,
	       kept - began, written - kept);
	kith_kept_batch_free(&b);
	fix_forget(&f);
	kith_node_free(&f.n);

	f.keeps_epochs = false;
	f.config.epoch++;
	assert_int_equal(kith_node_new(&f.n, &f.config, f.now, FIX_UNIX_S * INT64_C(1000)), 0);
	began = now_ms();
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &r), KITH_FILE_OK);
	read = now_ms();
	for (i = log.count; i-- > 0;)
		assert_int_equal(kith_node_restore(f.n, f.now, log.entries[i]), 0);
	printf("read in %.1f ms, given back in %.1f ms\n", read - began, now_ms() - read);
	assert_int_equal(f.n->peers.count, members);
	kith_kept_log_free(&log);
	fix_end(&f);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "kept.tmp";

	measure(100, path);
	measure(1000, path);
	measure(10000, path);
	remove(path);
	return 0;
}
