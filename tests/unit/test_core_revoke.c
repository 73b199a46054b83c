/* SPDX-License-Identifier: ISC */
/* What a revocation does to one node: to whom it names, to what comes of them, to a full table, and over
 * a restart. */
#include "core/revoke.h"
#include "unit/core_line.h"

#include "core/stream.h"
#include "core/trust.h"

enum { DAY_S = 24 * 3600 };
#define LATER (FIX_UNIX_S + 400u * DAY_S)

/* An authority that the node does not know, or its own. */
static const uint8_t stranger_seed[KITH_KEY_LEN] = {9};

static void sign_with(const struct fix *f, const struct kith_identity *authority,
		      const struct kith_mid *target, uint32_t until, uint8_t out[KITH_REVOCATION_LEN])
{
	const size_t len = KITH_REVOCATION_LEN - KITH_RECORD_SIG;
	struct kith_mid id;

	kith_authority_id(id.b, authority->pk);
	kith_revocation_write(&id, target, FIX_UNIX_S, until, out);
	kith_sign(authority, KITH_LABEL_RECORD, &f->cid, out, len, out + len);
}

static int takes(struct fix *f, const uint8_t bytes[KITH_REVOCATION_LEN])
{
	const int r = kith_node_revoke(f->n, f->now, (struct kith_bytes){bytes, KITH_REVOCATION_LEN});

	fix_collect(f);
	return r;
}

static int revoke(struct fix *f, const struct kith_mid *target, uint32_t until)
{
	uint8_t bytes[KITH_REVOCATION_LEN];

	sign_with(f, &f->authority, target, until, bytes);
	return takes(f, bytes);
}

/* Its certificate and record, brought by somebody. */
static enum kith_store_result comes(struct fix *f, struct person *p, struct kith_peer *deliverer,
				    enum kith_store_way way)
{
	uint8_t record[KITH_RECORD_MAX];
	const size_t len = person_record(f, p, record);

	return kith_store_record(f->n, deliverer, (struct kith_bytes){p->cert, p->cert_len},
				 (struct kith_bytes){record, len}, way);
}

static void who_is_revoked_goes_and_stays_away(void **state)
{
	uint8_t root[8], after[8];
	struct person a, b;
	struct kith_member m;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	fix_forget(&f);
	kith_peers_root(f.n, root);
	assert_int_equal(revoke(&f, &a.id.mid, LATER), 0);
	kith_node_tick(f.n, f.now);
	fix_collect(&f);
	assert_int_equal(fix_events(&f, KITH_EVENT_REVOKED), 1);
	assert_int_equal(fix_events(&f, KITH_EVENT_LEFT), 0);
	/* Its host may still read who that was. */
	assert_int_equal(kith_node_member(f.n, &a.id.mid, &m), 0);
	assert_int_equal(m.status, KITH_STATUS_LEFT);
	fix_run(&f, KITH_MS);
	assert_int_equal(fix_events(&f, KITH_EVENT_REAPED), 1);
	assert_null(person_peer(&f, &a));
	assert_non_null(person_peer(&f, &b));
	/* Whatever it says, and whoever brings it. */
	a.seq += 5;
	assert_int_equal(comes(&f, &a, person_peer(&f, &b), KITH_STORE_BY_SYNC), KITH_STORE_BAD);
	assert_int_equal(comes(&f, &a, NULL, KITH_STORE_BY_OWNER), KITH_STORE_BAD);
	assert_int_equal(f.n->stats.drops.record_revoked, 2);
	/* A newer certificate of the same authority is no way back. */
	person_zone(&f, &a, "new");
	assert_int_equal(comes(&f, &a, NULL, KITH_STORE_BY_OWNER), KITH_STORE_BAD);
	kith_peers_root(f.n, after);
	assert_memory_not_equal(root, after, sizeof(root));
	assert_int_equal(revoke(&f, &a.id.mid, LATER), 0);
	assert_int_equal(f.n->revocations.count, 1);
	fix_check(&f);
	fix_end(&f);
}

