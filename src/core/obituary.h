/* SPDX-License-Identifier: ISC */
/*
 * core/obituary.h: the suspicions of a member, told to those who have to know them besides what gossip
 * tells (3-membership.md, Obituaries): to itself, which refutes them, with each ping and when it is heard
 * though it is held failed; to whoever asks for its record; and to whoever tells of it as if it lived,
 * since that one missed its end.
 * A word too much costs a packet a second; without them a host that got old news late would believe
 * them until its own rounds come to that member, which among many takes hours.
 */
#ifndef KITH_CORE_OBITUARY_H
#define KITH_CORE_OBITUARY_H

struct kith_node;
struct kith_packet;
struct kith_peer;

/* Adds what is held against `about` to the packet. */
void kith_obituary_carry(struct kith_packet *pk, const struct kith_peer *about);
/* To a member held failed that is heard; ours is signed first, so that there is one. */
void kith_obituary_return(struct kith_node *n, struct kith_peer *p);
/* To `teller`, which told the record that failed `about` is held by. */
void kith_obituary_tell(struct kith_node *n, struct kith_peer *teller, const struct kith_peer *about);

#endif
