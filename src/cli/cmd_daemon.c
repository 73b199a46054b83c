/* SPDX-License-Identifier: ISC */
#include "cli/cmd_daemon.h"

#include "cli/ask.h"

enum {
	LEAVE_TIMEOUT_MS = 15000 /* kithd itself gives up after 10 s */
};

/* A call about a member, or without arguments (NULL); with --json its reply is printed. */
static enum kith_exit call(struct kith_cli *c, const char *command, const char *name, struct kith_reply *r)
{
	struct kith_ask q;
	enum kith_exit got;

	kith_reply_init(r);
	kith_ask_init(&q);
	if (name != NULL)
		kith_write_key_text(&q.w, "name", name);
	got = kith_ask(&q, c, command, r);
	return got == KITH_EXIT_YES && c->json ? kith_answer_value(c, r->root) : got;
}

enum kith_exit kith_cmd_forget(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_reply r;
	const enum kith_exit got = call(c, "kith.forget", a->operands[0], &r);

	if (got == KITH_EXIT_YES && !c->json) {
		kith_cli_say(c, "%s (%s) is listed here no longer; other hosts list it until they forget it",
			     kith_reply_text(&r, r.root, "forgotten.name", a->operands[0]),
			     kith_reply_text(&r, r.root, "forgotten.state", "?"));
		kith_cli_say(c, "If it lives after all, it comes back by itself.");
	}
	kith_reply_fini(&r);
	return got;
}

enum kith_exit kith_cmd_release(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_reply r;
	const enum kith_exit got = call(c, "kith.release", a->operands[0], &r);

	if (got == KITH_EXIT_YES && !c->json)
		kith_cli_say(c, "%s is quarantined here no longer; it is %s. Other hosts judge by themselves.",
			     kith_reply_text(&r, r.root, "released.name", a->operands[0]),
			     kith_reply_text(&r, r.root, "released.state", "?"));
	kith_reply_fini(&r);
	return got;
}

enum kith_exit kith_cmd_leave(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_reply r;
	enum kith_exit got;

	(void)a;
	if (!c->timeout_given)
		c->timeout_ms = LEAVE_TIMEOUT_MS;
	got = call(c, "kith.leave", NULL, &r);
	if (got == KITH_EXIT_YES) {
		kith_cli_say(c, "this host has left the cluster, and kithd stops");
		kith_cli_say(c, "To come back, start it again: systemctl start kithd");
	}
	kith_reply_fini(&r);
	return got;
}

enum kith_exit kith_cmd_reload(struct kith_cli *c, const struct kith_args *a)
{
	char clean[512];
	struct kith_reply r;
	enum kith_exit got;

	(void)a;
	got = call(c, "kith.reload", NULL, &r);
	if (got == KITH_EXIT_YES)
		kith_cli_say(c, "%s", kith_clean(kith_reply_text(&r, r.root, "message", "reloaded"),
						 clean, sizeof(clean)));
	kith_reply_fini(&r);
	return got;
}
