/* SPDX-License-Identifier: ISC */
/* What one node makes of the services of others. */
#include "base/addr.h"
#include "core/catalogue.h"
#include "unit/core_services.h"

#include <stdio.h>

static void the_newest_word_counts(void **state)
{
	struct kith_service s;
	uint64_t cursor = 0;
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	fix_forget(&f);
	assert_int_equal(person_offers(&f, &a, &b, "web", 1, 80), KITH_STORE_NEWS);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_ADDED), 1);
	assert_int_equal(person_offers(&f, &a, &b, "web", 1, 80), KITH_STORE_OLD);
	assert_int_equal(person_offers(&f, &a, &b, "web", 3, 81), KITH_STORE_NEWS);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_CHANGED), 1);
	assert_int_equal(person_offers(&f, &a, &b, "web", 2, 82), KITH_STORE_OLD);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), 81);
	/* The same words again are a newer record, and no change. */
	assert_int_equal(person_offers(&f, &a, &b, "web", 4, 81), KITH_STORE_NEWS);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_CHANGED), 1);
	assert_int_equal(kith_node_services(f.n, &cursor, &s), 1);
	assert_string_equal(s.node, a.c.name);
	assert_int_equal(s.seq, 4);
	assert_true(kith_service_is_usable(&s));
	assert_int_equal(kith_node_services(f.n, &cursor, &s), 0);
	/* Deleted, and what was said before comes late. */
	assert_int_equal(person_offers(&f, &a, &b, "web", 6, 0), KITH_STORE_NEWS);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_REMOVED), 1);
	assert_int_equal(person_offers(&f, &a, &b, "web", 5, 90), KITH_STORE_OLD);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), -1);
	assert_int_equal(person_offers(&f, &a, &b, "web", 7, 91), KITH_STORE_NEWS);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), 91);
	fix_check(&f);
	fix_end(&f);
}

/* Signed twice with one number, with two ports: whichever comes first, all keep the same. */
static void of_two_with_one_number_all_keep_one(void **state)
{
	struct person a[2], b[2];
	struct fix f[2];
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fix_setup(&f[i]);
		person_joins(&f[i], &a[i], 1);
		person_joins(&f[i], &b[i], 2);
		(void)person_offers(&f[i], &a[i], &b[i], "web", 1, i == 0 ? 80 : 81);
		(void)person_offers(&f[i], &a[i], &b[i], "web", 1, i == 0 ? 81 : 80);
		fix_check(&f[i]);
	}
	assert_int_equal(fix_port(&f[0], &a[0].id.mid, "web"), fix_port(&f[1], &a[1].id.mid, "web"));
	fix_end(&f[0]);
	fix_end(&f[1]);
}

static enum kith_store_result says(struct fix *f, struct person *p, struct person *by, const char *name,
				   const char *addrs, size_t len, uint32_t seq)
{
	struct kith_service_body b = {.port = 80, .name = {(const uint8_t *)name, strlen(name)}};
	uint8_t body[KITH_RECORD_MAX], record[KITH_RECORD_MAX];
	size_t body_len = sizeof(body);

	b.id = b.name;
	b.addrs = (struct kith_bytes){(const uint8_t *)addrs, len};
	kith_service_key(b.key, b.id);
	assert_int_equal(kith_service_body_write(&b, body, &body_len), 0);
	return person_tells(f, by, record, person_sign(f, p, KITH_RECORD_SERVICE, p->epoch, seq,
						       (struct kith_bytes){body, body_len}, record));
}

