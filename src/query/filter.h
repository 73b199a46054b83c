/* SPDX-License-Identifier: ISC */
/*
 * query/filter.h: which members a caller means, as words: `kith members web-* state=failed`.
 *
 *	GLOB, name=GLOB   name; `*` is any text, `?` any one character
 *	id=HEX            id, or its first digits
 *	state=WORD,WORD   alive, restarting, suspect, failed, left; or quarantined, and none of these
 *	zone=GLOB         zone; "zone=" is no zone
 *	addr=GLOB         any of the addresses, with or without its port
 *	version=GLOB      version of its kithd
 *	tag:KEY=GLOB      value of a tag
 *	tag:KEY           has the tag
 *	not TERM          the contrary of the next term; also in one word, "not zone=b"
 *
 * Terms of the same field are alternatives, different fields must all hold, and no `not` term may:
 * `web-* db-* zone=a not state=left` is web or db, in zone a, not left. Each tag is a field.
 */
#ifndef KITH_QUERY_FILTER_H
#define KITH_QUERY_FILTER_H

#include "query/limits.h"

#include <kith/kith.h>

struct kith_filter_field; /* a row of the table in filter.c */

struct kith_filter_term {
	const struct kith_filter_field *field;
	struct kith_bytes key;   /* tag terms; borrowed from the words */
	struct kith_bytes value; /* borrowed from the words */
	uint32_t states;         /* state terms: bits by enum kith_status, and one for quarantined */
	bool is_negated, has_value;
};

struct kith_filter {
	struct kith_filter_term terms[KITH_FILTER_TERMS_MAX];
	uint32_t count;
	bool is_about_state; /* some term speaks of states */
	bool is_negated_next;
};

void kith_filter_init(struct kith_filter *f);
/* Adds one word, borrowed as long as the filter is used. KITH_EINVAL with a sentence in `why`
 * (at least 256 bytes), KITH_EFULL. */
KITH_MUST_USE int kith_filter_add(struct kith_filter *f, struct kith_bytes word, char *why,
				  size_t why_size);
/* After the last word: KITH_EINVAL if it was a lone `not`. */
KITH_MUST_USE int kith_filter_end(const struct kith_filter *f, char *why, size_t why_size);
bool kith_filter_matches(const struct kith_filter *f, const struct kith_member *m);

#endif
