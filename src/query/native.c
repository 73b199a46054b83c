/* SPDX-License-Identifier: ISC */
#include "query/native.h"
#include "base/text.h"
#include "base/time.h"
#include "query/conn.h"
#include "query/members.h"
#include "query/reply.h"
#include "query/tags.h"
#include "query/when.h"

#include <string.h>

void kith_native_version(struct kith_request *r)
{
	kith_reply_ok(r);
	kith_write_key_map(&r->w, "version");
	kith_write_key_text(&r->w, "kithd", r->s->host.version);
	kith_write_key_text(&r->w, "libkith", kith_version());
	kith_write_key_u64(&r->w, "protocol_min", KITH_PROTOCOL_MIN);
	kith_write_key_u64(&r->w, "protocol_max", KITH_PROTOCOL_MAX);
	kith_write_end(&r->w);
	kith_reply_end(r);
}

static void no_memory(struct kith_request *r)
{
	kith_reply_refuse(r, KITH_CALL_NO_MEMORY, "kithd is out of memory", "");
}

/* --- kith.members ---------------------------------------------------------------------------- */

struct wanted {
	struct kith_filter filter;
	bool has_left_too;
};

static bool is_wanted(const void *ctx, const struct kith_member *m)
{
	const struct wanted *wanted = ctx;

	return (wanted->has_left_too || m->status != KITH_STATUS_LEFT) &&
	       kith_filter_matches(&wanted->filter, m);
}

static int read_filter(struct kith_request *r, struct wanted *wanted, char *why, size_t size)
{
	struct kith_value_walk walk = kith_value_walk(kith_value_get(r->args, "filter"));
	struct kith_bytes word = {0};
	struct kith_value item;
	bool is_all = false;
	int rc = 0;

	kith_filter_init(&wanted->filter);
	while (rc == 0 && kith_value_next(&walk, &item)) {
		(void)kith_value_text(item, &word);
		rc = kith_filter_add(&wanted->filter, word, why, size);
	}
	if (rc == 0)
		rc = kith_filter_end(&wanted->filter, why, size);
	(void)kith_value_bool(kith_value_get(r->args, "all"), &is_all);
	wanted->has_left_too = is_all || wanted->filter.is_about_state;
	return rc;
}

/* A page begins after "name id", as told in `next`, or after all members of a name. */
struct cursor {
	char name[KITH_NAME_MAX + 1];
	struct kith_mid mid;
};

static bool read_cursor(struct kith_bytes text, struct cursor *c)
{
	const uint8_t *blank = text.len ? memchr(text.p, ' ', text.len) : NULL;
	size_t len = blank ? (size_t)(blank - text.p) : text.len;
	char hex[2 * sizeof(c->mid.b) + 1] = "";

	*c = (struct cursor){.name = ""};
	memset(c->mid.b, 0xFF, sizeof(c->mid.b));
	if (len > KITH_NAME_MAX)
		return false;
	memcpy(c->name, text.p, len);
	if (blank == NULL)
		return true;
	if (text.len - len - 1 != sizeof(hex) - 1)
		return false;
	memcpy(hex, blank + 1, sizeof(hex) - 1);
	return kith_hex_read(hex, c->mid.b, sizeof(c->mid.b)) == 0;
}

static bool is_after(const struct kith_member_ref *ref, const struct cursor *c)
{
	int order = strcmp(ref->name, c->name);

	return order > 0 || (order == 0 && memcmp(&ref->mid, &c->mid, sizeof(ref->mid)) > 0);
}

static void write_next(struct kith_request *r, const struct kith_member_ref *last)
{
	char hex[2 * sizeof(last->mid.b) + 1], text[KITH_NAME_MAX + sizeof(hex) + 2];
	struct kith_text t;

	if (last == NULL) {
		kith_write_key_null(&r->w, "next");
		return;
	}
	kith_hex_write(last->mid.b, sizeof(last->mid.b), hex);
	kith_text_init(&t, text, sizeof(text));
	kith_text_str(&t, last->name);
	kith_text_str(&t, " ");
	kith_text_str(&t, hex);
	kith_write_key_text(&r->w, "next", text);
}

static void write_page(struct kith_request *r, const struct kith_member_list *list,
		       const struct cursor *after, uint64_t limit)
{
	const struct kith_member_ref *last = NULL;
	uint32_t i = 0, told = 0;
	struct kith_member m;

	while (after != NULL && i < list->count && !is_after(&list->refs[i], after))
		i++;
	kith_reply_ok(r);
	kith_write_key_array(&r->w, "members");
	for (; i < list->count && told < limit; i++, told++) {
		last = &list->refs[i];
		if (kith_node_member(r->s->host.node, &last->mid, &m) == 0)
			kith_write_member(r, &m, false);
	}
	kith_write_end(&r->w);
	kith_write_key_u64(&r->w, "total", list->count);
	write_next(r, i < list->count ? last : NULL);
	kith_reply_end(r);
}

