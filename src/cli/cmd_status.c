/* SPDX-License-Identifier: ISC */
#include "cli/cmd_status.h"

#include "base/text.h"
#include "cli/ask.h"

#include <string.h>

enum { LINE_MAX_LEN = 512 };

/* Statuses in the order in which they are told; "alive" always, others when there are any. */
static const char *const statuses[] = {"alive", "restarting", "suspect", "failed", "left"};

static const char *count_members(struct kith_value members, char *out, size_t size)
{
	struct kith_text t;

	kith_text_init(&t, out, size);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		uint64_t count = kith_reply_uint(members, statuses[i], 0);

		if (count == 0 && i > 0)
			continue;
		kith_text_str(&t, i > 0 ? ", " : "");
		kith_text_u64(&t, count);
		kith_text_str(&t, " ");
		kith_text_str(&t, statuses[i]);
	}
	return out;
}

static void print_head(struct kith_cli *c, struct kith_reply *r)
{
	const char *state = kith_reply_text(r, r->root, "state", "?");
	const char *message = kith_reply_text(r, r->root, "message", "");
	char text[LINE_MAX_LEN], line[LINE_MAX_LEN];
	enum kith_color color = strcmp(state, "healthy") == 0    ? KITH_COLOR_GOOD
				: strcmp(state, "degraded") == 0 ? KITH_COLOR_BAD
								 : KITH_COLOR_WARN;

	snprintf(text, sizeof(text), "%s%s", *message != '\0' ? ": " : "", message);
	fprintf(c->out, "%s%s%s%s", kith_color(c, color), state, kith_color(c, KITH_COLOR_NONE),
		kith_clean(text, line, sizeof(line)));
	fprintf(c->out, "%*s  cluster %s\n",
		(int)(kith_text_width(state) + kith_text_width(line) < 50
			      ? 50 - kith_text_width(state) - kith_text_width(line) : 0),
		"", kith_reply_text(r, r->root, "cluster.name", "?"));
}

static void print_self(struct kith_cli *c, struct kith_reply *r)
{
	struct kith_value self = kith_reply_get(r->root, "self");
	const char *zone = kith_reply_text(r, self, "zone", "");
	char addrs[LINE_MAX_LEN], up[KITH_AGE_TEXT_MAX], left[KITH_AGE_TEXT_MAX];

	fprintf(c->out, "  here      %s%s%s  %s  up %s  self-health %u/8\n",
		kith_reply_text(r, self, "name", "?"), *zone != '\0' ? " zone " : "", zone,
		kith_ask_texts(r, self, "addrs", "  ", addrs, sizeof(addrs)),
		kith_age_text(kith_reply_real(self, "uptime_s", -1), up),
		(unsigned)kith_reply_uint(self, "self_health", 0));
	fprintf(c->out, "  keys      certificate ends in %s\n",
		kith_age_text(kith_reply_real(self, "certificate_left_s", -1), left));
}

static void print_sync(struct kith_cli *c, struct kith_reply *r)
{
	struct kith_value sync = kith_reply_get(r->root, "sync");
	char synced[KITH_AGE_TEXT_MAX], answered[KITH_AGE_TEXT_MAX], view[KITH_AGE_TEXT_MAX];

	kith_ask_age(sync, "synced_age_ms", synced);
	kith_ask_age(sync, "answered_age_ms", answered);
	snprintf(view, sizeof(view), "%.8s", kith_reply_text(r, sync, "root", "?"));
	fprintf(c->out, "  sync      %s%s, last answer %s%s, view %s\n",
		strcmp(synced, "-") != 0 ? synced : "never", strcmp(synced, "-") != 0 ? " ago" : "",
		strcmp(answered, "-") != 0 ? answered : "never",
		strcmp(answered, "-") != 0 ? " ago" : "", view);
}

static void print_seeds(struct kith_cli *c, struct kith_reply *r)
{
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(r->root, "seeds"));
	struct kith_value seed;

	while (kith_value_next(&walk, &seed)) {
		char clean[LINE_MAX_LEN], age[KITH_AGE_TEXT_MAX];

		fprintf(c->out, "  seed      %s  %s",
			kith_clean(kith_reply_text(r, seed, "addr", "?"), clean, sizeof(clean)),
			kith_reply_text(r, seed, "result", "not tried"));
		kith_ask_age(seed, "age_ms", age);
		fprintf(c->out, strcmp(age, "-") != 0 ? "  %s ago\n" : "\n", age);
	}
}

