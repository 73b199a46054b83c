/* SPDX-License-Identifier: ISC */
#include "query/offers.h"
#include "base/mem.h"
#include "base/text.h"
#include "sim/alloc_fail.h"
#include "support/fake_node.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct kith_node *node;
static struct kith_offers *offers;
static const int client_a, client_b; /* whose addresses stand for connections */
static const kith_us now = 10000 * KITH_SECOND;

static int set_up(void **state)
{
	(void)state;
	node = fake_node_new(4);
	fake_node_add(node, "web-1", KITH_STATUS_ALIVE, now);
	offers = kith_offers_new(node, &kith_alloc_libc);
	return offers != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	kith_offers_free(&offers);
	fake_node_free(node);
	return 0;
}

static struct kith_definition definition(const char *id, uint16_t port)
{
	struct kith_definition d = {.port = port, .weight = 1, .name = "web"};

	memcpy(d.id, id, strlen(id) + 1);
	return d;
}

static int put(const char *id, uint16_t port, enum kith_offer_origin origin, const void *session)
{
	const struct kith_definition d = definition(id, port);

	return kith_offers_put(offers, now, &d, origin, session);
}

static const struct kith_service_def *last_put(void)
{
	assert_int_not_equal(node->put_count, 0);
	return &node->puts[node->put_count - 1];
}

/* The ids of all offers, in their order. */
static void assert_ids(const char *wanted)
{
	char ids[256];
	struct kith_text t;

	kith_text_init(&t, ids, sizeof(ids));
	for (uint32_t i = 0; kith_offers_at(offers, i) != NULL; i++) {
		kith_text_str(&t, i > 0 ? " " : "");
		kith_text_str(&t, kith_offers_at(offers, i)->d.id);
	}
	assert_string_equal(ids, wanted);
}

