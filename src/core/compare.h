/* SPDX-License-Identifier: ISC */
/*
 * core/compare.h: how two members find out, range by range, what one of them lacks (core/sync.h has the
 * turns). What the other said of a range is merged with our ring, and leads to what our next turn asks,
 * sends and asks for:
 *
 *	parts, list -> kith_compare_parts(), kith_compare_list() -> kith_sync.questions, need, todo, differ
 *	-> kith_compare_question() and core/sync write them
 */
#ifndef KITH_CORE_COMPARE_H
#define KITH_CORE_COMPARE_H

#include "core/sync.h"

/* mid[16] || leaf[8] in a list; and how many are listed for each part of the range above that differs, if
 * that is more than the usual few: 64 where all do, since nearly every list of one would follow. */
enum { KITH_LIST_ENTRY = 24, KITH_LIST_PER_PART = 4 };

/* One question as a message, and what it points into. */
struct kith_question_msg {
	struct kith_mid lo, hi;
	uint8_t blob[KITH_LIST_PER_PART * KITH_RANGE_PARTS * KITH_LIST_ENTRY];
	struct kith_msg m; /* last: its items are not touched */
};

/* One more owner to write of; false: no memory, or more than our table holds. */
KITH_MUST_USE bool kith_owners_add(struct kith_node *n, struct kith_owners *o, const struct kith_mid *mid);
/* One more to ask for; beyond what our table holds it is noted in y->overflows. False: no memory. */
KITH_MUST_USE bool kith_compare_need(struct kith_node *n, struct kith_sync *y,
				     const struct kith_mid *mid);
/* The first question: about all. False: no memory. */
KITH_MUST_USE bool kith_compare_all(struct kith_node *n, struct kith_sync *y);
/* The question about a range: its owners if they are few, else the digests of its parts. */
void kith_compare_question(const struct kith_node *n, const struct kith_question *q,
			   struct kith_question_msg *out);
/* What the other asks of a range. False: malformed or out of order, or no memory. */
KITH_MUST_USE bool kith_compare_parts(struct kith_node *n, struct kith_stream *s,
				      const struct kith_msg *m);
KITH_MUST_USE bool kith_compare_list(struct kith_node *n, struct kith_stream *s,
				     const struct kith_msg *m);

#endif
