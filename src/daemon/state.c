/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "query/calls.h"
#include <stdio.h>

enum { MEMBERS_SHOWN = 20 }; /* a screen; kith members has all */

static void line(struct kith_daemon *d, const char *what, const char *text)
{
	kith_log(d->host.log, STATE, kith_f_text("what", what), kith_f_text("is", text));
}

static void log_members(struct kith_daemon *d)
{
	char text[256], addr[56];
	struct kith_member m;
	uint32_t cursor = 0;

	for (int i = 0; i < MEMBERS_SHOWN && kith_node_members(d->host.node, &cursor, &m); i++) {
		snprintf(text, sizeof text, "%s %s %s epoch %u seq %u%s", m.name,
			 kith_status_name(m.status),
			 m.addr_count > 0 ? kith_addr_text(&m.addrs[0], addr, sizeof addr) : "-",
			 m.epoch, m.seq, m.self ? " (this)" : "");
		line(d, "member", text);
	}
}

static void log_seeds(struct kith_daemon *d)
{
	static const char *const results[] = {
#define X(upper, word, text) [KITH_CALL_SEED_##upper] = word,
		KITH_CALL_SEEDS(X)
#undef X
	};
	char text[256], addr[56];
	struct kith_seed s;
	uint32_t cursor = 0;

	for (int i = 0; i < MEMBERS_SHOWN && kith_node_seeds(d->host.node, &cursor, &s); i++) {
		snprintf(text, sizeof text, "%s %s, %u attempts",
			 kith_addr_text(&s.addr, addr, sizeof addr),
			 s.tried ? results[s.result] : "not tried", s.attempts);
		line(d, "seed", text);
	}
}

static void log_counters(struct kith_daemon *d)
{
	struct kith_stats s;
	char text[64];

	kith_node_stats(d->host.node, &s);
#define X(name, help)                                                                              \
	if (s.name != 0) {                                                                         \
		snprintf(text, sizeof text, "%llu", (unsigned long long)s.name);                   \
		line(d, #name, text);                                                              \
	}
	KITH_STATS(X)
#undef X
#define X(name, help)                                                                              \
	if (s.drops.name != 0) {                                                                   \
		snprintf(text, sizeof text, "%llu dropped", (unsigned long long)s.drops.name);     \
		line(d, #name, text);                                                              \
	}
	KITH_DROPS(X)
#undef X
}

void kith_state_log(struct kith_daemon *d)
{
	struct kith_view v;
	char text[256];

	kith_node_view(d->host.node, &v);
	snprintf(text, sizeof text, "%u alive, %u restarting, %u suspect, %u failed, %u left%s%s",
		 v.alive, v.restarting, v.suspect, v.failed, v.left,
		 v.isolated ? ", isolated" : "", v.joined ? "" : ", not joined");
	line(d, "members", text);
	log_members(d);
	log_seeds(d);
	log_counters(d);
}
