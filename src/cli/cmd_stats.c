/* SPDX-License-Identifier: ISC */
#include "cli/cmd_stats.h"

#include "base/text.h"
#include "cli/ask.h"

#include <string.h>
#include <time.h>

enum { NAME_MAX_LEN = 128, EVERY_MIN_MS = 100 };

const struct kith_flag kith_stats_flags[] = {
	{"every", 'e', "DUR", "again and again, with what changed since and per second"},
	{NULL, 0, NULL, NULL},
};

static enum kith_exit fetch(struct kith_cli *c, const struct kith_args *a, struct kith_reply *r)
{
	struct kith_ask q;

	kith_reply_init(r);
	kith_ask_init(&q);
	if (a->operand_count > 0)
		kith_write_key_text(&q.w, "prefix", a->operands[0]);
	return kith_ask(&q, c, "kith.stats", r);
}

/* Walks all counters of a reply: group.name and value. */
struct counters {
	struct kith_value_walk groups, names;
	struct kith_bytes group;
};

static struct counters counters_of(const struct kith_reply *r)
{
	return (struct counters){.groups = kith_value_walk(kith_reply_get(r->root, "stats"))};
}

static bool counters_next(struct counters *it, char name[NAME_MAX_LEN], struct kith_value *value)
{
	struct kith_value group;
	struct kith_bytes key;
	struct kith_text t;

	while (!kith_value_pair(&it->names, &key, value)) {
		if (!kith_value_pair(&it->groups, &it->group, &group))
			return false;
		it->names = kith_value_walk(group);
	}
	kith_text_init(&t, name, NAME_MAX_LEN);
	kith_text_mem(&t, (const char *)it->group.p, it->group.len);
	kith_text_str(&t, ".");
	kith_text_mem(&t, (const char *)key.p, key.len);
	return true;
}

static const char *number_text(struct kith_value v, char out[32])
{
	uint64_t u;
	double real;

	if (kith_value_u64(v, &u))
		snprintf(out, 32, "%llu", (unsigned long long)u);
	else if (kith_value_real(v, &real))
		snprintf(out, 32, "%.3f", real);
	else
		snprintf(out, 32, "?");
	return out;
}

/* The counter of that name in the reply before, or `absent`. */
static uint64_t before(const struct kith_reply *r, const char *name, uint64_t absent)
{
	struct counters it = counters_of(r);
	char other[NAME_MAX_LEN];
	struct kith_value v;

	while (counters_next(&it, other, &v))
		if (strcmp(other, name) == 0)
			return (void)kith_value_u64(v, &absent), absent;
	return absent;
}

static enum kith_exit print_once(struct kith_cli *c, const struct kith_reply *r)
{
	static const char *const heads[] = {"COUNTER", "VALUE", NULL};
	struct counters it = counters_of(r);
	char name[NAME_MAX_LEN], number[32];
	struct kith_value value;
	struct kith_table t;
	size_t rows;

	kith_table_init(&t, heads);
	while (counters_next(&it, name, &value))
		kith_table_row(&t, KITH_COLOR_NONE, (const char *[]){name, number_text(value, number)});
	rows = t.rows;
	if (rows > 0)
		kith_table_print(&t, c);
	kith_table_fini(&t);
	if (rows > 0)
		return KITH_EXIT_YES;
	kith_cli_say(c, "kith: no counter begins so");
	return KITH_EXIT_NO;
}

static enum kith_exit print_json(struct kith_cli *c, const struct kith_reply *r)
{
	enum kith_exit got = kith_answer_value(c, r->root);
	struct counters it = counters_of(r);
	char name[NAME_MAX_LEN];
	struct kith_value value;

	return got == KITH_EXIT_YES && !counters_next(&it, name, &value) ? KITH_EXIT_NO : got;
}

/* Counters that moved since `last`, `ms` milliseconds ago. */
static void print_changes(struct kith_cli *c, const struct kith_reply *r,
			  const struct kith_reply *last, int64_t ms)
{
	static const char *const heads[] = {"COUNTER", "VALUE", "CHANGE", "PER SECOND", NULL};
	struct counters it = counters_of(r);
	char name[NAME_MAX_LEN], number[32], change[32], rate[32];
	struct kith_value value;
	struct kith_table t;

	kith_table_init(&t, heads);
	while (counters_next(&it, name, &value)) {
		uint64_t now = 0, then;

		if (!kith_value_u64(value, &now) || (then = before(last, name, 0)) == now)
			continue;
		snprintf(change, sizeof(change), "%+lld", (long long)(now - then));
		snprintf(rate, sizeof(rate), "%.1f",
			 (double)(int64_t)(now - then) * 1000 / (double)(ms > 0 ? ms : 1));
		kith_table_row(&t, KITH_COLOR_NONE,
			       (const char *[]){name, number_text(value, number), change, rate});
	}
	kith_table_print(&t, c);
	if (!c->plain)
		fputc('\n', c->out);
	fflush(c->out);
	kith_table_fini(&t);
}

static enum kith_exit repeat(struct kith_cli *c, const struct kith_args *a, int64_t every_ms,
			     struct kith_reply *last)
{
	enum kith_exit got = c->json ? kith_answer_value(c, last->root) : print_once(c, last);
	int64_t then = kith_now_ms();

	while (got == KITH_EXIT_YES) {
		struct timespec pause = {.tv_sec = every_ms / 1000,
					 .tv_nsec = every_ms % 1000 * 1000000};
		struct kith_reply r;
		int64_t now;

		fflush(c->out);
		nanosleep(&pause, NULL);
		got = fetch(c, a, &r);
		now = kith_now_ms();
		if (got == KITH_EXIT_YES && c->json)
			got = kith_answer_value(c, r.root);
		else if (got == KITH_EXIT_YES)
			print_changes(c, &r, last, now - then);
		then = now;
		kith_reply_fini(last);
		*last = r;
	}
	return got;
}

enum kith_exit kith_cmd_stats(struct kith_cli *c, const struct kith_args *a)
{
	const char *every = kith_args_get(a, "every");
	struct kith_reply r;
	int64_t every_ms = 0;
	enum kith_exit got;

	if (every != NULL && (!kith_duration_parse(every, &every_ms) || every_ms < EVERY_MIN_MS))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "--every: '%s' is not a duration of 100ms or more (use 1s)", every);
	got = fetch(c, a, &r);
	if (got == KITH_EXIT_YES && every != NULL)
		got = repeat(c, a, every_ms, &r);
	else if (got == KITH_EXIT_YES)
		got = c->json ? print_json(c, &r) : print_once(c, &r);
	kith_reply_fini(&r);
	return got;
}