void kith_native_members(struct kith_request *r)
{
	struct kith_bytes after_text = {0};
	struct kith_member_list list;
	uint64_t limit = KITH_PAGE_MAX;
	struct wanted wanted;
	struct cursor after;
	char why[256];
	bool has_after;

	(void)kith_value_u64(kith_value_get(r->args, "limit"), &limit);
	has_after = kith_value_text(kith_value_get(r->args, "after"), &after_text);
	if (limit < 1 || limit > KITH_PAGE_MAX) {
		kith_reply_refuse(r, KITH_CALL_USAGE, "kith.members: 'limit' is 1 to 1000", "");
	} else if (has_after && !read_cursor(after_text, &after)) {
		kith_reply_refuse(r, KITH_CALL_USAGE,
				  "kith.members: 'after' is what 'next' of the page before was", "");
	} else if (read_filter(r, &wanted, why, sizeof(why)) != 0) {
		kith_reply_refuse(r, KITH_CALL_USAGE, why, "see FILTERS in kith(1)");
	} else if (kith_member_list_init(&list, r->s, is_wanted, &wanted) != 0) {
		no_memory(r);
		kith_member_list_fini(&list);
	} else {
		write_page(r, &list, has_after ? &after : NULL, limit);
		kith_member_list_fini(&list);
	}
}

/* --- kith.member ---------------------------------------------------------------------------- */

bool kith_native_find(struct kith_request *r, const char *argument, struct kith_member *m)
{
	struct kith_bytes name = {0};
	char message[160];
	struct kith_text t;
	int rc;

	(void)kith_value_text(kith_value_get(r->args, argument), &name);
	rc = kith_member_find(r->s->host.node, name, m);
	if (rc == 0)
		return true;
	kith_text_init(&t, message, sizeof(message));
	kith_text_str(&t, rc == KITH_EFULL ? "several members are called '" : "no member is called '");
	kith_text_mem(&t, (const char *)name.p, name.len < 64 ? name.len : 64);
	kith_text_str(&t, "'");
	if (rc == KITH_EFULL)
		kith_reply_refuse(r, KITH_CALL_AMBIGUOUS, message,
				  "give its id: kith members --all -v");
	else
		kith_reply_refuse(r, KITH_CALL_NOT_FOUND, message, "kith members --all lists them");
	return false;
}

void kith_native_member(struct kith_request *r)
{
	struct kith_member m;

	if (!kith_native_find(r, "name", &m))
		return;
	kith_reply_ok(r);
	kith_write_key(&r->w, "member");
	kith_write_member(r, &m, true);
	kith_reply_end(r);
}

/* --- kith.rtt -------------------------------------------------------------------------------- */

static bool has_coordinate(struct kith_request *r, const struct kith_member *m)
{
	char message[160];
	struct kith_text t;

	if (m->has_coordinate)
		return true;
	kith_text_init(&t, message, sizeof(message));
	kith_text_str(&t, "where ");
	kith_text_str(&t, m->name);
	kith_text_str(&t, " lies is not known here yet");
	kith_reply_refuse(r, KITH_CALL_REFUSED, message,
			  "each host learns it from those that answer its probes, one a second");
	return false;
}

static void write_end(struct kith_writer *w, const char *key, const struct kith_member *m)
{
	kith_write_key_map(w, key);
	kith_write_key_text(w, "name", m->name);
	kith_write_key_id(w, "id", &m->mid);
	kith_write_end(w);
}

void kith_native_rtt(struct kith_request *r)
{
	struct kith_value nobody = kith_value_get(r->args, "from");
	struct kith_member from, to;
	int32_t error;

	if (!kith_value_is(nobody, KITH_TREE_TEXT))
		kith_node_self(r->s->host.node, &from);
	else if (!kith_native_find(r, "from", &from))
		return;
	if (!kith_native_find(r, "name", &to) || !has_coordinate(r, &from) || !has_coordinate(r, &to))
		return;
	error = from.coordinate.error > to.coordinate.error ? from.coordinate.error : to.coordinate.error;
	kith_reply_ok(r);
	kith_write_key_map(&r->w, "rtt");
	write_end(&r->w, "from", &from);
	write_end(&r->w, "to", &to);
	kith_write_key_u64(&r->w, "rtt_us",
			   (uint64_t)kith_coordinate_rtt(&from.coordinate, &to.coordinate));
	kith_write_key_u64(&r->w, "error_percent", (uint64_t)error * 100 / KITH_COORDINATE_ERROR_ONE);
	kith_write_end(&r->w);
	kith_reply_end(r);
}

