/* SPDX-License-Identifier: ISC */
/*
 * core/peer.h: the member table: who is known, under which certificate and record, and what this
 * node concludes of each. One peer's way through it: kith_peer_add() when its first record was
 * verified (core/store), kith_peer_record() for each newer one, kith_peer_set_status() - the only
 * writer of a status - when core/suspect or a record says so, kith_peers_on_sweep() forgets it.
 *
 * Slots are numbers that stay as long as the peer; the ring is the slots sorted by mid, which is
 * also the order of probing, of the observers, and of synchronisation (8-decisions.md).
 */
#ifndef KITH_CORE_PEER_H
#define KITH_CORE_PEER_H

#include "base/map.h"
#include "base/slab.h"
#include "core/blob.h"
#include "core/bucket.h"
#include "core/gossip.h"
#include "core/limits.h"
#include "core/root.h"
#include "core/timer.h"
#include "seal/session.h"
#include "wire/record.h"
#include <kith/kith.h>

struct kith_case;

/* What was kept for `kith why`: a ring of the last entries. */
struct kith_why_ring {
	struct kith_why entries[KITH_WHY_KEPT]; /* by_name is filled in by the reader */
	uint32_t total;                         /* ever written */
};

struct kith_peer {
	struct kith_mid mid;
	uint32_t slot;
	enum kith_status status;
	bool is_self;
	bool is_kept; /* the host has record and status as they are (core/kept.h) */

	/* What the member says of itself: the bytes as they came, and their parsed form. */
	struct kith_blob *certificate, *record; /* owned references */
	struct kith_certificate cert;
	struct kith_member_body body; /* body.tags points into record */
	uint32_t epoch, seq, expires;
	uint64_t leaf; /* this owner's part of the root digest */

	/* How we talk to it. */
	uint8_t sid[KITH_SID_LEN];
	struct kith_pair *pair; /* owned; keys of the two present sessions, NULL until first use */
	bool has_no_pair;       /* its session's key is of small order: there are none */
	bool heard_session;     /* something sealed to our present session opened */
	uint8_t addr_index;     /* the address that last answered */
	kith_us heard;          /* last opened packet; KITH_NEVER */
	kith_us rtt;            /* smoothed; -1 */
	struct kith_bucket packets, verifications, records, wants, intros, returned, relays, names;
	struct kith_bucket obituaries; /* suspicions returned to it while it is held failed */
	struct kith_bucket suspicions; /* those that it signed */
	struct kith_bucket reflected;  /* its newer record, returned to an older life of it */
	struct kith_bucket newcomers;  /* identities that it brought */
	uint8_t bad_signatures;        /* delivered since bad_since */
	kith_us bad_since;
	uint16_t suspicions_live;      /* of its suspicions, held here */
	uint32_t numbered_epoch;       /* window of its records of kinds 5 to 7 */
	struct kith_window numbered;
	kith_us root_differed; /* first ack with another root; KITH_NEVER: the last one was equal */

	/* What we think of it. */
	kith_us since;
	struct kith_case *kase; /* owned; the evidence against its incarnation, NULL: none */
	struct kith_why_ring *why; /* owned; NULL until the first entry */
	struct kith_timer reprobe, back; /* own suspect probed again; announced absence over */
	struct kith_rumor rumor;         /* its member record on its way */
};

struct kith_peers {
	struct kith_slab table; /* of struct kith_peer, by slot */
	uint32_t *ring; /* owned; slots by mid */
	uint32_t ring_room, count;
	struct kith_map by_mid; /* first 8 bytes of the mid */
	struct kith_map by_sid;
	uint32_t by_status[KITH_STATUS_COUNT];
	uint64_t leaf_sum;
	struct kith_root root; /* made last */
	uint64_t changes;
	kith_us news; /* a record was taken last */
	bool isolated;
	uint32_t recent[KITH_NAMES_MAX]; /* slots whose record changed last */
	uint32_t recent_at;
	struct kith_timer sweep;
	/* Nobody is to be forgotten before: failed or left, and expired. */
	kith_us gone_due;
	uint32_t expiry_due_s;
};

KITH_MUST_USE bool kith_peers_init(struct kith_node *n, const uint64_t secret[2]);
void kith_peers_fini(struct kith_node *n);

/* The peer in that slot, or NULL. */
struct kith_peer *kith_peer_at(const struct kith_node *n, uint32_t slot);
struct kith_peer *kith_peer_find(const struct kith_node *n, const struct kith_mid *mid);
struct kith_peer *kith_peer_by_sid(const struct kith_node *n, const uint8_t sid[KITH_SID_LEN]);
/* A new peer with its verified certificate and record; status ALIVE, RESTARTING or LEFT as the
 * record says. NULL: the table is full or there is no memory (counted). */
struct kith_peer *kith_peer_add(struct kith_node *n, struct kith_bytes certificate,
				const struct kith_certificate *cert, struct kith_bytes record,
				const struct kith_record_head *head,
				const struct kith_member_body *body);
/* A peer as it was kept over a restart, and since when it has this status. NULL as above. */
struct kith_peer *kith_peer_restore(struct kith_node *n, struct kith_bytes certificate,
				    const struct kith_certificate *cert, struct kith_bytes record,
				    const struct kith_record_head *head,
				    const struct kith_member_body *body, enum kith_status status,
				    kith_us since);
/* There is no room for another member. */
bool kith_peers_are_full(const struct kith_node *n);
/* A newer verified record of a known peer, and its certificate if that is newer too (else empty).
 * Clears the evidence and sets the status that the record says. False: no memory. */
KITH_MUST_USE bool kith_peer_record(struct kith_node *n, struct kith_peer *p,
				    struct kith_bytes certificate,
				    const struct kith_certificate *cert, struct kith_bytes record,
				    const struct kith_record_head *head,
				    const struct kith_member_body *body);
/* The one place where a status changes; asserts that the transition exists, keeps the counts,
 * remembers why, emits the event. `by`: whose word decided, NULL = ours. */
void kith_peer_set_status(struct kith_node *n, struct kith_peer *p, enum kith_status to,
			  const struct kith_mid *by);
/* A packet of it was opened, from that address. */
void kith_peer_heard(struct kith_node *n, struct kith_peer *p, const struct kith_addr *from);
/* Keys with it, derived at first use; NULL: no memory, or its key is of small order. */
struct kith_pair *kith_peer_pair(struct kith_node *n, struct kith_peer *p);
/* The index of `a` in its record, or -1. */
int kith_peer_lists(const struct kith_peer *p, const struct kith_addr *a);

/* Members that are not failed and have not left, this node included. */
uint32_t kith_peers_present(const struct kith_node *n);
/* Members that take part, this node included. */
uint32_t kith_peers_up(const struct kith_node *n);
/* Whether it takes part: ALIVE or SUSPECT. */
static inline bool kith_peer_is_up(const struct kith_peer *p)
{
	return p->status == KITH_STATUS_ALIVE || p->status == KITH_STATUS_SUSPECT;
}
/* "alive", ...; "?" when out of range. */
const char *kith_peer_status_text(enum kith_status s);

/* One entry of evidence; unix_ms, epoch, seq are filled in. */
void kith_peer_why(struct kith_node *n, struct kith_peer *p, const struct kith_why *w);

/* Forgets a peer that is not self, and buries it. */
void kith_peer_reap(struct kith_node *n, struct kith_peer *p);

#endif
