/* SPDX-License-Identifier: ISC */
#include "core/suspect.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/accuse.h"
#include "core/node.h"
#include "core/obituary.h"
#include <string.h>

/* --- a case's life -------------------------------------------------------------------------- */

struct kith_case *kith_suspect_open(struct kith_node *n, struct kith_peer *p)
{
	struct kith_case *c = kith_peer_case(p);

	if (c != NULL || kith_ledger(n, p) == NULL)
		return c;
	c = kith_mem_new(&n->alloc, 1, sizeof(*c));
	if (c == NULL || !kith_timer_init(n, &c->timer, KITH_TIMER_CASE, p)) {
		kith_mem_free(&n->alloc, c);
		return NULL;
	}
	c->peer = p;
	c->suspect_at = c->refused_at = c->looked_at = KITH_NEVER;
	c->expressed_at = c->tripled_at = KITH_NEVER;
	p->ledger->kase = c;
	n->suspects.cases++;
	return c;
}

static void release(struct kith_node *n, struct kith_held *h)
{
	struct kith_peer *by = kith_peer_find(n, &h->by);

	if (by != NULL && by->suspicions_live > 0)
		by->suspicions_live--;
	kith_gossip_drop(n, &h->rumor, h->record);
	kith_fact_unref(n, h->record);
}

void kith_suspect_drop(struct kith_node *n, struct kith_case *c, int i)
{
	struct kith_held *last = &c->held[c->held_count - 1];

	release(n, &c->held[i]);
	c->held[i] = *last;
	memset(last, 0, sizeof(*last));
	c->held_count--;
	/* What others held against it may end before ours. */
	n->suspects.has_private = n->suspects.has_private || kith_suspect_is_private(c->peer);
}

void kith_suspect_close(struct kith_node *n, struct kith_peer *p)
{
	struct kith_case *c = kith_peer_case(p);

	if (c == NULL)
		return;
	while (c->held_count > 0)
		release(n, &c->held[--c->held_count]);
	kith_timer_fini(n, &c->timer);
	kith_mem_free(&n->alloc, c);
	p->ledger->kase = NULL;
	n->suspects.cases--;
	kith_timer_stop(n, &p->ledger->reprobe);
}

struct kith_held *kith_suspect_held_by(struct kith_case *c, const struct kith_mid *by)
{
	int i;

	for (i = 0; i < c->held_count; i++)
		if (memcmp(c->held[i].by.b, by->b, sizeof(by->b)) == 0)
			return &c->held[i];
	return NULL;
}

/* --- weighing ------------------------------------------------------------------------------- */

static bool counts(const struct kith_held *h)
{
	return !h->is_own && !h->is_cleared;
}

void kith_suspect_weigh(const struct kith_node *n, const struct kith_peer *p, uint8_t *evidence,
			uint8_t *need)
{
	const uint32_t present = kith_peers_present(n);
	const uint32_t others = present - (kith_peer_is_up(p) && present > 0 ? 1 : 0);
	const struct kith_case *c = kith_peer_case(p);
	uint32_t sum = c != NULL ? c->own_rounds : 0;
	int i;

	for (i = 0; c != NULL && i < c->held_count; i++)
		sum += counts(&c->held[i]) ? 1 : 0;
	*evidence = (uint8_t)(sum > UINT8_MAX ? UINT8_MAX : sum);
	*need = others >= 3 ? 3 : 2; /* min(3, max(2, others)) */
}

/* Distinct others who met a refusal. */
static uint32_t others_refusing(const struct kith_case *c)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < c->held_count; i++)
		sum += counts(&c->held[i]) && c->held[i].kind == KITH_SUSPICION_REFUSAL ? 1 : 0;
	return sum;
}

uint32_t kith_suspect_log10_milli(uint32_t v)
{
	const uint32_t whole = v > 0 ? 31u - (uint32_t)__builtin_clz(v) : 0;
	uint64_t x = (uint64_t)v << (31 - whole);
	uint32_t log2_q10 = whole << 10;
	int bit;

	for (bit = 9; bit >= 0; bit--) {
		x = x * x >> 31;
		if (x >> 32) {
			x >>= 1;
			log2_q10 |= 1u << bit;
		}
	}
	return (uint32_t)((uint64_t)log2_q10 * 30103 / (1024 * 100));
}

kith_us kith_suspect_patience(const struct kith_node *n)
{
	uint32_t milli = kith_suspect_log10_milli(kith_peers_present(n));

	if (milli < 1000)
		milli = 1000;
	return n->timing.period * (1000 + 2 * milli) / 1000 * (kith_probe_is_doubtful(n) ? 2 : 1);
}

