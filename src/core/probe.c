/* SPDX-License-Identifier: ISC */
#include "core/probe.h"

#include "base/check.h"
#include "core/helper.h"
#include "core/message.h"
#include "core/node.h"
#include "core/obituary.h"
#include "core/period.h"
#include <string.h>

/* What is done when. Times are in quarters of Td and halves of Trel after the begin, all times the
 * round's factor; with Td = 200 ms an express round is 0, 200, 400 ms. */
enum action {
	DO_PING = 1 << 0,
	DO_SECOND = 1 << 1, /* another address; an INTRO if nothing came on our session yet */
	DO_INTRO = 1 << 2,  /* an INTRO in any case: perhaps it restarted and we do not know */
	DO_HELPERS = 1 << 3,
	DO_CONNECT = 1 << 4,
	DO_VERDICT = 1 << 5
};
static const struct step {
	uint8_t quarters_td, halves_trel, actions;
} steps[4][5] = {
	[KITH_ROUND_PERIOD] = {{0, 0, DO_PING},
			       {2, 0, DO_PING | DO_SECOND},
			       {4, 0, DO_HELPERS | DO_CONNECT},
			       {4, 1, DO_PING | DO_INTRO | DO_HELPERS},
			       {4, 2, DO_VERDICT}},
	[KITH_ROUND_EXPRESS] = {{0, 0, DO_PING | DO_HELPERS | DO_CONNECT},
				{4, 0, DO_PING | DO_INTRO | DO_HELPERS},
				{8, 0, DO_VERDICT}},
	[KITH_ROUND_TRIPLE] = {{0, 0, DO_PING | DO_HELPERS | DO_CONNECT},
			       {3, 0, DO_CONNECT},
			       {4, 0, DO_PING | DO_INTRO | DO_HELPERS},
			       {6, 0, DO_CONNECT},
			       {8, 0, DO_VERDICT}},
	[KITH_ROUND_PLAIN] = {{0, 0, DO_PING}, {4, 0, DO_HELPERS}, {4, 2, DO_VERDICT}},
};
enum { EXPRESS_REFUSED_QUARTERS = 6 }; /* an express round's verdict when TCP was refused */

static kith_us quarters(const struct kith_round *r, int count)
{
	return count * r->timeout / 4 * r->factor;
}

static kith_us step_at(const struct kith_node *n, const struct kith_round *r,
		       const struct step *s)
{
	const bool is_hurried = r->kind == KITH_ROUND_EXPRESS && r->refusals > 0 &&
				(s->actions & DO_VERDICT);

	return kith_us_add(r->begun,
			   quarters(r, is_hurried ? EXPRESS_REFUSED_QUARTERS : s->quarters_td) +
				   s->halves_trel * n->timing.relay_timeout / 2 * r->factor);
}

bool kith_probes_init(struct kith_node *n)
{
	struct kith_probes *ps = &n->probes;
	int i;

	ps->answered = KITH_NEVER;
	ps->next_seq = 16;
	for (i = 0; i < KITH_ROUNDS_MAX; i++)
		if (!kith_timer_init(n, &ps->rounds[i].timer, KITH_TIMER_ROUND, &ps->rounds[i]))
			return false;
	return true;
}

void kith_probes_fini(struct kith_node *n)
{
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX; i++)
		kith_timer_fini(n, &n->probes.rounds[i].timer);
}

void kith_probe_health(struct kith_node *n, int by)
{
	const int health = n->plain.is_on && !n->plain.has_health ? 0 : n->probes.health + by;

	n->probes.health = (uint8_t)(health < 0			? 0
				     : health > KITH_HEALTH_MAX ? KITH_HEALTH_MAX
								: health);
	n->stats.health = n->probes.health;
}

uint32_t kith_probe_count(uint32_t history)
{
	uint32_t count = 0;

	for (; history != 0; history &= history - 1)
		count++;
	return count;
}

bool kith_probe_is_doubtful(const struct kith_node *n)
{
	return kith_probe_count(n->probes.verdicts & 0xffff) >= 8;
}

/* --- a round's steps ------------------------------------------------------------------------ */

static void round_end(struct kith_node *n, struct kith_round *r)
{
	kith_timer_stop(n, &r->timer);
	if (r->stream != 0)
		kith_stream_abandon(n, r->stream);
	r->stream = 0;
	r->in_use = false;
}

