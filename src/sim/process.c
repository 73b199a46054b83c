/* SPDX-License-Identifier: ISC */
#include "sim/process.h"

#include "sim/faults.h"
#include "sim/hash.h"
#include "sim/report.h"
#include "sim/watch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* An address that this node may send to. */
struct cluster_listed {
	struct kith_addr addr;
	UT_hash_handle hh;
};

enum { WALL_EVERY_S = 10, SPINS_MAX = 1000, STREAM_AHEAD_MAX = 64 * 1024 };

/* A stream as the node knows it. */
struct cluster_stream {
	struct cluster_stream *next;
	uint64_t id;
	bool up;
	bool over; /* the node heard of its end; what it wanted before is ignored */
	size_t ahead; /* written since the last WRITABLE */
};

/* An alarm, or the disk's answer, for one life of one process. */
struct later {
	uint32_t index, starts;
	uint64_t serial; /* alarm */
	uint64_t token;  /* disk */
	uint32_t epoch;
};

/* --- clocks ---------------------------------------------------------------------------------- */

kith_us cluster_now(const struct cluster *c)
{
	return c->world.now;
}

kith_us cluster_clock(const struct cluster *c, uint32_t i)
{
	const struct cluster_node *n = &c->nodes[i];
	kith_us elapsed = c->world.now - n->world_base;

	/* To the microsecond: in coarser steps a slow clock would go back at each of them. */
	return n->clock_base + elapsed + elapsed / KITH_SECOND * n->drift_ppm +
	       elapsed % KITH_SECOND * n->drift_ppm / KITH_SECOND;
}

/* When the host's own clock shows `own`. */
static kith_us world_time(const struct cluster_node *n, kith_us own)
{
	kith_us left = own - cluster_clock(n->cluster, n->index);

	if (left <= 0)
		return n->cluster->world.now;
	/* A trifle late is late, a trifle early is a tick too many. */
	return n->cluster->world.now + left - left / 1000 * n->drift_ppm / 1000 +
	       (n->drift_ppm != 0 ? 50 : 0);
}

int64_t process_wall_clock(const struct cluster_node *n)
{
	return CLUSTER_UNIX_MS + (n->cluster->world.now - WORLD_START) / 1000 + n->wall_skew_ms;
}

/* --- addresses that a node may send to -------------------------------------------------------- */

static bool is_listed(const struct cluster_node *n, const struct kith_addr *a)
{
	struct cluster_listed *l = NULL;

	HASH_FIND(hh, n->listed, a, sizeof(*a), l);
	return l != NULL;
}

static void list_member(struct cluster_node *n, const struct kith_member *m)
{
	struct cluster_listed *l;
	uint8_t k;

	for (k = 0; k < m->addr_count; k++) {
		if (is_listed(n, &m->addrs[k]))
			continue;
		l = calloc(1, sizeof(*l));
		assert(l != NULL);
		l->addr = m->addrs[k];
		HASH_ADD(hh, n->listed, addr, sizeof(l->addr), l);
	}
}

static void list_all(struct cluster_node *n)
{
	struct kith_member m;
	uint32_t cursor = 0;

	while (kith_node_members(n->node, &cursor, &m))
		list_member(n, &m);
}

static void list_drop(struct cluster_node *n)
{
	struct cluster_listed *l, *next;

	HASH_ITER(hh, n->listed, l, next) {
		HASH_DEL(n->listed, l);
		free(l);
	}
}

/* A reflection goes where a verified record lists that was not taken over: it is older than the one
 * held, late or replayed, so its owner may be gone or elsewhere by now. Only introductions reflect. */
static bool reflects(const struct cluster_node *n, const struct kith_out *out)
{
	const struct cluster *c = n->cluster;
	uint32_t i;

	for (i = 0; i < c->count && out->len == KITH_DATAGRAM_MAX; i++)
		if (cluster_had_addr(c, i, &out->addr))
			return true;
	return false;
}

/* Whether it introduces itself to a seed. */
static bool greets(const struct cluster_node *n, const struct kith_out *out)
{
	struct kith_seed s;
	uint32_t cursor = 0;

	while (out->len == KITH_DATAGRAM_MAX && kith_node_seeds(n->node, &cursor, &s))
		if (memcmp(&s.addr, &out->addr, sizeof(out->addr)) == 0)
			return true;
	return false;
}

static void check_datagram(struct cluster_node *n, const struct kith_out *out)
{
	struct cluster *c = n->cluster;
	char text[64];

	CLUSTER_CHECK(c, n->started, "%s sent a datagram before its epoch was on disk", n->name);
	CLUSTER_CHECK(c, out->len > 0 && out->len <= KITH_DATAGRAM_MAX,
		      "%s sent a datagram of %zu bytes", n->name, out->len);
	if (!c->opts.check || is_listed(n, &out->addr))
		return;
	list_all(n);
	CLUSTER_CHECK(c, is_listed(n, &out->addr) || reflects(n, out) || greets(n, out),
		      "%s sent a datagram to %s, which no member record lists", n->name,
		      kith_addr_text(&out->addr, text, sizeof(text)));
}

