/* SPDX-License-Identifier: ISC */
#include "core/leave.h"

#include "core/node.h"
#include <string.h>

#define PUT_AGAIN (500 * KITH_MS) /* to others each time: some may be dead */

bool kith_leave_init(struct kith_node *n)
{
	return kith_timer_init(n, &n->leave.timer, KITH_TIMER_LEAVE, NULL);
}

void kith_leave_fini(struct kith_node *n)
{
	kith_timer_fini(n, &n->leave.timer);
}

static void done(struct kith_node *n)
{
	struct kith_event e = {.kind = KITH_EVENT_LEAVE_DONE};

	kith_timer_stop(n, &n->leave.timer);
	n->leave.is_done = true;
	kith_out_event(n, &e);
}

static void put(struct kith_node *n)
{
	struct kith_peer *to[KITH_LEAVE_CONFIRMS];
	const uint32_t count = kith_ring_pick(n, to, 0, KITH_LEAVE_CONFIRMS, NULL, KITH_ANYWHERE);
	struct kith_msg m = {.kind = KITH_MSG_PUT, .k = n->leave.id};
	uint32_t i;

	m.items[m.item_count++] = n->own.peer->record->fact.raw;
	for (i = 0; i < count; i++) {
		struct kith_packet pk;

		if (kith_packet_begin(n, &pk, to[i]) && kith_packet_add(&pk, &m))
			kith_packet_send(n, &pk);
	}
}

/* As many confirmations as there are members to give them, three at most. */
static uint32_t confirms_needed(struct kith_node *n)
{
	struct kith_peer *to[KITH_LEAVE_CONFIRMS];

	return kith_ring_pick(n, to, 0, KITH_LEAVE_CONFIRMS, NULL, KITH_ANYWHERE);
}

void kith_leave_begin(struct kith_node *n)
{
	struct kith_leave *l = &n->leave;

	l->is_leaving = true;
	l->id = (uint32_t)kith_rng_next(&n->rng);
	l->until = kith_us_add(n->now, KITH_LEAVE_TIME);
	kith_period_stop(n);
	kith_join_stop(n);
	if (n->own.peer == NULL || confirms_needed(n) == 0) {
		done(n);
		return;
	}
	put(n);
	kith_timer_set(n, &l->timer, kith_us_add(n->now, PUT_AGAIN));
}

void kith_leave_on_timer(struct kith_node *n, void *owner)
{
	(void)owner;
	if (n->now >= n->leave.until) {
		done(n);
		return;
	}
	put(n);
	kith_timer_set(n, &n->leave.timer,
		       kith_us_min(n->leave.until, kith_us_add(n->now, PUT_AGAIN)));
}

void kith_leave_on_got(struct kith_node *n, const struct kith_peer *from, uint32_t id)
{
	struct kith_leave *l = &n->leave;
	uint32_t i;

	if (!l->is_leaving || l->is_done || id != l->id)
		return;
	for (i = 0; i < l->got_count; i++)
		if (memcmp(l->got[i].b, from->record->mid.b, sizeof(l->got[i].b)) == 0)
			return;
	l->got[l->got_count++] = from->record->mid;
	if (l->got_count >= confirms_needed(n))
		done(n);
}
