/* SPDX-License-Identifier: ISC */
/* The row kith.status: one screen, with the verdict in its first word. */
#include "base/addr.h"
#include "base/text.h"
#include "base/time.h"
#include "query/apart.h"
#include "query/members.h"
#include "query/native.h"
#include "query/reply.h"
#include "query/when.h"

#include <string.h>

enum {
	CERTIFICATE_WARN_S = 14 * 86400,
	HEALTH_WARN = 4, /* of 8: as the alert that we ship */
	DEAF_ROUNDS = 3, /* answered by TCP alone: fewer may be chance */
	DEAF_S = 15      /* without a datagram, while rounds are answered */
};

struct status {
	struct kith_request *r;
	struct kith_view view;
	struct kith_member self;
	struct kith_stats stats;
	uint32_t others; /* members but this one, not counting those that left */
	uint32_t seeds;
	bool is_seed_open; /* a seed that has not been tried */
	kith_us heard;     /* the last datagram of any member; KITH_NEVER */
};

static int64_t certificate_left_s(const struct status *s)
{
	return (int64_t)s->self.certificate_not_after - s->r->t.unix_ms / 1000;
}

static void look(struct status *s)
{
	const struct kith_node *node = s->r->s->host.node;
	struct kith_member m;
	struct kith_seed seed;
	uint32_t cursor = 0;

	kith_node_view(node, &s->view);
	kith_node_self(node, &s->self);
	kith_node_stats(node, &s->stats);
	s->others = s->view.alive + s->view.restarting + s->view.suspect + s->view.failed;
	if (s->others > 0 && s->self.status != KITH_STATUS_LEFT)
		s->others--;
	while (kith_node_seeds(node, &cursor, &seed)) {
		s->seeds++;
		s->is_seed_open |= !seed.tried;
	}
	s->heard = KITH_NEVER;
	for (cursor = 0; kith_node_members(node, &cursor, &m);)
		if (!m.self && m.heard != KITH_NEVER &&
		    (s->heard == KITH_NEVER || m.heard > s->heard))
			s->heard = m.heard;
}

/* --- problems: gone through twice, to count and to write ------------------------------------- */

struct problem {
	const char *code, *member, *message, *hint;
	kith_us since; /* KITH_NEVER: unknown */
	bool is_note;  /* does not change the verdict */
};

typedef void (*problem_fn)(struct status *s, const struct problem *p, void *ctx);

static void absent_members(struct status *s, problem_fn fn, void *ctx)
{
	const uint32_t most = s->view.failed + s->view.quarantined;
	uint32_t cursor = 0, told = 0;
	struct kith_member m;

	while (told < most && kith_node_members(s->r->s->host.node, &cursor, &m)) {
		char hint[KITH_NAME_MAX + 16];
		struct kith_text t;

		if (m.status != KITH_STATUS_FAILED && !m.quarantined)
			continue;
		if (++told > KITH_PROBLEMS_MEMBERS) {
			fn(s, &(struct problem){.code = "members_failed", .message = "more members failed",
						.hint = "kith members state=failed",
						.since = KITH_NEVER}, ctx);
			return;
		}
		kith_text_init(&t, hint, sizeof(hint));
		kith_text_str(&t, "kith why ");
		kith_text_str(&t, m.name);
		fn(s, &(struct problem){.code = m.quarantined ? "member_quarantined" : "member_failed",
					.member = m.name,
					.message = m.quarantined ? "the member fails and comes back, again "
								    "and again"
								  : "the member failed",
					.hint = hint, .since = m.quarantined ? KITH_NEVER : m.since}, ctx);
	}
}

static bool is_seed_failed(const struct status *s, const struct kith_seed *seed)
{
	if (!seed->tried)
		return false;
	switch (seed->result) {
	case KITH_SEED_JOINED:
	case KITH_SEED_BUSY:
	case KITH_SEED_SELF:
		return false;
	case KITH_SEED_EXPIRED:
	case KITH_SEED_FULL: /* it is up, and one of the two does not list the other */
		return true;
	default: /* we are in: that one of several seeds is down is no problem of ours */
		return s->others == 0;
	}
}

