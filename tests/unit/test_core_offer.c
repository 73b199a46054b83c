/* SPDX-License-Identifier: ISC */
/* What the node offers itself. */
#include "core/offer.h"
#include "unit/core_services.h"

#include <stdio.h>

static const struct kith_mid *mid_of(const struct fix *f)
{
	return &f->n->own.secrets->identity.mid;
}

static void what_is_put_is_told(void **state)
{
	struct person a;
	struct kith_msg m;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_pair(&f, &a);
	fix_forget(&f);
	assert_int_equal(fix_offer(&f, "web", 80), 0);
	assert_int_equal(fix_port(&f, mid_of(&f), "web"), 80);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_ADDED), 1);
	assert_true(person_heard(&f, &a, KITH_MSG_RECORD, &m) > 0); /* behind others, if there are some */
	assert_int_equal(m.blob.p[1], KITH_RECORD_SERVICE);
	/* The same again is no news. */
	fix_run(&f, 10 * KITH_SECOND);
	fix_forget(&f);
	assert_int_equal(fix_offer(&f, "web", 80), 0);
	assert_int_equal(f.n->offers.seq, 1);
	assert_int_equal(fix_offer(&f, "web", 81), 0);
	assert_int_equal(f.n->offers.seq, 2);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_CHANGED), 1);
	assert_int_equal(fix_withdraw(&f, "db"), KITH_ENOTFOUND);
	assert_int_equal(fix_withdraw(&f, "web"), 0);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_REMOVED), 1);
	assert_int_equal(fix_withdraw(&f, "web"), KITH_ENOTFOUND);
	assert_int_equal(f.n->offers.count, 0);
	fix_check(&f);
	fix_end(&f);
}

static void before_the_start_it_waits(void **state)
{
	struct fix f;

	(void)state;
	fix_init(&f);
	f.keeps_epochs = false;
	assert_int_equal(kith_node_new(&f.n, &f.config, f.now, (int64_t)FIX_UNIX_S * 1000), 0);
	assert_int_equal(fix_offer(&f, "web", 80), 0);
	assert_int_equal(fix_offer(&f, "db", 90), 0);
	assert_int_equal(fix_withdraw(&f, "db"), 0);
	assert_int_equal(fix_port(&f, mid_of(&f), "web"), -1);
	kith_node_persisted(f.n, f.now, f.n->own.token);
	fix_collect(&f);
	assert_int_equal(fix_port(&f, mid_of(&f), "web"), 80);
	assert_int_equal(f.n->catalogue.count, 1); /* nobody has heard of the other */
	fix_check(&f);
	fix_end(&f);
}

/* Whatever flips is signed once a second, with what it says last; others need not wait for it. */
static void one_that_flips_keeps_nobody_busy(void **state)
{
	uint32_t i, signed_before;
	struct fix f;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 1000; i++)
		assert_int_equal(fix_offer(&f, "web", (uint16_t)(1000 + i)), 0);
	assert_int_equal(f.n->offers.seq, KITH_SERVICE_EACH_BURST);
	assert_int_equal(fix_port(&f, mid_of(&f), "web"), 1000 + KITH_SERVICE_EACH_BURST - 1);
	assert_int_equal(fix_offer(&f, "db", 90), 0);
	assert_int_equal(fix_port(&f, mid_of(&f), "db"), 90);
	signed_before = f.n->offers.seq;
	fix_run(&f, KITH_SECOND + KITH_MS);
	assert_int_equal(fix_port(&f, mid_of(&f), "web"), 1999);
	assert_int_equal(f.n->offers.seq, signed_before + 1);
	fix_check(&f);
	fix_end(&f);
}

static void all_together_have_a_rate(void **state)
{
	char id[16];
	uint32_t i;
	struct fix f;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < KITH_SERVICES_PER_OWNER; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		assert_int_equal(fix_offer(&f, id, 80), 0);
	}
	assert_int_equal(fix_offer(&f, "more", 80), KITH_EFULL);
	assert_int_equal(f.n->offers.seq, KITH_SERVICE_BURST);
	assert_int_equal(fix_withdraw(&f, "s0"), 0);
	assert_int_equal(fix_port(&f, mid_of(&f), "s0"), 80); /* not said yet */
	assert_int_equal(fix_offer(&f, "more", 80), 0);
	fix_run(&f, 2 * KITH_SECOND);
	assert_int_equal(fix_port(&f, mid_of(&f), "s0"), -1);
	assert_int_equal(fix_port(&f, mid_of(&f), "more"), 80);
	fix_check(&f);
	fix_end(&f);
}

