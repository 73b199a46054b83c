/* SPDX-License-Identifier: ISC */
#include "query/directory.h"
#include "base/addr.h"
#include "base/mem.h"
#include "sim/alloc_fail.h"
#include "support/fake_node.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const kith_us now = 10000 * KITH_SECOND;

static struct kith_node *node;
static struct alloc_fail heap;
static struct kith_alloc alloc;
static struct kith_directory d;

static int set_up(void **state)
{
	(void)state;
	alloc_fail_init(&heap);
	alloc = alloc_fail_hook(&heap);
	node = fake_node_new(64);
	kith_directory_init(&d, node, &alloc);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	kith_directory_fini(&d);
	fake_node_free(node);
	assert_int_equal(heap.blocks, 0);
	return 0;
}

static struct kith_bytes bytes(const char *s)
{
	return (struct kith_bytes){(const uint8_t *)s, strlen(s)};
}

static struct kith_member *add(const char *name)
{
	node->view.changes++;
	return fake_node_add(node, name, KITH_STATUS_ALIVE, now);
}

/* "name/node/id ..." of a range. */
static const char *told(struct kith_offer_range range)
{
	static char text[1024];
	size_t at = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < range.count; i++) {
		const struct kith_service *s = &range.first[i].service;

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s/%s/%.*s", i > 0 ? " " : "",
				       (int)s->name.len, (const char *)s->name.p, s->node, (int)s->id.len,
				       (const char *)s->id.p);
	}
	return text;
}

static struct kith_addr ten(uint8_t last)
{
	return kith_addr_make(4, (const uint8_t[]){10, 0, 0, last}, 1);
}

static const char *all(void)
{
	return told((struct kith_offer_range){d.offers, d.offer_count});
}

static void nobody_offers_nothing(void **state)
{
	(void)state;
	assert_int_equal(kith_directory_update(&d), 0);
	assert_int_equal(d.offer_count + d.member_count + d.zone_count, 0);
	assert_null(d.self);
	assert_null(kith_directory_member(&d, bytes("n1")));
	assert_false(kith_directory_has_zone(&d, bytes("a")));
	assert_int_equal(kith_directory_offers(&d, bytes("web")).count, 0);
}

static void offers_are_in_order(void **state)
{
	struct kith_member *late = add("n2"), *early = add("n1");

	(void)state;
	fake_node_offer(node, late, "web", 80);
	fake_node_offer(node, late, "web", 81)->id = bytes("another");
	fake_node_offer(node, late, "Web", 82);
	fake_node_offer(node, early, "webs", 83);
	fake_node_offer(node, early, "we", 84);
	fake_node_offer(node, early, "web", 85);
	assert_int_equal(kith_directory_update(&d), 0);
	assert_string_equal(all(), "we/n1/we Web/n2/Web web/n1/web web/n2/another web/n2/web webs/n1/webs");
	assert_string_equal(told(kith_directory_offers(&d, bytes("WEB"))),
			    "Web/n2/Web web/n1/web web/n2/another web/n2/web");
	assert_string_equal(told(kith_directory_offers(&d, bytes("we"))), "we/n1/we");
	assert_string_equal(told(kith_directory_offers(&d, bytes("w"))), "");
	assert_string_equal(told(kith_directory_offers(&d, bytes("zoo"))), "");
	assert_string_equal(told(kith_directory_offers(&d, bytes("webs"))), "webs/n1/webs");
	assert_ptr_equal(d.offers[0].member, kith_directory_member(&d, bytes("n1")));
	assert_ptr_equal(d.self, kith_directory_member(&d, bytes("N2")));
}

static void nothing_is_borrowed(void **state)
{
	struct kith_member *m = add("n1");
	char name[] = "web", tags[] = "\x91\xA2v1";
	struct kith_service *s = fake_node_offer(node, m, name, 80);
	struct kith_bytes text;
	size_t at = 0;

	(void)state;
	s->tags = (struct kith_bytes){(const uint8_t *)tags, sizeof(tags) - 1};
	assert_int_equal(kith_directory_update(&d), 0);
	memset(name, 'x', sizeof(name));
	memset(tags, 'x', sizeof(tags));
	memset(node->names[0], 'x', 2);
	assert_string_equal(all(), "web/n1/web");
	assert_int_equal(kith_text_next(d.offers[0].service.tags, &at, &text), 1);
	assert_memory_equal(text.p, "v1", 2);
	assert_string_equal(d.members[0].name, "n1");
}

