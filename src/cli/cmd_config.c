/* SPDX-License-Identifier: ISC */
#include "cli/cmd_config.h"

#include "cli/answer.h"
#include "cli/place.h"
#include "cli/spawn.h"
#include "cli/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 1024 };

const struct kith_flag kith_config_flags[] = {
	{"config", 'c', "FILE", "the kith.conf to look at; kithd's own default without"},
	{NULL, 0, NULL, NULL},
};

static enum kith_exit run(struct kith_cli *c, const struct kith_args *a, const char *what,
			  struct kith_spawned *s)
{
	char kithd[KITH_PLACE_MAX], file[KITH_PLACE_MAX], mode[32], flag[] = "-c";
	const char *given = kith_args_get(a, "config");
	char *argv[] = {kithd, mode, given != NULL ? flag : NULL, file, NULL};

	snprintf(mode, sizeof(mode), "%s", what);
	if (given != NULL && (size_t)snprintf(file, sizeof(file), "%s", given) >= sizeof(file))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL, "--config: too long");
	if (!kith_place_kithd(c, kithd))
		return kith_cli_fail(c, KITH_EXIT_UNREACHABLE, "no_kithd",
				     "KITHD in the environment names the program",
				     "kithd was found neither beside kith nor in PATH");
	return kith_spawn_run(c, argv, s);
}

/* kithd's exit codes (sysexits) as ours. */
static enum kith_exit exit_of(int status)
{
	switch (status) {
	case 0:
		return KITH_EXIT_YES;
	case 2:
		return KITH_EXIT_USAGE;
	case 77:
		return KITH_EXIT_FORBIDDEN;
	case 78:
		return KITH_EXIT_CONFIG;
	default:
		return KITH_EXIT_BUG;
	}
}

/* Takes the next line off *text; false at the end. */
static bool next_line(const char **text, char line[LINE_MAX_LEN])
{
	size_t len = strcspn(*text, "\n");

	if (**text == '\0')
		return false;
	snprintf(line, LINE_MAX_LEN, "%.*s", (int)(len < LINE_MAX_LEN ? len : LINE_MAX_LEN - 1), *text);
	*text += len + ((*text)[len] == '\n');
	return true;
}

/* "FILE:LINE: message"; file is cut off in place. Without a place *number is 0. */
static const char *split_problem(char *line, const char **file, unsigned long *number)
{
	char *colon = strchr(line, ':'), *end;

	*file = NULL;
	*number = 0;
	if (colon == NULL || !isdigit((unsigned char)colon[1]))
		return line;
	*number = strtoul(colon + 1, &end, 10);
	if (end[0] != ':' || end[1] != ' ')
		return *number = 0, line;
	*colon = '\0';
	*file = line;
	return end + 2;
}

static void write_problems(struct kith_answer *an, const char *name, const char *text)
{
	char line[LINE_MAX_LEN];

	kith_write_key_array(&an->w, name);
	while (next_line(&text, line)) {
		unsigned long number;
		const char *file, *message = split_problem(line, &file, &number);

		kith_write_map(&an->w);
		kith_answer_text(an, "file", file);
		if (number > 0)
			kith_write_key_u64(&an->w, "line", number);
		else
			kith_write_key_null(&an->w, "line");
		kith_write_key_text(&an->w, "message", message);
		kith_write_end(&an->w);
	}
	kith_write_end(&an->w);
}

static unsigned count_lines(const char *text)
{
	char line[LINE_MAX_LEN];
	unsigned count = 0;

	while (next_line(&text, line))
		count++;
	return count;
}

/* kithd found mistakes, and tells them a line each. */
static enum kith_exit report(struct kith_cli *c, const struct kith_spawned *s)
{
	enum kith_exit exit = exit_of(s->status);
	const char *code = exit == KITH_EXIT_CONFIG ? "config"
			   : exit == KITH_EXIT_FORBIDDEN ? "denied" : "kithd_failed";
	unsigned count = count_lines(s->err);
	char message[128], line[LINE_MAX_LEN], clean[LINE_MAX_LEN];
	const char *text = s->err;
	struct kith_answer an;

	if (exit == KITH_EXIT_CONFIG)
		snprintf(message, sizeof(message), "%u mistake%s", count, count == 1 ? "" : "s");
	else
		snprintf(message, sizeof(message), "kithd could not read the configuration");
	if (c->json) {
		kith_answer_init(&an, false);
		kith_write_key_map(&an.w, "error");
		kith_write_key_text(&an.w, "code", code);
		kith_write_key_text(&an.w, "message", message);
		kith_write_key_text(&an.w, "hint", "");
		kith_write_key_u64(&an.w, "exit", exit);
		kith_write_end(&an.w);
		write_problems(&an, "problems", s->err);
		c->failure.is_told = kith_answer_print(&an, c) == KITH_EXIT_YES;
	}
	while (!c->json && next_line(&text, line))
		fprintf(c->err, "%s\n", kith_clean(line, clean, sizeof(clean)));
	return kith_cli_fail(c, exit, code, NULL, "%s", message);
}