/* --- holding -------------------------------------------------------------------------------- */

struct kith_held *kith_suspect_hold(struct kith_node *n, struct kith_case *c,
				    const struct kith_mid *by, const struct kith_suspicion *s,
				    struct kith_fact *record, uint32_t expires)
{
	struct kith_held *h = kith_suspect_held_by(c, by);
	struct kith_peer *suspector = kith_peer_find(n, by);
	const int64_t life_s = (int64_t)expires - kith_now_unix_s(n);
	int i;

	for (i = 0; h == NULL && c->held_count == KITH_SUSPICIONS_PER_TARGET && i < c->held_count;
	     i++)
		if (c->held[i].is_cleared)
			kith_suspect_drop(n, c, i);
	if (h == NULL && c->held_count == KITH_SUSPICIONS_PER_TARGET)
		return NULL;
	if (h == NULL) {
		h = &c->held[c->held_count++];
		/* Nobody bounds ours but we. */
		if (suspector != NULL && !suspector->is_self)
			suspector->suspicions_live++;
	}
	kith_fact_ref(record);
	kith_gossip_drop(n, &h->rumor, h->record);
	kith_fact_unref(n, h->record);
	h->record = record;
	h->by = *by;
	h->kind = s->kind;
	h->path = s->path;
	h->is_own = suspector != NULL && suspector->is_self;
	h->is_cleared = false;
	h->came = n->now;
	h->until = kith_us_add(n->now, life_s > 0 ? life_s * KITH_SECOND : 0);
	return h;
}

/* --- judging -------------------------------------------------------------------------------- */

static void fail(struct kith_node *n, struct kith_case *c)
{
	struct kith_peer *p = c->peer;
	const struct kith_held *last = NULL;
	int i;

	for (i = 0; i < c->held_count; i++)
		if (counts(&c->held[i]))
			last = &c->held[i];
	kith_timer_stop(n, &c->timer);
	kith_accuse(n, c, c->own_refused ? KITH_SUSPICION_REFUSAL : KITH_SUSPICION_SILENCE,
		    c->own_refused ? KITH_PATH_TCP_REFUSED : KITH_PATH_DIRECT);
	kith_peer_set_status(n, p, KITH_STATUS_FAILED, last != NULL ? &last->by : NULL);
	n->suspects.has_private = n->suspects.has_private || kith_suspect_is_private(p);
}

bool kith_suspect_is_private(const struct kith_peer *p)
{
	const struct kith_case *c = kith_peer_case(p);

	return p->status == KITH_STATUS_FAILED && c != NULL && c->own_quiet && !kith_dispute_is_said(c);
}

static void withdraw(struct kith_node *n, struct kith_peer *p)
{
	struct kith_case *c = kith_peer_case(p);

	kith_trace(n, "failed.withdrawn", p, NULL);
	c->own_rounds = 0;
	kith_peer_set_status(n, p, KITH_STATUS_ALIVE, NULL);
	c->own_refused = c->own_triple = c->own_quiet = false;
	c->suspect_at = c->looked_at = KITH_NEVER;
	kith_timer_set(n, &c->timer, n->now); /* closes it, or keeps what is to be told */
}

void kith_suspect_not_alone(struct kith_node *n, kith_us asked)
{
	uint32_t i;

	if (!n->suspects.has_private || n->own.is_over)
		return;
	n->suspects.has_private = false;
	for (i = 0; i < n->peers.count; i++) {
		struct kith_peer *p = kith_ring_at(n, i);

		if (!kith_suspect_is_private(p))
			continue;
		if (p->since < asked)
			withdraw(n, p);
		else
			n->suspects.has_private = true;
	}
}

/* Suspicions live 300 s while their target is alive here. */
static void purge(struct kith_node *n, struct kith_case *c)
{
	int i;

	for (i = c->held_count - 1; i >= 0; i--)
		if (c->held[i].until <= n->now ||
		    kith_us_elapsed(c->held[i].came, n->now) >= KITH_OBITUARY_ALIVE)
			kith_suspect_drop(n, c, i);
}

static kith_us next_purge(const struct kith_case *c)
{
	kith_us at = KITH_NEVER;
	int i;

	for (i = 0; i < c->held_count; i++)
		at = kith_us_min(at, kith_us_min(c->held[i].until,
						 kith_us_add(c->held[i].came,
							     KITH_OBITUARY_ALIVE)));
	return at;
}