/* Ten that flip keep neither a new one nor one that is withdrawn from being told. */
static void who_waits_longest_is_signed_first(void **state)
{
	char id[16];
	uint32_t i, s;
	struct fix f;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 240; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		assert_int_equal(fix_offer(&f, id, 80), 0);
	}
	for (s = 0; s < 30; s++) {
		for (i = 0; i < 12; i++) {
			snprintf(id, sizeof(id), "s%u", i);
			assert_int_equal(fix_offer(&f, id, (uint16_t)(1000 + s)), 0);
		}
		if (s == 10) {
			assert_int_equal(fix_offer(&f, "new", 81), 0);
			assert_int_equal(fix_withdraw(&f, "s100"), 0);
		}
		fix_run(&f, KITH_SECOND);
		if (s == 13) {
			assert_int_equal(fix_port(&f, mid_of(&f), "new"), 81);
			assert_int_equal(fix_port(&f, mid_of(&f), "s100"), -1);
		}
	}
	fix_check(&f);
	fix_end(&f);
}

/* 256, one of which flips and is then taken back: until that may be said, a new one waits, and none of the
 * others makes room for it. */
static void a_new_one_waits_for_a_withdrawn_one(void **state)
{
	char id[16];
	uint32_t i;
	struct fix f;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < KITH_SERVICES_PER_OWNER; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		assert_int_equal(fix_offer(&f, id, 80), 0);
	}
	fix_run(&f, 60 * KITH_SECOND);
	for (i = 0; i < 2 * KITH_SERVICE_EACH_BURST; i++)
		assert_int_equal(fix_offer(&f, "s255", (uint16_t)(1000 + i)), 0);
	assert_int_equal(fix_withdraw(&f, "s255"), 0);
	assert_int_equal(fix_offer(&f, "new", 81), 0);
	fix_run(&f, 60 * KITH_SECOND);
	for (i = 0; i < KITH_SERVICES_PER_OWNER - 1; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		assert_int_equal(fix_port(&f, mid_of(&f), id), 80);
	}
	assert_int_equal(fix_port(&f, mid_of(&f), "s255"), -1);
	assert_int_equal(fix_port(&f, mid_of(&f), "new"), 81);
	fix_check(&f);
	fix_end(&f);
}

/* Ids that come and go: what waits to be withdrawn has a bound. */
static void what_waits_to_be_withdrawn_has_a_bound(void **state)
{
	char id[16];
	uint32_t i;
	int r = 0;
	struct fix f;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < 5000 && r == 0; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		r = fix_offer(&f, id, 80);
		assert_true(r == 0 || r == KITH_EFULL);
		if (r == 0)
			assert_int_equal(fix_withdraw(&f, id), 0);
	}
	assert_true(f.n->offers.count <= KITH_SERVICES_PER_OWNER + KITH_SERVICES_DELETED);
	fix_check(&f);
	fix_end(&f);
}

