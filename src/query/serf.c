/* SPDX-License-Identifier: ISC */
#include "query/serf.h"
#include "base/text.h"
#include "query/conn.h"
#include "query/members.h"
#include "query/pattern.h"
#include "query/reply.h"
#include "query/tags.h"

#include <string.h>

enum {
	IPC_VERSION = 1,
	/* What the stock agent tells of its own protocol; its clients compare these. */
	DELEGATE_MIN = 2,
	DELEGATE_MAX = 5
};

/* --- session --------------------------------------------------------------------------------- */

void kith_serf_handshake(struct kith_request *r)
{
	int64_t version = 0;

	(void)kith_value_i64(kith_value_get(r->args, "Version"), &version);
	if (version != IPC_VERSION) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, "Unsupported IPC version", "");
	} else if (r->c->has_handshake) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, "Handshake already performed", "");
	} else {
		r->c->has_handshake = true;
		kith_reply_done(r);
	}
}

/* Takes the same time wherever the texts differ. */
static bool is_key(const char *key, struct kith_bytes shown)
{
	size_t len = strlen(key);
	volatile uint8_t difference = len != shown.len;

	for (size_t i = 0; i < shown.len; i++)
		difference |= (uint8_t)(shown.p[i] ^ (uint8_t)key[len > 0 ? i % len : 0]);
	return difference == 0;
}

void kith_serf_auth(struct kith_request *r)
{
	const char *key = r->s->host.auth_key ? r->s->host.auth_key : "";
	struct kith_bytes shown = {0};

	(void)kith_value_text(kith_value_get(r->args, "AuthKey"), &shown);
	if (is_key(key, shown)) {
		r->c->has_key = true;
		kith_reply_done(r);
		return;
	}
	r->s->counters.keys_wrong++;
	kith_reply_refuse(r, KITH_CALL_NOT_ALLOWED, "Invalid authentication token", "");
	if (r->s->host.log != NULL)
		r->s->host.log(r->s->host.ctx, KITH_RPC_WARN, "rpc: a client showed a wrong key");
}

void kith_serf_stop(struct kith_request *r)
{
	uint64_t seq = 0;

	(void)kith_value_u64(kith_value_get(r->args, "Stop"), &seq);
	kith_conn_unsubscribe(r->c, seq);
	kith_reply_done(r);
}

void kith_serf_refuse(struct kith_request *r)
{
	kith_reply_refuse(r, KITH_CALL_NOT_OFFERED, r->call->refusal, "");
}

/* --- bodies ---------------------------------------------------------------------------------- */

static void write_key_real(struct kith_writer *w, const char *key, double v)
{
	kith_write_key(w, key);
	kith_write_real(w, v);
}

/* In seconds, floats all of them; eight dimensions, since Serf's have as many. NULL: not known. */
static void write_coordinate(struct kith_writer *w, const struct kith_coordinate *c)
{
	enum { SERF_DIMENSIONS = 8 };
	int i;

	kith_write_map(w);
	kith_write_key_map(w, "Coord");
	write_key_real(w, "Adjustment", 0);
	write_key_real(w, "Error", c != NULL ? c->error / (double)KITH_COORDINATE_ERROR_ONE : 0);
	write_key_real(w, "Height", c != NULL ? c->height_us / 1e6 : 0);
	if (c != NULL) {
		kith_write_key_array(w, "Vec");
		for (i = 0; i < SERF_DIMENSIONS; i++)
			kith_write_real(w, i < KITH_COORDINATE_DIMENSIONS ? c->at_us[i] / 1e6 : 0);
		kith_write_end(w);
	} else {
		kith_write_key_null(w, "Vec");
	}
	kith_write_end(w);
	kith_write_key_bool(w, "Ok", c != NULL);
	kith_write_end(w);
}

void kith_serf_coordinate(struct kith_request *r)
{
	struct kith_bytes name = {0};
	struct kith_member m;
	bool is_known;

	(void)kith_value_text(kith_value_get(r->args, "Node"), &name);
	is_known = kith_member_find(r->s->host.node, name, &m) == 0 && m.has_coordinate;
	kith_reply_head(r, "");
	write_coordinate(&r->w, is_known ? &m.coordinate : NULL);
	kith_reply_end(r);
}

void kith_serf_empty_body(struct kith_writer *w, enum kith_reply_shape shape)
{
	switch (shape) {
	case KITH_REPLY_NONE:
	case KITH_REPLY_ENVELOPE:
		return;
	case KITH_REPLY_JOIN:
		kith_write_map(w);
		kith_write_key_u64(w, "Num", 0);
		break;
	case KITH_REPLY_MEMBERS:
		kith_write_map(w);
		kith_write_key_array(w, "Members");
		kith_write_end(w);
		break;
	case KITH_REPLY_KEYS:
		kith_write_map(w);
		kith_write_key_null(w, "Keys");
		kith_write_key_map(w, "Messages");
		kith_write_end(w);
		kith_write_key_u64(w, "NumErr", 0);
		kith_write_key_u64(w, "NumNodes", 0);
		kith_write_key_u64(w, "NumResp", 0);
		break;
	case KITH_REPLY_STATS:
		kith_write_map(w);
		break;
	case KITH_REPLY_COORD:
		write_coordinate(w, NULL);
		return;
	}
	kith_write_end(w);
}

