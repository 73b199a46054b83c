/* SPDX-License-Identifier: ISC */
#include "core/own.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/mem.h"
#include "core/node.h"
#include "core/trust.h"
#include "wire/record.h"
#include <string.h>

/* Above this the 32 bits run out within a lifetime of restarts (4-security.md §5.5). */
#define EPOCH_MAX UINT32_C(0xffff0000)

static int check_certificate(struct kith_node *n, const struct kith_config *c)
{
	struct kith_own *own = &n->own;
	const int r = kith_trust_judge(n, c->certificate, NULL, &own->certificate);

	if (r == KITH_EEXPIRED || r == KITH_ENOMEM)
		return r;
	if (r != 0 || memcmp(own->certificate->c.identity, own->secrets->identity.pk,
			     KITH_KEY_LEN) != 0)
		return KITH_ECERT;
	return 0;
}

int kith_own_init(struct kith_node *n, const struct kith_config *c)
{
	struct kith_own *own = &n->own;
	int r;

	if (c->epoch >= EPOCH_MAX)
		return KITH_EEPOCH;
	own->secrets = kith_mem_new(&n->alloc, 1, sizeof(*own->secrets));
	if (own->secrets == NULL)
		return KITH_ENOMEM;
	r = kith_identity_init(&own->secrets->identity, c->identity_seed);
	if (r == 0)
		r = check_certificate(n, c);
	if (r != 0)
		return r;
	if (!kith_timer_init(n, &own->timer, KITH_TIMER_OWN, NULL))
		return KITH_ENOMEM;
	own->body.proto_min = KITH_PROTOCOL_MIN;
	own->body.proto_max = KITH_PROTOCOL_MAX;
	own->body.state = KITH_MEMBER_ALIVE;
	memcpy(own->body.version, c->version, sizeof(own->body.version));
	own->body.profile = (uint8_t)c->profile;
	memcpy(own->body.addrs, c->addrs, c->addr_count * sizeof(c->addrs[0]));
	own->body.addr_count = c->addr_count;
	if (c->tags.len > 0)
		memcpy(own->tags, c->tags.p, c->tags.len);
	own->body.tags.p = own->tags;
	own->body.tags.len = c->tags.len;
	own->lone_wait = KITH_LONE_FIRST;
	own->restart_said = KITH_NEVER;
	own->epoch = c->epoch;
	kith_own_epoch(n, c->epoch + 1);
	return 0;
}

void kith_own_fini(struct kith_node *n)
{
	kith_timer_fini(n, &n->own.timer);
	if (n->own.certificate != NULL)
		kith_fact_unref(n, &n->own.certificate->fact);
	n->own.certificate = NULL;
	if (n->own.secrets != NULL)
		kith_wipe(n->own.secrets, sizeof(*n->own.secrets));
	kith_mem_free(&n->alloc, n->own.secrets);
	n->own.secrets = NULL;
}

bool kith_own_is_started(const struct kith_node *n)
{
	return n->own.peer != NULL;
}

/* --- epoch ---------------------------------------------------------------------------------- */

void kith_own_epoch(struct kith_node *n, uint32_t epoch)
{
	struct kith_own *own = &n->own;
	struct kith_out o = {.kind = KITH_OUT_PERSIST, .epoch = epoch};

	own->epoch_wanted = epoch;
	own->token = ++own->next_token;
	o.token = own->token;
	kith_out_put(n, &o);
}

void kith_own_withdraw(struct kith_node *n, const struct kith_peer *p)
{
	struct kith_case *c = kith_peer_case(p);
	const struct kith_held *h =
		c != NULL ? kith_suspect_held_by(c, &n->own.secrets->identity.mid) : NULL;

	if (h != NULL)
		kith_suspect_drop(n, c, (int)(h - c->held));
}

/* A session of this epoch: whatever was sealed to the former one is lost and introduced anew. */
static void new_session(struct kith_node *n)
{
	struct kith_own *own = &n->own;
	uint32_t i;

	kith_session_new(&own->secrets->session, &n->secret, &n->cid, &own->secrets->identity.mid);
	memcpy(own->body.session_pk, own->secrets->session.pk, sizeof(own->body.session_pk));
	own->session_since = n->now;
	for (i = 0; i < n->peers.count; i++) {
		kith_talk_renew(n, kith_ring_at(n, i));
		/* Refused by whoever has heard of the new epoch, and so far by whoever knew its number
		 * from a life that we have forgotten. */
		kith_own_withdraw(n, kith_ring_at(n, i));
	}
}

