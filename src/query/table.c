/* SPDX-License-Identifier: ISC */
#include "query/table.h"
#include "base/text.h"
#include "query/join.h"
#include "query/native.h"
#include "query/ping.h"
#include "query/reply.h"
#include "query/serf.h"
#include "query/services.h"

#include <string.h>

#define ARGS(...) (const struct kith_arg[]) \
	{ \
		__VA_ARGS__, {.name = NULL} \
	}
#define MAY(n, t) {.name = n, .type = KITH_ARG_##t}
#define NEED(n, t) {.name = n, .type = KITH_ARG_##t, .is_required = true}
#define SERF(n, ...) {.name = n, .kind = KITH_CALL_SERF, __VA_ARGS__}
#define NATIVE(n, ...) \
	{.name = n, .kind = KITH_CALL_NATIVE, .has_body = true, .shape = KITH_REPLY_ENVELOPE, \
	 __VA_ARGS__}
#define LOOK .right = KITH_CALL_LOOK
#define CHANGE .right = KITH_CALL_CHANGE
#define BODY .has_body = true
#define REPLY(s) .shape = KITH_REPLY_##s
#define REFUSE(text) .run = kith_serf_refuse, .refusal = text
#define KEYS_REFUSED "cluster keys are not changed by a command; see kith-key(1)"
#define KEY_ROW(n) SERF(n, CHANGE, BODY, REPLY(KEYS), .args = ARGS(MAY("Key", TEXT)), \
			REFUSE(KEYS_REFUSED))

