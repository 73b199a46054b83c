/* SPDX-License-Identifier: ISC */
#include "cli/cmd_watch.h"

#include "base/mem.h"
#include "base/text.h"
#include "cli/ask.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 2048, CALL_MS = 60000 };

const struct kith_flag kith_watch_flags[] = {
	{"from", 'f', "INDEX", "also what came after this index of an earlier answer"},
	{NULL, 0, NULL, NULL},
};

/* --- members and services --------------------------------------------------------------------- */

/* One change as a document of its own: version first, then what kithd told. */
static enum kith_exit print_json(struct kith_cli *c, struct kith_value change)
{
	struct kith_value_walk walk = kith_value_walk(change);
	struct kith_answer an;
	struct kith_value value;
	struct kith_bytes key;

	kith_buf_init(&an.buf, &kith_alloc_libc, SIZE_MAX / 4);
	kith_write_init(&an.w, &kith_form_json, &an.buf);
	kith_write_map(&an.w);
	kith_write_key_u64(&an.w, "v", 1);
	while (kith_value_pair(&walk, &key, &value)) {
		kith_write_keyn(&an.w, (const char *)key.p, key.len);
		kith_write_value(&an.w, value);
	}
	return kith_answer_print(&an, c);
}

static void add_part(struct kith_text *t, const char *before, const char *text)
{
	kith_text_str(t, t->len > 0 ? ", " : "");
	kith_text_str(t, before);
	kith_text_str(t, text);
}

/* "was suspect, by db-1, 2 of 3" */
static const char *detail(struct kith_reply *r, struct kith_value change, char *out, size_t size)
{
	const char *from = kith_reply_text(r, change, "from", "");
	const char *by = kith_reply_text(r, change, "by.name", kith_reply_text(r, change, "by.id", ""));
	uint64_t need = kith_reply_uint(change, "need", 0);
	struct kith_text t;

	kith_text_init(&t, out, size);
	if (*from != '\0' && strcmp(from, kith_reply_text(r, change, "to", "")) != 0)
		add_part(&t, "was ", from);
	if (*by != '\0')
		add_part(&t, "by ", by);
	if (need > 0) {
		add_part(&t, "", "");
		kith_text_u64(&t, kith_reply_uint(change, "evidence", 0));
		kith_text_str(&t, " of ");
		kith_text_u64(&t, need);
	}
	return out;
}

/* The time of day of a stamp, in UTC; with --verbose all of it. */
static const char *clock_of(const struct kith_cli *c, const char *stamp)
{
	const char *t = strchr(stamp, 'T');

	return c->verbose || t == NULL ? stamp : t + 1;
}

static enum kith_color change_color(const char *change)
{
	return strcmp(change, "removed") == 0 ? KITH_COLOR_WARN : KITH_COLOR_GOOD;
}

/* Columns as of a member: the service stands where what happened to a member does. */
static void print_service(struct kith_cli *c, struct kith_reply *r, struct kith_value change)
{
	const char *at = kith_reply_text(r, change, "at", "?");
	const char *what = kith_reply_text(r, change, "change", "?");
	char node[LINE_MAX_LEN], service[LINE_MAX_LEN], id[LINE_MAX_LEN];
	const char *between;

	kith_clean(kith_reply_text(r, change, "node", kith_reply_text(r, change, "node_id", "?")), node,
		   sizeof(node));
	kith_clean(kith_reply_text(r, change, "service", "?"), service, sizeof(service));
	kith_clean(kith_reply_text(r, change, "id", "?"), id, sizeof(id));
	if (c->plain) {
		fprintf(c->out, "%llu\t%s\t%s\tservice\t%s\t%s\t%s\n",
			(unsigned long long)kith_reply_uint(change, "index", 0), at, node, what, service,
			id);
		return;
	}
	between = strcmp(service, id) != 0 ? " " : "";
	fprintf(c->out, "%.*s  %-16s  %s%-10s%s  service %s%s%s\n", (int)strcspn(clock_of(c, at), "Z"),
		clock_of(c, at), node, kith_color(c, change_color(what)), what,
		kith_color(c, KITH_COLOR_NONE), service, between, *between != '\0' ? id : "");
}

static void print_member(struct kith_cli *c, struct kith_reply *r, struct kith_value change)
{
	const char *at = kith_reply_text(r, change, "at", "?");
	const char *node = kith_reply_text(r, change, "node", "");
	const char *cause = kith_reply_text(r, change, "cause", "?");
	const char *to = kith_reply_text(r, change, "to", "-");
	const char *from = kith_reply_text(r, change, "from", "-");
	char text[LINE_MAX_LEN], clean_node[LINE_MAX_LEN], clean[LINE_MAX_LEN];

	if (*node == '\0')
		node = kith_reply_text(r, change, "id", "?");
	kith_clean(node, clean_node, sizeof(clean_node));
	if (c->plain) {
		fprintf(c->out, "%llu\t%s\t%s\t%s\t%s\t%s\n",
			(unsigned long long)kith_reply_uint(change, "index", 0), at, clean_node, cause,
			from, to);
		return;
	}
	kith_clean(detail(r, change, text, sizeof(text)), clean, sizeof(clean));
	fprintf(c->out, "%.*s  %-16s  %s%-10s%s  %s\n", (int)strcspn(clock_of(c, at), "Z"),
		clock_of(c, at), clean_node, kith_color(c, kith_status_color(to)), cause,
		kith_color(c, KITH_COLOR_NONE), *clean != '\0' ? clean : "-");
}