/* --- streams as the node knows them ---------------------------------------------------------- */

static struct cluster_stream *stream_find(struct cluster_node *n, uint64_t id)
{
	struct cluster_stream *s = n->streams;

	while (s != NULL && s->id != id)
		s = s->next;
	return s;
}

static void stream_add(struct cluster_node *n, uint64_t id, bool up)
{
	struct cluster_stream *s = calloc(1, sizeof(*s));

	assert(s != NULL);
	s->id = id;
	s->up = up;
	s->next = n->streams;
	n->streams = s;
}

static void stream_drop(struct cluster_node *n, uint64_t id)
{
	struct cluster_stream **at = &n->streams, *s;

	while ((s = *at) != NULL && s->id != id)
		at = &s->next;
	if (s == NULL)
		return;
	*at = s->next;
	free(s);
}

static void streams_sweep(struct cluster_node *n)
{
	struct cluster_stream **at = &n->streams, *s;

	if (!n->has_over) /* many may be open, and this is asked at every tick */
		return;
	n->has_over = false;
	while ((s = *at) != NULL) {
		if (!s->over) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
	}
}

static void stream_input(struct cluster_node *n, const struct net_input *in)
{
	struct cluster_stream *s = stream_find(n, in->stream);

	switch (in->what) {
	case KITH_STREAM_ACCEPTED:
		stream_add(n, in->stream, true);
		break;
	case KITH_STREAM_CONNECTED:
		if (s != NULL)
			s->up = true;
		break;
	case KITH_STREAM_WRITABLE:
		if (s != NULL)
			s->ahead = 0;
		break;
	case KITH_STREAM_REFUSED:
	case KITH_STREAM_FAILED:
	case KITH_STREAM_CLOSED:
		if (s != NULL)
			s->over = n->has_over = true;
		break;
	}
}

static void stream_output(struct cluster_node *n, const struct kith_out *out)
{
	struct cluster *c = n->cluster;
	struct cluster_stream *s = stream_find(n, out->stream);

	if (out->kind == KITH_OUT_CONNECT) {
		CLUSTER_CHECK(c, out->stream % 2 == 1 && out->stream > n->last_stream,
			      "%s calls its new stream %" PRIu64 " after %" PRIu64, n->name,
			      out->stream, n->last_stream);
		n->last_stream = out->stream;
		stream_add(n, out->stream, false);
		nettcp_connect(&c->net, n->index, out->stream, &out->addr);
		return;
	}
	CLUSTER_CHECK(c, s != NULL, "%s uses stream %" PRIu64 ", which is not open", n->name,
		      out->stream);
	if (s->over)
		return;
	if (out->kind == KITH_OUT_STREAM_CLOSE) {
		stream_drop(n, out->stream);
		nettcp_close(&c->net, n->index, out->stream);
		return;
	}
	CLUSTER_CHECK(c, s->up, "%s writes to stream %" PRIu64 " before it is up", n->name,
		      out->stream);
	CLUSTER_CHECK(c, s->ahead < STREAM_AHEAD_MAX, "%s wrote %zu bytes past a missing WRITABLE",
		      n->name, s->ahead);
	s->ahead += out->len;
	nettcp_write(&c->net, n->index, out->stream, out->data, out->len);
}

/* --- one step of a process ------------------------------------------------------------------- */

static void on_alarm(void *ctx, void *what);
static void on_disk(void *ctx, void *what);

static struct later *later_new(const struct cluster_node *n)
{
	struct later *l = calloc(1, sizeof(*l));

	assert(l != NULL);
	l->index = n->index;
	l->starts = n->starts;
	return l;
}

static void keep_event(struct cluster_node *n, const struct kith_event *e)
{
	struct cluster *c = n->cluster;
	const uint32_t who = cluster_index(c, &e->mid), by = cluster_index(c, &e->by);
	struct cluster_entry *entry;

	if (n->diary_count == n->diary_room) {
		n->diary_room = n->diary_room ? n->diary_room * 2 : 64;
		n->diary = realloc(n->diary, n->diary_room * sizeof(*n->diary));
		assert(n->diary != NULL);
	}
	entry = &n->diary[n->diary_count++];
	entry->at = c->world.now;
	entry->event = *e;
	report_line(c, n, "EVENT %s %s %s->%s %u/%u by %s", kith_event_name(e->kind),
		    who != CLUSTER_ANY ? c->nodes[who].name : "-", kith_status_name(e->from),
		    kith_status_name(e->to), e->evidence, e->need,
		    by != CLUSTER_ANY ? c->nodes[by].name : "itself");
}

