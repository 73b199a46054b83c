/* SPDX-License-Identifier: ISC */
/*
 * Every invariant of the checker is told something wrong once, and says its own name; what the
 * protocol allows goes by in silence.
 */
#include "sim/checker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { HOSTS = 3, MANY = 1000, NOW = 5000 };

/* One member as a host shows it. */
struct shown {
	enum kith_status status;
	uint32_t epoch, seq;
	const char *tags;
	kith_us heard;
	bool quarantined;
};

/* Host 0 looks at the others; all three have signed 1/1. */
struct fix {
	struct checker *k;
	uint32_t hits[CHECKER_COUNT];
	struct shown shown[HOSTS];
	struct kith_stats stats;
	struct kith_view view;
	bool is_private;
};

static void on_broken(void *ctx, uint32_t host, enum checker_invariant broken, const char *text)
{
	struct fix *f = ctx;

	assert_true(host < HOSTS);
	assert_true(strlen(text) > 0);
	f->hits[broken]++;
}

static void member_of(const struct shown *shown, struct kith_member *m)
{
	memset(m, 0, sizeof(*m));
	m->status = shown->status;
	m->epoch = shown->epoch;
	m->seq = shown->seq;
	m->tags.p = (const uint8_t *)shown->tags;
	m->tags.len = strlen(shown->tags);
	m->heard = shown->heard;
	m->quarantined = shown->quarantined;
	m->proto_min = m->proto_max = 1;
}

static void signs(struct fix *f, uint32_t host, enum kith_status status, uint32_t epoch, uint32_t seq,
		  const char *tags)
{
	const struct shown own = {status, epoch, seq, tags, 0, false};
	struct kith_member m;

	member_of(&own, &m);
	checker_own(f->k, host, &m);
}

/* Host 0 tells of member `who`, and shows it so from now on. */
static void tells_by(struct fix *f, uint32_t who, enum kith_event_kind kind, enum kith_status to,
		     uint8_t evidence)
{
	struct kith_event e;

	memset(&e, 0, sizeof(e));
	e.kind = kind;
	e.from = f->shown[who].status;
	e.to = to;
	e.evidence = evidence;
	e.need = 2;
	checker_event(f->k, 0, who, f->is_private, &e);
	f->shown[who].status = to;
}

static void tells(struct fix *f, uint32_t who, enum kith_event_kind kind, enum kith_status to)
{
	tells_by(f, who, kind, to, 2);
}

/* Host 0 is walked; its counts are those of the walk. */
static void looks(struct fix *f)
{
	uint32_t *by[KITH_STATUS_COUNT] = {
		[KITH_STATUS_ALIVE] = &f->view.alive, [KITH_STATUS_RESTARTING] = &f->view.restarting,
		[KITH_STATUS_SUSPECT] = &f->view.suspect, [KITH_STATUS_FAILED] = &f->view.failed,
		[KITH_STATUS_LEFT] = &f->view.left};
	struct kith_member m;
	uint32_t i;

	for (i = 0; i < KITH_STATUS_COUNT; i++)
		*by[i] = 0;
	checker_walk(f->k, 0, NOW, NOW, &f->stats, true);
	for (i = 0; i < HOSTS; i++) {
		member_of(&f->shown[i], &m);
		checker_member(f->k, 0, i, &m);
		(*by[m.status])++;
	}
	checker_walked(f->k, 0, &f->view);
}

static void bounds(struct fix *f, size_t heap_bytes)
{
	checker_bounds(f->k, 0, &f->stats, &f->view, heap_bytes);
}

static uint32_t hits(const struct fix *f)
{
	uint32_t i, sum = 0;

	for (i = 0; i < CHECKER_COUNT; i++)
		sum += f->hits[i];
	return sum;
}

