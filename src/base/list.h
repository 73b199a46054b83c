/* SPDX-License-Identifier: ISC */
/*
 * base/list.h: an intrusive doubly linked ring. The head is a link itself; an empty head points
 * to itself; a link that is in no list has NULL pointers.
 */
#ifndef KITH_BASE_LIST_H
#define KITH_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct kith_link {
	struct kith_link *next, *prev;
};

#define KITH_CONTAINER(ptr, type, field) ((type *)(void *)((char *)(ptr) - offsetof(type, field)))

static inline void kith_list_init(struct kith_link *head)
{
	head->next = head->prev = head;
}

static inline bool kith_list_is_empty(const struct kith_link *head)
{
	return head->next == head;
}

static inline bool kith_list_has(const struct kith_link *link)
{
	return link->next != NULL;
}

static inline void kith_list_append(struct kith_link *head, struct kith_link *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/* Removing a link that is in no list does nothing. */
static inline void kith_list_remove(struct kith_link *link)
{
	if (link->next == NULL)
		return;
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link->next = link->prev = NULL;
}

#endif
