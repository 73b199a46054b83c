/* SPDX-License-Identifier: ISC */
/*
 * core/kept.h: what outlives a restart: members with their certificate, record and status, the tombs
 * of forgotten ones, and revocations, each as one entry of bytes that the host keeps and gives back. Out:
 * whatever changes loses its is_kept; kith_kept_next() walks those, writes the entry, and ends each
 * walk with a mark, which tells when we last had an answer. Way back, newest first:
 * kith_kept_restore() trusts the MAC in place of all signatures, and enters the member.
 *
 *	0 ver=1 | 1 kind | 2 status | 3 zero | 4 written u32 | 8 answered u32 | 12 since u32 |
 *	16 mid[16] | 32 body ... | len-16 mac[16]        times in unix seconds, 0 = never
 *	body of a member: certificate length u16, certificate, record; of a mark: nothing; of a tomb:
 *	epoch, seq, until u32 | leaf u64 | counts until u32, 0 = it does not count; a restored one counts
 *	for as long as it had left when it was written; of a revocation, its record: the mid is its target
 *
 * The MAC is keyed with the identity: whoever writes to the state directory without reading it
 * forges nothing, and another host's entries mean nothing here.
 */
#ifndef KITH_CORE_KEPT_H
#define KITH_CORE_KEPT_H

#include "core/limits.h"

struct kith_node;

enum {
	KITH_KEPT_HEAD = 32,
	KITH_KEPT_MAC = 16,
	KITH_KEPT_MAX = KITH_KEPT_HEAD + 2 + KITH_CERTIFICATE_MAX + KITH_RECORD_MAX + KITH_KEPT_MAC
};

struct kith_kept {
	uint32_t at;     /* of the walk: slots, tombs, revocations */
	uint32_t marked; /* unix seconds of the last entry handed out */
	uint32_t newest; /* `written` of the newest entry restored; 0: none */
	uint8_t entry[KITH_KEPT_MAX]; /* lent */
};

/* 1 and the next entry that is out of date with the host, or 0 at the end of the walk. */
int kith_kept_next(struct kith_node *n, struct kith_bytes *entry);
/* The host has nothing: all are out of date, and the walk begins anew. */
void kith_kept_reset(struct kith_node *n);
/* See kith_node_restore(). */
KITH_MUST_USE int kith_kept_restore(struct kith_node *n, struct kith_bytes entry);

#endif
