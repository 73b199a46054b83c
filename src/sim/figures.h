/* SPDX-License-Identifier: ISC */
/*
 * sim/figures.h: measured times of a story told with several seeds: collected, sorted, printed
 * as a TAP comment and asked for a percentile.
 */
#ifndef KITH_SIM_FIGURES_H
#define KITH_SIM_FIGURES_H

#include <kith/types.h>

enum { FIGURES_MAX = 4096 };

struct figures {
	const char *name; /* borrowed */
	uint32_t count;
	kith_us us[FIGURES_MAX];
};

void figures_init(struct figures *f, const char *name);
void figures_add(struct figures *f, kith_us us);
/* The smallest value that at least this share of all does not exceed; 50 is the median. */
kith_us figures_percentile(struct figures *f, uint32_t percent);
/* "# crash, 32 hosts: median 1.712 s, p90 2.604 s, highest 3.100 s of 150", on standard error. */
void figures_print(struct figures *f);

#endif
