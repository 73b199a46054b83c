/* SPDX-License-Identifier: ISC */
#include "cli/cmd_services.h"

#include "base/text.h"
#include "cli/pages.h"

#include <errno.h>
#include <string.h>

enum { CELL_MAX = 512 };

const struct kith_flag kith_services_flags[] = {
	{"tag", 'T', "GLOB", "only those with such a tag"},
	{"node", 'n', "GLOB", "only those of such a host, or of a whole id"},
	{"all", 'a', NULL, "also those that are not to be used: drained, critical, of failed hosts"},
	{NULL, 0, NULL, NULL},
};

static void write_arguments(struct kith_writer *w, const struct kith_args *a)
{
	const char *tag = kith_args_get(a, "tag"), *node = kith_args_get(a, "node");

	if (a->operand_count > 0)
		kith_write_key_text(w, "name", a->operands[0]);
	if (tag != NULL)
		kith_write_key_text(w, "tag", tag);
	if (node != NULL)
		kith_write_key_text(w, "node", node);
	kith_write_key_bool(w, "all", kith_args_has(a, "all"));
}

static const struct kith_listing listing = {"kith.services", "services", write_arguments};

/* The first reason why it is not to be used, or its health. */
static const char *state_of(struct kith_reply *r, struct kith_value s)
{
	const char *state = kith_reply_text(r, s, "state", "?");

	if (strcmp(state, "failed") == 0 || strcmp(state, "left") == 0)
		return state;
	if (kith_reply_bool(s, "quarantined", false))
		return "quarantined";
	if (kith_reply_bool(s, "maintenance", false))
		return "drained";
	return kith_reply_text(r, s, "health", "?");
}

static enum kith_color color_of(struct kith_value s, const char *state)
{
	if (kith_reply_bool(s, "usable", false))
		return strcmp(state, "passing") == 0 ? KITH_COLOR_GOOD : KITH_COLOR_WARN;
	return strcmp(state, "drained") == 0 ? KITH_COLOR_DIM : KITH_COLOR_BAD;
}

/* "10.0.0.5:8080", "[fd00::5]:8080", "web.example.org"; all of them, or the first. */
static const char *addresses(struct kith_reply *r, struct kith_value s, bool all, char *out, size_t size)
{
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(s, "addrs"));
	const uint64_t port = kith_reply_uint(s, "port", 0);
	struct kith_value item;
	struct kith_text t;

	kith_text_init(&t, out, size);
	while ((all || t.len == 0) && kith_value_next(&walk, &item)) {
		const char *addr = kith_reply_word(r, item, "?");
		const bool has_colon = port != 0 && strchr(addr, ':') != NULL;

		kith_text_str(&t, t.len > 0 ? " " : "");
		kith_text_str(&t, has_colon ? "[" : "");
		kith_text_str(&t, addr);
		kith_text_str(&t, has_colon ? "]" : "");
		if (port != 0) {
			kith_text_str(&t, ":");
			kith_text_u64(&t, port);
		}
	}
	return out;
}

static void add_row(struct kith_table *t, struct kith_cli *c, struct kith_reply *r, struct kith_value s)
{
	char addrs[CELL_MAX], tags[CELL_MAX], ports[CELL_MAX], meta[CELL_MAX], weight[24];
	char since[KITH_AGE_TEXT_MAX];
	const char *state = state_of(r, s);
	struct kith_text number;
	const char *cells[] = {
		state,
		kith_reply_text(r, s, "name", "?"),
		kith_reply_text(r, s, "node", "?"),
		kith_reply_text(r, s, "zone", ""),
		addresses(r, s, c->verbose, addrs, sizeof(addrs)),
		weight,
		kith_ask_texts(r, s, "tags", " ", tags, sizeof(tags)),
		kith_reply_text(r, s, "note", ""),
		kith_reply_text(r, s, "id", "?"),
		kith_ask_since(kith_reply_text(r, s, "health_since", ""), since),
		kith_ask_pairs(s, "ports", ports, sizeof(ports)),
		kith_ask_pairs(s, "meta", meta, sizeof(meta)),
		kith_reply_text(r, s, "origin", ""),
		kith_reply_text(r, s, "node_id", ""),
	};

	kith_text_init(&number, weight, sizeof(weight));
	kith_text_u64(&number, kith_reply_uint(s, "weight", 0));
	kith_table_row(t, color_of(s, state), cells);
}

static enum kith_exit print_text(struct kith_cli *c, const struct kith_pages *p)
{
	static const char *const few[] = {"STATE", "NAME", "NODE", "ZONE", "ADDRESS", "WEIGHT", "TAGS",
					  "NOTE", NULL};
	static const char *const many[] = {"STATE", "NAME", "NODE", "ZONE", "ADDRESS", "WEIGHT", "TAGS",
					   "NOTE", "ID", "SINCE", "PORTS", "META", "ORIGIN", "NODE ID",
					   NULL};
	struct kith_table t;
	bool failed;

	kith_table_init(&t, c->verbose ? many : few);
	for (size_t i = 0; i < p->count; i++) {
		struct kith_value_walk walk = kith_pages_walk(p, i, &listing);
		struct kith_value service;

		while (kith_value_next(&walk, &service))
			add_row(&t, c, &p->all[i], service);
	}
	if (t.rows > 0)
		kith_table_print(&t, c);
	failed = t.failed;
	if (t.rows > 0 && c->verbose && !c->plain)
		fputs("\nSTATE: why it is not to be used, else its health. SINCE: of the health, by its host's "
		      "clock.\nORIGIN: of those of this host, who asked for it. ID: one of its host.\n",
		      c->out);
	kith_table_fini(&t);
	return failed ? kith_cli_fail_errno(c, ENOMEM, NULL, "listing the services") : KITH_EXIT_YES;
}

enum kith_exit kith_cmd_services(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_pages p = {.all = NULL};
	enum kith_exit got = kith_pages_fetch(c, a, &listing, &p);

	if (got == KITH_EXIT_YES)
		got = c->json ? kith_pages_print_json(c, &p, &listing) : print_text(c, &p);
	if (got == KITH_EXIT_YES)
		kith_ask_warn(c, &p.all[0]);
	if (got == KITH_EXIT_YES && kith_pages_are_empty(&p, &listing)) {
		kith_cli_say(c, kith_args_has(a, "all") ? "kith: no service matches"
							: "kith: no service that may be used matches; --all "
							  "shows the others");
		got = KITH_EXIT_NO;
	}
	kith_pages_fini(&p);
	return got;
}
