/* SPDX-License-Identifier: ISC */
/* Two nodes of one process, each with its own fix, and what they share. */
#include "core/pool.h"
#include "core/fact.h"
#include "unit/core_fix.h"

struct two {
	struct kith_pool *pool;
	struct fix f, g;
};

static void two_setup(struct two *t)
{
	static const uint64_t key[2] = {1, 2};

	assert_int_equal(kith_pool_new(&t->pool, key), 0);
	fix_init(&t->f);
	fix_init(&t->g);
	t->f.keeps_epochs = t->g.keeps_epochs = false;
	memset(t->g.config.identity_seed, 'g', sizeof(t->g.config.identity_seed));
	memset(t->g.config.secret_seed, 'g', sizeof(t->g.config.secret_seed));
}

static void starts(struct two *t, struct fix *f, bool shares)
{
	fix_start(f);
	if (shares)
		kith_core_share(f->n, t->pool);
	kith_node_persisted(f->n, f->now, fix_last(f, KITH_OUT_PERSIST)->token);
	fix_forget(f);
	assert_non_null(f->n->own.peer);
}

/* g is somebody else: a certificate of its own. */
static void certify_g(struct two *t)
{
	struct kith_certificate c = {.serial = 1, .not_after = FIX_UNIX_S + 1000000, .name = "g"};
	struct kith_identity id;
	size_t len = sizeof(t->g.certificate);

	assert_int_equal(kith_identity_init(&id, t->g.config.identity_seed), 0);
	memcpy(c.identity, id.pk, sizeof(c.identity));
	assert_int_equal(kith_cert_sign(&c, &t->g.authority, &t->g.cid, t->g.certificate, &len), 0);
	t->g.config.certificate = (struct kith_bytes){t->g.certificate, len};
}

static void both_start(struct two *t)
{
	two_setup(t);
	certify_g(t);
	starts(t, &t->f, true);
	starts(t, &t->g, true);
}

static void both_end(struct two *t)
{
	fix_end(&t->f);
	fix_end(&t->g);
	assert_int_equal(kith_pool_count(t->pool), 0);
	kith_pool_free(&t->pool);
	assert_null(t->pool);
}

static void the_same_bytes_are_one_fact(void **state)
{
	struct kith_member_fact *record;
	struct kith_peer *a, *b;
	struct person p;
	struct two t;

	(void)state;
	both_start(&t);
	assert_int_equal(kith_pool_count(t.pool), 4); /* certificate and record of each */
	person_init(&t.f, &p, 1);
	a = person_known(&t.f, &p);
	b = person_known(&t.g, &p);
	assert_ptr_equal(a->record, b->record);
	assert_ptr_equal(a->certificate, b->certificate);
	assert_int_equal(kith_pool_count(t.pool), 6);
	record = a->record;
	/* A newer one of which only one of them knows. */
	p.seq++;
	person_known(&t.f, &p);
	assert_ptr_not_equal(a->record, record);
	assert_ptr_equal(b->record, record);
	assert_ptr_equal(a->certificate, b->certificate);
	assert_int_equal(b->record->seq, 1);
	assert_int_equal(kith_pool_count(t.pool), 7);
	person_known(&t.g, &p);
	assert_ptr_equal(a->record, b->record);
	assert_int_equal(kith_pool_count(t.pool), 6);
	both_end(&t);
}

static void a_node_may_go_before_the_other(void **state)
{
	struct person p;
	struct two t;

	(void)state;
	both_start(&t);
	person_init(&t.f, &p, 1);
	person_known(&t.f, &p);
	person_known(&t.g, &p);
	fix_end(&t.f);
	assert_int_equal(kith_pool_count(t.pool), 4);
	assert_int_equal(person_peer(&t.g, &p)->record->epoch, 1);
	assert_string_equal(person_peer(&t.g, &p)->certificate->c.name, "p1");
	fix_end(&t.g);
	assert_int_equal(kith_pool_count(t.pool), 0);
	kith_pool_free(&t.pool);
}

