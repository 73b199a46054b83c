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
	int lane, sent;

	for (lane = 0; lane < KITH_LANE_COUNT; lane++)
		for (sent = 0; sent < KITH_SENDS_MAX; sent++)
			kith_list_init(&n->gossip.queue[lane][sent]);
	return kith_timer_init(n, &n->gossip.tick, KITH_TIMER_GOSSIP, NULL);
}

void kith_gossip_fini(struct kith_node *n)
{
	kith_timer_fini(n, &n->gossip.tick);
}

void kith_gossip_drop(struct kith_node *n, struct kith_rumor *r)
{
	if (r->blob == NULL)
		return;
	kith_list_remove(&r->link);
	kith_blob_unref(&n->alloc, &r->blob);
	n->gossip.count--;
}

void kith_gossip_moved(struct kith_rumor *r)
{
	if (r->blob == NULL)
		return;
	r->link.prev->next = &r->link;
	r->link.next->prev = &r->link;
}

static void start_tick(struct kith_node *n, kith_us wait)
{
	if (n->gossip.count > 0 && !kith_timer_is_set(&n->gossip.tick) && n->peers.count > 1)
		kith_timer_set(n, &n->gossip.tick, kith_us_add(n->now, wait));
}

/* The queue is full: the most-told rumor of the lowest lane makes room. */
static void make_room(struct kith_node *n)
{
	int lane, sent;

	for (lane = KITH_LANE_COUNT - 1; lane >= 0; lane--)
		for (sent = KITH_SENDS_MAX - 1; sent >= 0; sent--) {
			struct kith_link *head = &n->gossip.queue[lane][sent];

			if (!kith_list_is_empty(head)) {
				kith_gossip_drop(n, KITH_CONTAINER(head->next, struct kith_rumor,
								   link));
				return;
			}
		}
}

void kith_gossip_put(struct kith_node *n, struct kith_rumor *r, struct kith_blob *blob,
		     const struct kith_mid *about, enum kith_lane lane, bool is_lazy)
{
	kith_gossip_drop(n, r);
	if (n->gossip.count >= KITH_GOSSIP_MAX)
		make_room(n);
	r->blob = kith_blob_ref(blob);
	r->about = *about;
	r->lane = (uint8_t)lane;
	r->is_lazy = is_lazy;
	r->sent = 0;
	r->serial = n->gossip.next_serial++;
	kith_list_append(&n->gossip.queue[lane][0], &r->link);
	n->gossip.count++;
	/* At a random phase, as if it had never stood still: all who wake by the same news would tick
	 * together, and whom the first wave missed would wait for a whole tick. */
	start_tick(n, 1 + kith_rng_below(&n->rng, (uint32_t)n->timing.gossip_tick));
}

/* Copies the rumor into the packet and moves it on, or out of the queue when told often enough. */
static bool tell(struct kith_node *n, struct kith_packet *pk, struct kith_rumor *r)
{
	if (!kith_packet_add_record(pk, kith_blob_bytes(r->blob)))
		return false;
	KITH_COUNT(n, gossip_sent);
	r->stamp = n->gossip.packet_stamp;
	if (++r->sent >= kith_gossip_sends(n->peers.count, r->is_lazy)) {
		kith_gossip_drop(n, r);
	} else {
		kith_list_remove(&r->link);
		kith_list_append(&n->gossip.queue[r->lane][r->sent], &r->link);
	}
	return true;
}

static bool fits(const struct kith_node *n, const struct kith_packet *pk,
		 const struct kith_rumor *r)
{
	/* Array, kind and a two-byte length come before the bytes. */
	return r->stamp != n->gossip.packet_stamp && r->blob->len + 5u <= pk->room - pk->len &&
	       memcmp(r->about.b, pk->to->mid.b, sizeof(r->about.b)) != 0;
}

/* The fewest-told rumor of the lane that fits; NULL if none of the first few does. */
static struct kith_rumor *choose(struct kith_node *n, const struct kith_packet *pk, int lane)
{
	int sent, misses = 0;
	struct kith_link *l;

	for (sent = 0; sent < KITH_SENDS_MAX; sent++) {
		struct kith_link *head = &n->gossip.queue[lane][sent];

		for (l = head->next; l != head; l = l->next) {
			struct kith_rumor *r = KITH_CONTAINER(l, struct kith_rumor, link);

			if (fits(n, pk, r))
				return r;
			if (++misses >= 32)
				return NULL;
		}
	}
	return NULL;
}

void kith_gossip_fill(struct kith_node *n, struct kith_packet *pk)
{
	n->gossip.packet_stamp++;
	for (;;) {
		struct kith_rumor *r = NULL;
		int lane;

		if (++n->gossip.picks % 5 == 0) /* the lower lanes' turn */
			for (lane = KITH_LANE_COUNT - 1; lane > 0 && r == NULL; lane--)
				r = choose(n, pk, lane);
		for (lane = 0; lane < KITH_LANE_COUNT && r == NULL; lane++)
			r = choose(n, pk, lane);
		if (r == NULL || !tell(n, pk, r))
			return;
	}
}

/* Whether there was anything to tell anybody. */
static bool tell_peers(struct kith_node *n, const struct kith_peer *except)
{
	struct kith_peer *to[KITH_GOSSIP_FANOUT];
	const uint32_t count = kith_ring_pick(n, to, KITH_GOSSIP_FANOUT, except);
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
