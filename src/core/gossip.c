/* SPDX-License-Identifier: ISC */
#include "core/gossip.h"

#include "base/check.h"
#include "core/node.h"
#include <string.h>

/* floor(e^(k/4)). A record is told k times among n members, k the first with e^(k/4) >= n + 1: that
 * is ceil(4 ln(n + 1)), and no floating point decides. */
static const uint32_t members_by_sends[] = {
	1, 1, 1, 2, 2, 3, 4, 5, 7, 9, 12, 15, 20, 25, 33, 42, 54, 70, 90, 115, 148, 190,
	244, 314, 403, 518, 665, 854, 1096, 1408, 1808, 2321, 2980, 3827, 4914, 6310, 8103,
	10404, 13359, 17154, 22026, 28282, 36315, 46630, 59874, 76879, 98715, 126753,
	162754, 208981, 268337, 344551, 442413, 568070, 729416, 936589, 1202604,
};
enum { SENDS_COUNT = sizeof(members_by_sends) / sizeof(members_by_sends[0]) };

_Static_assert((int)SENDS_COUNT <= (int)KITH_SENDS_MAX, "a list for every number of sends");
_Static_assert((int)KITH_SENDS_MAX == 64, "and a bit");
enum { OWNER_AT = 4 }; /* in each record (wire/record.h) */

uint8_t kith_gossip_sends(uint32_t count, bool is_lazy)
{
	uint32_t ten = 1;
	uint8_t sends = 0;

	if (is_lazy)
		for (; ten < count + 1 && sends < 10; ten *= 10)
			sends++;
	else
		while (sends < SENDS_COUNT - 1 && members_by_sends[sends] < count + 1)
			sends++;
	return sends > 0 ? sends : 1;
}

bool kith_gossip_init(struct kith_node *n)
{
	struct kith_gossip *g = &n->gossip;
	uint32_t at;

	kith_slab_init(&g->rumors, &n->alloc, sizeof(struct kith_rumor));
	/* The first chunk stays from now on, so that there always is a place. */
	if (kith_slab_take(&g->rumors, &at) == NULL)
		return false;
	kith_slab_give(&g->rumors, at);
	return kith_timer_init(n, &g->tick, KITH_TIMER_GOSSIP, NULL);
}

void kith_gossip_fini(struct kith_node *n)
{
	KITH_ASSERT(n->gossip.count == 0);
	kith_slab_fini(&n->gossip.rumors);
	kith_timer_fini(n, &n->gossip.tick);
}

/* --- the table and its lists ------------------------------------------------------------------ */

static struct kith_rumor *rumor_at(const struct kith_node *n, uint32_t number)
{
	return kith_slab_at(&n->gossip.rumors, number - 1);
}

static void append(struct kith_node *n, uint32_t number)
{
	struct kith_gossip *g = &n->gossip;
	struct kith_rumor *r = rumor_at(n, number);
	struct kith_rumor_list *list = &g->queue[r->lane][r->sent];

	r->next = 0;
	r->prev = list->last;
	if (list->last != 0)
		rumor_at(n, list->last)->next = number;
	else
		list->first = number;
	list->last = number;
	g->busy[r->lane] |= UINT64_C(1) << r->sent;
}

static void unlink_rumor(struct kith_node *n, const struct kith_rumor *r)
{
	struct kith_gossip *g = &n->gossip;
	struct kith_rumor_list *list = &g->queue[r->lane][r->sent];

	if (r->next != 0)
		rumor_at(n, r->next)->prev = r->prev;
	else
		list->last = r->prev;
	if (r->prev != 0)
		rumor_at(n, r->prev)->next = r->next;
	else
		list->first = r->next;
	if (list->first == 0)
		g->busy[r->lane] &= ~(UINT64_C(1) << r->sent);
}

