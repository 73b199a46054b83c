/* SPDX-License-Identifier: ISC */
/*
 * core/ledger.h: what is not so with most members most of the time: what one is charged for, what
 * is held against it, why it has the status it has. It is made when there is something to note, and
 * goes when it says nothing any more; a member without one is charged for nothing.
 *
 * To add a charge: a row below, and kith_charge() where it is due.
 */
#ifndef KITH_CORE_LEDGER_H
#define KITH_CORE_LEDGER_H

#include "base/list.h"
#include "core/bucket.h"
#include "core/dispute.h"
#include "core/flap.h"
#include "core/limits.h"
#include "core/timer.h"
#include "seal/session.h"
#include <kith/kith.h>

struct kith_peer;
struct kith_case;

/* Columns: name, tokens a second, burst, what one token of a member's is taken for. */
#define KITH_CHARGES(X) \
	X(VERIFICATION, 200, 400, "the signature on another's record that it delivered") \
	X(NEWCOMER, KITH_NEWCOMERS, 2 * KITH_NEWCOMERS, "an identity that it brought") \
	X(RECORD, 2, 16, "a member record that it signed") \
	X(SERVICE, KITH_SERVICE_RATE, 2 * KITH_SERVICE_BURST, "a record of a service that it signed") \
	X(SUSPICION, 2, 16, "a suspicion that it signed") \
	X(CERTIFICATE, 1, 2, "its certificate, which we ask for since the one held does not do") \
	X(WANT, 50, 100, "a record that we ask it for") \
	X(RETURNED, 200, 400, "a record that it asked us for") \
	X(NAMES, 1, 1, "a list of its newest records") \
	X(INTRO, 1, 1, "an introduction that it asked us for") \
	X(RELAY, 20, 40, "a packet that we carry for it") \
	X(OBITUARY, 1, 1, "suspicions of it while it is held failed, or of one that it tells of") \
	X(REFLECTED, 1, 1, "its newer record, returned to an older life of it")
enum kith_charge {
#define X(name, rate, burst, help) KITH_CHARGE_##name,
	KITH_CHARGES(X)
#undef X
	KITH_CHARGE_COUNT
};

/* What was kept for `kith why`: a ring of the last entries. */
struct kith_why_ring {
	struct kith_why *entries; /* owned; grows to KITH_WHY_KEPT; by_name is the reader's */
	uint32_t room;
	uint32_t total; /* ever written */
};

struct kith_ledger {
	struct kith_link link;  /* of all ledgers, that looked at least lately first */
	struct kith_peer *peer; /* borrowed: whose it is */
	struct kith_bucket charges[KITH_CHARGE_COUNT];
	uint8_t bad_signatures;  /* delivered since bad_since */
	kith_us bad_since;
	uint32_t numbered_epoch; /* window of its records of kinds 5 to 7 */
	struct kith_window numbered;
	struct kith_case *kase; /* owned; the evidence against its incarnation, NULL: none */
	struct kith_why_ring why;
	struct kith_flap flap;
	struct kith_dispute dispute;
	uint32_t helper; /* slot + 1 of through whom it answered last; 0: it answers itself */
	struct kith_timer reprobe, back; /* own suspect probed again; announced absence over */
};

struct kith_ledgers {
	struct kith_link list;
	uint32_t count;
	uint32_t quarantined; /* of them (core/flap.h) */
};

void kith_ledgers_init(struct kith_node *n);
/* The peer's ledger, made if there is none; NULL: no memory. It stays as long as this input. */
struct kith_ledger *kith_ledger(struct kith_node *n, struct kith_peer *p);
/* Frees the peer's ledger, if there is one; its case is closed. */
void kith_ledger_free(struct kith_node *n, struct kith_peer *p);
/* Some steps of a walk over all: those that say nothing go. */
void kith_ledgers_tidy(struct kith_node *n);

/* Takes a token. False: it has none left, or there is no memory to note it. */
bool kith_charge(struct kith_node *n, struct kith_peer *p, enum kith_charge what);
/* Whether it has one; takes none. */
bool kith_may_charge(const struct kith_node *n, const struct kith_peer *p, enum kith_charge what);

/* One entry of evidence; unix_ms, epoch, seq are filled in. */
void kith_peer_why(struct kith_node *n, struct kith_peer *p, const struct kith_why *w);

#endif