/* When rules (a) and (b) come true, given the evidence of now. */
static kith_us failure_due(const struct kith_node *n, const struct kith_case *c, uint8_t evidence,
			   uint8_t need)
{
	kith_us due = KITH_NEVER;

	if (evidence >= need && c->suspect_at != KITH_NEVER)
		due = kith_us_add(c->suspect_at, kith_suspect_patience(n) *
							 (kith_is_disputed(n, c->peer) ? 2 : 1));
	if (c->refused_at != KITH_NEVER)
		due = kith_us_min(due, kith_us_add(c->refused_at, KITH_REFUSED_WAIT));
	return due;
}

static void set_suspect(struct kith_node *n, struct kith_case *c, uint8_t evidence, uint8_t need)
{
	struct kith_peer *p = c->peer;
	const uint32_t refusing = others_refusing(c) + (c->own_refused ? 1 : 0);
	const bool may_count = !kith_is_disputed(n, p) || kith_dispute_is_said(c) || c->own_quiet;
	const bool is_suspect = evidence >= 2 && (may_count || c->suspect_at != KITH_NEVER);

	if (is_suspect && c->suspect_at == KITH_NEVER)
		c->suspect_at = n->now;
	if (!is_suspect)
		c->suspect_at = KITH_NEVER;
	if (refusing >= need && c->refused_at == KITH_NEVER)
		c->refused_at = n->now;
	if (refusing < need)
		c->refused_at = KITH_NEVER;
	if (is_suspect && p->status == KITH_STATUS_ALIVE)
		kith_peer_set_status(n, p, KITH_STATUS_SUSPECT, NULL);
	else if (evidence < 2 && p->status == KITH_STATUS_SUSPECT)
		kith_peer_set_status(n, p, KITH_STATUS_ALIVE, NULL);
}

/* Rule (c): three own connects refused, and one other's refusal; none needed below 3 hosts. True:
 * decided. Starts the triple look when there is reason to. */
static bool judge_refusal(struct kith_node *n, struct kith_case *c)
{
	const uint32_t others = others_refusing(c);
	const bool is_small = kith_peers_present(n) < 3;

	/* A round that began before the member's present life tells little of it: there are two. */
	if (c->own_triple && (others >= 1 || (is_small && c->own_rounds >= 2))) {
		fail(n, c);
		return true;
	}
	if (!c->own_triple &&
	    (others + (c->own_refused ? 1 : 0) >= 2 || (c->own_refused && is_small)) &&
	    kith_us_elapsed(c->tripled_at, n->now) >= KITH_SECOND &&
	    kith_probe_express(n, c->peer, KITH_ROUND_TRIPLE, true))
		c->tripled_at = c->expressed_at = n->now;
	return false;
}

static void judge(struct kith_node *n, struct kith_peer *p)
{
	struct kith_case *c = kith_peer_case(p);
	const kith_us look = 2 * n->timing.probe_timeout * (n->probes.health + 1);
	uint8_t evidence, need;
	bool is_fresh;
	kith_us due;

	if (c == NULL || p->is_self || !kith_peer_is_up(p) || n->own.is_over)
		return;
	kith_suspect_weigh(n, p, &evidence, &need);
	set_suspect(n, c, evidence, need);
	if (judge_refusal(n, c))
		return;
	due = failure_due(n, c, evidence, need);
	if (due == KITH_NEVER) {
		/* Enough may have looked to convince the others, and word of few of them come here. */
		if (evidence > 0 && c->own_rounds == 0)
			kith_timer_set_earlier(n, &p->ledger->reprobe,
					       kith_us_add(n->now, kith_dispute_hearsay(n, p)));
		kith_timer_set(n, &c->timer, next_purge(c));
		return;
	}
	/* Our failed look must still be fresh when the time has come; nobody heard then, and somebody
	 * now, says that it was our ears. */
	is_fresh = kith_us_elapsed(c->looked_at, kith_us_max(due, n->now)) <= KITH_LOOK_FRESH(n) &&
		   !(c->looked_alone && n->peers.heard > c->looked_at);
	if (is_fresh && n->now >= due) {
		fail(n, c);
	} else if (is_fresh) {
		kith_timer_set(n, &c->timer, due);
	} else if (n->now < due - look) {
		kith_timer_set(n, &c->timer, due - look);
	} else if (kith_probe_express(n, p, KITH_ROUND_EXPRESS, true)) {
		/* The last look: its verdict comes back here. */
		c->expressed_at = n->now;
		kith_timer_stop(n, &c->timer);
	} else {
		kith_timer_set(n, &c->timer, kith_us_add(n->now, 100 * KITH_MS));
	}
}

