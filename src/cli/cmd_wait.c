/* SPDX-License-Identifier: ISC */
#include "cli/cmd_wait.h"

#include "base/text.h"
#include "cli/ask.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TEXT_MAX_LEN = 256, FOR_MS = 30000, CALL_MS = 600000 /* as long as kithd waits at most */ };

const struct kith_flag kith_wait_flags[] = {
	{"for", 'f', "DUR", "how long at most; 30s without, 0s only looks"},
	{NULL, 0, NULL, NULL},
};

enum relation { AT_LEAST, AT_MOST, EQUAL, MORE, LESS };

/* Longer words first, since each is looked for in turn. */
static const struct {
	const char *word;
	enum relation relation;
} relations[] = {{">=", AT_LEAST}, {"<=", AT_MOST}, {"==", EQUAL}, {"=", EQUAL}, {">", MORE}, {"<", LESS}};

/* "members>=3", "member db-1 alive" or "service web>=2". */
struct condition {
	enum { MEMBERS, MEMBER, SERVICE } kind;
	enum relation relation;
	unsigned long number;
	char name[TEXT_MAX_LEN]; /* of the member or the service */
	char state[TEXT_MAX_LEN];
};

/* How things are. */
struct found {
	bool is_reached;
	uint64_t index;   /* of the answer that told it */
	uint64_t count;   /* of members, or of instances that may be used */
	char state[32];   /* of the member; "" unknown */
};

static enum kith_exit wrong(struct kith_cli *c, const char *text)
{
	if (strcmp(text, "converged") == 0)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
				     "wait for a number of members on each host instead",
				     "wait: 'converged' is not offered: one host cannot tell it of the others");
	return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
			     "'members>=3', 'member db-1 alive', 'service web>=2'",
			     "wait: '%s' is no condition", text);
}

