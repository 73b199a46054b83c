/* SPDX-License-Identifier: ISC */
#include "query/conn.h"
#include "base/check.h"
#include "base/mem.h"
#include "query/join.h"
#include "query/reply.h"

#include <string.h>

/* --- life ------------------------------------------------------------------------------------ */

enum {
	IN_SLACK = 64 << 10, /* what a host may read in one go past the end of a body */
	BUFFER_KEPT = 16 << 10
};

struct kith_rpc_conn *kith_conn_new(struct kith_rpc *s, enum kith_rpc_kind kind, void *user)
{
	const struct kith_alloc *alloc = &s->host.alloc;
	struct kith_rpc_conn *c = kith_mem_new(alloc, 1, sizeof(*c));
	const struct kith_tree_limits limits = {.len = KITH_RPC_HEADER_MAX,
						.tokens = KITH_RPC_HEADER_TOKENS,
						.depth = KITH_RPC_DEPTH_MAX};

	if (c == NULL)
		return NULL;
	c->tree = kith_tree_new(alloc);
	if (c->tree == NULL) {
		kith_mem_free(alloc, c);
		return NULL;
	}
	c->server = s;
	c->kind = kind;
	c->user = user;
	c->has_key = kind != KITH_RPC_TCP || s->host.auth_key == NULL || s->host.auth_key[0] == '\0';
	c->next_sub_id = 1;
	c->pending_until = KITH_NEVER;
	kith_buf_init(&c->in, alloc, KITH_RPC_HEADER_MAX + KITH_RPC_BODY_MAX + IN_SLACK);
	kith_buf_init(&c->out, alloc, KITH_RPC_OUT_MAX);
	kith_tree_start(c->tree, &limits);
	return c;
}

static void drop_subs(struct kith_rpc_conn *c)
{
	for (uint32_t i = 0; i < c->sub_count; i++)
		c->server->stream_count -= !c->subs[i].is_monitor;
	c->sub_count = 0;
}

/* What was registered for as long as this client is there. */
static void end_session(struct kith_rpc_conn *c)
{
	if (c->has_session)
		kith_offers_session_over(c->server->host.offers, c->server->t.now, c);
	c->has_session = false;
}

void kith_conn_free(struct kith_rpc_conn *c)
{
	const struct kith_alloc *alloc = &c->server->host.alloc;

	end_session(c);
	drop_subs(c);
	kith_join_free(&c->join, alloc);
	kith_tree_free(&c->tree);
	kith_buf_fini(&c->in);
	kith_buf_fini(&c->out);
	kith_mem_free(alloc, c->marks);
	kith_mem_free(alloc, c);
}

void kith_conn_is_ready(struct kith_rpc_conn *c)
{
	if (!kith_list_has(&c->in_ready))
		kith_list_append(&c->server->ready, &c->in_ready);
}

void kith_conn_shut(struct kith_rpc_conn *c)
{
	end_session(c);
	drop_subs(c);
	c->pending = KITH_PENDING_NONE;
	c->pending_until = KITH_NEVER;
	kith_join_free(&c->join, &c->server->host.alloc);
	c->is_closed = true;
	kith_conn_is_ready(c);
}

static void say(struct kith_rpc *s, enum kith_rpc_level level, const char *text)
{
	if (s->host.log != NULL)
		s->host.log(s->host.ctx, level, text);
}

static void malformed(struct kith_rpc_conn *c)
{
	c->server->counters.malformed++;
	kith_conn_shut(c);
	say(c->server, KITH_RPC_WARN, "rpc: a client's bytes do not follow the format; closed it");
}

/* --- output ---------------------------------------------------------------------------------- */

static size_t waiting(const struct kith_rpc_conn *c)
{
	return c->out.len - c->out_head;
}

size_t kith_conn_begin(struct kith_rpc_conn *c)
{
	KITH_ASSERT(!c->is_writing);
	c->is_writing = true;
	/* What is sent is dropped when it is at least half, so that a byte moves at most once more. */
	if (c->out_head > 0 && c->out_head >= c->out.len / 2) {
		kith_buf_skip(&c->out, c->out_head);
		c->out_head = 0;
	}
	return c->out.len;
}

