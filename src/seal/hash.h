/* SPDX-License-Identifier: ISC */
/*
 * seal/hash.h: the one hash of the protocol, H of 4-security.md §5.2, its labels, and the ids that
 * are made with it. A label separates each use from all others.
 */
#ifndef KITH_SEAL_HASH_H
#define KITH_SEAL_HASH_H

#include <kith/types.h>

/* Every label of the protocol. At most 16 bytes, padded with zeros. */
#define KITH_LABEL_CLUSTER "kth.cluster"
#define KITH_LABEL_MEMBER "kth.member"
#define KITH_LABEL_AUTHORITY "kth.authority"
#define KITH_LABEL_CERT "kth.cert"
#define KITH_LABEL_RECORD "kth.record"
#define KITH_LABEL_SERVICE "kth.service"
#define KITH_LABEL_SESSION "kth.session"
#define KITH_LABEL_PAIR "kth.pair"
#define KITH_LABEL_SIV "kth.siv"
#define KITH_LABEL_GATE_HINT "kth.ghint"
#define KITH_LABEL_GATE_UDP "kth.gate.udp"
#define KITH_LABEL_GATE_TCP "kth.gate.tcp"
#define KITH_LABEL_NONCE "kth.nonce"
#define KITH_LABEL_TCP_H1 "kth.tcp.h1"
#define KITH_LABEL_TCP_H2 "kth.tcp.h2"
#define KITH_LABEL_TCP_H3 "kth.tcp.h3"
#define KITH_LABEL_TCP_K "kth.tcp.k"
#define KITH_LABEL_TCP_S "kth.tcp.s"
#define KITH_LABEL_TCP_RESP "kth.tcp.resp"
#define KITH_LABEL_TCP_INIT "kth.tcp.init"
#define KITH_LABEL_STREAM_HEADER "kth.hdr"
#define KITH_LABEL_LEAF "kth.leaf"
#define KITH_LABEL_RANGE "kth.range"
#define KITH_LABEL_TRUST "kth.trust"
#define KITH_LABEL_KEPT_KEY "kth.kept.key"
#define KITH_LABEL_KEPT "kth.kept"

enum { KITH_LABEL_LEN = 16 };
/* The label as it enters hashes and signatures: padded with zeros. */
void kith_label(uint8_t out[KITH_LABEL_LEN], const char *label);

/* libsodium's start; 0 or KITH_ECRYPTO. Idempotent. */
KITH_MUST_USE int kith_seal_init(void);

/* H(n, label, key, parts...): BLAKE2b with the label as personalisation; n is 1 to 64, key may be
 * NULL (keylen 0) and is at most 64 bytes. The parts are hashed as if concatenated. */
void kith_hash(void *out, size_t n, const char *label, const void *key, size_t keylen,
	       const struct kith_bytes *parts, size_t part_count);

/* Cluster id, bound into every signature and key. */
struct kith_cid {
	uint8_t b[16];
};
void kith_cid_make(struct kith_cid *cid, const char *cluster);
void kith_mid_make(struct kith_mid *mid, const uint8_t identity_pk[KITH_KEY_LEN]);
void kith_authority_id(uint8_t id[16], const uint8_t authority_pk[KITH_KEY_LEN]);

/* Wipes secrets; compares without leaking time. */
void kith_wipe(void *p, size_t len);
KITH_MUST_USE int kith_ct_equal(const void *a, const void *b, size_t len); /* 1 equal, 0 not */

#endif