static void the_certificate_tells_what_may_be_offered(void **state)
{
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	person_may_offer(&f, &a, KITH_RIGHT_SERVICE, "web-* db");
	person_known(&f, &a);
	person_joins(&f, &b, 2);
	assert_int_equal(says(&f, &a, &b, "web-1", "", 0, 1), KITH_STORE_NEWS);
	assert_int_equal(says(&f, &a, &b, "db", "", 0, 2), KITH_STORE_NEWS);
	fix_forget(&f);
	/* Kept, as others may know of a newer certificate, and not listed. */
	assert_int_equal(says(&f, &a, &b, "dbs", "", 0, 3), KITH_STORE_NEWS);
	assert_int_equal(says(&f, &a, &b, "web", "", 0, 4), KITH_STORE_NEWS);
	assert_int_equal(fix_events(&f, KITH_EVENT_SERVICE), 0);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), -1);
	assert_int_equal(f.n->catalogue.listed, 2);
	/* Another's address, and a name, which may become anybody's. */
	assert_int_equal(says(&f, &a, &b, "db", "\x91\xa7""8.8.8.8", 9, 5), KITH_STORE_NEWS);
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), -1);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_REMOVED), 1);
	assert_int_equal(says(&f, &a, &b, "db", "\x91\xa7""a.host.", 9, 6), KITH_STORE_NEWS);
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), -1);
	assert_int_equal(f.n->stats.drops.record_right, 4);
	/* What it may not offer it may take back all the same. */
	assert_int_equal(person_offers(&f, &a, &b, "never", 7, 0), KITH_STORE_NEWS);
	person_may_offer(&f, &a, KITH_RIGHT_SERVICE | KITH_RIGHT_EXTERNAL, "*");
	a.seq++;
	person_known(&f, &a);
	/* What was kept is listed as soon as it may be, and no longer than that. */
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), 80);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), 80);
	assert_int_equal(f.n->catalogue.listed, 4);
	person_may_offer(&f, &a, KITH_RIGHT_EVENT, "*");
	a.seq++;
	person_known(&f, &a);
	assert_int_equal(f.n->catalogue.listed, 0);
	assert_int_equal(says(&f, &a, &b, "db", "", 0, 9), KITH_STORE_NEWS);
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), -1);
	fix_check(&f);
	fix_end(&f);
}

static void its_own_address_is_no_foreign_one(void **state)
{
	char addrs[2 + KITH_ADDR_TEXT_MAX], text[KITH_ADDR_TEXT_MAX];
	struct kith_addr a;
	struct person p, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &p, 1);
	person_joins(&f, &b, 2);
	a = p.addr;
	a.port = 0;
	kith_addr_text(&a, text, sizeof(text));
	snprintf(addrs, sizeof(addrs), "\x91%c%s", (int)(0xA0 | strlen(text)), text);
	assert_int_equal(says(&f, &p, &b, "web", addrs, 2 + strlen(text), 1), KITH_STORE_NEWS);
	fix_end(&f);
}

static void a_record_counts_in_its_epoch(void **state)
{
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	a.epoch = 5;
	person_known(&f, &a);
	person_joins(&f, &b, 2);
	person_pair(&f, &b);
	a.epoch = 4;
	assert_int_equal(person_offers(&f, &a, &b, "web", 9, 80), KITH_STORE_OLD);
	assert_int_equal(person_heard(&f, &b, KITH_MSG_WANT, NULL), 0);
	a.epoch = 6; /* it started anew, and we have not heard yet */
	assert_int_equal(person_offers(&f, &a, &b, "web", 1, 80), KITH_STORE_OLD);
	assert_int_equal(person_heard(&f, &b, KITH_MSG_WANT, NULL), 1);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), -1);
	fix_check(&f);
	fix_end(&f);
}

/* Time passes in which these two answer. */
static void answer_for(struct fix *f, struct person *a, struct person *b, kith_us during)
{
	const kith_us until = f->now + during;

	while (f->now < until) {
		person_pair(f, a);
		person_pair(f, b);
		person_acks(f, a);
		person_acks(f, b);
		fix_run(f, kith_us_min(KITH_SECOND / 10, until - f->now));
	}
}

