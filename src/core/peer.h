/* SPDX-License-Identifier: ISC */
/*
 * core/peer.h: the member table: who is known, under which certificate and record, and what this
 * node concludes of each. One peer's way through it: kith_peer_add() when its first record was
 * verified (core/store), kith_peer_record() for each newer one, kith_peer_set_status() - the only
 * writer of a status - when core/suspect or a record says so, kith_peers_on_sweep() forgets it.
 *
 * Slots are numbers that stay as long as the peer; the ring is the slots sorted by mid, which is
 * also the order of probing, of the observers, and of synchronisation (8-decisions.md), and the
 * index by mid.
 */
#ifndef KITH_CORE_PEER_H
#define KITH_CORE_PEER_H

#include "base/map.h"
#include "base/slab.h"
#include "core/fact.h"
#include "core/ledger.h"
#include "core/limits.h"
#include "core/ring.h"
#include "core/root.h"
#include "core/timer.h"
#include "core/zone.h"
#include <kith/kith.h>

/* Ten thousand nodes that know each other have a hundred million of these: what each needs is here,
 * what it says of itself is shared, and what few need is elsewhere (core/talk.h, core/ledger.h). */
struct kith_peer {
	struct kith_member_fact *record; /* owned references */
	struct kith_cert_fact *certificate;
	struct kith_ledger *ledger; /* owned; NULL: there is nothing to note */
	kith_us since;              /* it has this status */
	uint32_t slot;
	uint32_t rumor; /* number of its record's (core/gossip.h) */
	uint32_t talk;  /* number of its talk (core/talk.h); 0: none */
	uint8_t suspicions_live; /* of its suspicions, held here */
	uint8_t addr_index;      /* the address that last answered */
	uint8_t zone;            /* its place among them (core/zone.h) */
	enum kith_status status : 4;
	bool is_self : 1;
	bool is_kept : 1;       /* the host has record and status as they are (core/kept.h) */
	bool has_no_pair : 1;   /* its session's key is of small order: there are none */
	bool heard_session : 1; /* something sealed to our present session opened */
};
_Static_assert(sizeof(void *) > 8 || sizeof(struct kith_peer) <= 48, "see above");
_Static_assert((int)KITH_SUSPICIONS_PER_SUSPECTOR <= UINT8_MAX, "it is counted");
_Static_assert((int)KITH_ZONES_MAX <= UINT8_MAX, "a zone has room");
_Static_assert((int)KITH_STATUS_COUNT <= 8, "a status has room, with or without a sign");

struct kith_peers {
	struct kith_slab table; /* of struct kith_peer, by slot */
	struct kith_ring ring;
	uint32_t count;
	struct kith_map by_sid;
	uint32_t by_status[KITH_STATUS_COUNT];
	uint64_t leaf_sum;
	struct kith_leaves leaves;
	struct kith_root root; /* made last */
	uint64_t changes;
	kith_us heard; /* something of anybody last opened */
	kith_us heard_datagram; /* and a datagram */
	bool isolated;
	kith_us rejoined; /* we were isolated until then; KITH_NEVER: never */
	uint32_t recent[KITH_NAMES_MAX]; /* slots whose record changed last */
	uint32_t recent_at;
	struct kith_timer sweep;
	bool forgets_future; /* the next sweep does */
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
/* A new peer with its certificate and member record, to which it takes references; status ALIVE,
 * RESTARTING or LEFT as the record says. NULL: the table is full or there is no memory (counted). */
struct kith_peer *kith_peer_add(struct kith_node *n, struct kith_cert_fact *certificate,
				struct kith_member_fact *record);
/* A peer as it was kept over a restart, and since when it has this status. NULL as above. */
struct kith_peer *kith_peer_restore(struct kith_node *n, struct kith_cert_fact *certificate,
				    struct kith_member_fact *record, enum kith_status status,
				    kith_us since);
/* So many members will be listed, if all goes well: the index is made as large at once, instead of
 * each time that it is full, when all that is in it is looked at again. */
void kith_peers_expect(struct kith_node *n, uint64_t count);
/* There is no room for another member. */
bool kith_peers_are_full(const struct kith_node *n);
/* A newer record of a known peer, and its certificate, newer or the one it has. Clears the evidence
 * and sets the status that the record says. False: no memory. */
KITH_MUST_USE bool kith_peer_record(struct kith_node *n, struct kith_peer *p,
				    struct kith_cert_fact *certificate,
				    struct kith_member_fact *record);
/* A newer certificate of a known peer, whose record stays. Takes a reference. */
void kith_peer_certify(struct kith_node *n, struct kith_peer *p, struct kith_cert_fact *certificate);
/* The one place where a status changes; asserts that the transition exists, keeps the counts,
 * remembers why, emits the event. `by`: whose word decided, NULL = ours. */
void kith_peer_set_status(struct kith_node *n, struct kith_peer *p, enum kith_status to,
			  const struct kith_mid *by);
/* It is quarantined no longer (core/flap.h): its status is told. */
void kith_peer_released(struct kith_node *n, const struct kith_peer *p);
/* A packet of it was opened, from that address. */
void kith_peer_heard(struct kith_node *n, struct kith_peer *p, const struct kith_addr *from);
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
/* The evidence against its incarnation, NULL: none. */
static inline struct kith_case *kith_peer_case(const struct kith_peer *p)
{
	return p->ledger != NULL ? p->ledger->kase : NULL;
}
/* "alive", ...; "?" when out of range. */
const char *kith_peer_status_text(enum kith_status s);

/* The authority `by` has expelled it (core/revoke.h): it has left, and that is told as such. */
void kith_peer_expelled(struct kith_node *n, struct kith_peer *p, const struct kith_mid *by);
/* Forgets a peer that is not self, and buries it. */
void kith_peer_reap(struct kith_node *n, struct kith_peer *p);
/* Our clock is right again: whose record lies too far in the future goes as soon as this input is over,
 * since nobody else takes it. It is not buried, for what the others hold is an older one. */
void kith_peers_forget_future(struct kith_node *n);

#endif
