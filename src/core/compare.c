/* SPDX-License-Identifier: ISC */
#include "core/compare.h"

#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include <stddef.h>
#include <string.h>

enum {
	ENTRY = KITH_LIST_ENTRY,
	LIST_ENTRIES = 16, /* a range with as many owners or fewer is listed: fewer bytes than the
			    * digests of its parts, and then lists of one */
	LIST_PER_PART = KITH_LIST_PER_PART
};

/* --- what the next turn will say ------------------------------------------------------------- */

bool kith_owners_add(struct kith_node *n, struct kith_owners *o, const struct kith_mid *mid)
{
	void *q = o->queue;

	/* Nobody honest asks for more owners than our table holds. */
	if (o->count >= n->max_members ||
	    !kith_mem_grow(&n->alloc, &q, &o->room, o->count + 1, sizeof(*o->queue)))
		return false;
	o->queue = q;
	o->queue[o->count++] = *mid;
	return true;
}

bool kith_compare_need(struct kith_node *n, struct kith_sync *y, const struct kith_mid *mid)
{
	if (y->need.count >= n->max_members) {
		y->overflows = true;
		return true;
	}
	return kith_owners_add(n, &y->need, mid);
}

static bool ask_about(struct kith_node *n, struct kith_sync *y, const struct kith_range *r,
		      uint8_t differ)
{
	void *q = y->questions;

	/* No pair differs in more ranges than the larger table has members; ours may be smaller. */
	if (y->question_count >= n->max_members) {
		y->overflows = true;
		return true;
	}
	if (!kith_mem_grow(&n->alloc, &q, &y->question_room, y->question_count + 1,
			   sizeof(*y->questions)))
		return false;
	y->questions = q;
	y->questions[y->question_count++] = (struct kith_question){*r, differ};
	return true;
}

bool kith_compare_all(struct kith_node *n, struct kith_sync *y)
{
	return ask_about(n, y, &(struct kith_range){.depth = 0}, 0);
}

void kith_compare_question(const struct kith_node *n, const struct kith_question *q,
			   struct kith_question_msg *out)
{
	const struct kith_range *r = &q->range;
	const uint32_t many = LIST_PER_PART * (uint32_t)q->differ;
	const uint32_t listed = many > LIST_ENTRIES ? many : LIST_ENTRIES;
	struct kith_msg *m = &out->m;
	uint32_t at, to;

	_Static_assert(KITH_RANGE_PARTS * 8 <= sizeof(out->blob), "room for either");
	out->lo = r->lo;
	out->hi = kith_range_last(r);
	memset(m, 0, offsetof(struct kith_msg, items));
	m->lo = out->lo.b;
	m->hi = out->hi.b;
	m->blob.p = out->blob;
	kith_range_stretch(n, r, &at, &to);
	if (to - at <= listed) {
		m->kind = KITH_MSG_LIST;
		for (; at < to; at++, m->blob.len += ENTRY) {
			const struct kith_mid *mid = &kith_ring_at(n, at)->record->mid;

			memcpy(out->blob + m->blob.len, mid->b, sizeof(mid->b));
			kith_put_u64(out->blob + m->blob.len + 16, kith_ring_leaf(n, at));
		}
		return;
	}
	m->kind = KITH_MSG_PARTS;
	m->d = r->depth;
	kith_range_digests(n, r, out->blob);
	m->blob.len = KITH_RANGE_PARTS * 8;
}

/* --- what the other says ---------------------------------------------------------------------- */

static struct kith_mid mid_at(const uint8_t *p)
{
	struct kith_mid mid;

	memcpy(mid.b, p, sizeof(mid.b));
	return mid;
}

/* The next question of the other's turn is about lo..hi. False: it is none, or not in order. */
static bool is_asked_in_order(struct kith_sync *y, const struct kith_mid *lo,
			      const struct kith_mid *hi)
{
	if (memcmp(hi->b, lo->b, sizeof(hi->b)) < 0 ||
	    (y->asked.has && memcmp(lo->b, y->asked.up_to.b, sizeof(lo->b)) <= 0))
		return false;
	y->has_asked = true;
	y->asked = (struct kith_asked){.up_to = *hi, .has = true};
	return true;
}