static void print_verbose(struct kith_cli *c, struct kith_reply *r)
{
	struct kith_value self = kith_reply_get(r->root, "self");
	char incarnation[KITH_AGE_TEXT_MAX], clean[LINE_MAX_LEN];

	fprintf(c->out, "  id        %s  incarnation %s  version %s\n",
		kith_reply_text(r, self, "id", "?"), kith_ask_incarnation(self, incarnation),
		kith_reply_text(r, self, "version", "?"));
	fprintf(c->out, "  daemon    config %s",
		kith_clean(kith_reply_text(r, r->root, "daemon.config_path", "?"), clean,
			   sizeof(clean)));
	fprintf(c->out, "  state %s  since %s\n",
		kith_clean(kith_reply_text(r, r->root, "daemon.state_dir", "?"), clean,
			   sizeof(clean)),
		kith_reply_text(r, r->root, "daemon.started", "?"));
	print_seeds(c, r);
	fputs("\nself-health 0 is good, 8 is bad: then this host gives others more time. view: equal at\n"
	      "all members when they hold the same records. Times are UTC.\n", c->out);
}

/* "db-3: the member failed (2h14m ago)" */
static const char *problem_text(struct kith_reply *r, struct kith_value problem, char *out,
				size_t size)
{
	const char *member = kith_reply_text(r, problem, "member", "");
	const char *since = kith_reply_text(r, problem, "since", "");
	char text[LINE_MAX_LEN], age[KITH_AGE_TEXT_MAX];

	kith_ask_since(since, age);
	snprintf(text, sizeof(text), strcmp(age, "-") != 0 ? "%s%s%s (%s ago)" : "%s%s%s", member,
		 *member != '\0' ? ": " : "", kith_reply_text(r, problem, "message", "?"), age);
	return kith_clean(text, out, size);
}

static void print_problems(struct kith_cli *c, struct kith_reply *r)
{
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(r->root, "problems"));
	struct kith_value problem;

	while (kith_value_next(&walk, &problem)) {
		const char *hint = kith_reply_text(r, problem, "hint", "");
		char message[LINE_MAX_LEN], clean[LINE_MAX_LEN];

		problem_text(r, problem, message, sizeof(message));
		fprintf(c->out, "  %s!%s %s",
			kith_color(c, kith_reply_bool(problem, "note", false) ? KITH_COLOR_WARN
									      : KITH_COLOR_BAD),
			kith_color(c, KITH_COLOR_NONE), message);
		if (*hint != '\0')
			fprintf(c->out, "%*s    %s",
				(int)(kith_text_width(message) < 36 ? 36 - kith_text_width(message) : 0),
				"", kith_clean(hint, clean, sizeof(clean)));
		fputc('\n', c->out);
	}
}

/* One word and its value a line. */
static void print_plain(struct kith_cli *c, struct kith_reply *r)
{
	static const char *const texts[] = {"state", "message", "cluster.name", "self.name",
					    "self.zone", "self.id", "sync.root"};
	char clean[LINE_MAX_LEN], path[32];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		fprintf(c->out, "%s\t%s\n", texts[i],
			kith_clean(kith_reply_text(r, r->root, texts[i], "-"), clean,
				   sizeof(clean)));
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		snprintf(path, sizeof(path), "members.%s", statuses[i]);
		fprintf(c->out, "%s\t%llu\n", path,
			(unsigned long long)kith_reply_uint(r->root, path, 0));
	}
}

/* A cluster of one is no fault; whatever else is not healthy is. */
static enum kith_exit judge(struct kith_reply *r)
{
	const char *state = kith_reply_text(r, r->root, "state", "?");

	return strcmp(state, "healthy") == 0 || strcmp(state, "alone") == 0 ? KITH_EXIT_YES
									     : KITH_EXIT_NO;
}

enum kith_exit kith_cmd_status(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_reply r;
	struct kith_ask q;
	char members[LINE_MAX_LEN];
	enum kith_exit got;

	(void)a;
	kith_reply_init(&r);
	kith_ask_init(&q);
	got = kith_ask(&q, c, "kith.status", &r);
	if (got == KITH_EXIT_YES && c->json) {
		got = kith_answer_value(c, r.root);
	} else if (got == KITH_EXIT_YES && c->plain) {
		print_plain(c, &r);
	} else if (got == KITH_EXIT_YES) {
		print_head(c, &r);
		fprintf(c->out, "  members   %s\n",
			count_members(kith_reply_get(r.root, "members"), members, sizeof(members)));
		print_self(c, &r);
		print_sync(c, &r);
		print_problems(c, &r);
		if (c->verbose)
			print_verbose(c, &r);
	}
	if (got == KITH_EXIT_YES)
		got = judge(&r);
	kith_reply_fini(&r);
	return got;
}