static void setup(struct fix *f)
{
	uint32_t i;

	memset(f, 0, sizeof(*f));
	f->k = checker_new(HOSTS, on_broken, f);
	f->view.max_members = HOSTS;
	f->stats.records_accepted = HOSTS;
	for (i = 0; i < HOSTS; i++) {
		f->shown[i] = (struct shown){KITH_STATUS_ALIVE, 1, 1, "", 0, false};
		checker_begin(f->k, i, 0);
		checker_durable(f->k, i, 1);
		signs(f, i, KITH_STATUS_ALIVE, 1, 1, "");
	}
	tells(f, 1, KITH_EVENT_JOINED, KITH_STATUS_ALIVE);
	tells(f, 2, KITH_EVENT_JOINED, KITH_STATUS_ALIVE);
	looks(f);
	bounds(f, 1000);
	assert_int_equal(hits(f), 0);
}

/* Member 1 signs the next record, which host 0 shows. */
static void renews(struct fix *f, enum kith_status status, uint32_t epoch, uint32_t seq)
{
	signs(f, 1, status, epoch, seq, "new");
	f->shown[1].epoch = epoch;
	f->shown[1].seq = seq;
	f->shown[1].tags = "new";
}

/* --- what is wrong ------------------------------------------------------------------------------ */

static void epoch_not_on_disk(struct fix *f)
{
	signs(f, 1, KITH_STATUS_ALIVE, 2, 1, "");
}

static void number_left_out(struct fix *f)
{
	signs(f, 1, KITH_STATUS_ALIVE, 1, 3, "");
}

static void number_of_an_earlier_life(struct fix *f)
{
	checker_begin(f->k, 1, 1);
	checker_durable(f->k, 1, 1);
	signs(f, 1, KITH_STATUS_ALIVE, 1, 1, "other");
}

static void two_contents_at_once(struct fix *f)
{
	f->shown[0].tags = "other";
	looks(f);
}

static void number_above_the_owners(struct fix *f)
{
	f->shown[1].seq = 2;
	looks(f);
}

static void content_never_signed(struct fix *f)
{
	f->shown[1].tags = "forged";
	looks(f);
}

static void older_record(struct fix *f)
{
	renews(f, KITH_STATUS_ALIVE, 1, 2);
	looks(f);
	f->shown[1] = (struct shown){KITH_STATUS_ALIVE, 1, 1, "", 0, false};
	looks(f);
}

static void older_record_after_it_was_forgotten(struct fix *f)
{
	struct kith_member m;

	tells(f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED);
	looks(f);
	tells(f, 1, KITH_EVENT_REAPED, KITH_STATUS_FAILED);
	tells(f, 1, KITH_EVENT_JOINED, KITH_STATUS_ALIVE);
	checker_end(f->k, 1, NOW - 5 * KITH_SECOND);
	member_of(&f->shown[1], &m);
	checker_walk(f->k, 0, NOW, NOW, &f->stats, true);
	checker_member(f->k, 0, 1, &m);
}

static void back_though_it_was_revoked(struct fix *f)
{
	tells(f, 1, KITH_EVENT_REVOKED, KITH_STATUS_LEFT);
	tells(f, 1, KITH_EVENT_REAPED, KITH_STATUS_LEFT);
	tells(f, 1, KITH_EVENT_JOINED, KITH_STATUS_ALIVE);
	looks(f);
}

static void leave_without_such_a_record(struct fix *f)
{
	renews(f, KITH_STATUS_ALIVE, 1, 2);
	tells(f, 1, KITH_EVENT_LEFT, KITH_STATUS_LEFT);
	looks(f);
}

static void alive_with_a_record_of_leave(struct fix *f)
{
	renews(f, KITH_STATUS_LEFT, 1, 2);
	looks(f);
}

static void failed_lives_without_a_record(struct fix *f)
{
	tells(f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED);
	looks(f);
	tells(f, 1, KITH_EVENT_ALIVE, KITH_STATUS_ALIVE);
	f->shown[1].heard++; /* an answer is not enough */
	looks(f);
}

static void suspect_lives_unheard(struct fix *f)
{
	tells(f, 1, KITH_EVENT_SUSPECT, KITH_STATUS_SUSPECT);
	looks(f);
	tells(f, 1, KITH_EVENT_ALIVE, KITH_STATUS_ALIVE);
	looks(f);
}

