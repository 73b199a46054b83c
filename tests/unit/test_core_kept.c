/* SPDX-License-Identifier: ISC */
#include "unit/core_fix.h"

#include "core/kept.h"
#include "core/trust.h"

enum { ENTRIES_MAX = 64 };

/* What the host keeps: entries in the order in which they were given out. */
static struct {
	size_t count;
	struct {
		size_t len;
		uint8_t bytes[KITH_KEPT_ENTRY_MAX];
	} entries[ENTRIES_MAX];
} disk;

static int empty_disk(void **state)
{
	(void)state;
	disk.count = 0;
	return 0;
}

static size_t keep(struct fix *f)
{
	struct kith_bytes e;
	size_t before = disk.count;

	while (kith_node_keep(f->n, &e)) {
		assert_in_range(disk.count, 0, ENTRIES_MAX - 1);
		assert_in_range(e.len, 1, KITH_KEPT_ENTRY_MAX);
		memcpy(disk.entries[disk.count].bytes, e.p, e.len);
		disk.entries[disk.count++].len = e.len;
	}
	return disk.count - before;
}

static int64_t unix_ms(const struct fix *f)
{
	return FIX_UNIX_S * INT64_C(1000) + (f->now - FIX_START) / KITH_MS;
}

/* The process ends; the next one is made `later`, its epoch not persisted yet. */
static void dies_and_starts(struct fix *f, kith_us later)
{
	fix_forget(f);
	kith_node_free(&f->n);
	f->now += later;
	f->keeps_epochs = false;
	f->config.epoch++;
	assert_int_equal(kith_node_new(&f->n, &f->config, f->now, unix_ms(f)), 0);
}

static void goes_on(struct fix *f)
{
	fix_collect(f);
	assert_int_equal(f->outs[0].out.kind, KITH_OUT_PERSIST);
	kith_node_persisted(f->n, f->now, f->outs[0].out.token);
	fix_forget(f);
}

static int give(struct fix *f, size_t i)
{
	return kith_node_restore(f->n, f->now,
				 (struct kith_bytes){disk.entries[i].bytes, disk.entries[i].len});
}

/* The address that the last entry told, and how many entries told any. */
static const struct kith_addr *hint(const struct fix *f)
{
	return &f->n->join.dials[KITH_SEEDS_MAX + f->n->join.hint_count - 1].seed.addr;
}

static uint32_t hints(const struct fix *f)
{
	return f->n->join.hint_count;
}

/* Newest first; returns how many were taken, marks included. */
static size_t give_all(struct fix *f)
{
	size_t taken = 0, i;

	for (i = disk.count; i-- > 0;)
		taken += give(f, i) == 0 ? 1 : 0;
	return taken;
}

static void becomes(struct fix *f, struct person *p, enum kith_status status)
{
	kith_peer_set_status(f->n, person_peer(f, p), status, NULL);
}

/* --- what comes back ------------------------------------------------------------------------- */