static void send_ping(struct kith_node *n, struct kith_round *r, unsigned actions)
{
	enum kith_packet_form form = KITH_PACKET_ANY;
	uint8_t root[8];
	struct kith_msg m;
	struct kith_packet pk;

	if ((actions & DO_INTRO) || ((actions & DO_SECOND) && !r->target->heard_session))
		form = KITH_PACKET_INTRO_WANT;
	KITH_ASSERT(r->pings < 3);
	r->ping_at[r->pings] = n->now;
	kith_message_ping(n, KITH_MSG_PING, r->seq + r->pings, root, &m);
	if (kith_packet_begin_as(n, &pk, r->target, form) && kith_packet_add(&pk, &m)) {
		if (!n->plain.is_on || n->plain.has_buddy)
			kith_obituary_carry(&pk, pk.to);
		kith_gossip_fill(n, &pk);
		kith_packet_send_to(n, &pk, (uint8_t)(r->target->addr_index + r->pings));
	}
	r->pings++;
}

static void connect_tcp(struct kith_node *n, struct kith_round *r)
{
	const struct kith_peer *p = r->target;
	const struct kith_member_body *body = &p->record->body;

	if (r->stream != 0 || body->addr_count == 0)
		return; /* the former connect is still silent */
	r->stream = kith_stream_dial(n,
				     &body->addrs[(p->addr_index + r->connects) %
						  body->addr_count],
				     KITH_STREAM_FOR_PROBE, &p->record->mid, 0);
	r->connects++;
}

/* How the first ping of a near one's round fared: the measure of what the network loses around us. */
static void note_first_ping(struct kith_node *n, const struct kith_round *r, bool lost)
{
	struct kith_probes *ps = &n->probes;

	if (r->kind != KITH_ROUND_PERIOD || !kith_zone_is_near(n, r->target))
		return;
	ps->first_pings = ps->first_pings << 1 | (lost ? 1 : 0);
	if (ps->first_ping_count < 32)
		ps->first_ping_count++;
}

/* How our rounds went, for kith_probe_is_doubtful(). Where a zone is cut off, rounds of far ones fail as
 * they come: that says nothing about us as long as near ones answer. */
static void note_verdict(struct kith_node *n, const struct kith_peer *p, bool failed)
{
	if (kith_zone_is_near(n, p))
		n->probes.verdicts = n->probes.verdicts << 1 | (failed ? 1 : 0);
}

/* A helper that does not even say that the target is silent speaks against our own link: worse by
 * one for each (memberlist's measure of Lifeguard §IV-A). */
static void verdict_plain(struct kith_node *n, struct kith_round *r)
{
	struct kith_peer *p = r->target;

	kith_probe_health(n, r->first_wave > 0 ? r->first_wave - r->nacks : 1);
	KITH_COUNT(n, rounds_failed);
	kith_trace(n, "round.failed", p, NULL);
	round_end(n, r);
	kith_plain_round_failed(n, p);
}

/* It ends without a word against anybody. */
static void abort_round(struct kith_node *n, struct kith_round *r)
{
	round_end(n, r);
	if (!n->own.is_over)
		kith_suspect_look_again(n, r->target);
}

static void verdict(struct kith_node *n, struct kith_round *r)
{
	struct kith_peer *p = r->target;
	const bool refused = r->refusals > 0;
	const bool is_express = r->kind != KITH_ROUND_PERIOD;
	const bool triple = r->kind == KITH_ROUND_TRIPLE && r->refusals >= 3;
	const bool is_alone = !refused && n->peers.heard < r->begun;
	uint8_t path = KITH_PATH_DIRECT;

	/* We heard nobody when it began, and do now: it was our ears. */
	if (!refused && !is_alone && r->is_deaf) {
		abort_round(n, r);
		return;
	}
	path |= (uint8_t)((r->nacks > 3 ? 3 : r->nacks) << KITH_PATH_NACK_SHIFT);
	path |= refused					? KITH_PATH_TCP_REFUSED
		: kith_stream_is_accepted(n, r->stream) ? KITH_PATH_TCP_ACCEPTED
							: KITH_PATH_TCP_TIMEOUT;
	/* Helpers that stay silent too speak against our own link; a refusal speaks for it. Who is
	 * suspected is asked again and again: that says no more about us each time. */
	if (r->is_new) {
		if (!refused && r->nacks < r->first_wave)
			kith_probe_health(n, 1);
		note_verdict(n, p, !refused);
	}
	if (!refused)
		note_first_ping(n, r, true);
	KITH_COUNT(n, rounds_failed);
	kith_trace(n, "round.failed", p, refused ? "refused" : "silent");
	round_end(n, r);
	/* Without memory for it the period comes back to it. */
	if (kith_ledger(n, p) != NULL)
		kith_timer_set_earlier(n, &p->ledger->reprobe,
				       kith_us_add(n->now, refused ? KITH_REPROBE_REFUSED
								   : KITH_REPROBE_SILENT));
	if (r->is_new && !refused && !kith_zone_is_near(n, p))
		kith_period_confirm(n, p);
	kith_suspect_round_failed(n, p, &(struct kith_verdict){
		.kind = refused ? KITH_SUSPICION_REFUSAL : KITH_SUSPICION_SILENCE,
		.path = path,
		.is_express = is_express,
		.is_triple_refused = triple,
		.is_alone = is_alone,
	});
}