static const struct kith_call rows[] = {
	SERF("handshake", .right = KITH_CALL_HELLO, BODY, .run = kith_serf_handshake,
	     .args = ARGS(MAY("Version", INT))),
	SERF("auth", .right = KITH_CALL_HELLO, BODY, .run = kith_serf_auth,
	     .args = ARGS(MAY("AuthKey", TEXT))),
	SERF("members", LOOK, REPLY(MEMBERS), .run = kith_serf_members),
	SERF("members-filtered", LOOK, BODY, REPLY(MEMBERS), .run = kith_serf_members,
	     .args = ARGS(MAY("Tags", TEXT_MAP), MAY("Status", TEXT),
			  MAY("Name", TEXT))),
	SERF("join", CHANGE, BODY, REPLY(JOIN), .run = kith_join_start,
	     .args = ARGS(MAY("Existing", TEXTS), MAY("Replay", BOOL))),
	SERF("leave", CHANGE, .run = kith_native_leave),
	SERF("tags", CHANGE, BODY, .run = kith_serf_tags,
	     .args = ARGS(MAY("Tags", TEXT_MAP), MAY("DeleteTags", TEXTS))),
	SERF("stats", LOOK, REPLY(STATS), .run = kith_serf_stats),
	SERF("stream", LOOK, BODY, .run = kith_serf_stream, .args = ARGS(MAY("Type", TEXT))),
	SERF("monitor", LOOK, BODY, .run = kith_serf_monitor,
	     .args = ARGS(MAY("LogLevel", TEXT))),
	SERF("stop", LOOK, BODY, .run = kith_serf_stop, .args = ARGS(MAY("Stop", UINT))),
	SERF("force-leave", CHANGE, BODY,
	     .args = ARGS(MAY("Node", TEXT), MAY("Prune", BOOL)),
	     .run = kith_native_forget),
	SERF("event", CHANGE, BODY,
	     .args = ARGS(MAY("Name", TEXT), MAY("Payload", BYTES),
			  MAY("Coalesce", BOOL)),
	     REFUSE("user events are not supported by this kithd")),
	SERF("query", CHANGE, BODY,
	     .args = ARGS(MAY("FilterNodes", TEXTS), MAY("FilterTags", TEXT_MAP),
			  MAY("RequestAck", BOOL), MAY("RelayFactor", UINT),
			  MAY("Timeout", INT), MAY("Name", TEXT),
			  MAY("Payload", BYTES)),
	     REFUSE("queries are not supported by this kithd")),
	SERF("respond", CHANGE, BODY,
	     .args = ARGS(MAY("ID", UINT), MAY("Payload", BYTES)),
	     REFUSE("No pending queries matching ID")),
	KEY_ROW("install-key"),
	KEY_ROW("use-key"),
	KEY_ROW("remove-key"),
	SERF("list-keys", LOOK, REPLY(KEYS), REFUSE(KEYS_REFUSED)),
	SERF("get-coordinate", LOOK, BODY, REPLY(COORD), .run = kith_serf_coordinate,
	     .args = ARGS(MAY("Node", TEXT))),

	NATIVE("kith.version", LOOK, .run = kith_native_version),
	NATIVE("kith.status", LOOK, .run = kith_native_status),
	NATIVE("kith.members", LOOK, .run = kith_native_members,
	       .args = ARGS(MAY("filter", TEXTS), MAY("all", BOOL),
			    MAY("after", TEXT), MAY("limit", UINT))),
	NATIVE("kith.member", LOOK, .run = kith_native_member,
	       .args = ARGS(NEED("name", TEXT))),
	NATIVE("kith.why", LOOK, .run = kith_native_why,
	       .args = ARGS(NEED("name", TEXT))),
	NATIVE("kith.ping", LOOK, .run = kith_ping_start,
	       .args = ARGS(NEED("name", TEXT))),
	NATIVE("kith.rtt", LOOK, .run = kith_native_rtt,
	       .args = ARGS(NEED("name", TEXT), MAY("from", TEXT))),
	NATIVE("kith.changes", LOOK, .run = kith_native_changes,
	       .args = ARGS(MAY("from", UINT), MAY("wait_ms", UINT), MAY("kinds", TEXTS))),
	NATIVE("kith.services", LOOK, .run = kith_services_list,
	       .args = ARGS(MAY("name", TEXT), MAY("tag", TEXT), MAY("node", TEXT),
			    MAY("all", BOOL), MAY("after", TEXT), MAY("limit", UINT))),
	NATIVE("kith.register", CHANGE, .run = kith_services_register,
	       .args = ARGS(NEED("name", TEXT), MAY("id", TEXT), MAY("port", UINT),
			    MAY("addrs", TEXTS), MAY("ports", UINT_MAP), MAY("tags", TEXTS),
			    MAY("meta", TEXT_MAP), MAY("weight", UINT), MAY("health", TEXT),
			    MAY("note", TEXT), MAY("session", BOOL))),
	NATIVE("kith.deregister", CHANGE, .run = kith_services_deregister,
	       .args = ARGS(NEED("id", TEXT))),
	NATIVE("kith.maintenance", CHANGE, .run = kith_services_drain,
	       .args = ARGS(MAY("id", TEXT), NEED("on", BOOL), MAY("reason", TEXT))),
	NATIVE("kith.join", CHANGE, .run = kith_join_start,
	       .args = ARGS(NEED("addrs", TEXTS), MAY("wait_ms", UINT))),
	NATIVE("kith.leave", CHANGE, .run = kith_native_leave),
	NATIVE("kith.release", CHANGE, .run = kith_native_release,
	       .args = ARGS(NEED("name", TEXT))),
	NATIVE("kith.revoke", CHANGE, .run = kith_native_revoke,
	       .args = ARGS(NEED("revocation", TEXT))),
	NATIVE("kith.forget", CHANGE, .run = kith_native_forget,
	       .args = ARGS(NEED("name", TEXT))),
	NATIVE("kith.tags", CHANGE, .run = kith_native_tags,
	       .args = ARGS(MAY("set", TEXT_MAP), MAY("unset", TEXTS))),
	NATIVE("kith.stats", LOOK, .run = kith_native_stats,
	       .args = ARGS(MAY("prefix", TEXT))),
	NATIVE("kith.reload", CHANGE, .run = kith_native_reload),
	NATIVE("kith.stop", CHANGE, .run = kith_native_stop),
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct kith_call *kith_call_find(struct kith_bytes name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (kith_bytes_are(name, rows[i].name))
			return &rows[i];
	return NULL;
}

const struct kith_call *kith_call_row(size_t i)
{
	return i < ROWS ? &rows[i] : NULL;
}

/* --- arguments ------------------------------------------------------------------------------- */

static const char *const type_names[] = {
	[KITH_ARG_TEXT] = "a text",
	[KITH_ARG_BYTES] = "bytes",
	[KITH_ARG_TEXTS] = "a list of texts",
	[KITH_ARG_TEXT_MAP] = "a map of text to text",
	[KITH_ARG_UINT_MAP] = "a map of text to number",
	[KITH_ARG_UINT] = "a number from 0",
	[KITH_ARG_INT] = "a number",
	[KITH_ARG_BOOL] = "true or false",
};

static bool all_texts(struct kith_value v)
{
	struct kith_value_walk walk = kith_value_walk(v);
	struct kith_value item;

	while (kith_value_next(&walk, &item))
		if (!kith_value_is(item, KITH_TREE_TEXT))
			return false;
	return true;
}

static bool all_numbers(struct kith_value map)
{
	struct kith_value_walk walk = kith_value_walk(map);
	struct kith_bytes key;
	struct kith_value value;
	uint64_t number;

	while (kith_value_pair(&walk, &key, &value))
		if (!kith_value_u64(value, &number))
			return false;
	return true;
}

static bool fits(struct kith_value v, enum kith_arg_type type)
{
	struct kith_bytes b;
	uint64_t u;
	int64_t i;
	bool is;

	if (kith_value_is(v, KITH_TREE_NIL))
		return true;
	switch (type) {
	case KITH_ARG_TEXT:
		return kith_value_text(v, &b);
	case KITH_ARG_BYTES:
		return kith_value_bytes(v, &b);
	case KITH_ARG_TEXTS:
		return kith_value_is(v, KITH_TREE_ARRAY) && all_texts(v);
	case KITH_ARG_TEXT_MAP:
		return kith_value_is(v, KITH_TREE_MAP) && all_texts(v);
	case KITH_ARG_UINT_MAP:
		return kith_value_is(v, KITH_TREE_MAP) && all_numbers(v);
	case KITH_ARG_UINT:
		return kith_value_u64(v, &u);
	case KITH_ARG_INT:
		return kith_value_i64(v, &i);
	case KITH_ARG_BOOL:
		return kith_value_bool(v, &is);
	}
	return false;
}

static int objection(const struct kith_call *call, const char *before, struct kith_bytes name,
		     const char *after, const char *more, char *why, size_t size)
{
	struct kith_text t;

	kith_text_init(&t, why, size);
	kith_text_str(&t, call->name);
	kith_text_str(&t, before);
	kith_text_mem(&t, (const char *)name.p, name.len < 32 ? name.len : 32);
	kith_text_str(&t, after);
	kith_text_str(&t, more);
	return KITH_EINVAL;
}

static const struct kith_arg *find_arg(const struct kith_call *call, struct kith_bytes name)
{
	for (const struct kith_arg *arg = call->args; arg != NULL && arg->name != NULL; arg++)
		if (kith_bytes_are(name, arg->name))
			return arg;
	return NULL;
}

int kith_call_check(const struct kith_call *call, struct kith_value args, char *why, size_t size)
{
	struct kith_value_walk walk = kith_value_walk(args);
	struct kith_value value;
	struct kith_bytes name = {0};

	if (!kith_value_is(args, KITH_TREE_MAP) && !kith_value_is(args, KITH_TREE_NIL))
		return objection(call, ": the arguments are no map", name, "", "", why, size);
	while (kith_value_pair(&walk, &name, &value)) {
		const struct kith_arg *arg = find_arg(call, name);

		if (arg == NULL && call->kind == KITH_CALL_SERF)
			continue;
		if (arg == NULL)
			return objection(call, ": unknown argument '", name, "'", "", why, size);
		if (!fits(value, arg->type))
			return objection(call, ": '", name, "' must be ", type_names[arg->type],
					 why, size);
	}
	for (const struct kith_arg *arg = call->args; arg != NULL && arg->name != NULL; arg++)
		if (arg->is_required && kith_value_is(kith_value_get(args, arg->name), KITH_TREE_NIL))
			return objection(call, ": lacks the argument '",
					 (struct kith_bytes){(const uint8_t *)arg->name,
							     strlen(arg->name)},
					 "'", "", why, size);
	return 0;
}
