/* SPDX-License-Identifier: ISC */
#include "cli/cmd_register.h"

#include "cli/ask.h"
#include "cli/define.h"

#include <string.h>

enum { TEXT_MAX_LEN = 512 };

const struct kith_flag kith_register_flags[] = {
	{"port", 'P', "N|NAME=N", "where it listens; with a name, a further port; repeatable"},
	KITH_DEFINE_FLAGS,
	{NULL, 0, NULL, NULL},
};

const struct kith_flag kith_drain_flags[] = {
	{"reason", 'r', "TEXT", "why, shown to all; at most 80 bytes"},
	{NULL, 0, NULL, NULL},
};

/* What was done holds now, and what the disk thinks of it is another matter. */
static void warn(struct kith_cli *c, const struct kith_reply *r)
{
	const struct kith_value kept = kith_reply_get(r->root, "kept");

	if (!kith_value_is(kept, KITH_TREE_NIL) && !kith_reply_bool(r->root, "kept", true))
		kith_cli_say(c, "kith: it could not be written to the state directory, and is forgotten when "
			     "kithd restarts\n      df and journalctl -u kithd tell why");
}

/* Asks, and with --json prints the answer. */
static enum kith_exit change(struct kith_cli *c, const char *command, struct kith_ask *q,
			     struct kith_reply *r)
{
	const enum kith_exit got = kith_ask(q, c, command, r);

	return got == KITH_EXIT_YES && c->json ? kith_answer_value(c, r->root) : got;
}

/* --- register -------------------------------------------------------------------------------- */

static enum kith_exit no_port(struct kith_cli *c, const char *text)
{
	return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "--port 8080, or --port admin=8081",
			     "--port: '%s' is no port from 1 to 65535, nor NAME=N", text);
}

/* The one port without a name, and the others into the map. */
static enum kith_exit write_ports(struct kith_cli *c, const struct kith_args *a, unsigned long *port,
				  struct kith_writer *w)
{
	enum kith_exit got = KITH_EXIT_YES;
	unsigned at = 0;
	const char *value;

	*port = 0;
	kith_write_key_map(w, "ports");
	while (got == KITH_EXIT_YES && (value = kith_args_next(a, "port", &at)) != NULL) {
		const char *equals = strrchr(value, '=');
		unsigned long number;

		if (equals == value ||
		    !kith_number_parse(equals != NULL ? equals + 1 : value, 1, 65535, &number)) {
			got = no_port(c, value);
		} else if (equals != NULL) {
			kith_write_keyn(w, value, (size_t)(equals - value));
			kith_write_u64(w, number);
		} else if (*port != 0) {
			got = kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "--port NAME=N for the others",
					    "--port: one port has no name, not two");
		} else {
			*port = number;
		}
	}
	kith_write_end(w);
	return got;
}

static void say_registered(struct kith_cli *c, struct kith_reply *r)
{
	const char *change_word = kith_reply_text(r, r->root, "registered.change", "");
	char name[TEXT_MAX_LEN], id[TEXT_MAX_LEN];

	kith_clean(kith_reply_text(r, r->root, "registered.name", "?"), name, sizeof(name));
	kith_clean(kith_reply_text(r, r->root, "registered.id", "?"), id, sizeof(id));
	if (strcmp(change_word, "none") == 0)
		kith_cli_say(c, "%s is offered already, just so", name);
	else if (strcmp(change_word, "changed") == 0)
		kith_cli_say(c, "%s is offered as it is said now", name);
	else
		kith_cli_say(c, "%s is offered by this host, also after a restart", name);
	if (strcmp(change_word, "added") == 0)
		kith_cli_say(c, "To undo: kith deregister %s", id);
}

enum kith_exit kith_cmd_register(struct kith_cli *c, const struct kith_args *a)
{
	unsigned long port;
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	kith_reply_init(&r);
	kith_ask_init(&q);
	got = write_ports(c, a, &port, &q.w);
	if (got == KITH_EXIT_YES)
		got = kith_define_write(c, a, a->operands[0], port, &q.w);
	if (got == KITH_EXIT_YES)
		got = change(c, "kith.register", &q, &r);
	else
		kith_buf_fini(&q.buf);
	if (got == KITH_EXIT_YES && !c->json) {
		say_registered(c, &r);
		warn(c, &r);
	}
	kith_reply_fini(&r);
	return got;
}

enum kith_exit kith_cmd_deregister(struct kith_cli *c, const struct kith_args *a)
{
	char name[TEXT_MAX_LEN];
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_text(&q.w, "id", a->operands[0]);
	got = change(c, "kith.deregister", &q, &r);
	if (got == KITH_EXIT_YES && !c->json) {
		kith_cli_say(c, "%s is no longer offered by this host",
			     kith_clean(kith_reply_text(&r, r.root, "deregistered.name", a->operands[0]),
					name, sizeof(name)));
		warn(c, &r);
	}
	kith_reply_fini(&r);
	return got;
}

/* --- drain ----------------------------------------------------------------------------------- */

static enum kith_exit drain(struct kith_cli *c, const struct kith_args *a, bool is_on)
{
	const char *id = a->operand_count > 0 ? a->operands[0] : NULL;
	const char *reason = is_on ? kith_args_get(a, "reason") : NULL;
	char clean[TEXT_MAX_LEN];
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	kith_reply_init(&r);
	kith_ask_init(&q);
	if (id != NULL)
		kith_write_key_text(&q.w, "id", id);
	kith_write_key_bool(&q.w, "on", is_on);
	if (reason != NULL)
		kith_write_key_text(&q.w, "reason", reason);
	got = change(c, "kith.maintenance", &q, &r);
	kith_clean(id != NULL ? id : "", clean, sizeof(clean));
	if (got == KITH_EXIT_YES && !c->json && is_on) {
		kith_cli_say(c, "%s %s in no answer any more, and stay%s listed%s",
			     id != NULL ? clean : "all services of this host", id != NULL ? "is" : "are",
			     id != NULL ? "s" : "", id != NULL ? "" : "; so will those registered later");
		kith_cli_say(c, "To undo: kith undrain%s%s", id != NULL ? " " : "", clean);
	} else if (got == KITH_EXIT_YES && !c->json) {
		kith_cli_say(c, "%s %s back in the answers", id != NULL ? clean : "all services of this host",
			     id != NULL ? "is" : "are");
	}
	if (got == KITH_EXIT_YES && !c->json)
		warn(c, &r);
	kith_reply_fini(&r);
	return got;
}

enum kith_exit kith_cmd_drain(struct kith_cli *c, const struct kith_args *a)
{
	return drain(c, a, true);
}

enum kith_exit kith_cmd_undrain(struct kith_cli *c, const struct kith_args *a)
{
	return drain(c, a, false);
}
