/* SPDX-License-Identifier: ISC */
#include "cli/cmd_members.h"

#include "base/text.h"
#include "cli/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 1000,
	PAGES_MAX = 1000, /* a million members: no kithd lists more */
	CELL_MAX = 512
};

const struct kith_flag kith_members_flags[] = {
	{"all", 'a', NULL, "also those that left"},
	{NULL, 0, NULL, NULL},
};

/* All pages; members may join between two of them, so no name is taken twice: pages go by name. */
struct pages {
	struct kith_reply *all; /* owned */
	size_t count;
};

static void pages_fini(struct pages *p)
{
	for (size_t i = 0; i < p->count; i++)
		kith_reply_fini(&p->all[i]);
	free(p->all);
}

static void write_arguments(struct kith_ask *q, const struct kith_args *a, const char *after)
{
	kith_write_key_array(&q->w, "filter");
	for (int i = 0; i < a->operand_count; i++)
		kith_write_text(&q->w, a->operands[i]);
	kith_write_end(&q->w);
	kith_write_key_bool(&q->w, "all", kith_args_has(a, "all"));
	if (after != NULL)
		kith_write_key_text(&q->w, "after", after);
	kith_write_key_u64(&q->w, "limit", PAGE);
}

static enum kith_exit fetch(struct kith_cli *c, const struct kith_args *a, struct pages *p)
{
	struct kith_client k;
	const char *after = NULL;
	enum kith_exit got = kith_client_open(&k, c);

	while (got == KITH_EXIT_YES) {
		struct kith_reply *more = reallocarray(p->all, p->count + 1, sizeof(*more));
		struct kith_ask q;

		if (more == NULL || p->count == PAGES_MAX) {
			got = kith_cli_fail_errno(c, ENOMEM, NULL, "listing the members");
			break;
		}
		p->all = more;
		more = &p->all[p->count++];
		kith_reply_init(more);
		kith_ask_init(&q);
		write_arguments(&q, a, after);
		kith_write_end(&q.w);
		got = kith_client_call(&k, "kith.members", &q.buf, more);
		kith_buf_fini(&q.buf);
		if (got != KITH_EXIT_YES)
			break;
		after = kith_reply_text(more, more->root, "next", NULL);
		if (after == NULL)
			break;
	}
	kith_client_close(&k);
	return got;
}

/* The first page's envelope around the members of all pages. */
static enum kith_exit print_json(struct kith_cli *c, const struct pages *p)
{
	struct kith_value_walk walk = kith_value_walk(p->all[0].root), members;
	struct kith_value value, member;
	struct kith_bytes key;
	struct kith_answer an;

	kith_answer_init(&an, true);
	while (kith_value_pair(&walk, &key, &value)) {
		if (kith_bytes_are(key, "v") || kith_bytes_are(key, "ok") ||
		    kith_bytes_are(key, "next") || kith_bytes_are(key, "members"))
			continue;
		kith_write_keyn(&an.w, (const char *)key.p, key.len);
		kith_write_value(&an.w, value);
	}
	kith_write_key_array(&an.w, "members");
	for (size_t i = 0; i < p->count; i++) {
		members = kith_value_walk(kith_reply_get(p->all[i].root, "members"));
		while (kith_value_next(&members, &member))
			kith_write_value(&an.w, member);
	}
	kith_write_end(&an.w);
	return kith_answer_print(&an, c);
}

static const char *tags_text(struct kith_value tags, char *out, size_t size)
{
	struct kith_value_walk walk = kith_value_walk(tags);
	struct kith_bytes key, text;
	struct kith_value value;
	struct kith_text t;

	kith_text_init(&t, out, size);
	while (kith_value_is(tags, KITH_TREE_MAP) && kith_value_pair(&walk, &key, &value)) {
		if (!kith_value_text(value, &text))
			continue;
		kith_text_str(&t, t.len > 0 ? " " : "");
		kith_text_mem(&t, (const char *)key.p, key.len);
		kith_text_str(&t, "=");
		kith_text_mem(&t, (const char *)text.p, text.len);
	}
	return out;
}

