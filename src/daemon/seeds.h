/* SPDX-License-Identifier: ISC */
/*
 * daemon/seeds.h: where to join. Address literals are given to the node at once; host names are
 * resolved, again and again with back-off until the node has joined and whenever it is alone, and
 * each new address is given to the node.
 */
#ifndef KITH_DAEMON_SEEDS_H
#define KITH_DAEMON_SEEDS_H

#include "daemon/host.h"
#include "daemon/resolve.h"
#include "files/idfile.h"

struct kith_seeds_list {
	char texts[2 * KITH_SEEDS_MAX][KITH_SEED_TEXT_MAX + 1];
	size_t count;
};

struct kith_seeder;

/* resolver may be NULL: names are reported. All is borrowed. NULL: no memory. */
struct kith_seeder *kith_seeder_new(struct kith_host *host, struct kith_resolver *resolver);
void kith_seeder_free(struct kith_seeder **s);
/* These are the seeds from now on (what the node knows it keeps). */
void kith_seeder_set(struct kith_seeder *s, const struct kith_seeds_list *list);

/* Adds a text unless it is there or the list is full. */
void kith_seeds_list_add(struct kith_seeds_list *l, const char *text);
/* The literal addresses in their order; returns how many of them fit. */
size_t kith_seeds_list_addrs(const struct kith_seeds_list *l, struct kith_addr *out, size_t room);

#endif