/* No mistake; kithd may still have something to remark. */
static enum kith_exit check(struct kith_cli *c, const struct kith_spawned *s)
{
	char line[LINE_MAX_LEN], clean[LINE_MAX_LEN];
	const char *text = s->err;
	struct kith_answer an;

	if (!c->json) {
		while (next_line(&text, line))
			kith_cli_say(c, "%s", kith_clean(line, clean, sizeof(clean)));
		kith_cli_say(c, "the configuration is good");
		return KITH_EXIT_YES;
	}
	kith_answer_init(&an, true);
	write_problems(&an, "problems", "");
	write_problems(&an, "remarks", s->err);
	return kith_answer_print(&an, c);
}

static char *trim(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text + strspn(text, " \t");
}

struct setting {
	char section[LINE_MAX_LEN];
	const char *key, *value, *origin; /* value NULL: not set */
};

/* One line of kithd --print-config: "[section]", "key = value ; origin", ";key = ; not set". False:
 * no setting. */
static bool read_setting(char *line, struct setting *s)
{
	bool unset = *line == ';';
	char *text = trim(line + unset), *equals = strchr(text, '='), *origin;

	if (*text == '[') {
		snprintf(s->section, sizeof(s->section), "%.*s", (int)strcspn(text + 1, "]"), text + 1);
		return false;
	}
	if (equals == NULL)
		return false;
	origin = strstr(equals, " ;");
	if (origin != NULL)
		*origin = '\0';
	*equals = '\0';
	s->key = trim(text);
	s->value = unset ? NULL : trim(equals + 1);
	s->origin = origin != NULL ? trim(origin + 2) : NULL;
	return true;
}

static bool is_wanted(const struct setting *s, const char *wanted)
{
	char name[2 * LINE_MAX_LEN];

	snprintf(name, sizeof(name), "%s.%s", s->section, s->key);
	return wanted == NULL || strcmp(wanted, name) == 0 || strcmp(wanted, s->section) == 0;
}

static enum kith_exit show_json(struct kith_cli *c, const char *text, const char *wanted)
{
	char line[LINE_MAX_LEN];
	struct setting s = {.section = ""};
	struct kith_answer an;
	unsigned count = 0;
	enum kith_exit got;

	kith_answer_init(&an, true);
	kith_write_key_array(&an.w, "settings");
	while (next_line(&text, line)) {
		if (!read_setting(line, &s) || !is_wanted(&s, wanted))
			continue;
		count++;
		kith_write_map(&an.w);
		kith_write_key_text(&an.w, "section", s.section);
		kith_write_key_text(&an.w, "key", s.key);
		kith_answer_text(&an, "value", s.value);
		kith_answer_text(&an, "origin", s.origin);
		kith_write_end(&an.w);
	}
	kith_write_end(&an.w);
	got = kith_answer_print(&an, c);
	return got == KITH_EXIT_YES && count == 0 ? KITH_EXIT_NO : got;
}

static enum kith_exit show(struct kith_cli *c, const char *text, const char *wanted)
{
	char line[LINE_MAX_LEN], clean[LINE_MAX_LEN];
	struct setting s = {.section = ""};
	unsigned count = 0;

	if (c->json)
		return show_json(c, text, wanted);
	if (wanted == NULL && !c->plain) {
		fputs(text, c->out);
		return KITH_EXIT_YES;
	}
	while (next_line(&text, line)) {
		if (!read_setting(line, &s) || !is_wanted(&s, wanted))
			continue;
		count++;
		fprintf(c->out, "%s.%s\t%s\n", s.section, s.key,
			s.value != NULL ? kith_clean(s.value, clean, sizeof(clean)) : "-");
	}
	if (count > 0)
		return KITH_EXIT_YES;
	kith_cli_say(c, "kith: no setting is called %s", wanted);
	return KITH_EXIT_NO;
}

enum kith_exit kith_cmd_config(struct kith_cli *c, const struct kith_args *a)
{
	const char *what = a->operands[0];
	bool is_check = strcmp(what, "check") == 0;
	struct kith_spawned s = {.out = NULL};
	enum kith_exit got;

	if (!is_check && strcmp(what, "show") != 0)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "kith config check, kith config show",
				     "config: '%s' is neither check nor show", what);
	if (is_check && a->operand_count > 1)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "--config FILE names the file",
				     "config check: '%s' is too much", a->operands[1]);
	got = run(c, a, is_check ? "--check" : "--print-config", &s);
	if (got == KITH_EXIT_YES && s.status != 0)
		got = report(c, &s);
	else if (got == KITH_EXIT_YES && is_check)
		got = check(c, &s);
	else if (got == KITH_EXIT_YES)
		got = show(c, s.out, a->operand_count > 1 ? a->operands[1] : NULL);
	kith_spawned_fini(&s);
	return got;
}
