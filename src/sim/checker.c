/* SPDX-License-Identifier: ISC */
#include "sim/checker.h"

#include "base/time.h"
#include "sim/hash.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bounds that the product states, told once more: a checker that read them from the core would
 * agree with whatever stands there. */
enum {
	GOSSIP_MAX = 16384,
	SUSPICIONS_PER_TARGET = 4,
	STREAMS_MAX = 1024,
	/* Three times what 60 seeds of the swarm came to: 95 KB empty, 320 KB at most, with what a
	 * burst puts out, up to 22 members and 65 streams. A leak grows past it, a burst does not. */
	HEAP_NODE = 1024 * 1024,
	HEAP_MEMBER = 16 * 1024,
	HEAP_STREAM = 256 * 1024
};

static const kith_us under_way = 5 * KITH_SECOND; /* what a process wrote before its end */

enum { UNKNOWN = KITH_STATUS_COUNT };

/* What a change of status asks of the record in the next walk. */
enum { WANTS_NEWER = 1, WANTS_EPOCH = 2, WANTS_ANSWER = 4 };

/* One content that an owner held under one number. */
struct entry {
	struct {
		uint32_t owner, epoch, seq, zero;
		uint64_t digest;
	} key;
	uint32_t statuses; /* bit set: what it called itself with it */
	uint32_t life;     /* of the owner, the last that held it */
	bool is_twice;     /* an owner without memory held it in two lives: what differs is not shown */
	UT_hash_handle hh;
};

/* What a host last showed of a member, in this life of its process. */
struct pair {
	uint32_t epoch, seq; /* kept when the member is forgotten */
	uint64_t digest;
	kith_us heard;
	uint64_t walk; /* the last one that met it */
	uint8_t status, told, wants; /* in the last walk; by the events; from the next walk */
	bool is_quarantined;  /* by the events */
	bool is_failed_privately; /* called failed by one who may withdraw it */
	bool is_listed, is_expelled;
};

struct host {
	/* Over all its lives. */
	uint32_t lives;
	uint32_t top_epoch, top_seq; /* the highest record that it held */
	uint32_t disk_top;           /* the highest epoch that its disk ever held */
	bool has_forgotten;          /* its disk lost an epoch: numbers may come twice */
	/* This life, or the last. */
	kith_us ended; /* KITH_NEVER: it runs */
	uint32_t epoch, seq, durable;
	uint64_t digest;
	bool has_walked, is_full, is_clock_off;
	uint64_t walk, forgives; /* until that one suspects may be alive again */
	kith_us now; /* of the walk, on its clock */
	uint32_t by_status[KITH_STATUS_COUNT], count_max;
	uint64_t answers_by_stream, streams_before;
	uint64_t taken, credit; /* records taken or signed; sends that they allow */
	struct pair *pairs;
};

struct checker {
	uint32_t count;
	kith_us run_now; /* of the last walk */
	checker_fail_fn *fail;
	void *ctx;
	struct host *hosts;
	struct entry *ledger;
};

static const char *const names[CHECKER_COUNT] = {
#define X(upper, name, help) [CHECKER_##upper] = name,
	CHECKER_INVARIANTS(X)
#undef X
};

const char *checker_name(enum checker_invariant i)
{
	return (unsigned)i < CHECKER_COUNT ? names[i] : "?";
}

struct checker *checker_new(uint32_t hosts, checker_fail_fn *fail, void *ctx)
{
	struct checker *k = calloc(1, sizeof(*k));
	uint32_t i;

	assert(k != NULL && hosts <= CHECKER_HOSTS_MAX);
	k->count = hosts;
	k->fail = fail;
	k->ctx = ctx;
	k->hosts = calloc(hosts, sizeof(*k->hosts));
	assert(k->hosts != NULL);
	for (i = 0; i < hosts; i++) {
		k->hosts[i].pairs = calloc(hosts, sizeof(struct pair));
		assert(k->hosts[i].pairs != NULL);
	}
	return k;
}

void checker_free(struct checker **kp)
{
	struct checker *k = *kp;
	struct entry *e, *next;
	uint32_t i;

	if (k == NULL)
		return;
	HASH_ITER(hh, k->ledger, e, next) {
		HASH_DEL(k->ledger, e);
		free(e);
	}
	for (i = 0; i < k->count; i++)
		free(k->hosts[i].pairs);
	free(k->hosts);
	free(k);
	*kp = NULL;
}