static void forget(struct kith_node *n, uint32_t number)
{
	struct kith_rumor *r = rumor_at(n, number);

	unlink_rumor(n, r);
	kith_fact_unref(n, r->record);
	n->gossip.lazy_count -= r->lane == KITH_LANE_LAZY ? 1 : 0;
	kith_slab_give(&n->gossip.rumors, number - 1);
	n->gossip.count--;
}

struct kith_rumor *kith_gossip_of(const struct kith_node *n, uint32_t r,
				  const struct kith_fact *record)
{
	if (r == 0 || !kith_slab_has(&n->gossip.rumors, r - 1) ||
	    rumor_at(n, r)->record != record)
		return NULL;
	return rumor_at(n, r);
}

void kith_gossip_drop(struct kith_node *n, uint32_t *r, const struct kith_fact *record)
{
	if (kith_gossip_of(n, *r, record) != NULL)
		forget(n, *r);
	*r = 0;
}

/* The most-told rumor of the lane, of those told as often the oldest; 0: it is empty. */
static uint32_t most_told(const struct kith_node *n, int lane)
{
	const uint64_t busy = n->gossip.busy[lane];

	return busy != 0 ? n->gossip.queue[lane][63 - __builtin_clzll(busy)].first : 0;
}

/* The queue is full: the most-told rumor of the lowest lane makes room. */
static void make_room(struct kith_node *n)
{
	int lane;

	for (lane = KITH_LANE_COUNT - 1; lane >= 0; lane--) {
		const uint32_t number = most_told(n, lane);

		if (number == 0)
			continue;
		forget(n, number);
		return;
	}
}

static void start_tick(struct kith_node *n, kith_us wait)
{
	if (n->gossip.count > 0 && !kith_timer_is_set(&n->gossip.tick) && n->peers.count > 1)
		kith_timer_set(n, &n->gossip.tick, kith_us_add(n->now, wait));
}

void kith_gossip_put(struct kith_node *n, uint32_t *r, struct kith_fact *record,
		     enum kith_lane lane)
{
	struct kith_rumor *rumor;
	uint32_t at;

	kith_gossip_drop(n, r, record);
	if (lane == KITH_LANE_LAZY && n->gossip.lazy_count >= KITH_GOSSIP_LAZY_MAX)
		forget(n, most_told(n, lane));
	if (n->gossip.count >= KITH_GOSSIP_MAX)
		make_room(n);
	rumor = kith_slab_take(&n->gossip.rumors, &at);
	if (rumor == NULL) {
		make_room(n);
		rumor = kith_slab_take(&n->gossip.rumors, &at);
	}
	KITH_ASSERT(rumor != NULL);
	kith_fact_ref(record);
	rumor->record = record;
	rumor->lane = (uint8_t)lane;
	n->gossip.count++;
	n->gossip.lazy_count += lane == KITH_LANE_LAZY ? 1 : 0;
	*r = at + 1;
	append(n, *r);
	/* At a random phase, as if it had never stood still: all who wake by the same news would tick
	 * together, and whom the first wave missed would wait for a whole tick. */
	start_tick(n, 1 + kith_rng_below(&n->rng, (uint32_t)n->timing.gossip_tick));
}

static void go_on_lazily(struct kith_node *n, enum kith_lane lane)
{
	struct kith_gossip *g = &n->gossip;
	const uint8_t sends = kith_gossip_sends(n->peers.count, true);
	uint32_t number;

	while ((number = most_told(n, lane)) != 0) {
		struct kith_rumor *r = rumor_at(n, number);

		if (r->sent >= sends || g->lazy_count >= KITH_GOSSIP_LAZY_MAX) {
			forget(n, number);
			continue;
		}
		unlink_rumor(n, r);
		r->lane = KITH_LANE_LAZY;
		g->lazy_count++;
		append(n, number);
	}
}

void kith_gossip_known(struct kith_node *n)
{
	go_on_lazily(n, KITH_LANE_RECORD);
	go_on_lazily(n, KITH_LANE_SERVICE);
}

/* --- telling --------------------------------------------------------------------------------- */