static void what_it_said_of_others_goes_with_it(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct person a, b, c;
	struct kith_peer *of;
	struct fix f;
	size_t len;

	(void)state;
	fix_setup(&f);
	of = person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	person_joins(&f, &c, 3);
	len = person_suspicion(&f, &b, of, KITH_SUSPICION_SILENCE, record);
	assert_int_equal(person_tells(&f, &b, record, len), KITH_STORE_NEWS);
	len = person_suspicion(&f, &c, of, KITH_SUSPICION_SILENCE, record);
	assert_int_equal(person_tells(&f, &c, record, len), KITH_STORE_NEWS);
	assert_int_equal(kith_peer_case(of)->held_count, 2);
	assert_int_equal(of->status, KITH_STATUS_SUSPECT);
	assert_int_equal(revoke(&f, &b.id.mid, LATER), 0);
	fix_run(&f, KITH_MS);
	assert_null(person_peer(&f, &b));
	assert_int_equal(kith_peer_case(of)->held_count, 1);
	assert_memory_equal(kith_peer_case(of)->held[0].by.b, c.id.mid.b, sizeof(c.id.mid.b));
	fix_check(&f);
	fix_end(&f);
}

static void one_that_is_unknown_is_refused_when_it_comes(void **state)
{
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	assert_int_equal(revoke(&f, &a.id.mid, LATER), 0);
	fix_run(&f, KITH_SECOND);
	assert_null(person_known(&f, &a));
	assert_int_equal(fix_events(&f, KITH_EVENT_REVOKED), 0);
	fix_end(&f);
}

static void only_its_own_authority_expels(void **state)
{
	uint8_t bytes[KITH_REVOCATION_LEN];
	const struct kith_bytes all = {bytes, sizeof(bytes)};
	struct kith_identity stranger;
	struct person a, b;
	struct fix f;

	(void)state;
	assert_int_equal(kith_identity_init(&stranger, stranger_seed), 0);
	/* A stranger's counts for nothing. */
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	sign_with(&f, &stranger, &a.id.mid, LATER, bytes);
	assert_int_equal(kith_node_revoke(f.n, f.now, all), KITH_ECERT);
	assert_int_equal(person_tells(&f, &b, bytes, sizeof(bytes)), KITH_STORE_BAD);
	assert_int_equal(f.n->stats.drops.record_authority, 1);
	/* Nor does a member's, nor one with a letter changed, for which its deliverer is charged. */
	sign_with(&f, &b.id, &a.id.mid, LATER, bytes);
	assert_int_equal(kith_node_revoke(f.n, f.now, all), KITH_ECERT);
	sign_with(&f, &f.authority, &a.id.mid, LATER, bytes);
	bytes[KITH_RECORD_HEAD] ^= 1;
	assert_int_equal(kith_node_revoke(f.n, f.now, all), KITH_EAUTH);
	assert_int_equal(person_tells(&f, &b, bytes, sizeof(bytes)), KITH_STORE_FORGED);
	assert_int_equal(kith_node_revoke(f.n, f.now, (struct kith_bytes){bytes, sizeof(bytes) - 1}),
			 KITH_EMALFORMED);
	fix_run(&f, KITH_SECOND);
	assert_non_null(person_peer(&f, &a));
	assert_int_equal(f.n->revocations.count, 0);
	fix_end(&f);

	/* That of another authority, trusted as well, is kept, and does nothing to others' members. */
	fix_init(&f);
	memcpy(f.config.authorities[f.config.authority_count++], stranger.pk, KITH_KEY_LEN);
	fix_start(&f);
	person_joins(&f, &a, 1);
	sign_with(&f, &stranger, &a.id.mid, LATER, bytes);
	assert_int_equal(kith_node_revoke(f.n, f.now, all), 0);
	fix_run(&f, KITH_SECOND);
	assert_non_null(person_peer(&f, &a));
	assert_int_equal(f.n->revocations.count, 1);
	fix_end(&f);
}

