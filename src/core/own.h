/* SPDX-License-Identifier: ISC */
/*
 * core/own.h: this node's own identity, session, epoch and member record. Nothing is signed under
 * an epoch that has not come back as persisted; each change of what we say of ourselves (start,
 * refutation, tags, leave, restart, daily refresh) is one newer record, at most one a second.
 */
#ifndef KITH_CORE_OWN_H
#define KITH_CORE_OWN_H

#include "core/fact.h"
#include "core/timer.h"
#include "seal/identity.h"
#include "seal/session.h"
#include "wire/record.h"
#include <kith/kith.h>

struct kith_peer;

enum kith_own_cause {
	KITH_OWN_START,
	KITH_OWN_REFRESH,
	KITH_OWN_TAGS,
	KITH_OWN_REFUTE,
	KITH_OWN_LEAVE,
	KITH_OWN_RESTART
};

/* Secrets lie in one allocation of their own, wiped at the end. */
struct kith_own_secrets {
	struct kith_identity identity;
	struct kith_session session;
};

struct kith_own {
	struct kith_own_secrets *secrets; /* owned */
	struct kith_peer *peer;  /* our entry in the member table; NULL before the first record */
	struct kith_cert_fact *certificate; /* owned reference */
	struct kith_member_body body; /* what the next record says; body.tags points to tags */
	uint8_t tags[KITH_TAGS_MAX];
	uint32_t epoch, seq; /* of the last record; epoch once persisted */
	uint32_t epoch_wanted;
	uint64_t token; /* of the PERSIST under way; 0 = none */
	uint64_t next_token;
	uint32_t numbered; /* second counter: suspicions; begins at the unix seconds */
	kith_us session_since;
	kith_us signed_at;
	kith_us lone_next, lone_wait; /* back-off of answers to a lone suspector */
	kith_us jump_next, jump_wait; /* back-off of epochs jumped to, against a second process */
	kith_us restart_said;
	bool refute_due; /* a refutation waits for the timer */
	bool is_over; /* left, or off to a restart: nothing is signed any more */
	struct kith_timer timer; /* refresh, or a postponed refutation */
};

KITH_MUST_USE int kith_own_init(struct kith_node *n, const struct kith_config *c);
void kith_own_fini(struct kith_node *n);
/* Asks the host to persist `epoch`; the rest follows in kith_own_persisted(). */
void kith_own_epoch(struct kith_node *n, uint32_t epoch);
void kith_own_persisted(struct kith_node *n, uint64_t token);
/* The authority `by` has expelled us: the host is told, and nothing is signed any more. */
void kith_own_revoked(struct kith_node *n, const struct kith_mid *by);
/* Signs and spreads a newer own record. Does nothing before the start or after the leave. */
void kith_own_sign(struct kith_node *n, enum kith_own_cause cause);
/* Somebody suspects our present incarnation: answer with a newer one, now or when allowed. */
void kith_own_refute(struct kith_node *n);
/* The same later, unless a newer record answers before. */
void kith_own_refute_at(struct kith_node *n, kith_us at);
/* A record of ours that we did not sign in this life came back, newer than ours or as new: another
 * life of this identity. We go on above it; again only after a back-off. */
void kith_own_reflected(struct kith_node *n, uint32_t epoch);
/* Drops our suspicion of p, if there is one; if it stays silent it is signed again. */
void kith_own_withdraw(struct kith_node *n, const struct kith_peer *p);
/* Signs a record of a numbered kind (suspicion): a new reference; NULL before the start, or without
 * memory. */
struct kith_fact *kith_own_numbered(struct kith_node *n, uint8_t kind, uint32_t life_s,
				    struct kith_bytes body);
/* Signs a record of a service: a new reference; NULL without memory. We have started, and it is not
 * over. */
struct kith_fact *kith_own_service(struct kith_node *n, uint32_t seq, struct kith_bytes body);
bool kith_own_is_started(const struct kith_node *n);

#endif
