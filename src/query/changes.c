/* SPDX-License-Identifier: ISC */
#include "query/changes.h"
#include "base/mem.h"
#include "base/time.h"
#include "query/conn.h"
#include "query/members.h"
#include "query/native.h"
#include "query/reply.h"
#include "query/stream.h"
#include "query/when.h"

#include <string.h>

/* --- keeping --------------------------------------------------------------------------------- */

static struct kith_changed *at(const struct kith_rpc *s, uint32_t i)
{
	return &s->changed[(s->changed_at + i) % KITH_RPC_CHANGED_KEPT];
}

/* The slot of the next one; the oldest makes room. NULL: no memory. */
static struct kith_changed *next_slot(struct kith_rpc *s)
{
	void *all = s->changed;

	if (s->changed_count == KITH_RPC_CHANGED_KEPT) {
		s->changed_lost = at(s, 0)->index;
		s->changed_at = (s->changed_at + 1) % KITH_RPC_CHANGED_KEPT;
		return at(s, KITH_RPC_CHANGED_KEPT - 1);
	}
	if (!kith_mem_grow(&s->host.alloc, &all, &s->changed_room, s->changed_count + 1,
			   sizeof(*s->changed)))
		return NULL;
	s->changed = all;
	return at(s, s->changed_count++);
}

static void copy_name(const struct kith_rpc *s, const struct kith_mid *mid,
		      char out[KITH_NAME_MAX + 1])
{
	struct kith_member m;
	const char *name = kith_node_member(s->host.node, mid, &m) == 0
				   ? m.name : kith_stream_departed_name(s, mid);

	memset(out, 0, KITH_NAME_MAX + 1);
	memcpy(out, name, strnlen(name, KITH_NAME_MAX));
}

/* Whoever waits for this kind is answered at the end of the host's turn. */
static void wake(struct kith_rpc *s, enum kith_changed_kind kind)
{
	for (struct kith_link *link = s->conns.next; link != &s->conns; link = link->next) {
		const struct kith_rpc_conn *c = KITH_CONTAINER(link, struct kith_rpc_conn, in_conns);

		s->has_work |= c->pending == KITH_PENDING_CHANGES && (c->changes_kinds & 1u << kind) != 0;
	}
}

void kith_changes_event(struct kith_rpc *s, const struct kith_event *e, enum kith_changed_kind kind)
{
	const uint64_t now_ms = s->t.unix_ms > 0 ? (uint64_t)s->t.unix_ms : 0;
	struct kith_changed *c;

	s->index = now_ms > s->index ? now_ms : s->index + 1;
	s->changed_of[kind] = s->index;
	wake(s, kind);
	c = next_slot(s);
	if (c == NULL) {
		s->changed_lost = s->index;
		return;
	}
	*c = (struct kith_changed){
		.index = s->index, .unix_ms = s->t.unix_ms, .kind = kind, .event = *e};
	copy_name(s, &e->mid, c->name);
	copy_name(s, &e->by, c->by_name);
}

void kith_changes_fini(struct kith_rpc *s)
{
	kith_mem_free(&s->host.alloc, s->changed);
}

/* --- answering ------------------------------------------------------------------------------- */

static const char *const kinds[] = {
#define X(upper, lower) [KITH_CHANGED_##upper] = #lower,
	KITH_CHANGED_KINDS(X)
#undef X
};

static void write_status(struct kith_writer *w, const char *key, bool is_known,
			 enum kith_status status)
{
	if (is_known)
		kith_write_key_text(w, key, kith_status_name(status));
	else
		kith_write_key_null(w, key);
}

static void write_member_change(struct kith_writer *w, const struct kith_changed *c)
{
	static const struct kith_mid nobody;
	const struct kith_event *e = &c->event;

	kith_write_key_text(w, "node", c->name);
	kith_write_key_id(w, "id", &e->mid);
	write_status(w, "from", e->kind != KITH_EVENT_JOINED, e->from);
	write_status(w, "to", e->kind != KITH_EVENT_REAPED, e->to);
	kith_write_key_text(w, "cause", kith_event_name(e->kind));
	kith_write_key(w, "by");
	/* What a member's own record says needs no other witness. */
	if (memcmp(&e->by, &nobody, sizeof(nobody)) == 0 || memcmp(&e->by, &e->mid, sizeof(e->mid)) == 0)
		kith_write_null(w);
	else
		kith_write_name_and_id(w, c->by_name, &e->by);
	kith_write_key_u64(w, "evidence", e->evidence);
	kith_write_key_u64(w, "need", e->need);
}