static void what_was_known_is_known_again(void **state)
{
	struct person alive, failed, left, forgotten;
	uint8_t record[KITH_RECORD_MAX];
	struct kith_member m;
	struct fix f;
	kith_us failed_at;
	uint64_t leaves_before;
	size_t len;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &alive, 1);
	person_joins(&f, &failed, 2);
	person_joins(&f, &left, 3);
	person_joins(&f, &forgotten, 4);
	becomes(&f, &failed, KITH_STATUS_FAILED);
	failed_at = f.now;
	person_leaves(&f, &left);
	person_leaves(&f, &forgotten);
	len = person_record(&f, &forgotten, record);
	assert_int_equal(kith_core_forget(f.n, f.now, &forgotten.id.mid), 0);
	f.now += 100 * KITH_SECOND;
	kith_core_clock(f.n, f.now, unix_ms(&f));
	f.n->probes.answered = f.now - 7 * KITH_SECOND;
	leaves_before = f.n->peers.leaf_sum - f.n->own.peer->record->leaf;
	assert_int_equal(keep(&f), 4);

	dies_and_starts(&f, 1000 * KITH_SECOND);
	assert_int_equal(give_all(&f), 4);
	fix_check(&f);
	assert_int_equal(f.n->peers.count, 3);
	assert_int_equal(f.n->peers.leaf_sum, leaves_before);
	assert_int_equal(fix_count(&f, KITH_OUT_EVENT), 0);
	assert_int_equal(f.n->stats.signatures_checked, 1); /* our own certificate's */
	assert_int_equal(f.n->probes.answered, f.now - 1007 * KITH_SECOND);

	assert_int_equal(kith_node_member(f.n, &alive.id.mid, &m), 0);
	assert_int_equal(m.status, KITH_STATUS_ALIVE);
	assert_string_equal(m.name, alive.c.name);
	assert_int_equal(m.addr_count, 1);
	assert_true(m.heard == KITH_NEVER);
	assert_int_equal(kith_node_member(f.n, &failed.id.mid, &m), 0);
	assert_int_equal(m.status, KITH_STATUS_FAILED);
	assert_int_equal(m.since, failed_at);
	assert_int_equal(kith_node_member(f.n, &left.id.mid, &m), 0);
	assert_int_equal(m.status, KITH_STATUS_LEFT);
	assert_int_equal(kith_node_member(f.n, &forgotten.id.mid, &m), KITH_ENOTFOUND);

	/* And the forgotten one stays it. */
	goes_on(&f);
	assert_int_equal(f.n->peers.count, 4);
	assert_int_equal(kith_store_record(f.n, NULL,
					   (struct kith_bytes){forgotten.cert, forgotten.cert_len},
					   (struct kith_bytes){record, len}, KITH_STORE_BY_SYNC),
			 KITH_STORE_OLD);
	fix_end(&f);
}

/* The evidence of a suspicion is not kept, so neither is its conclusion. */
static void a_suspect_is_asked_anew(void **state)
{
	struct person a, b;
	struct kith_why why;
	uint32_t cursor = 0;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	kith_suspect_round_failed(
		f.n, person_peer(&f, &a),
		&(struct kith_verdict){.kind = KITH_SUSPICION_SILENCE, .path = KITH_PATH_DIRECT});
	becomes(&f, &a, KITH_STATUS_SUSPECT);
	becomes(&f, &b, KITH_STATUS_FAILED);
	assert_int_equal(keep(&f), 2);
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give_all(&f), 2);
	assert_int_equal(person_peer(&f, &a)->status, KITH_STATUS_ALIVE);
	assert_int_equal(kith_node_why(f.n, &a.id.mid, &cursor, &why), 0);
	assert_int_equal(kith_node_why(f.n, &b.id.mid, &cursor, &why), 1);
	assert_int_equal(why.kind, KITH_WHY_RESTORED);
	assert_int_equal(why.to, KITH_STATUS_FAILED);
	fix_end(&f);
}

/* Beside the seeds, or without any. */
static void who_is_restored_is_asked_at_once(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_int_equal(keep(&f), 1);
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give_all(&f), 1);
	goes_on(&f);
	assert_false(f.n->partners.is_joined);
	fix_run(&f, 2 * KITH_SECOND);
	assert_int_not_equal(fix_count(&f, KITH_OUT_CONNECT), 0);
	assert_memory_equal(&fix_last(&f, KITH_OUT_CONNECT)->addr, &a.addr, sizeof(a.addr));
	assert_int_not_equal(fix_datagrams_to(&f, &a.addr), 0);
	fix_end(&f);
}

/* Of many addresses some are asked, and never more; seeds are a list of their own. */
static void a_choice_of_hints_is_asked(void **state)
{
	struct kith_seed seed;
	uint32_t cursor = 0, i;
	struct person p;
	struct fix f;

	(void)state;
	fix_setup(&f);
	for (i = 1; i <= 40; i++)
		person_joins(&f, &p, i);
	assert_int_equal(keep(&f), 40);
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give_all(&f), 40);
	assert_int_equal(hints(&f), KITH_HINTS_MAX);
	goes_on(&f);
	fix_run(&f, 10 * KITH_MS);
	assert_int_equal(fix_count(&f, KITH_OUT_CONNECT), KITH_HINTS_MAX + 1); /* and a partner */
	assert_int_equal(kith_node_seeds(f.n, &cursor, &seed), 0);
	fix_run(&f, 60 * KITH_SECOND);
	assert_int_equal(fix_events(&f, KITH_EVENT_SEED), 0);
	fix_end(&f);
}

