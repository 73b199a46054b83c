/* SPDX-License-Identifier: ISC */
#include "query/reply.h"
#include "base/check.h"
#include "base/time.h"
#include "query/conn.h"
#include "query/serf.h"
#include "query/when.h"

static const struct {
	const char *code;
	enum kith_exit exit;
} errors[] = {
#define X(upper, code, exit) [KITH_CALL_##upper] = {code, exit},
	KITH_CALL_ERRORS(X)
#undef X
};

void kith_reply_head(struct kith_request *r, const char *error)
{
	r->start = kith_conn_begin(r->c);
	r->s->counters.requests++;
	r->s->counters.requests_failed += error[0] != '\0';
	kith_write_init(&r->w, &kith_form_msgpack, &r->c->out);
	kith_conn_write_head(&r->w, r->seq, error);
}

static void envelope(struct kith_request *r, bool is_ok)
{
	struct kith_view view;

	kith_node_view(r->s->host.node, &view);
	kith_write_map(&r->w);
	kith_write_key_u64(&r->w, "v", KITH_CALLS_VERSION);
	kith_write_key_bool(&r->w, "ok", is_ok);
	if (!is_ok)
		return;
	kith_write_key_u64(&r->w, "index", r->s->index);
	kith_write_key_age_ms(r, "age_ms", view.answered);
	kith_write_key_bool(&r->w, "isolated", view.isolated);
}

void kith_reply_ok(struct kith_request *r)
{
	KITH_ASSERT(r->call->kind == KITH_CALL_NATIVE);
	kith_reply_head(r, "");
	envelope(r, true);
}

void kith_reply_error(struct kith_request *r, enum kith_call_error code, const char *message,
		      const char *hint)
{
	KITH_ASSERT(r->call->kind == KITH_CALL_NATIVE && message[0] != '\0');
	kith_reply_head(r, message);
	envelope(r, false);
	kith_write_key_map(&r->w, "error");
	kith_write_key_text(&r->w, "code", errors[code].code);
	kith_write_key_text(&r->w, "message", message);
	kith_write_key_text(&r->w, "hint", hint);
	kith_write_key_u64(&r->w, "exit", errors[code].exit);
	kith_write_end(&r->w);
}

void kith_reply_end(struct kith_request *r)
{
	if (r->call->kind == KITH_CALL_NATIVE)
		kith_write_end(&r->w);
	(void)kith_write_done(&r->w);
	kith_conn_end(r->c, r->start, NULL);
}

void kith_reply_refuse(struct kith_request *r, enum kith_call_error code, const char *message,
		       const char *hint)
{
	if (r->call->kind == KITH_CALL_NATIVE) {
		kith_reply_error(r, code, message, hint);
	} else {
		kith_reply_head(r, message);
		kith_serf_empty_body(&r->w, r->call->shape);
	}
	kith_reply_end(r);
}

void kith_reply_done(struct kith_request *r)
{
	KITH_ASSERT(r->call->shape == KITH_REPLY_NONE);
	kith_reply_head(r, "");
	kith_reply_end(r);
}

void kith_write_key_when(struct kith_request *r, const char *key, kith_us then)
{
	char text[KITH_WHEN_TEXT];

	if (then == KITH_NEVER)
		kith_write_key_null(&r->w, key);
	else
		kith_write_key_text(&r->w, key,
				    kith_when_rfc3339(kith_when_of(then, r->t.now, r->t.unix_ms),
						      text));
}

void kith_write_key_age_ms(struct kith_request *r, const char *key, kith_us then)
{
	kith_us age = kith_us_elapsed(then, r->t.now);

	if (age == KITH_NEVER)
		kith_write_key_null(&r->w, key);
	else
		kith_write_key_u64(&r->w, key, (uint64_t)(age / KITH_MS));
}
