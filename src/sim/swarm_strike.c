/* SPDX-License-Identifier: ISC */
#include "sim/swarm_strike.h"

#include "sim/faults.h"
#include "sim/offers.h"
#include "sim/report.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_DOWN (60 * KITH_SECOND)
#define LONGEST_PAUSE (60 * KITH_SECOND)
#define LONGEST_CLOG (5 * KITH_SECOND)
#define LONGEST_CUT (60 * KITH_SECOND)
#define LEAVING (4 * KITH_SECOND) /* LEAVE_DONE comes within 3 s */

enum { NOBODY = UINT32_MAX };

/* --- hosts ------------------------------------------------------------------------------------ */

/* A host whose process runs and is not about to end, or NOBODY. */
static uint32_t pick(struct swarm *s, struct kith_rng *r)
{
	const uint32_t count = s->plan->hosts, first = kith_rng_below(r, count);
	uint32_t i;

	for (i = 0; i < count; i++) {
		const uint32_t host = (first + i) % count;

		if (cluster_is_running(s->cluster, host) && !s->is_leaving[host])
			return host;
	}
	return NOBODY;
}

static uint32_t other_than(struct swarm *s, struct kith_rng *r, uint32_t host)
{
	return (host + 1 + kith_rng_below(r, s->plan->hosts - 1)) % s->plan->hosts;
}

static void later(struct swarm *s, kith_us after, swarm_repair_fn *fn, uint32_t a, uint32_t b)
{
	swarm_later(s, cluster_now(s->cluster) + after, fn, a, b);
}

static void kill_process(struct swarm *s, uint32_t i)
{
	if (s->cluster->nodes[i].node != NULL)
		cluster_crash(s->cluster, i);
	s->cluster->net.hosts[i].stopped = false;
}

static void start_again(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	if (s->cluster->nodes[i].node != NULL)
		return;
	swarm_say(s, "start n%02u", i);
	swarm_start(s, i);
}

/* How much of the disk is left after a crash. */
static const char *lose_state(struct swarm *s, struct kith_rng *r, uint32_t i)
{
	struct cluster_node *n = &s->cluster->nodes[i];
	const uint32_t luck = kith_rng_below(r, 100);

	if (luck < 60)
		return "with its state";
	n->kept_count = 0;
	if (luck < 80)
		return "with its epoch";
	n->disk_epoch = 0;
	s->has_lost[i] = true;
	return "with nothing";
}

static void crash(struct swarm *s, struct kith_rng *r)
{
	const kith_us down = swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY)
		return;
	kill_process(s, i);
	swarm_say(s, "crash n%02u for %.3f s, %s", i, (double)down / 1e6, lose_state(s, r, i));
	later(s, down, start_again, i, 0);
}

static void power(struct swarm *s, struct kith_rng *r)
{
	const kith_us down = swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY)
		return;
	cluster_power_off(s->cluster, i);
	swarm_say(s, "power off n%02u for %.3f s, %s", i, (double)down / 1e6, lose_state(s, r, i));
	later(s, down, start_again, i, 0);
}

void swarm_end_process(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	if (s->is_leaving[i])
		kill_process(s, i);
	s->is_leaving[i] = false;
}

static void leave(struct swarm *s, struct kith_rng *r)
{
	const bool is_back = swarm_chance(r, 60);
	const kith_us away = LEAVING + swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY || cluster_leave(s->cluster, i) != 0)
		return;
	swarm_say(s, "leave n%02u%s", i, is_back || i == 0 ? "" : " for good");
	s->is_gone[i] = s->is_leaving[i] = true;
	later(s, LEAVING, swarm_end_process, i, 0);
	if (is_back || i == 0)
		later(s, away, start_again, i, 0);
}

static void announce(struct swarm *s, struct kith_rng *r)
{
	const uint16_t back_s = (uint16_t)swarm_between(r, 1, 60);
	const kith_us away = LEAVING + swarm_between(r, 0, 2 * back_s * KITH_SECOND);
	const uint32_t i = pick(s, r);

	if (i == NOBODY || cluster_announce_restart(s->cluster, i, back_s) != 0)
		return;
	swarm_say(s, "announce n%02u: back in %u s, will be in %.3f s", i, back_s, (double)away / 1e6);
	s->is_leaving[i] = true;
	later(s, LEAVING, swarm_end_process, i, 0);
	later(s, away, start_again, i, 0);
}

void swarm_resume(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	if (s->cluster->nodes[i].node != NULL && s->cluster->net.hosts[i].stopped)
		cluster_resume(s->cluster, i);
}

