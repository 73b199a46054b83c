/* SPDX-License-Identifier: ISC */
/*
 * cli/pages.h: a listing of kithd's, all pages of it. What is listed may come and go between two of
 * them; pages go by name, so nothing is taken twice.
 */
#ifndef KITH_CLI_PAGES_H
#define KITH_CLI_PAGES_H

#include "cli/args.h"
#include "cli/ask.h"

/* One listing. */
struct kith_listing {
	const char *command; /* "kith.members" */
	const char *noun;    /* what its answer calls them */
	void (*write)(struct kith_writer *w, const struct kith_args *a); /* arguments but for the page's */
};

struct kith_pages {
	struct kith_reply *all; /* owned */
	size_t count;
};

enum kith_exit kith_pages_fetch(struct kith_cli *c, const struct kith_args *a,
				const struct kith_listing *what, struct kith_pages *p);
void kith_pages_fini(struct kith_pages *p);
/* The items of a page. */
struct kith_value_walk kith_pages_walk(const struct kith_pages *p, size_t page,
				       const struct kith_listing *what);
bool kith_pages_are_empty(const struct kith_pages *p, const struct kith_listing *what);
/* The first page's envelope around the items of all. */
enum kith_exit kith_pages_print_json(struct kith_cli *c, const struct kith_pages *p,
				     const struct kith_listing *what);

#endif