static void our_own_ends_us(void **state)
{
	const struct kith_out *o;
	struct kith_mid mid;
	struct fix f;

	(void)state;
	fix_setup(&f);
	mid = f.n->own.secrets->identity.mid;
	assert_int_equal(revoke(&f, &mid, LATER), 0);
	fix_run(&f, KITH_SECOND);
	assert_int_equal(fix_events(&f, KITH_EVENT_REVOKED), 1);
	o = fix_last(&f, KITH_OUT_EVENT);
	assert_non_null(o);
	assert_memory_equal(o->event.mid.b, mid.b, sizeof(mid.b));
	assert_int_equal(kith_node_join(f.n, f.now, &f.config.addrs[0], 1), KITH_ESTATE);
	fix_check(&f);
	fix_end(&f);
}

static void it_is_told_at_once(void **state)
{
	struct kith_msg m;
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	fix_run(&f, 2 * KITH_SECOND);
	fix_forget(&f);
	person_pair(&f, &b);
	assert_int_equal(revoke(&f, &a.id.mid, LATER), 0);
	assert_true(person_heard(&f, &b, KITH_MSG_RECORD, &m) > 0);
	assert_int_equal(m.blob.p[1], KITH_RECORD_REVOKE);
	fix_end(&f);
}

static void over_is_over(void **state)
{
	uint8_t empty[16] = {0}, digest[16];
	struct person a;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_init(&f, &a, 1);
	assert_int_equal(revoke(&f, &a.id.mid, FIX_UNIX_S - 2 * 3600), KITH_EEXPIRED);
	assert_int_equal(revoke(&f, &a.id.mid, FIX_UNIX_S + 60), 0);
	kith_revoke_digest(f.n, digest);
	assert_memory_not_equal(digest, empty, sizeof(digest));
	/* One that lasts longer takes its place, one that does not is old. */
	assert_int_equal(revoke(&f, &a.id.mid, FIX_UNIX_S + 120), 0);
	assert_int_equal(revoke(&f, &a.id.mid, FIX_UNIX_S + 60), 0);
	assert_int_equal(f.n->revocations.count, 1);
	assert_int_equal(f.n->revocations.table[0].until, FIX_UNIX_S + 120);
	fix_run(&f, (KITH_RECORD_SLACK_S + 300) * KITH_SECOND);
	assert_int_equal(f.n->revocations.count, 0);
	kith_revoke_digest(f.n, digest);
	assert_memory_equal(digest, empty, sizeof(digest));
	fix_end(&f);
}

/* As a certified member could fill it, if it had an authority. */
/* The operator asks twice: two hosts that heard another one first must not differ for ever. */
static void of_two_all_keep_the_same(void **state)
{
	uint8_t first[KITH_REVOCATION_LEN], second[KITH_REVOCATION_LEN], roots[2][8];
	const size_t len = sizeof(first) - KITH_RECORD_SIG;
	struct person a;
	struct kith_mid id;
	struct fix f;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fix_setup(&f);
		person_init(&f, &a, 1);
		sign_with(&f, &f.authority, &a.id.mid, LATER, first);
		kith_authority_id(id.b, f.authority.pk);
		kith_revocation_write(&id, &a.id.mid, FIX_UNIX_S + 9, LATER, second);
		kith_sign(&f.authority, KITH_LABEL_RECORD, &f.cid, second, len, second + len);
		assert_int_equal(takes(&f, i == 0 ? first : second), 0);
		assert_int_equal(takes(&f, i == 0 ? second : first), 0);
		assert_int_equal(f.n->revocations.count, 1);
		kith_peers_digest(f.n->revocations.sum, 1, roots[i]);
		fix_end(&f);
	}
	assert_memory_equal(roots[0], roots[1], sizeof(roots[0]));
}

static void a_full_table_refuses(void **state)
{
	struct kith_mid mid = {{0}};
	struct person a;
	struct fix f;
	uint32_t i;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	for (i = 0; i < KITH_REVOCATIONS_MAX; i++) {
		mid.b[0] = (uint8_t)i;
		mid.b[1] = (uint8_t)(i >> 8);
		assert_int_equal(revoke(&f, &mid, LATER), 0);
		if (i % 64 == 0)
			fix_forget(&f);
	}
	assert_int_equal(revoke(&f, &a.id.mid, LATER), KITH_EFULL);
	assert_int_equal(f.n->stats.drops.revocations_full, 1);
	fix_run(&f, KITH_SECOND);
	assert_non_null(person_peer(&f, &a));
	fix_check(&f);
	fix_end(&f);
}

