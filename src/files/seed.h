/* SPDX-License-Identifier: ISC */
/*
 * files/seed.h: a seed as text: an address literal or a host name, either with :port. Resolving
 * names is the daemon's.
 */
#ifndef KITH_FILES_SEED_H
#define KITH_FILES_SEED_H

#include <kith/types.h>
#include <stdbool.h>

enum {
	KITH_PORT_DEFAULT = 5484, /* gossip, UDP and TCP */
	KITH_SEEDS_MAX = 64,      /* as many as kith_node_join() takes */
	KITH_SEED_TEXT_MAX = 180  /* with its key it fits one line of a file */
};

struct kith_seed_text {
	struct kith_addr addr;             /* family 0: `host` has to be resolved */
	char host[KITH_SEED_TEXT_MAX + 1]; /* "" for a literal */
	uint16_t port;
};

/* KITH_EINVAL: neither, or a literal that cannot be dialled (unspecified, multicast, link-local). */
KITH_MUST_USE int kith_seed_scan(const char *text, struct kith_seed_text *s);

#endif
