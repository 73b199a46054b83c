/* SPDX-License-Identifier: ISC */
#include "query/stream.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/time.h"
#include "query/conn.h"
#include "query/reply.h"
#include "query/serf.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[] = {
#define X(upper, word) [KITH_TELL_##upper] = word,
	KITH_TELL_KINDS(X)
#undef X
};

enum { ALL_KINDS = (1 << KITH_TELL_KIND_COUNT) - 1 };

static void flush(struct kith_rpc *s);

/* --- subscribing ----------------------------------------------------------------------------- */

static uint32_t item_bits(struct kith_bytes item)
{
	uint32_t kind;

	if (kith_bytes_are(item, "*"))
		return ALL_KINDS;
	for (kind = 0; kind < KITH_TELL_KIND_COUNT; kind++)
		if (kith_bytes_are(item, words[kind]))
			return 1u << kind;
	/* "user:NAME", "query:NAME": the name does not matter as long as there are none. */
	for (kind = KITH_TELL_USER; kind <= KITH_TELL_QUERY; kind++) {
		size_t len = strlen(words[kind]);

		if (item.len > len && memcmp(item.p, words[kind], len) == 0 && item.p[len] == ':')
			return 1u << kind;
	}
	return 0;
}

bool kith_stream_read_mask(struct kith_bytes text, uint32_t *mask)
{
	const uint8_t *p = text.p, *end;
	uint32_t sum = 0;

	if (text.len == 0) {
		*mask = ALL_KINDS;
		return true;
	}
	end = p + text.len;
	for (;;) {
		const uint8_t *comma = memchr(p, ',', (size_t)(end - p));
		struct kith_bytes item = {.p = p, .len = (size_t)((comma ? comma : end) - p)};
		uint32_t bits = item_bits(item);

		if (bits == 0)
			return false;
		sum |= bits;
		if (comma == NULL)
			break;
		p = comma + 1;
	}
	*mask = sum;
	return true;
}

void kith_serf_stream(struct kith_request *r)
{
	struct kith_bytes text = {0};
	uint32_t mask = 0;

	(void)kith_value_text(kith_value_get(r->args, "Type"), &text);
	flush(r->s); /* what happened before is not for this one */
	if (kith_conn_sub(r->c, r->seq, false) != NULL)
		kith_reply_refuse(r, KITH_CALL_REFUSED, "Stream with given sequence exists", "");
	else if (!kith_stream_read_mask(text, &mask))
		kith_reply_refuse(r, KITH_CALL_USAGE, "Invalid event filter", "");
	else if (kith_conn_subscribe(r->c, r->seq, false, mask) == NULL)
		kith_reply_refuse(r, KITH_CALL_REFUSED, "too many streams on this connection", "");
	else
		kith_reply_done(r);
}

/* --- the departed ---------------------------------------------------------------------------- */

static struct kith_departed *departed(const struct kith_rpc *s, const struct kith_mid *mid)
{
	for (uint32_t i = 0; i < s->departed_count; i++)
		if (memcmp(&s->departed[i].mid, mid, sizeof(*mid)) == 0)
			return &s->departed[i];
	return NULL;
}

const char *kith_stream_departed_name(const struct kith_rpc *s, const struct kith_mid *mid)
{
	const struct kith_departed *d = departed(s, mid);

	return d != NULL ? d->name : "";
}

/* Without memory its reaping goes untold; that is all that is lost. */
static void remember(struct kith_rpc *s, const struct kith_mid *mid)
{
	struct kith_departed *d = departed(s, mid);
	void *all = s->departed;
	struct kith_member m;

	if (kith_node_member(s->host.node, mid, &m) != 0)
		return;
	if (d == NULL) {
		if (!kith_mem_grow(&s->host.alloc, &all, &s->departed_room, s->departed_count + 1,
				   sizeof(*d)))
			return;
		s->departed = all;
		d = &s->departed[s->departed_count++];
	}
	*d = (struct kith_departed){.mid = *mid};
	memcpy(d->name, m.name, strnlen(m.name, KITH_NAME_MAX));
	if (m.addr_count > 0)
		d->addr = m.addrs[0];
}

static void forget(struct kith_rpc *s, const struct kith_mid *mid)
{
	struct kith_departed *d = departed(s, mid);

	if (d != NULL)
		*d = s->departed[--s->departed_count];
}