/* Does all that is due and sets the timer for the next row. */
static void run_steps(struct kith_node *n, struct kith_round *r)
{
	for (;;) {
		const struct step *s = &steps[r->kind][r->step];
		const kith_us at = step_at(n, r, s);

		if (at > n->now) {
			kith_timer_set(n, &r->timer, at);
			return;
		}
		r->step++;
		if (s->actions & DO_VERDICT) {
			if (r->kind == KITH_ROUND_PLAIN)
				verdict_plain(n, r);
			else
				verdict(n, r);
			return;
		}
		if (s->actions & DO_PING)
			send_ping(n, r, s->actions);
		if (s->actions & DO_HELPERS)
			kith_helpers_ask(n, r);
		if (s->actions & DO_CONNECT)
			connect_tcp(n, r);
	}
}

void kith_probe_on_round(struct kith_node *n, void *owner)
{
	struct kith_round *r = owner;

	KITH_ASSERT(r->in_use);
	run_steps(n, r);
}

uint32_t kith_probe_numbers(struct kith_node *n)
{
	const uint32_t seq = n->probes.next_seq;

	n->probes.next_seq += 16;
	return seq;
}

bool kith_probe_begin(struct kith_node *n, struct kith_peer *p, enum kith_round_kind kind)
{
	struct kith_timer timer;
	struct kith_round *r = NULL;
	uint8_t evidence, need;
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX && r == NULL; i++)
		if (!n->probes.rounds[i].in_use)
			r = &n->probes.rounds[i];
	if (r == NULL)
		return false;
	timer = r->timer;
	memset(r, 0, sizeof(*r));
	r->timer = timer;
	r->in_use = true;
	r->kind = kind;
	r->target = p;
	r->seq = kith_probe_numbers(n);
	r->begun = n->now;
	r->is_deaf = kith_us_elapsed(n->peers.heard, n->now) > 2 * n->timing.period;
	r->timeout = kith_rtt_timeout(n, p);
	/* What convicts takes its time: the member may be slower than its round trips so far. */
	if (kind != KITH_ROUND_PERIOD)
		r->timeout = kith_us_max(r->timeout, n->timing.probe_timeout);
	r->factor = n->probes.health + 1;
	kith_suspect_weigh(n, p, &evidence, &need);
	r->is_new = evidence == 0;
	KITH_COUNT(n, rounds);
	kith_trace(n, kind == KITH_ROUND_PERIOD || kind == KITH_ROUND_PLAIN ? "round.begin"
									    : "round.express",
		   p, NULL);
	run_steps(n, r);
	return true;
}

/* The express or triple round of p under way, or NULL. */
static struct kith_round *express_of(struct kith_node *n, const struct kith_peer *p)
{
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX; i++) {
		struct kith_round *r = &n->probes.rounds[i];

		if (r->in_use && r->target == p && r->kind != KITH_ROUND_PERIOD)
			return r;
	}
	return NULL;
}

bool kith_probe_express(struct kith_node *n, struct kith_peer *p, enum kith_round_kind kind,
			bool is_last_look)
{
	struct kith_round *r = express_of(n, p);

	KITH_ASSERT(kind != KITH_ROUND_PERIOD);
	if (r != NULL && (r->kind == KITH_ROUND_TRIPLE || kind == KITH_ROUND_EXPRESS))
		return true;
	if (is_last_look ? !kith_bucket_take(&n->probes.looks, n->now, 50, 50)
			 : !kith_bucket_take(&n->probes.express, n->now, 10, 10))
		return false;
	if (r != NULL)
		round_end(n, r);
	KITH_COUNT(n, rounds_express);
	return kith_probe_begin(n, p, kind);
}

bool kith_probe_is_probed(const struct kith_node *n, const struct kith_peer *p)
{
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX; i++)
		if (n->probes.rounds[i].in_use && n->probes.rounds[i].target == p)
			return true;
	return false;
}

/* --- answers -------------------------------------------------------------------------------- */