static void broken(struct checker *k, uint32_t host, enum checker_invariant i, const char *format,
		   ...) __attribute__((format(printf, 4, 5)));

static void broken(struct checker *k, uint32_t host, enum checker_invariant i, const char *format,
		   ...)
{
	char text[200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	k->fail(k->ctx, host, i, text);
}

static int compare(uint32_t epoch_a, uint32_t seq_a, uint32_t epoch_b, uint32_t seq_b)
{
	if (epoch_a != epoch_b)
		return epoch_a < epoch_b ? -1 : 1;
	return seq_a < seq_b ? -1 : seq_a > seq_b;
}

/* All that a view shows of a record, its number apart. */
static uint64_t digest_of(const struct kith_member *m)
{
	uint64_t hash = sim_hash(m->addrs, m->addr_count * sizeof(m->addrs[0]));

	hash = sim_hash_word(hash, (uint64_t)m->proto_min << 32 | m->proto_max);
	hash = sim_hash_word(hash, sim_hash(m->version, sizeof(m->version)));
	hash = sim_hash_word(hash, m->back_s);
	return sim_hash_word(hash, sim_hash(m->tags.p, m->tags.len));
}

static struct entry *find(struct checker *k, uint32_t owner, uint32_t epoch, uint32_t seq,
			  uint64_t digest)
{
	struct entry key, *e = NULL;

	memset(&key, 0, sizeof(key));
	key.key.owner = owner;
	key.key.epoch = epoch;
	key.key.seq = seq;
	key.key.digest = digest;
	HASH_FIND(hh, k->ledger, &key.key, sizeof(key.key), e);
	return e;
}

static void enter(struct checker *k, uint32_t owner, const struct kith_member *m, uint64_t digest)
{
	struct entry *e = find(k, owner, m->epoch, m->seq, digest);

	if (e == NULL) {
		e = calloc(1, sizeof(*e));
		assert(e != NULL);
		e->key.owner = owner;
		e->key.epoch = m->epoch;
		e->key.seq = m->seq;
		e->key.digest = digest;
		HASH_ADD(hh, k->ledger, key, sizeof(e->key), e);
	}
	e->is_twice |= e->life != 0 && e->life != k->hosts[owner].lives;
	e->life = k->hosts[owner].lives;
	e->statuses |= 1u << m->status;
}

/* --- owners ----------------------------------------------------------------------------------- */

void checker_begin(struct checker *k, uint32_t host, uint32_t disk_epoch)
{
	struct host *h = &k->hosts[host];
	uint32_t i;

	if (disk_epoch < h->disk_top)
		h->has_forgotten = true;
	h->lives++;
	h->ended = KITH_NEVER;
	h->epoch = h->seq = h->durable = 0;
	h->digest = 0;
	h->has_walked = h->is_clock_off = false;
	h->walk = 0;
	h->count_max = 0;
	h->answers_by_stream = h->taken = h->credit = 0;
	memset(h->pairs, 0, k->count * sizeof(*h->pairs));
	for (i = 0; i < k->count; i++)
		h->pairs[i].status = h->pairs[i].told = UNKNOWN;
}

void checker_end(struct checker *k, uint32_t host, kith_us run_now)
{
	k->hosts[host].ended = run_now;
}

void checker_clock_off(struct checker *k, uint32_t host)
{
	k->hosts[host].is_clock_off = true;
}

void checker_durable(struct checker *k, uint32_t host, uint32_t epoch)
{
	struct host *h = &k->hosts[host];

	h->durable = epoch;
	if (epoch > h->disk_top)
		h->disk_top = epoch;
}

static void check_number(struct checker *k, uint32_t host, const struct kith_member *m)
{
	const struct host *h = &k->hosts[host];

	if (m->epoch > h->durable)
		broken(k, host, CHECKER_DURABLE, "it signed %u/%u, its disk holds epoch %u", m->epoch,
		       m->seq, h->durable);
	if (m->epoch == h->epoch ? m->seq != h->seq + 1 : m->epoch < h->epoch || m->seq != 1)
		broken(k, host, CHECKER_BY_ONE, "it signed %u/%u after %u/%u", m->epoch, m->seq,
		       h->epoch, h->seq);
	if (!h->has_forgotten && compare(m->epoch, m->seq, h->top_epoch, h->top_seq) <= 0)
		broken(k, host, CHECKER_ONE_CONTENT, "it signed %u/%u, an earlier life had signed %u/%u",
		       m->epoch, m->seq, h->top_epoch, h->top_seq);
}

void checker_own(struct checker *k, uint32_t host, const struct kith_member *self)
{
	struct host *h = &k->hosts[host];
	uint64_t digest;

	/* Whether a number keeps its content is for the walks to see: here it would be hashed at each
	 * input. */
	if (self->seq == 0 || (self->epoch == h->epoch && self->seq == h->seq))
		return;
	digest = digest_of(self);
	check_number(k, host, self);
	if (self->status != KITH_STATUS_ALIVE && self->status != KITH_STATUS_LEFT &&
	    self->status != KITH_STATUS_RESTARTING)
		broken(k, host, CHECKER_OWN_STATUS, "it holds itself for %s",
		       kith_status_name(self->status));
	enter(k, host, self, digest);
	h->epoch = self->epoch;
	h->seq = self->seq;
	h->digest = digest;
	if (compare(h->epoch, h->seq, h->top_epoch, h->top_seq) > 0) {
		h->top_epoch = h->epoch;
		h->top_seq = h->seq;
	}
}

/* --- events ----------------------------------------------------------------------------------- */

static bool is_of_status(enum kith_event_kind kind)
{
	return kind == KITH_EVENT_JOINED || kind == KITH_EVENT_ALIVE ||
	       kind == KITH_EVENT_SUSPECT || kind == KITH_EVENT_FAILED ||
	       kind == KITH_EVENT_RESTARTING || kind == KITH_EVENT_LEFT;
}

/* Which conclusions may follow which, and what the record must show for it; 0: nothing. */
static const struct {
	bool may;
	uint8_t wants;
} next_of[KITH_STATUS_COUNT][KITH_STATUS_COUNT] = {
	[KITH_STATUS_ALIVE] = {[KITH_STATUS_RESTARTING] = {true, WANTS_NEWER},
			       [KITH_STATUS_SUSPECT] = {true, 0},
			       [KITH_STATUS_FAILED] = {true, 0},
			       [KITH_STATUS_LEFT] = {true, WANTS_NEWER}},
	[KITH_STATUS_RESTARTING] = {[KITH_STATUS_ALIVE] = {true, WANTS_NEWER},
				    [KITH_STATUS_FAILED] = {true, 0},
				    [KITH_STATUS_LEFT] = {true, WANTS_NEWER}},
	[KITH_STATUS_SUSPECT] = {[KITH_STATUS_ALIVE] = {true, WANTS_ANSWER},
				 [KITH_STATUS_RESTARTING] = {true, WANTS_NEWER},
				 [KITH_STATUS_FAILED] = {true, 0},
				 [KITH_STATUS_LEFT] = {true, WANTS_NEWER}},
	[KITH_STATUS_FAILED] = {[KITH_STATUS_ALIVE] = {true, WANTS_NEWER},
				[KITH_STATUS_RESTARTING] = {true, WANTS_NEWER},
				[KITH_STATUS_LEFT] = {true, WANTS_NEWER}},
	[KITH_STATUS_LEFT] = {[KITH_STATUS_ALIVE] = {true, WANTS_EPOCH},
			      [KITH_STATUS_RESTARTING] = {true, WANTS_EPOCH}},
};

static void check_step(struct checker *k, uint32_t host, uint32_t who, bool is_private,
		       const struct kith_event *e)
{
	struct pair *p = &k->hosts[host].pairs[who];

	if (e->from >= KITH_STATUS_COUNT || e->to >= KITH_STATUS_COUNT ||
	    (p->told == UNKNOWN ? e->kind != KITH_EVENT_JOINED && e->to != KITH_STATUS_LEFT
				: e->from != p->told)) {
		broken(k, host, CHECKER_EVENTS, "event %s of member %u from %s, which was %s before",
		       kith_event_name(e->kind), who, kith_status_name(e->from),
		       p->told == UNKNOWN ? "unknown" : kith_status_name((enum kith_status)p->told));
		return;
	}
	if (p->told == UNKNOWN)
		return;
	if (!next_of[e->from][e->to].may)
		broken(k, host, e->from == KITH_STATUS_LEFT ? CHECKER_LEAVE : CHECKER_STATUS_BACK,
		       "member %u went from %s to %s", who, kith_status_name(e->from),
		       kith_status_name(e->to));
	else if (e->from != KITH_STATUS_FAILED || e->to != KITH_STATUS_ALIVE || !p->is_failed_privately)
		p->wants |= next_of[e->from][e->to].wants;
	p->is_failed_privately = e->to == KITH_STATUS_FAILED && is_private;
}

/* It begins with a return from failed, which no other event tells; at its end the status is told. */
static void check_quarantine(struct checker *k, uint32_t host, uint32_t who, const struct kith_event *e)
{
	struct pair *p = &k->hosts[host].pairs[who];
	const bool begins = e->kind == KITH_EVENT_QUARANTINED;

	if (begins == p->is_quarantined || e->from != KITH_STATUS_FAILED ||
	    (begins && (p->told != KITH_STATUS_FAILED || e->to != KITH_STATUS_ALIVE)))
		broken(k, host, CHECKER_QUARANTINE, "event %s of member %u, %s and %s before",
		       kith_event_name(e->kind), who,
		       p->told == UNKNOWN ? "unknown" : kith_status_name((enum kith_status)p->told),
		       p->is_quarantined ? "quarantined" : "not quarantined");
	p->is_quarantined = begins;
	p->told = (uint8_t)e->to;
	if (begins && !p->is_failed_privately)
		p->wants |= WANTS_NEWER;
}

void checker_event(struct checker *k, uint32_t host, uint32_t who, bool is_private,
		   const struct kith_event *e)
{
	struct host *h = &k->hosts[host];
	struct pair *p = &h->pairs[who];
	uint32_t i;

	if (p->is_quarantined && (is_of_status(e->kind) || e->kind == KITH_EVENT_UPDATED))
		broken(k, host, CHECKER_QUARANTINE, "event %s of member %u, which is quarantined",
		       kith_event_name(e->kind), who);
	if (e->kind == KITH_EVENT_QUARANTINED || e->kind == KITH_EVENT_RELEASED)
		check_quarantine(k, host, who, e);
	if (e->kind == KITH_EVENT_REAPED) {
		p->is_quarantined = false;
		p->told = UNKNOWN;
		p->is_listed = false;
		p->wants = 0;
		/* Records expired: what was buried may be gone as well. */
		if (h->is_clock_off || (e->from != KITH_STATUS_FAILED && e->from != KITH_STATUS_LEFT))
			for (i = 0; i < k->count; i++)
				if (!h->pairs[i].is_listed)
					h->pairs[i].epoch = h->pairs[i].seq = 0;
	}
	if (e->kind == KITH_EVENT_JOINED && p->is_expelled)
		broken(k, host, CHECKER_REVOKED, "it lists member %u again", who);
	if (e->kind == KITH_EVENT_REVOKED) { /* from any status, whatever the record says */
		p->told = (uint8_t)e->to;
		p->is_expelled = true;
		h->forgives = h->walk + 3; /* what that one said of others goes as well */
	}
	if (!is_of_status(e->kind))
		return;
	check_step(k, host, who, is_private, e);
	if (e->kind == KITH_EVENT_FAILED && e->from != KITH_STATUS_RESTARTING && e->evidence < 2)
		broken(k, host, CHECKER_EVIDENCE, "member %u failed by %u of %u pieces of evidence", who,
		       e->evidence, e->need);
	p->told = (uint8_t)e->to;
}

/* --- members ---------------------------------------------------------------------------------- */

void checker_walk(struct checker *k, uint32_t host, kith_us now, kith_us run_now,
		  const struct kith_stats *s, bool full)
{
	struct host *h = &k->hosts[host];

	k->run_now = run_now;
	h->now = now;
	h->walk++;
	h->is_full = full;
	memset(h->by_status, 0, sizeof(h->by_status));
	h->streams_before = h->answers_by_stream;
	h->answers_by_stream = s->rounds_stream;
}

static void check_record(struct checker *k, uint32_t host, uint32_t who,
			 const struct kith_member *m, uint64_t digest)
{
	const struct host *owner = &k->hosts[who];
	const struct entry *e = find(k, who, m->epoch, m->seq, digest);

	if (compare(m->epoch, m->seq, owner->top_epoch, owner->top_seq) > 0) {
		broken(k, host, CHECKER_ONLY_OWNER, "it shows %u/%u of member %u, which has reached %u/%u",
		       m->epoch, m->seq, who, owner->top_epoch, owner->top_seq);
		return;
	}
	if (e == NULL) {
		broken(k, host, CHECKER_FOREIGN, "it shows a record %u/%u of member %u that this never held",
		       m->epoch, m->seq, who);
		return;
	}
	if (m->status == KITH_STATUS_LEFT && k->hosts[host].pairs[who].is_expelled)
		return;
	if ((m->status == KITH_STATUS_LEFT || m->status == KITH_STATUS_RESTARTING)
		    ? (e->statuses & 1u << m->status) == 0
		    : e->statuses == 1u << KITH_STATUS_LEFT ||
			      (e->statuses == 1u << KITH_STATUS_RESTARTING &&
			       m->status != KITH_STATUS_FAILED))
		broken(k, host, CHECKER_OF_RECORD, "it shows member %u %s, its record %u/%u says otherwise",
		       who, kith_status_name(m->status), m->epoch, m->seq);
}

static bool is_twice(struct checker *k, uint32_t who, const struct kith_member *m, uint64_t digest)
{
	const struct entry *e = find(k, who, m->epoch, m->seq, digest);

	return e != NULL && e->is_twice;
}

/* Who lives can prove it with whatever it signed in this life; who does not was raised by a replay. */
static bool lives_with(struct checker *k, uint32_t who, const struct kith_member *m, uint64_t digest)
{
	const struct host *owner = &k->hosts[who];
	const struct entry *e = find(k, who, m->epoch, m->seq, digest);

	return e != NULL && e->life == owner->lives &&
	       (owner->ended == KITH_NEVER || k->run_now - owner->ended < under_way);
}

static void check_wishes(struct checker *k, uint32_t host, uint32_t who,
			 const struct kith_member *m, bool is_newer)
{
	const struct host *h = &k->hosts[host];
	const struct pair *p = &h->pairs[who];

	if ((p->wants & WANTS_NEWER) && !is_newer)
		broken(k, host, CHECKER_STATUS_BACK, "member %u is %s under the record of before, %u/%u",
		       who, kith_status_name(m->status), m->epoch, m->seq);
	if ((p->wants & WANTS_EPOCH) && m->epoch <= p->epoch)
		broken(k, host, CHECKER_LEAVE, "member %u left epoch %u and is %s in epoch %u", who,
		       p->epoch, kith_status_name(m->status), m->epoch);
	/* Two packets may come at one instant, and the answer be the second of them. */
	if ((p->wants & WANTS_ANSWER) && !is_newer && m->heard == p->heard && m->heard != h->now &&
	    h->answers_by_stream == h->streams_before && h->walk > h->forgives)
		broken(k, host, CHECKER_STATUS_BACK, "member %u was suspect and is %s, and was not heard",
		       who, kith_status_name(m->status));
}

static void check_listing(struct checker *k, uint32_t host, uint32_t who,
			  const struct kith_member *m)
{
	const struct host *h = &k->hosts[host];
	const struct pair *p = &h->pairs[who];
	/* Who is there at the first look was kept over the restart: there is no event. */
	const bool is_told = p->is_quarantined || p->told == m->status ||
			     (p->told == UNKNOWN && (!h->has_walked || m->status == KITH_STATUS_LEFT));

	if (m->quarantined != p->is_quarantined)
		broken(k, host, CHECKER_QUARANTINE, "it shows member %u %s", who,
		       p->is_quarantined ? "as usual, and no event said so" : "quarantined, and no event said so");
	if (!is_told)
		broken(k, host, CHECKER_EVENTS, "it shows member %u %s, the events said %s", who,
		       kith_status_name(m->status),
		       p->told == UNKNOWN ? "nothing" : kith_status_name((enum kith_status)p->told));
}

void checker_member(struct checker *k, uint32_t host, uint32_t who, const struct kith_member *m)
{
	struct host *h = &k->hosts[host];
	struct pair *p;
	bool was_listed;
	uint64_t digest;
	int c;

	h->by_status[m->status]++;
	if (who >= k->count)
		return;
	p = &h->pairs[who];
	c = compare(m->epoch, m->seq, p->epoch, p->seq);
	was_listed = p->is_listed;
	digest = p->digest;
	p->walk = h->walk;
	p->is_listed = true;
	if (who == host) {
		if (m->status == KITH_STATUS_SUSPECT || m->status == KITH_STATUS_FAILED)
			broken(k, host, CHECKER_OWN_STATUS, "it holds itself for %s",
			       kith_status_name(m->status));
		if (h->is_full && m->seq != 0 && m->epoch == h->epoch && m->seq == h->seq &&
		    digest_of(m) != h->digest)
			broken(k, host, CHECKER_ONE_CONTENT, "it shows two contents for its record %u/%u",
			       m->epoch, m->seq);
		p->told = p->status = (uint8_t)m->status;
		return;
	}
	if (c != 0 || h->is_full || p->status != m->status || !was_listed) {
		digest = digest_of(m);
		check_record(k, host, who, m, digest);
	}
	if (was_listed ? c < 0
		       : (c < 0 || (c == 0 && digest == p->digest)) && !lives_with(k, who, m, digest))
		broken(k, host, CHECKER_RECORD_BACK, "it shows %u/%u of member %u, and had %u/%u before",
		       m->epoch, m->seq, who, p->epoch, p->seq);
	check_listing(k, host, who, m);
	if (p->wants != 0)
		check_wishes(k, host, who, m,
			     c > 0 || digest != p->digest || is_twice(k, who, m, digest));
	p->wants = 0;
	p->epoch = m->epoch;
	p->seq = m->seq;
	p->digest = digest;
	p->status = p->told = (uint8_t)m->status;
	p->heard = m->heard;
}

void checker_walked(struct checker *k, uint32_t host, const struct kith_view *v)
{
	struct host *h = &k->hosts[host];
	const uint32_t *by = h->by_status;
	uint32_t i;

	h->has_walked = true;
	h->is_full = false;
	if (by[KITH_STATUS_ALIVE] != v->alive || by[KITH_STATUS_RESTARTING] != v->restarting ||
	    by[KITH_STATUS_SUSPECT] != v->suspect || by[KITH_STATUS_FAILED] != v->failed ||
	    by[KITH_STATUS_LEFT] != v->left)
		broken(k, host, CHECKER_COUNTS, "it counts %u %u %u %u %u, a walk %u %u %u %u %u", v->alive,
		       v->restarting, v->suspect, v->failed, v->left, by[KITH_STATUS_ALIVE],
		       by[KITH_STATUS_RESTARTING], by[KITH_STATUS_SUSPECT], by[KITH_STATUS_FAILED],
		       by[KITH_STATUS_LEFT]);
	for (i = 0; i < k->count; i++)
		if (h->pairs[i].is_listed && h->pairs[i].walk != h->walk)
			broken(k, host, CHECKER_EVENTS, "member %u is gone without a word", i);
}

/* --- bounds ----------------------------------------------------------------------------------- */

/* ceil(4 ln(n + 1)), by the other way round: how often e^(1/4) is taken until n + 1 is reached. */
static uint64_t sends_of(uint32_t n)
{
	double reach = 1;
	uint64_t sends = 0;

	for (; reach < (double)n + 1; reach *= 1.2840254166877414)
		sends++;
	return sends;
}

void checker_bounds(struct checker *k, uint32_t host, const struct kith_stats *s,
		    const struct kith_view *v, size_t heap_bytes)
{
	struct host *h = &k->hosts[host];
	const uint32_t members = v->alive + v->restarting + v->suspect + v->failed + v->left;
	const uint64_t taken = s->records_accepted + s->signatures_made;
	const size_t heap = HEAP_NODE + (members + (size_t)s->revocations) * HEAP_MEMBER +
			    (size_t)s->streams * HEAP_STREAM;

	/* A record is told as often as the count of members at each telling says: the highest so far
	 * serves for all. */
	if (members > h->count_max || taken != h->taken) {
		h->count_max = members > h->count_max ? members : h->count_max;
		h->taken = taken;
		h->credit = taken * sends_of(h->count_max);
	}
	if (s->gossip_sent > h->credit)
		broken(k, host, CHECKER_REBROADCASTS, "%llu records sent in gossip, %llu taken or signed among %u",
		       (unsigned long long)s->gossip_sent, (unsigned long long)taken, h->count_max);
	if (s->gossip_queue > GOSSIP_MAX ||
	    s->gossip_queue > (uint64_t)(1 + SUSPICIONS_PER_TARGET) * members + s->revocations)
		broken(k, host, CHECKER_QUEUES, "%llu records wait in gossip among %u members",
		       (unsigned long long)s->gossip_queue, members);
	if (s->streams > STREAMS_MAX)
		broken(k, host, CHECKER_QUEUES, "%llu streams", (unsigned long long)s->streams);
	if (members > v->max_members)
		broken(k, host, CHECKER_QUEUES, "%u members, room for %u", members, v->max_members);
	if (heap_bytes > heap)
		broken(k, host, CHECKER_MEMORY, "%zu bytes for %u members and %llu streams", heap_bytes,
		       members, (unsigned long long)s->streams);
}
