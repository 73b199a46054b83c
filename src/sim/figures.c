/* SPDX-License-Identifier: ISC */
#include "sim/figures.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void figures_init(struct figures *f, const char *name)
{
	f->name = name;
	f->count = 0;
}

void figures_add(struct figures *f, kith_us us)
{
	assert(f->count < FIGURES_MAX);
	f->us[f->count++] = us;
}

static int by_value(const void *a, const void *b)
{
	kith_us x = *(const kith_us *)a, y = *(const kith_us *)b;

	return (x > y) - (x < y);
}

kith_us figures_percentile(struct figures *f, uint32_t percent)
{
	uint32_t rank;

	assert(f->count > 0 && percent >= 1 && percent <= 100);
	qsort(f->us, f->count, sizeof(f->us[0]), by_value);
	rank = (f->count * percent + 99) / 100;
	return f->us[rank - 1];
}

void figures_print(struct figures *f)
{
	fprintf(stderr, "# %s: median %.3f s, p90 %.3f s, highest %.3f s of %u\n", f->name,
		(double)figures_percentile(f, 50) / 1e6, (double)figures_percentile(f, 90) / 1e6,
		(double)figures_percentile(f, 100) / 1e6, f->count);
	fflush(stderr);
}