/* As kithd does: nobody would answer it any more. */
static void on_revoked(void *ctx, void *what)
{
	struct cluster *c = ctx;
	struct later *l = what;
	struct cluster_node *n = &c->nodes[l->index];

	if (n->starts != l->starts || n->node == NULL)
		return;
	report_line(c, n, "STOPS, revoked");
	process_end(n);
	net_kill(&c->net, l->index);
}

static void on_event(struct cluster_node *n, const struct kith_event *e)
{
	struct cluster *c = n->cluster;
	struct kith_member m;

	if (c->opts.check && kith_node_member(n->node, &e->mid, &m) == 0)
		list_member(n, &m);
	watch_event(n, e);
	if (e->kind == KITH_EVENT_REVOKED)
		CLUSTER_CHECK(c, c->nodes[cluster_index(c, &e->mid)].is_revoked, "nobody revoked %s",
			      c->nodes[cluster_index(c, &e->mid)].name);
	if (e->kind == KITH_EVENT_REVOKED && memcmp(e->mid.b, n->mid.b, sizeof(n->mid.b)) == 0)
		world_at(&c->world, c->world.now, on_revoked, c, later_new(n));
	if (c->opts.events)
		report_event(c, n, e);
	if (c->on_event != NULL)
		c->on_event(c->on_event_ctx, n, e);
	if (c->opts.diary)
		keep_event(n, e);
	report_mix_number(c, e->kind);
	report_mix(c, e->mid.b, sizeof(e->mid.b));
	report_mix_number(c, (uint64_t)e->from << 32 | (uint64_t)e->to);
	report_mix_number(c, (uint64_t)e->evidence << 8 | e->need);
}

static void do_output(struct cluster_node *n, const struct kith_out *out)
{
	struct cluster *c = n->cluster;
	struct later *l;

	report_mix_number(c, (uint64_t)c->world.now);
	report_mix_number(c, (uint64_t)n->index << 32 | (uint64_t)out->kind);
	if (out->data != NULL)
		report_mix(c, out->data, out->len);
	switch (out->kind) {
	case KITH_OUT_DATAGRAM:
		check_datagram(n, out);
		net_udp(&c->net, n->index, &out->addr, out->data, out->len);
		break;
	case KITH_OUT_CONNECT:
	case KITH_OUT_STREAM_DATA:
	case KITH_OUT_STREAM_CLOSE:
		report_mix_number(c, out->stream);
		stream_output(n, out);
		break;
	case KITH_OUT_PERSIST:
		report_mix_number(c, out->epoch);
		report_line(c, n, "PERSIST epoch %u", out->epoch);
		l = later_new(n);
		l->token = out->token;
		l->epoch = out->epoch;
		world_at(&c->world, c->world.now + c->opts.persist_us, on_disk, c, l);
		break;
	case KITH_OUT_EVENT:
		on_event(n, &out->event);
		break;
	case KITH_OUT_TRACE:
		report_line(c, n, "%.*s", (int)out->len, (const char *)out->data);
		break;
	}
}

static void check_node(struct cluster_node *n)
{
	watch_own(n);
	if (n->cluster->opts.check)
		kith_node_check(n->node);
}

static void set_alarm(struct cluster_node *n)
{
	struct cluster *c = n->cluster;
	kith_us deadline = kith_node_deadline(n->node), now = cluster_clock(c, n->index), at;
	struct later *l;

	n->spins = deadline <= now ? n->spins + 1 : 0;
	CLUSTER_CHECK(c, n->spins < SPINS_MAX, "%s asks for ticks without end", n->name);
	if (deadline == KITH_NEVER) {
		n->alarm_serial++;
		n->alarm_at = KITH_NEVER;
		return;
	}
	if (deadline == n->alarm_at && deadline > now)
		return;
	at = world_time(n, deadline);
	if (at <= c->world.now)
		at = c->world.now + 1;
	at += (kith_us)world_below(&c->world, (uint64_t)c->opts.tick_late_us + 1);
	l = later_new(n);
	l->serial = ++n->alarm_serial;
	n->alarm_at = deadline;
	world_at(&c->world, at, on_alarm, c, l);
}

/* Time passes for a process whose sockets are empty; what it wants is done. */
void process_tick(struct cluster_node *n)
{
	struct cluster *c = n->cluster;
	struct kith_out out;
	struct kith_view v;

	report_current(c);
	watch_own(n); /* a command may have signed */
	kith_node_tick(n->node, cluster_clock(c, n->index));
	check_node(n);
	while (kith_node_next(n->node, &out))
		do_output(n, &out);
	streams_sweep(n);
	check_node(n);
	set_alarm(n);
	kith_node_view(n->node, &v);
	watch_step(n, &v, v.changes != n->changes);
	if (v.changes != n->changes || v.service_changes != n->service_changes) {
		n->changes = v.changes;
		n->service_changes = v.service_changes;
		c->changed = true;
	}
}

