/* SPDX-License-Identifier: ISC */
#include "cli/cmd_rtt.h"

#include "cli/ask.h"

static void print(struct kith_cli *c, struct kith_reply *r)
{
	struct kith_value rtt = kith_reply_get(r->root, "rtt");
	const char *from = kith_reply_text(r, rtt, "from.name", "?");
	const char *to = kith_reply_text(r, rtt, "to.name", "?");
	const double us = kith_reply_real(rtt, "rtt_us", 0);
	const unsigned error = (unsigned)kith_reply_uint(rtt, "error_percent", 0);

	if (c->plain)
		fprintf(c->out, "%s\t%s\t%.3f\t%u\n", from, to, us / 1000, error);
	else
		fprintf(c->out, "%s <-> %s  %.*f ms, ", from, to, us < 1000 ? 2 : 1, us / 1000);
	if (!c->plain && error < 100)
		fprintf(c->out, "within about %u %%\n", error);
	else if (!c->plain)
		fprintf(c->out, "a first guess\n");
}

enum kith_exit kith_cmd_rtt(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_text(&q.w, "name", a->operands[a->operand_count - 1]);
	if (a->operand_count > 1)
		kith_write_key_text(&q.w, "from", a->operands[0]);
	got = kith_ask(&q, c, "kith.rtt", &r);
	if (got == KITH_EXIT_YES && c->json) {
		got = kith_answer_value(c, kith_reply_get(r.root, "rtt"));
	} else if (got == KITH_EXIT_YES) {
		print(c, &r);
		kith_ask_warn(c, &r);
	}
	kith_reply_fini(&r);
	return got;
}
