/* SPDX-License-Identifier: ISC */
#include "core/node.h"

#include "base/addr.h"
#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/pool.h"
#include "core/store.h"
#include <string.h>

int64_t kith_now_unix_ms(const struct kith_node *n)
{
	return n->clock_unix_ms + (n->now - n->clock_at) / KITH_MS;
}

uint32_t kith_now_unix_s(const struct kith_node *n)
{
	const int64_t s = kith_now_unix_ms(n) / 1000;

	return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

void kith_trace(struct kith_node *n, const char *what, const struct kith_peer *who,
		const char *detail)
{
	char line[160];
	struct kith_text t;
	struct kith_out o = {.kind = KITH_OUT_TRACE};

	if (!n->trace)
		return;
	kith_text_init(&t, line, sizeof(line));
	kith_text_str(&t, what);
	if (who != NULL) {
		kith_text_str(&t, " ");
		kith_text_str(&t, who->certificate->c.name);
		kith_text_str(&t, " ");
		kith_text_u64(&t, who->record->epoch);
		kith_text_str(&t, ".");
		kith_text_u64(&t, who->record->seq);
	}
	if (detail != NULL) {
		kith_text_str(&t, ": ");
		kith_text_str(&t, detail);
	}
	o.data = (const uint8_t *)line;
	o.len = t.len;
	kith_out_put(n, &o);
}

/* --- life ----------------------------------------------------------------------------------- */

static void copy_config(struct kith_node *n, const struct kith_config *c, kith_us now,
			int64_t unix_ms)
{
	int i;

	n->alloc = c->alloc;
	n->timing = c->timing;
	n->profile = c->profile;
	n->reap_after = c->reap_after;
	n->max_members = c->max_members;
	n->trace = c->trace;
	n->now = n->clock_at = now;
	n->clock_unix_ms = unix_ms;
	kith_cid_make(&n->cid, c->cluster);
	n->gate_count = c->cluster_key_count;
	for (i = 0; i < c->cluster_key_count; i++)
		kith_gate_make(&n->gates[i], c->cluster_keys[i], &n->cid);
	n->authority_count = c->authority_count;
	memcpy(n->authorities, c->authorities, sizeof(n->authorities));
	for (i = 0; i < n->authority_count; i++)
		kith_authority_id(n->authority_ids[i], n->authorities[i]);
	kith_rng_init(&n->rng, c->choice_seed);
	kith_secret_init(&n->secret, c->secret_seed);
}

static bool init_parts(struct kith_node *n)
{
	uint64_t secret[2];

	secret[0] = kith_rng_next(&n->rng);
	secret[1] = kith_rng_next(&n->rng);
	n->packets.source_key = kith_rng_next(&n->rng);
	kith_tombs_init(n, secret);
	kith_revoke_init(n);
	kith_streams_init(n);
	kith_talks_init(n);
	kith_coord_init(&n->coord);
	kith_ledgers_init(n);
	return kith_peers_init(n, secret) && kith_gossip_init(n) && kith_probes_init(n) &&
	       kith_period_init(n) && kith_relays_init(n) && kith_pings_init(n) &&
	       kith_partners_init(n) && kith_leave_init(n) && kith_catalogue_init(n) &&
	       kith_own_offers_init(n);
}

int kith_core_new(struct kith_node **out, const struct kith_config *c, kith_us now,
		  int64_t unix_ms)
{
	struct kith_node *n = kith_mem_new(&c->alloc, 1, sizeof(*n));
	int r;

	if (n == NULL)
		return KITH_ENOMEM;
	copy_config(n, c, now, unix_ms);
	kith_heap_init(&n->timers, &n->alloc);
	r = init_parts(n) ? kith_own_init(n, c) : KITH_ENOMEM;
	if (r == 0 && n->out.tail == 0)
		r = KITH_ENOMEM; /* PERSIST found no room: it would never start */
	if (r != 0) {
		kith_core_free(&n);
		return r;
	}
	*out = n;
	return 0;
}

void kith_core_free(struct kith_node **np)
{
	struct kith_node *n = *np;
	struct kith_alloc alloc;

	if (n == NULL)
		return;
	kith_streams_fini(n);
	kith_peers_fini(n);
	kith_catalogue_fini(n);
	kith_own_offers_fini(n);
	kith_talks_fini(n);
	kith_tombs_fini(n);
	kith_revoke_fini(n);
	kith_own_fini(n);
	kith_gossip_fini(n);
	kith_probes_fini(n);
	kith_period_fini(n);
	kith_relays_fini(n);
	kith_pings_fini(n);
	kith_join_fini(n);
	kith_partners_fini(n);
	kith_leave_fini(n);
	KITH_ASSERT(n->timer_count == 0);
	kith_heap_fini(&n->timers);
	kith_out_fini(n);
	alloc = n->alloc;
	kith_wipe(n, sizeof(*n));
	kith_mem_free(&alloc, n);
	*np = NULL;
}

/* --- inputs --------------------------------------------------------------------------------- */

/* An input far behind the deadline means that we were stopped, not the others: what was waited for
 * may be lying in our sockets, so no round of that time is judged and all deadlines move: before the
 * input sets new ones, which are of now. */
static void notice_pause(struct kith_node *n)
{
	const struct kith_heap_node *first = kith_heap_first(&n->timers);
	const kith_us late = first != NULL && first->at < n->now ? n->now - first->at : 0;

	if (late <= KITH_PAUSE || n->plain.is_on)
		return;
	KITH_COUNT(n, pauses);
	kith_trace(n, "paused", NULL, NULL);
	kith_heap_shift(&n->timers, late);
	kith_probe_abort_all(n);
	kith_probe_health(n, 1);
}

static void enter(struct kith_node *n, kith_us now)
{
	KITH_ASSERT(now >= n->now);
	n->now = now;
	kith_out_settle(n);
	notice_pause(n);
}

void kith_core_tick(struct kith_node *n, kith_us now)
{
	enter(n, now);
	kith_timers_run(n);
}

void kith_core_datagram(struct kith_node *n, kith_us now, const struct kith_addr *from,
			const uint8_t *buf, size_t len)
{
	enter(n, now);
	kith_packet_in(n, from, buf, len);
}

void kith_core_unreachable(struct kith_node *n, kith_us now, const struct kith_addr *to)
{
	enter(n, now);
	kith_probe_unreachable(n, to);
}

void kith_core_stream(struct kith_node *n, kith_us now, uint64_t id, enum kith_stream_what what,
		      const struct kith_addr *from)
{
	enter(n, now);
	kith_stream_in(n, id, what, from);
}

void kith_core_stream_data(struct kith_node *n, kith_us now, uint64_t id, const uint8_t *buf,
			   size_t len)
{
	enter(n, now);
	kith_stream_data_in(n, id, buf, len);
}

void kith_core_clock(struct kith_node *n, kith_us now, int64_t unix_ms)
{
	int64_t was_unix_ms;

	enter(n, now);
	was_unix_ms = kith_now_unix_ms(n);
	n->clock_at = now;
	n->clock_unix_ms = unix_ms;
	kith_clocks_moved(n, unix_ms - was_unix_ms);
}

void kith_core_persisted(struct kith_node *n, kith_us now, uint64_t token)
{
	enter(n, now);
	kith_own_persisted(n, token);
}

int kith_core_restore(struct kith_node *n, kith_us now, struct kith_bytes entry)
{
	enter(n, now);
	return kith_own_is_started(n) ? KITH_ESTATE : kith_kept_restore(n, entry);
}

void kith_core_meet(struct kith_node *n, kith_us now, const struct kith_node *other)
{
	uint32_t i;

	KITH_ASSERT(n != other && n->pool != NULL && n->pool == other->pool && kith_own_is_started(n));
	enter(n, now);
	kith_peers_expect(n, other->peers.count);
	for (i = 0; i < other->peers.count; i++) {
		const struct kith_peer *p = kith_ring_at(other, i);

		if (kith_peer_find(n, &p->record->mid) == NULL)
			(void)kith_peer_restore(n, p->certificate, p->record, p->status, n->now);
	}
	kith_partner_now(n);
}

/* --- commands ------------------------------------------------------------------------------- */

int kith_core_join(struct kith_node *n, kith_us now, const struct kith_addr *seeds, size_t count)
{
	enter(n, now);
	return n->own.is_over ? KITH_ESTATE : kith_join_add(n, seeds, count);
}

int kith_core_leave(struct kith_node *n, kith_us now)
{
	enter(n, now);
	if (n->leave.is_leaving)
		return KITH_ESTATE;
	n->own.body.state = KITH_MEMBER_LEFT;
	kith_own_sign(n, KITH_OWN_LEAVE);
	if (n->own.peer == NULL)
		n->own.is_over = true; /* nothing was signed, and nothing will be */
	kith_leave_begin(n);
	return 0;
}

int kith_core_restart(struct kith_node *n, kith_us now, uint16_t back_s)
{
	enter(n, now);
	if (n->leave.is_leaving)
		return KITH_ESTATE;
	n->own.body.state = KITH_MEMBER_RESTARTING;
	n->own.body.back_s = back_s;
	kith_own_sign(n, KITH_OWN_RESTART);
	if (n->own.peer == NULL)
		n->own.is_over = true;
	kith_leave_begin(n);
	return 0;
}

int kith_core_tags(struct kith_node *n, kith_us now, struct kith_bytes tags)
{
	enter(n, now);
	if (n->own.is_over)
		return KITH_ESTATE;
	if (tags.len > 0)
		memmove(n->own.tags, tags.p, tags.len);
	n->own.body.tags.len = tags.len;
	kith_own_sign(n, KITH_OWN_TAGS);
	return 0;
}

int kith_core_service_put(struct kith_node *n, kith_us now, const struct kith_service_body *body)
{
	enter(n, now);
	return n->own.is_over || n->leave.is_leaving ? KITH_ESTATE : kith_own_offer_put(n, body);
}

int kith_core_service_drop(struct kith_node *n, kith_us now, struct kith_bytes id)
{
	enter(n, now);
	return n->own.is_over || n->leave.is_leaving ? KITH_ESTATE : kith_own_offer_drop(n, id);
}

int kith_core_forget(struct kith_node *n, kith_us now, const struct kith_mid *mid)
{
	struct kith_peer *p;
	uint64_t leaf;
	kith_us until;

	enter(n, now);
	p = kith_peer_find(n, mid);
	if (p == NULL)
		return KITH_ENOTFOUND;
	if (p->is_self || (p->status != KITH_STATUS_FAILED && p->status != KITH_STATUS_LEFT))
		return KITH_ESTATE;
	leaf = kith_leaf_of(n, p);
	until = kith_us_add(p->since, n->reap_after); /* as long as the others list it */
	kith_peer_reap(n, p);
	kith_tomb_count(n, mid, leaf, until);
	return 0;
}

int kith_core_release(struct kith_node *n, kith_us now, const struct kith_mid *mid)
{
	struct kith_peer *p;

	enter(n, now);
	p = kith_peer_find(n, mid);
	if (p == NULL)
		return KITH_ENOTFOUND;
	if (!kith_flap_is_quarantined(p))
		return KITH_ESTATE;
	kith_flap_release(n, p);
	return 0;
}

int kith_core_revoke(struct kith_node *n, kith_us now, struct kith_bytes record)
{
	enter(n, now);
	return kith_store_revocation(n, record);
}

int kith_core_ping(struct kith_node *n, kith_us now, const struct kith_mid *mid, uint64_t *token)
{
	struct kith_peer *p;

	enter(n, now);
	p = kith_peer_find(n, mid);
	if (p == NULL)
		return KITH_ENOTFOUND;
	if (p->is_self || !kith_own_is_started(n) || n->own.is_over)
		return KITH_ESTATE;
	return kith_ping_begin(n, p, token);
}

/* --- invariants ----------------------------------------------------------------------------- */

void kith_core_check(const struct kith_node *n)
{
	const struct kith_peers *ps = &n->peers;
	uint32_t by_status[KITH_STATUS_COUNT] = {0}, quarantined = 0, i;
	uint64_t leaf_sum = 0;

	kith_ring_check(n);
	kith_zone_check(n);
	kith_catalogue_check(n);
	for (i = 0; i < ps->count; i++) {
		const struct kith_peer *p = kith_ring_at(n, i);

		KITH_ASSERT(kith_peer_find(n, &p->record->mid) == p);
		KITH_ASSERT(kith_peer_by_sid(n, p->record->sid) == p);
		KITH_ASSERT(p->is_self == (p == n->own.peer));
		KITH_ASSERT(kith_peer_case(p) == NULL || kith_peer_case(p)->peer == p);
		KITH_ASSERT(p->status != KITH_STATUS_SUSPECT || kith_peer_case(p) != NULL);
		KITH_ASSERT(!p->is_self || p->status == KITH_STATUS_ALIVE || n->own.is_over);
		by_status[p->status]++;
		quarantined += kith_flap_is_quarantined(p) ? 1 : 0;
		leaf_sum += kith_leaf_of(n, p);
	}
	KITH_ASSERT(ps->count <= n->max_members);
	KITH_ASSERT(memcmp(by_status, ps->by_status, sizeof(by_status)) == 0);
	KITH_ASSERT(quarantined == n->ledgers.quarantined);
	KITH_ASSERT(leaf_sum == ps->leaf_sum);
	KITH_ASSERT(leaf_sum == kith_leaves_of(n, 0, KITH_LEAF_GROUPS - 1, &i) && i == ps->count);
	KITH_ASSERT(n->gossip.lazy_count <= KITH_GOSSIP_LAZY_MAX);
	for (i = 0, leaf_sum = 0; i < n->tombs.count; i++)
		if (n->tombs.table[i].counts)
			leaf_sum += n->tombs.table[i].leaf;
	KITH_ASSERT(leaf_sum == n->tombs.sum);
	for (i = 0; i < KITH_PINGS_MAX; i++) {
		const struct kith_ping *g = &n->pings.table[i];

		KITH_ASSERT((g->open != 0) == kith_timer_is_set(&g->timer));
		KITH_ASSERT((g->open & 1u << KITH_PING_TCP) != 0 || g->stream == 0);
	}
	KITH_ASSERT(n->timers.count <= n->timer_count);
	KITH_ASSERT(n->gossip.count <= KITH_GOSSIP_MAX);
	KITH_ASSERT(n->streams.unproven <= n->streams.count);
	KITH_ASSERT(n->out.head <= n->out.tail && n->out.tail <= n->out.room);
	KITH_ASSERT(n->probes.health <= KITH_HEALTH_MAX);
}
