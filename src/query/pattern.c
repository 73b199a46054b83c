/* SPDX-License-Identifier: ISC */
#include "query/pattern.h"
#include "base/text.h"
#include "query/limits.h"

#include <string.h>

/* --- RE2 to POSIX ---------------------------------------------------------------------------- */

/* The C library copies what `+` and `{n}` repeat, also nested: 3 groups and one count bound that to
 * 8 * 32 copies. */
enum { REPEAT_MAX = 32, GROUPS_REPEATED_MAX = 3, TEXT_MAX = 1024 };

struct rewriter {
	const uint8_t *p, *end;
	struct kith_text out;
	bool in_bracket;
	unsigned repeats, groups_repeated;
	uint8_t before; /* character before, outside of brackets */
	int flags;
	const char *why;
};

/* A class by its letter; the outer brackets only outside of brackets. */
static bool class_of(struct rewriter *r, uint8_t letter)
{
	static const struct {
		char letter;
		const char *inside, *outside;
	} classes[] = {
		{'d', "0-9", "[0-9]"},
		{'w', "0-9A-Za-z_", "[0-9A-Za-z_]"},
		{'s', "\t\n\f\r ", "[\t\n\f\r ]"},
		{'D', NULL, "[^0-9]"},
		{'W', NULL, "[^0-9A-Za-z_]"},
		{'S', NULL, "[^\t\n\f\r ]"},
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const char *text = r->in_bracket ? classes[i].inside : classes[i].outside;

		if (classes[i].letter == letter && text != NULL) {
			kith_text_str(&r->out, text);
			return true;
		}
	}
	return false;
}

static void escape(struct rewriter *r)
{
	uint8_t c;

	if (r->p == r->end) {
		r->why = "a pattern may not end in a backslash";
		return;
	}
	c = *r->p++;
	if (class_of(r, c))
		return;
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
		r->why = "of the escapes with a letter only \\d, \\w, \\s and their capitals are known";
	} else if (r->in_bracket && strchr("]^-\\", c) != NULL) {
		r->why = "no escaped ], ^, - or \\ between brackets";
	} else {
		if (!r->in_bracket)
			kith_text_str(&r->out, "\\");
		kith_text_mem(&r->out, (const char *)&c, 1);
	}
}

/* {n}, {n,} or {n,m} at r->p - 1. */
static void repeat(struct rewriter *r)
{
	const uint8_t *start = r->p - 1;
	unsigned n = 0;

	if (++r->repeats > 1)
		r->why = "one {n} a pattern is the limit";
	for (; r->p < r->end && *r->p != '}'; r->p++) {
		if (*r->p == ',') {
			n = 0;
			continue;
		}
		if (*r->p < '0' || *r->p > '9') {
			r->why = "a { must begin a {n}, {n,} or {n,m}";
			return;
		}
		n = n * 10 + (*r->p - '0');
		if (n > REPEAT_MAX) {
			r->why = "{n} goes to 32";
			return;
		}
	}
	if (r->p < r->end)
		r->p++;
	kith_text_mem(&r->out, (const char *)start, (size_t)(r->p - start));
}

static bool next_is(const struct rewriter *r, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(r->end - r->p) >= len && memcmp(r->p, text, len) == 0;
}

static bool is_repetition(uint8_t c)
{
	return c == '*' || c == '+' || c == '?' || c == '{';
}

/* A repetition after its character: what comes next may not be one more. */
static void end_repetition(struct rewriter *r)
{
	/* Whether something matches does not depend on who takes first, the greedy or the lazy. */
	if (next_is(r, "?"))
		r->p++;
	if (r->p < r->end && is_repetition(*r->p))
		r->why = "a repetition of a repetition";
}