/* --- kith.release ---------------------------------------------------------------------------- */

void kith_native_release(struct kith_request *r)
{
	struct kith_member m;
	int rc;

	if (!kith_native_find(r, "name", &m))
		return;
	rc = kith_node_release(r->s->host.node, r->t.now, &m.mid);
	if (rc == KITH_ESTATE) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, "that member is not quarantined here",
				  "each host quarantines by itself: ask the one that shows it so");
	} else if (rc != 0) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, kith_strerror(rc), "");
	} else {
		kith_reply_ok(r);
		kith_write_key_map(&r->w, "released");
		kith_write_key_text(&r->w, "name", m.name);
		kith_write_key_id(&r->w, "id", &m.mid);
		kith_write_key_text(&r->w, "state", kith_status_name(m.status));
		kith_write_end(&r->w);
		kith_reply_end(r);
	}
}

/* --- kith.forget ----------------------------------------------------------------------------- */

static void refuse_to_forget(struct kith_request *r, const struct kith_member *m)
{
	char message[KITH_NAME_MAX + 80];
	struct kith_text t;

	kith_text_init(&t, message, sizeof(message));
	kith_text_str(&t, m->name);
	kith_text_str(&t, m->self ? " is this host" : " is ");
	kith_text_str(&t, m->self ? "" : kith_status_name(m->status));
	kith_text_str(&t, "; only members that failed or left can be forgotten");
	kith_reply_refuse(r, KITH_CALL_REFUSED, message,
			  m->self ? "kith leave takes this host out of the cluster"
				  : "on that host: kith leave; if it is gone for good, wait until it has "
				    "failed");
}

/* A crash right after the answer must not bring it back. */
static void answer_when_kept(struct kith_request *r)
{
	const struct kith_rpc_host *host = &r->s->host;
	const uint64_t ticket = host->keep != NULL ? host->keep(host->ctx, KITH_RPC_KEEP_MEMBERS) : 0;

	if (ticket == 0)
		return;
	r->c->pending = KITH_PENDING_KEPT;
	r->c->pending_ticket = ticket;
	r->c->pending_until = kith_us_add(r->t.now, KITH_RPC_KEPT_WAIT);
}

void kith_native_forget(struct kith_request *r)
{
	bool is_serf = r->call->kind == KITH_CALL_SERF;
	char name[KITH_NAME_MAX + 1];
	struct kith_member m;
	int rc;

	if (!kith_native_find(r, is_serf ? "Node" : "name", &m))
		return;
	memcpy(name, m.name, strlen(m.name) + 1); /* the node's, which forgets it */
	rc = kith_node_forget(r->s->host.node, r->t.now, &m.mid);
	if (rc == KITH_ESTATE) {
		refuse_to_forget(r, &m);
	} else if (rc != 0) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, kith_strerror(rc), "");
	} else if (is_serf) {
		kith_reply_done(r);
		answer_when_kept(r);
	} else {
		kith_reply_ok(r);
		kith_write_key_map(&r->w, "forgotten");
		kith_write_key_text(&r->w, "name", name);
		kith_write_key_id(&r->w, "id", &m.mid);
		kith_write_key_text(&r->w, "state", kith_status_name(m.status));
		kith_write_end(&r->w);
		kith_reply_end(r);
		answer_when_kept(r);
	}
}

/* --- kith.revoke ----------------------------------------------------------------------------- */

void kith_native_revoke(struct kith_request *r)
{
	char hex[2 * KITH_REVOCATION_SIZE + 1] = "", name[KITH_NAME_MAX + 1] = "";
	uint8_t bytes[KITH_REVOCATION_SIZE];
	struct kith_bytes text;
	struct kith_member m;
	struct kith_mid mid;
	int rc = KITH_EMALFORMED;

	if (kith_value_text(kith_value_get(r->args, "revocation"), &text) && text.len < sizeof(hex))
		memcpy(hex, text.p, text.len);
	if (kith_hex_read(hex, bytes, sizeof(bytes)) == 0)
		rc = kith_revocation_read(bytes, sizeof(bytes), &mid);
	if (rc == 0) {
		if (kith_node_member(r->s->host.node, &mid, &m) == 0)
			memcpy(name, m.name, strlen(m.name) + 1); /* the node's, which forgets it */
		rc = kith_node_revoke(r->s->host.node, r->t.now,
				      (struct kith_bytes){bytes, sizeof(bytes)});
	}
	if (rc != 0) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, kith_strerror(rc),
				  "kith revoke signs it, with the file of the authority that admitted the "
				  "member");
		return;
	}
	kith_reply_ok(r);
	kith_write_key_map(&r->w, "revoked");
	kith_write_key_id(&r->w, "id", &mid);
	if (name[0] != '\0')
		kith_write_key_text(&r->w, "name", name);
	else
		kith_write_key_null(&r->w, "name");
	kith_write_end(&r->w);
	kith_reply_end(r);
	answer_when_kept(r);
}

