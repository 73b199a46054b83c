/* SPDX-License-Identifier: ISC */
/*
 * core/fact.h: what somebody signed and somebody here verified: the bytes as they came, and all that
 * follows from them without knowing who looks. A fact never changes, and is shared by reference:
 *
 *	bytes -> kith_fact_certificate(), kith_fact_record(): signature, layout -> fact, one reference
 *	      -> a peer, a case, the gossip queue hold it -> kith_fact_unref() -> gone with the last
 *
 * A node owns its facts, unless it shares them with others of its process (core/pool.h): the same
 * bytes are then the same fact.
 *
 * A certificate and a member record are facts of their own, since each may be newer than the other:
 * a record is judged by the key, which the member's id implies, whichever certificate brought it.
 */
#ifndef KITH_CORE_FACT_H
#define KITH_CORE_FACT_H

#include "seal/session.h"
#include "wire/record.h"
#include "wire/service.h"
#include <kith/kith.h>

/* The head of each. */
struct kith_fact {
	uint32_t refs;
	uint32_t pooled;        /* its place there + 1; 0: none */
	struct kith_pool *pool; /* borrowed: it has the memory of it; NULL: the node's own */
	bool is_verified;       /* else it was kept, and is believed by its holders only */
	struct kith_bytes raw;  /* behind the structure, in the same allocation */
};

struct kith_cert_fact {
	struct kith_fact fact; /* first */
	struct kith_mid mid;
	struct kith_certificate c;
};

/* A member record. */
struct kith_member_fact {
	struct kith_fact fact; /* first */
	struct kith_mid mid;
	uint8_t sid[KITH_SID_LEN];
	uint32_t epoch, seq, expires;
	uint64_t leaf; /* this owner's part of the root digest */
	struct kith_member_body body; /* body.tags points into the bytes */
};

/* A service record. */
struct kith_service_fact {
	struct kith_fact fact; /* first */
	struct kith_mid mid;   /* of the owner */
	uint32_t epoch, seq;
	uint64_t leaf; /* its part of the owner's; one that is deleted has none */
	struct kith_service_body body; /* points into the bytes */
};

/* Why the bytes are believed. */
enum kith_belief {
	KITH_BELIEF_CHECK, /* not yet: the signature is to be checked */
	KITH_BELIEF_OURS,  /* we signed them just now */
	KITH_BELIEF_KEPT   /* they were checked before our restart (core/kept.h) */
};

/* The fact of a certificate, read as *c already, that `issuer` signed; a new reference. KITH_ECERT,
 * KITH_ENOMEM. */
KITH_MUST_USE int kith_fact_certificate(struct kith_node *n, struct kith_bytes raw,
					const struct kith_certificate *c,
					const uint8_t issuer[KITH_KEY_LEN],
					enum kith_belief belief, struct kith_cert_fact **f);
/* The fact of a record that `identity`, its owner's key, signed; a new reference. Of a member record
 * it is the head of a struct kith_member_fact, of a service's of a struct kith_service_fact. KITH_EAUTH;
 * KITH_EMALFORMED: signed, but its body is none of its kind; KITH_ENOMEM. */
KITH_MUST_USE int kith_fact_record(struct kith_node *n, struct kith_bytes raw,
				   const struct kith_record_head *h,
				   const uint8_t identity[KITH_KEY_LEN], enum kith_belief belief,
				   struct kith_fact **f);

void kith_fact_ref(struct kith_fact *f);
/* Drops one reference; NULL is fine. */
void kith_fact_unref(struct kith_node *n, struct kith_fact *f);

static inline struct kith_member_fact *kith_member_fact_of(struct kith_fact *f)
{
	return (struct kith_member_fact *)(void *)f;
}

static inline struct kith_service_fact *kith_service_fact_of(struct kith_fact *f)
{
	return (struct kith_service_fact *)(void *)f;
}

/* The key of a service with this id. */
void kith_service_key(uint8_t key[KITH_SERVICE_KEY], struct kith_bytes id);

#endif