/* One character outside of brackets. */
static void outside(struct rewriter *r, uint8_t c)
{
	if (r->before == ')' && (c == '+' || c == '{') &&
	    ++r->groups_repeated > GROUPS_REPEATED_MAX)
		r->why = "three groups with + or {n} a pattern are the limit";
	if (c == '\\') {
		escape(r);
	} else if (c == '{') {
		repeat(r);
	} else if (c == '(' && next_is(r, "?:")) {
		r->p += 2;
		kith_text_str(&r->out, "(");
	} else if (c == '(' && next_is(r, "?")) {
		r->why = "of the groups that begin with (? only (?: and a leading (?i) are known";
	} else {
		kith_text_mem(&r->out, (const char *)&c, 1);
		r->in_bracket = c == '[';
		if (r->in_bracket && next_is(r, "^"))
			kith_text_mem(&r->out, (const char *)r->p++, 1);
		if (r->in_bracket && next_is(r, "]")) /* first of all it stands for itself */
			kith_text_mem(&r->out, (const char *)r->p++, 1);
	}
	if (is_repetition(c) && r->why == NULL)
		end_repetition(r);
	r->before = c == '\\' ? 0 : c;
}

static void between_brackets(struct rewriter *r, uint8_t c)
{
	const uint8_t *end;

	if (c == '\\') {
		escape(r);
	} else if (c == '[' && next_is(r, ":")) {
		end = memchr(r->p, ']', (size_t)(r->end - r->p));
		if (end == NULL || end[-1] != ':') {
			r->why = "a [: without :]";
			return;
		}
		kith_text_str(&r->out, "[");
		kith_text_mem(&r->out, (const char *)r->p, (size_t)(end + 1 - r->p));
		r->p = end + 1;
	} else if (c == '[') {
		r->why = "no [ between brackets but in [:name:]";
	} else {
		r->in_bracket = c != ']';
		kith_text_mem(&r->out, (const char *)&c, 1);
	}
}

static int rewrite(struct kith_bytes value, char *buf, size_t size, int *flags, const char **why)
{
	struct rewriter r = {.p = value.p, .end = value.p + value.len, .flags = *flags};

	kith_text_init(&r.out, buf, size);
	kith_text_str(&r.out, "^");
	if (next_is(&r, "(?i)")) {
		r.flags |= REG_ICASE;
		r.p += 4;
	}
	while (r.p < r.end && r.why == NULL) {
		uint8_t c = *r.p++;

		if (c == '\0')
			r.why = "a pattern has no NUL";
		else if (r.in_bracket)
			between_brackets(&r, c);
		else
			outside(&r, c);
	}
	kith_text_str(&r.out, "$");
	*flags = r.flags;
	if (r.why == NULL && r.out.cut)
		r.why = "the pattern is too long";
	*why = r.why;
	return r.why == NULL ? 0 : KITH_EINVAL;
}

int kith_pattern_compile(struct kith_pattern *p, struct kith_bytes value, const char **why)
{
	char buf[KITH_REGEX_MAX * 7 + 3]; /* \W grows the most, from 2 bytes to 14 */
	int flags = REG_EXTENDED | REG_NOSUB;
	int rc;

	*p = (struct kith_pattern){.is_set = false};
	if (value.len == 0)
		return 0;
	if (value.len > KITH_REGEX_MAX) {
		*why = "the pattern is longer than 256 bytes";
		return KITH_ETOOBIG;
	}
	rc = rewrite(value, buf, sizeof(buf), &flags, why);
	if (rc != 0)
		return rc;
	rc = regcomp(&p->compiled, buf, flags);
	if (rc != 0) {
		*why = rc == REG_ESPACE ? "out of memory" : "the pattern is no regular expression";
		return rc == REG_ESPACE ? KITH_ENOMEM : KITH_EINVAL;
	}
	p->is_set = true;
	return 0;
}

void kith_pattern_fini(struct kith_pattern *p)
{
	if (p->is_set)
		regfree(&p->compiled);
	p->is_set = false;
}

bool kith_pattern_matches(const struct kith_pattern *p, struct kith_bytes text)
{
	char copy[TEXT_MAX + 1];

	if (!p->is_set)
		return true;
	if (text.len > TEXT_MAX || (text.len > 0 && memchr(text.p, '\0', text.len) != NULL))
		return false;
	if (text.len > 0)
		memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	return regexec(&p->compiled, copy, 0, NULL, 0) == 0;
}
