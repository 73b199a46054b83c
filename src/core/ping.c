/* SPDX-License-Identifier: ISC */
#include "core/ping.h"

#include "base/check.h"
#include "core/helper.h"
#include "core/message.h"
#include "core/node.h"
#include <string.h>

enum { BACK_NUMBER = 14, RELAYED_NUMBER = 15 };
_Static_assert((int)KITH_ADDRS_MAX <= (int)BACK_NUMBER, "each address has a number");

bool kith_pings_init(struct kith_node *n)
{
	int i;

	for (i = 0; i < KITH_PINGS_MAX; i++)
		if (!kith_timer_init(n, &n->pings.table[i].timer, KITH_TIMER_PING,
				     &n->pings.table[i]))
			return false;
	return true;
}

void kith_pings_fini(struct kith_node *n)
{
	int i;

	for (i = 0; i < KITH_PINGS_MAX; i++)
		kith_timer_fini(n, &n->pings.table[i].timer);
}

static bool is_open(const struct kith_ping *g, enum kith_ping_way way)
{
	return (g->open & 1u << way) != 0;
}

/* A way ended; with the last one the ping does. `addr` is NULL where there is none to tell. */
static void way_end(struct kith_node *n, struct kith_ping *g, enum kith_ping_way way,
		    enum kith_ping_result result, const struct kith_addr *addr)
{
	struct kith_event e = {.kind = KITH_EVENT_PING, .mid = g->target, .token = g->token,
			       .way = way, .ping = result, .rtt = -1};

	KITH_ASSERT(is_open(g, way));
	g->open &= ~(1u << way);
	if (g->open == 0)
		kith_timer_stop(n, &g->timer);
	if (way == KITH_PING_RELAYED || way == KITH_PING_BACK)
		e.by = g->helper;
	if (addr != NULL)
		e.addr = *addr;
	if (result == KITH_PING_ANSWERED)
		e.rtt = n->now - g->begun;
	kith_out_event(n, &e);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void ask_directly(struct kith_node *n, struct kith_ping *g, struct kith_peer *p)
{
	/* Who may have restarted unheard, or was never heard, is told who asks. */
	const bool is_known = p->heard_session && kith_peer_is_up(p);
	const enum kith_packet_form form = is_known ? KITH_PACKET_ANY : KITH_PACKET_INTRO_WANT;
	bool is_sent = false;
	uint8_t i;

	for (i = 0; i < g->addr_count; i++) {
		uint8_t root[8];
		struct kith_msg m;
		struct kith_packet pk;

		kith_message_ping(n, KITH_MSG_PING, g->seq + i, root, &m);
		if (!kith_packet_begin_as(n, &pk, p, form) || !kith_packet_add(&pk, &m))
			continue;
		kith_packet_send_to(n, &pk, (uint8_t)(p->addr_index + i));
		is_sent = true;
	}
	if (!is_sent)
		way_end(n, g, KITH_PING_DIRECT, KITH_PING_UNTRIED, NULL);
}

static void ask_through_helper(struct kith_node *n, struct kith_ping *g, struct kith_peer *p)
{
	struct kith_peer *helper = kith_helper_known(n, p);

	if (helper != NULL || kith_ring_pick(n, &helper, 0, 1, p, KITH_ANYWHERE) == 1) {
		g->helper = helper->record->mid;
		if (kith_relay_ask(n, helper, p, g->seq + RELAYED_NUMBER, g->seq + BACK_NUMBER))
			return;
	}
	way_end(n, g, KITH_PING_RELAYED, KITH_PING_UNTRIED, NULL);
	way_end(n, g, KITH_PING_BACK, KITH_PING_UNTRIED, NULL);
}

static void ask_by_tcp(struct kith_node *n, struct kith_ping *g)
{
	if (g->addr_count > 0)
		g->stream = kith_stream_dial(n, &g->addrs[0], KITH_STREAM_FOR_PROBE, &g->target, 0);
	if (g->stream == 0)
		way_end(n, g, KITH_PING_TCP, KITH_PING_UNTRIED, NULL);
}

int kith_ping_begin(struct kith_node *n, struct kith_peer *p, uint64_t *token)
{
	struct kith_ping *g = NULL;
	struct kith_timer timer;
	uint8_t i;

	KITH_ASSERT(!p->is_self);
	for (i = 0; i < KITH_PINGS_MAX && g == NULL; i++)
		if (n->pings.table[i].open == 0)
			g = &n->pings.table[i];
	if (g == NULL || !kith_bucket_take(&n->pings.begun, n->now, KITH_PINGS_RATE, KITH_PINGS_MAX))
		return KITH_EFULL;
	timer = g->timer;
	memset(g, 0, sizeof(*g));
	g->timer = timer;
	g->open = (1u << KITH_PING_WAY_COUNT) - 1;
	g->token = *token = ++n->pings.last_token;
	g->target = p->record->mid;
	g->seq = kith_probe_numbers(n);
	g->addr_count = p->record->body.addr_count;
	for (i = 0; i < g->addr_count; i++)
		g->addrs[i] = p->record->body.addrs[(p->addr_index + i) % g->addr_count];
	g->begun = n->now;
	kith_timer_set(n, &g->timer, kith_us_add(n->now, KITH_PING_TIME));
	kith_trace(n, "ping", p, NULL);
	ask_directly(n, g, p);
	ask_through_helper(n, g, p);
	ask_by_tcp(n, g);
	return 0;
}

/* --- answers ---------------------------------------------------------------------------------- */

static struct kith_ping *ping_of(struct kith_node *n, uint32_t seq)
{
	int i;