void kith_suspect_on_case(struct kith_node *n, void *owner)
{
	struct kith_peer *p = owner;
	struct kith_case *c = kith_peer_case(p);

	KITH_ASSERT(c != NULL);
	if (n->plain.is_on) {
		kith_plain_on_case(n, p);
		return;
	}
	if (kith_peer_is_up(p))
		purge(n, c);
	if (c->held_count == 0 && c->own_rounds == 0 && kith_peer_is_up(p) &&
	    p->status == KITH_STATUS_ALIVE) {
		kith_suspect_close(n, p);
		return;
	}
	judge(n, p);
}

void kith_suspect_look_again(struct kith_node *n, struct kith_peer *p)
{
	struct kith_case *c = kith_peer_case(p);

	if (c == NULL || !kith_peer_is_up(p))
		return;
	kith_timer_set_earlier(n, &c->timer, n->now);
	if (c->own_rounds > 0)
		kith_timer_set_earlier(n, &p->ledger->reprobe, kith_us_add(n->now, KITH_REPROBE_SILENT));
}

void kith_suspect_disown(struct kith_node *n, const struct kith_mid *by)
{
	uint32_t i;

	for (i = 0; n->suspects.cases > 0 && i < n->peers.count; i++) {
		struct kith_peer *p = kith_ring_at(n, i);
		struct kith_case *c = kith_peer_case(p);
		const struct kith_held *h = c != NULL ? kith_suspect_held_by(c, by) : NULL;

		if (h == NULL)
			continue;
		kith_suspect_drop(n, c, (int)(h - c->held));
		kith_suspect_look_again(n, p);
	}
}

/* --- evidence ------------------------------------------------------------------------------- */

static void remember(struct kith_node *n, struct kith_peer *p, enum kith_why_kind kind,
		     const struct kith_mid *by, uint8_t suspicion_kind, uint8_t path)
{
	struct kith_why w = {.kind = kind, .path = path,
			     .refusal = suspicion_kind == KITH_SUSPICION_REFUSAL};

	if (by != NULL)
		w.by = *by;
	kith_suspect_weigh(n, p, &w.evidence, &w.need);
	kith_peer_why(n, p, &w);
}

void kith_suspect_round_failed(struct kith_node *n, struct kith_peer *p,
			       const struct kith_verdict *v)
{
	struct kith_case *c;

	if (!kith_peer_is_up(p) || n->own.is_over)
		return;
	c = kith_suspect_open(n, p);
	if (c == NULL)
		return;
	if (c->own_rounds < UINT8_MAX)
		c->own_rounds++;
	c->own_refused = c->own_refused || v->kind == KITH_SUSPICION_REFUSAL;
	c->own_triple = c->own_triple || v->is_triple_refused;
	c->own_quiet = v->is_alone || (v->kind == KITH_SUSPICION_SILENCE && kith_accuse_is_mute(n));
	if (v->is_express) {
		c->looked_at = n->now;
		c->looked_alone = v->is_alone;
	}
	remember(n, p, KITH_WHY_ROUND, NULL, (uint8_t)v->kind, v->path);
	kith_accuse(n, c, (uint8_t)v->kind, v->path);
	judge(n, p);
}

void kith_suspect_answered(struct kith_node *n, struct kith_peer *p, kith_us begun)
{
	struct kith_case *c = kith_peer_case(p);
	int i;

	/* Who has left concludes nothing more, nothing good either. */
	if (c == NULL || n->own.is_over)
		return;
	if (kith_suspect_is_private(p)) {
		remember(n, p, KITH_WHY_ANSWER, NULL, 0, 0);
		withdraw(n, p);
		return;
	}
	if (!kith_peer_is_up(p))
		return;
	for (i = 0; i < c->held_count; i++)
		if (c->held[i].came <= begun)
			c->held[i].is_cleared = true;
	c->own_rounds = 0;
	c->own_refused = c->own_triple = c->own_quiet = false;
	c->looked_at = KITH_NEVER;
	remember(n, p, KITH_WHY_ANSWER, NULL, 0, 0);
	judge(n, p);
	c = kith_peer_case(p);
	if (c != NULL && c->held_count == 0)
		kith_suspect_close(n, p);
}

static void corroborate(struct kith_node *n, struct kith_case *c, enum kith_round_kind kind,
			bool is_last_look)
{
	if (kith_us_elapsed(c->expressed_at, n->now) < KITH_SECOND)
		return;
	if (kith_probe_express(n, c->peer, kind, is_last_look))
		c->expressed_at = n->now;
}