static void failed_seeds(struct status *s, problem_fn fn, void *ctx)
{
	static const char *const sentences[] = {
#define X(upper, word, text) [KITH_CALL_SEED_##upper] = text,
		KITH_CALL_SEEDS(X)
#undef X
	};
	char addr[KITH_ADDR_TEXT_MAX], message[200];
	struct kith_seed seed;
	uint32_t cursor = 0;
	struct kith_text t;

	while (kith_node_seeds(s->r->s->host.node, &cursor, &seed)) {
		if (!is_seed_failed(s, &seed))
			continue;
		kith_text_init(&t, message, sizeof(message));
		kith_text_str(&t, "seed ");
		kith_text_str(&t, kith_addr_print(&seed.addr, addr, sizeof(addr)));
		kith_text_str(&t, ": ");
		kith_text_str(&t, sentences[seed.result]);
		fn(s, &(struct problem){.code = "seed_failed", .message = message,
					.hint = "kith join ADDRESS asks another one",
					.since = KITH_NEVER}, ctx);
	}
}

/* Members are reached by TCP, which keeps them alive here, and no datagram of anybody comes. */
static bool is_udp_blocked(const struct status *s)
{
	if (s->stats.rounds_stream < DEAF_ROUNDS || s->view.answered == KITH_NEVER)
		return false;
	return s->heard == KITH_NEVER || s->view.answered - s->heard > DEAF_S * KITH_SECOND;
}

/* Told before what may come of it: an expired certificate, hosts that are not found. */
static void wrong_clock(struct status *s, problem_fn fn, void *ctx)
{
	const bool is_one_of_two = s->view.clock_others == 1;
	char apart[KITH_APART_TEXT], message[200];
	struct kith_text t;

	if (!s->view.clock_differs)
		return;
	kith_text_init(&t, message, sizeof(message));
	kith_text_str(&t, "this host's clock is ");
	kith_text_str(&t, kith_apart_text(s->view.clock_ahead_s, s->view.clock_others, apart));
	kith_text_str(&t, is_one_of_two ? ": one of the two is wrong" : "");
	fn(s, &(struct problem){.code = "clock_differs", .message = message,
				.hint = is_one_of_two ? "compare the clocks of both hosts: timedatectl"
						      : "set it: chronyc makestep, or timedatectl",
				.since = KITH_NEVER}, ctx);
}

static void full_table(struct status *s, problem_fn fn, void *ctx)
{
	const struct kith_view *v = &s->view;
	const uint32_t count = v->alive + v->restarting + v->suspect + v->failed + v->left;
	char message[160];
	struct kith_text t;

	if (count < v->max_members)
		return;
	kith_text_init(&t, message, sizeof(message));
	kith_text_str(&t, "the member table is full: ");
	kith_text_u64(&t, count);
	kith_text_str(&t, " members, limits.max-members = ");
	kith_text_u64(&t, v->max_members);
	kith_text_str(&t, "; who comes next is refused");
	fn(s, &(struct problem){.code = "table_full", .message = message,
				.hint = "raise limits.max-members on all hosts",
				.since = KITH_NEVER}, ctx);
}