/* Who is quarantined was told to have failed, and nothing since. */
const char *kith_serf_status(const struct kith_member *m)
{
	switch (m->status) {
	case KITH_STATUS_ALIVE:
	case KITH_STATUS_RESTARTING:
	case KITH_STATUS_SUSPECT:
		return m->quarantined ? "failed" : "alive";
	case KITH_STATUS_FAILED:
		return "failed";
	case KITH_STATUS_LEFT:
		return "left";
	case KITH_STATUS_COUNT:
		break;
	}
	return "none";
}

void kith_serf_write_member(struct kith_writer *w, const struct kith_member *m, const char *status)
{
	const struct kith_addr *addr = m->addr_count > 0 ? &m->addrs[0] : NULL;

	kith_write_map(w);
	kith_write_key(w, "Addr");
	if (addr != NULL)
		kith_write_bytes(w, addr->ip, addr->family == 4 ? 4 : 16);
	else
		kith_write_null(w);
	kith_write_key_u64(w, "DelegateCur", DELEGATE_MAX);
	kith_write_key_u64(w, "DelegateMax", DELEGATE_MAX);
	kith_write_key_u64(w, "DelegateMin", DELEGATE_MIN);
	kith_write_key_text(w, "Name", m->name);
	kith_write_key_u64(w, "Port", addr != NULL ? addr->port : 0);
	kith_write_key_u64(w, "ProtocolCur", m->proto_max);
	kith_write_key_u64(w, "ProtocolMax", m->proto_max);
	kith_write_key_u64(w, "ProtocolMin", m->proto_min);
	kith_write_key_text(w, "Status", status);
	kith_write_key(w, "Tags");
	kith_write_tags(w, m->tags);
	kith_write_end(w);
}

/* --- members --------------------------------------------------------------------------------- */

struct tag_filter {
	struct kith_bytes key;
	struct kith_pattern pattern;
};

struct serf_filter {
	struct kith_pattern name, status;
	struct tag_filter tags[KITH_FILTER_TERMS_MAX];
	uint32_t tag_count;
};

static void filter_fini(struct serf_filter *f)
{
	kith_pattern_fini(&f->name);
	kith_pattern_fini(&f->status);
	for (uint32_t i = 0; i < f->tag_count; i++)
		kith_pattern_fini(&f->tags[i].pattern);
}

static int compile_arg(struct kith_pattern *p, struct kith_value args, const char *key,
		       const char **why)
{
	struct kith_bytes text = {0};

	(void)kith_value_text(kith_value_get(args, key), &text);
	return kith_pattern_compile(p, text, why);
}

static int filter_init(struct serf_filter *f, struct kith_value args, const char **why)
{
	struct kith_value_walk walk = kith_value_walk(kith_value_get(args, "Tags"));
	struct kith_bytes key, text = {0};
	struct kith_value value;
	int rc;

	*f = (struct serf_filter){.tag_count = 0};
	rc = compile_arg(&f->name, args, "Name", why);
	if (rc == 0)
		rc = compile_arg(&f->status, args, "Status", why);
	while (rc == 0 && kith_value_pair(&walk, &key, &value)) {
		if (f->tag_count == KITH_FILTER_TERMS_MAX) {
			*why = "more than 32 tag filters";
			rc = KITH_EFULL;
			break;
		}
		(void)kith_value_text(value, &text);
		f->tags[f->tag_count].key = key;
		rc = kith_pattern_compile(&f->tags[f->tag_count].pattern, text, why);
		f->tag_count += rc == 0;
	}
	return rc;
}

static struct kith_bytes text_of(const char *text)
{
	return (struct kith_bytes){.p = (const uint8_t *)text, .len = strlen(text)};
}

static bool has_tag(const struct kith_member *m, const struct tag_filter *filter)
{
	struct kith_bytes key, value, found = {0}; /* a missing tag is matched as "" */
	size_t at = 0;

	while (kith_tag_next(m->tags, &at, &key, &value))
		if (key.len == filter->key.len &&
		    (key.len == 0 || memcmp(key.p, filter->key.p, key.len) == 0))
			found = value;
	return kith_pattern_matches(&filter->pattern, found);
}

static bool filter_matches(const void *ctx, const struct kith_member *m)
{
	const struct serf_filter *f = ctx;

	if (!kith_pattern_matches(&f->name, text_of(m->name)) ||
	    !kith_pattern_matches(&f->status, text_of(kith_serf_status(m))))
		return false;
	for (uint32_t i = 0; i < f->tag_count; i++)
		if (!has_tag(m, &f->tags[i]))
			return false;
	return true;
}