/* Remembers where a record ends, to tell its queue when it is read. */
static bool mark(struct kith_rpc_conn *c, struct kith_sub *sub)
{
	void *marks = c->marks;

	if (c->mark_first > 0 && c->mark_first + c->mark_count == c->mark_room) {
		memmove(c->marks, c->marks + c->mark_first, c->mark_count * sizeof(*c->marks));
		c->mark_first = 0;
	}
	if (!kith_mem_grow(&c->server->host.alloc, &marks, &c->mark_room,
			   c->mark_first + c->mark_count + 1, sizeof(*c->marks)))
		return false;
	c->marks = marks;
	c->marks[c->mark_first + c->mark_count] = (struct kith_mark){
		.end = c->out_total + waiting(c), .sub_id = sub->id};
	c->mark_count++;
	sub->queued++;
	return true;
}

void kith_conn_end(struct kith_rpc_conn *c, size_t start, struct kith_sub *sub)
{
	bool is_lost = c->out.bad;

	KITH_ASSERT(c->is_writing && start <= c->out.len);
	c->is_writing = false;
	if (!is_lost && sub != NULL)
		is_lost = !mark(c, sub);
	if (is_lost) {
		kith_buf_cut(&c->out, start);
		if (sub == NULL)
			kith_conn_shut(c);
		else
			c->server->counters.records_lost++;
		return;
	}
	c->server->counters.records += sub != NULL;
	if (waiting(c) >= KITH_RPC_OUT_HIGH)
		c->is_choked = true;
	kith_conn_is_ready(c);
}

void kith_conn_write_head(struct kith_writer *w, uint64_t seq, const char *error)
{
	kith_write_map(w);
	kith_write_key_text(w, "Error", error);
	kith_write_key_u64(w, "Seq", seq);
	kith_write_end(w);
}

size_t kith_rpc_output(const struct kith_rpc_conn *c, const uint8_t **p)
{
	const size_t len = c->pending == KITH_PENDING_KEPT ? 0 : waiting(c);

	*p = len > 0 ? c->out.p + c->out_head : NULL;
	return len;
}

static struct kith_sub *sub_by_id(struct kith_rpc_conn *c, uint32_t id)
{
	for (uint32_t i = 0; i < c->sub_count; i++)
		if (c->subs[i].id == id)
			return &c->subs[i];
	return NULL;
}

void kith_rpc_consume(struct kith_rpc_conn *c, struct kith_rpc_time t, size_t len)
{
	KITH_ASSERT(len <= waiting(c));
	c->server->t = t;
	c->out_head += len;
	c->out_total += len;
	while (c->mark_count > 0 && c->marks[c->mark_first].end <= c->out_total) {
		struct kith_sub *sub = sub_by_id(c, c->marks[c->mark_first].sub_id);

		if (sub != NULL && --sub->queued == 0)
			sub->lost = 0;
		c->mark_first++;
		c->mark_count--;
	}
	if (c->mark_count == 0)
		c->mark_first = 0;
	if (waiting(c) == 0) {
		kith_buf_cut(&c->out, 0);
		c->out_head = 0;
		kith_buf_trim(&c->out, BUFFER_KEPT);
	}
	if (c->is_choked && waiting(c) < KITH_RPC_OUT_LOW) {
		c->is_choked = false;
		c->has_work = c->server->has_work = true;
		kith_conn_is_ready(c);
	}
}

/* --- subscriptions --------------------------------------------------------------------------- */

struct kith_sub *kith_conn_sub(struct kith_rpc_conn *c, uint64_t seq, bool is_monitor)
{
	for (uint32_t i = 0; i < c->sub_count; i++)
		if (c->subs[i].seq == seq && c->subs[i].is_monitor == is_monitor)
			return &c->subs[i];
	return NULL;
}