static struct kith_round *round_of(struct kith_node *n, const struct kith_peer *target,
				   uint32_t seq)
{
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX; i++) {
		struct kith_round *r = &n->probes.rounds[i];

		if (r->in_use && r->seq == (seq & ~UINT32_C(15)) &&
		    (target == NULL || r->target == target))
			return r;
	}
	return NULL;
}

static void succeed(struct kith_node *n, struct kith_round *r, bool first_ping_lost)
{
	struct kith_probes *ps = &n->probes;
	struct kith_peer *p = r->target;
	const kith_us begun = r->begun;

	note_verdict(n, p, false);
	note_first_ping(n, r, first_ping_lost);
	ps->answered = n->now;
	kith_probe_health(n, -1);
	round_end(n, r);
	if (!n->plain.is_on) /* there only a newer record clears */
		kith_suspect_answered(n, p, begun);
}

bool kith_probe_on_ack(struct kith_node *n, struct kith_peer *from, const struct kith_msg *m,
		       bool is_relayed)
{
	struct kith_round *r = round_of(n, from, m->n);
	const uint32_t which = m->n & 15;

	if (r == NULL)
		return false;
	/* One that was kept back somewhere answers no round. */
	kith_clocks_ack(n, &from->record->mid, m->t);
	if (is_relayed) {
		KITH_COUNT(n, rounds_relayed);
		kith_helpers_helped(n, r, m->n);
	} else if (which < r->pings) {
		kith_helpers_not_needed(r);
		kith_rtt_sample(n, from, n->now - r->ping_at[which]);
		kith_coord_sample(n, from, n->now - r->ping_at[which], m->coord, m->coord_count);
	}
	succeed(n, r, is_relayed || which != 0);
	return true;
}

void kith_probe_on_nack(struct kith_node *n, struct kith_peer *from, const struct kith_msg *m)
{
	struct kith_round *r = round_of(n, NULL, m->n);
	uint32_t i;

	for (i = 0; r != NULL && i < r->helper_count; i++)
		if (r->helpers[i] == from->slot) {
			r->nacks++;
			r->helpers[i] = UINT32_MAX; /* counts once */
		}
}

void kith_probe_on_tcp(struct kith_node *n, uint64_t stream, enum kith_probe_tcp result)
{
	struct kith_round *r = NULL;
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX; i++)
		if (n->probes.rounds[i].in_use && n->probes.rounds[i].stream == stream)
			r = &n->probes.rounds[i];
	if (r == NULL)
		return;
	r->stream = 0;
	if (result == KITH_PROBE_TCP_PROVEN) {
		KITH_COUNT(n, rounds_stream);
		/* Alive, but deaf to our datagrams: perhaps it holds another life of ours, so the
		 * next second ping introduces us. */
		r->target->heard_session = false;
		/* No datagram of anybody: all may have expelled us, which a synchronisation tells. */
		if (kith_us_elapsed(n->peers.heard_datagram, n->now) > 4 * n->timing.period)
			kith_partner_behind(n, r->target);
		succeed(n, r, true);
		return;
	}
	if (result != KITH_PROBE_TCP_REFUSED || n->plain.no_refusal)
		return;
	r->refusals++;
	if (r->kind == KITH_ROUND_TRIPLE && r->refusals >= 3)
		verdict(n, r);
	else if (r->kind == KITH_ROUND_EXPRESS)
		kith_timer_set_earlier(n, &r->timer,
				       kith_us_max(n->now,
						   step_at(n, r, &steps[r->kind][r->step])));
}

void kith_probe_unreachable(struct kith_node *n, const struct kith_addr *to)
{
	int i;

	/* The error may be forged, so it only hurries: the relay stage begins now. */
	for (i = 0; i < KITH_ROUNDS_MAX; i++) {
		struct kith_round *r = &n->probes.rounds[i];

		/* What is overdue is the tick's business: perhaps we were stopped. */
		if (!r->in_use || r->kind != KITH_ROUND_PERIOD || r->relay_begun ||
		    r->timer.heap.at <= n->now || kith_peer_lists(r->target, to) < 0)
			continue;
		r->step = 2;
		r->begun = kith_us_min(r->begun, n->now - quarters(r, 4));
		run_steps(n, r);
	}
}

void kith_probe_abort_all(struct kith_node *n)
{
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX; i++)
		if (n->probes.rounds[i].in_use)
			abort_round(n, &n->probes.rounds[i]);
}

void kith_probe_forget(struct kith_node *n, const struct kith_peer *p)
{
	int i;

	for (i = 0; i < KITH_ROUNDS_MAX; i++)
		if (n->probes.rounds[i].in_use && n->probes.rounds[i].target == p)
			round_end(n, &n->probes.rounds[i]);
}