static void own_problems(struct status *s, problem_fn fn, void *ctx)
{
	int64_t left_s = certificate_left_s(s);
	struct problem p = {.since = KITH_NEVER};

	if (s->view.isolated) {
		p.code = "isolated";
		p.message = "more than a third of the members failed: this host may be the one that is cut off";
		p.hint = "kith members state=failed";
		fn(s, &p, ctx);
	}
	if (s->stats.duplicate_identity > 0) {
		p.code = "duplicate_identity";
		p.message = "another process runs under this host's identity";
		p.hint = "stop it, or give this host an identity of its own: kith admit";
		fn(s, &p, ctx);
	}
	if (left_s < CERTIFICATE_WARN_S) {
		p.code = left_s < 0 ? "certificate_expired" : "certificate_expires";
		p.message = left_s < 0 ? "this host's certificate has expired"
				       : "this host's certificate ends within 14 days";
		p.hint = "renew it: kith admit, then kith join FILE";
		fn(s, &p, ctx);
	}
	if (is_udp_blocked(s)) {
		p.code = "udp_blocked";
		p.message = "TCP is answered and UDP is not: a firewall?";
		p.hint = "open UDP beside TCP, the same port, on both hosts and between them";
		fn(s, &p, ctx);
	}
	if (s->view.health >= HEALTH_WARN) {
		p.code = "self_unhealthy";
		p.message = "this host misses its own deadlines: overloaded, or its network drops packets";
		p.hint = "";
		fn(s, &p, ctx);
	}
}

/* Anybody can send such packets, so they are no reason to call this host degraded. */
static void dropped_packets(struct status *s, problem_fn fn, void *ctx)
{
	static const struct {
		const char *code, *text, *hint;
	} words[] = {
#define X(upper, code, text, hint) [KITH_DROPPED_##upper] = {code, text, hint},
		KITH_CALL_DROPPED(X)
#undef X
	};
	char addr[KITH_ADDR_TEXT_MAX], message[280];

	for (int i = 0; i < KITH_DROPPED_COUNT; i++) {
		const struct kith_dropped_last *d = &s->r->s->dropped[i];
		struct kith_member m = {.name = NULL};
		struct kith_text t;

		if (d->addr.family == 0 ||
		    kith_us_elapsed(d->last, s->r->t.now) > KITH_DROPPED_SHOWN_S * KITH_SECOND)
			continue;
		kith_text_init(&t, message, sizeof(message));
		kith_text_str(&t, "packets from ");
		if (kith_node_member(s->r->s->host.node, &d->mid, &m) == 0) {
			kith_text_str(&t, m.name);
			kith_text_str(&t, ", ");
		}
		kith_text_str(&t, kith_addr_print(&d->addr, addr, sizeof(addr)));
		kith_text_str(&t, m.name != NULL ? ", " : " ");
		kith_text_str(&t, words[i].text);
		fn(s, &(struct problem){.code = words[i].code, .member = m.name, .message = message,
					.hint = words[i].hint, .since = d->first, .is_note = true},
		   ctx);
	}
}

/* Somebody did that on purpose, and may have forgotten. */
static void drained_host(struct status *s, problem_fn fn, void *ctx)
{
	const struct kith_offers *offers = s->r->s->host.offers;

	if (offers != NULL && kith_offers_is_drained(offers))
		fn(s, &(struct problem){.code = "host_drained",
					.message = "this host is drained: no answer names its services",
					.hint = "kith undrain", .since = KITH_NEVER, .is_note = true}, ctx);
}

static void problems(struct status *s, problem_fn fn, void *ctx)
{
	const struct kith_rpc_host *host = &s->r->s->host;
	struct kith_rpc_problem p;

	wrong_clock(s, fn, ctx);
	own_problems(s, fn, ctx);
	full_table(s, fn, ctx);
	for (size_t i = 0; host->problem != NULL && host->problem(host->ctx, i, &p); i++)
		fn(s, &(struct problem){.code = p.code, .message = p.text, .hint = p.hint,
					.since = KITH_NEVER}, ctx);
	failed_seeds(s, fn, ctx);
	absent_members(s, fn, ctx);
	drained_host(s, fn, ctx);
	dropped_packets(s, fn, ctx);
}

/* --- verdict --------------------------------------------------------------------------------- */

struct tally {
	uint32_t count;
	char first[200]; /* the first problem's sentence */
};

static void tally_one(struct status *s, const struct problem *p, void *ctx)
{
	struct tally *tally = ctx;
	struct kith_text t;

	(void)s;
	if (p->is_note || tally->count++ > 0)
		return;
	kith_text_init(&t, tally->first, sizeof(tally->first));
	kith_text_str(&t, p->message);
}