static void it_is_made_anew_when_something_changed(void **state)
{
	struct kith_member *m = add("n1");
	uint64_t requests;

	(void)state;
	fake_node_offer(node, m, "web", 80);
	assert_int_equal(kith_directory_update(&d), 0);
	requests = heap.requests;
	node->services[0].port = 81; /* unseen, since nothing says so */
	assert_int_equal(kith_directory_update(&d), 0);
	assert_int_equal(d.offers[0].service.port, 80);
	node->view.service_changes++;
	assert_int_equal(kith_directory_update(&d), 0);
	assert_int_equal(d.offers[0].service.port, 81);
	assert_int_equal(heap.requests, requests); /* in the same block */
	node->members[0].status = KITH_STATUS_FAILED;
	node->view.changes++;
	assert_int_equal(kith_directory_update(&d), 0);
	assert_int_equal(d.members[0].status, KITH_STATUS_FAILED);
	assert_int_equal(d.offer_count, 1);
}

static void what_has_become_much_smaller_gives_memory_back(void **state)
{
	size_t bytes_before;

	(void)state;
	for (int i = 0; i < 64; i++)
		add("n1");
	assert_int_equal(kith_directory_update(&d), 0);
	bytes_before = heap.bytes;
	node->count = 2;
	node->view.changes++;
	assert_int_equal(kith_directory_update(&d), 0);
	assert_int_equal(d.member_count, 2);
	assert_true(heap.bytes < bytes_before / 4);
}

static void without_memory_there_is_no_snapshot(void **state)
{
	(void)state;
	fake_node_offer(node, add("n1"), "web", 80);
	alloc_fail_next(&heap, 1, false);
	assert_int_equal(kith_directory_update(&d), KITH_ENOMEM);
	assert_int_equal(kith_directory_offers(&d, bytes("web")).count, 0);
	assert_int_equal(kith_directory_update(&d), 0);
	assert_int_equal(kith_directory_offers(&d, bytes("web")).count, 1);
}

static void of_one_name_the_best_off_is_meant(void **state)
{
	const struct kith_addr at = ten(9);
	struct kith_member *left = add("n1"), *suspect, *failed;

	(void)state;
	failed = add("n1");
	suspect = add("n1");
	left->status = KITH_STATUS_LEFT;
	failed->status = KITH_STATUS_FAILED;
	suspect->status = KITH_STATUS_SUSPECT;
	left->addrs[0] = failed->addrs[0] = suspect->addrs[0] = at;
	assert_int_equal(kith_directory_update(&d), 0);
	assert_int_equal(kith_directory_member(&d, bytes("n1"))->status, KITH_STATUS_SUSPECT);
	assert_int_equal(kith_directory_member_at(&d, at)->status, KITH_STATUS_SUSPECT);
	assert_null(kith_directory_member(&d, bytes("n")));
	assert_null(kith_directory_member(&d, bytes("n2")));
}

static void addresses_name_their_member(void **state)
{
	struct kith_member *m = add("n1");
	static const uint8_t six[16] = {0xFD, [15] = 1};

	(void)state;
	m->addrs[1] = kith_addr_make(6, six, 5484);
	m->addr_count = 2;
	add("n2");
	assert_int_equal(kith_directory_update(&d), 0);
	assert_string_equal(kith_directory_member_at(&d, m->addrs[1])->name, "n1");
	assert_string_equal(kith_directory_member_at(&d, ten(2))->name, "n2");
	assert_null(kith_directory_member_at(&d, ten(3)));
	assert_null(kith_directory_member_at(&d, kith_addr_make(4, (const uint8_t[]){9, 0, 0, 0}, 0)));
}

static void zones_are_those_of_members(void **state)
{
	(void)state;
	add("n1")->zone = "eu.west";
	add("n2")->zone = "a";
	add("n3")->zone = "eu.west";
	assert_int_equal(kith_directory_update(&d), 0);
	assert_int_equal(d.zone_count, 2);
	assert_true(kith_directory_has_zone(&d, bytes("EU.west")));
	assert_true(kith_directory_has_zone(&d, bytes("a")));
	assert_false(kith_directory_has_zone(&d, bytes("west")));
	assert_false(kith_directory_has_zone(&d, bytes("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_offers_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(offers_are_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_borrowed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_made_anew_when_something_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_has_become_much_smaller_gives_memory_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(without_memory_there_is_no_snapshot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_one_name_the_best_off_is_meant, set_up, tear_down),
		cmocka_unit_test_setup_teardown(addresses_name_their_member, set_up, tear_down),
		cmocka_unit_test_setup_teardown(zones_are_those_of_members, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