static bool send_all_of(struct kith_node *n, struct kith_sync *y, const struct kith_range *r)
{
	uint32_t at, to;

	kith_range_stretch(n, r, &at, &to);
	for (; at < to; at++)
		if (!kith_owners_add(n, &y->todo, &kith_ring_at(n, at)->record->mid))
			return false;
	return true;
}

/* Compares each part with ours. Where they differ we ask in turn, one level down; where the other
 * has nobody it gets everybody. */
bool kith_compare_parts(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	static const uint8_t nobody[8];
	struct kith_sync *y = s->sync;
	struct kith_range r;
	uint8_t ours[KITH_RANGE_PARTS * 8], i, differ = 0;
	struct kith_mid hi;

	if (m->d >= KITH_MID_NIBBLES || m->blob.len != KITH_RANGE_PARTS * 8)
		return false;
	r = kith_range_at(m->lo, m->d);
	hi = kith_range_last(&r);
	if (!is_asked_in_order(y, &r.lo, &hi))
		return false;
	kith_range_digests(n, &r, ours);
	for (i = 0; i < KITH_RANGE_PARTS; i++)
		differ += memcmp(ours + (size_t)i * 8, m->blob.p + (size_t)i * 8, 8) != 0 ? 1 : 0;
	for (i = 0; i < KITH_RANGE_PARTS && y->refusal == KITH_SEED_JOINED; i++) {
		const struct kith_range part = kith_range_part(&r, i);
		const uint8_t *theirs = m->blob.p + (size_t)i * 8;

		if (memcmp(ours + (size_t)i * 8, theirs, 8) == 0)
			continue;
		if (memcmp(theirs, nobody, sizeof(nobody)) == 0
			    ? !send_all_of(n, y, &part)
			    : !ask_about(n, y, &part, differ))
			return false;
	}
	return true;
}

/* Merges a sorted list with our ring: what it lacks is sent, what we lack is asked for, what differs
 * is compared. */
bool kith_compare_list(struct kith_node *n, struct kith_stream *s, const struct kith_msg *m)
{
	struct kith_sync *y = s->sync;
	const struct kith_mid lo = mid_at(m->lo), hi = mid_at(m->hi);
	uint32_t at = kith_ring_seek(n, &lo);
	struct kith_mid last = {{0}};
	size_t i = 0;

	if (m->blob.len % ENTRY != 0 || !is_asked_in_order(y, &lo, &hi))
		return false;
	while (y->refusal == KITH_SEED_JOINED) {
		const bool have = at < n->peers.count && kith_ring_compare(n, at, &hi) <= 0;
		const bool has = i < m->blob.len;
		struct kith_mid theirs;
		bool is_same = false;
		int c;

		if (!have && !has)
			break;
		if (has) {
			theirs = mid_at(m->blob.p + i);
			if ((i > 0 && memcmp(theirs.b, last.b, sizeof(last.b)) <= 0) ||
			    memcmp(theirs.b, lo.b, sizeof(lo.b)) < 0 ||
			    memcmp(theirs.b, hi.b, sizeof(hi.b)) > 0)
				return false;
			is_same = have && kith_ring_is_same(n, at, &theirs,
							    kith_get_u64(m->blob.p + i + 16));
		}
		c = is_same ? 0 : !has ? -1 : !have ? 1 : kith_ring_compare(n, at, &theirs);
		if ((c < 0 && !kith_owners_add(n, &y->todo, &kith_ring_at(n, at)->record->mid)) ||
		    (c > 0 && !kith_compare_need(n, y, &theirs)) ||
		    (c == 0 && !is_same && !kith_owners_add(n, &y->differ, &theirs)))
			return false;
		if (c <= 0)
			at++;
		if (c >= 0) {
			last = theirs;
			i += ENTRY;
		}
	}
	return true;
}