void kith_suspect_heard(struct kith_node *n, struct kith_peer *p)
{
	uint8_t evidence, need;

	if (p->status == KITH_STATUS_FAILED) {
		if (!kith_suspect_is_private(p)) {
			kith_obituary_return(n, p);
			return;
		}
		/* It has not heard of it, so it is for us to ask: it, and what others hold against it. */
		corroborate(n, kith_peer_case(p), KITH_ROUND_EXPRESS, false);
		kith_partner_behind(n, p);
		return;
	}
	if (kith_peer_case(p) == NULL || !kith_peer_is_up(p))
		return;
	kith_suspect_weigh(n, p, &evidence, &need);
	/* It is heard, but that does not clear it: links may be one-way. Ask it at once. */
	if (evidence > 0)
		corroborate(n, kith_peer_case(p), KITH_ROUND_EXPRESS, false);
}

bool kith_suspect_wants(const struct kith_node *n, const struct kith_peer *by,
			const struct kith_peer *target)
{
	const struct kith_case *c = kith_peer_case(target);
	bool has_room = c == NULL || c->held_count < KITH_SUSPICIONS_PER_TARGET;
	int i;

	if (n->own.is_over || target->status == KITH_STATUS_RESTARTING ||
	    target->status == KITH_STATUS_LEFT)
		return false;
	for (i = 0; c != NULL && i < c->held_count; i++) {
		if (memcmp(c->held[i].by.b, by->record->mid.b, sizeof(c->held[i].by.b)) == 0)
			return true; /* it takes the place of its former one */
		has_room = has_room || c->held[i].is_cleared;
	}
	return has_room && by->suspicions_live < KITH_SUSPICIONS_PER_SUSPECTOR;
}

/* We are suspected. Two say so: refute at once. A lone one: the first time at once, then with a
 * back-off that an hour of quiet forgets, so that one insider cannot make us sign for ever. Later is
 * not never: an honest one, cut off alone, holds us failed until we answer it. */
static void suspected(struct kith_node *n, struct kith_case *c)
{
	struct kith_own *own = &n->own;
	const kith_us at = kith_us_max(own->lone_next, n->now);

	if (c->held_count >= 2) {
		kith_own_refute(n);
		return;
	}
	if (own->refute_due)
		return; /* an answer is on its way */
	if (at > n->now)
		kith_own_refute_at(n, at);
	else
		kith_own_refute(n);
}

bool kith_suspect_received(struct kith_node *n, struct kith_peer *by, struct kith_peer *target,
			   const struct kith_suspicion *s, struct kith_fact *record,
			   uint32_t expires)
{
	struct kith_case *c = kith_suspect_open(n, target);
	struct kith_held *h;

	if (c == NULL)
		return false;
	h = kith_suspect_hold(n, c, &by->record->mid, s, record, expires);
	if (h == NULL)
		return false;
	KITH_COUNT(n, suspicions_received);
	if (target->is_self) {
		suspected(n, c);
		return false;
	}
	if (!kith_is_disputed(n, by))
		kith_gossip_put(n, &h->rumor, h->record, kith_dispute_lane(n, target, s->kind));
	remember(n, target, KITH_WHY_SUSPICION, &by->record->mid, s->kind, s->path);
	kith_trace(n, "suspicion.held", target,
		   s->kind == KITH_SUSPICION_REFUSAL ? "refused" : "silent");
	if (!kith_peer_is_up(target))
		return true;
	if (!n->plain.no_corroboration && kith_ring_observes(n, target))
		corroborate(n, c, s->kind == KITH_SUSPICION_REFUSAL ? KITH_ROUND_TRIPLE
								    : KITH_ROUND_EXPRESS, false);
	judge(n, target);
	return true;
}

/* --- being told ----------------------------------------------------------------------------- */

void kith_suspect_answer(struct kith_node *n, const struct kith_mid *suspectors, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct kith_peer *p = kith_peer_find(n, &suspectors[i]);
		struct kith_packet pk;

		if (p != NULL && !p->is_self && kith_packet_begin(n, &pk, p) &&
		    kith_packet_add_record(&pk, n->own.peer->record->fact.raw))
			kith_packet_send(n, &pk);
	}
}

/* --- announced absence ----------------------------------------------------------------------- */

void kith_suspect_absent(struct kith_node *n, struct kith_peer *p, kith_us until)
{
	KITH_ASSERT(p->ledger != NULL);
	kith_timer_set(n, &p->ledger->back, until);
}

void kith_suspect_on_back(struct kith_node *n, void *owner)
{
	struct kith_peer *p = owner;

	if (p->status == KITH_STATUS_RESTARTING)
		kith_peer_set_status(n, p, KITH_STATUS_FAILED, NULL);
}
