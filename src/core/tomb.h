/* SPDX-License-Identifier: ISC */
/*
 * core/tomb.h: what remains of a member that was forgotten: its id and the number of its last
 * record, until that record would have expired. Without it the old record, replayed or brought by
 * somebody who forgets later, would raise the member from the dead (4-security.md §5.5).
 *
 * A member that was forgotten while it lived - behind a cut, or everywhere and then restarted without
 * its epoch - has nothing else to show than what was buried. Whether it lives or is replayed, only it
 * can prove: its introduction is answered by a dial, and its tomb opens for its record from itself, proven
 * over a stream.
 *
 * Who forgets by command is ahead of the others. Until they forget as well, the tomb counts in the
 * root in the member's place, or every partner would see another view and synchronise for nothing.
 */
#ifndef KITH_CORE_TOMB_H
#define KITH_CORE_TOMB_H

#include "base/map.h"
#include "core/bucket.h"
#include "core/limits.h"

struct kith_addr;
struct kith_node;

struct kith_tomb {
	struct kith_mid mid;
	uint32_t epoch, seq;
	uint32_t until; /* unix seconds */
	bool is_kept;   /* the host has it (core/kept.h) */
	bool counts;    /* in the root, with this leaf, up to this time */
	uint64_t leaf;
	kith_us counts_until;
};

struct kith_tombs {
	struct kith_tomb *table; /* owned */
	uint32_t count, room;
	uint32_t counted; /* how many count in the root, and */
	uint64_t sum;     /* the sum of their leaves */
	kith_us due;      /* none stops counting before, */
	uint32_t due_s;   /* and none is opened for its age (unix seconds) */
	struct kith_map by_mid; /* first 8 bytes of the mid to the place in the table */
	struct kith_bucket asked;
};

void kith_tombs_init(struct kith_node *n, const uint64_t secret[2]);
void kith_tombs_fini(struct kith_node *n);
/* Buries a member; at the bound the one expiring first makes room (counted as table_full).
 * Without memory there is no tomb: the member may come back until its record expires. */
void kith_tomb_bury(struct kith_node *n, const struct kith_mid *mid, uint32_t epoch, uint32_t seq,
		    uint32_t until);
/* Whether this record is not newer than what was buried. */
bool kith_tomb_covers(const struct kith_node *n, const struct kith_mid *mid, uint32_t epoch,
		      uint32_t seq);
bool kith_tomb_is_there(const struct kith_node *n, const struct kith_mid *mid);
/* The tomb just made, if there is one, came from the host, which need not be given it again. */
void kith_tomb_kept(struct kith_node *n, const struct kith_mid *mid);
/* The tomb just made, if there is one, counts in the root until then. */
void kith_tomb_count(struct kith_node *n, const struct kith_mid *mid, uint64_t leaf, kith_us until);
/* Somebody introduces itself from there with a record of mid that is buried: if that is who answers
 * a stream there, it synchronises with us. At most one a second is asked. */
void kith_tomb_ask(struct kith_node *n, const struct kith_mid *mid, const struct kith_addr *from);
/* Opens the tomb of a member that is back, and those whose time is over. */
void kith_tomb_open(struct kith_node *n, const struct kith_mid *mid);
void kith_tombs_sweep(struct kith_node *n);

#endif