/* --- kith.tags ------------------------------------------------------------------------------- */

void kith_native_tags(struct kith_request *r)
{
	struct kith_value set = kith_value_get(r->args, "set");
	struct kith_value unset = kith_value_get(r->args, "unset");
	struct kith_member self;
	int rc = 0;

	if (kith_value_count(set) > 0 || kith_value_count(unset) > 0)
		rc = kith_tags_change(r, set, unset);
	if (rc == KITH_ETOOBIG || rc == KITH_EFULL) {
		kith_reply_refuse(r, KITH_CALL_TOO_BIG, "tags take 512 bytes at most, all together",
				  "shorten or unset some");
	} else if (rc == KITH_ENOMEM) {
		no_memory(r);
	} else if (rc != 0) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, kith_strerror(rc), "");
	} else {
		kith_node_self(r->s->host.node, &self);
		kith_reply_ok(r);
		kith_write_key(&r->w, "tags");
		kith_write_tags(&r->w, self.tags);
		kith_reply_end(r);
	}
}

/* --- leave, reload, stop --------------------------------------------------------------------- */

static void answer_left(struct kith_request *r)
{
	r->c->has_asked_to_leave = true;
	if (r->call->kind == KITH_CALL_SERF) {
		kith_reply_done(r);
		return;
	}
	kith_reply_ok(r);
	kith_write_key_bool(&r->w, "left", true);
	kith_reply_end(r);
}

void kith_native_leave(struct kith_request *r)
{
	int rc = r->s->has_left ? 0 : r->s->host.leave(r->s->host.ctx, r->t);

	if (rc != 0 && rc != KITH_ESTATE) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, kith_strerror(rc), "");
		return;
	}
	r->s->is_leaving = true;
	if (r->s->has_left) {
		answer_left(r);
		return;
	}
	r->c->pending = KITH_PENDING_LEAVE;
	r->c->pending_until = kith_us_add(r->t.now, KITH_RPC_LEAVE_WAIT);
}

void kith_native_leave_done(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	struct kith_request r = kith_conn_pending(c, t);

	answer_left(&r);
	if (!c->is_closed)
		kith_conn_settled(c);
}

void kith_native_leave_late(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	struct kith_request r = kith_conn_pending(c, t);

	kith_reply_refuse(&r, KITH_CALL_TIMEOUT, "timeout while waiting for graceful leave",
			  "kith status shows whether it goes on");
	if (!c->is_closed)
		kith_conn_settled(c);
}

void kith_native_reload(struct kith_request *r)
{
	struct kith_rpc_said said = {.text = ""};
	int rc;

	if (r->s->host.reload == NULL) {
		kith_reply_refuse(r, KITH_CALL_NOT_OFFERED, "this kithd does not reload",
				  "restart it: systemctl restart kithd");
		return;
	}
	rc = r->s->host.reload(r->s->host.ctx, r->t, &said);
	said.text[sizeof(said.text) - 1] = '\0';
	if (rc != 0) {
		kith_reply_refuse(r, KITH_CALL_CONFIG,
				  said.text[0] != '\0' ? said.text : kith_strerror(rc),
				  "nothing has changed; kith config check lists all mistakes");
		return;
	}
	kith_reply_ok(r);
	kith_write_key_text(&r->w, "message", said.text);
	kith_reply_end(r);
}

void kith_native_stop(struct kith_request *r)
{
	int rc = r->s->host.stop == NULL ? KITH_ESTATE : r->s->host.stop(r->s->host.ctx, r->t);

	if (r->s->host.stop == NULL) {
		kith_reply_refuse(r, KITH_CALL_NOT_OFFERED, "this kithd is not stopped by a call",
				  "systemctl stop kithd");
	} else if (rc != 0) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, kith_strerror(rc), "");
	} else {
		kith_reply_ok(r);
		kith_write_key_bool(&r->w, "stopping", true);
		kith_reply_end(r);
	}
}