static void what_is_out_of_range_is_refused(void **state)
{
	static const struct kith_service_def rows[] = {
		{.name = ""}, {.name = "a\nb"}, {.name = "web", .id = ""}, {.name = "web", .note = "\n"},
		{.name = "web", .health = KITH_SERVICE_HEALTH_COUNT},
		{.name = "web", .tags = {(const uint8_t *)"\x91\x01", 2}},
	};
	char tags[1100], long_id[KITH_SERVICE_ID_MAX + 2];
	struct kith_service_def def = {.name = "web"};
	struct fix f;
	size_t i;

	(void)state;
	fix_setup(&f);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (kith_node_service_put(f.n, f.now, &rows[i]) != KITH_EINVAL)
			fail_msg("row %zu is taken", i);
	memset(long_id, 'x', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	def.id = long_id;
	assert_int_equal(kith_node_service_put(f.n, f.now, &def), KITH_EINVAL);
	memset(tags, 'x', sizeof(tags));
	memcpy(tags, "\x91\xda\x03\x80", 4); /* 896 bytes */
	def = (struct kith_service_def){.name = "web", .tags = {(const uint8_t *)tags, 900}};
	assert_int_equal(kith_node_service_put(f.n, f.now, &def), KITH_ETOOBIG);
	memcpy(tags, "\x91\xda\x03\x20", 4); /* 800 */
	def.tags.len = 804;
	assert_int_equal(kith_node_service_put(f.n, f.now, &def), 0);
	def = (struct kith_service_def){.name = "far", .addrs = {(const uint8_t *)"\x91\xa7""8.8.8.8", 9}};
	assert_int_equal(kith_node_service_put(f.n, f.now, &def), KITH_ERIGHT);
	assert_int_equal(kith_node_service_drop(f.n, f.now, NULL), KITH_EINVAL);
	assert_int_equal(kith_node_leave(f.n, f.now), 0);
	assert_int_equal(fix_offer(&f, "web", 80), KITH_ESTATE);
	assert_int_equal(fix_withdraw(&f, "web"), KITH_ESTATE);
	fix_end(&f);
}

/* `since` is when health or note changed, whatever else is said. */
static void its_health_has_a_beginning(void **state)
{
	struct kith_service_def def = {.name = "web", .port = 80};
	const struct kith_bytes id = {(const uint8_t *)"web", 3};
	struct kith_service s;
	uint32_t since;
	struct fix f;

	(void)state;
	fix_setup(&f);
	assert_int_equal(kith_node_service_put(f.n, f.now, &def), 0);
	assert_int_equal(kith_node_service(f.n, mid_of(&f), id, &s), 0);
	since = s.health_since;
	fix_run(&f, 10 * KITH_SECOND);
	def.port = 81;
	assert_int_equal(kith_node_service_put(f.n, f.now, &def), 0);
	assert_int_equal(kith_node_service(f.n, mid_of(&f), id, &s), 0);
	assert_int_equal(s.health_since, since);
	def.health = KITH_SERVICE_CRITICAL;
	def.note = "connection refused";
	assert_int_equal(kith_node_service_put(f.n, f.now, &def), 0);
	assert_int_equal(kith_node_service(f.n, mid_of(&f), id, &s), 0);
	assert_int_equal(s.health_since, since + 10);
	assert_false(kith_service_is_usable(&s));
	fix_end(&f);
}

/* Another life of our identity makes us go on under another epoch. */
static void a_new_epoch_signs_all_anew(void **state)
{
	const struct kith_bytes id = {(const uint8_t *)"web", 3};
	uint8_t record[KITH_RECORD_MAX];
	struct person a, self;
	struct kith_service s;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_int_equal(fix_offer(&f, "web", 80), 0);
	assert_int_equal(fix_offer(&f, "db", 90), 0);
	fix_run(&f, 5 * KITH_SECOND);
	person_init(&f, &self, 1);
	self.id = f.n->own.secrets->identity;
	self.epoch = f.n->own.epoch + 7;
	fix_forget(&f);
	(void)person_tells(&f, &a, record, person_record(&f, &self, record));
	fix_run(&f, KITH_SECOND);
	assert_int_equal(f.n->own.epoch, self.epoch + 1);
	assert_int_equal(kith_node_service(f.n, mid_of(&f), id, &s), 0);
	assert_int_equal(s.epoch, f.n->own.epoch);
	assert_int_equal(f.n->offers.seq, 2);
	assert_int_equal(fix_events(&f, KITH_EVENT_SERVICE), 0); /* nobody sees a difference */
	fix_check(&f);
	fix_end(&f);
}

/* Somebody was cut off while we took it back, and for so long that nobody remembers. */
static void what_we_forgot_is_deleted_again(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	const struct kith_offer *o;
	struct person a;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_int_equal(fix_offer(&f, "web", 80), 0);
	o = &f.n->catalogue.by_slot[f.n->own.peer->slot].table[0];
	len = o->record->fact.raw.len;
	memcpy(record, o->record->fact.raw.p, len);
	assert_int_equal(fix_withdraw(&f, "web"), 0);
	/* While we remember, others are told by a synchronisation. */
	assert_int_equal(person_tells(&f, &a, record, len), KITH_STORE_OLD);
	assert_int_equal(f.n->offers.seq, 2);
	fix_run(&f, KITH_SERVICE_BURIED);
	assert_int_equal(f.n->catalogue.count, 0);
	assert_int_equal(person_tells(&f, &a, record, len), KITH_STORE_OLD);
	assert_int_equal(f.n->offers.seq, 3);
	assert_int_equal(f.n->catalogue.count, 1);
	assert_int_equal(fix_port(&f, mid_of(&f), "web"), -1);
	/* Who forges our words is convicted. */
	fix_run(&f, KITH_SERVICE_BURIED);
	record[len - 1] ^= 1;
	assert_int_equal(person_tells(&f, &a, record, len), KITH_STORE_FORGED);
	assert_int_equal(f.n->offers.seq, 3);
	fix_check(&f);
	fix_end(&f);
}

/* We lost our epoch, and others hold what we said under it before. */
static void a_word_of_another_life_makes_us_go_on_above_it(void **state)
{
	struct person a, self;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_init(&f, &self, 1);
	self.id = f.n->own.secrets->identity;
	self.epoch = f.n->own.epoch;
	assert_int_equal(fix_offer(&f, "web", 80), 0);
	fix_run(&f, 5 * KITH_SECOND);
	/* Later than all that we have signed. */
	assert_int_equal(person_offers(&f, &self, &a, "db", 2, 90), KITH_STORE_OLD);
	assert_int_equal(f.n->own.epoch, self.epoch + 1);
	assert_int_equal(fix_events(&f, KITH_EVENT_DUPLICATE), 1);
	assert_int_equal(fix_port(&f, mid_of(&f), "web"), 80);
	assert_int_equal(fix_port(&f, mid_of(&f), "db"), -1);
	/* What was said under the epoch before is nobody's any more. */
	assert_int_equal(person_offers(&f, &self, &a, "db", 3, 90), KITH_STORE_OLD);
	assert_int_equal(f.n->own.epoch, self.epoch + 1);
	fix_check(&f);
	fix_end(&f);
}

/* With the number of one of ours, and other words. */
static void the_same_number_with_other_words_does_so_too(void **state)
{
	struct person a, self;
	struct fix f;
	uint16_t port;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_init(&f, &self, 1);
	self.id = f.n->own.secrets->identity;
	self.epoch = f.n->own.epoch;
	assert_int_equal(fix_offer(&f, "web", 80), 0);
	/* Of two all keep the greater bytes: one of two is. */
	for (port = 81; port < 100 && f.n->own.epoch == self.epoch; port++)
		(void)person_offers(&f, &self, &a, "web", 1, port);
	assert_int_equal(f.n->own.epoch, self.epoch + 1);
	assert_int_equal(fix_port(&f, mid_of(&f), "web"), 80);
	fix_check(&f);
	fix_end(&f);
}

/* Whatever allocation fails, nothing breaks, and what was not said is said later. */
static void memory_may_fail_anywhere(void **state)
{
	uint32_t fail_at;

	(void)state;
	for (fail_at = 1; fail_at < 40; fail_at++) {
		struct fix f;
		int r;

		fix_setup(&f);
		alloc_fail_next(&f.heap, fail_at, false);
		r = fix_offer(&f, "web", 80);
		assert_true(r == 0 || r == KITH_ENOMEM);
		alloc_fail_next(&f.heap, 0, false);
		fix_check(&f);
		fix_run(&f, 3 * KITH_SECOND);
		assert_int_equal(fix_port(&f, mid_of(&f), "web"), r == 0 ? 80 : -1);
		fix_end(&f);
	}
}

/* So too while we go on under another epoch, also when something else is signed first. */
static void memory_may_fail_at_a_new_epoch(void **state)
{
	const struct kith_bytes tags = {(const uint8_t *)"\x81\xa1k\xa1v", 5};
	const struct kith_bytes id = {(const uint8_t *)"web", 3};
	uint32_t fail_at;

	(void)state;
	for (fail_at = 1; fail_at < 20; fail_at++) {
		uint8_t record[KITH_RECORD_MAX];
		struct person a, self;
		struct kith_service s;
		size_t len;
		struct fix f;

		fix_setup(&f);
		person_joins(&f, &a, 1);
		assert_int_equal(fix_offer(&f, "web", 80), 0);
		fix_run(&f, 5 * KITH_SECOND);
		person_init(&f, &self, 1);
		self.id = f.n->own.secrets->identity;
		self.epoch = f.n->own.epoch + 7;
		len = person_record(&f, &self, record);
		alloc_fail_next(&f.heap, fail_at, false);
		(void)person_tells(&f, &a, record, len);
		alloc_fail_next(&f.heap, 0, false);
		assert_int_equal(kith_node_tags(f.n, f.now, tags), 0);
		fix_run(&f, 3 * KITH_SECOND);
		assert_int_equal(kith_node_service(f.n, mid_of(&f), id, &s), 0);
		assert_int_equal(s.epoch, f.n->own.epoch);
		fix_check(&f);
		fix_end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_told),
		cmocka_unit_test(before_the_start_it_waits),
		cmocka_unit_test(one_that_flips_keeps_nobody_busy),
		cmocka_unit_test(all_together_have_a_rate),
		cmocka_unit_test(who_waits_longest_is_signed_first),
		cmocka_unit_test(a_new_one_waits_for_a_withdrawn_one),
		cmocka_unit_test(what_waits_to_be_withdrawn_has_a_bound),
		cmocka_unit_test(what_is_out_of_range_is_refused),
		cmocka_unit_test(its_health_has_a_beginning),
		cmocka_unit_test(a_new_epoch_signs_all_anew),
		cmocka_unit_test(what_we_forgot_is_deleted_again),
		cmocka_unit_test(a_word_of_another_life_makes_us_go_on_above_it),
		cmocka_unit_test(the_same_number_with_other_words_does_so_too),
		cmocka_unit_test(memory_may_fail_anywhere),
		cmocka_unit_test(memory_may_fail_at_a_new_epoch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