static void pause_process(struct swarm *s, struct kith_rng *r)
{
	const kith_us during = swarm_up_to(r, LONGEST_PAUSE);
	const uint32_t i = pick(s, r);

	if (i == NOBODY)
		return;
	swarm_say(s, "pause n%02u for %.3f s", i, (double)during / 1e6);
	cluster_pause(s->cluster, i);
	later(s, during, swarm_resume, i, 0);
}

static void move(struct swarm *s, struct kith_rng *r)
{
	const kith_us down = swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY || i == 0)
		return;
	swarm_say(s, "move n%02u, down for %.3f s", i, (double)down / 1e6);
	kill_process(s, i);
	cluster_move(s->cluster, i);
	later(s, down, start_again, i, 0);
}

void swarm_reset(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	cluster_disk_hangs(s->cluster, i, false);
	if (s->cluster->nodes[i].node == NULL || s->is_leaving[i])
		return;
	swarm_say(s, "reset n%02u", i);
	kill_process(s, i);
	swarm_start(s, i);
}

static void disk(struct swarm *s, struct kith_rng *r)
{
	const kith_us during = swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY)
		return;
	swarm_say(s, "disk of n%02u hangs for %.3f s", i, (double)during / 1e6);
	cluster_disk_hangs(s->cluster, i, true);
	later(s, during, swarm_reset, i, 0);
}

/* --- clocks ----------------------------------------------------------------------------------- */

static void drift(struct swarm *s, struct kith_rng *r)
{
	const int32_t apart_ppm = (int32_t)swarm_up_to(r, 20000);
	const int32_t ppm = swarm_chance(r, 50) ? apart_ppm : -apart_ppm;
	const uint32_t i = kith_rng_below(r, s->plan->hosts);

	swarm_say(s, "drift n%02u by %d ppm", i, ppm);
	cluster_drift(s->cluster, i, ppm);
}

static void set_clock(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	cluster_wall_skew(s->cluster, i, 0, true);
}

static void wall(struct swarm *s, struct kith_rng *r)
{
	static const int64_t most_ms[] = {600000, 3 * 3600000, INT64_C(30) * 86400000};
	const int64_t apart_ms = swarm_up_to(r, most_ms[kith_rng_below(r, 3)]);
	const int64_t ms = swarm_chance(r, 50) ? apart_ms : -apart_ms;
	const kith_us during = swarm_up_to(r, LONGEST_DOWN);
	const bool is_trusted = swarm_chance(r, 50);
	const uint32_t i = kith_rng_below(r, s->plan->hosts);

	swarm_say(s, "wall clock of n%02u is set by %.3f s for %.3f s%s", i, (double)ms / 1e3,
	    (double)during / 1e6, is_trusted ? ", and trusted" : "");
	cluster_wall_skew(s->cluster, i, ms, is_trusted);
	later(s, during, set_clock, i, 0);
}

/* --- network ---------------------------------------------------------------------------------- */

static void clog_host(struct swarm *s, struct kith_rng *r)
{
	const kith_us during = swarm_up_to(r, LONGEST_CLOG);
	const uint32_t i = kith_rng_below(r, s->plan->hosts);

	swarm_say(s, "clog n%02u for %.3f s", i, (double)during / 1e6);
	cluster_clog(s->cluster, i, during);
}

static void together(struct swarm *s, uint32_t unused, uint32_t unused2)
{
	uint32_t i;

	(void)unused;
	(void)unused2;
	for (i = 0; i < s->plan->hosts; i++)
		s->cluster->net.hosts[i].group = 0;
}

static void partition(struct swarm *s, struct kith_rng *r)
{
	const uint32_t groups = (uint32_t)swarm_between(r, 2, 3);
	const kith_us during = swarm_up_to(r, LONGEST_CUT);
	uint32_t i;

	swarm_say(s, "partition in %u for %.3f s", groups, (double)during / 1e6);
	for (i = 0; i < s->plan->hosts; i++)
		s->cluster->net.hosts[i].group = (uint8_t)kith_rng_below(r, groups);
	later(s, during, together, 0, 0);
}

static void mend(struct swarm *s, uint32_t a, uint32_t b)
{
	cluster_mend(s->cluster, a, b);
}

static void cut(struct swarm *s, struct kith_rng *r)
{
	static const char *const words[] = {"both ways", "one way", "by UDP"};
	const uint32_t a = kith_rng_below(r, s->plan->hosts), b = other_than(s, r, a);
	const uint32_t kind = kith_rng_below(r, 3);
	const kith_us during = swarm_up_to(r, LONGEST_CUT);

	swarm_say(s, "cut n%02u n%02u %s for %.3f s", a, b, words[kind], (double)during / 1e6);
	if (kind == 0)
		cluster_cut(s->cluster, a, b);
	else if (kind == 1)
		cluster_cut_one_way(s->cluster, a, b);
	else
		cluster_cut_udp(s->cluster, a, b);
	later(s, during, mend, a, b);
}