static void write_service_change(struct kith_writer *w, const struct kith_changed *c)
{
	static const char *const words[] = {
		[KITH_SERVICE_ADDED] = "added",
		[KITH_SERVICE_CHANGED] = "changed",
		[KITH_SERVICE_REMOVED] = "removed",
	};

	kith_write_key_text(w, "service", c->event.service);
	kith_write_key_text(w, "id", c->event.service_id);
	kith_write_key_text(w, "node", c->name);
	kith_write_key_id(w, "node_id", &c->event.mid);
	kith_write_key_text(w, "change", words[c->event.change]);
}

static void write_change(struct kith_writer *w, const struct kith_changed *c)
{
	char when[KITH_WHEN_TEXT];

	kith_write_map(w);
	kith_write_key_u64(w, "index", c->index);
	kith_write_key_text(w, "at", kith_when_rfc3339(c->unix_ms, when));
	kith_write_key_text(w, "kind", kinds[c->kind]);
	if (c->kind == KITH_CHANGED_MEMBER)
		write_member_change(w, c);
	else
		write_service_change(w, c);
	kith_write_end(w);
}

/* An index above ours is another life's: what happened since is not known. */
static bool has_news(const struct kith_rpc *s, uint64_t from, unsigned wanted)
{
	bool has = from > s->index;

	for (int i = 0; i < KITH_CHANGED_KIND_COUNT; i++)
		has |= (wanted & 1u << i) != 0 && s->changed_of[i] > from;
	return has;
}

static void answer(struct kith_request *r, uint64_t from, unsigned wanted)
{
	const struct kith_rpc *s = r->s;

	kith_reply_ok(r);
	kith_write_key_array(&r->w, "changes");
	for (uint32_t i = 0; i < s->changed_count; i++)
		if (at(s, i)->index > from && (wanted & 1u << at(s, i)->kind) != 0)
			write_change(&r->w, at(s, i));
	kith_write_end(&r->w);
	kith_write_key_bool(&r->w, "lost", from < s->changed_lost || from > s->index);
	kith_reply_end(r);
}

/* The kinds that are asked for, all without. False: one is unknown. */
static bool read_kinds(struct kith_value list, unsigned *wanted)
{
	struct kith_value_walk walk = kith_value_walk(list);
	struct kith_bytes word = {0};
	struct kith_value item;

	*wanted = kith_value_count(list) > 0 ? 0 : (1u << KITH_CHANGED_KIND_COUNT) - 1;
	while (kith_value_next(&walk, &item)) {
		int i = 0;

		(void)kith_value_text(item, &word);
		while (i < KITH_CHANGED_KIND_COUNT && !kith_bytes_are(word, kinds[i]))
			i++;
		if (i == KITH_CHANGED_KIND_COUNT)
			return false;
		*wanted |= 1u << i;
	}
	return true;
}

void kith_native_changes(struct kith_request *r)
{
	uint64_t from = r->s->index, wait_ms = 0;
	unsigned wanted;

	(void)kith_value_u64(kith_value_get(r->args, "from"), &from);
	(void)kith_value_u64(kith_value_get(r->args, "wait_ms"), &wait_ms);
	if (wait_ms > KITH_RPC_CHANGES_WAIT_MS) {
		kith_reply_refuse(r, KITH_CALL_USAGE, "kith.changes: 'wait_ms' is 0 to 600000", "");
	} else if (!read_kinds(kith_value_get(r->args, "kinds"), &wanted)) {
		kith_reply_refuse(r, KITH_CALL_USAGE, "kith.changes: 'kinds' are member and service", "");
	} else if (wait_ms == 0 || has_news(r->s, from, wanted)) {
		answer(r, from, wanted);
	} else {
		r->c->pending = KITH_PENDING_CHANGES;
		r->c->pending_until = kith_us_add(r->t.now, (kith_us)wait_ms * KITH_MS);
		r->c->changes_from = from;
		r->c->changes_kinds = wanted;
	}
}

void kith_changes_step(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	struct kith_request r;

	if (c->pending != KITH_PENDING_CHANGES ||
	    (!has_news(c->server, c->changes_from, c->changes_kinds) && t.now < c->pending_until))
		return;
	r = kith_conn_pending(c, t);
	answer(&r, c->changes_from, c->changes_kinds);
	if (!c->is_closed)
		kith_conn_settled(c);
}