	for (i = 0; i < KITH_PINGS_MAX; i++) {
		struct kith_ping *g = &n->pings.table[i];

		if (g->open != 0 && g->seq == (seq & ~UINT32_C(15)))
			return g;
	}
	return NULL;
}

static bool is_mid(const struct kith_mid *a, const struct kith_mid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool kith_ping_on_ack(struct kith_node *n, const struct kith_peer *from, const struct kith_msg *m,
		      bool is_relayed)
{
	struct kith_ping *g = ping_of(n, m->n);
	const uint32_t which = m->n & 15;

	if (g == NULL || !is_mid(&g->target, &from->record->mid))
		return false;
	if (is_relayed && which == RELAYED_NUMBER && is_open(g, KITH_PING_RELAYED)) {
		g->is_carried = true;
		way_end(n, g, KITH_PING_RELAYED, KITH_PING_ANSWERED, NULL);
	} else if (!is_relayed && which == BACK_NUMBER && is_open(g, KITH_PING_BACK)) {
		way_end(n, g, KITH_PING_BACK, KITH_PING_ANSWERED, NULL);
	} else if (!is_relayed && which < g->addr_count && is_open(g, KITH_PING_DIRECT)) {
		way_end(n, g, KITH_PING_DIRECT, KITH_PING_ANSWERED, &g->addrs[which]);
	}
	return true;
}

void kith_ping_on_nack(struct kith_node *n, const struct kith_peer *from, const struct kith_msg *m)
{
	struct kith_ping *g = ping_of(n, m->n);

	/* The answer may still come: the helper carries it until it forgets the ping. */
	if (g != NULL && is_mid(&g->helper, &from->record->mid))
		g->is_nacked = true;
}

static enum kith_ping_result tcp_result(enum kith_seed_result result)
{
	switch (result) {
	case KITH_SEED_JOINED:
		return KITH_PING_ANSWERED;
	case KITH_SEED_REFUSED:
		return KITH_PING_REFUSED;
	case KITH_SEED_TIMEOUT:
		return KITH_PING_SILENT;
	default:
		return KITH_PING_CLOSED;
	}
}

bool kith_ping_on_tcp(struct kith_node *n, uint64_t stream, enum kith_seed_result result)
{
	int i;

	for (i = 0; i < KITH_PINGS_MAX; i++) {
		struct kith_ping *g = &n->pings.table[i];

		if (g->stream != stream || !is_open(g, KITH_PING_TCP))
			continue;
		g->stream = 0;
		way_end(n, g, KITH_PING_TCP, tcp_result(result), &g->addrs[0]);
		return true;
	}
	return false;
}

/* The time is over: what has not answered is silent. */
void kith_ping_on_timer(struct kith_node *n, void *owner)
{
	struct kith_ping *g = owner;

	if (g->stream != 0)
		kith_stream_abandon(n, g->stream);
	g->stream = 0;
	if (is_open(g, KITH_PING_DIRECT))
		way_end(n, g, KITH_PING_DIRECT, KITH_PING_SILENT, &g->addrs[0]);
	if (is_open(g, KITH_PING_RELAYED))
		way_end(n, g, KITH_PING_RELAYED,
			g->is_nacked ? KITH_PING_NACKED : KITH_PING_SILENT, NULL);
	/* Whether it was asked at all is not known where the helper brought nothing either. */
	if (is_open(g, KITH_PING_BACK))
		way_end(n, g, KITH_PING_BACK, g->is_carried ? KITH_PING_SILENT : KITH_PING_UNTRIED,
			NULL);
	if (is_open(g, KITH_PING_TCP))
		way_end(n, g, KITH_PING_TCP, KITH_PING_SILENT, &g->addrs[0]);
}
