/* SPDX-License-Identifier: ISC */
#include "cli/cmd_ping.h"

#include "cli/ask.h"

#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 1000, EVERY_MS = 1000, PART_MAX = 160 };

const struct kith_flag kith_ping_flags[] = {
	{"count", 'c', "N", "so many times, a second apart; once without"},
	{NULL, 0, NULL, NULL},
};

/* The rounds so far. */
struct rounds {
	unsigned long sent, answered;
	double ms[ROUNDS_MAX];       /* of the direct answers; -1: none came */
	char name[KITH_NAME_MAX + 1]; /* the member's */
	size_t via_width;            /* of the widest column so far */
	struct kith_answer an;       /* with --json: grows a round at a time */
};

/* "9.8 ms", or with --plain "9.8"; what went wrong in its place. */
static const char *way_text(const struct kith_cli *c, struct kith_reply *r, struct kith_value way,
			    char out[PART_MAX])
{
	const double us = kith_reply_real(way, "rtt_us", -1);

	if (us >= 0)
		snprintf(out, PART_MAX, "%.*f%s", us < 1000 ? 2 : 1, us / 1000, c->plain ? "" : " ms");
	else
		kith_clean(kith_reply_text(r, way, "message", "?"), out, PART_MAX);
	return out;
}

static void print_round(struct kith_cli *c, struct rounds *rounds, struct kith_reply *r,
			struct kith_value ping)
{
	struct kith_value direct = kith_reply_get(ping, "direct"), via = kith_reply_get(ping, "via");
	const char *addr = kith_reply_text(r, direct, "addr", "-");
	const char *helper = kith_reply_text(r, via, "by.name", NULL);
	char parts[4][PART_MAX], column[2 * PART_MAX] = "nobody", clean[PART_MAX];
	const char *message = kith_reply_text(r, ping, "message", "");
	size_t width;

	way_text(c, r, direct, parts[0]);
	way_text(c, r, via, parts[1]);
	way_text(c, r, kith_reply_get(ping, "tcp"), parts[2]);
	way_text(c, r, kith_reply_get(ping, "back"), parts[3]);
	if (c->plain) {
		fprintf(c->out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", rounds->name, addr, parts[0],
			helper != NULL ? helper : "-", parts[1], parts[2], parts[3]);
		return;
	}
	if (helper != NULL)
		snprintf(column, sizeof(column), "%s %s", helper, parts[1]);
	width = kith_text_width(column);
	rounds->via_width = width > rounds->via_width ? width : rounds->via_width;
	fprintf(c->out, "%s %s  direct %-9s  via %-*s  tcp %-9s  back %s\n", rounds->name, addr, parts[0],
		(int)rounds->via_width, column, parts[2], parts[3]);
	if (*message != '\0')
		fprintf(c->out, "  %s\n", kith_clean(message, clean, sizeof(clean)));
}

static enum kith_exit one_round(struct kith_client *k, const char *node, struct rounds *rounds)
{
	struct kith_cli *c = k->cli;
	struct kith_value ping;
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;
	double us;

	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_text(&q.w, "name", node);
	kith_write_end(&q.w);
	got = kith_client_call(k, "kith.ping", &q.buf, &r);
	kith_buf_fini(&q.buf);
	if (got == KITH_EXIT_YES) {
		ping = kith_reply_get(r.root, "ping");
		us = kith_reply_real(kith_reply_get(ping, "direct"), "rtt_us", -1);
		rounds->ms[rounds->sent++] = us < 0 ? -1 : us / 1000;
		rounds->answered += us >= 0;
		snprintf(rounds->name, sizeof(rounds->name), "%s",
			 kith_reply_text(&r, ping, "name", "?"));
		if (c->json)
			kith_write_value(&rounds->an.w, ping);
		else
			print_round(c, rounds, &r, ping);
		fflush(c->out);
	}
	kith_reply_fini(&r);
	return got;
}

static enum kith_exit all_rounds(struct kith_cli *c, const char *node, unsigned long count,
				 struct rounds *rounds)
{
	struct kith_client k;
	enum kith_exit got = kith_client_open(&k, c);

	while (got == KITH_EXIT_YES && rounds->sent < count) {
		const int64_t next_ms = kith_now_ms() + EVERY_MS;
		struct timespec pause = {.tv_sec = 0};
		int64_t left_ms;

		got = one_round(&k, node, rounds);
		left_ms = next_ms - kith_now_ms();
		pause.tv_sec = left_ms / 1000;
		pause.tv_nsec = left_ms % 1000 * 1000000;
		if (got == KITH_EXIT_YES && rounds->sent < count && left_ms > 0)
			nanosleep(&pause, NULL);
	}
	kith_client_close(&k);
	return got;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_sum(struct kith_cli *c, struct rounds *rounds)
{
	const unsigned long n = rounds->answered;
	const double *ms = &rounds->ms[rounds->sent - n];

	fprintf(c->out, "%lu sent, %lu answered", rounds->sent, n);
	qsort(rounds->ms, rounds->sent, sizeof(rounds->ms[0]), by_size); /* the silent ones first */
	if (n > 0)
		fprintf(c->out, ", min/median/max %.2f/%.2f/%.2f ms", ms[0],
			(ms[(n - 1) / 2] + ms[n / 2]) / 2, ms[n - 1]);
	fputc('\n', c->out);
}

static enum kith_exit print_json(struct kith_cli *c, struct rounds *rounds)
{
	struct kith_writer *w = &rounds->an.w;

	kith_write_end(w);
	kith_write_key_text(w, "node", rounds->name);
	kith_write_key_u64(w, "sent", rounds->sent);
	kith_write_key_u64(w, "answered", rounds->answered);
	kith_write_key_array(w, "direct_ms");
	for (unsigned long i = 0; i < rounds->sent; i++)
		if (rounds->ms[i] >= 0)
			kith_write_real(w, rounds->ms[i]);
		else
			kith_write_null(w);
	kith_write_end(w);
	return kith_answer_print(&rounds->an, c);
}

enum kith_exit kith_cmd_ping(struct kith_cli *c, const struct kith_args *a)
{
	const char *text = kith_args_get(a, "count");
	struct rounds rounds = {.sent = 0};
	unsigned long count = 1;
	enum kith_exit got;

	if (text != NULL && !kith_number_parse(text, 1, ROUNDS_MAX, &count))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "--count: '%s' is not a number from 1 to %d", text, ROUNDS_MAX);
	kith_answer_init(&rounds.an, true);
	kith_write_key_array(&rounds.an.w, "rounds");
	got = all_rounds(c, a->operands[0], count, &rounds);
	if (got == KITH_EXIT_YES && c->json)
		got = print_json(c, &rounds);
	else if (got == KITH_EXIT_YES && count > 1 && !c->plain)
		print_sum(c, &rounds);
	kith_buf_fini(&rounds.an.buf);
	return got == KITH_EXIT_YES && rounds.answered < rounds.sent ? KITH_EXIT_NO : got;
}
