/* SPDX-License-Identifier: ISC */
#include "core/relay.h"

#include "base/check.h"
#include "core/message.h"
#include "core/node.h"
#include <string.h>

bool kith_relays_init(struct kith_node *n)
{
	int i;

	for (i = 0; i < KITH_RELAYS_MAX; i++)
		if (!kith_timer_init(n, &n->relays.table[i].timer, KITH_TIMER_RELAY,
				     &n->relays.table[i]))
			return false;
	return true;
}

void kith_relays_fini(struct kith_node *n)
{
	int i;

	for (i = 0; i < KITH_RELAYS_MAX; i++)
		kith_timer_fini(n, &n->relays.table[i].timer);
}

bool kith_relay_ask(struct kith_node *n, struct kith_peer *helper, struct kith_peer *target,
		    uint32_t seq, uint32_t back)
{
	uint8_t blob[KITH_DATAGRAM_MAX], root[8];
	struct kith_msg ping, straight;
	struct kith_msg relay = {.kind = KITH_MSG_RELAY, .n = seq, .mid = target->record->mid.b};
	struct kith_packet inner, outer;

	kith_message_ping(n, KITH_MSG_PING, seq, root, &ping);
	kith_message_ping(n, KITH_MSG_BACK, back, root, &straight);
	if (!kith_packet_begin(n, &inner, target) || !kith_packet_add(&inner, &ping) ||
	    (back != 0 && !kith_packet_add(&inner, &straight)))
		return false;
	relay.blob.p = blob;
	relay.blob.len = kith_packet_seal(n, &inner, blob);
	if (relay.blob.len == 0 || !kith_packet_begin(n, &outer, helper) ||
	    !kith_packet_add(&outer, &relay))
		return false;
	kith_packet_send(n, &outer);
	return true;
}

static bool is_mid(const struct kith_mid *mid, const uint8_t *b)
{
	return memcmp(mid->b, b, sizeof(mid->b)) == 0;
}

static void carry(struct kith_node *n, struct kith_peer *to, const struct kith_mid *from,
		  const struct kith_msg *m)
{
	struct kith_msg relayed = {.kind = KITH_MSG_RELAYED, .n = m->n, .mid = from->b,
				   .blob = m->blob};
	struct kith_packet pk;

	if (!kith_packet_begin(n, &pk, to) || !kith_packet_add(&pk, &relayed))
		return;
	KITH_COUNT(n, relays);
	kith_packet_send(n, &pk);
}

static void relay_end(struct kith_node *n, struct kith_relay *r)
{
	kith_timer_stop(n, &r->timer);
	r->in_use = false;
}

void kith_relay_in(struct kith_node *n, struct kith_peer *from, const struct kith_msg *m)
{
	struct kith_mid mid;
	struct kith_peer *to;
	struct kith_relay *r = NULL;
	int i;

	memcpy(mid.b, m->mid, sizeof(mid.b));
	to = kith_peer_find(n, &mid);
	if (to == NULL || to->is_self || to == from || to->status == KITH_STATUS_LEFT ||
	    m->blob.len > KITH_RELAY_BLOB_MAX)
		return;
	for (i = 0; i < KITH_RELAYS_MAX; i++) {
		struct kith_relay *e = &n->relays.table[i];

		if (e->in_use && e->seq == m->n && is_mid(&e->to, from->record->mid.b) &&
		    is_mid(&e->from, mid.b)) { /* the way back */
			relay_end(n, e);
			carry(n, to, &from->record->mid, m);
			return;
		}
		if (!e->in_use && r == NULL)
			r = e;
	}
	if (r == NULL || !kith_charge(n, from, KITH_CHARGE_RELAY)) {
		KITH_DROP(n, rate);
		return;
	}
	r->in_use = true;
	r->nacked = false;
	r->from = from->record->mid;
	r->to = to->record->mid;
	r->seq = m->n;
	r->until = kith_us_add(n->now, KITH_RELAY_KEPT);
	kith_timer_set(n, &r->timer, kith_us_add(n->now, n->timing.relay_timeout * 4 / 5));
	carry(n, to, &from->record->mid, m);
}

/* First the nack: the target is silent to us too; later the entry is forgotten. */
void kith_relay_on_timer(struct kith_node *n, void *owner)
{
	struct kith_relay *r = owner;
	struct kith_peer *from = kith_peer_find(n, &r->from);
	struct kith_msg nack = {.kind = KITH_MSG_NACK, .n = r->seq};
	struct kith_packet pk;

	if (r->nacked || from == NULL) {
		relay_end(n, r);
		return;
	}
	r->nacked = true;
	kith_timer_set(n, &r->timer, kith_us_max(r->until, n->now));
	if (kith_packet_begin(n, &pk, from) && kith_packet_add(&pk, &nack))
		kith_packet_send(n, &pk);
}
