/* SPDX-License-Identifier: ISC */
#include "query/monitor.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/text.h"
#include "query/conn.h"
#include "query/reply.h"
#include "query/serf.h"
#include "query/when.h"

#include <string.h>

static const char *const levels[] = {
#define X(upper, text) [KITH_RPC_##upper] = text,
	KITH_RPC_LEVELS(X)
#undef X
};

/* "2026/11/23 04:38:13 [INFO] kith: text", as Serf's clients cut it. */
static void write_line(struct kith_writer *w, const struct kith_log_line *line)
{
	char text[KITH_RPC_LOG_LINE_MAX + KITH_WHEN_TEXT + 24], when[KITH_WHEN_TEXT];
	struct kith_text t;

	kith_text_init(&t, text, sizeof(text));
	kith_text_str(&t, kith_when_serf(line->unix_ms, when));
	kith_text_str(&t, " [");
	kith_text_str(&t, levels[line->level]);
	kith_text_str(&t, "] kith: ");
	kith_text_str(&t, line->text);
	kith_write_map(w);
	kith_write_key(w, "Log");
	kith_write_textn(w, text, t.len);
	kith_write_end(w);
}

static void send_line(struct kith_rpc_conn *c, struct kith_sub *sub,
		      const struct kith_log_line *line)
{
	struct kith_writer w;
	size_t start;

	if (line->level < sub->mask || !kith_conn_may_queue(c, sub))
		return;
	start = kith_conn_begin(c);
	kith_write_init(&w, &kith_form_msgpack, &c->out);
	kith_conn_write_head(&w, sub->seq, "");
	write_line(&w, line);
	(void)kith_write_done(&w);
	kith_conn_end(c, start, sub);
}

/* --- subscribing ----------------------------------------------------------------------------- */

/* The level by its name in any case, or COUNT; the name in capitals in `upper`. */
static enum kith_rpc_level read_level(struct kith_bytes name, char *upper, size_t size)
{
	uint32_t level;
	size_t len = name.len < size - 1 ? name.len : size - 1;

	for (size_t i = 0; i < len; i++)
		upper[i] = (char)(name.p[i] >= 'a' && name.p[i] <= 'z' ? name.p[i] - 32 : name.p[i]);
	upper[len] = '\0';
	for (level = 0; level < KITH_RPC_LEVEL_COUNT; level++)
		if (strcmp(upper, levels[level]) == 0)
			break;
	return (enum kith_rpc_level)level;
}

static bool has_monitor(const struct kith_rpc_conn *c)
{
	for (uint32_t i = 0; i < c->sub_count; i++)
		if (c->subs[i].is_monitor)
			return true;
	return false;
}

void kith_serf_monitor(struct kith_request *r)
{
	char upper[32], error[64];
	struct kith_bytes name = {0};
	enum kith_rpc_level level;
	struct kith_sub *sub;
	struct kith_text t;

	(void)kith_value_text(kith_value_get(r->args, "LogLevel"), &name);
	level = read_level(name, upper, sizeof(upper));
	kith_text_init(&t, error, sizeof(error));
	kith_text_str(&t, "Unknown log level: ");
	kith_text_str(&t, upper);
	if (level == KITH_RPC_LEVEL_COUNT) {
		kith_reply_refuse(r, KITH_CALL_USAGE, error, "");
		return;
	}
	if (has_monitor(r->c)) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, "Monitor already exists", "");
		return;
	}
	sub = kith_conn_subscribe(r->c, r->seq, true, level);
	if (sub == NULL) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, "too many streams on this connection", "");
		return;
	}
	kith_reply_done(r);
	if (r->c->is_closed) /* no memory for the reply: the subscription is gone as well */
		return;
	for (uint32_t i = 0; i < r->s->line_count; i++)
		send_line(r->c, sub, &r->s->lines[(r->s->line_first + i) % KITH_RPC_LOG_LINES]);
}

/* --- keeping --------------------------------------------------------------------------------- */

static void keep(struct kith_rpc *s, const struct kith_log_line *line)
{
	struct kith_log_line *slot;

	if (s->line_count == KITH_RPC_LOG_LINES) {
		kith_mem_free(&s->host.alloc, s->lines[s->line_first].text);
		s->line_first = (s->line_first + 1) % KITH_RPC_LOG_LINES;
		s->line_count--;
	}
	slot = &s->lines[(s->line_first + s->line_count++) % KITH_RPC_LOG_LINES];
	*slot = *line;
}

void kith_monitor_log(struct kith_rpc *s, enum kith_rpc_level level, int64_t unix_ms,
		      const char *text)
{
	size_t len = strnlen(text, KITH_RPC_LOG_LINE_MAX);
	struct kith_log_line line = {.level = level, .unix_ms = unix_ms};
	struct kith_link *link;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	/* The stock client takes an empty line for the end. */
	if (len == 0 || (line.text = kith_mem_new(&s->host.alloc, 1, len + 1)) == NULL)
		return;
	memcpy(line.text, text, len);
	keep(s, &line);
	for (link = s->conns.next; link != &s->conns; link = link->next) {
		struct kith_rpc_conn *c = KITH_CONTAINER(link, struct kith_rpc_conn, in_conns);

		for (uint32_t i = 0; i < c->sub_count; i++)
			if (c->subs[i].is_monitor)
				send_line(c, &c->subs[i], &line);
	}
}

void kith_monitor_fini(struct kith_rpc *s)
{
	for (uint32_t i = 0; i < s->line_count; i++)
		kith_mem_free(&s->host.alloc,
			      s->lines[(s->line_first + i) % KITH_RPC_LOG_LINES].text);
	s->line_count = 0;
}