static const char *first_address(struct kith_reply *r, struct kith_value m, bool all, char *out,
				 size_t size)
{
	kith_ask_texts(r, m, "addrs", " ", out, size);
	if (!all)
		out[strcspn(out, " ")] = '\0';
	return out;
}

static void add_row(struct kith_table *t, struct kith_cli *c, struct kith_reply *r,
		    struct kith_value m)
{
	char addrs[CELL_MAX], tags[CELL_MAX], rtt[KITH_AGE_TEXT_MAX], seen[KITH_AGE_TEXT_MAX];
	char since[KITH_AGE_TEXT_MAX], incarnation[KITH_AGE_TEXT_MAX];
	const char *state = kith_reply_uint(m, "quarantined_ms", 0) > 0
				    ? "quarantined" : kith_reply_text(r, m, "state", "?");
	bool self = kith_reply_bool(m, "self", false);
	const char *cells[] = {
		state,
		kith_reply_text(r, m, "name", "?"),
		kith_reply_text(r, m, "zone", ""),
		first_address(r, m, c->verbose, addrs, sizeof(addrs)),
		kith_rtt_text(self ? -1 : kith_reply_real(m, "rtt_us", -1000) / 1000, rtt),
		self ? "here" : kith_ask_age(m, "seen_age_ms", seen),
		kith_reply_text(r, m, "version", ""),
		tags_text(kith_reply_get(m, "tags"), tags, sizeof(tags)),
		kith_ask_age(m, "state_age_ms", since),
		kith_ask_incarnation(m, incarnation),
		kith_reply_text(r, m, "id", ""),
	};

	kith_table_row(t, kith_status_color(state), cells);
}

static enum kith_exit print_text(struct kith_cli *c, const struct pages *p)
{
	static const char *const few[] = {"STATE", "NAME", "ZONE", "ADDRESS", "RTT", "SEEN",
					  "VERSION", "TAGS", NULL};
	static const char *const many[] = {"STATE", "NAME", "ZONE", "ADDRESS", "RTT", "SEEN",
					   "VERSION", "TAGS", "SINCE", "INCARNATION", "ID", NULL};
	struct kith_table t;
	bool failed;

	kith_table_init(&t, c->verbose ? many : few);
	for (size_t i = 0; i < p->count; i++) {
		struct kith_value_walk walk =
			kith_value_walk(kith_reply_get(p->all[i].root, "members"));
		struct kith_value member;

		while (kith_value_next(&walk, &member))
			add_row(&t, c, &p->all[i], member);
	}
	if (t.rows > 0)
		kith_table_print(&t, c);
	failed = t.failed;
	if (t.rows > 0 && c->verbose && !c->plain)
		fputs("\nSEEN: a packet of it was opened so long ago. SINCE: of the state. INCARNATION: "
		      "starts on\nthat host, and claims since. RTT: smoothed round trip.\n", c->out);
	kith_table_fini(&t);
	return failed ? kith_cli_fail_errno(c, ENOMEM, NULL, "listing the members") : KITH_EXIT_YES;
}

enum kith_exit kith_cmd_members(struct kith_cli *c, const struct kith_args *a)
{
	struct pages p = {.all = NULL};
	enum kith_exit got = fetch(c, a, &p);
	bool any = false;

	for (size_t i = 0; i < p.count && got == KITH_EXIT_YES; i++)
		any |= kith_value_count(kith_reply_get(p.all[i].root, "members")) > 0;
	if (got == KITH_EXIT_YES)
		got = c->json ? print_json(c, &p) : print_text(c, &p);
	if (got == KITH_EXIT_YES)
		kith_ask_warn(c, &p.all[0]);
	if (got == KITH_EXIT_YES && !any) {
		kith_cli_say(c, "kith: no member matches");
		got = KITH_EXIT_NO;
	}
	pages_fini(&p);
	return got;
}