/* --- drawing together ------------------------------------------------------------------------ */

static enum kith_look look(enum kith_status status)
{
	switch (status) {
	case KITH_STATUS_FAILED:
		return KITH_LOOK_FAILED;
	case KITH_STATUS_LEFT:
		return KITH_LOOK_LEFT;
	default:
		return KITH_LOOK_ALIVE;
	}
}

static struct kith_change *change_of(struct kith_rpc *s, const struct kith_event *e)
{
	void *all = s->changes;
	struct kith_change *c;

	for (uint32_t i = 0; i < s->change_count; i++)
		if (memcmp(&s->changes[i].mid, &e->mid, sizeof(e->mid)) == 0)
			return &s->changes[i];
	if (!kith_mem_grow(&s->host.alloc, &all, &s->change_room, s->change_count + 1, sizeof(*c)))
		return NULL;
	s->changes = all;
	c = &s->changes[s->change_count++];
	*c = (struct kith_change){.mid = e->mid};
	if (e->kind == KITH_EVENT_JOINED)
		c->was = departed(s, &e->mid) != NULL ? KITH_LOOK_LEFT : KITH_LOOK_NONE;
	else
		c->was = (uint8_t)look(e->from);
	c->is = c->was;
	return c;
}

static void draw_together(struct kith_rpc *s, const struct kith_event *e)
{
	struct kith_change *c;

	if (s->change_count == KITH_RPC_CHANGES_MAX)
		flush(s);
	if (s->change_count == 0)
		s->changed_first = s->t.now;
	c = change_of(s, e);
	if (c == NULL)
		return;
	s->changed_last = s->t.now;
	if (e->kind == KITH_EVENT_REAPED)
		c->is = KITH_LOOK_GONE;
	else if (e->kind == KITH_EVENT_UPDATED)
		c->is_updated = true;
	else
		c->is = (uint8_t)look(e->to);
	if (e->kind == KITH_EVENT_REVOKED)
		flush(s); /* it is forgotten with the next tick, and who follows shall hear that it left */
}

/* To Serf's clients a suspect, and one that restarts, is alive all the while, and who is quarantined
 * has failed. */
static bool is_visible(const struct kith_event *e)
{
	bool is_same = look(e->from) == look(e->to);

	return e->kind != KITH_EVENT_QUARANTINED &&
	       !(is_same && (e->kind == KITH_EVENT_SUSPECT || e->kind == KITH_EVENT_ALIVE ||
			     e->kind == KITH_EVENT_RESTARTING || e->kind == KITH_EVENT_RELEASED));
}

void kith_stream_event(struct kith_rpc *s, const struct kith_event *e)
{
	if (s->stream_count > 0 && is_visible(e))
		draw_together(s, e);
	switch (e->kind) {
	case KITH_EVENT_FAILED:
	case KITH_EVENT_LEFT:
	case KITH_EVENT_REVOKED:
		remember(s, &e->mid);
		break;
	case KITH_EVENT_JOINED:
	case KITH_EVENT_ALIVE:
	case KITH_EVENT_RESTARTING:
		forget(s, &e->mid);
		break;
	case KITH_EVENT_RELEASED:
		if (look(e->to) == KITH_LOOK_ALIVE)
			forget(s, &e->mid);
		break;
	case KITH_EVENT_REAPED:
		/* The change still needs the name: it is forgotten when that is told. */
		if (s->stream_count == 0)
			forget(s, &e->mid);
		break;
	default:
		break;
	}
}

/* --- telling --------------------------------------------------------------------------------- */

/* One member of a record. */
struct told {
	enum kith_tell_kind kind;
	const char *status;
	struct kith_member m;
};

/* The kind of a net change, or COUNT if there is none that Serf knows. */
static enum kith_tell_kind net_kind(const struct kith_change *c)
{
	if (c->is == c->was)
		return c->is_updated ? KITH_TELL_UPDATE : KITH_TELL_KIND_COUNT;
	switch (c->is) {
	case KITH_LOOK_ALIVE:
		return KITH_TELL_JOIN;
	case KITH_LOOK_FAILED:
		return KITH_TELL_FAILED;
	case KITH_LOOK_LEFT:
		return KITH_TELL_LEAVE;
	case KITH_LOOK_GONE:
		return c->was == KITH_LOOK_NONE ? KITH_TELL_KIND_COUNT : KITH_TELL_REAP;
	default:
		return KITH_TELL_KIND_COUNT;
	}
}

