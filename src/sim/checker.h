/* SPDX-License-Identifier: ISC */
/*
 * sim/checker.h: an independent judge of a cluster. It shares nothing with the node's own logic: it
 * is told what the nodes show through <kith/kith.h> (sim/watch.h does that), keeps its own ledger of
 * what every owner ever held, and calls `fail` with the name of the first invariant that is broken.
 *
 * Way of one observation: after each input the owner's own record goes into the ledger
 * (checker_own). Events are told as they come out. When a node has done a step that changed its
 * view, its members are walked: each shown record must be one that its owner held, and each status
 * must follow from the one before, the records and the events.
 *
 * The records travel sealed, so their bytes are not seen; what is compared is all that a view shows
 * of them: number, addresses, tags, versions, announced absence. Rebroadcasts are counted in sum, for
 * the same reason: a node sends no more records in gossip than it took or signed, times the bound.
 */
#ifndef KITH_SIM_CHECKER_H
#define KITH_SIM_CHECKER_H

#include <kith/kith.h>

/* A row per host and member: above this many hosts a run goes without a checker. */
enum { CHECKER_HOSTS_MAX = 1024 };

/* The shortest round of any profile. */
#define CHECKER_ROUND (100 * KITH_MS)

/* Columns: name, text, meaning. */
#define CHECKER_INVARIANTS(X) \
	X(DURABLE, "epoch-is-durable", "an owner signs only under an epoch that its disk has confirmed in this life") \
	X(BY_ONE, "sequence-by-one", "an owner's record is followed by the next number of its epoch, or the first of a later one") \
	X(ONE_CONTENT, "one-record-one-content", "an owner whose disk kept its epoch never signs two contents under one number, or an older number") \
	X(ONLY_OWNER, "only-owner-raises-sequence", "nobody shows a number of an owner above the highest that the owner held") \
	X(FOREIGN, "no-foreign-record", "every record shown is one that its owner held, with its contents") \
	X(RECORD_BACK, "record-goes-back", "a view never shows an older record of a member than before; who was forgotten comes back with a newer one, or while it lives with one of this life") \
	X(OF_RECORD, "status-of-record", "left and restarting are said by the record, and what the record says is shown") \
	X(STATUS_BACK, "status-goes-back", "failed and restarting end by a newer record, unless the host heard nobody when it concluded; suspect by one, by an answer, or when a suspector was revoked") \
	X(LEAVE, "leave-is-final", "who left comes back in a later epoch only") \
	X(EVENTS, "events-follow-view", "who follows the events knows the members and their statuses") \
	X(REVOKED, "revoked-is-gone", "whom a host told of as revoked it never lists again") \
	X(QUARANTINE, "quarantine-is-silent", "of a quarantined member nothing is told but that it began and that it ended") \
	X(EVIDENCE, "two-pieces-convict", "failed needs two pieces of evidence, or an announced absence that is over") \
	X(OWN_STATUS, "own-status", "a node holds itself alive until it says that it goes") \
	X(COUNTS, "counts-agree", "the counts of a view are those of a walk") \
	X(REBROADCASTS, "rebroadcasts-bounded", "records sent in gossip: ceil(4 ln(n + 1)) for each one taken or signed") \
	X(QUEUES, "queues-in-bounds", "gossip queue, streams and members stay inside their bounds") \
	X(MEMORY, "memory-in-bounds", "the heap grows with members and streams only")
enum checker_invariant {
#define X(upper, name, help) CHECKER_##upper,
	CHECKER_INVARIANTS(X)
#undef X
	CHECKER_COUNT
};
const char *checker_name(enum checker_invariant i);

/* An invariant is broken at `host`. If it returns, the checker goes on. */
typedef void checker_fail_fn(void *ctx, uint32_t host, enum checker_invariant broken,
			     const char *text);

struct checker;

/* For this many hosts; ends the program without memory. */
struct checker *checker_new(uint32_t hosts, checker_fail_fn *fail, void *ctx);
void checker_free(struct checker **k);

/* The wall clock of the host is off by so much that it takes good records for expired ones: in this
 * life it may forget what it had buried. */
void checker_clock_off(struct checker *k, uint32_t host);
/* A process of the host starts from this epoch on its disk. */
void checker_begin(struct checker *k, uint32_t host, uint32_t disk_epoch);
/* Its disk holds this epoch, and the process is told so now. */
void checker_durable(struct checker *k, uint32_t host, uint32_t epoch);
/* Its process has ended, at this time of the run. */
void checker_end(struct checker *k, uint32_t host, kith_us run_now);
/* What it shows of itself, after every single input: no own record may be missed. */
void checker_own(struct checker *k, uint32_t host, const struct kith_member *self);
/* An event about member `who`, in the order in which they come out. is_private: the host has heard nobody
 * at all for CHECKER_ROUND, or is disputed itself, so that what it concludes may be withdrawn. */
void checker_event(struct checker *k, uint32_t host, uint32_t who, bool is_private,
		   const struct kith_event *e);

/* A walk over its members: all events before it have been told. `full`: contents are compared
 * although the number did not change. `now` is of the node's own clock, `run_now` the run's. A member
 * that is none of the hosts is counted only. */
void checker_walk(struct checker *k, uint32_t host, kith_us now, kith_us run_now,
		  const struct kith_stats *s, bool full);
void checker_member(struct checker *k, uint32_t host, uint32_t who, const struct kith_member *m);
void checker_walked(struct checker *k, uint32_t host, const struct kith_view *v);

/* Bounds, after every step. heap_bytes: 0 where it is not counted. */
void checker_bounds(struct checker *k, uint32_t host, const struct kith_stats *s,
		    const struct kith_view *v, size_t heap_bytes);

#endif