/* The first own record of this life; without memory for it the timer tries again. */
static void start(struct kith_node *n)
{
	struct kith_event e = {.kind = KITH_EVENT_STARTED};

	kith_own_sign(n, KITH_OWN_START);
	if (n->own.peer == NULL)
		return;
	kith_out_event(n, &e);
	kith_period_start(n);
	kith_join_start(n);
	kith_own_offers_sign(n);
}

void kith_own_persisted(struct kith_node *n, uint64_t token)
{
	struct kith_own *own = &n->own;

	if (token == 0 || token != own->token || own->is_over)
		return;
	own->token = 0;
	own->epoch = own->epoch_wanted;
	own->seq = 0;
	/* Above any number of a life in this epoch that we have forgotten, unless it signed more than
	 * one a second or our clock was ahead then: a new epoch mends that, too. */
	own->numbered = kith_now_unix_s(n);
	new_session(n);
	if (own->peer == NULL)
		start(n);
	else
		kith_own_sign(n, KITH_OWN_START);
}

/* A state directory from a backup is behind once. A second process comes back again and again, and
 * each would override the other at the speed of the network, were it not for the back-off. */
void kith_own_reflected(struct kith_node *n, uint32_t epoch)
{
	struct kith_own *own = &n->own;
	struct kith_event e = {.kind = KITH_EVENT_DUPLICATE};

	KITH_COUNT(n, duplicate_identity);
	kith_out_event(n, &e);
	if (epoch >= EPOCH_MAX || own->token != 0 || own->is_over || n->now < own->jump_next)
		return;
	if (own->jump_wait == 0 || kith_us_elapsed(own->jump_next, n->now) >= KITH_JUMP_MAX)
		own->jump_wait = KITH_JUMP_FIRST;
	own->jump_next = kith_us_add(n->now, own->jump_wait);
	own->jump_wait = kith_us_min(2 * own->jump_wait, KITH_JUMP_MAX);
	kith_own_epoch(n, epoch + 1);
}

/* --- signing -------------------------------------------------------------------------------- */

/* A new reference; NULL: no memory. */
static struct kith_fact *sign(struct kith_node *n, struct kith_record_head *h,
			      struct kith_bytes body)
{
	uint8_t out[KITH_RECORD_MAX];
	struct kith_fact *f;
	struct kith_bytes what;
	int r = kith_record_write(h, body, out);

	KITH_ASSERT(r == 0);
	KITH_COUNT(n, signatures_made);
	what = kith_record_signed(out, h);
	kith_sign(&n->own.secrets->identity, KITH_LABEL_RECORD, &n->cid, what.p, what.len,
		  out + h->len - KITH_RECORD_SIG);
	r = kith_fact_record(n, (struct kith_bytes){out, h->len}, h, n->own.secrets->identity.pk,
			     KITH_BELIEF_OURS, &f);
	KITH_ASSERT(r == 0 || r == KITH_ENOMEM);
	return r == 0 ? f : NULL;
}

/* Puts the signed record into the member table like anybody's; ours is where others see it too. */
static bool take_over(struct kith_node *n, struct kith_member_fact *record)
{
	struct kith_own *own = &n->own;

	if (own->peer != NULL)
		return kith_peer_record(n, own->peer, own->certificate, record);
	own->peer = kith_peer_add(n, own->certificate, record);
	return own->peer != NULL;
}

void kith_own_sign(struct kith_node *n, enum kith_own_cause cause)
{
	struct kith_own *own = &n->own;
	uint8_t body[KITH_RECORD_MAX];
	size_t body_len = sizeof(body) - KITH_RECORD_HEAD - KITH_RECORD_SIG;
	struct kith_record_head h = {
		.kind = KITH_RECORD_MEMBER,
		.owner = own->secrets->identity.mid,
		.epoch = own->epoch,
		.seq = own->seq + 1,
		.expires = kith_now_unix_s(n) + KITH_RECORD_LIFE_S,
	};
	const bool is_first = own->peer == NULL;
	struct kith_fact *record;
	bool is_taken;
	int r;

	if (own->is_over || (own->peer == NULL && cause != KITH_OWN_START))
		return;
	r = kith_member_body_write(&own->body, body, &body_len);
	KITH_ASSERT(r == 0);
	record = sign(n, &h, (struct kith_bytes){body, body_len});
	is_taken = record != NULL && take_over(n, kith_member_fact_of(record));
	kith_fact_unref(n, record);
	if (!is_taken) {
		kith_timer_set(n, &own->timer, kith_us_add(n->now, KITH_SECOND));
		return; /* no memory: said again in a second */
	}
	own->seq = h.seq;
	own->signed_at = n->now;
	own->refute_due = false;
	own->is_over = own->body.state != KITH_MEMBER_ALIVE;
	kith_trace(n, "sign", own->peer, NULL);
	kith_gossip_put(n, &own->peer->rumor, &own->peer->record->fact,
			cause == KITH_OWN_REFRESH ? KITH_LANE_LAZY
			: cause == KITH_OWN_START ? KITH_LANE_RECORD
						  : KITH_LANE_URGENT);
	if (cause != KITH_OWN_REFRESH)
		kith_gossip_relay(n, NULL);
	if (own->is_over)
		return;
	kith_timer_set(n, &own->timer, kith_us_add(n->now, KITH_REFRESH));
	if (!is_first) /* who started is told so before */
		kith_own_offers_sign(n);
}