static const char *status_of(const struct kith_change *c)
{
	uint8_t last = c->is == KITH_LOOK_GONE ? c->was : c->is;

	if (last == KITH_LOOK_FAILED)
		return "failed";
	return c->is == KITH_LOOK_ALIVE ? "alive" : "left";
}

/* False: nothing is known of it any more. */
static bool describe(struct kith_rpc *s, const struct kith_change *c, struct told *told)
{
	const struct kith_departed *d = departed(s, &c->mid);

	told->status = status_of(c);
	if (kith_node_member(s->host.node, &c->mid, &told->m) == 0)
		return true;
	if (d == NULL)
		return false;
	told->m = (struct kith_member){.mid = d->mid, .name = d->name, .zone = "",
				       .addrs = {d->addr}, .addr_count = d->addr.family != 0,
				       .proto_min = KITH_PROTOCOL_MIN,
				       .proto_max = KITH_PROTOCOL_MAX};
	return true;
}

static int by_kind_and_name(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->m.name, y->m.name);
}

static void write_record(struct kith_rpc_conn *c, struct kith_sub *sub, const struct told *told,
			 uint32_t count)
{
	struct kith_writer w;
	size_t start = kith_conn_begin(c);

	kith_write_init(&w, &kith_form_msgpack, &c->out);
	kith_conn_write_head(&w, sub->seq, "");
	kith_write_map(&w);
	kith_write_key_text(&w, "Event", words[told->kind]);
	kith_write_key_array(&w, "Members");
	for (uint32_t i = 0; i < count; i++)
		kith_serf_write_member(&w, &told[i].m, told[i].status);
	kith_write_end(&w);
	kith_write_end(&w);
	(void)kith_write_done(&w);
	kith_conn_end(c, start, sub);
}

static void tell(struct kith_rpc *s, const struct told *told, uint32_t count)
{
	struct kith_link *link;

	for (link = s->conns.next; link != &s->conns; link = link->next) {
		struct kith_rpc_conn *c = KITH_CONTAINER(link, struct kith_rpc_conn, in_conns);

		for (uint32_t i = 0; i < c->sub_count; i++)
			if (!c->subs[i].is_monitor && (c->subs[i].mask >> told->kind & 1) &&
			    kith_conn_may_queue(c, &c->subs[i]))
				write_record(c, &c->subs[i], told, count);
	}
}

static void flush(struct kith_rpc *s)
{
	struct told *told;
	uint32_t count = 0, next;

	if (s->change_count == 0)
		return;
	told = kith_mem_new(&s->host.alloc, s->change_count, sizeof(*told));
	s->counters.records_lost += told == NULL;
	for (uint32_t i = 0; told != NULL && i < s->change_count; i++) {
		told[count].kind = net_kind(&s->changes[i]);
		if (told[count].kind != KITH_TELL_KIND_COUNT &&
		    describe(s, &s->changes[i], &told[count]))
			count++;
	}
	if (count > 1)
		qsort(told, count, sizeof(*told), by_kind_and_name);
	for (uint32_t i = 0; i < count; i = next) {
		for (next = i + 1; next < count && told[next].kind == told[i].kind &&
				   next - i < KITH_RPC_RECORD_MEMBERS;)
			next++;
		tell(s, &told[i], next - i);
	}
	for (uint32_t i = 0; i < s->change_count; i++)
		if (s->changes[i].is == KITH_LOOK_GONE)
			forget(s, &s->changes[i].mid);
	s->change_count = 0;
	kith_mem_free(&s->host.alloc, told);
}

kith_us kith_stream_deadline(const struct kith_rpc *s)
{
	if (s->change_count == 0)
		return KITH_NEVER;
	return kith_us_min(kith_us_add(s->changed_first, KITH_RPC_COALESCE),
			   kith_us_add(s->changed_last, KITH_RPC_QUIET));
}

void kith_stream_tick(struct kith_rpc *s)
{
	if (s->t.now >= kith_stream_deadline(s))
		flush(s);
}

void kith_stream_fini(struct kith_rpc *s)
{
	kith_mem_free(&s->host.alloc, s->changes);
	kith_mem_free(&s->host.alloc, s->departed);
}