static void write_members(struct kith_request *r, const struct kith_member_list *list)
{
	struct kith_member m;

	kith_reply_head(r, "");
	kith_write_map(&r->w);
	kith_write_key_array(&r->w, "Members");
	for (uint32_t i = 0; i < list->count; i++)
		if (kith_node_member(r->s->host.node, &list->refs[i].mid, &m) == 0)
			kith_serf_write_member(&r->w, &m, kith_serf_status(&m));
	kith_write_end(&r->w);
	kith_write_end(&r->w);
	kith_reply_end(r);
}

void kith_serf_members(struct kith_request *r)
{
	struct kith_member_list list;
	struct serf_filter filter;
	const char *why = "";

	if (filter_init(&filter, r->args, &why) != 0) {
		char text[200];
		struct kith_text t;

		kith_text_init(&t, text, sizeof(text));
		kith_text_str(&t, "Failed to compile filter: ");
		kith_text_str(&t, why);
		kith_reply_refuse(r, KITH_CALL_USAGE, text, "");
	} else if (kith_member_list_init(&list, r->s, filter_matches, &filter) != 0) {
		kith_reply_refuse(r, KITH_CALL_NO_MEMORY, "out of memory", "");
		kith_member_list_fini(&list);
	} else {
		write_members(r, &list);
		kith_member_list_fini(&list);
	}
	filter_fini(&filter);
}

/* --- tags ------------------------------------------------------------------------------------ */

void kith_serf_tags(struct kith_request *r)
{
	int rc = kith_tags_change(r, kith_value_get(r->args, "Tags"),
				  kith_value_get(r->args, "DeleteTags"));

	if (rc == 0)
		kith_reply_done(r);
	else if (rc == KITH_ETOOBIG || rc == KITH_EFULL)
		kith_reply_refuse(r, KITH_CALL_TOO_BIG,
				  "Encoded length of tags exceeds limit of 512 bytes", "");
	else
		kith_reply_refuse(r, KITH_CALL_REFUSED, kith_strerror(rc), "");
}

/* --- stats: every leaf is a text ------------------------------------------------------------- */

static void leaf_u64(struct kith_writer *w, const char *key, uint64_t v)
{
	char text[24];
	struct kith_text t;

	kith_text_init(&t, text, sizeof(text));
	kith_text_u64(&t, v);
	kith_write_key_text(w, key, text);
}

static void group_serf(struct kith_request *r)
{
	struct kith_stats stats;
	struct kith_view view;

	kith_node_view(r->s->host.node, &view);
	kith_node_stats(r->s->host.node, &stats);
	kith_write_key_map(&r->w, "serf");
	kith_write_key_text(&r->w, "encrypted", "true");
	leaf_u64(&r->w, "failed", view.failed);
	leaf_u64(&r->w, "health_score", view.health);
	leaf_u64(&r->w, "intent_queue", stats.gossip_queue);
	leaf_u64(&r->w, "left", view.left);
	leaf_u64(&r->w, "members",
		 (uint64_t)view.alive + view.restarting + view.suspect + view.failed + view.left);
	kith_write_end(&r->w);
}

static void group_runtime(struct kith_request *r)
{
	kith_write_key_map(&r->w, "runtime");
#if defined(__x86_64__)
	kith_write_key_text(&r->w, "arch", "amd64");
#elif defined(__aarch64__)
	kith_write_key_text(&r->w, "arch", "arm64");
#endif
#if defined(__linux__)
	kith_write_key_text(&r->w, "os", "linux");
#elif defined(__FreeBSD__)
	kith_write_key_text(&r->w, "os", "freebsd");
#elif defined(__OpenBSD__)
	kith_write_key_text(&r->w, "os", "openbsd");
#elif defined(__APPLE__)
	kith_write_key_text(&r->w, "os", "darwin");
#endif
	kith_write_key_text(&r->w, "version", r->s->host.version);
	kith_write_end(&r->w);
}

void kith_serf_stats(struct kith_request *r)
{
	struct kith_member self;

	kith_node_self(r->s->host.node, &self);
	kith_reply_head(r, "");
	kith_write_map(&r->w);
	kith_write_key_map(&r->w, "agent");
	kith_write_key_text(&r->w, "name", self.name);
	kith_write_end(&r->w);
	kith_write_key_map(&r->w, "event_handlers");
	kith_write_end(&r->w);
	kith_write_key_map(&r->w, "kith");
	kith_write_key_text(&r->w, "cluster", r->s->host.cluster);
	kith_write_key_text(&r->w, "zone", self.zone);
	kith_write_end(&r->w);
	group_runtime(r);
	group_serf(r);
	kith_write_key(&r->w, "tags");
	kith_write_tags(&r->w, self.tags);
	kith_write_end(&r->w);
	kith_reply_end(r);
}
