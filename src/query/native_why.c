/* SPDX-License-Identifier: ISC */
/* The row kith.why: what is held against a member, and what to make of it. */
#include "query/native.h"

#include "query/members.h"
#include "query/reply.h"
#include "query/when.h"

#include <string.h>

/* Later than this, and so many times later than the others on average, is slow. */
#define SLOW (100 * KITH_MS)
enum { SLOW_TIMES = 4 };

/* --- the evidence ---------------------------------------------------------------------------- */

static void write_path(struct kith_writer *w, uint8_t path)
{
	char nacks[] = "nack:0";

	kith_write_array(w);
	if (path & KITH_PATH_DIRECT)
		kith_write_text(w, "direct");
	if (path & KITH_PATH_NACK_MASK) {
		nacks[5] = (char)('0' + ((path & KITH_PATH_NACK_MASK) >> KITH_PATH_NACK_SHIFT));
		kith_write_text(w, nacks);
	}
	if (path & KITH_PATH_TCP_TIMEOUT)
		kith_write_text(w, "tcp_timeout");
	if (path & KITH_PATH_TCP_REFUSED)
		kith_write_text(w, "tcp_refused");
	if (path & KITH_PATH_TCP_ACCEPTED)
		kith_write_text(w, "tcp_accepted");
	kith_write_end(w);
}

static void write_why(struct kith_writer *w, const struct kith_why *why)
{
	static const char *const kinds[] = {
		[KITH_WHY_ROUND] = "round",
		[KITH_WHY_SUSPICION] = "suspicion",
		[KITH_WHY_STATUS] = "status",
		[KITH_WHY_ANSWER] = "answer",
		[KITH_WHY_RESTORED] = "restored",
	};
	char when[KITH_WHEN_TEXT];

	kith_write_map(w);
	kith_write_key_text(w, "at", kith_when_rfc3339(why->unix_ms, when));
	kith_write_key_text(w, "kind", kinds[why->kind]);
	kith_write_key(w, "by");
	if (why->kind == KITH_WHY_SUSPICION)
		kith_write_name_and_id(w, why->by_name, &why->by);
	else
		kith_write_null(w);
	kith_write_key_bool(w, "refusal", why->refusal);
	kith_write_key(w, "path");
	write_path(w, why->path);
	if (why->kind == KITH_WHY_STATUS) {
		kith_write_key_text(w, "from", kith_status_name(why->from));
	} else {
		kith_write_key_null(w, "from");
	}
	if (why->kind == KITH_WHY_STATUS || why->kind == KITH_WHY_RESTORED)
		kith_write_key_text(w, "to", kith_status_name(why->to));
	else
		kith_write_key_null(w, "to");
	kith_write_key_u64(w, "evidence", why->evidence);
	kith_write_key_u64(w, "need", why->need);
	kith_write_key_u64(w, "epoch", why->epoch);
	kith_write_key_u64(w, "seq", why->seq);
	kith_write_end(w);
}

/* --- the verdict ----------------------------------------------------------------------------- */

/* What the evidence since it last answered tells besides that it does not. What was held against a former
 * incarnation is over: a record later than that has come. */
struct clues {
	bool is_refused; /* its host lives, its daemon does not */
	bool is_stopped; /* its kernel took the last connection, and nobody answered in it */
	bool is_kept;    /* nothing was tried since our own restart */
};

static struct clues clues_of(const struct kith_node *node, const struct kith_member *m)
{
	struct clues c = {.is_refused = false};
	struct kith_why why;
	uint32_t cursor = 0;

	while (kith_node_why(node, &m->mid, &cursor, &why)) {
		switch (why.kind) {
		case KITH_WHY_ANSWER:
			c = (struct clues){.is_refused = false};
			break;
		case KITH_WHY_RESTORED:
			c.is_kept = true;
			break;
		case KITH_WHY_STATUS: /* alive: by a newer record, maybe of a later life */
			if (why.to == KITH_STATUS_ALIVE)
				c = (struct clues){.is_refused = false};
			break;
		default:
			if (why.epoch != m->epoch || why.seq != m->seq)
				break;
			c.is_refused |= why.refusal;
			c.is_stopped = (why.path & KITH_PATH_TCP_ACCEPTED) != 0;
			c.is_kept = false;
		}
	}
	return c;
}

