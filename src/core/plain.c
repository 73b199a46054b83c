/* SPDX-License-Identifier: ISC */
#include "core/plain.h"

#include "base/check.h"
#include "core/node.h"

/* memberlist's SuspicionMult and SuspicionMaxTimeoutMult, alpha and beta of the paper; and how many
 * others shorten a suspicion to its least, K = alpha - 2. */
enum { ALPHA = 5, BETA = 6, CONFIRMERS = ALPHA - 2 };

/* 1000 log(c + 1) / log(K + 1). */
static const uint16_t shrunk_milli[CONFIRMERS + 1] = {0, 500, 792, 1000};

void kith_plain_set(struct kith_node *n, const struct kith_plain *how)
{
	KITH_ASSERT(!kith_own_is_started(n));
	n->plain = *how;
}

/* The others whose suspicion counts; 0: the first one's time is fixed. */
static int confirmers(const struct kith_node *n)
{
	return n->plain.has_suspicion && kith_peers_present(n) >= CONFIRMERS + 2 ? CONFIRMERS : 0;
}

static kith_us time_out(const struct kith_node *n, const struct kith_case *c)
{
	const uint32_t milli = kith_suspect_log10_milli(kith_peers_present(n));
	const kith_us least = ALPHA * n->timing.period * (milli > 1000 ? milli : 1000) / 1000;
	const int others = c->held_count > 0 ? c->held_count - 1 : 0;

	if (confirmers(n) == 0)
		return least;
	return BETA * least - (BETA - 1) * least *
				      shrunk_milli[others < CONFIRMERS ? others : CONFIRMERS] / 1000;
}

/* Whether a suspicion of p by one more member would change anything. */
static bool counts(const struct kith_node *n, const struct kith_peer *p)
{
	return p->status == KITH_STATUS_ALIVE ||
	       (p->status == KITH_STATUS_SUSPECT && kith_peer_case(p)->held_count <= confirmers(n));
}

/* What was just held has its effect, and is told. */
static void take(struct kith_node *n, struct kith_case *c, struct kith_held *h,
		 const struct kith_mid *by)
{
	struct kith_peer *p = c->peer;

	kith_gossip_put(n, &h->rumor, h->record, KITH_LANE_URGENT);
	if (h->path & KITH_PLAIN_CONFIRM) {
		kith_timer_stop(n, &c->timer);
		kith_peer_set_status(n, p, KITH_STATUS_FAILED, by);
		return;
	}
	if (p->status == KITH_STATUS_ALIVE) {
		c->suspect_at = n->now;
		kith_peer_set_status(n, p, KITH_STATUS_SUSPECT, by);
	}
	kith_timer_set(n, &c->timer,
		       kith_us_max(n->now, kith_us_add(c->suspect_at, time_out(n, c))));
}

/* A confirm finds room in any case. */
static void make_room(struct kith_node *n, struct kith_case *c, const struct kith_mid *by)
{
	if (c->held_count == KITH_SUSPICIONS_PER_TARGET && kith_suspect_held_by(c, by) == NULL)
		kith_suspect_drop(n, c, 0);
}

static void sign(struct kith_node *n, struct kith_peer *p, uint8_t path)
{
	const struct kith_suspicion s = {p->record->mid, p->record->epoch, p->record->seq,
					 KITH_SUSPICION_SILENCE, path};
	const struct kith_mid *self = &n->own.peer->record->mid;
	struct kith_case *c = kith_suspect_open(n, p);
	uint8_t body[KITH_SUSPICION_BODY];
	const struct kith_bytes bytes = {body, sizeof(body)};
	struct kith_fact *record;
	struct kith_held *h;

	if (c == NULL)
		return;
	make_room(n, c, self);
	kith_suspicion_write(&s, body);
	record = kith_own_numbered(n, KITH_RECORD_SUSPICION, KITH_SUSPICION_LIFE_S, bytes);
	if (record == NULL)
		return;
	h = kith_suspect_hold(n, c, self, &s, record, kith_now_unix_s(n) + KITH_SUSPICION_LIFE_S);
	kith_fact_unref(n, record);
	if (h == NULL)
		return;
	KITH_COUNT(n, suspicions_sent);
	take(n, c, h, NULL);
}

void kith_plain_round_failed(struct kith_node *n, struct kith_peer *p)
{
	if (n->own.is_over || !counts(n, p) ||
	    (kith_peer_case(p) != NULL &&
	     kith_suspect_held_by(kith_peer_case(p), &n->own.peer->record->mid) != NULL))
		return;
	sign(n, p, KITH_PATH_DIRECT);
}

void kith_plain_on_case(struct kith_node *n, struct kith_peer *p)
{
	if (!n->own.is_over && p->status == KITH_STATUS_SUSPECT)
		sign(n, p, KITH_PATH_DIRECT | KITH_PLAIN_CONFIRM);
}

bool kith_plain_wants(const struct kith_node *n, const struct kith_peer *target,
		      const struct kith_suspicion *s)
{
	if (n->own.is_over || !kith_peer_is_up(target))
		return false;
	return target->is_self || (s->path & KITH_PLAIN_CONFIRM) || counts(n, target);
}

bool kith_plain_received(struct kith_node *n, struct kith_peer *by, struct kith_peer *target,
			 const struct kith_suspicion *s, struct kith_fact *record, uint32_t expires)
{
	struct kith_case *c;
	struct kith_held *h;

	KITH_COUNT(n, suspicions_received);
	if (target->is_self) {
		kith_own_refute(n);
		return false;
	}
	c = kith_suspect_open(n, target);
	if (c == NULL)
		return false;
	make_room(n, c, &by->record->mid);
	h = kith_suspect_hold(n, c, &by->record->mid, s, record, expires);
	if (h == NULL)
		return false;
	take(n, c, h, &by->record->mid);
	return true;
}