static void hear(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	cluster_deafen(s->cluster, i, false);
}

static void deaf(struct swarm *s, struct kith_rng *r)
{
	const uint32_t i = kith_rng_below(r, s->plan->hosts);
	const kith_us during = swarm_up_to(r, LONGEST_CUT);

	swarm_say(s, "n%02u is deaf for %.3f s", i, (double)during / 1e6);
	cluster_deafen(s->cluster, i, true);
	later(s, during, hear, i, 0);
}

static void speak(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	cluster_mute(s->cluster, i, false);
}

static void mute(struct swarm *s, struct kith_rng *r)
{
	const uint32_t i = kith_rng_below(r, s->plan->hosts);
	const kith_us during = swarm_up_to(r, LONGEST_CUT);

	swarm_say(s, "n%02u is mute for %.3f s", i, (double)during / 1e6);
	cluster_mute(s->cluster, i, true);
	later(s, during, speak, i, 0);
}

static void online(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	cluster_reconnect(s->cluster, i);
}

static void offline(struct swarm *s, struct kith_rng *r)
{
	const uint32_t i = kith_rng_below(r, s->plan->hosts);
	const kith_us during = swarm_up_to(r, LONGEST_CUT);

	swarm_say(s, "n%02u is cut off for %.3f s", i, (double)during / 1e6);
	cluster_cut_off(s->cluster, i);
	later(s, during, online, i, 0);
}

static void plane_up(struct swarm *s, uint32_t k, uint32_t unused)
{
	(void)unused;
	s->cluster->net.plane_down[k] = false;
}

static void plane(struct swarm *s, struct kith_rng *r)
{
	const uint32_t k = kith_rng_below(r, s->plan->planes);
	const kith_us during = swarm_up_to(r, LONGEST_CUT);

	swarm_say(s, "network %u is down for %.3f s", k, (double)during / 1e6);
	s->cluster->net.plane_down[k] = true;
	later(s, during, plane_up, k, 0);
}

static void weather(struct swarm *s, struct kith_rng *r)
{
	struct net_weather w;

	swarm_weather(r, &w);
	swarm_set_weather(s, &w);
	swarm_say(s, "weather: lost %.1f %%", w.loss_ppm / 1e4);
}

/* --- load ------------------------------------------------------------------------------------- */

static void keep(struct swarm *s, struct kith_rng *r)
{
	const uint32_t i = pick(s, r);

	if (i != NOBODY)
		cluster_keep(s->cluster, i);
}

static void tag(struct swarm *s, struct kith_rng *r)
{
	static const char *const keys[] = {"role", "rack", "version"};
	char value[16];
	const uint32_t i = pick(s, r);
	const char *key = keys[kith_rng_below(r, 3)];

	snprintf(value, sizeof(value), "%u", (unsigned)kith_rng_below(r, 1000));
	if (i != NOBODY)
		(void)cluster_tag(s->cluster, i, key, value);
}

static void offer(struct swarm *s, struct kith_rng *r)
{
	static const char *const names[] = {"web", "db", "cache"};
	const uint32_t i = pick(s, r);
	const char *name = names[kith_rng_below(r, 3)];
	const uint16_t port = swarm_chance(r, 30) ? 0 : (uint16_t)swarm_between(r, 1, 1000);

	if (i != NOBODY)
		(void)cluster_offer(s->cluster, i, name, port);
}

static void forget(struct swarm *s, struct kith_rng *r)
{
	const uint32_t i = pick(s, r);
	struct kith_member m;
	uint32_t cursor = 0;

	if (i == NOBODY)
		return;
	while (kith_node_members(cluster_node(s->cluster, i), &cursor, &m))
		if ((m.status == KITH_STATUS_FAILED || m.status == KITH_STATUS_LEFT) &&
		    swarm_chance(r, 50)) {
			const uint32_t who = cluster_index(s->cluster, &m.mid);

			swarm_say(s, "n%02u forgets n%02u", i, who);
			s->forgot[i][who] = (struct swarm_forgot){m.epoch, m.seq};
			(void)cluster_forget(s->cluster, i, who);
			return;
		}
}

/* Of few, and never the one through which all join. */
static void revoke(struct swarm *s, struct kith_rng *r)
{
	const uint32_t i = pick(s, r), who = kith_rng_below(r, s->plan->hosts);
	uint32_t k, revoked = 0;

	for (k = 0; k < s->plan->hosts; k++)
		revoked += s->cluster->nodes[k].is_revoked ? 1 : 0;
	if (i == NOBODY || who == 0 || (revoked + 1) * 4 > s->plan->hosts)
		return;
	swarm_say(s, "n%02u is told that n%02u is revoked", i, who);
	(void)cluster_revoke(s->cluster, i, who);
}