static uint8_t sends_in(const struct kith_node *n, int lane)
{
	const uint8_t sends = kith_gossip_sends(n->peers.count, lane >= KITH_LANE_NOISE);

	return lane == KITH_LANE_NOISE ? sends + KITH_NOISE_SENDS : sends;
}

/* Copies the rumor into the packet and moves it on, or out of the queue when told often enough. */
static bool tell(struct kith_node *n, struct kith_packet *pk, uint32_t number)
{
	struct kith_rumor *r = rumor_at(n, number);

	if (!kith_packet_add_record(pk, r->record->raw))
		return false;
	KITH_COUNT(n, gossip_sent);
	r->stamp = n->gossip.packet_stamp;
	if (r->sent + 1 >= sends_in(n, r->lane)) {
		forget(n, number);
	} else {
		unlink_rumor(n, r);
		r->sent++;
		append(n, number);
	}
	return true;
}

static bool fits(const struct kith_node *n, const struct kith_packet *pk,
		 const struct kith_rumor *r)
{
	/* Array, kind and a two-byte length come before the bytes. Its owner knows it. */
	return r->stamp != n->gossip.packet_stamp &&
	       r->record->raw.len + 5u <= pk->room - pk->len &&
	       memcmp(r->record->raw.p + OWNER_AT, pk->to->record->mid.b,
		      sizeof(struct kith_mid)) != 0;
}

/* The fewest-told rumor of the lane that fits; 0 if none of the first few does. */
static uint32_t choose(const struct kith_node *n, const struct kith_packet *pk, int lane)
{
	uint64_t busy = n->gossip.busy[lane];
	uint32_t number;
	int misses = 0;

	for (; busy != 0; busy &= busy - 1) {
		number = n->gossip.queue[lane][__builtin_ctzll(busy)].first;
		for (; number != 0; number = rumor_at(n, number)->next) {
			if (fits(n, pk, rumor_at(n, number)))
				return number;
			if (++misses >= 32)
				return 0;
		}
	}
	return 0;
}

void kith_gossip_fill(struct kith_node *n, struct kith_packet *pk)
{
	n->gossip.packet_stamp++;
	for (;;) {
		uint32_t r = 0;
		int lane;

		if (++n->gossip.picks % 5 == 0) /* the lower lanes' turn */
			for (lane = KITH_LANE_COUNT - 1; lane > 0 && r == 0; lane--)
				r = choose(n, pk, lane);
		for (lane = 0; lane < KITH_LANE_COUNT && r == 0; lane++)
			r = choose(n, pk, lane);
		if (r == 0 || !tell(n, pk, r))
			return;
	}
}

/* Whether there was anything to tell anybody. */
static bool tell_peers(struct kith_node *n, const struct kith_peer *except)
{
	struct kith_peer *to[KITH_GOSSIP_FANOUT];
	const uint32_t count =
		kith_zone_pick(n, to, KITH_GOSSIP_FANOUT, except, kith_zone_gossip_far_permille(n));
	bool told = false;
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct kith_packet pk;

		if (!kith_packet_begin(n, &pk, to[i]))
			continue;
		kith_packet_fill_send(n, &pk);
		told = told || pk.len > 0;
	}
	return told;
}

void kith_gossip_relay(struct kith_node *n, const struct kith_peer *except)
{
	int i;

	if (n->plain.is_on)
		return;
	for (i = 0; i < KITH_GOSSIP_FANOUT; i++)
		if (!kith_bucket_take(&n->gossip.relayed, n->now, 30, 30))
			return;
	(void)tell_peers(n, except);
}

void kith_gossip_on_tick(struct kith_node *n, void *owner)
{
	(void)owner;
	/* What is left may be news to nobody here (a peer's record among two): the next record, or
	 * the next probe of somebody else, takes it along. */
	if (tell_peers(n, NULL))
		start_tick(n, n->timing.gossip_tick);
}
