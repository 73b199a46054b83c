/* SPDX-License-Identifier: ISC */
/* The queue of what is to be told: its numbers, its order, its bound and its memory. */
#include "core/gossip.h"
#include "unit/core_fix.h"

/* People whose records are put by the test, which empties the queue first. */
struct scene {
	struct fix f;
	struct kith_peer *peers[KITH_GOSSIP_LAZY_MAX + 2];
	uint32_t count;
};

static void drop(struct scene *s, uint32_t i)
{
	kith_gossip_drop(s->f.n, &s->peers[i]->rumor, &s->peers[i]->record->fact);
}

static void put(struct scene *s, uint32_t i, enum kith_lane lane)
{
	kith_gossip_put(s->f.n, &s->peers[i]->rumor, &s->peers[i]->record->fact, lane);
}

static struct kith_rumor *rumor(const struct scene *s, uint32_t i)
{
	return kith_gossip_of(s->f.n, s->peers[i]->rumor, &s->peers[i]->record->fact);
}

static void scene_setup(struct scene *s, uint32_t count)
{
	struct person p;
	uint32_t i;

	fix_setup(&s->f);
	s->count = count;
	for (i = 0; i < count; i++) {
		s->peers[i] = person_joins(&s->f, &p, i + 1);
		drop(s, i);
	}
	kith_gossip_drop(s->f.n, &s->f.n->own.peer->rumor, &s->f.n->own.peer->record->fact);
	assert_int_equal(s->f.n->gossip.count, 0);
}

/* One datagram's worth, to the last peer. */
static void tell(struct scene *s)
{
	struct kith_packet pk;

	assert_true(kith_packet_begin(s->f.n, &pk, s->peers[s->count - 1]));
	kith_gossip_fill(s->f.n, &pk);
}

static void it_is_told_so_often_and_no_more(void **state)
{
	const uint8_t sends = kith_gossip_sends(4, false);
	struct scene s;
	int i;

	(void)state;
	scene_setup(&s, 3);
	put(&s, 0, KITH_LANE_RECORD);
	for (i = 0; i < sends; i++) {
		assert_non_null(rumor(&s, 0));
		assert_int_equal(rumor(&s, 0)->sent, i);
		tell(&s);
	}
	assert_null(rumor(&s, 0));
	assert_int_equal(s.f.n->gossip.count, 0);
	fix_end(&s.f);
}

/* Its place may be another's by now. */
static void a_number_of_the_past_is_nobodys(void **state)
{
	struct scene s;
	uint32_t number;

	(void)state;
	scene_setup(&s, 3);
	put(&s, 0, KITH_LANE_RECORD);
	while (rumor(&s, 0) != NULL)
		tell(&s);
	number = s.peers[0]->rumor;
	put(&s, 1, KITH_LANE_RECORD);
	assert_int_equal(s.peers[1]->rumor, number);
	drop(&s, 0);
	assert_int_equal(s.peers[0]->rumor, 0);
	assert_non_null(rumor(&s, 1));
	put(&s, 0, KITH_LANE_RECORD);
	assert_int_not_equal(s.peers[0]->rumor, number);
	assert_int_equal(s.f.n->gossip.count, 2);
	fix_end(&s.f);
}

/* A newer record of the member is one rumor, not two. */
static void a_newer_record_takes_the_place(void **state)
{
	struct person p;
	struct scene s;

	(void)state;
	scene_setup(&s, 3);
	person_init(&s.f, &p, 1);
	p.seq = 2;
	person_known(&s.f, &p);
	p.seq = 3;
	person_known(&s.f, &p);
	assert_int_equal(s.f.n->gossip.count, 1);
	assert_ptr_equal(rumor(&s, 0)->record, &s.peers[0]->record->fact);
	fix_end(&s.f);
}

/* Out of the middle, the front and the end of a list. */
static void lists_stay_whole(void **state)
{
	static const uint32_t order[] = {2, 0, 4, 1, 3};
	struct scene s;
	uint32_t i, k;

	(void)state;
	scene_setup(&s, 6);
	for (i = 0; i < 5; i++)
		put(&s, i, KITH_LANE_RECORD);
	for (k = 0; k < 5; k++) {
		const struct kith_rumor_list *list = &s.f.n->gossip.queue[KITH_LANE_RECORD][0];
		uint32_t number = list->first, last = 0, seen = 0;

		for (; number != 0; seen++) {
			const struct kith_rumor *r = kith_slab_at(&s.f.n->gossip.rumors, number - 1);

			assert_int_equal(r->prev, last);
			last = number;
			number = r->next;
		}
		assert_int_equal(seen, 5 - k);
		assert_int_equal(list->last, last);
		drop(&s, order[k]);
	}
	assert_int_equal(s.f.n->gossip.busy[KITH_LANE_RECORD], 0);
	assert_int_equal(s.f.n->gossip.queue[KITH_LANE_RECORD][0].last, 0);
	fix_end(&s.f);
}