static enum kith_call_state verdict(const struct status *s, const struct tally *tally)
{
	if (!s->view.started)
		return KITH_CALL_STATE_STARTING;
	if (s->r->s->is_leaving || s->self.status == KITH_STATUS_LEFT)
		return KITH_CALL_STATE_LEAVING;
	if (s->view.isolated)
		return KITH_CALL_STATE_ISOLATED;
	if (tally->count > 0)
		return KITH_CALL_STATE_DEGRADED;
	if (s->others == 0)
		return s->is_seed_open ? KITH_CALL_STATE_JOINING : KITH_CALL_STATE_ALONE;
	return s->view.joined ? KITH_CALL_STATE_HEALTHY : KITH_CALL_STATE_JOINING;
}

/* What stands behind the first word: "degraded - 1 member failed". */
static void message(struct kith_text *t, const struct status *s, const struct tally *tally,
		    enum kith_call_state state)
{
	static const char *const sentences[] = {
		[KITH_CALL_STATE_STARTING] = "waits for its epoch to be stored",
		[KITH_CALL_STATE_LEAVING] = "leaving, or has left",
		[KITH_CALL_STATE_ISOLATED] = "more than a third of the members failed: probably cut off",
		[KITH_CALL_STATE_DEGRADED] = "",
		[KITH_CALL_STATE_JOINING] = "waits for the first answers",
		[KITH_CALL_STATE_ALONE] = "no other member is known",
		[KITH_CALL_STATE_HEALTHY] = "",
	};

	if (state != KITH_CALL_STATE_DEGRADED) {
		kith_text_str(t, sentences[state]);
	} else if (s->view.failed > 0) {
		kith_text_u64(t, s->view.failed);
		kith_text_str(t, s->view.failed == 1 ? " member failed" : " members failed");
	} else {
		kith_text_str(t, tally->first);
	}
}

/* --- writing --------------------------------------------------------------------------------- */

static void write_problem(struct status *s, const struct problem *p, void *ctx)
{
	struct kith_writer *w = &s->r->w;

	(void)ctx;
	kith_write_map(w);
	kith_write_key_text(w, "code", p->code);
	kith_write_key(w, "member");
	if (p->member != NULL)
		kith_write_text(w, p->member);
	else
		kith_write_null(w);
	kith_write_key_when(s->r, "since", p->since);
	kith_write_key_text(w, "message", p->message);
	kith_write_key_text(w, "hint", p->hint);
	kith_write_key_bool(w, "note", p->is_note);
	kith_write_end(w);
}

static void write_self(struct status *s)
{
	struct kith_writer *w = &s->r->w;

	kith_write_key_map(w, "self");
	kith_write_key_text(w, "name", s->self.name);
	kith_write_key_id(w, "id", &s->self.mid);
	kith_write_key_text(w, "state", kith_status_name(s->self.status));
	kith_write_key_text(w, "zone", s->self.zone);
	kith_write_key(w, "addrs");
	kith_write_addrs(w, s->self.addrs, s->self.addr_count);
	kith_write_key_text(w, "version", s->r->s->host.version);
	kith_write_key_u64(w, "uptime_s",
			   (uint64_t)(kith_us_elapsed(s->r->s->born, s->r->t.now) / KITH_SECOND));
	kith_write_key_u64(w, "self_health", s->view.health);
	kith_write_key_u64(w, "epoch", s->self.epoch);
	kith_write_key_u64(w, "seq", s->self.seq);
	kith_write_key_unix(w, "certificate_not_after", s->self.certificate_not_after);
	kith_write_key(w, "certificate_left_s");
	kith_write_i64(w, certificate_left_s(s));
	kith_write_end(w);
}