static bool is_slow(const struct kith_node *node, const struct kith_member *m)
{
	struct kith_member other;
	uint64_t sum = 0, count = 0;
	uint32_t cursor = 0;

	if (m->rtt < SLOW)
		return false;
	while (kith_node_members(node, &cursor, &other)) {
		if (other.self || other.rtt < 0 ||
		    memcmp(&other.mid, &m->mid, sizeof(m->mid)) == 0)
			continue;
		sum += (uint64_t)other.rtt;
		count++;
	}
	return count > 0 && (uint64_t)m->rtt * count >= SLOW_TIMES * sum;
}

static enum kith_call_verdict verdict_alive(const struct kith_node *node, const struct kith_member *m)
{
	if (m->disputed)
		return KITH_CALL_VERDICT_DISPUTED;
	if (m->indirect)
		return KITH_CALL_VERDICT_INDIRECT;
	if (m->evidence > 0)
		return KITH_CALL_VERDICT_DOUBTED;
	if (m->quarantined)
		return KITH_CALL_VERDICT_FLAPPING;
	if (m->heard == KITH_NEVER)
		return KITH_CALL_VERDICT_UNPROVEN;
	return is_slow(node, m) ? KITH_CALL_VERDICT_SLOW : KITH_CALL_VERDICT_ANSWERS;
}

/* It does not answer. What tells most comes first. */
static enum kith_call_verdict verdict_silent(const struct kith_node *node, const struct kith_member *m)
{
	const bool is_suspect = m->status == KITH_STATUS_SUSPECT;
	const struct clues c = clues_of(node, m);
	struct kith_view v;

	kith_node_view(node, &v);
	if (c.is_refused)
		return is_suspect ? KITH_CALL_VERDICT_SUSPECT_REFUSED
				  : KITH_CALL_VERDICT_HOST_UP_DAEMON_DOWN;
	if (m->heard != KITH_NEVER && m->heard > m->since)
		return KITH_CALL_VERDICT_ONE_WAY;
	if (c.is_stopped)
		return KITH_CALL_VERDICT_STOPPED;
	if (v.isolated)
		return KITH_CALL_VERDICT_CUT_OFF;
	if (c.is_kept)
		return KITH_CALL_VERDICT_UNKNOWN;
	return is_suspect ? KITH_CALL_VERDICT_SUSPECT_SILENT : KITH_CALL_VERDICT_SILENT;
}

static enum kith_call_verdict verdict(const struct kith_node *node, const struct kith_member *m)
{
	if (m->self)
		return KITH_CALL_VERDICT_SELF;
	switch (m->status) {
	case KITH_STATUS_ALIVE:
		return verdict_alive(node, m);
	case KITH_STATUS_RESTARTING:
		return KITH_CALL_VERDICT_RESTARTING;
	case KITH_STATUS_LEFT:
		return KITH_CALL_VERDICT_LEFT;
	default:
		return verdict_silent(node, m);
	}
}

void kith_native_why(struct kith_request *r)
{
	static const struct {
		const char *word, *text, *hint;
	} verdicts[] = {
#define X(upper, word, text, hint) [KITH_CALL_VERDICT_##upper] = {word, text, hint},
		KITH_CALL_VERDICTS(X)
#undef X
	};
	enum kith_call_verdict v;
	struct kith_member m;
	struct kith_why why;
	uint32_t cursor = 0;

	if (!kith_native_find(r, "name", &m))
		return;
	v = verdict(r->s->host.node, &m);
	kith_reply_ok(r);
	kith_write_key(&r->w, "member");
	kith_write_member(r, &m, true);
	kith_write_key_text(&r->w, "verdict", verdicts[v].word);
	kith_write_key_text(&r->w, "message", verdicts[v].text);
	kith_write_key_text(&r->w, "hint", verdicts[v].hint);
	kith_write_key_array(&r->w, "why");
	while (kith_node_why(r->s->host.node, &m.mid, &cursor, &why))
		write_why(&r->w, &why);
	kith_write_end(&r->w);
	kith_reply_end(r);
}