/* The first 64 have a place from the start; one more than there is memory for costs the one of the
 * lower lane that was told most. */
static void without_memory_the_most_told_makes_room(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s, 70);
	alloc_fail_next(&s.f.heap, 1, true);
	put(&s, 0, KITH_LANE_URGENT);
	put(&s, 1, KITH_LANE_RECORD);
	alloc_fail_next(&s.f.heap, 0, false);
	tell(&s); /* both */
	assert_int_equal(rumor(&s, 1)->sent, 1);
	alloc_fail_next(&s.f.heap, 1, true);
	for (i = 2; i < 64; i++)
		put(&s, i, KITH_LANE_RECORD);
	assert_int_equal(s.f.n->gossip.count, 64);
	put(&s, 64, KITH_LANE_RECORD);
	assert_int_equal(s.f.n->gossip.count, 64);
	assert_null(rumor(&s, 1));
	assert_non_null(rumor(&s, 64));
	put(&s, 65, KITH_LANE_RECORD); /* of those told as often the oldest */
	assert_null(rumor(&s, 2));
	assert_non_null(rumor(&s, 0));
	alloc_fail_next(&s.f.heap, 0, false);
	fix_end(&s.f);
}

/* What synchronisations brought is theirs to carry on: a few of it are told, the newest. */
static void the_lazy_lane_is_short(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s, KITH_GOSSIP_LAZY_MAX + 2);
	put(&s, KITH_GOSSIP_LAZY_MAX + 1, KITH_LANE_RECORD);
	for (i = 0; i <= KITH_GOSSIP_LAZY_MAX; i++)
		put(&s, i, KITH_LANE_LAZY);
	assert_int_equal(s.f.n->gossip.lazy_count, KITH_GOSSIP_LAZY_MAX);
	assert_null(rumor(&s, 0));
	assert_non_null(rumor(&s, 1));
	assert_non_null(rumor(&s, KITH_GOSSIP_LAZY_MAX + 1));
	drop(&s, 1);
	assert_int_equal(s.f.n->gossip.lazy_count, KITH_GOSSIP_LAZY_MAX - 1);
	fix_end(&s.f);
}

/* A refutation is told on whoever knows our root; a join that was told some times is not. */
static void what_others_know_is_told_lazily(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_setup(&s, 3);
	put(&s, 0, KITH_LANE_RECORD);
	for (i = 0; i < kith_gossip_sends(4, true); i++)
		tell(&s);
	put(&s, 1, KITH_LANE_RECORD);
	put(&s, 2, KITH_LANE_URGENT);
	kith_gossip_known(s.f.n);
	assert_null(rumor(&s, 0));
	assert_int_equal(rumor(&s, 1)->lane, KITH_LANE_LAZY);
	assert_int_equal(rumor(&s, 2)->lane, KITH_LANE_URGENT);
	assert_int_equal(s.f.n->gossip.lazy_count, 1);
	assert_int_equal(s.f.n->gossip.busy[KITH_LANE_RECORD], 0);
	for (i = 0; i < kith_gossip_sends(4, true); i++)
		tell(&s);
	assert_null(rumor(&s, 1));
	assert_int_equal(s.f.n->gossip.lazy_count, 0);
	fix_end(&s.f);
}

static void an_empty_queue_keeps_little(void **state)
{
	struct scene s;
	uint32_t i;

	(void)state;
	scene_setup(&s, 100);
	for (i = 0; i < 99; i++)
		put(&s, i, KITH_LANE_RECORD);
	assert_int_equal(s.f.n->gossip.rumors.chunk_count, 2);
	for (i = 0; i < 99; i++)
		drop(&s, i);
	assert_int_equal(s.f.n->gossip.rumors.chunk_count, 1);
	fix_end(&s.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_told_so_often_and_no_more),
		cmocka_unit_test(a_number_of_the_past_is_nobodys),
		cmocka_unit_test(a_newer_record_takes_the_place),
		cmocka_unit_test(lists_stay_whole),
		cmocka_unit_test(without_memory_the_most_told_makes_room),
		cmocka_unit_test(the_lazy_lane_is_short),
		cmocka_unit_test(what_others_know_is_told_lazily),
		cmocka_unit_test(an_empty_queue_keeps_little),
	};

	return cmocka_run_group_tests_name("core/gossip", tests, NULL, NULL);
}
