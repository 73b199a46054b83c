/* SPDX-License-Identifier: ISC */
#include "query/rpc.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/time.h"
#include "query/changes.h"
#include "query/conn.h"
#include "query/join.h"
#include "query/monitor.h"
#include "query/native.h"
#include "query/ping.h"
#include "query/services.h"
#include "query/stream.h"

/* A callback of the host may close no connection, so a walk need not fear for its next one. */
#define EACH_CONN(s, link, c) \
	for ((link) = (s)->conns.next; \
	     (link) != &(s)->conns && \
	     ((c) = KITH_CONTAINER((link), struct kith_rpc_conn, in_conns), true); \
	     (link) = (link)->next)

/* --- life ------------------------------------------------------------------------------------ */

int kith_rpc_new(struct kith_rpc **out, const struct kith_rpc_host *host, struct kith_rpc_time t)
{
	const struct kith_alloc *alloc =
		host->alloc.realloc != NULL ? &host->alloc : &kith_alloc_libc;
	struct kith_rpc *s;

	if (host->node == NULL || host->leave == NULL || host->cluster == NULL ||
	    host->version == NULL)
		return KITH_EINVAL;
	s = kith_mem_new(alloc, 1, sizeof(*s));
	if (s == NULL)
		return KITH_ENOMEM;
	s->host = *host;
	s->host.alloc = *alloc;
	s->t = t;
	s->born = t.now;
	s->index = s->changed_lost = t.unix_ms > 0 ? (uint64_t)t.unix_ms : 1;
	for (int i = 0; i < KITH_CHANGED_KIND_COUNT; i++)
		s->changed_of[i] = s->index;
	kith_directory_init(&s->directory, s->host.node, &s->host.alloc);
	kith_list_init(&s->conns);
	kith_list_init(&s->ready);
	*out = s;
	return 0;
}

void kith_rpc_free(struct kith_rpc **out)
{
	struct kith_rpc *s = *out;
	struct kith_alloc alloc;

	if (s == NULL)
		return;
	while (!kith_list_is_empty(&s->conns)) {
		struct kith_rpc_conn *c =
			KITH_CONTAINER(s->conns.next, struct kith_rpc_conn, in_conns);

		kith_rpc_close(&c);
	}
	kith_stream_fini(s);
	kith_changes_fini(s);
	kith_monitor_fini(s);
	kith_directory_fini(&s->directory);
	alloc = s->host.alloc;
	kith_mem_free(&alloc, s);
	*out = NULL;
}

struct kith_rpc_conn *kith_rpc_open(struct kith_rpc *s, struct kith_rpc_time t,
				    enum kith_rpc_kind kind, void *user)
{
	struct kith_rpc_conn *c = NULL;

	s->t = t;
	if (s->counters.connections < KITH_RPC_CONNS_MAX)
		c = kith_conn_new(s, kind, user);
	if (c == NULL) {
		s->counters.connections_refused++;
		return NULL;
	}
	kith_list_append(&s->conns, &c->in_conns);
	s->counters.connections++;
	s->counters.connections_opened++;
	return c;
}

void kith_rpc_close(struct kith_rpc_conn **c)
{
	if (*c == NULL)
		return;
	kith_list_remove(&(*c)->in_conns);
	kith_list_remove(&(*c)->in_ready);
	(*c)->server->counters.connections--;
	kith_conn_free(*c);
	*c = NULL;
}

/* --- output ---------------------------------------------------------------------------------- */

struct kith_rpc_conn *kith_rpc_ready(struct kith_rpc *s)
{
	struct kith_link *first = s->ready.next;

	if (kith_list_is_empty(&s->ready))
		return NULL;
	kith_list_remove(first);
	return KITH_CONTAINER(first, struct kith_rpc_conn, in_ready);
}

bool kith_rpc_is_idle(const struct kith_rpc *s)
{
	struct kith_link *link;
	struct kith_rpc_conn *c;
	const uint8_t *p;

	EACH_CONN(s, link, c)
		/* Serf's client calls a leave failed when the end comes with the answer. */
		if (kith_rpc_output(c, &p) > 0 ||
		    (c->has_asked_to_leave && !c->has_eof && !c->is_closed))
			return false;
	return true;
}

/* --- news ------------------------------------------------------------------------------------ */

