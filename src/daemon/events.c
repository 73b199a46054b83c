/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "base/text.h"
#include "query/apart.h"
#include "query/calls.h"
#include <stdio.h>
#include <string.h>

static const char *const seed_results[] = {
#define X(upper, word, text) [KITH_CALL_SEED_##upper] = text,
	KITH_CALL_SEEDS(X)
#undef X
};

static const char *const dropped_words[] = {
#define X(upper, code, text, hint) [KITH_DROPPED_##upper] = text,
	KITH_CALL_DROPPED(X)
#undef X
};

/* A name, or the id of who has none here any more. */
static const char *name_of(const struct kith_node *node, const struct kith_mid *mid, char out[33],
			   struct kith_member *m)
{
	if (kith_node_member(node, mid, m) == 0)
		return m->name;
	kith_hex_write(mid->b, sizeof mid->b, out);
	return out;
}

static bool is_zero(const struct kith_mid *mid)
{
	for (size_t i = 0; i < sizeof mid->b; i++)
		if (mid->b[i] != 0)
			return false;
	return true;
}

static void log_seed(const struct kith_host *h, const struct kith_event *e)
{
	if (e->result == KITH_SEED_JOINED)
		kith_log(h->log, SEED_JOINED, kith_f_addr("seed", &e->addr));
	else if (e->result != KITH_SEED_SELF)
		kith_log(h->log, SEED_FAILED, kith_f_addr("seed", &e->addr),
			 kith_f_text("why", seed_results[e->result]));
}

static void log_dropped(const struct kith_host *h, const struct kith_event *e)
{
	struct kith_log_field fields[4] = {kith_f_addr("from", &e->addr)}, *f = fields + 1;
	struct kith_member m;

	if (kith_node_member(h->node, &e->mid, &m) == 0)
		*f++ = kith_f_text("node", m.name);
	*f = kith_f_text("they", dropped_words[e->dropped]);
	kith_log_write(h->log, KITH_LOG_ID_DROPPED, fields);
}

static void log_member(const struct kith_host *h, enum kith_log_id id, const struct kith_event *e)
{
	char mid_text[33], by_text[33], evidence[16] = "";
	struct kith_log_field fields[7], *f = fields;
	struct kith_member m = {.addr_count = 0}, by;

	*f++ = kith_f_text("node", name_of(h->node, &e->mid, mid_text, &m));
	if (m.addr_count > 0)
		*f++ = kith_f_addr("addr", &m.addrs[0]);
	if (e->kind == KITH_EVENT_RELEASED)
		*f++ = kith_f_text("is", kith_status_name(e->to));
	else if (e->kind != KITH_EVENT_JOINED && e->from != e->to && e->from < KITH_STATUS_COUNT)
		*f++ = kith_f_text("from", kith_status_name(e->from));
	/* What a member's own record says needs no other witness. */
	if (!is_zero(&e->by) && memcmp(&e->by, &e->mid, sizeof e->by) != 0)
		*f++ = kith_f_text("by", name_of(h->node, &e->by, by_text, &by));
	if (e->kind == KITH_EVENT_SUSPECT || e->kind == KITH_EVENT_FAILED) {
		snprintf(evidence, sizeof evidence, "%u/%u", e->evidence, e->need);
		*f++ = kith_f_text("evidence", evidence);
	}
	f->key = NULL;
	kith_log_write(h->log, id, fields);
}

static void log_node(const struct kith_host *h, enum kith_log_id id)
{
	struct kith_view view;
	struct kith_member self;
	struct kith_log_field fields[4];

	kith_node_view(h->node, &view);
	kith_node_self(h->node, &self);
	fields[0] = kith_f_number("alive", view.alive);
	fields[1] = kith_f_number("failed", view.failed);
	fields[2] = kith_f_number("epoch", self.epoch);
	fields[3].key = NULL;
	kith_log_write(h->log, id, fields);
}

static void log_clock(const struct kith_host *h, const struct kith_event *e)
{
	char text[KITH_APART_TEXT];

	kith_apart_text(e->clock_ahead_s, e->clock_others, text);
	if (e->kind == KITH_EVENT_CLOCK_DIFFERS)
		kith_log(h->log, CLOCK_DIFFERS, kith_f_text("is", text),
			 kith_f_text("cure", "set it: chronyc makestep, or timedatectl"));
	else
		kith_log(h->log, CLOCK_AGREES, kith_f_text("is", text));
}

