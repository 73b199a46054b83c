/* SPDX-License-Identifier: ISC */
#include "core/ledger.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/node.h"

enum { TIDY_STEPS = 64 }; /* a burst that touched ten thousand members is over in minutes */

static const struct {
	uint32_t rate, burst;
} charges[KITH_CHARGE_COUNT] = {
#define X(name, rate, burst, help) [KITH_CHARGE_##name] = {rate, burst},
	KITH_CHARGES(X)
#undef X
};

void kith_ledgers_init(struct kith_node *n)
{
	kith_list_init(&n->ledgers.list);
}

struct kith_ledger *kith_ledger(struct kith_node *n, struct kith_peer *p)
{
	struct kith_ledger *l = p->ledger;

	if (l != NULL)
		return l;
	l = kith_mem_new(&n->alloc, 1, sizeof(*l));
	if (l == NULL)
		return NULL;
	if (!kith_timer_init(n, &l->reprobe, KITH_TIMER_REPROBE, p) ||
	    !kith_timer_init(n, &l->back, KITH_TIMER_BACK, p) ||
	    !kith_timer_init(n, &l->flap.release, KITH_TIMER_RELEASE, p)) {
		kith_timer_fini(n, &l->back);
		kith_timer_fini(n, &l->reprobe);
		kith_mem_free(&n->alloc, l);
		return NULL;
	}
	l->peer = p;
	kith_list_append(&n->ledgers.list, &l->link);
	n->ledgers.count++;
	p->ledger = l;
	return l;
}

void kith_ledger_free(struct kith_node *n, struct kith_peer *p)
{
	struct kith_ledger *l = p->ledger;

	if (l == NULL)
		return;
	KITH_ASSERT(l->kase == NULL);
	kith_list_remove(&l->link);
	n->ledgers.count--;
	n->ledgers.quarantined -= kith_timer_is_set(&l->flap.release) ? 1 : 0;
	kith_timer_fini(n, &l->reprobe);
	kith_timer_fini(n, &l->back);
	kith_timer_fini(n, &l->flap.release);
	kith_mem_free(&n->alloc, l->why.entries);
	kith_mem_free(&n->alloc, l);
	p->ledger = NULL;
}

static bool says_nothing(const struct kith_node *n, const struct kith_ledger *l)
{
	int i;

	for (i = 0; i < KITH_CHARGE_COUNT; i++)
		if (l->charges[i].full_at > n->now)
			return false;
	return l->kase == NULL && l->helper == 0 && l->why.total == 0 && l->numbered_epoch == 0 &&
	       l->numbered.last == 0 && !kith_timer_is_set(&l->reprobe) &&
	       !kith_timer_is_set(&l->back) && kith_flap_is_calm(n, &l->flap) &&
	       (l->dispute.times == 0 ||
		kith_us_elapsed(l->dispute.refuted, n->now) >= KITH_DISPUTE_MEMORY(n)) &&
	       (l->bad_signatures == 0 ||
		kith_us_elapsed(l->bad_since, n->now) >= KITH_CONVICTED);
}

void kith_ledgers_tidy(struct kith_node *n)
{
	uint32_t steps = n->ledgers.count < TIDY_STEPS ? n->ledgers.count : TIDY_STEPS;

	for (; steps > 0; steps--) {
		struct kith_ledger *l =
			KITH_CONTAINER(n->ledgers.list.next, struct kith_ledger, link);

		if (says_nothing(n, l)) {
			kith_ledger_free(n, l->peer);
			continue;
		}
		kith_list_remove(&l->link);
		kith_list_append(&n->ledgers.list, &l->link);
	}
}

bool kith_charge(struct kith_node *n, struct kith_peer *p, enum kith_charge what)
{
	struct kith_ledger *l = kith_ledger(n, p);

	return l != NULL && kith_bucket_take(&l->charges[what], n->now, charges[what].rate,
					     charges[what].burst);
}

bool kith_may_charge(const struct kith_node *n, const struct kith_peer *p, enum kith_charge what)
{
	return p->ledger == NULL || kith_bucket_has(&p->ledger->charges[what], n->now,
						    charges[what].rate, charges[what].burst);
}

/* --- evidence ------------------------------------------------------------------------------- */

/* Where the next entry goes; NULL: no memory. */
static struct kith_why *next_entry(struct kith_node *n, struct kith_why_ring *ring)
{
	void *entries = ring->entries;

	if (ring->total < KITH_WHY_KEPT) {
		if (!kith_mem_grow(&n->alloc, &entries, &ring->room, ring->total + 1,
				   sizeof(*ring->entries)))
			return NULL;
		ring->entries = entries;
	}
	return &ring->entries[ring->total++ % KITH_WHY_KEPT];
}

void kith_peer_why(struct kith_node *n, struct kith_peer *p, const struct kith_why *w)
{
	struct kith_ledger *l = kith_ledger(n, p);
	struct kith_why *e = l != NULL ? next_entry(n, &l->why) : NULL;

	if (e == NULL)
		return; /* the explanation is a comfort; without memory it stays out */
	*e = *w;
	e->unix_ms = kith_now_unix_ms(n);
	e->epoch = p->record->epoch;
	e->seq = p->record->seq;
}
