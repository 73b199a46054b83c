/* SPDX-License-Identifier: ISC */
/*
 * unit/core_fix.h: one real node, and people around it who have no node but whose keys the test
 * holds: they sign, seal and open whatever the test wants, right or wrong. Time stands still unless
 * fix_run() or fix_jump() moves it. What the node puts out is kept until fix_forget().
 */
#ifndef KITH_TEST_CORE_FIX_H
#define KITH_TEST_CORE_FIX_H

#include "core/node.h"
#include "core/store.h"
#include "seal/certificate.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FIX_START (10000 * KITH_SECOND)
enum { FIX_UNIX_S = 1800000000, FIX_LIFE_S = 72 * 3600 };

extern const uint8_t fix_root[8]; /* of no view, for pings */

/* One thing that the node put out; data is a copy. */
struct fix_out {
	struct kith_out out;
	uint8_t *data; /* owned */
	kith_us at;
};

struct fix {
	struct alloc_fail heap;
	struct kith_node *n;
	kith_us now;
	bool keeps_epochs; /* PERSIST is answered at once */
	struct kith_config config;
	uint8_t certificate[KITH_CERTIFICATE_MAX];
	struct kith_cid cid;
	struct kith_identity authority;
	struct kith_gate gate;
	struct kith_secret secret; /* the people's */
	struct fix_out *outs;      /* owned */
	size_t out_count, out_room;
	void (*on_stream)(struct fix *f, const struct kith_out *o); /* every output; may be NULL */
};

struct person {
	struct kith_identity id;
	struct kith_session session;
	struct kith_pair pair; /* with the node's session when it was made */
	struct kith_certificate c;
	uint8_t cert[KITH_CERTIFICATE_MAX];
	size_t cert_len;
	struct kith_addr addr;
	uint32_t epoch, seq; /* of the record that person_record() signs */
	uint32_t expires;
	uint32_t numbered;
	struct kith_member_body body;
	uint8_t plain[KITH_DATA_PLAIN_MAX]; /* of the message last heard */
};

/* Defaults; the test may change f->config before fix_start(). */
void fix_init(struct fix *f);
/* Makes the node and answers its first PERSIST. */
void fix_start(struct fix *f);
void fix_setup(struct fix *f); /* init and start */
/* Frees all and fails on a leak. */
void fix_end(struct fix *f);

/* Takes what is in the output queue; called by everything below. */
void fix_collect(struct fix *f);
void fix_forget(struct fix *f);
/* Ticks at each deadline until `during` has passed. */
void fix_run(struct fix *f, kith_us during);
/* Time passes without a tick, then one tick. */
void fix_jump(struct fix *f, kith_us by);
uint32_t fix_count(const struct fix *f, enum kith_out_kind kind);
uint32_t fix_events(const struct fix *f, enum kith_event_kind kind);
/* The last output of that kind; NULL: none. */
const struct kith_out *fix_last(const struct fix *f, enum kith_out_kind kind);
uint64_t fix_drops(const struct fix *f); /* sum of all reasons */
void fix_check(const struct fix *f);
/* Whether fn ends in an abort (in a child process). */
bool fix_aborts(void (*fn)(void *arg), void *arg);

/* Person number i, 1 to 60000, with a certificate; the node does not know of it. */
void person_init(struct fix *f, struct person *p, uint32_t i);
/* Its next certificate names these patterns of services; rights are an enum kith_right. */
void person_may_offer(struct fix *f, struct person *p, uint8_t rights, const char *patterns);
/* Its next certificate names that zone. */
void person_zone(struct fix *f, struct person *p, const char *zone);
/* Its present member record, signed; returns its length. */
size_t person_record(struct fix *f, struct person *p, uint8_t out[KITH_RECORD_MAX]);
/* Any record. */
size_t person_sign(struct fix *f, struct person *p, uint8_t kind, uint32_t epoch, uint32_t seq,
		   struct kith_bytes body, uint8_t out[KITH_RECORD_MAX]);
/* The next suspicion of this person against the node's present record of `target`. */
size_t person_suspicion(struct fix *f, struct person *p, const struct kith_peer *target,
			uint8_t kind, uint8_t out[KITH_RECORD_MAX]);
/* Hands its certificate and record to the node as a synchronisation would. */
struct kith_peer *person_known(struct fix *f, struct person *p);
/* init and known. */
struct kith_peer *person_joins(struct fix *f, struct person *p, uint32_t i);
struct kith_peer *person_peer(const struct fix *f, const struct person *p);
/* Its next record, which says that it leaves, is taken. */
void person_leaves(struct fix *f, struct person *p);
/* The record given to the store, by that deliverer (NULL: nobody). */
enum kith_store_result person_tells(struct fix *f, struct person *deliverer,
				    const uint8_t *record, size_t len);

/* Keys with the node's present session. */
void person_pair(struct fix *f, struct person *p);
/* Seals the plaintext; returns the datagram's length. */
size_t person_seal(struct fix *f, struct person *p, const uint8_t *plain, size_t len,
		   uint8_t out[KITH_DATAGRAM_MAX]);
void person_send(struct fix *f, struct person *p, const uint8_t *plain, size_t len);
void person_say(struct fix *f, struct person *p, const struct kith_msg *m);
/* An introduction, with a sealed message inside unless m is NULL. */
void person_intro(struct fix *f, struct person *p, uint8_t flags, const struct kith_msg *m,
		  uint8_t out[KITH_DATAGRAM_MAX]);
/* How many messages of that kind lie in the datagrams to it; *m: the last one (may be NULL). */
uint32_t person_heard(struct fix *f, struct person *p, enum kith_msg_kind kind,
		      struct kith_msg *m);
/* Answers each ping that lies in the datagrams to it, and forgets them all. */
void person_acks(struct fix *f, struct person *p);
uint32_t fix_datagrams_to(const struct fix *f, const struct kith_addr *to);

#endif