static void on_alarm(void *ctx, void *what)
{
	struct cluster *c = ctx;
	struct later *l = what;
	struct cluster_node *n = &c->nodes[l->index];

	if (n->node == NULL || n->starts != l->starts || n->alarm_serial != l->serial)
		return;
	n->alarm_at = KITH_NEVER;
	if (!c->net.hosts[l->index].stopped)
		process_tick(n);
}

static void persisted(struct cluster_node *n, uint64_t token)
{
	n->started = true;
	watch_durable(n);
	kith_node_persisted(n->node, cluster_clock(n->cluster, n->index), token);
	check_node(n);
}

static void on_disk(void *ctx, void *what)
{
	struct cluster *c = ctx;
	struct later *l = what;
	struct cluster_node *n = &c->nodes[l->index];

	if (n->starts != l->starts || n->node == NULL || n->disk_hangs)
		return;
	n->disk_epoch = l->epoch;
	if (c->net.hosts[l->index].stopped) {
		n->persist_waits = true;
		n->persist_token = l->token;
		return;
	}
	persisted(n, l->token);
	process_tick(n);
}

static void on_wall(void *ctx, void *what)
{
	struct cluster *c = ctx;
	struct later *l = what;
	struct cluster_node *n = &c->nodes[l->index];

	if (n->starts != l->starts || n->node == NULL)
		return;
	if (!c->net.hosts[l->index].stopped) {
		kith_node_clock(n->node, cluster_clock(c, l->index), process_wall_clock(n),
				!n->wall_untrusted);
		check_node(n);
		process_tick(n);
	}
	world_at(&c->world, c->world.now + WALL_EVERY_S * KITH_SECOND, on_wall, c, later_new(n));
}

/* After each input: of two records in one backlog the first may list what the second does not, and
 * was answered. */
static void note_addresses(struct cluster_node *n)
{
	struct kith_view v;

	if (!n->cluster->opts.check)
		return;
	kith_node_view(n->node, &v);
	if (v.changes == n->changes_listed)
		return;
	n->changes_listed = v.changes;
	list_all(n);
}

void process_input(void *ctx, uint32_t host, const struct net_input *in)
{
	struct cluster *c = ctx;
	struct cluster_node *n = &c->nodes[host];
	kith_us now;

	report_current(c);
	now = cluster_clock(c, host);
	if (n->persist_waits) {
		n->persist_waits = false;
		persisted(n, n->persist_token);
	}
	switch (in->kind) {
	case NET_DATAGRAM:
		kith_node_datagram(n->node, now, &in->addr, in->buf, in->len);
		break;
	case NET_UNREACHABLE:
		kith_node_unreachable(n->node, now, &in->addr, KITH_UNREACHABLE_PORT, in->buf,
				      in->len);
		break;
	case NET_STREAM:
		stream_input(n, in);
		kith_node_stream(n->node, now, in->stream, in->what,
				 in->what == KITH_STREAM_ACCEPTED ? &in->addr : NULL);
		break;
	case NET_STREAM_DATA:
		kith_node_stream_data(n->node, now, in->stream, in->buf, in->len);
		break;
	}
	check_node(n);
	note_addresses(n);
}

void process_idle(void *ctx, uint32_t host)
{
	struct cluster *c = ctx;
	struct cluster_node *n = &c->nodes[host];

	if (n->persist_waits) {
		n->persist_waits = false;
		persisted(n, n->persist_token);
	}
	process_tick(n);
}

void process_begin(struct cluster_node *n)
{
	struct cluster *c = n->cluster;

	n->starts++;
	n->started = false;
	n->persist_waits = false;
	n->spins = 0;
	n->last_stream = 0;
	n->alarm_at = KITH_NEVER;
	n->changes = n->changes_listed = UINT64_MAX;
	watch_begin(n);
	world_at(&c->world, c->world.now + WALL_EVERY_S * KITH_SECOND, on_wall, c, later_new(n));
	process_tick(n);
}

void process_end(struct cluster_node *n)
{
	struct cluster *c = n->cluster;

	watch_end(n);
	while (n->streams != NULL)
		stream_drop(n, n->streams->id);
	if (c->on_end != NULL)
		c->on_end(c->on_event_ctx, n);
	kith_node_free(&n->node);
	CLUSTER_CHECK(c, n->node == NULL, "kith_node_free() left the pointer");
	CLUSTER_CHECK(c, n->heap.blocks == 0, "%s leaked %zu blocks, %zu bytes", n->name,
		      n->heap.blocks, n->heap.bytes);
	list_drop(n);
}
