/* SPDX-License-Identifier: ISC */
/*
 * files/peers.h: where others were when we last looked, failed ones too. kithd asks them at its
 * start besides the seeds, so that a cluster comes back after a power loss with no seed up. It is
 * a hint: a line that makes no sense is reported and skipped.
 *
 *	version = 1
 *	peer = web-2 10.0.0.6:5484 alive
 */
#ifndef KITH_FILES_PEERS_H
#define KITH_FILES_PEERS_H

#include "files/disk.h"

enum { KITH_PEERS_MAX = 256 };

struct kith_peer {
	char name[KITH_NAME_MAX + 1];
	struct kith_addr addr;
	enum kith_status status; /* alive, suspect, restarting or failed */
};

struct kith_peers {
	struct kith_peer all[KITH_PEERS_MAX];
	size_t count;
};

/* *p is what could be read, empty if nothing. ABSENT, BAD. */
KITH_MUST_USE enum kith_file_result kith_peers_read(const char *path, struct kith_peers *p,
						    struct kith_report *r);
KITH_MUST_USE enum kith_file_result kith_peers_write(const char *path, const struct kith_peers *p,
						     struct kith_report *r);

#endif
