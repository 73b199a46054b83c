/* SPDX-License-Identifier: ISC */
/*
 * sim/alloc_fail.h: a counting allocator that can fail. Each test heap counts what is alive,
 * and refuses the n-th request from now on demand, once or for good (cowsql/raft's fault countdown).
 * Freed memory is overwritten, so that a use after free shows without a sanitizer.
 */
#ifndef KITH_SIM_ALLOC_FAIL_H
#define KITH_SIM_ALLOC_FAIL_H

#include <kith/types.h>
#include <stdbool.h>

struct alloc_fail {
	uint64_t requests; /* since init: calls that asked for memory */
	size_t blocks;     /* alive now */
	size_t bytes;      /* alive now */
	size_t bytes_peak;
	uint64_t fail_at; /* the request with this number fails; 0: none does */
	bool fail_after;  /* and so do all later ones */
	uint64_t failed;  /* requests that were refused */
};

void alloc_fail_init(struct alloc_fail *a);
/* The n-th request from now fails (1 = the very next); 0 turns failing off. */
void alloc_fail_next(struct alloc_fail *a, uint64_t n, bool and_all_later);
/* The hook for kith_config.alloc; `a` is borrowed as long as the node lives. */
struct kith_alloc alloc_fail_hook(struct alloc_fail *a);

#endif
