/* SPDX-License-Identifier: ISC */
#include "core/obituary.h"

#include "core/accuse.h"
#include "core/node.h"
#include "core/packet.h"
#include "core/suspect.h"

void kith_obituary_carry(struct kith_packet *pk, const struct kith_peer *about)
{
	const struct kith_case *c = kith_peer_case(about);
	int i;

	for (i = 0; c != NULL && i < c->held_count; i++)
		if (!c->held[i].is_cleared)
			kith_packet_add_record(pk, c->held[i].record->raw);
}

static void send(struct kith_node *n, struct kith_peer *to, const struct kith_peer *about)
{
	struct kith_packet pk;

	if (!kith_packet_begin(n, &pk, to))
		return;
	kith_obituary_carry(&pk, about);
	kith_packet_send(n, &pk);
}

void kith_obituary_return(struct kith_node *n, struct kith_peer *p)
{
	struct kith_case *c;

	if (!kith_charge(n, p, KITH_CHARGE_OBITUARY))
		return;
	c = kith_suspect_open(n, p);
	if (c == NULL)
		return;
	kith_accuse_heard(n, c);
	send(n, p, p);
}

void kith_obituary_tell(struct kith_node *n, struct kith_peer *teller, const struct kith_peer *about)
{
	if (kith_peer_case(about) != NULL && kith_charge(n, teller, KITH_CHARGE_OBITUARY))
		send(n, teller, about);
}