static void failed_is_suspect_again(struct fix *f)
{
	tells(f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED);
	tells(f, 1, KITH_EVENT_SUSPECT, KITH_STATUS_SUSPECT);
}

static void back_in_the_epoch_that_it_left(struct fix *f)
{
	renews(f, KITH_STATUS_LEFT, 1, 2);
	tells(f, 1, KITH_EVENT_LEFT, KITH_STATUS_LEFT);
	looks(f);
	renews(f, KITH_STATUS_ALIVE, 1, 3);
	tells(f, 1, KITH_EVENT_JOINED, KITH_STATUS_ALIVE);
	looks(f);
}

static void failed_after_it_left(struct fix *f)
{
	renews(f, KITH_STATUS_LEFT, 1, 2);
	tells(f, 1, KITH_EVENT_LEFT, KITH_STATUS_LEFT);
	looks(f);
	tells(f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED);
}

static void quarantined(struct fix *f)
{
	tells(f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED);
	looks(f);
	renews(f, KITH_STATUS_ALIVE, 1, 2);
	tells(f, 1, KITH_EVENT_QUARANTINED, KITH_STATUS_ALIVE);
	f->shown[1].quarantined = true;
	looks(f);
	assert_int_equal(hits(f), 0);
}

static void told_while_it_is_quarantined(struct fix *f)
{
	quarantined(f);
	tells(f, 1, KITH_EVENT_SUSPECT, KITH_STATUS_SUSPECT);
}

static void quarantined_twice(struct fix *f)
{
	quarantined(f);
	f->shown[1].status = KITH_STATUS_FAILED;
	tells(f, 1, KITH_EVENT_QUARANTINED, KITH_STATUS_ALIVE);
}

static void quarantined_without_a_return(struct fix *f)
{
	tells(f, 1, KITH_EVENT_QUARANTINED, KITH_STATUS_ALIVE);
}

static void quarantined_without_a_word(struct fix *f)
{
	f->shown[1].quarantined = true;
	looks(f);
}

static void suspect_without_a_word(struct fix *f)
{
	f->shown[1].status = KITH_STATUS_SUSPECT;
	looks(f);
}

static void gone_without_a_word(struct fix *f)
{
	struct kith_member m;

	checker_walk(f->k, 0, NOW, NOW, &f->stats, false);
	member_of(&f->shown[0], &m);
	checker_member(f->k, 0, 0, &m);
	member_of(&f->shown[1], &m);
	checker_member(f->k, 0, 1, &m);
	f->view.alive = 2;
	checker_walked(f->k, 0, &f->view);
}

static void event_from_another_status(struct fix *f)
{
	f->shown[1].status = KITH_STATUS_SUSPECT;
	tells(f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED);
}

static void one_piece_convicts(struct fix *f)
{
	tells_by(f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED, 1);
}

static void holds_itself_failed(struct fix *f)
{
	signs(f, 1, KITH_STATUS_FAILED, 1, 2, "");
}

static void shows_itself_suspect(struct fix *f)
{
	f->shown[0].status = KITH_STATUS_SUSPECT;
	looks(f);
}

static void counts_one_too_many(struct fix *f)
{
	struct kith_member m;
	uint32_t i;

	checker_walk(f->k, 0, NOW, NOW, &f->stats, false);
	for (i = 0; i < HOSTS; i++) {
		member_of(&f->shown[i], &m);
		checker_member(f->k, 0, i, &m);
	}
	f->view.alive = HOSTS + 1;
	checker_walked(f->k, 0, &f->view);
}

/* ceil(4 ln 4) = 6 times each. */
static void sent_once_too_often(struct fix *f)
{
	f->stats.gossip_sent = 6 * f->stats.records_accepted;
	bounds(f, 0);
	assert_int_equal(hits(f), 0);
	f->stats.gossip_sent++;
	bounds(f, 0);
}

static void more_waits_than_members_say(struct fix *f)
{
	f->stats.gossip_queue = 5 * HOSTS;
	bounds(f, 0);
	assert_int_equal(hits(f), 0);
	f->stats.gossip_queue++;
	bounds(f, 0);
}