/* Its owner starts anew and has not said yet what it offers. */
static void what_was_offered_before_stays_for_a_while(void **state)
{
	uint8_t bare[8], root[8];
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	(void)person_offers(&f, &a, &b, "web", 1, 80);
	(void)person_offers(&f, &a, &b, "db", 2, 90);
	(void)person_offers(&f, &a, &b, "gone", 3, 91);
	(void)person_offers(&f, &a, &b, "gone", 4, 0);
	fix_forget(&f);
	a.epoch++;
	a.seq = 1;
	person_known(&f, &a);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), 80);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_REMOVED), 0);
	/* They are no part of the root: others may not hold them. */
	kith_peers_root(f.n, root);
	kith_peers_digest(f.n->own.peer->record->leaf + person_peer(&f, &a)->record->leaf +
				  person_peer(&f, &b)->record->leaf, 3, bare);
	assert_memory_equal(root, bare, sizeof(root));
	assert_int_equal(person_offers(&f, &a, &b, "web", 1, 80), KITH_STORE_NEWS);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_CHANGED), 0);
	kith_peers_root(f.n, root);
	assert_memory_not_equal(root, bare, sizeof(root));
	fix_check(&f);
	answer_for(&f, &a, &b, KITH_SERVICE_FORMER - 1);
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), 90);
	fix_run(&f, 1);
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), -1);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), 80);
	assert_int_equal(fix_changes(&f, KITH_SERVICE_REMOVED), 1);
	assert_int_equal(fix_port(&f, &a.id.mid, "gone"), -1);
	fix_check(&f);
	fix_end(&f);
}

static void of_who_was_held_failed_nothing_stays(void **state)
{
	struct person a, b;
	struct kith_service s;
	uint64_t cursor = 0;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	(void)person_offers(&f, &a, &b, "web", 1, 80);
	kith_peer_set_status(f.n, person_peer(&f, &a), KITH_STATUS_FAILED, NULL);
	fix_collect(&f);
	assert_int_equal(kith_node_services(f.n, &cursor, &s), 1);
	assert_false(kith_service_is_usable(&s));
	fix_forget(&f);
	/* It refutes in the same life: it offers what it offered. */
	a.seq++;
	person_known(&f, &a);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), 80);
	kith_peer_set_status(f.n, person_peer(&f, &a), KITH_STATUS_FAILED, NULL);
	a.epoch++;
	person_known(&f, &a);
	assert_int_equal(fix_port(&f, &a.id.mid, "web"), -1);
	/* Nobody is told of a service that was in no answer. */
	assert_int_equal(fix_changes(&f, KITH_SERVICE_REMOVED), 0);
	fix_check(&f);
	fix_end(&f);
}

static void who_leaves_takes_them_along(void **state)
{
	uint8_t before[8], after[8];
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	kith_peers_root(f.n, before);
	(void)person_offers(&f, &a, &b, "web", 1, 80);
	(void)person_offers(&f, &a, &b, "web", 2, 0);
	kith_peers_root(f.n, after);
	assert_memory_equal(before, after, sizeof(after)); /* what is deleted is no part of it */
	(void)person_offers(&f, &a, &b, "db", 3, 80);
	fix_forget(&f);
	person_leaves(&f, &a);
	assert_int_equal(fix_port(&f, &a.id.mid, "db"), -1);
	assert_int_equal(fix_events(&f, KITH_EVENT_SERVICE), 0);
	assert_int_equal(f.n->catalogue.count, 0);
	assert_int_equal(person_offers(&f, &a, &b, "db", 4, 80), KITH_STORE_OLD);
	fix_check(&f);
	fix_end(&f);
}