static void ping(struct swarm *s, struct kith_rng *r)
{
	const uint32_t i = pick(s, r);
	uint64_t token;

	if (i != NOBODY)
		(void)cluster_ping(s->cluster, i, other_than(s, r, i), &token);
}

static void join(struct swarm *s, struct kith_rng *r)
{
	const uint32_t i = pick(s, r);

	if (i != NOBODY)
		cluster_join(s->cluster, i, other_than(s, r, i));
}

static void garbage(struct swarm *s, struct kith_rng *r)
{
	const uint32_t to = kith_rng_below(r, s->plan->hosts);
	const size_t len = (size_t)swarm_between(r, 1, KITH_DATAGRAM_MAX);
	struct kith_addr from = cluster_addr(s->cluster, kith_rng_below(r, s->plan->hosts));
	uint8_t bytes[KITH_DATAGRAM_MAX];
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = (uint8_t)kith_rng_next(r);
	bytes[0] &= 3; /* or most are dropped at the first byte */
	cluster_inject(s->cluster, &from, to, bytes, len);
}

static void replay(struct swarm *s, struct kith_rng *r)
{
	const struct swarm_old *o = &s->old[kith_rng_below(r, SWARM_REPLAYS)];
	const uint32_t to = kith_rng_below(r, s->plan->hosts);

	if (o->len > 0)
		cluster_inject(s->cluster, &o->from, to, o->bytes, o->len);
}

static void babble(struct swarm *s, uint32_t k, uint32_t seed)
{
	uint8_t bytes[512];
	struct kith_rng r;
	size_t i;

	swarm_knob(&r, seed, "babble");
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)kith_rng_next(&r);
	cluster_stranger_send(s->strangers[k], bytes, 1 + kith_rng_below(&r, sizeof(bytes)));
}

static void hang_up(struct swarm *s, uint32_t k, uint32_t unused)
{
	(void)unused;
	cluster_stranger_hang_up(s->strangers[k]);
}

/* Two draws, one after the other: compilers differ in the order of arguments and of factors. */
static void babble_later(struct swarm *s, struct kith_rng *r, uint32_t k)
{
	const kith_us after = swarm_between(r, 0, KITH_SECOND);
	const uint32_t what = (uint32_t)kith_rng_next(r);

	later(s, after, babble, k, what);
}

/* More than one source may have at once. */
static void stranger(struct swarm *s, struct kith_rng *r)
{
	const uint32_t k = kith_rng_below(r, SWARM_STRANGERS), to = kith_rng_below(r, s->plan->hosts);
	uint32_t times = swarm_chance(r, 10) ? 100 : 1;

	for (; times > 0; times--)
		cluster_stranger_connect(s->strangers[k], to);
	if (swarm_chance(r, 60))
		babble_later(s, r, k);
	if (swarm_chance(r, 60))
		later(s, swarm_between(r, KITH_SECOND, 10 * KITH_SECOND), hang_up, k, 0);
}

/* --- all of them ------------------------------------------------------------------------------- */

static const struct {
	void (*strike)(struct swarm *s, struct kith_rng *r);
} kinds[SWARM_FAULT_COUNT] = {
	[SWARM_CRASH] = {crash}, [SWARM_POWER] = {power}, [SWARM_LEAVE] = {leave},
	[SWARM_ANNOUNCE] = {announce}, [SWARM_PAUSE] = {pause_process}, [SWARM_CLOG] = {clog_host},
	[SWARM_PARTITION] = {partition}, [SWARM_CUT] = {cut}, [SWARM_DEAF] = {deaf},
	[SWARM_MUTE] = {mute}, [SWARM_OFFLINE] = {offline}, [SWARM_PLANE] = {plane},
	[SWARM_MOVE] = {move}, [SWARM_WEATHER] = {weather}, [SWARM_DRIFT] = {drift},
	[SWARM_WALL] = {wall}, [SWARM_DISK] = {disk}, [SWARM_KEEP] = {keep}, [SWARM_TAG] = {tag},
	[SWARM_OFFER] = {offer},
	[SWARM_FORGET] = {forget}, [SWARM_REVOKE] = {revoke}, [SWARM_PING] = {ping}, [SWARM_JOIN] = {join},
	[SWARM_GARBAGE] = {garbage}, [SWARM_REPLAY] = {replay}, [SWARM_STRANGER] = {stranger},
};

void swarm_strike(struct swarm *s, enum swarm_fault f, struct kith_rng *r)
{
	kinds[f].strike(s, r);
}