struct kith_fact *kith_own_numbered(struct kith_node *n, uint8_t kind, uint32_t life_s,
				    struct kith_bytes body)
{
	struct kith_record_head h = {
		.kind = kind,
		.owner = n->own.secrets->identity.mid,
		.epoch = n->own.epoch,
		.seq = n->own.numbered + 1,
		.expires = kith_now_unix_s(n) + life_s,
	};

	if (!kith_own_is_started(n) || n->own.is_over)
		return NULL;
	n->own.numbered++;
	return sign(n, &h, body);
}

struct kith_fact *kith_own_service(struct kith_node *n, uint32_t seq, struct kith_bytes body)
{
	struct kith_record_head h = {
		.kind = KITH_RECORD_SERVICE,
		.owner = n->own.secrets->identity.mid,
		.epoch = n->own.epoch,
		.seq = seq,
		.expires = 0, /* with the owner's */
	};

	KITH_ASSERT(kith_own_is_started(n) && !n->own.is_over);
	return sign(n, &h, body);
}

void kith_own_refute_at(struct kith_node *n, kith_us at)
{
	if (n->own.peer == NULL || n->own.is_over)
		return;
	n->own.refute_due = true;
	kith_timer_set_earlier(n, &n->own.timer, at);
}

/* A lone suspector was answered: the next one waits. The charge comes with the answer, not with the
 * question: what is put off, and then given because a second one asked, is not to be paid for. */
static void put_off_lone(struct kith_own *own, kith_us now)
{
	if (kith_us_elapsed(own->lone_next, now) >= KITH_LONE_MAX)
		own->lone_wait = KITH_LONE_FIRST;
	own->lone_next = kith_us_add(now, own->lone_wait);
	own->lone_wait = kith_us_min(2 * own->lone_wait, KITH_LONE_MAX);
}

void kith_own_refute(struct kith_node *n)
{
	struct kith_own *own = &n->own;
	struct kith_mid by[KITH_SUSPICIONS_PER_TARGET];
	const struct kith_case *c = own->peer != NULL ? kith_peer_case(own->peer) : NULL;
	uint32_t suspectors, i;

	if (own->peer == NULL || own->is_over)
		return;
	if (kith_us_elapsed(own->signed_at, n->now) < KITH_REFUTE_GAP) {
		kith_own_refute_at(n, kith_us_add(own->signed_at, KITH_REFUTE_GAP));
		return;
	}
	suspectors = c != NULL ? c->held_count : 0;
	for (i = 0; i < suspectors; i++)
		by[i] = c->held[i].by;
	if (suspectors < 2)
		put_off_lone(own, n->now);
	KITH_COUNT(n, refutations);
	kith_probe_health(n, 1);
	kith_own_sign(n, KITH_OWN_REFUTE);
	if (!n->plain.is_on)
		kith_suspect_answer(n, by, suspectors);
}

void kith_own_revoked(struct kith_node *n, const struct kith_mid *by)
{
	struct kith_event e = {.kind = KITH_EVENT_REVOKED, .mid = n->own.secrets->identity.mid, .by = *by};

	n->own.is_over = true;
	kith_period_stop(n);
	kith_join_stop(n);
	kith_trace(n, "revoked", n->own.peer, NULL);
	kith_out_event(n, &e);
}

void kith_own_on_timer(struct kith_node *n, void *owner)
{
	(void)owner;
	if (n->own.refute_due) {
		n->own.refute_due = false;
		kith_own_refute(n);
	} else if (n->own.peer == NULL) {
		start(n);
	} else {
		kith_own_sign(n, n->own.seq == 0 ? KITH_OWN_START : KITH_OWN_REFRESH);
	}
}
