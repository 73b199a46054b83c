/* SPDX-License-Identifier: ISC */
#include "cli/cmd_tag.h"

#include "base/text.h"
#include "cli/ask.h"

#include <string.h>

enum { LINE_MAX_LEN = 2048, TAG_MAX_LEN = 600 /* all tags together take 512 bytes */ };

/* The tag that an operand speaks of: its key, and for set its value. */
struct tag {
	char key[TAG_MAX_LEN];
	const char *value;
};

static enum kith_exit read_tag(struct kith_cli *c, const char *operand, bool is_set, struct tag *tag)
{
	const char *end = is_set ? strchr(operand, '=') : operand + strlen(operand);

	if (end == NULL || end == operand)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "kith help tag tells more",
				     is_set ? "tag set: '%s' is not KEY=VALUE"
					    : "tag unset: a key is not empty", operand);
	if ((size_t)(end - operand) >= sizeof(tag->key))
		return kith_cli_fail(c, KITH_EXIT_REFUSED, "too_big", NULL,
				     "tags take 512 bytes at most, all together");
	memcpy(tag->key, operand, (size_t)(end - operand));
	tag->key[end - operand] = '\0';
	tag->value = is_set ? end + 1 : NULL;
	return KITH_EXIT_YES;
}

/* The value of a tag in a reply, or NULL. Its key may have dots, so it is no path. */
static const char *value_of(struct kith_reply *r, const char *key)
{
	struct kith_value value = kith_value_get(kith_reply_get(r->root, "tags"), key);

	return kith_value_is(value, KITH_TREE_TEXT) ? kith_reply_word(r, value, NULL) : NULL;
}

static enum kith_exit write_change(struct kith_ask *q, struct kith_cli *c, const struct kith_args *a,
				   bool is_set)
{
	enum kith_exit got = KITH_EXIT_YES;
	struct tag tag;

	if (is_set)
		kith_write_key_map(&q->w, "set");
	else
		kith_write_key_array(&q->w, "unset");
	for (int i = 1; got == KITH_EXIT_YES && i < a->operand_count; i++) {
		got = read_tag(c, a->operands[i], is_set, &tag);
		if (got == KITH_EXIT_YES && is_set)
			kith_write_key_text(&q->w, tag.key, tag.value);
		else if (got == KITH_EXIT_YES)
			kith_write_text(&q->w, tag.key);
	}
	kith_write_end(&q->w);
	return got;
}

/* A word as the shell reads it back. */
static void add_quoted(struct kith_text *t, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "=_-.,:/@%+";

	if (*word != '\0' && word[strspn(word, plain)] == '\0') {
		kith_text_str(t, word);
		return;
	}
	kith_text_str(t, "'");
	for (; *word != '\0'; word++)
		if (*word == '\'')
			kith_text_str(t, "'\\''");
		else
			kith_text_mem(t, word, 1);
	kith_text_str(t, "'");
}

static void say_tag(struct kith_cli *c, const char *key, const char *was, const char *is)
{
	char clean_key[TAG_MAX_LEN], clean_was[TAG_MAX_LEN], clean_is[TAG_MAX_LEN];

	kith_clean(key, clean_key, sizeof(clean_key));
	kith_clean(was != NULL ? was : "", clean_was, sizeof(clean_was));
	kith_clean(is != NULL ? is : "", clean_is, sizeof(clean_is));
	if (was == NULL && is == NULL)
		kith_cli_say(c, "%s was not set", clean_key);
	else if (was == NULL)
		kith_cli_say(c, "%s=%s is new", clean_key, clean_is);
	else if (is == NULL)
		kith_cli_say(c, "%s is unset, was %s", clean_key, clean_was);
	else if (strcmp(was, is) == 0)
		kith_cli_say(c, "%s=%s, as before", clean_key, clean_is);
	else
		kith_cli_say(c, "%s=%s, was %s", clean_key, clean_is, clean_was);
}

/* What changed, and the commands that change it back. */
static void say(struct kith_cli *c, const struct kith_args *a, bool is_set,
		struct kith_reply *before, struct kith_reply *after)
{
	char set[LINE_MAX_LEN], unset[LINE_MAX_LEN], pair[2 * TAG_MAX_LEN], clean[LINE_MAX_LEN];
	struct kith_text set_again, unset_again;

	kith_text_init(&set_again, set, sizeof(set));
	kith_text_init(&unset_again, unset, sizeof(unset));
	for (int i = 1; i < a->operand_count; i++) {
		const char *was, *is;
		struct tag tag;

		if (read_tag(c, a->operands[i], is_set, &tag) != KITH_EXIT_YES)
			return;
		was = value_of(before, tag.key);
		is = value_of(after, tag.key);
		say_tag(c, tag.key, was, is);
		if (was == NULL && is != NULL) {
			kith_text_str(&unset_again, " ");
			add_quoted(&unset_again, tag.key);
		} else if (was != NULL && (is == NULL || strcmp(was, is) != 0)) {
			snprintf(pair, sizeof(pair), "%s=%s", tag.key, was);
			kith_text_str(&set_again, " ");
			add_quoted(&set_again, pair);
		}
	}
	if (*unset != '\0')
		kith_cli_say(c, "To undo: kith tag unset%s", kith_clean(unset, clean, sizeof(clean)));
	if (*set != '\0')
		kith_cli_say(c, "To undo: kith tag set%s", kith_clean(set, clean, sizeof(clean)));
	if (*set != '\0' || *unset != '\0')
		kith_cli_say(c, "It holds until kithd restarts; node.tag in kith.conf is for good.");
}

enum kith_exit kith_cmd_tag(struct kith_cli *c, const struct kith_args *a)
{
	bool is_set = strcmp(a->operands[0], "set") == 0;
	struct kith_reply before, after;
	struct kith_client k = {.fd = -1};
	struct kith_ask look, change;
	enum kith_exit got;

	if (!is_set && strcmp(a->operands[0], "unset") != 0)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
				     "kith tag set KEY=VALUE, kith tag unset KEY",
				     "tag: '%s' is neither set nor unset", a->operands[0]);
	kith_reply_init(&before);
	kith_reply_init(&after);
	kith_ask_init(&look);
	kith_write_end(&look.w);
	kith_ask_init(&change);
	got = write_change(&change, c, a, is_set);
	kith_write_end(&change.w);
	if (got == KITH_EXIT_YES)
		got = kith_client_open(&k, c);
	if (got == KITH_EXIT_YES)
		got = kith_client_call(&k, "kith.tags", &look.buf, &before);
	if (got == KITH_EXIT_YES)
		got = kith_client_call(&k, "kith.tags", &change.buf, &after);
	if (got == KITH_EXIT_YES && c->json)
		got = kith_answer_value(c, after.root);
	else if (got == KITH_EXIT_YES)
		say(c, a, is_set, &before, &after);
	kith_client_close(&k);
	kith_buf_fini(&look.buf);
	kith_buf_fini(&change.buf);
	kith_reply_fini(&before);
	kith_reply_fini(&after);
	return got;
}
