/* SPDX-License-Identifier: ISC */
#include "core/stranger.h"

#include "base/time.h"
#include "core/node.h"

static void tell(struct kith_node *n, struct kith_event *e)
{
	e->kind = KITH_EVENT_DROPPED;
	if (n->now < n->strangers.next[e->dropped])
		return;
	n->strangers.next[e->dropped] = kith_us_add(n->now, KITH_STRANGER_GAP);
	e->addr.port = 0; /* of a TCP connection it is any */
	kith_out_event(n, e);
}

void kith_stranger_tell(struct kith_node *n, enum kith_dropped why, const struct kith_addr *from)
{
	struct kith_event e = {.dropped = why};

	if (from == NULL)
		return;
	e.addr = *from;
	tell(n, &e);
}

void kith_stranger_tell_of(struct kith_node *n, enum kith_dropped why, const struct kith_peer *p)
{
	struct kith_event e = {.dropped = why};

	if (p == NULL || p->record->body.addr_count == 0)
		return;
	e.mid = p->record->mid;
	e.addr = p->record->body.addrs[p->addr_index];
	tell(n, &e);
}
