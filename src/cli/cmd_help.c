/* SPDX-License-Identifier: ISC */
#include "cli/cmd_help.h"

#include "cli/answer.h"

#include <config.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void print_flags(FILE *f, const struct kith_flag *flags)
{
	for (; flags != NULL && flags->name != NULL; flags++) {
		char left[64];
		int len = flags->letter != 0
				  ? snprintf(left, sizeof(left), "-%c, --%s", flags->letter, flags->name)
				  : snprintf(left, sizeof(left), "    --%s", flags->name);

		if (flags->value != NULL)
			snprintf(left + len, sizeof(left) - (size_t)len, " %s", flags->value);
		fprintf(f, "  %-24s  %s\n", left, flags->help);
	}
}

static void help_verb(struct kith_cli *c, const struct kith_verb *v)
{
	fprintf(c->out, "usage: kith %s%s%s%s\n\n%s\n", v->name,
		v->flags != NULL ? " [flags]" : "", *v->args != '\0' ? " " : "", v->args, v->help);
	if (v->flags != NULL) {
		fputs("\nflags:\n", c->out);
		print_flags(c->out, v->flags);
	}
	fputs("\nFlags of every verb: kith help. The manual: man kith\n", c->out);
}

static void help_all(struct kith_cli *c)
{
	const char *group = "";

	fputs("usage: kith [flags] [VERB] [flags] [arguments]      kith alone is kith status\n", c->out);
	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++) {
		char left[64];

		if (strcmp(group, v->group) != 0)
			fprintf(c->out, "\n%s:\n", v->group);
		group = v->group;
		snprintf(left, sizeof(left), "%s %s", v->name, v->args);
		fprintf(c->out, "  %-24s  %s\n", left, v->synopsis);
	}
	fputs("\nflags, before or after the verb:\n", c->out);
	print_flags(c->out, kith_global_flags);
	fputs("\nexit codes:\n", c->out);
#define X(name, number, meaning) fprintf(c->out, "  %2d  %s\n", number, meaning);
	KITH_EXITS(X)
#undef X
	fputs("\nkith help VERB tells more. The manual: man kith\n", c->out);
}

static void write_flags(struct kith_answer *an, const struct kith_flag *flags)
{
	kith_write_key_array(&an->w, "flags");
	for (; flags != NULL && flags->name != NULL; flags++) {
		char letter[2] = {flags->letter, '\0'};

		kith_write_map(&an->w);
		kith_write_key_text(&an->w, "name", flags->name);
		kith_answer_text(an, "letter", flags->letter != 0 ? letter : NULL);
		kith_answer_text(an, "value", flags->value);
		kith_write_key_text(&an->w, "help", flags->help);
		kith_write_end(&an->w);
	}
	kith_write_end(&an->w);
}

static enum kith_exit help_json(struct kith_cli *c, const struct kith_verb *only)
{
	struct kith_answer an;

	kith_answer_init(&an, true);
	kith_write_key_array(&an.w, "verbs");
	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++) {
		if (only != NULL && only != v)
			continue;
		kith_write_map(&an.w);
		kith_write_key_text(&an.w, "name", v->name);
		kith_write_key_text(&an.w, "group", v->group);
		kith_write_key_text(&an.w, "args", v->args);
		kith_write_key_text(&an.w, "synopsis", v->synopsis);
		kith_write_key_text(&an.w, "help", v->help);
		write_flags(&an, v->flags);
		kith_write_end(&an.w);
	}
	kith_write_end(&an.w);
	write_flags(&an, kith_global_flags);
	return kith_answer_print(&an, c);
}

enum kith_exit kith_help(struct kith_cli *c, const struct kith_verb *verb)
{
	if (c->json)
		return help_json(c, verb);
	if (verb != NULL)
		help_verb(c, verb);
	else
		help_all(c);
	return KITH_EXIT_YES;
}

enum kith_exit kith_cmd_help(struct kith_cli *c, const struct kith_args *a)
{
	const struct kith_verb *verb, *guess;
	char hint[64];

	if (a->operand_count == 0)
		return kith_help(c, NULL);
	verb = kith_verb_find(a->operands[0]);
	if (verb != NULL)
		return kith_help(c, verb);
	guess = kith_verb_guess(a->operands[0]);
	snprintf(hint, sizeof(hint), guess != NULL ? "did you mean kith help %s?" : "%s",
		 guess != NULL ? guess->name : "kith help lists the verbs");
	return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", hint, "unknown verb '%s'", a->operands[0]);
}

