/* SPDX-License-Identifier: ISC */
#include "cli/cli.h"

#include "cli/answer.h"
#include "cli/cmd_help.h"
#include "cli/place.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_MS = 10000 };

static void record(struct kith_cli *c, enum kith_exit exit, const char *code, const char *hint,
		   const char *message)
{
	struct kith_failure *f = &c->failure;

	if (f->exit != KITH_EXIT_YES)
		return;
	f->exit = exit;
	snprintf(f->code, sizeof(f->code), "%s", code);
	snprintf(f->message, sizeof(f->message), "%s", message);
	snprintf(f->hint, sizeof(f->hint), "%s", hint != NULL ? hint : "");
}

enum kith_exit kith_cli_fail(struct kith_cli *c, enum kith_exit exit, const char *code,
			     const char *hint, const char *format, ...)
{
	char message[sizeof(c->failure.message)];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	record(c, exit, code, hint, message);
	return exit;
}

enum kith_exit kith_cli_fail_errno(struct kith_cli *c, int error, const char *hint,
				   const char *format, ...)
{
	char message[sizeof(c->failure.message)];
	enum kith_exit exit = KITH_EXIT_BUG;
	const char *code = "system";
	size_t len;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	len = strlen(message);
	snprintf(message + len, sizeof(message) - len, ": %s", strerror(error));
	if (error == EACCES || error == EPERM || error == EROFS) {
		exit = KITH_EXIT_FORBIDDEN;
		code = "denied";
	} else if (error == EEXIST) {
		exit = KITH_EXIT_REFUSED;
		code = "exists";
	}
	record(c, exit, code, exit == KITH_EXIT_FORBIDDEN || exit == KITH_EXIT_BUG ? hint : NULL,
	       message);
	return exit;
}

static void report_json(struct kith_cli *c)
{
	struct kith_answer an;

	kith_answer_init(&an, false);
	kith_write_key_map(&an.w, "error");
	kith_write_key_text(&an.w, "code", c->failure.code);
	kith_write_key_text(&an.w, "message", c->failure.message);
	kith_write_key_text(&an.w, "hint", c->failure.hint);
	kith_write_key_u64(&an.w, "exit", c->failure.exit);
	kith_write_end(&an.w);
	(void)kith_answer_print(&an, c);
}

/* Words that may come from elsewhere, line by line and indented after the first. */
static void print_lines(FILE *f, const char *first, const char *next, const char *text)
{
	char line[1024], clean[1024];

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		fprintf(f, "%s%s\n", first, kith_clean(line, clean, sizeof(clean)));
		text += len + (text[len] == '\n');
		first = next;
	}
}

void kith_cli_report(struct kith_cli *c)
{
	if (c->failure.exit == KITH_EXIT_YES || c->failure.is_told)
		return;
	if (c->json) {
		report_json(c);
		return;
	}
	print_lines(c->err, "kith: ", "      ", c->failure.message);
	print_lines(c->err, "      ", "      ", c->failure.hint);
}

void kith_cli_say(struct kith_cli *c, const char *format, ...)
{
	va_list args;

	if (c->quiet || c->json)
		return;
	va_start(args, format);
	vfprintf(c->err, format, args);
	va_end(args);
	fputc('\n', c->err);
}

/* Whether --json stands anywhere, so that even a wrong command line is answered in JSON. */
static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "-j") == 0)
			return true;
	return false;
}

static bool auto_color(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no == NULL || *no == '\0') && term != NULL && strcmp(term, "dumb") != 0 &&
	       isatty(fileno(out)) == 1;
}

static enum kith_exit apply(struct kith_cli *c, const struct kith_args *a)
{
	const char *color = kith_args_get(a, "color"), *timeout = kith_args_get(a, "timeout");
	const char *socket = kith_args_get(a, "socket");

	c->json |= kith_args_has(a, "json");
	c->plain |= kith_args_has(a, "plain");
	c->quiet |= kith_args_has(a, "quiet");
	c->verbose |= kith_args_has(a, "verbose");
	c->socket = socket != NULL ? socket : kith_place_socket(c->socket_buf, sizeof(c->socket_buf));
	if (color == NULL || strcmp(color, "auto") == 0)
		c->color = auto_color(c->out);
	else if (strcmp(color, "always") == 0)
		c->color = true;
	else if (strcmp(color, "never") != 0)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "--color: '%s' is none of auto, always, never", color);
	c->color &= !c->plain && !c->json;
	c->timeout_given = timeout != NULL;
	if (timeout != NULL && (!kith_duration_parse(timeout, &c->timeout_ms) || c->timeout_ms == 0))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "--timeout: '%s' is not a duration (use 5s, 2m, 1h)", timeout);
	return KITH_EXIT_YES;
}

static enum kith_exit unknown_verb(struct kith_cli *c, const char *name)
{
	const struct kith_verb *guess = kith_verb_guess(name);
	char hint[64];

	snprintf(hint, sizeof(hint), guess != NULL ? "did you mean kith %s?" : "%s",
		 guess != NULL ? guess->name : "kith help lists the verbs");
	return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", hint, "unknown verb '%s'", name);
}

static enum kith_exit check_operands(struct kith_cli *c, const struct kith_verb *verb,
				     const struct kith_args *a)
{
	char hint[64];

	if (a->operand_count >= verb->operands_min &&
	    (verb->operands_max < 0 || a->operand_count <= verb->operands_max))
		return KITH_EXIT_YES;
	snprintf(hint, sizeof(hint), "kith help %s tells more", verb->name);
	if (a->operand_count > verb->operands_max && verb->operands_max >= 0)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", hint, "'%s' is too much: kith %s%s%s",
				     a->operands[verb->operands_max], verb->name,
				     *verb->args != '\0' ? " " : "", verb->args);
	return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", hint, "something is missing: kith %s %s",
			     verb->name, verb->args);
}

static enum kith_exit run(struct kith_cli *c, int argc, char **argv)
{
	struct kith_args args = {.given_count = 0};
	const struct kith_verb *verb;
	enum kith_exit got;
	int at;

	got = kith_args_before(c, &args, argc, argv, &at);
	if (got != KITH_EXIT_YES)
		return got;
	verb = kith_verb_find(at < argc ? argv[at] : "status");
	if (verb == NULL)
		return unknown_verb(c, argv[at]);
	if (at < argc)
		got = kith_args_after(c, &args, argc, argv, at, verb->flags);
	if (got == KITH_EXIT_YES)
		got = apply(c, &args);
	if (got != KITH_EXIT_YES)
		return got;
	if (kith_args_has(&args, "version"))
		return kith_cmd_version(c, &args);
	if (kith_args_has(&args, "help"))
		return kith_help(c, at < argc ? verb : NULL);
	got = check_operands(c, verb, &args);
	return got == KITH_EXIT_YES ? verb->run(c, &args) : got;
}

int kith_cli_run(int argc, char **argv, FILE *out, FILE *err)
{
	struct kith_cli c = {
		.out = out,
		.err = err,
		.program = argc > 0 ? argv[0] : "kith",
		.timeout_ms = TIMEOUT_MS,
		.json = wants_json(argc, argv),
	};
	enum kith_exit got = run(&c, argc, argv);

	kith_cli_report(&c);
	if (fflush(out) == 0 && !ferror(out))
		return (int)got;
	fprintf(err, "kith: cannot write the answer: %s\n", strerror(errno));
	return KITH_EXIT_BUG;
}