/* What a node tells of itself does not depend on what another one has checked. */
static void each_check_is_counted(void **state)
{
	uint64_t checked[2];
	struct person p;
	struct two t;
	int shares;

	(void)state;
	for (shares = 0; shares < 2; shares++) {
		two_setup(&t);
		certify_g(&t);
		starts(&t, &t.f, shares);
		starts(&t, &t.g, shares);
		person_init(&t.f, &p, 1);
		person_known(&t.f, &p);
		person_known(&t.g, &p);
		assert_int_equal(t.f.n->stats.signatures_checked, t.g.n->stats.signatures_checked);
		checked[shares] = t.g.n->stats.signatures_checked;
		both_end(&t);
	}
	assert_int_equal(checked[0], 3); /* its own certificate, and two of the other */
	assert_int_equal(checked[1], 3);
}

/* --- what is believed --------------------------------------------------------------------------- */

/* A record whose signature is not p's, known to f in the way that the test wants. */
struct claim {
	struct two t;
	struct person p;
	uint8_t record[KITH_RECORD_MAX];
	struct kith_bytes bytes;
	struct kith_record_head head;
	struct kith_fact *fact;
};

static void claim_setup(struct claim *c)
{
	both_start(&c->t);
	person_init(&c->t.f, &c->p, 1);
	person_known(&c->t.f, &c->p);
	person_known(&c->t.g, &c->p);
	c->p.seq++;
	c->bytes = (struct kith_bytes){c->record, person_record(&c->t.f, &c->p, c->record)};
	c->record[c->bytes.len - KITH_RECORD_SIG] ^= 1;
	assert_int_equal(kith_record_read(c->record, c->bytes.len, &c->head), 0);
}

static void f_knows(struct claim *c, const uint8_t *signer, enum kith_belief belief)
{
	assert_int_equal(kith_fact_record(c->t.f.n, c->bytes, &c->head, signer, belief, &c->fact), 0);
}

static enum kith_store_result g_is_told(struct claim *c)
{
	return person_tells(&c->t.g, NULL, c->record, c->bytes.len);
}

static void claim_end(struct claim *c)
{
	kith_fact_unref(c->t.f.n, c->fact);
	both_end(&c->t);
}

static void what_one_has_verified_the_other_takes(void **state)
{
	struct claim c;

	(void)state;
	claim_setup(&c);
	assert_int_equal(g_is_told(&c), KITH_STORE_FORGED);
	f_knows(&c, c.p.id.pk, KITH_BELIEF_OURS);
	assert_int_equal(g_is_told(&c), KITH_STORE_NEWS);
	assert_ptr_equal(&person_peer(&c.t.g, &c.p)->record->fact, c.fact);
	claim_end(&c);
}

static void what_one_has_kept_the_other_checks(void **state)
{
	struct claim c;

	(void)state;
	claim_setup(&c);
	f_knows(&c, c.p.id.pk, KITH_BELIEF_KEPT);
	assert_int_equal(g_is_told(&c), KITH_STORE_FORGED);
	claim_end(&c);
	/* And once checked it is as good as any. */
	claim_setup(&c);
	c.record[c.bytes.len - KITH_RECORD_SIG] ^= 1;
	f_knows(&c, c.p.id.pk, KITH_BELIEF_KEPT);
	assert_false(c.fact->is_verified);
	assert_int_equal(g_is_told(&c), KITH_STORE_NEWS);
	assert_true(c.fact->is_verified);
	assert_ptr_equal(&person_peer(&c.t.g, &c.p)->record->fact, c.fact);
	claim_end(&c);
}

static void another_signer_says_nothing(void **state)
{
	struct claim c;

	(void)state;
	claim_setup(&c);
	f_knows(&c, c.t.f.authority.pk, KITH_BELIEF_OURS);
	assert_int_equal(g_is_told(&c), KITH_STORE_FORGED);
	claim_end(&c);
}