struct kith_sub *kith_conn_subscribe(struct kith_rpc_conn *c, uint64_t seq, bool is_monitor,
				     uint32_t mask)
{
	struct kith_sub *sub;

	if (c->sub_count == sizeof(c->subs) / sizeof(c->subs[0]))
		return NULL;
	sub = &c->subs[c->sub_count++];
	*sub = (struct kith_sub){
		.seq = seq, .id = c->next_sub_id++, .is_monitor = is_monitor, .mask = mask};
	c->server->stream_count += !is_monitor;
	return sub;
}

void kith_conn_unsubscribe(struct kith_rpc_conn *c, uint64_t seq)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->sub_count; i++) {
		if (c->subs[i].seq != seq)
			c->subs[kept++] = c->subs[i];
		else
			c->server->stream_count -= !c->subs[i].is_monitor;
	}
	c->sub_count = kept;
}

bool kith_conn_may_queue(struct kith_rpc_conn *c, struct kith_sub *sub)
{
	uint32_t room = sub->is_monitor ? KITH_RPC_MONITOR_QUEUE : KITH_RPC_STREAM_QUEUE;

	if (sub->queued < room && waiting(c) < KITH_RPC_RECORDS_BYTES)
		return true;
	c->server->counters.records_lost++;
	/* A log line about a lost log line would be lost as well, and so on. */
	if (sub->lost++ == 0 && !sub->is_monitor)
		say(c->server, KITH_RPC_WARN,
		    "rpc: a client does not read its stream; it loses events");
	return false;
}

/* --- requests -------------------------------------------------------------------------------- */

static void start_value(struct kith_rpc_conn *c, bool is_body)
{
	struct kith_tree_limits limits = {.len = KITH_RPC_HEADER_MAX,
					  .tokens = KITH_RPC_HEADER_TOKENS,
					  .depth = KITH_RPC_DEPTH_MAX};

	if (is_body) {
		limits.len = c->has_key ? KITH_RPC_BODY_MAX : KITH_RPC_UNKNOWN_MAX;
		limits.tokens = KITH_RPC_BODY_TOKENS;
	}
	c->is_in_body = is_body;
	kith_tree_start(c->tree, &limits);
}

static struct kith_request request(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	return (struct kith_request){
		.s = c->server, .c = c, .t = t, .call = c->call, .seq = c->seq};
}

struct kith_request kith_conn_pending(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	KITH_ASSERT(c->pending != KITH_PENDING_NONE);
	return request(c, t);
}

void kith_conn_settled(struct kith_rpc_conn *c)
{
	c->pending = KITH_PENDING_NONE;
	c->pending_until = KITH_NEVER;
	c->has_work = c->server->has_work = true;
	kith_conn_is_ready(c);
}

/* A head with an error and nothing behind it, whatever the row; then perhaps the end. */
static void refuse_bare(struct kith_rpc_conn *c, struct kith_rpc_time t, const char *error,
			bool is_end)
{
	struct kith_request r = request(c, t);

	kith_reply_head(&r, error);
	(void)kith_write_done(&r.w);
	kith_conn_end(c, r.start, NULL);
	if (is_end)
		kith_conn_shut(c);
}

static void run(struct kith_rpc_conn *c, struct kith_rpc_time t, struct kith_value args)
{
	struct kith_request r = request(c, t);
	char why[160];

	r.args = args;
	if (!c->has_key && c->call->right != KITH_CALL_HELLO) {
		refuse_bare(c, t, "Authentication required", false);
	} else if (kith_call_check(c->call, args, why, sizeof(why)) != 0) {
		if (c->call->kind == KITH_CALL_SERF)
			malformed(c);
		else
			kith_reply_refuse(&r, KITH_CALL_USAGE, why, "");
	} else if (c->kind == KITH_RPC_UNIX_LOOKING && c->call->right == KITH_CALL_CHANGE) {
		kith_reply_refuse(&r, KITH_CALL_NOT_ALLOWED, "this socket's user may look, not change",
				  "ask as root or as a member of the control group");
	} else {
		c->call->run(&r);
	}
}