static void too_many_streams(struct fix *f)
{
	f->stats.streams = 1024;
	bounds(f, 0);
	assert_int_equal(hits(f), 0);
	f->stats.streams++;
	bounds(f, 0);
}

static void more_members_than_room(struct fix *f)
{
	f->view.max_members = HOSTS - 1;
	bounds(f, 0);
}

static void heap_without_bound(struct fix *f)
{
	bounds(f, 256 * 1024 * 1024);
}

static const struct {
	enum checker_invariant broken;
	void (*wrong)(struct fix *f);
} wrongs[] = {
	{CHECKER_DURABLE, epoch_not_on_disk},
	{CHECKER_BY_ONE, number_left_out},
	{CHECKER_ONE_CONTENT, number_of_an_earlier_life},
	{CHECKER_ONE_CONTENT, two_contents_at_once},
	{CHECKER_ONLY_OWNER, number_above_the_owners},
	{CHECKER_FOREIGN, content_never_signed},
	{CHECKER_RECORD_BACK, older_record},
	{CHECKER_RECORD_BACK, older_record_after_it_was_forgotten},
	{CHECKER_OF_RECORD, leave_without_such_a_record},
	{CHECKER_OF_RECORD, alive_with_a_record_of_leave},
	{CHECKER_STATUS_BACK, failed_lives_without_a_record},
	{CHECKER_STATUS_BACK, suspect_lives_unheard},
	{CHECKER_STATUS_BACK, failed_is_suspect_again},
	{CHECKER_LEAVE, back_in_the_epoch_that_it_left},
	{CHECKER_LEAVE, failed_after_it_left},
	{CHECKER_EVENTS, suspect_without_a_word},
	{CHECKER_EVENTS, gone_without_a_word},
	{CHECKER_EVENTS, event_from_another_status},
	{CHECKER_REVOKED, back_though_it_was_revoked},
	{CHECKER_QUARANTINE, told_while_it_is_quarantined},
	{CHECKER_QUARANTINE, quarantined_twice},
	{CHECKER_QUARANTINE, quarantined_without_a_return},
	{CHECKER_QUARANTINE, quarantined_without_a_word},
	{CHECKER_EVIDENCE, one_piece_convicts},
	{CHECKER_OWN_STATUS, holds_itself_failed},
	{CHECKER_OWN_STATUS, shows_itself_suspect},
	{CHECKER_COUNTS, counts_one_too_many},
	{CHECKER_REBROADCASTS, sent_once_too_often},
	{CHECKER_QUEUES, more_waits_than_members_say},
	{CHECKER_QUEUES, too_many_streams},
	{CHECKER_QUEUES, more_members_than_room},
	{CHECKER_MEMORY, heap_without_bound},
};

static void every_invariant_bites(void **state)
{
	bool has_row[CHECKER_COUNT] = {false};
	struct fix f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		setup(&f);
		wrongs[i].wrong(&f);
		if (f.hits[wrongs[i].broken] == 0 || hits(&f) != f.hits[wrongs[i].broken])
			print_error("row %zu: %s was meant\n", i, checker_name(wrongs[i].broken));
		assert_true(f.hits[wrongs[i].broken] > 0);
		assert_int_equal(hits(&f), f.hits[wrongs[i].broken]);
		has_row[wrongs[i].broken] = true;
		checker_free(&f.k);
	}
	for (i = 0; i < CHECKER_COUNT; i++)
		assert_true(has_row[i]);
}

/* --- what is right ------------------------------------------------------------------------------ */