static void another_cluster_says_nothing(void **state)
{
	struct claim c;

	(void)state;
	claim_setup(&c);
	c.t.f.n->cid.b[0] ^= 1;
	f_knows(&c, c.p.id.pk, KITH_BELIEF_OURS);
	c.t.f.n->cid.b[0] ^= 1;
	assert_int_equal(g_is_told(&c), KITH_STORE_FORGED);
	claim_end(&c);
}

/* Found under the same bits of the signature, and told by its bytes. */
static void other_bytes_say_nothing(void **state)
{
	struct kith_fact *other;
	struct claim c;

	(void)state;
	claim_setup(&c);
	f_knows(&c, c.p.id.pk, KITH_BELIEF_OURS);
	c.record[c.bytes.len - KITH_RECORD_SIG] ^= 2;
	assert_int_equal(g_is_told(&c), KITH_STORE_FORGED);
	/* Such a one stays with its holder. */
	assert_int_equal(kith_fact_record(c.t.f.n, c.bytes, &c.head, c.p.id.pk, KITH_BELIEF_OURS,
					  &other), 0);
	assert_ptr_not_equal(other, c.fact);
	assert_int_equal(other->pooled, 0);
	assert_int_equal(g_is_told(&c), KITH_STORE_FORGED);
	kith_fact_unref(c.t.f.n, other);
	c.record[c.bytes.len - KITH_RECORD_SIG] ^= 2;
	assert_int_equal(g_is_told(&c), KITH_STORE_NEWS);
	claim_end(&c);
}

/* The same of a certificate: its signature is bad, and f, but not g, believes it. */
static void a_certificate_is_believed_by_its_issuer(void **state)
{
	int is_issuer;

	(void)state;
	for (is_issuer = 0; is_issuer < 2; is_issuer++) {
		struct kith_cert_fact *fact;
		struct person p;
		struct two t;

		both_start(&t);
		person_init(&t.f, &p, 1);
		p.cert[p.cert_len - KITH_SIG_LEN] ^= 1;
		assert_int_equal(kith_fact_certificate(t.f.n,
						       (struct kith_bytes){p.cert, p.cert_len}, &p.c,
						       is_issuer ? t.f.authority.pk : p.id.pk,
						       KITH_BELIEF_OURS, &fact), 0);
		assert_int_equal(person_known(&t.g, &p) != NULL, is_issuer);
		assert_int_equal(t.g.n->stats.drops.record_certificate, !is_issuer);
		kith_fact_unref(t.f.n, &fact->fact);
		both_end(&t);
	}
}

static void a_suspicion_is_shared_too(void **state)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_peer *a, *b;
	struct person p, q;
	struct two t;
	size_t len;

	(void)state;
	both_start(&t);
	person_init(&t.f, &p, 1);
	person_init(&t.f, &q, 2);
	a = person_known(&t.f, &p);
	b = person_known(&t.g, &p);
	person_known(&t.f, &q);
	person_known(&t.g, &q);
	len = person_suspicion(&t.f, &q, a, KITH_SUSPICION_SILENCE, record);
	assert_int_equal(person_tells(&t.f, NULL, record, len), KITH_STORE_NEWS);
	assert_int_equal(person_tells(&t.g, NULL, record, len), KITH_STORE_NEWS);
	assert_ptr_equal(kith_peer_case(a)->held[0].record, kith_peer_case(b)->held[0].record);
	both_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_are_one_fact),
		cmocka_unit_test(a_node_may_go_before_the_other),
		cmocka_unit_test(each_check_is_counted),
		cmocka_unit_test(what_one_has_verified_the_other_takes),
		cmocka_unit_test(what_one_has_kept_the_other_checks),
		cmocka_unit_test(another_signer_says_nothing),
		cmocka_unit_test(another_cluster_says_nothing),
		cmocka_unit_test(other_bytes_say_nothing),
		cmocka_unit_test(a_certificate_is_believed_by_its_issuer),
		cmocka_unit_test(a_suspicion_is_shared_too),
	};

	return cmocka_run_group_tests_name("core/pool", tests, NULL, NULL);
}