static void write_counts(struct status *s)
{
	struct kith_writer *w = &s->r->w;

	kith_write_key_map(w, "members");
	kith_write_key_u64(w, "alive", s->view.alive);
	kith_write_key_u64(w, "restarting", s->view.restarting);
	kith_write_key_u64(w, "suspect", s->view.suspect);
	kith_write_key_u64(w, "failed", s->view.failed);
	kith_write_key_u64(w, "left", s->view.left);
	kith_write_end(w);
}

static void write_sync(struct status *s)
{
	struct kith_writer *w = &s->r->w;
	char root[2 * sizeof(s->view.root) + 1];

	kith_write_key_map(w, "sync");
	kith_write_key_bool(w, "joined", s->view.joined);
	kith_write_key_age_ms(s->r, "answered_age_ms", s->view.answered);
	kith_write_key_age_ms(s->r, "synced_age_ms", s->view.synced);
	kith_hex_write(s->view.root, sizeof(s->view.root), root);
	kith_write_key_text(w, "root", root);
	kith_write_end(w);
}

static void write_seeds(struct status *s)
{
	static const char *const words[] = {
#define X(upper, word, text) [KITH_CALL_SEED_##upper] = word,
		KITH_CALL_SEEDS(X)
#undef X
	};
	static const char *const sentences[] = {
#define X(upper, word, text) [KITH_CALL_SEED_##upper] = text,
		KITH_CALL_SEEDS(X)
#undef X
	};
	struct kith_writer *w = &s->r->w;
	char addr[KITH_ADDR_TEXT_MAX];
	struct kith_seed seed;
	uint32_t cursor = 0;

	kith_write_key_array(w, "seeds");
	while (kith_node_seeds(s->r->s->host.node, &cursor, &seed)) {
		kith_write_map(w);
		kith_write_key_text(w, "addr", kith_addr_print(&seed.addr, addr, sizeof(addr)));
		kith_write_key(w, "result");
		if (seed.tried)
			kith_write_text(w, words[seed.result]);
		else
			kith_write_null(w);
		kith_write_key_text(w, "message",
				    seed.tried ? sentences[seed.result] : "not tried yet");
		kith_write_key_age_ms(s->r, "age_ms", seed.tried ? seed.last : KITH_NEVER);
		kith_write_key_u64(w, "attempts", seed.attempts);
		kith_write_end(w);
	}
	kith_write_end(w);
}

static void write_daemon(struct status *s)
{
	struct kith_writer *w = &s->r->w;
	const struct kith_rpc_host *host = &s->r->s->host;
	char when[KITH_WHEN_TEXT];

	kith_write_key_map(w, "cluster");
	kith_write_key_text(w, "name", host->cluster);
	kith_write_end(w);
	kith_write_key_map(w, "daemon");
	kith_write_key_text(w, "config_path", host->config_path ? host->config_path : "");
	kith_write_key_text(w, "state_dir", host->state_dir ? host->state_dir : "");
	kith_write_key_text(w, "started", kith_when_rfc3339(host->started_unix_ms, when));
	kith_write_end(w);
}

void kith_native_status(struct kith_request *r)
{
	static const char *const words[] = {
#define X(upper, word, help) [KITH_CALL_STATE_##upper] = word,
		KITH_CALL_STATES(X)
#undef X
	};
	struct status s = {.r = r};
	struct tally tally = {.count = 0};
	enum kith_call_state state;
	char text[256];
	struct kith_text t;

	look(&s);
	problems(&s, tally_one, &tally);
	state = verdict(&s, &tally);
	kith_text_init(&t, text, sizeof(text));
	message(&t, &s, &tally, state);

	kith_reply_ok(r);
	kith_write_key_text(&r->w, "state", words[state]);
	kith_write_key_text(&r->w, "message", text);
	write_counts(&s);
	write_self(&s);
	write_sync(&s);
	write_seeds(&s);
	write_daemon(&s);
	kith_write_key_array(&r->w, "problems");
	problems(&s, write_problem, NULL);
	kith_write_end(&r->w);
	kith_reply_end(r);
}