static void what_may_be_is_not_reported(void **state)
{
	struct fix f;

	(void)state;
	setup(&f);
	tells(&f, 1, KITH_EVENT_SUSPECT, KITH_STATUS_SUSPECT);
	looks(&f);
	tells(&f, 1, KITH_EVENT_ALIVE, KITH_STATUS_ALIVE);
	f.shown[1].heard++;
	looks(&f);
	f.shown[1].heard = NOW; /* something of it came, and at the same instant the answer */
	tells(&f, 1, KITH_EVENT_SUSPECT, KITH_STATUS_SUSPECT);
	looks(&f);
	tells(&f, 1, KITH_EVENT_ALIVE, KITH_STATUS_ALIVE);
	looks(&f);
	tells(&f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED);
	looks(&f);
	renews(&f, KITH_STATUS_ALIVE, 1, 2);
	tells(&f, 1, KITH_EVENT_ALIVE, KITH_STATUS_ALIVE);
	looks(&f);
	renews(&f, KITH_STATUS_LEFT, 1, 3);
	tells(&f, 1, KITH_EVENT_LEFT, KITH_STATUS_LEFT);
	looks(&f);
	checker_begin(f.k, 1, 1);
	checker_durable(f.k, 1, 2);
	renews(&f, KITH_STATUS_ALIVE, 2, 1);
	tells(&f, 1, KITH_EVENT_JOINED, KITH_STATUS_ALIVE);
	looks(&f);
	f.is_private = true;
	failed_lives_without_a_record(&f);
	assert_int_equal(hits(&f), 0);
	checker_free(&f.k);
}

static void the_quarantined_may_do_what_it_likes(void **state)
{
	struct fix f;

	(void)state;
	setup(&f);
	quarantined(&f);
	f.shown[1].status = KITH_STATUS_SUSPECT;
	looks(&f);
	f.shown[1].status = KITH_STATUS_FAILED;
	looks(&f);
	f.shown[1].quarantined = false;
	tells(&f, 1, KITH_EVENT_RELEASED, KITH_STATUS_FAILED);
	looks(&f);
	assert_int_equal(hits(&f), 0);
	checker_free(&f.k);
}

/* Who was forgotten although it lives may prove it, until a moment after its end. */
static void the_living_come_back_as_they_are(void **state)
{
	struct fix f;

	(void)state;
	setup(&f);
	tells(&f, 1, KITH_EVENT_FAILED, KITH_STATUS_FAILED);
	looks(&f);
	tells(&f, 1, KITH_EVENT_REAPED, KITH_STATUS_FAILED);
	tells(&f, 1, KITH_EVENT_JOINED, KITH_STATUS_ALIVE);
	checker_end(f.k, 1, NOW - KITH_SECOND);
	looks(&f);
	assert_int_equal(hits(&f), 0);
	checker_free(&f.k);
}

/* An owner whose disk is empty may sign a number twice: nobody can tell it better. */
static void lost_epoch_is_no_fault(void **state)
{
	struct fix f;

	(void)state;
	setup(&f);
	checker_begin(f.k, 1, 0);
	checker_durable(f.k, 1, 1);
	signs(&f, 1, KITH_STATUS_ALIVE, 1, 1, "other");
	assert_int_equal(hits(&f), 0);
	f.shown[1].tags = "other";
	looks(&f);
	assert_int_equal(hits(&f), 0);
	checker_free(&f.k);
}

/* Who is no host of the run is counted, and asked nothing. */
static void strangers_are_counted(void **state)
{
	struct kith_member m;
	struct fix f;
	uint32_t i;

	(void)state;
	setup(&f);
	checker_walk(f.k, 0, NOW, NOW, &f.stats, true);
	for (i = 0; i < HOSTS; i++) {
		member_of(&f.shown[i], &m);
		checker_member(f.k, 0, i, &m);
	}
	m.epoch = MANY;
	checker_member(f.k, 0, UINT32_MAX, &m);
	f.view.alive = HOSTS + 1;
	checker_walked(f.k, 0, &f.view);
	assert_int_equal(hits(&f), 0);
	checker_free(&f.k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_invariant_bites),
		cmocka_unit_test(what_may_be_is_not_reported),
		cmocka_unit_test(the_quarantined_may_do_what_it_likes),
		cmocka_unit_test(the_living_come_back_as_they_are),
		cmocka_unit_test(lost_epoch_is_no_fault),
		cmocka_unit_test(strangers_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