static void each_owner_has_a_bound(void **state)
{
	char id[16];
	struct person a, b;
	uint32_t i, seq = 0;
	uint64_t checked;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	for (i = 0; i < KITH_SERVICES_PER_OWNER; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		assert_int_equal(person_offers(&f, &a, NULL, id, ++seq, 80), KITH_STORE_NEWS);
	}
	/* Whatever comes first, those with the highest numbers stay: all hosts keep the same. */
	assert_int_equal(person_offers(&f, &a, NULL, "s0", ++seq, 81), KITH_STORE_NEWS);
	assert_int_equal(person_offers(&f, &a, NULL, "more", ++seq, 80), KITH_STORE_NEWS);
	assert_int_equal(fix_port(&f, &a.id.mid, "s0"), 81);
	assert_int_equal(fix_port(&f, &a.id.mid, "s1"), -1);
	checked = f.n->stats.signatures_checked;
	assert_int_equal(person_offers(&f, &a, NULL, "late", 1, 80), KITH_STORE_BAD);
	assert_int_equal(f.n->stats.drops.services_full, 1);
	assert_int_equal(f.n->stats.signatures_checked, checked); /* it costs nothing */
	assert_int_equal(person_offers(&f, &a, NULL, "s2", ++seq, 0), KITH_STORE_NEWS);
	assert_int_equal(person_offers(&f, &a, NULL, "more2", ++seq, 80), KITH_STORE_NEWS);
	assert_int_equal(fix_port(&f, &a.id.mid, "s3"), 80);
	assert_int_equal(person_offers(&f, &b, NULL, "others", 1, 80), KITH_STORE_NEWS);
	/* Deleted ones push out the oldest of their own. */
	for (i = 0; i < 2 * KITH_SERVICES_DELETED; i++) {
		snprintf(id, sizeof(id), "d%u", i);
		f.now += KITH_MS;
		kith_node_tick(f.n, f.now);
		assert_int_equal(person_offers(&f, &a, NULL, id, ++seq, 0), KITH_STORE_NEWS);
	}
	assert_int_equal(f.n->catalogue.by_slot[person_peer(&f, &a)->slot].deleted, KITH_SERVICES_DELETED);
	assert_int_equal(person_offers(&f, &a, NULL, "d511", seq - 1, 80), KITH_STORE_OLD);
	fix_check(&f);
	/* After an hour none is remembered. */
	fix_run(&f, KITH_SERVICE_BURIED);
	assert_int_equal(f.n->catalogue.by_slot[person_peer(&f, &a)->slot].deleted, 0);
	fix_check(&f);
	fix_end(&f);
}

/* Two hosts that hear of more than there is room for, each of others first, and of all in the end; also if
 * all were signed with one number. */
static void of_many_they_keep_the_same(bool is_one_number)
{
	enum { MANY = KITH_SERVICES_PER_OWNER + 50 };
	uint8_t roots[2][8];
	struct person a[2];
	struct fix f[2];
	uint32_t i, k;
	char id[16];

	for (i = 0; i < 2; i++) {
		fix_setup(&f[i]);
		person_joins(&f[i], &a[i], 1);
		for (k = 0; k < MANY; k++) {
			const uint32_t seq = 1 + (i == 0 ? k : MANY - 1 - k);

			snprintf(id, sizeof(id), "s%u", seq);
			(void)person_offers(&f[i], &a[i], NULL, id, is_one_number ? 1 : seq, 80);
		}
		fix_check(&f[i]);
		kith_peers_root(f[i].n, roots[i]);
		assert_int_equal(f[i].n->catalogue.live, KITH_SERVICES_PER_OWNER);
	}
	assert_memory_equal(roots[0], roots[1], sizeof(roots[0]));
	fix_end(&f[0]);
	fix_end(&f[1]);
}

static void the_order_in_which_they_come_makes_no_difference(void **state)
{
	(void)state;
	of_many_they_keep_the_same(false);
	of_many_they_keep_the_same(true);
}

/* Ids that change with each start: the former ones take no room from the new. */
static void former_ones_take_no_room(void **state)
{
	struct person a;
	struct fix f;
	uint32_t k;
	char id[16];

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	for (k = 0; k < 200; k++) {
		snprintf(id, sizeof(id), "old%u", k);
		assert_int_equal(person_offers(&f, &a, NULL, id, k + 1, 80), KITH_STORE_NEWS);
	}
	a.epoch++;
	person_known(&f, &a);
	for (k = 0; k < 200; k++) {
		snprintf(id, sizeof(id), "new%u", k);
		assert_int_equal(person_offers(&f, &a, NULL, id, k + 1, 80), KITH_STORE_NEWS);
	}
	assert_int_equal(f.n->catalogue.listed, 400);
	assert_int_equal(f.n->catalogue.live, 200);
	fix_check(&f);
	fix_end(&f);
}

