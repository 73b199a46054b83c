/* SPDX-License-Identifier: ISC */
#include "core/stranger.h"

#include "base/time.h"
#include "core/node.h"

void kith_stranger_tell(struct kith_node *n, enum kith_dropped why, const struct kith_addr *from)
{
	struct kith_event e = {.kind = KITH_EVENT_DROPPED, .dropped = why};

	if (from == NULL || n->now < n->strangers.next[why])
		return;
	n->strangers.next[why] = kith_us_add(n->now, KITH_STRANGER_GAP);
	e.addr = *from;
	e.addr.port = 0; /* of a TCP connection it is any */
	kith_out_event(n, &e);
}
