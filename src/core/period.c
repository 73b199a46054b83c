/* SPDX-License-Identifier: ISC */
#include "core/period.h"

#include "base/mem.h"
#include "core/message.h"
#include "core/node.h"
#include "core/obituary.h"

bool kith_period_init(struct kith_node *n)
{
	return kith_timer_init(n, &n->period.timer, KITH_TIMER_PERIOD, NULL);
}

void kith_period_fini(struct kith_node *n)
{
	struct kith_period *t = &n->period;

	kith_timer_fini(n, &t->timer);
	kith_mem_free(&n->alloc, t->near.slots);
	kith_mem_free(&n->alloc, t->far.slots);
	t->near.slots = t->far.slots = NULL;
}

void kith_period_start(struct kith_node *n)
{
	/* A random phase: hosts started together do not probe together. */
	const kith_us phase = kith_rng_below(&n->rng, (uint32_t)n->timing.period);

	kith_timer_set(n, &n->period.timer, kith_us_add(n->now, phase));
}

void kith_period_stop(struct kith_node *n)
{
	kith_timer_stop(n, &n->period.timer);
	kith_probe_abort_all(n);
}

/* Without memory it stays empty until the next time. */
static void fill_list(struct kith_node *n, struct kith_period_list *l, enum kith_where where)
{
	void *slots = l->slots;
	uint32_t i;

	l->count = l->at = 0;
	if (!kith_mem_grow(&n->alloc, &slots, &l->room, n->peers.count, sizeof(*l->slots)))
		return;
	l->slots = slots;
	for (i = 0; i < n->peers.count; i++)
		if (kith_zone_is_there(n, kith_ring_at(n, i), where))
			l->slots[l->count++] = kith_ring_at(n, i)->slot;
	kith_rng_shuffle(&n->rng, l->slots, l->count);
}

/* The next of a list of all who are there, which is shuffled anew when it is through (SWIM §4.3). */
static struct kith_peer *next_of_list(struct kith_node *n, enum kith_where where)
{
	struct kith_period_list *l = where == KITH_FAR ? &n->period.far : &n->period.near;
	int fills;

	for (fills = 0;; fills++) {
		while (l->at < l->count) {
			struct kith_peer *p = kith_peer_at(n, l->slots[l->at++]);

			if (p != NULL && !p->is_self && kith_peer_is_up(p) &&
			    kith_zone_is_there(n, p, where))
				return p;
		}
		if (fills == 2)
			return NULL;
		fill_list(n, l, where);
	}
}

/* Keeps asking a few of the dead: that is how two halves find each other again. It introduces
 * itself: whoever was restarted meanwhile has another session, and may never have heard of us. */
static void ping_a_dead(struct kith_node *n)
{
	const uint32_t count = n->peers.count;
	uint32_t at, i;

	if (n->peers.by_status[KITH_STATUS_FAILED] == 0)
		return;
	at = kith_rng_below(&n->rng, count);
	for (i = 0; i < count; i++) {
		struct kith_peer *p = kith_ring_at(n, (at + i) % count);
		uint8_t root[8];
		struct kith_msg m;
		struct kith_packet pk;

		if (p->status != KITH_STATUS_FAILED)
			continue;
		/* Who hears nobody may be expelled: that is told over a stream alone. */
		if (kith_us_elapsed(n->peers.heard_datagram, n->now) > 4 * n->timing.period)
			kith_partner_behind(n, p);
		/* Whom we gave up without a word can answer no word of ours. */
		if (kith_suspect_is_private(p) && !kith_probe_is_probed(n, p) &&
		    kith_probe_begin(n, p, KITH_ROUND_PERIOD))
			return;
		kith_message_ping(n, KITH_MSG_PING, 0, root, &m);
		if (kith_packet_begin_as(n, &pk, p, KITH_PACKET_INTRO_WANT) &&
		    kith_packet_add(&pk, &m)) {
			kith_obituary_carry(&pk, pk.to);
			kith_packet_send_to(n, &pk, (uint8_t)n->period.turn);
		}
		return;
	}
}

/* Far ones have every eighth turn, near ones the others, of which every second is the ring successor's:
 * that bounds how long a member waits for somebody to ask (SWIM's list alone has a long tail). */
static struct kith_peer *next_target(struct kith_node *n)
{
	const uint32_t turn = n->period.turn;
	const enum kith_where where =
		n->zones.far > 0 && turn % KITH_ZONE_PROBE_FAR == 1 ? KITH_FAR : KITH_NEAR;
	struct kith_peer *p = NULL;

	if (turn % 2 == 0 && !n->plain.is_on)
		p = kith_ring_successor(n);
	if (p == NULL || kith_probe_is_probed(n, p))
		p = next_of_list(n, where);
	if (p == NULL && n->zones.far > 0) /* nobody of those is up: rather others than none */
		p = next_of_list(n, where == KITH_FAR ? KITH_NEAR : KITH_FAR);
	return p != NULL && !kith_probe_is_probed(n, p) ? p : NULL;
}

void kith_period_on_timer(struct kith_node *n, void *owner)
{
	const bool is_plain = n->plain.is_on;
	/* Lifeguard §IV-A: who does not hear well asks less often. */
	const int periods = is_plain ? n->probes.health + 1 : 1;
	struct kith_peer *p;

	(void)owner;
	kith_ledgers_tidy(n);
	n->period.turn++;
	p = next_target(n);
	if (p != NULL)
		kith_probe_begin(n, p, is_plain ? KITH_ROUND_PLAIN : KITH_ROUND_PERIOD);
	if (n->period.turn % 2 == 1)
		ping_a_dead(n);
	kith_timer_set(n, &n->period.timer, kith_us_add(n->now, periods * n->timing.period));
}

void kith_period_on_reprobe(struct kith_node *n, void *owner)
{
	struct kith_peer *p = owner;

	if (kith_peer_case(p) != NULL && kith_peer_is_up(p) && !kith_probe_is_probed(n, p) &&
	    !n->own.is_over)
		kith_probe_begin(n, p, KITH_ROUND_PERIOD);
}

/* A far member is silent: is it alone, or is its zone cut off? Far ones have one turn in eight, so some
 * others of its zone are asked at once. Each of those that is silent too leads here again, until one
 * answers or all have been asked. */
void kith_period_confirm(struct kith_node *n, const struct kith_peer *p)
{
	const uint32_t count = n->peers.count, at = kith_rng_below(&n->rng, count);
	uint32_t begun = 0, i;

	for (i = 0; i < count && begun < KITH_ZONE_CONFIRMS; i++) {
		struct kith_peer *q = kith_ring_at(n, (at + i) % count);

		if (q == p || q->is_self || !kith_zone_is_same(n, q, p) ||
		    !kith_ring_is_unsuspected(q) || kith_probe_is_probed(n, q))
			continue;
		if (!kith_bucket_take(&n->period.zones, n->now, KITH_ZONE_CONFIRM_RATE,
				      KITH_ZONE_CONFIRM_BURST) ||
		    !kith_probe_begin(n, q, KITH_ROUND_PERIOD))
			return;
		KITH_COUNT(n, rounds_zone);
		begun++;
	}
}
