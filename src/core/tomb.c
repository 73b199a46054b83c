/* SPDX-License-Identifier: ISC */
#include "core/tomb.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "base/time.h"
#include "core/node.h"
#include <string.h>

static uint64_t mid_key_of(const void *tombs, uint32_t at)
{
	const struct kith_tombs *ts = tombs;

	return kith_get_u64(ts->table[at].mid.b);
}

void kith_tombs_init(struct kith_node *n, const uint64_t secret[2])
{
	kith_map_init(&n->tombs.by_mid, &n->alloc, secret, mid_key_of, &n->tombs);
	n->tombs.due = KITH_NEVER;
	n->tombs.due_s = UINT32_MAX;
}

void kith_tombs_fini(struct kith_node *n)
{
	kith_mem_free(&n->alloc, n->tombs.table);
	kith_map_fini(&n->tombs.by_mid);
	memset(&n->tombs, 0, sizeof(n->tombs));
}

static struct kith_tomb *find(const struct kith_node *n, const struct kith_mid *mid)
{
	const uint32_t at = kith_map_get(&n->tombs.by_mid, kith_get_u64(mid->b));
	struct kith_tomb *t = at != KITH_MAP_NONE ? &n->tombs.table[at] : NULL;

	return t != NULL && memcmp(t->mid.b, mid->b, sizeof(mid->b)) == 0 ? t : NULL;
}

static void uncount(struct kith_tombs *ts, struct kith_tomb *t)
{
	if (!t->counts)
		return;
	t->counts = false;
	ts->counted--;
	ts->sum -= t->leaf;
}

/* The last one takes the place of the one removed; its key is in the map, so this cannot fail. */
static void drop_at(struct kith_node *n, uint32_t at)
{
	struct kith_tombs *ts = &n->tombs;
	bool moved;

	uncount(ts, &ts->table[at]);
	kith_map_drop(&ts->by_mid, kith_get_u64(ts->table[at].mid.b));
	ts->count--;
	if (at == ts->count)
		return;
	ts->table[at] = ts->table[ts->count];
	moved = kith_map_put(&ts->by_mid, kith_get_u64(ts->table[at].mid.b), at);
	KITH_ASSERT(moved);
}

static void make_room(struct kith_node *n)
{
	uint32_t i, first = 0;

	if (n->tombs.count < KITH_TOMBS_MAX)
		return;
	KITH_DROP(n, table_full);
	for (i = 1; i < n->tombs.count; i++)
		if (n->tombs.table[i].until < n->tombs.table[first].until)
			first = i;
	drop_at(n, first);
}

void kith_tomb_bury(struct kith_node *n, const struct kith_mid *mid, uint32_t epoch, uint32_t seq,
		    uint32_t until)
{
	struct kith_tombs *ts = &n->tombs;
	void *table = ts->table;

	kith_tomb_open(n, mid);
	make_room(n);
	if (!kith_mem_grow(&n->alloc, &table, &ts->room, ts->count + 1, sizeof(*ts->table)))
		return;
	ts->table = table;
	if (kith_map_get(&ts->by_mid, kith_get_u64(mid->b)) != KITH_MAP_NONE)
		return;
	ts->table[ts->count] = (struct kith_tomb){
		.mid = *mid, .epoch = epoch, .seq = seq, .until = until};
	if (!kith_map_put(&ts->by_mid, kith_get_u64(mid->b), ts->count))
		return;
	ts->count++;
	if (until < ts->due_s)
		ts->due_s = until;
}

bool kith_tomb_is_there(const struct kith_node *n, const struct kith_mid *mid)
{
	return find(n, mid) != NULL;
}

void kith_tomb_kept(struct kith_node *n, const struct kith_mid *mid)
{
	struct kith_tomb *t = find(n, mid);

	if (t != NULL)
		t->is_kept = true;
}

void kith_tomb_count(struct kith_node *n, const struct kith_mid *mid, uint64_t leaf, kith_us until)
{
	struct kith_tomb *t = find(n, mid);

	if (t == NULL)
		return;
	KITH_ASSERT(!t->counts);
	t->counts = true;
	t->leaf = leaf;
	t->counts_until = until;
	n->tombs.counted++;
	n->tombs.sum += leaf;
	n->tombs.due = kith_us_min(n->tombs.due, until);
}

bool kith_tomb_covers(const struct kith_node *n, const struct kith_mid *mid, uint32_t epoch,
		      uint32_t seq)
{
	const struct kith_tomb *t = find(n, mid);

	return t != NULL && kith_incarnation_cmp(epoch, seq, t->epoch, t->seq) <= 0;
}

void kith_tomb_ask(struct kith_node *n, const struct kith_mid *mid, const struct kith_addr *from)
{
	if (!n->own.is_over && kith_bucket_take(&n->tombs.asked, n->now, 1, 1))
		(void)kith_stream_dial(n, from, KITH_STREAM_FOR_SYNC, mid, 0);
}

void kith_tomb_open(struct kith_node *n, const struct kith_mid *mid)
{
	const struct kith_tomb *t = find(n, mid);

	if (t != NULL)
		drop_at(n, (uint32_t)(t - n->tombs.table));
}

/* All are looked at only when one of them may be due. */
void kith_tombs_sweep(struct kith_node *n)
{
	struct kith_tombs *ts = &n->tombs;
	const int64_t unix_s = kith_now_unix_s(n);
	uint32_t i = 0;

	if (n->now < ts->due && (int64_t)ts->due_s + KITH_RECORD_SLACK_S >= unix_s)
		return;
	ts->due = KITH_NEVER;
	ts->due_s = UINT32_MAX;
	while (i < ts->count) {
		struct kith_tomb *t = &ts->table[i];

		if (n->now >= t->counts_until)
			uncount(ts, t);
		if ((int64_t)t->until + KITH_RECORD_SLACK_S < unix_s) {
			drop_at(n, i);
			continue;
		}
		if (t->counts)
			ts->due = kith_us_min(ts->due, t->counts_until);
		if (t->until < ts->due_s)
			ts->due_s = t->until;
		i++;
	}
}