/* --- what is given out ----------------------------------------------------------------------- */

static void only_what_changed_is_given_out(void **state)
{
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	assert_int_equal(keep(&f), 1); /* a mark */
	assert_int_equal(keep(&f), 0);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	assert_int_equal(keep(&f), 2);
	assert_int_equal(keep(&f), 0);
	becomes(&f, &a, KITH_STATUS_FAILED);
	assert_int_equal(keep(&f), 1);
	person_leaves(&f, &b);
	assert_int_equal(keep(&f), 1);
	fix_jump(&f, KITH_SECOND);
	assert_int_equal(keep(&f), 1); /* a mark: time passed */
	kith_node_keep_all(f.n);
	assert_int_equal(keep(&f), 2);

	/* The newest of each counts, and what the host has given it need not be given. */
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give(&f, disk.count - 1), 0);
	assert_int_equal(give(&f, disk.count - 2), 0);
	assert_int_equal(give(&f, 1), KITH_EREPLAY);
	assert_int_equal(give(&f, 2), KITH_EREPLAY);
	assert_int_equal(person_peer(&f, &a)->status, KITH_STATUS_FAILED);
	assert_int_equal(person_peer(&f, &b)->status, KITH_STATUS_LEFT);
	assert_int_equal(keep(&f), 1); /* a mark */
	fix_end(&f);
}

static void a_tomb_and_its_member_replace_each_other(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_leaves(&f, &a);
	assert_int_equal(keep(&f), 1);
	assert_int_equal(kith_core_forget(f.n, f.now, &a.id.mid), 0);
	assert_int_equal(keep(&f), 1);
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give(&f, 1), 0);
	assert_int_equal(give(&f, 0), KITH_EREPLAY);
	assert_null(person_peer(&f, &a));
	goes_on(&f);

	a.epoch++;
	a.body.state = KITH_MEMBER_ALIVE;
	person_known(&f, &a);
	assert_int_equal(keep(&f), 1);
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give(&f, 2), 0);
	assert_int_equal(give(&f, 1), KITH_EREPLAY);
	assert_non_null(person_peer(&f, &a));
	fix_end(&f);
}

/* It was ten days behind when it forgot; the others have not forgotten yet all the same. */
static void a_tomb_counts_whatever_the_clock_said(void **state)
{
	const int64_t ten_days_ms = INT64_C(864000000);
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	becomes(&f, &a, KITH_STATUS_FAILED);
	kith_node_clock(f.n, f.now, unix_ms(&f) - ten_days_ms, true);
	assert_int_equal(kith_core_forget(f.n, f.now, &a.id.mid), 0);
	assert_int_equal(f.n->tombs.counted, 1);
	assert_int_equal(keep(&f), 1);
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give(&f, 0), 0);
	assert_int_equal(f.n->tombs.counted, 1);
	goes_on(&f);
	assert_int_equal(keep(&f), 1); /* once more, by the clock of now */
	assert_int_equal(keep(&f), 0);
	fix_end(&f);
}

/* --- what is refused ------------------------------------------------------------------------- */

static void no_byte_can_be_changed_or_missed(void **state)
{
	struct person a;
	struct fix f;
	size_t i, len;
	int r;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_int_equal(keep(&f), 1);
	dies_and_starts(&f, KITH_SECOND);
	len = disk.entries[0].len;
	for (i = 0; i < len; i++) {
		disk.entries[0].bytes[i] ^= 1;
		r = give(&f, 0);
		assert_true(r == KITH_EAUTH || r == KITH_EMALFORMED);
		disk.entries[0].bytes[i] ^= 1;
		disk.entries[0].len = i;
		r = give(&f, 0);
		assert_true(r == KITH_EAUTH || r == KITH_EMALFORMED);
		disk.entries[0].len = len;
	}
	assert_int_equal(f.n->peers.count, 0);
	assert_int_equal(hints(&f), 0);
	assert_int_equal(give(&f, 0), 0);
	assert_memory_equal(hint(&f), &a.addr, sizeof(a.addr));
	fix_end(&f);
}