void kith_rpc_resolved(struct kith_rpc *s, struct kith_rpc_time t, uint64_t ticket,
		       const struct kith_addr *addrs, size_t count, const char *why)
{
	struct kith_link *link;
	struct kith_rpc_conn *c;

	s->t = t;
	EACH_CONN(s, link, c)
		if (kith_join_resolved(c, ticket, addrs, count, why)) {
			s->has_work = true;
			return;
		}
}

void kith_rpc_kept(struct kith_rpc *s, struct kith_rpc_time t, enum kith_rpc_keep what, uint64_t ticket,
		   bool is_on_disk)
{
	struct kith_link *link;
	struct kith_rpc_conn *c;

	s->t = t;
	EACH_CONN(s, link, c) {
		if (c->pending_ticket > ticket)
			continue;
		if (what == KITH_RPC_KEEP_MEMBERS && c->pending == KITH_PENDING_KEPT)
			kith_conn_settled(c);
		else if (what == KITH_RPC_KEEP_SERVICES && c->pending == KITH_PENDING_SERVICE)
			kith_services_kept(c, t, is_on_disk);
	}
}

static void left(struct kith_rpc *s)
{
	struct kith_link *link;
	struct kith_rpc_conn *c;

	s->has_left = true;
	EACH_CONN(s, link, c)
		if (c->pending == KITH_PENDING_LEAVE)
			kith_native_leave_done(c, s->t);
}

static void dropped(struct kith_rpc *s, const struct kith_event *e)
{
	struct kith_dropped_last *d = &s->dropped[e->dropped];

	if (d->addr.family == 0 ||
	    kith_us_elapsed(d->last, s->t.now) > KITH_DROPPED_SHOWN_S * KITH_SECOND)
		d->first = s->t.now;
	d->last = s->t.now;
	d->addr = e->addr;
	d->mid = e->mid;
}

void kith_rpc_event(struct kith_rpc *s, struct kith_rpc_time t, const struct kith_event *e)
{
	struct kith_link *link;
	struct kith_rpc_conn *c;

	s->t = t;
	if (e->kind <= KITH_EVENT_REAPED) {
		kith_changes_event(s, e, KITH_CHANGED_MEMBER);
		kith_stream_event(s, e);
	} else if (e->kind == KITH_EVENT_SERVICE) {
		kith_changes_event(s, e, KITH_CHANGED_SERVICE);
	} else if (e->kind == KITH_EVENT_SEED) {
		EACH_CONN(s, link, c)
			kith_join_seed(c, &e->addr, e->result);
		s->has_work = true;
	} else if (e->kind == KITH_EVENT_PING) {
		EACH_CONN(s, link, c)
			kith_ping_event(c, e);
		s->has_work = true;
	} else if (e->kind == KITH_EVENT_DROPPED) {
		dropped(s, e);
	} else if (e->kind == KITH_EVENT_LEAVE_DONE) {
		left(s);
	}
}

void kith_rpc_log(struct kith_rpc *s, struct kith_rpc_time t, enum kith_rpc_level level,
		  const char *text)
{
	KITH_ASSERT(level < KITH_RPC_LEVEL_COUNT);
	s->t = t;
	kith_monitor_log(s, level, t.unix_ms, text);
}

/* --- time ------------------------------------------------------------------------------------ */

void kith_rpc_tick(struct kith_rpc *s, struct kith_rpc_time t)
{
	struct kith_link *link;
	struct kith_rpc_conn *c;

	s->t = t;
	s->has_work = false;
	kith_stream_tick(s);
	if (s->host.offers != NULL)
		kith_offers_tick(s->host.offers, t.now);
	EACH_CONN(s, link, c) {
		kith_join_step(c, t);
		kith_changes_step(c, t);
		kith_ping_step(c, t);
		if (c->pending == KITH_PENDING_LEAVE && t.now >= c->pending_until)
			kith_native_leave_late(c, t);
		if (c->pending == KITH_PENDING_KEPT && t.now >= c->pending_until)
			kith_conn_settled(c);
		if (c->pending == KITH_PENDING_SERVICE && t.now >= c->pending_until)
			kith_services_kept(c, t, false);
		if (c->has_work)
			kith_conn_work(c, t);
	}
}

kith_us kith_rpc_deadline(const struct kith_rpc *s)
{
	kith_us deadline = kith_stream_deadline(s);
	struct kith_link *link;
	struct kith_rpc_conn *c;

	if (s->has_work)
		return s->t.now;
	EACH_CONN(s, link, c)
		deadline = kith_us_min(deadline, c->pending_until);
	return deadline;
}