enum kith_exit kith_cmd_version(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_answer an;

	(void)a;
	if (!c->json) {
		fprintf(c->out, "kith %s\n", PACKAGE_VERSION);
		return KITH_EXIT_YES;
	}
	kith_answer_init(&an, true);
	kith_answer_text(&an, "version", PACKAGE_VERSION);
	return kith_answer_print(&an, c);
}

/* --- completion ------------------------------------------------------------------------------ */

static void print_words(FILE *f, const struct kith_flag *flags)
{
	for (; flags != NULL && flags->name != NULL; flags++)
		fprintf(f, " --%s", flags->name);
}

static void print_case(FILE *f, const struct kith_verb *v)
{
	fprintf(f, "\t%s)\n\t\tflags=\"$flags", v->name);
	print_words(f, v->flags);
	fputs("\"\n", f);
	switch (v->operands) {
	case KITH_OPERANDS_MEMBERS:
	case KITH_OPERANDS_FILTERS:
		/* Silent and quick when kithd is down. */
		fputs("\t\twords=$(\"$1\" --timeout 200ms --plain members --all 2>/dev/null | cut -f2)\n", f);
		if (v->operands == KITH_OPERANDS_FILTERS)
			fputs("\t\twords=\"$words not state=alive state=suspect state=failed state=left "
			      "state=restarting\"\n", f);
		break;
	case KITH_OPERANDS_SERVICES:
		fputs("\t\twords=$(\"$1\" --timeout 200ms --plain services --all 2>/dev/null | cut -f2)\n", f);
		break;
	case KITH_OPERANDS_FILES:
		fputs("\t\tfiles=yes\n", f);
		break;
	case KITH_OPERANDS_VERBS:
		fputs("\t\twords=$verbs\n", f);
		break;
	case KITH_OPERANDS_WORDS:
		fprintf(f, "\t\twords=\"%s\"\n", v->words);
		break;
	case KITH_OPERANDS_NONE:
		break;
	}
	fputs("\t\t;;\n", f);
}

static void print_values(FILE *f, const struct kith_flag *flags)
{
	for (; flags != NULL && flags->name != NULL; flags++)
		if (flags->value != NULL)
			fprintf(f, "|--%s", flags->name);
}

static void print_bash(FILE *f)
{
	fputs("# bash completion of kith; made by: kith completion bash\n_kith() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} verb= words= files= flags verbs skip= i\n"
	      "\tflags=\"", f);
	print_words(f, kith_global_flags);
	fputs("\"\n\tverbs=\"", f);
	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++)
		fprintf(f, "%s%s", v == kith_verbs ? "" : " ", v->name);
	fputs("\"\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tif [[ $skip ]]; then skip=; continue; fi\n"
	      "\t\tcase ${COMP_WORDS[i]} in\n\t\t-s|-t", f);
	print_values(f, kith_global_flags);
	fputs(") skip=yes ;;\n\t\t-*) ;;\n\t\t*) verb=${COMP_WORDS[i]}; break ;;\n\t\tesac\n\tdone\n"
	      "\tcase $verb in\n\t'') words=$verbs ;;\n", f);
	for (const struct kith_verb *v = kith_verbs; v->name != NULL; v++)
		print_case(f, v);
	fputs("\tesac\n\tcase ${COMP_WORDS[COMP_CWORD - 1]} in\n"
	      "\t--socket|--state|--config|--authority|-s|-a) files=yes words= ;;\n"
	      "\t--color) words=\"auto always never\" ;;\n\tesac\n"
	      "\t[[ $cur == -* ]] && words=$flags files=\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	      "\t[[ $files ]] && mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	      "}\ncomplete -o filenames -F _kith kith\n", f);
}

enum kith_exit kith_cmd_completion(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_answer an;
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (strcmp(a->operands[0], "bash") != 0)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "kith completion bash",
				     "no completion for '%s'", a->operands[0]);
	if (!c->json) {
		print_bash(c->out);
		return KITH_EXIT_YES;
	}
	f = open_memstream(&text, &len);
	if (f == NULL)
		return kith_cli_fail_errno(c, ENOMEM, NULL, "making the completion");
	print_bash(f);
	fclose(f);
	kith_answer_init(&an, true);
	kith_answer_text(&an, "shell", "bash");
	kith_answer_text(&an, "completion", text);
	free(text);
	return kith_answer_print(&an, c);
}
