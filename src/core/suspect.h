/* SPDX-License-Identifier: ISC */
/*
 * core/suspect.h: evidence against one incarnation of a member, and the conclusion that this host
 * draws from it (3-membership.md, The detector). One case's way: an own failed round or another
 * member's signed suspicion opens it; judge() weighs it after each change: suspect at
 * evidence 2; failed with enough evidence, time, and a last look of our own that failed too. A
 * newer record of the member, or its answer to a round begun later, closes it.
 *
 * No message says "failed", and no number of others makes a host that can reach X call X failed.
 */
#ifndef KITH_CORE_SUSPECT_H
#define KITH_CORE_SUSPECT_H

#include "core/bucket.h"
#include "core/fact.h"
#include "core/gossip.h"
#include "core/limits.h"
#include "core/timer.h"
#include "wire/record.h"
#include <kith/kith.h>

struct kith_peer;
struct kith_packet;

/* One signed suspicion of the target's present incarnation. */
struct kith_held {
	struct kith_mid by;
	struct kith_fact *record; /* owned reference */
	uint8_t kind, path;
	bool is_own;     /* signed by us: relayed like the others, but our rounds are what counts */
	bool is_cleared; /* the target answered a later round: kept to be told, not as evidence */
	kith_us came;
	kith_us until;
	uint32_t rumor; /* its number (core/gossip.h) */
};

struct kith_case {
	struct kith_peer *peer; /* borrowed: the target */
	struct kith_held held[KITH_SUSPICIONS_PER_TARGET]; /* first held_count used */
	uint8_t held_count;
	uint8_t own_rounds;  /* own failed rounds, saturating */
	bool own_refused;    /* one of them was refused */
	bool own_triple;     /* three connects of one look were all refused */
	bool own_quiet;      /* nobody is told of the last of them (core/accuse.h) */
	bool looked_alone;   /* nobody was heard during the look that ended at looked_at */
	kith_us suspect_at;  /* evidence reached 2, and counts (core/dispute.h); KITH_NEVER */
	kith_us refused_at;  /* `need` refusing witnesses; KITH_NEVER */
	kith_us looked_at;   /* end of our last failed express round; KITH_NEVER */
	kith_us expressed_at, tripled_at; /* begin of the last express and triple look; KITH_NEVER */
	struct kith_timer timer;
};

struct kith_suspects {
	struct kith_bucket signing; /* while our own rounds fail a lot */
	bool has_private; /* somebody may be held failed for reasons that are private */
	uint32_t cases;             /* open now */
};

/* How a round of ours failed. */
struct kith_verdict {
	enum kith_suspicion_kind kind;
	uint8_t path; /* KITH_PATH_... */
	bool is_express;
	bool is_triple_refused;
	bool is_alone; /* nobody at all was heard meanwhile: it is we who are deaf */
};

/* A round of ours on p failed. Who was alone, or is mute, concludes for itself, and tells nobody. */
void kith_suspect_round_failed(struct kith_node *n, struct kith_peer *p,
			       const struct kith_verdict *v);
/* Whether p is held failed, and all that is held against it are rounds of ours that nobody was told of:
 * there is nothing that p could refute, so an answer to a round of ours is enough. */
bool kith_suspect_is_private(const struct kith_peer *p);
/* Another member has told what it knows (core/sync.h), asked at `asked`: whom it holds nothing against is
 * not held failed any more for reasons of that kind, of then. */
void kith_suspect_not_alone(struct kith_node *n, kith_us asked);
/* p answered a round that began at `begun`. */
void kith_suspect_answered(struct kith_node *n, struct kith_peer *p, kith_us begun);
/* What this member said of others counts no longer. */
void kith_suspect_disown(struct kith_node *n, const struct kith_mid *by);
/* A round of ours on p ended without a verdict: the case is judged anew. */
void kith_suspect_look_again(struct kith_node *n, struct kith_peer *p);
/* Something else of p was opened while there is a case or it is held failed. */
void kith_suspect_heard(struct kith_node *n, struct kith_peer *p);
/* A verified suspicion of exactly the stored incarnation of `target`. True: it was taken. */
bool kith_suspect_received(struct kith_node *n, struct kith_peer *by, struct kith_peer *target,
			   const struct kith_suspicion *s, struct kith_fact *record,
			   uint32_t expires);
/* Whether kith_suspect_received() could take it: known before the signature is checked. */
bool kith_suspect_wants(const struct kith_node *n, const struct kith_peer *by,
			const struct kith_peer *target);
/* A newer record of p came, or p goes: the case is closed. */
void kith_suspect_close(struct kith_node *n, struct kith_peer *p);
/* An announced absence ends then; p has a ledger. */
void kith_suspect_absent(struct kith_node *n, struct kith_peer *p, kith_us until);
/* Sends our newest own record straight to those who suspect us. */
void kith_suspect_answer(struct kith_node *n, const struct kith_mid *suspectors, uint32_t count);
/* For core/plain.c, core/accuse.c and core/obituary.c besides suspect.c: the case of p, opened if there is
 * none (NULL: no memory); a suspicion put into it (NULL: no memory or no room), found, dropped. */
struct kith_case *kith_suspect_open(struct kith_node *n, struct kith_peer *p);
struct kith_held *kith_suspect_hold(struct kith_node *n, struct kith_case *c,
				    const struct kith_mid *by, const struct kith_suspicion *s,
				    struct kith_fact *record, uint32_t expires);
struct kith_held *kith_suspect_held_by(struct kith_case *c, const struct kith_mid *by);
void kith_suspect_drop(struct kith_node *n, struct kith_case *c, int i);
/* S: how long a suspect may take to answer, from evidence 2 on. One of 30 may stop for 4 seconds. */
kith_us kith_suspect_patience(const struct kith_node *n);
/* 1000 log10 v, 0 for v = 0, by repeated squaring: no floating point decides anything. */
uint32_t kith_suspect_log10_milli(uint32_t v);
/* Evidence against p's present incarnation, and what is needed. */
void kith_suspect_weigh(const struct kith_node *n, const struct kith_peer *p, uint8_t *evidence,
			uint8_t *need);

#endif
