/* SPDX-License-Identifier: ISC */
#include "core/timer.h"

#include "base/check.h"
#include "core/node.h"

static void (*const handlers[KITH_TIMER_COUNT])(struct kith_node *, void *) = {
#define X(name, handler) handler,
	KITH_TIMERS(X)
#undef X
};

bool kith_timer_init(struct kith_node *n, struct kith_timer *t, enum kith_timer_kind kind,
		     void *owner)
{
	KITH_ASSERT(!t->enrolled);
	if (!kith_heap_reserve(&n->timers, n->timer_count + 1))
		return false;
	n->timer_count++;
	t->kind = kind;
	t->owner = owner;
	t->enrolled = true;
	return true;
}

void kith_timer_fini(struct kith_node *n, struct kith_timer *t)
{
	if (!t->enrolled)
		return;
	kith_heap_stop(&n->timers, &t->heap);
	t->enrolled = false;
	n->timer_count--;
}

void kith_timer_set(struct kith_node *n, struct kith_timer *t, kith_us at)
{
	KITH_ASSERT(t->enrolled);
	kith_heap_set(&n->timers, &t->heap, at);
}

void kith_timer_set_earlier(struct kith_node *n, struct kith_timer *t, kith_us at)
{
	if (!kith_timer_is_set(t) || at < t->heap.at)
		kith_timer_set(n, t, at);
}

kith_us kith_timer_jittered(struct kith_node *n, kith_us wait)
{
	return wait / 2 + kith_rng_below(&n->rng, (uint32_t)(wait / 2));
}

void kith_timer_stop(struct kith_node *n, struct kith_timer *t)
{
	if (t->enrolled)
		kith_heap_stop(&n->timers, &t->heap);
}

void kith_timers_run(struct kith_node *n)
{
	for (;;) {
		struct kith_heap_node *first = kith_heap_first(&n->timers);
		struct kith_timer *t;

		if (first == NULL || first->at > n->now)
			return;
		t = KITH_CONTAINER(first, struct kith_timer, heap);
		kith_heap_stop(&n->timers, first);
		handlers[t->kind](n, t->owner);
	}
}