/* False: the header is not one. */
static bool read_header(struct kith_rpc_conn *c, struct kith_bytes *name)
{
	struct kith_value root = kith_tree_root(c->tree);
	struct kith_value command = kith_value_get(root, "Command");
	struct kith_value seq = kith_value_get(root, "Seq");

	*name = (struct kith_bytes){0};
	c->seq = 0;
	return kith_value_is(root, KITH_TREE_MAP) &&
	       (kith_value_is(command, KITH_TREE_NIL) || kith_value_text(command, name)) &&
	       (kith_value_is(seq, KITH_TREE_NIL) || kith_value_u64(seq, &c->seq));
}

static void take_header(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	struct kith_bytes name;

	if (!read_header(c, &name)) {
		malformed(c);
		return;
	}
	c->call = kith_call_find(name);
	if (!c->has_handshake && !kith_bytes_are(name, "handshake")) {
		refuse_bare(c, t, "Handshake required", true);
	} else if (c->call == NULL) {
		refuse_bare(c, t, "Unsupported command", true);
	} else if (c->call->has_body) {
		start_value(c, true);
	} else {
		run(c, t, (struct kith_value){.tree = NULL});
		start_value(c, false);
	}
}

/* Takes one value. False: there is none, or it is not its turn. */
static bool step(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	size_t used;
	int rc;

	if (c->is_closed || c->is_choked || c->pending != KITH_PENDING_NONE ||
	    c->in_head == c->in.len)
		return false;
	rc = kith_tree_feed(c->tree, c->in.p + c->in_head, c->in.len - c->in_head);
	if (rc == 0)
		return false;
	if (rc < 0) {
		malformed(c);
		return false;
	}
	used = kith_tree_used(c->tree);
	if (c->is_in_body) {
		run(c, t, kith_tree_root(c->tree));
		start_value(c, false);
	} else {
		take_header(c, t);
	}
	c->in_head += used;
	return true;
}

void kith_conn_work(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	bool was_wanted = kith_rpc_wants_input(c);

	c->has_work = false;
	while (step(c, t))
		;
	kith_buf_skip(&c->in, c->in_head);
	c->in_head = 0;
	kith_buf_trim(&c->in, BUFFER_KEPT);
	/* Nobody is left to ask more, and all that was asked is answered. */
	if (c->has_eof && !c->is_closed && !c->is_choked && c->pending == KITH_PENDING_NONE)
		kith_conn_shut(c);
	if (kith_rpc_wants_input(c) != was_wanted)
		kith_conn_is_ready(c);
}

void kith_rpc_input(struct kith_rpc_conn *c, struct kith_rpc_time t, const uint8_t *buf, size_t len)
{
	c->server->t = t;
	if (c->is_closed || c->has_eof)
		return;
	kith_buf_add(&c->in, buf, len);
	if (c->in.bad)
		malformed(c);
	else
		kith_conn_work(c, t);
}

void kith_rpc_eof(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	c->server->t = t;
	if (c->has_eof || c->is_closed)
		return;
	end_session(c);
	drop_subs(c);
	c->has_eof = true;
	if (c->pending == KITH_PENDING_CHANGES) { /* who is gone waits no longer */
		c->pending_until = t.now;
		c->server->has_work = true;
	}
	kith_conn_work(c, t);
}

bool kith_rpc_wants_input(const struct kith_rpc_conn *c)
{
	/* A long wait reads on, to notice a client that is gone; but no second request ahead. */
	return !c->is_closed && !c->has_eof && !c->is_choked &&
	       (c->pending == KITH_PENDING_NONE ||
		(c->pending == KITH_PENDING_CHANGES && c->in.len == 0));
}

bool kith_rpc_is_closed(const struct kith_rpc_conn *c)
{
	return c->is_closed;
}

void *kith_rpc_user(const struct kith_rpc_conn *c)
{
	return c->user;
}
