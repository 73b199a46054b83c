/* SPDX-License-Identifier: ISC */
/*
 * core/revoke.h: whom an authority has expelled (4-security.md §5.13). A revocation is a signed record of
 * the authority, names one identity, and is final: there is no record that takes it back. The set only
 * grows, but for those whose certificate would be over by now.
 *
 *	the host, gossip, a synchronisation -> core/store judges it -> kith_revoke_add() -> gossip, urgent;
 *	the member goes with all that we know of it -> core/trust refuses its certificate from then
 *
 * It counts against certificates of the authority that signed it and of no other, so that one authority
 * cannot expel whom another admitted. It is kept for members that are unknown as well: they may come.
 *
 * The set is part of the root, so that two who differ in it alone synchronise; HELLO carries its digest,
 * and where that differs each tells all of its own before anything else.
 */
#ifndef KITH_CORE_REVOKE_H
#define KITH_CORE_REVOKE_H

#include "core/fact.h"
#include "wire/record.h"

struct kith_revocation {
	struct kith_mid target;
	struct kith_mid authority; /* its id */
	uint32_t until;            /* unix seconds */
	uint32_t rumor;            /* number of its rumor (core/gossip.h) */
	bool is_kept;              /* the host has it (core/kept.h) */
	bool is_effective, is_told; /* its target's streams are ended; the member has been told of */
	uint64_t leaf;             /* its part of the root digest */
	struct kith_fact *record;  /* owned reference */
};

struct kith_revocations {
	struct kith_revocation *table; /* owned; in the order of target and authority */
	uint32_t count, room;
	uint64_t sum; /* of the leaves */
	uint32_t due_s;    /* none is over before */
	bool takes_effect; /* there are new ones: the next sweep, right after this input, expels whom */
};

void kith_revoke_init(struct kith_node *n);
void kith_revoke_fini(struct kith_node *n);
/* Whether `authority` has expelled it. */
bool kith_revoke_is(const struct kith_node *n, const struct kith_mid *target,
		    const uint8_t authority[16]);
/* Whether this record adds to the set: nothing is held for its pair, or what ends earlier, or as late with
 * lesser bytes. It was read: all of them are of one length. */
bool kith_revoke_is_news(const struct kith_node *n, const struct kith_mid *target,
			 const struct kith_record_head *h, struct kith_bytes record);
/* Whether this authority holds its share of the table, so that none can keep another from revoking. */
bool kith_revoke_is_full(const struct kith_node *n, const uint8_t authority[16]);
/* A verified revocation enters. From now on the certificate is refused; the member goes when this input
 * is over, for it may be who brought it. `record` gets another reference. NULL: no memory, or the share
 * of its authority is used up (counted as revocations_full). */
struct kith_revocation *kith_revoke_add(struct kith_node *n, const struct kith_mid *target,
					const struct kith_record_head *h, struct kith_fact *record);
/* Expels whom the new ones name. */
void kith_revoke_effect(struct kith_node *n);
/* Sixteen bytes about the set; zero while it is empty. */
void kith_revoke_digest(const struct kith_node *n, uint8_t digest[16]);
/* Forgets those whose certificates would be over. */
void kith_revoke_sweep(struct kith_node *n);

#endif