static void another_cluster_is_another_key(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_int_equal(keep(&f), 1);
	/* The same identity, which may be a member of two clusters. */
	dies_and_starts(&f, 0);
	f.n->cid.b[0] ^= 1;
	assert_int_equal(give(&f, 0), KITH_EAUTH);
	f.n->cid.b[0] ^= 1;
	f.n->own.secrets->identity.sk[0] ^= 1;
	assert_int_equal(give(&f, 0), KITH_EAUTH);
	f.n->own.secrets->identity.sk[0] ^= 1;
	assert_int_equal(give(&f, 0), 0);
	fix_end(&f);
}

/* An authority that is not trusted any more, a certificate whose time is over, and nothing at all
 * once the node speaks for itself. */
static void what_does_not_count_any_more_is_left_out(void **state)
{
	struct kith_certificate cert;
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	assert_int_equal(keep(&f), 1);
	dies_and_starts(&f, KITH_SECOND);
	f.n->authority_ids[0][0] ^= 1;
	assert_int_equal(give(&f, 0), KITH_ECERT);
	assert_int_equal(hints(&f), 0);
	f.n->authority_ids[0][0] ^= 1;
	assert_int_equal(give(&f, 0), 0);
	cert = person_peer(&f, &a)->certificate->c;
	assert_int_equal(kith_trust_stands(f.n, &cert), 0);
	cert.not_after = (uint32_t)(unix_ms(&f) / 1000) - KITH_RECORD_SLACK_S - 1;
	assert_int_equal(kith_trust_stands(f.n, &cert), KITH_EEXPIRED);
	goes_on(&f);
	assert_int_equal(give(&f, 0), KITH_ESTATE);
	fix_end(&f);
}

/* After a day others may have forgotten whom we would bring back: they serve as addresses only. */
static void what_is_too_old_tells_addresses_only(void **state)
{
	struct person a, b, c;
	struct fix f;

	(void)state;
	fix_init(&f);
	f.config.reap_after = 3600 * KITH_SECOND;
	fix_start(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	person_joins(&f, &c, 3);
	becomes(&f, &b, KITH_STATUS_FAILED);
	person_leaves(&f, &c);
	f.now += 600 * KITH_SECOND;
	kith_core_clock(f.n, f.now, unix_ms(&f));
	assert_int_equal(keep(&f), 3);

	/* 3,500 s after it failed, and 3,600. */
	dies_and_starts(&f, 2900 * KITH_SECOND);
	assert_int_equal(give_all(&f), 3);
	dies_and_starts(&f, 100 * KITH_SECOND);
	assert_int_equal(give(&f, 2), KITH_EEXPIRED);
	assert_int_equal(hints(&f), 0); /* it left: nobody is there */
	assert_int_equal(give(&f, 1), KITH_EEXPIRED);
	assert_memory_equal(hint(&f), &b.addr, sizeof(b.addr));
	assert_int_equal(give(&f, 0), 0);
	dies_and_starts(&f, 600 * KITH_SECOND);
	assert_int_equal(give(&f, 0), KITH_EEXPIRED);
	assert_memory_equal(hint(&f), &a.addr, sizeof(a.addr));
	assert_int_equal(f.n->peers.count, 0);
	fix_end(&f);
}

static void an_expired_record_tells_its_address(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_init(&f);
	f.config.reap_after = 400 * 3600 * KITH_SECOND;
	fix_start(&f);
	person_joins(&f, &a, 1);
	assert_int_equal(keep(&f), 1);
	dies_and_starts(&f, (FIX_LIFE_S + KITH_RECORD_SLACK_S) * KITH_SECOND);
	assert_int_equal(give(&f, 0), 0);
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give(&f, 0), KITH_EEXPIRED);
	assert_memory_equal(hint(&f), &a.addr, sizeof(a.addr));
	fix_end(&f);
}

