/* SPDX-License-Identifier: ISC */
#include "query/ping.h"
#include "base/addr.h"
#include "base/text.h"
#include "base/time.h"
#include "query/conn.h"
#include "query/members.h"
#include "query/native.h"
#include "query/reply.h"

#include <string.h>

static const struct {
	const char *word, *text;
} results[] = {
#define X(upper, word, text) [KITH_PING_##upper] = {word, text},
	KITH_CALL_PINGS(X)
#undef X
};
_Static_assert(sizeof(results) / sizeof(results[0]) == KITH_PING_RESULT_COUNT,
	       "every result of the node has its word");

static void refuse(struct kith_request *r, bool is_self, int rc)
{
	char message[160];
	struct kith_text t;

	kith_text_init(&t, message, sizeof(message));
	if (is_self) {
		kith_text_str(&t, r->c->ping.name);
		kith_text_str(&t, " is this host itself");
	} else if (rc == KITH_ESTATE) {
		kith_text_str(&t, "this host has not started yet, or has left");
	} else if (rc == KITH_EFULL) {
		kith_text_str(&t, "too many pings at once");
	} else {
		kith_text_str(&t, kith_strerror(rc));
	}
	kith_reply_refuse(r, KITH_CALL_REFUSED, message,
			  rc == KITH_EFULL ? "try again in a second" : "");
}

void kith_ping_start(struct kith_request *r)
{
	struct kith_ping_wait *wait = &r->c->ping;
	struct kith_member m;
	int rc;

	if (!kith_native_find(r, "name", &m))
		return;
	*wait = (struct kith_ping_wait){.mid = m.mid, .status = m.status};
	memcpy(wait->name, m.name, strlen(m.name) + 1);
	for (int way = 0; way < KITH_PING_WAY_COUNT; way++)
		wait->ways[way] = (struct kith_event){.ping = KITH_PING_SILENT, .rtt = -1};
	rc = kith_node_ping(r->s->host.node, r->t.now, &m.mid, &wait->token);
	if (rc != 0) {
		refuse(r, m.self, rc);
		return;
	}
	r->c->pending = KITH_PENDING_PING;
	r->c->pending_until = kith_us_add(r->t.now, KITH_RPC_PING_WAIT);
}

void kith_ping_event(struct kith_rpc_conn *c, const struct kith_event *e)
{
	if (c->pending != KITH_PENDING_PING || c->ping.token != e->token)
		return;
	c->ping.ways[e->way] = *e;
	c->ping.ended |= 1u << e->way;
}

static void write_way(struct kith_request *r, const char *key, enum kith_ping_way way)
{
	const struct kith_event *e = &r->c->ping.ways[way];
	char addr[KITH_ADDR_TEXT_MAX];
	struct kith_member by;

	kith_write_key_map(&r->w, key);
	kith_write_key_text(&r->w, "result", results[e->ping].word);
	kith_write_key_text(&r->w, "message", results[e->ping].text);
	if (way == KITH_PING_RELAYED || way == KITH_PING_BACK) {
		kith_write_key(&r->w, "by");
		if (kith_node_member(r->s->host.node, &e->by, &by) == 0)
			kith_write_name_and_id(&r->w, by.name, &e->by);
		else
			kith_write_null(&r->w);
	} else if (e->addr.family != 0) {
		kith_write_key_text(&r->w, "addr", kith_addr_print(&e->addr, addr, sizeof(addr)));
	} else {
		kith_write_key_null(&r->w, "addr");
	}
	if (e->rtt >= 0)
		kith_write_key_u64(&r->w, "rtt_us", (uint64_t)e->rtt);
	else
		kith_write_key_null(&r->w, "rtt_us");
	kith_write_end(&r->w);
}

static bool came(const struct kith_ping_wait *wait, enum kith_ping_way way)
{
	return wait->ways[way].ping == KITH_PING_ANSWERED;
}

/* What the ways tell together, where that is more than each of them does. */
static const char *conclusion(const struct kith_ping_wait *wait)
{
	const enum kith_ping_result tcp = wait->ways[KITH_PING_TCP].ping;

	if (came(wait, KITH_PING_DIRECT))
		return came(wait, KITH_PING_TCP) ? "" : "UDP passes, TCP does not";
	if (came(wait, KITH_PING_BACK))
		return "its datagrams arrive here, ours do not arrive there";
	if (came(wait, KITH_PING_RELAYED))
		return came(wait, KITH_PING_TCP)
			       ? "its datagrams do not arrive here; TCP passes"
			       : "it is up, but its datagrams do not arrive here";
	if (came(wait, KITH_PING_TCP))
		return "TCP passes, UDP does not";
	return tcp == KITH_PING_REFUSED ? "its host is up, but kithd is not" : "";
}

void kith_ping_step(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	const struct kith_ping_wait *wait = &c->ping;
	struct kith_request r;

	if (c->pending != KITH_PENDING_PING ||
	    (wait->ended != (1u << KITH_PING_WAY_COUNT) - 1 && t.now < c->pending_until))
		return;
	r = kith_conn_pending(c, t);
	kith_reply_ok(&r);
	kith_write_key_map(&r.w, "ping");
	kith_write_key_text(&r.w, "name", wait->name);
	kith_write_key_id(&r.w, "id", &wait->mid);
	kith_write_key_text(&r.w, "state", kith_status_name(wait->status));
	write_way(&r, "direct", KITH_PING_DIRECT);
	write_way(&r, "via", KITH_PING_RELAYED);
	write_way(&r, "tcp", KITH_PING_TCP);
	write_way(&r, "back", KITH_PING_BACK);
	kith_write_key_text(&r.w, "message", conclusion(wait));
	kith_write_end(&r.w);
	kith_reply_end(&r);
	if (!c->is_closed)
		kith_conn_settled(c);
}