/* All have offered what there is room for: a newcomer's is refused before it costs a signature, and ours is
 * not. */
static void a_full_catalogue_has_room_for_ours(void **state)
{
	uint64_t checked;
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	f.n->catalogue.live += KITH_SERVICES_MAX;
	checked = f.n->stats.signatures_checked;
	assert_int_equal(person_offers(&f, &a, NULL, "web", 1, 80), KITH_STORE_BAD);
	assert_int_equal(f.n->stats.signatures_checked, checked);
	assert_int_equal(fix_offer(&f, "ours", 81), 0);
	assert_int_equal(fix_port(&f, &f.n->own.secrets->identity.mid, "ours"), 81);
	f.n->catalogue.live -= KITH_SERVICES_MAX;
	fix_check(&f);
	fix_end(&f);
}

static void an_owner_has_a_rate(void **state)
{
	struct person a, b;
	uint32_t seq = 0, taken = 0;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	while (seq < 3 * KITH_SERVICE_BURST)
		taken += person_offers(&f, &a, &a, "web", ++seq, 80) == KITH_STORE_NEWS ? 1 : 0;
	assert_int_equal(taken, 2 * KITH_SERVICE_BURST);
	assert_int_equal(f.n->stats.drops.record_quota, KITH_SERVICE_BURST);
	/* A synchronisation brings it all the same, and others are not charged. */
	assert_int_equal(person_offers(&f, &a, NULL, "web", ++seq, 80), KITH_STORE_NEWS);
	assert_int_equal(person_offers(&f, &b, &b, "db", 1, 80), KITH_STORE_NEWS);
	fix_end(&f);
}

static void a_forged_one_convicts(void **state)
{
	uint8_t record[KITH_RECORD_MAX], body[KITH_RECORD_MAX];
	struct kith_record_head h;
	struct person a, b;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	len = person_service(&f, &a, "web", 1, 80, record);
	record[len - 1] ^= 1;
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_FORGED);
	/* Signed, but under the key of another id. */
	len = person_service(&f, &a, "web", 1, 80, record);
	assert_int_equal(kith_record_read(record, len, &h), 0);
	memcpy(body, kith_record_body(record, &h).p, kith_record_body(record, &h).len);
	kith_service_key(body, (struct kith_bytes){(const uint8_t *)"db", 2});
	len = person_sign(&f, &a, KITH_RECORD_SERVICE, a.epoch, 1,
			  (struct kith_bytes){body, kith_record_body(record, &h).len}, record);
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_BAD);
	assert_int_equal(f.n->stats.drops.record_malformed, 1);
	assert_int_equal(f.n->catalogue.count, 0);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_word_counts),
		cmocka_unit_test(of_two_with_one_number_all_keep_one),
		cmocka_unit_test(the_certificate_tells_what_may_be_offered),
		cmocka_unit_test(its_own_address_is_no_foreign_one),
		cmocka_unit_test(a_record_counts_in_its_epoch),
		cmocka_unit_test(what_was_offered_before_stays_for_a_while),
		cmocka_unit_test(of_who_was_held_failed_nothing_stays),
		cmocka_unit_test(who_leaves_takes_them_along),
		cmocka_unit_test(each_owner_has_a_bound),
		cmocka_unit_test(the_order_in_which_they_come_makes_no_difference),
		cmocka_unit_test(former_ones_take_no_room),
		cmocka_unit_test(a_full_catalogue_has_room_for_ours),
		cmocka_unit_test(an_owner_has_a_rate),
		cmocka_unit_test(a_forged_one_convicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
