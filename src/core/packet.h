/* SPDX-License-Identifier: ISC */
/*
 * core/packet.h: datagrams. Outgoing: begin for a peer, add messages, send; whether it leaves as
 * DATA or inside an INTRO is decided at the beginning, since it decides the room. Incoming: the
 * order of checks of 4-security.md §5.9, each failure counted by its reason, none answered.
 *
 * Invariant: a datagram goes only to an address that the peer's verified member record lists.
 */
#ifndef KITH_CORE_PACKET_H
#define KITH_CORE_PACKET_H

#include "core/bucket.h"
#include "core/limits.h"
#include "seal/datagram.h"
#include "wire/msg.h"

struct kith_node;
struct kith_peer;

struct kith_packet {
	struct kith_peer *to; /* borrowed */
	bool is_intro, wants_intro;
	size_t room, len;
	uint8_t plain[KITH_DATA_PLAIN_MAX];
};

struct kith_packets {
	struct kith_bucket intros;                 /* all introductions */
	struct kith_bucket sources[KITH_SOURCES];  /* per source address, shared on collision */
	uint64_t source_key;
};

/* False: the peer cannot be sent to (no own record yet, no keys); nothing is to be done then. */
KITH_MUST_USE bool kith_packet_begin(struct kith_node *n, struct kith_packet *pk,
				     struct kith_peer *to);
/* As begin, with the form chosen by the caller. */
enum kith_packet_form {
	KITH_PACKET_ANY,       /* DATA; INTRO while our session is young and the peer not heard on it */
	KITH_PACKET_INTRO,     /* INTRO */
	KITH_PACKET_INTRO_WANT /* INTRO that asks for the other's: perhaps it restarted */
};
KITH_MUST_USE bool kith_packet_begin_as(struct kith_node *n, struct kith_packet *pk,
					struct kith_peer *to, enum kith_packet_form form);
/* False: it does not fit; nothing was added. */
bool kith_packet_add(struct kith_packet *pk, const struct kith_msg *m);
bool kith_packet_add_record(struct kith_packet *pk, struct kith_bytes record);
/* Seals and queues it to the address that last answered, or to listed address `addr_index` (modulo
 * their number). An empty packet that is not an INTRO is not sent. */
void kith_packet_send(struct kith_node *n, struct kith_packet *pk);
void kith_packet_send_to(struct kith_node *n, struct kith_packet *pk, uint8_t addr_index);
/* An introduction to an address where somebody may be, which asks for that one's. */
void kith_packet_hello(struct kith_node *n, const struct kith_addr *to);
/* Fills the rest with gossip, then sends. */
void kith_packet_fill_send(struct kith_node *n, struct kith_packet *pk);
/* Seals the messages as DATA into out (len + 44 bytes) for a relay; 0 if there are no keys. */
size_t kith_packet_seal(struct kith_node *n, struct kith_packet *pk, uint8_t *out);

/* A datagram from the network. */
void kith_packet_in(struct kith_node *n, const struct kith_addr *from, const uint8_t *buf,
		    size_t len);
/* A packet that a helper carried: DATA of `from_mid`; NULL or the peer that sealed it, with the
 * plaintext in plain (KITH_DATA_PLAIN_MAX). */
struct kith_peer *kith_packet_open_relayed(struct kith_node *n, struct kith_bytes blob,
					   uint8_t *plain, size_t *len);

#endif
