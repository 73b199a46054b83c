/* SPDX-License-Identifier: ISC */
#include "cli/cmd_why.h"

#include "base/text.h"
#include "cli/ask.h"

#include <string.h>

enum { LINE_MAX_LEN = 512 };

/* "02:51:01.302" of a time stamp; the whole of it with --verbose. */
static const char *clock_text(const struct kith_cli *c, const char *stamp, char out[40])
{
	const char *t = strchr(stamp, 'T');
	size_t len = t != NULL ? strcspn(t + 1, "Z+") : 0;

	if (c->verbose || t == NULL || len == 0)
		snprintf(out, 40, "%s", stamp);
	else
		snprintf(out, 40, "%.*s", (int)len, t + 1);
	return out;
}

/* "no answer direct, 2 helpers say silent, TCP refused" */
static void add_path(struct kith_text *t, struct kith_reply *r, struct kith_value entry)
{
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(entry, "path"));
	struct kith_value item;
	bool first = true;

	while (kith_value_next(&walk, &item)) {
		const char *word = kith_reply_word(r, item, "?");

		kith_text_str(t, first ? ": " : ", ");
		first = false;
		if (strcmp(word, "direct") == 0)
			kith_text_str(t, "no direct answer");
		else if (strncmp(word, "nack:", 5) == 0) {
			kith_text_str(t, word + 5);
			kith_text_str(t, strcmp(word, "nack:1") == 0 ? " helper had none either"
								     : " helpers had none either");
		} else if (strcmp(word, "tcp_timeout") == 0)
			kith_text_str(t, "TCP silent");
		else if (strcmp(word, "tcp_refused") == 0)
			kith_text_str(t, "TCP refused");
		else if (strcmp(word, "tcp_accepted") == 0)
			kith_text_str(t, "TCP accepted and then silent");
		else
			kith_text_str(t, word);
	}
}

static void describe(struct kith_text *t, struct kith_reply *r, struct kith_value entry)
{
	const char *kind = kith_reply_text(r, entry, "kind", "?");

	if (strcmp(kind, "round") == 0) {
		kith_text_str(t, kith_reply_bool(entry, "refusal", false)
					 ? "own probe refused" : "own probe failed");
		add_path(t, r, entry);
	} else if (strcmp(kind, "suspicion") == 0) {
		kith_text_str(t, "suspected by ");
		kith_text_str(t, kith_reply_text(r, entry, "by.name",
						 kith_reply_text(r, entry, "by.id", "?")));
		add_path(t, r, entry);
	} else if (strcmp(kind, "status") == 0) {
		kith_text_str(t, kith_reply_text(r, entry, "from", "?"));
		kith_text_str(t, " -> ");
		kith_text_str(t, kith_reply_text(r, entry, "to", "?"));
	} else if (strcmp(kind, "answer") == 0) {
		kith_text_str(t, "it answered");
	} else if (strcmp(kind, "restored") == 0) {
		kith_text_str(t, "kept over our restart as ");
		kith_text_str(t, kith_reply_text(r, entry, "to", "?"));
	} else {
		kith_text_str(t, kind);
	}
}

static void print_entry(struct kith_cli *c, struct kith_reply *r, struct kith_value entry,
			const char *indent)
{
	char line[LINE_MAX_LEN], clean[LINE_MAX_LEN], when[40], incarnation[KITH_AGE_TEXT_MAX];
	uint64_t need = kith_reply_uint(entry, "need", 0);
	struct kith_text t;

	kith_text_init(&t, line, sizeof(line));
	describe(&t, r, entry);
	kith_clean(line, clean, sizeof(clean));
	fprintf(c->out, "%s  %s  %s", indent,
		clock_text(c, kith_reply_text(r, entry, "at", "?"), when), clean);
	if (need > 0)
		fprintf(c->out, "%*s  %llu of %llu",
			(int)(kith_text_width(clean) < 48 ? 48 - kith_text_width(clean) : 0), "",
			(unsigned long long)kith_reply_uint(entry, "evidence", 0),
			(unsigned long long)need);
	if (c->verbose)
		fprintf(c->out, "  incarnation %s", kith_ask_incarnation(entry, incarnation));
	fputc('\n', c->out);
}

void kith_why_print(struct kith_cli *c, struct kith_reply *r, const char *indent)
{
	struct kith_value member = kith_reply_get(r->root, "member"), entry;
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(r->root, "why"));
	const char *state = kith_reply_text(r, member, "state", "?");
	const char *hint = kith_reply_text(r, r->root, "hint", "");
	char age[KITH_AGE_TEXT_MAX], when[40], clean[LINE_MAX_LEN];

	fprintf(c->out, "%s%s is %s%s%s", indent, kith_reply_text(r, member, "name", "?"),
		kith_color(c, kith_status_color(state)), state, kith_color(c, KITH_COLOR_NONE));
	if (kith_value_is(kith_reply_get(member, "since"), KITH_TREE_TEXT))
		fprintf(c->out, " since %s UTC (%s)",
			clock_text(c, kith_reply_text(r, member, "since", "?"), when),
			kith_ask_age(member, "state_age_ms", age));
	fprintf(c->out, ", incarnation %s\n", kith_ask_incarnation(member, age));
	while (kith_value_next(&walk, &entry))
		print_entry(c, r, entry, indent);
	kith_ask_age(member, "seen_age_ms", age);
	if (!kith_reply_bool(member, "self", false))
		fprintf(c->out, "%s  last heard    %s%s\n", indent, strcmp(age, "-") != 0 ? age : "never",
			strcmp(age, "-") != 0 ? " ago" : "");
	fprintf(c->out, "%s  verdict       %s\n", indent,
		kith_clean(kith_reply_text(r, r->root, "message", "?"), clean, sizeof(clean)));
	if (*hint != '\0')
		fprintf(c->out, "%s  next          %s\n", indent,
			kith_clean(hint, clean, sizeof(clean)));
}

enum kith_exit kith_cmd_why(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_text(&q.w, "name", a->operands[0]);
	got = kith_ask(&q, c, "kith.why", &r);
	if (got == KITH_EXIT_YES && c->json) {
		got = kith_answer_value(c, r.root);
	} else if (got == KITH_EXIT_YES) {
		kith_why_print(c, &r, "");
		kith_ask_warn(c, &r);
	}
	kith_reply_fini(&r);
	return got;
}