/* A board without a battery starts in 1970: what it wrote itself is later, and tells more. */
static void a_clock_that_fell_back_loses_nothing(void **state)
{
	struct kith_member m;
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	becomes(&f, &a, KITH_STATUS_FAILED);
	f.now += 50 * KITH_SECOND;
	kith_core_clock(f.n, f.now, unix_ms(&f));
	assert_int_equal(keep(&f), 1);
	fix_forget(&f);
	kith_node_free(&f.n);
	f.now = 1000 * KITH_SECOND;
	f.config.epoch++;
	f.keeps_epochs = false;
	assert_int_equal(kith_node_new(&f.n, &f.config, f.now, 5000), 0);
	assert_int_equal(give(&f, 0), 0);
	assert_int_equal(kith_node_member(f.n, &a.id.mid, &m), 0);
	assert_int_equal(m.since, f.now - 50 * KITH_SECOND);
	fix_end(&f);
}

/* One place stays free: the node's own record needs it. */
static void a_smaller_table_takes_what_fits(void **state)
{
	struct person p;
	uint32_t i;
	struct fix f;

	(void)state;
	fix_setup(&f);
	for (i = 1; i <= 5; i++)
		person_joins(&f, &p, i);
	assert_int_equal(keep(&f), 5);
	f.config.max_members = 4;
	dies_and_starts(&f, KITH_SECOND);
	assert_int_equal(give(&f, 0), 0);
	assert_int_equal(give(&f, 1), 0);
	assert_int_equal(give(&f, 2), 0);
	assert_int_equal(give(&f, 3), KITH_EFULL);
	goes_on(&f);
	assert_int_equal(f.n->peers.count, 4);
	assert_non_null(f.n->own.peer);
	fix_end(&f);
}

static void without_memory_it_is_said_and_tried_again(void **state)
{
	struct person a;
	uint64_t i;
	struct fix f;
	int r = KITH_ENOMEM;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	becomes(&f, &a, KITH_STATUS_FAILED);
	assert_int_equal(keep(&f), 1);
	dies_and_starts(&f, KITH_SECOND);
	for (i = 0; i < 40 && r == KITH_ENOMEM; i++) {
		alloc_fail_next(&f.heap, i + 1, false);
		r = give(&f, 0);
		alloc_fail_next(&f.heap, 0, false);
		fix_check(&f);
		assert_int_equal(f.n->peers.count, r == 0 ? 1 : 0);
	}
	assert_int_equal(r, 0);
	assert_in_range(i, 3, 39);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_known_is_known_again, empty_disk),
		cmocka_unit_test_setup(a_suspect_is_asked_anew, empty_disk),
		cmocka_unit_test_setup(who_is_restored_is_asked_at_once, empty_disk),
		cmocka_unit_test_setup(a_choice_of_hints_is_asked, empty_disk),
		cmocka_unit_test_setup(only_what_changed_is_given_out, empty_disk),
		cmocka_unit_test_setup(a_tomb_and_its_member_replace_each_other, empty_disk),
		cmocka_unit_test_setup(a_tomb_counts_whatever_the_clock_said, empty_disk),
		cmocka_unit_test_setup(no_byte_can_be_changed_or_missed, empty_disk),
		cmocka_unit_test_setup(another_cluster_is_another_key, empty_disk),
		cmocka_unit_test_setup(what_does_not_count_any_more_is_left_out, empty_disk),
		cmocka_unit_test_setup(what_is_too_old_tells_addresses_only, empty_disk),
		cmocka_unit_test_setup(an_expired_record_tells_its_address, empty_disk),
		cmocka_unit_test_setup(a_clock_that_fell_back_loses_nothing, empty_disk),
		cmocka_unit_test_setup(a_smaller_table_takes_what_fits, empty_disk),
		cmocka_unit_test_setup(without_memory_it_is_said_and_tried_again, empty_disk),
	};

	return cmocka_run_group_tests_name("core_kept", tests, NULL, NULL);
}
