/* SPDX-License-Identifier: ISC */
#include "base/list.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct item {
	int value;
	struct kith_link in_list;
};

static int value_of(struct kith_link *link)
{
	return KITH_CONTAINER(link, struct item, in_list)->value;
}

static void links_come_in_the_order_they_were_appended(void **state)
{
	struct item items[5] = {
		{.value = 0}, {.value = 1}, {.value = 2}, {.value = 3}, {.value = 4}};
	struct kith_link head;
	int seen = 0;

	(void)state;
	kith_list_init(&head);
	assert_true(kith_list_is_empty(&head));
	for (int i = 0; i < 5; i++) {
		assert_false(kith_list_has(&items[i].in_list));
		kith_list_append(&head, &items[i].in_list);
		assert_true(kith_list_has(&items[i].in_list));
	}
	for (struct kith_link *link = head.next; link != &head; link = link->next)
		assert_int_equal(value_of(link), seen++);
	assert_int_equal(seen, 5);
	for (struct kith_link *link = head.prev; link != &head; link = link->prev)
		assert_int_equal(value_of(link), --seen);
}

static void removed_links_leave_a_ring(void **state)
{
	struct item items[3] = {{.value = 0}, {.value = 1}, {.value = 2}};
	struct kith_link head;

	(void)state;
	kith_list_init(&head);
	for (int i = 0; i < 3; i++)
		kith_list_append(&head, &items[i].in_list);
	kith_list_remove(&items[1].in_list);
	assert_false(kith_list_has(&items[1].in_list));
	kith_list_remove(&items[1].in_list); /* a second time does nothing */
	assert_ptr_equal(items[0].in_list.next, &items[2].in_list);
	assert_ptr_equal(items[2].in_list.prev, &items[0].in_list);
	kith_list_remove(&items[0].in_list);
	kith_list_remove(&items[2].in_list);
	assert_true(kith_list_is_empty(&head));
	assert_ptr_equal(head.prev, &head);
	kith_list_append(&head, &items[1].in_list);
	assert_ptr_equal(head.next, &items[1].in_list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_come_in_the_order_they_were_appended),
		cmocka_unit_test(removed_links_leave_a_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