static void log_service(const struct kith_host *h, const struct kith_event *e)
{
	static const enum kith_log_id own[] = {
		[KITH_SERVICE_ADDED] = KITH_LOG_ID_SERVICE_ADDED,
		[KITH_SERVICE_CHANGED] = KITH_LOG_ID_SERVICE_CHANGED,
		[KITH_SERVICE_REMOVED] = KITH_LOG_ID_SERVICE_REMOVED,
	};
	static const char *const words[] = {
		[KITH_SERVICE_ADDED] = "added",
		[KITH_SERVICE_CHANGED] = "changed",
		[KITH_SERVICE_REMOVED] = "removed",
	};
	const bool is_own = kith_events_is_own(h, e);
	struct kith_log_field fields[5] = {
		kith_f_text("service", e->service), kith_f_text("id", e->service_id)};
	char mid_text[33];
	struct kith_member m;

	if (!is_own) {
		fields[2] = kith_f_text("node", name_of(h->node, &e->mid, mid_text, &m));
		fields[3] = kith_f_text("change", words[e->change]);
	}
	kith_log_write(h->log, is_own ? own[e->change] : KITH_LOG_ID_SERVICE_HEARD, fields);
}

bool kith_events_is_own(const struct kith_host *h, const struct kith_event *e)
{
	struct kith_member self;

	kith_node_self(h->node, &self);
	return memcmp(self.mid.b, e->mid.b, sizeof self.mid.b) == 0;
}

void kith_events_log(const struct kith_host *h, const struct kith_event *e)
{
	switch (e->kind) {
	case KITH_EVENT_JOINED:
		log_member(h, KITH_LOG_ID_MEMBER_JOINED, e);
		break;
	case KITH_EVENT_ALIVE:
		log_member(h, KITH_LOG_ID_MEMBER_ALIVE, e);
		break;
	case KITH_EVENT_SUSPECT:
		log_member(h, KITH_LOG_ID_MEMBER_SUSPECT, e);
		break;
	case KITH_EVENT_FAILED:
		log_member(h, KITH_LOG_ID_MEMBER_FAILED, e);
		break;
	case KITH_EVENT_RESTARTING:
		log_member(h, KITH_LOG_ID_MEMBER_RESTARTING, e);
		break;
	case KITH_EVENT_LEFT:
		log_member(h, KITH_LOG_ID_MEMBER_LEFT, e);
		break;
	case KITH_EVENT_UPDATED:
		log_member(h, KITH_LOG_ID_MEMBER_UPDATED, e);
		break;
	case KITH_EVENT_QUARANTINED:
		log_member(h, KITH_LOG_ID_MEMBER_QUARANTINED, e);
		break;
	case KITH_EVENT_RELEASED:
		log_member(h, KITH_LOG_ID_MEMBER_RELEASED, e);
		break;
	case KITH_EVENT_REVOKED:
		log_member(h, kith_events_is_own(h, e) ? KITH_LOG_ID_NODE_REVOKED
						       : KITH_LOG_ID_MEMBER_REVOKED, e);
		break;
	case KITH_EVENT_REAPED:
		log_member(h, KITH_LOG_ID_MEMBER_REAPED, e);
		break;
	case KITH_EVENT_SEED:
		log_seed(h, e);
		break;
	case KITH_EVENT_STARTED:
		log_node(h, KITH_LOG_ID_NODE_STARTED);
		break;
	case KITH_EVENT_ISOLATED:
		log_node(h, KITH_LOG_ID_NODE_ISOLATED);
		break;
	case KITH_EVENT_REJOINED:
		log_node(h, KITH_LOG_ID_NODE_REJOINED);
		break;
	case KITH_EVENT_DUPLICATE:
		log_node(h, KITH_LOG_ID_NODE_DUPLICATE);
		break;
	case KITH_EVENT_DROPPED:
		log_dropped(h, e);
		break;
	case KITH_EVENT_CLOCK_DIFFERS:
	case KITH_EVENT_CLOCK_AGREES:
		log_clock(h, e);
		break;
	case KITH_EVENT_SERVICE:
		log_service(h, e);
		break;
	case KITH_EVENT_LEAVE_DONE: /* the stop says so */
	case KITH_EVENT_PING:       /* who asked is answered */
	case KITH_EVENT_COUNT:
		break;
	}
}