/* A kind that is of a later version is left out. */
static void print_change(struct kith_cli *c, struct kith_reply *r, struct kith_value change)
{
	const char *kind = kith_reply_text(r, change, "kind", "member");

	if (strcmp(kind, "member") == 0)
		print_member(c, r, change);
	else if (strcmp(kind, "service") == 0)
		print_service(c, r, change);
}

static enum kith_exit say_lost(struct kith_cli *c, const struct kith_reply *r)
{
	struct kith_answer an;

	kith_cli_say(c, "kith: some changes before these are not known any more; kith members and kith "
			"services tell how things are");
	if (!c->json)
		return KITH_EXIT_YES;
	kith_answer_init(&an, true);
	kith_write_key_u64(&an.w, "index", kith_reply_uint(r->root, "index", 0));
	kith_write_key_text(&an.w, "kind", "lost");
	return kith_answer_print(&an, c);
}

static enum kith_exit print_changes(struct kith_cli *c, struct kith_reply *r)
{
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(r->root, "changes"));
	enum kith_exit got = KITH_EXIT_YES;
	struct kith_value change;

	if (kith_reply_bool(r->root, "lost", false))
		got = say_lost(c, r);
	while (got == KITH_EXIT_YES && kith_value_next(&walk, &change))
		if (c->json)
			got = print_json(c, change);
		else
			print_change(c, r, change);
	fflush(c->out);
	return got;
}

static enum kith_exit watch_changes(struct kith_cli *c, const struct kith_args *a, const char *kind)
{
	const char *text = kith_args_get(a, "from");
	unsigned long first = 0;
	bool has_index = text != NULL;
	struct kith_client k;
	enum kith_exit got;
	uint64_t index;

	if (has_index && !kith_number_parse(text, 0, (unsigned long)INT64_MAX, &first))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "an answer's \"index\" with --json",
				     "--from: '%s' is no index", text);
	index = first;
	got = kith_client_open(&k, c);
	while (got == KITH_EXIT_YES) {
		struct kith_reply r;

		kith_reply_init(&r);
		got = kith_ask_changes(&k, kind, has_index ? &index : NULL, CALL_MS, &r);
		if (got == KITH_EXIT_YES)
			got = print_changes(c, &r);
		index = kith_reply_uint(r.root, "index", index);
		has_index = true;
		kith_reply_fini(&r);
	}
	kith_client_close(&k);
	return got;
}

/* --- log ------------------------------------------------------------------------------------- */

/* "2026/11/23 04:38:13 [INFO] kith: text" in its parts; a line of another form is all text. */
static enum kith_exit print_log_json(struct kith_cli *c, const char *line)
{
	char when[40], level[16] = "";
	int y, mo, d, h, mi, s, len = 0;
	struct kith_answer an;

	kith_answer_init(&an, true);
	kith_write_key_text(&an.w, "kind", "log");
	if (sscanf(line, "%4d/%2d/%2d %2d:%2d:%2d [%15[A-Z]] kith: %n", &y, &mo, &d, &h, &mi, &s, level,
		   &len) == 7 && len > 0) {
		snprintf(when, sizeof(when), "%04d-%02d-%02dT%02d:%02d:%02dZ", y, mo, d, h, mi, s);
		kith_write_key_text(&an.w, "at", when);
		kith_write_key_text(&an.w, "level", level);
	}
	kith_write_key_text(&an.w, "text", line + len);
	return kith_answer_print(&an, c);
}

static enum kith_exit watch_log(struct kith_cli *c)
{
	char clean[LINE_MAX_LEN];
	struct kith_client k;
	struct kith_ask q;
	enum kith_exit got = kith_client_open(&k, c);

	kith_ask_init(&q);
	kith_write_key_text(&q.w, "LogLevel", c->verbose ? "DEBUG" : "INFO");
	kith_write_end(&q.w);
	if (got == KITH_EXIT_YES)
		got = kith_client_call(&k, "monitor", &q.buf, NULL);
	kith_buf_fini(&q.buf);
	while (got == KITH_EXIT_YES) {
		struct kith_reply r;
		const char *line;

		kith_reply_init(&r);
		got = kith_client_next(&k, &r);
		line = kith_reply_text(&r, r.root, "Log", "");
		if (got == KITH_EXIT_YES && c->json)
			got = print_log_json(c, line);
		else if (got == KITH_EXIT_YES)
			fprintf(c->out, "%s\n", kith_clean(line, clean, sizeof(clean)));
		fflush(c->out);
		kith_reply_fini(&r);
	}
	kith_client_close(&k);
	return got;
}

enum kith_exit kith_cmd_watch(struct kith_cli *c, const struct kith_args *a)
{
	const char *what = a->operand_count > 0 ? a->operands[0] : NULL;

	if (what == NULL)
		return watch_changes(c, a, NULL);
	if (strcmp(what, "members") == 0)
		return watch_changes(c, a, "member");
	if (strcmp(what, "services") == 0)
		return watch_changes(c, a, "service");
	if (strcmp(what, "log") != 0)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
				     "kith watch members, kith watch services, kith watch log",
				     "watch: '%s' is neither members nor services nor log", what);
	if (kith_args_has(a, "from"))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "kith watch members --from INDEX",
				     "watch log: lines have no index to begin --from");
	return watch_log(c);
}