static void offers_are_told_and_found(void **state)
{
	(void)state;
	assert_int_equal(put("b", 1, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(put("a", 2, KITH_OFFER_SESSION, &client_a), 0);
	assert_int_equal(put("c", 3, KITH_OFFER_CONFIGURED, NULL), 0);
	assert_int_equal(node->put_count, 3);
	assert_int_equal(last_put()->port, 3);
	assert_ids("a b c");
	assert_int_equal(kith_offers_find(offers, "a")->origin, KITH_OFFER_SESSION);
	assert_null(kith_offers_find(offers, "d"));
	assert_int_equal(put("b", 9, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(kith_offers_find(offers, "b")->d.port, 9);
	assert_ids("a b c");
	assert_int_equal(kith_offers_drop(offers, now, "b"), 0);
	assert_string_equal(node->dropped[0], "b");
	assert_int_equal(kith_offers_drop(offers, now, "b"), KITH_ENOTFOUND);
	assert_ids("a c");
	assert_string_equal(kith_offer_origin_name(KITH_OFFER_REGISTERED), "registered");
}

static void what_the_node_refuses_is_not_there(void **state)
{
	(void)state;
	node->put_rc = KITH_ERIGHT;
	assert_int_equal(put("a", 1, KITH_OFFER_REGISTERED, NULL), KITH_ERIGHT);
	assert_ids("");
	node->put_rc = 0;
	assert_int_equal(put("a", 1, KITH_OFFER_REGISTERED, NULL), 0);
	node->put_rc = KITH_ETOOBIG;
	assert_int_equal(put("a", 2, KITH_OFFER_REGISTERED, NULL), KITH_ETOOBIG);
	assert_int_equal(kith_offers_find(offers, "a")->d.port, 1);
	assert_int_equal(kith_offers_drain(offers, now, "a", true, ""), KITH_ETOOBIG);
	assert_false(kith_offers_find(offers, "a")->is_drained);
	node->drop_rc = KITH_ENOMEM;
	assert_int_equal(kith_offers_drop(offers, now, "a"), KITH_ENOMEM);
	assert_ids("a");
	node->drop_rc = KITH_ENOTFOUND; /* the node forgot it: then it is gone here, too */
	assert_int_equal(kith_offers_drop(offers, now, "a"), 0);
	assert_ids("");
}

static void a_session_takes_its_own_along(void **state)
{
	(void)state;
	assert_int_equal(put("a", 1, KITH_OFFER_SESSION, &client_a), 0);
	assert_int_equal(put("b", 1, KITH_OFFER_SESSION, &client_b), 0);
	assert_int_equal(put("c", 1, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(put("d", 1, KITH_OFFER_SESSION, &client_a), 0);
	kith_offers_session_over(offers, now, &client_a);
	assert_ids("b c");
	assert_int_equal(node->dropped_count, 2);
	kith_offers_session_over(offers, now, &client_a);
	assert_int_equal(node->dropped_count, 2);
	/* What finds no memory is withdrawn later. */
	node->drop_rc = KITH_ENOMEM;
	kith_offers_session_over(offers, now, &client_b);
	kith_offers_tick(offers, now);
	assert_ids("b c");
	node->drop_rc = 0;
	kith_offers_tick(offers, now);
	assert_ids("c");
	kith_offers_tick(offers, now);
	assert_int_equal(node->dropped_count, 3);
}

static void a_drain_is_of_one_or_of_all(void **state)
{
	(void)state;
	assert_int_equal(put("a", 1, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(put("b", 1, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(kith_offers_drain(offers, now, "x", true, ""), KITH_ENOTFOUND);
	assert_int_equal(kith_offers_drain(offers, now, "a", true, "one"), 0);
	assert_true(last_put()->maintenance);
	assert_string_equal(last_put()->id, "a");
	assert_string_equal(last_put()->note, "one");
	/* What is said of it anew does not end its drain. */
	assert_int_equal(put("a", 2, KITH_OFFER_REGISTERED, NULL), 0);
	assert_true(last_put()->maintenance);
	assert_int_equal(kith_offers_drain(offers, now, NULL, true, "all"), 0);
	assert_true(kith_offers_is_drained(offers));
	assert_string_equal(last_put()->id, "b");
	assert_string_equal(last_put()->note, "all");
	assert_int_equal(put("c", 1, KITH_OFFER_SESSION, &client_a), 0);
	assert_true(last_put()->maintenance);
	assert_int_equal(kith_offers_drain(offers, now, "b", false, ""), KITH_ESTATE);
	assert_int_equal(kith_offers_drain(offers, now, NULL, false, ""), 0);
	assert_int_equal(last_put()->maintenance, false);
	assert_null(last_put()->note);
	assert_false(kith_offers_find(offers, "a")->is_drained);
}

static void configure(const char *const *ids, uint32_t count, int rc)
{
	struct kith_definition all[4];
	uint32_t failed = 99;

	for (uint32_t i = 0; i < count; i++)
		all[i] = definition(ids[i], 7);
	assert_int_equal(kith_offers_configure(offers, now, all, count, &failed), rc);
	if (rc != 0)
		assert_int_equal(failed, 0);
}

static void the_configuration_is_all_or_nothing(void **state)
{
	static const char *const ab[] = {"a", "b"}, *const bc[] = {"b", "c"};

	(void)state;
	assert_int_equal(put("c", 1, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(put("s", 1, KITH_OFFER_SESSION, &client_a), 0);
	configure(ab, 2, 0);
	assert_ids("a b c s");
	configure(bc, 2, 0);
	assert_ids("b c s");
	assert_int_equal(kith_offers_find(offers, "c")->origin, KITH_OFFER_CONFIGURED);
	assert_int_equal(kith_offers_find(offers, "c")->d.port, 7);
	node->put_rc = KITH_ERIGHT;
	node->put_rc_id = "a";
	configure(ab, 2, KITH_ERIGHT);
	/* c went to make room, and is back. */
	assert_string_equal(node->dropped[node->dropped_count - 1], "c");
	assert_ids("b c s");
	assert_int_equal(kith_offers_find(offers, "c")->d.port, 7);
	node->put_rc = 0;
	configure(NULL, 0, 0);
	assert_ids("s");
}

static void what_was_refused_changed_nothing(void **state)
{
	static const char *const ab[] = {"a", "b"};
	const struct kith_definition next[3] = {definition("b", 8), definition("x", 1), definition("y", 1)};
	uint32_t failed;

	(void)state;
	configure(ab, 2, 0);
	assert_int_equal(kith_offers_drain(offers, now, "a", true, "why"), 0);
	node->put_rc = KITH_ETOOBIG;
	node->put_rc_id = "y";
	assert_int_equal(kith_offers_configure(offers, now, next, 3, &failed), KITH_ETOOBIG);
	assert_int_equal(failed, 2);
	assert_ids("a b");
	assert_int_equal(kith_offers_find(offers, "b")->d.port, 7);
	assert_true(kith_offers_find(offers, "a")->is_drained);
	assert_string_equal(last_put()->id, "b");
	assert_int_equal(last_put()->port, 7);
	assert_string_equal(node->dropped[0], "a");
	assert_string_equal(node->dropped[1], "x");
}

static struct kith_buf entries[8];
static uint32_t entry_count;

static void keep(void)
{
	uint32_t at = 0;
	int got;

	entry_count = 0;
	do {
		assert_true(entry_count < sizeof(entries) / sizeof(entries[0]));
		kith_buf_init(&entries[entry_count], &kith_alloc_libc, 4096);
		got = kith_offers_entry(offers, &at, &entries[entry_count]);
		assert_true(got >= 0);
		if (got == 1)
			entry_count++;
		else
			kith_buf_fini(&entries[entry_count]);
	} while (got == 1);
}

static int restore(uint32_t i, char about[KITH_SERVICE_ID_MAX + 1])
{
	const struct kith_bytes entry = {entries[i].p, entries[i].len};
	const int rc = kith_offers_restore(offers, now, entry, about);

	kith_buf_fini(&entries[i]);
	return rc;
}

static void restart(void)
{
	kith_offers_free(&offers);
	offers = kith_offers_new(node, &kith_alloc_libc);
	assert_non_null(offers);
}

static void what_is_for_good_outlives_a_restart(void **state)
{
	static const char *const ab[] = {"a", "b"};
	char about[KITH_SERVICE_ID_MAX + 1];
	uint64_t revision = kith_offers_revision(offers);

	(void)state;
	keep();
	assert_int_equal(entry_count, 0);
	configure(ab, 2, 0);
	assert_int_equal(put("s", 1, KITH_OFFER_SESSION, &client_a), 0);
	assert_int_equal(kith_offers_drain(offers, now, "s", true, ""), 0);
	assert_int_equal(kith_offers_revision(offers), revision); /* none of this is to be kept */
	assert_int_equal(put("r", 5, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(kith_offers_drain(offers, now, "r", true, "why"), 0);
	assert_int_equal(kith_offers_drain(offers, now, "b", true, "disk"), 0);
	assert_int_equal(kith_offers_revision(offers), revision + 3);
	assert_int_equal(put("r", 5, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(kith_offers_revision(offers), revision + 3);
	keep();
	assert_int_equal(entry_count, 2);

	restart();
	configure(ab, 1, 0); /* b is configured no longer, and so is not drained */
	for (uint32_t i = 0; i < entry_count; i++)
		assert_int_equal(restore(i, about), 0);
	assert_ids("a r");
	assert_int_equal(kith_offers_find(offers, "r")->origin, KITH_OFFER_REGISTERED);
	assert_int_equal(kith_offers_find(offers, "r")->d.port, 5);
	assert_true(kith_offers_find(offers, "r")->is_drained);
	assert_string_equal(kith_offers_find(offers, "r")->reason, "why");
	assert_string_equal(about, "r");
	assert_false(kith_offers_find(offers, "a")->is_drained);
}

static void a_drained_host_is_drained_after_a_restart(void **state)
{
	static const char *const ab[] = {"a", "b"}, *const r[] = {"r"};
	char about[KITH_SERVICE_ID_MAX + 1];

	(void)state;
	assert_int_equal(put("r", 5, KITH_OFFER_REGISTERED, NULL), 0);
	assert_int_equal(kith_offers_drain(offers, now, NULL, true, "move"), 0);
	keep();
	assert_int_equal(entry_count, 2);
	restart();
	configure(ab, 2, 0);
	assert_int_equal(restore(0, about), 0);
	assert_true(kith_offers_is_drained(offers));
	assert_string_equal(about, "");
	assert_true(last_put()->maintenance);
	assert_string_equal(last_put()->note, "move");
	/* What was registered and is configured by now stays configured. */
	configure(r, 1, 0);
	assert_int_equal(restore(1, about), 0);
	assert_int_equal(kith_offers_find(offers, "r")->origin, KITH_OFFER_CONFIGURED);
	assert_int_equal(kith_offers_find(offers, "r")->d.port, 7);
}

static void what_is_no_entry_is_refused(void **state)
{
	static const char *const texts[] = {"", "\xC0", "\x81", "\xA1x", "\x81\xA4name\xA0",
					    "\x81\xA2id\xA1x\xC0", "\x81\xA6reason\xA2\x00y"};
	static const size_t lengths[] = {0, 1, 1, 2, 7, 7, 11};
	char about[KITH_SERVICE_ID_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(kith_offers_restore(offers, now,
						     (struct kith_bytes){(const uint8_t *)texts[i],
									 lengths[i]}, about),
				 KITH_EMALFORMED);
	assert_ids("");
	assert_int_equal(put("r", 5, KITH_OFFER_REGISTERED, NULL), 0);
	keep();
	restart();
	node->put_rc = KITH_ERIGHT;
	assert_int_equal(restore(0, about), KITH_ERIGHT);
	assert_string_equal(about, "r");
	assert_ids("");
}

/* Whatever allocation fails, what was there stays, and nothing is lost. */
static void without_memory_nothing_changes(void **state)
{
	struct alloc_fail f;
	struct kith_alloc alloc;
	const struct kith_definition d = definition("a", 1), more[2] = {definition("b", 2), definition("c", 3)};
	struct kith_offers *o;
	uint32_t failed, at = 0;
	int rc;

	(void)state;
	alloc_fail_init(&f);
	alloc = alloc_fail_hook(&f);
	o = kith_offers_new(node, &alloc);
	assert_non_null(o);
	do {
		alloc_fail_next(&f, ++at, false);
		rc = kith_offers_put(o, now, &d, KITH_OFFER_REGISTERED, NULL);
		assert_true(rc == 0 || rc == KITH_ENOMEM);
	} while (rc == KITH_ENOMEM);
	assert_true(at > 1);
	at = 0;
	do {
		node->put_count = 0;
		alloc_fail_next(&f, ++at, false);
		rc = kith_offers_configure(o, now, more, 2, &failed);
		alloc_fail_next(&f, 0, false);
		assert_non_null(kith_offers_find(o, "a"));
		assert_int_equal(kith_offers_find(o, "b") != NULL, rc == 0);
	} while (rc == KITH_ENOMEM);
	kith_offers_free(&o);
	assert_int_equal(f.blocks, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(offers_are_told_and_found),
		TEST(what_the_node_refuses_is_not_there),
		TEST(a_session_takes_its_own_along),
		TEST(a_drain_is_of_one_or_of_all),
		TEST(the_configuration_is_all_or_nothing),
		TEST(what_was_refused_changed_nothing),
		TEST(what_is_for_good_outlives_a_restart),
		TEST(a_drained_host_is_drained_after_a_restart),
		TEST(what_is_no_entry_is_refused),
		TEST(without_memory_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