/* An authority can use up its share and no other's. */
static void each_authority_has_its_share(void **state)
{
	uint8_t bytes[KITH_REVOCATION_LEN];
	struct kith_identity stranger;
	struct kith_mid mid = {{0}};
	struct person a;
	struct fix f;
	uint32_t i;

	(void)state;
	assert_int_equal(kith_identity_init(&stranger, stranger_seed), 0);
	fix_init(&f);
	memcpy(f.config.authorities[f.config.authority_count++], stranger.pk, KITH_KEY_LEN);
	fix_start(&f);
	person_joins(&f, &a, 1);
	for (i = 0; i <= KITH_REVOCATIONS_MAX / 2; i++) {
		mid.b[0] = (uint8_t)i;
		mid.b[1] = (uint8_t)(i >> 8);
		sign_with(&f, &stranger, &mid, LATER, bytes);
		assert_int_equal(takes(&f, bytes), i < KITH_REVOCATIONS_MAX / 2 ? 0 : KITH_EFULL);
		if (i % 64 == 0)
			fix_forget(&f);
	}
	assert_int_equal(revoke(&f, &a.id.mid, LATER), 0);
	fix_run(&f, KITH_SECOND);
	assert_null(person_peer(&f, &a));
	fix_check(&f);
	fix_end(&f);
}

/* The entries that a node gave out, given back to another of the same identity. */
static void it_is_kept(void **state)
{
	static uint8_t kept[8][KITH_KEPT_ENTRY_MAX];
	size_t len[8], count = 0;
	struct kith_bytes entry;
	struct person a, b;
	struct fix f;

	(void)state;
	fix_setup(&f);
	person_joins(&f, &a, 1);
	person_joins(&f, &b, 2);
	while (kith_node_keep(f.n, &entry) == 1) { /* a as a member */
		memcpy(kept[count], entry.p, entry.len);
		len[count++] = entry.len;
	}
	assert_int_equal(revoke(&f, &a.id.mid, LATER), 0);
	fix_run(&f, KITH_SECOND);
	while (kith_node_keep(f.n, &entry) == 1) {
		assert_true(count < 8);
		memcpy(kept[count], entry.p, entry.len);
		len[count++] = entry.len;
	}
	assert_int_equal(kith_node_keep(f.n, &entry), 0);
	fix_end(&f);

	fix_init(&f);
	assert_int_equal(kith_node_new(&f.n, &f.config, f.now, (int64_t)FIX_UNIX_S * 1000), 0);
	while (count > 0) {
		const struct kith_bytes last = {kept[count - 1], len[count - 1]};
		const int r = kith_node_restore(f.n, f.now, last);

		assert_true(r == 0 || r == KITH_EREVOKED || r == KITH_EREPLAY);
		count--;
	}
	assert_int_equal(f.n->revocations.count, 1);
	assert_null(kith_peer_find(f.n, &a.id.mid));
	assert_non_null(kith_peer_find(f.n, &b.id.mid));
	kith_node_free(&f.n);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_revoked_goes_and_stays_away),
		cmocka_unit_test(what_it_said_of_others_goes_with_it),
		cmocka_unit_test(one_that_is_unknown_is_refused_when_it_comes),
		cmocka_unit_test(only_its_own_authority_expels),
		cmocka_unit_test(our_own_ends_us),
		cmocka_unit_test(it_is_told_at_once),
		cmocka_unit_test(over_is_over),
		cmocka_unit_test(of_two_all_keep_the_same),
		cmocka_unit_test(a_full_table_refuses),
		cmocka_unit_test(each_authority_has_its_share),
		cmocka_unit_test(it_is_kept),
	};

	return cmocka_run_group_tests_name("core/revoke", tests, NULL, NULL);
}
