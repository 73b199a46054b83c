/* SPDX-License-Identifier: ISC */
#include "cli/cmd_members.h"

#include "cli/pages.h"

#include <errno.h>
#include <string.h>

enum { CELL_MAX = 512 };

const struct kith_flag kith_members_flags[] = {
	{"all", 'a', NULL, "also those that left"},
	{NULL, 0, NULL, NULL},
};

static void write_arguments(struct kith_writer *w, const struct kith_args *a)
{
	kith_write_key_array(w, "filter");
	for (int i = 0; i < a->operand_count; i++)
		kith_write_text(w, a->operands[i]);
	kith_write_end(w);
	kith_write_key_bool(w, "all", kith_args_has(a, "all"));
}

static const struct kith_listing listing = {"kith.members", "members", write_arguments};

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
		kith_ask_pairs(m, "tags", tags, sizeof(tags)),
		kith_ask_age(m, "state_age_ms", since),
		kith_ask_incarnation(m, incarnation),
		kith_reply_text(r, m, "id", ""),
	};

	kith_table_row(t, kith_status_color(state), cells);
}

static enum kith_exit print_text(struct kith_cli *c, const struct kith_pages *p)
{
	static const char *const few[] = {"STATE", "NAME", "ZONE", "ADDRESS", "RTT", "SEEN",
					  "VERSION", "TAGS", NULL};
	static const char *const many[] = {"STATE", "NAME", "ZONE", "ADDRESS", "RTT", "SEEN",
					   "VERSION", "TAGS", "SINCE", "INCARNATION", "ID", NULL};
	struct kith_table t;
	bool failed;

	kith_table_init(&t, c->verbose ? many : few);
	for (size_t i = 0; i < p->count; i++) {
		struct kith_value_walk walk = kith_pages_walk(p, i, &listing);
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
	struct kith_pages p = {.all = NULL};
	enum kith_exit got = kith_pages_fetch(c, a, &listing, &p);

	if (got == KITH_EXIT_YES)
		got = c->json ? kith_pages_print_json(c, &p, &listing) : print_text(c, &p);
	if (got == KITH_EXIT_YES)
		kith_ask_warn(c, &p.all[0]);
	if (got == KITH_EXIT_YES && kith_pages_are_empty(&p, &listing)) {
		kith_cli_say(c, "kith: no member matches");
		got = KITH_EXIT_NO;
	}
	kith_pages_fini(&p);
	return got;
}