static bool is_state(const char *word)
{
#define X(upper, lower, help) \
	if (strcmp(word, #lower) == 0) \
		return true;
	KITH_STATUSES(X)
#undef X
	return false;
}

/* A name has no wildcards: of two that match, would both have to do, or one? */
static bool is_plain(const char *name)
{
	return *name != '\0' && strpbrk(name, "*?[]\\") == NULL;
}

static bool read_number(const char *rest, struct condition *cond)
{
	rest += strspn(rest, " ");
	for (size_t i = 0; i < sizeof(relations) / sizeof(*relations); i++) {
		size_t len = strlen(relations[i].word);

		if (strncmp(rest, relations[i].word, len) != 0)
			continue;
		cond->relation = relations[i].relation;
		rest += len;
		return kith_number_parse(rest + strspn(rest, " "), 0, 1 << 20, &cond->number);
	}
	return false;
}

static bool read_member(const char *rest, struct condition *cond)
{
	char more;

	cond->kind = MEMBER;
	return sscanf(rest, " %255s %255s %c", cond->name, cond->state, &more) == 2 &&
	       is_plain(cond->name) && is_state(cond->state);
}

/* The name is what stands before the relation, and may have blanks inside. */
static bool read_service(const char *rest, struct condition *cond)
{
	size_t len;

	cond->kind = SERVICE;
	rest += strspn(rest, " ");
	len = strcspn(rest, "<>=");
	if (!read_number(rest + len, cond) || len >= sizeof(cond->name))
		return false;
	while (len > 0 && rest[len - 1] == ' ')
		len--;
	memcpy(cond->name, rest, len);
	cond->name[len] = '\0';
	return is_plain(cond->name);
}

/* The operands together: the shell's quotes are a matter of taste, but for < and >. */
static enum kith_exit read_condition(struct kith_cli *c, const struct kith_args *a,
				     struct condition *cond)
{
	char text[TEXT_MAX_LEN];
	struct kith_text t;
	bool is_good;

	kith_text_init(&t, text, sizeof(text));
	for (int i = 0; i < a->operand_count; i++) {
		kith_text_str(&t, i > 0 ? " " : "");
		kith_text_str(&t, a->operands[i]);
	}
	*cond = (struct condition){.kind = MEMBERS};
	if (strncmp(text, "members", 7) == 0)
		is_good = read_number(text + 7, cond);
	else if (strncmp(text, "member ", 7) == 0)
		is_good = read_member(text + 7, cond);
	else
		is_good = strncmp(text, "service ", 8) == 0 && read_service(text + 8, cond);
	return is_good ? KITH_EXIT_YES : wrong(c, text);
}

static bool holds(const struct condition *cond, uint64_t n)
{
	switch (cond->relation) {
	case AT_LEAST:
		return n >= cond->number;
	case AT_MOST:
		return n <= cond->number;
	case MORE:
		return n > cond->number;
	case LESS:
		return n < cond->number;
	default:
		return n == cond->number;
	}
}

/* Of several members with the name, one in the wanted state will do. */
static void judge_member(const struct condition *cond, struct kith_reply *r, struct found *f)
{
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(r->root, "members"));
	struct kith_value member;

	while (!f->is_reached && kith_value_next(&walk, &member)) {
		const char *state = kith_reply_text(r, member, "state", "");

		snprintf(f->state, sizeof(f->state), "%s", state);
		f->is_reached = strcmp(state, cond->state) == 0;
	}
}

static const char *write_question(struct kith_writer *w, const struct condition *cond)
{
	char filter[TEXT_MAX_LEN + 8];

	switch (cond->kind) {
	case MEMBER:
		snprintf(filter, sizeof(filter), "name=%s", cond->name);
		kith_write_key_array(w, "filter");
		kith_write_text(w, filter);
		kith_write_end(w);
		kith_write_key_bool(w, "all", true);
		return "kith.members";
	case SERVICE:
		kith_write_key_text(w, "name", cond->name);
		kith_write_key_u64(w, "limit", 1);
		return "kith.services";
	default:
		return "kith.status";
	}
}

static enum kith_exit look(struct kith_client *k, const struct condition *cond, struct found *f)
{
	const char *command;
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	*f = (struct found){.is_reached = false};
	kith_reply_init(&r);
	kith_ask_init(&q);
	command = write_question(&q.w, cond);
	kith_write_end(&q.w);
	got = kith_client_call(k, command, &q.buf, &r);
	kith_buf_fini(&q.buf);
	if (got == KITH_EXIT_YES) {
		f->index = kith_reply_uint(r.root, "index", 0);
		f->count = kith_reply_uint(r.root, cond->kind == SERVICE ? "total" : "members.alive", 0);
		if (cond->kind != MEMBER)
			f->is_reached = holds(cond, f->count);
		else
			judge_member(cond, &r, f);
	}
	kith_reply_fini(&r);
	return got;
}

/* A daemon that was started a moment ago has no socket yet, which is no reason to give up. */
static enum kith_exit open_until(struct kith_client *k, struct kith_cli *c, int64_t deadline_ms)
{
	const struct timespec pause = {.tv_nsec = 50000000};
	enum kith_exit got;

	while ((got = kith_client_open(k, c)) == KITH_EXIT_UNREACHABLE &&
	       kith_now_ms() < deadline_ms) {
		kith_client_close(k);
		c->failure = (struct kith_failure){.exit = KITH_EXIT_YES};
		nanosleep(&pause, NULL);
	}
	return got;
}

/* Looks, and looks again whenever something changed: what becomes of a member concerns its services. */
static enum kith_exit until(struct kith_cli *c, const struct condition *cond, int64_t deadline_ms,
			    struct found *f)
{
	struct kith_client k;
	enum kith_exit got = open_until(&k, c, deadline_ms);

	while (got == KITH_EXIT_YES && (got = look(&k, cond, f)) == KITH_EXIT_YES && !f->is_reached) {
		int64_t left = deadline_ms - kith_now_ms();
		struct kith_reply r;

		if (left <= 0)
			break;
		kith_reply_init(&r);
		got = kith_ask_changes(&k, cond->kind == SERVICE ? NULL : "member", &f->index,
				       left < CALL_MS ? left : CALL_MS, &r);
		kith_reply_fini(&r);
	}
	kith_client_close(&k);
	return got;
}

static enum kith_exit print_json(struct kith_cli *c, const struct condition *cond,
				 const struct found *f, double waited_s)
{
	struct kith_answer an;

	kith_answer_init(&an, true);
	kith_write_key_bool(&an.w, "reached", f->is_reached);
	kith_write_key(&an.w, "waited_s");
	kith_write_real(&an.w, waited_s);
	if (cond->kind != MEMBER)
		kith_write_key_u64(&an.w, "value", f->count);
	else
		kith_answer_text(&an, "value", *f->state != '\0' ? f->state : NULL);
	return kith_answer_print(&an, c);
}

static void say(struct kith_cli *c, const struct condition *cond, const struct found *f,
		double waited_s)
{
	char age[KITH_AGE_TEXT_MAX];
	const char *start = f->is_reached ? "reached in" : "not reached in";

	kith_age_text(waited_s, age);
	if (cond->kind == MEMBERS)
		kith_cli_say(c, "%s %s: %llu %s alive", start, age, (unsigned long long)f->count,
			     f->count == 1 ? "member is" : "members are");
	else if (cond->kind == SERVICE)
		kith_cli_say(c, "%s %s: %llu of %s may be used", start, age,
			     (unsigned long long)f->count, cond->name);
	else
		kith_cli_say(c, "%s %s: %s is %s", start, age, cond->name,
			     *f->state != '\0' ? f->state : "not known");
}

enum kith_exit kith_cmd_wait(struct kith_cli *c, const struct kith_args *a)
{
	const char *limit = kith_args_get(a, "for");
	int64_t limit_ms = FOR_MS, start_ms = kith_now_ms();
	struct condition cond;
	struct found f = {.is_reached = false};
	enum kith_exit got = read_condition(c, a, &cond);
	double waited_s;

	if (got == KITH_EXIT_YES && limit != NULL && !kith_duration_parse(limit, &limit_ms))
		got = kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				    "--for: '%s' is not a duration (use 5s, 2m, 1h)", limit);
	if (got == KITH_EXIT_YES)
		got = until(c, &cond, start_ms + limit_ms, &f);
	if (got != KITH_EXIT_YES)
		return got;
	waited_s = (double)(kith_now_ms() - start_ms) / 1000;
	if (c->json)
		got = print_json(c, &cond, &f, waited_s);
	else
		say(c, &cond, &f, waited_s);
	return got == KITH_EXIT_YES && !f.is_reached ? KITH_EXIT_NO : got;
}
