/* SPDX-License-Identifier: ISC */
/*
 * query/pattern.h: regular expressions for Serf's clients (globs are base/glob.h's).
 *
 * They write RE2. The common part of it runs on the C library's extended expressions:
 * what differs only in spelling is rewritten (\d, \w, (?:...), lazy quantifiers, (?i) in front),
 * what can not be said is refused. Bounds: length, one counted repetition up to 32, three repeated
 * groups, no back-reference: those make the C library's memory or time explode.
 */
#ifndef KITH_QUERY_PATTERN_H
#define KITH_QUERY_PATTERN_H

#include <kith/types.h>
#include <regex.h>
#include <stdbool.h>

struct kith_pattern {
	regex_t compiled;
	bool is_set; /* false: matches everything */
};

/* Compiles ^value$, ungrouped as Serf does it: in "a|b" the anchors bind one end each. *why is a
 * sentence when it fails. KITH_ETOOBIG, KITH_EINVAL, KITH_ENOMEM. */
KITH_MUST_USE int kith_pattern_compile(struct kith_pattern *p, struct kith_bytes value,
				       const char **why);
void kith_pattern_fini(struct kith_pattern *p);
/* A text with a NUL, or longer than 1,024 bytes, matches nothing that is set. */
bool kith_pattern_matches(const struct kith_pattern *p, struct kith_bytes text);

#endif
