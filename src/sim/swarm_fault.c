/* SPDX-License-Identifier: ISC */
#include "sim/swarm_fault.h"

#include "sim/faults.h"
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

static void say(const struct swarm *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(const struct swarm *s, const char *format, ...)
{
	va_list ap;

	if (!s->log)
		return;
	printf("%11.6f ", (double)(s->cluster->world.now - WORLD_START) / 1e6);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

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

/* Host 0 is the seed that everybody has: it never leaves for good and never moves. */
void swarm_start(struct swarm *s, uint32_t i)
{
	struct cluster *c = s->cluster;

	if (c->nodes[i].node != NULL)
		return;
	c->net.hosts[i].offline = false;
	s->is_gone[i] = s->is_leaving[i] = false;
	cluster_start(c, i);
	if (i != 0)
		cluster_join(c, i, 0);
	else if (s->plan->hosts > 1)
		cluster_join(c, i, 1);
}

void swarm_later(struct swarm *s, kith_us at, swarm_repair_fn *fn, uint32_t a, uint32_t b)
{
	if (s->repair_count == s->repair_room) {
		s->repair_room = s->repair_room != 0 ? 2 * s->repair_room : 64;
		s->repairs = realloc(s->repairs, s->repair_room * sizeof(*s->repairs));
		assert(s->repairs != NULL);
	}
	s->repairs[s->repair_count++] = (struct swarm_repair){at, fn, a, b};
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
	say(s, "start n%02u", i);
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
	return "with nothing";
}

static void crash(struct swarm *s, struct kith_rng *r)
{
	const kith_us down = swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY)
		return;
	kill_process(s, i);
	say(s, "crash n%02u for %.3f s, %s", i, (double)down / 1e6, lose_state(s, r, i));
	later(s, down, start_again, i, 0);
}

static void power(struct swarm *s, struct kith_rng *r)
{
	const kith_us down = swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY)
		return;
	cluster_power_off(s->cluster, i);
	say(s, "power off n%02u for %.3f s, %s", i, (double)down / 1e6, lose_state(s, r, i));
	later(s, down, start_again, i, 0);
}

static void end_process(struct swarm *s, uint32_t i, uint32_t unused)
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
	say(s, "leave n%02u%s", i, is_back || i == 0 ? "" : " for good");
	s->is_gone[i] = s->is_leaving[i] = true;
	later(s, LEAVING, end_process, i, 0);
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
	say(s, "announce n%02u: back in %u s, will be in %.3f s", i, back_s, (double)away / 1e6);
	s->is_leaving[i] = true;
	later(s, LEAVING, end_process, i, 0);
	later(s, away, start_again, i, 0);
}

static void resume(struct swarm *s, uint32_t i, uint32_t unused)
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
	say(s, "pause n%02u for %.3f s", i, (double)during / 1e6);
	cluster_pause(s->cluster, i);
	later(s, during, resume, i, 0);
}

static void move(struct swarm *s, struct kith_rng *r)
{
	const kith_us down = swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY || i == 0)
		return;
	say(s, "move n%02u, down for %.3f s", i, (double)down / 1e6);
	kill_process(s, i);
	cluster_move(s->cluster, i);
	later(s, down, start_again, i, 0);
}

static void reset(struct swarm *s, uint32_t i, uint32_t unused)
{
	(void)unused;
	cluster_disk_hangs(s->cluster, i, false);
	if (s->cluster->nodes[i].node == NULL || s->is_leaving[i])
		return;
	say(s, "reset n%02u", i);
	kill_process(s, i);
	swarm_start(s, i);
}

static void disk(struct swarm *s, struct kith_rng *r)
{
	const kith_us during = swarm_up_to(r, LONGEST_DOWN);
	const uint32_t i = pick(s, r);

	if (i == NOBODY)
		return;
	say(s, "disk of n%02u hangs for %.3f s", i, (double)during / 1e6);
	cluster_disk_hangs(s->cluster, i, true);
	later(s, during, reset, i, 0);
}

/* --- clocks ----------------------------------------------------------------------------------- */

static void drift(struct swarm *s, struct kith_rng *r)
{
	const int32_t ppm = (int32_t)swarm_up_to(r, 20000) * (swarm_chance(r, 50) ? 1 : -1);
	const uint32_t i = kith_rng_below(r, s->plan->hosts);

	say(s, "drift n%02u by %d ppm", i, ppm);
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
	const int64_t ms = swarm_up_to(r, most_ms[kith_rng_below(r, 3)]) * (swarm_chance(r, 50) ? 1 : -1);
	const kith_us during = swarm_up_to(r, LONGEST_DOWN);
	const bool is_trusted = swarm_chance(r, 50);
	const uint32_t i = kith_rng_below(r, s->plan->hosts);

	say(s, "wall clock of n%02u is set by %.3f s for %.3f s%s", i, (double)ms / 1e3,
	    (double)during / 1e6, is_trusted ? ", and trusted" : "");
	cluster_wall_skew(s->cluster, i, ms, is_trusted);
	later(s, during, set_clock, i, 0);
}

/* --- network ---------------------------------------------------------------------------------- */

static void clog_host(struct swarm *s, struct kith_rng *r)
{
	const kith_us during = swarm_up_to(r, LONGEST_CLOG);
	const uint32_t i = kith_rng_below(r, s->plan->hosts);

	say(s, "clog n%02u for %.3f s", i, (double)during / 1e6);
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

	say(s, "partition in %u for %.3f s", groups, (double)during / 1e6);
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

	say(s, "cut n%02u n%02u %s for %.3f s", a, b, words[kind], (double)during / 1e6);
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

	say(s, "n%02u is deaf for %.3f s", i, (double)during / 1e6);
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

	say(s, "n%02u is mute for %.3f s", i, (double)during / 1e6);
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

	say(s, "n%02u is cut off for %.3f s", i, (double)during / 1e6);
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

	say(s, "network %u is down for %.3f s", k, (double)during / 1e6);
	s->cluster->net.plane_down[k] = true;
	later(s, during, plane_up, k, 0);
}

static void weather(struct swarm *s, struct kith_rng *r)
{
	swarm_weather(r, &s->cluster->net.weather);
	say(s, "weather: lost %.1f %%", s->cluster->net.weather.loss_ppm / 1e4);
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

			say(s, "n%02u forgets n%02u", i, who);
			s->forgot[i][who] = (struct swarm_forgot){m.epoch, m.seq};
			(void)cluster_forget(s->cluster, i, who);
			return;
		}
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

/* --- the order of things ---------------------------------------------------------------------- */

static const struct {
	void (*strike)(struct swarm *s, struct kith_rng *r);
} kinds[SWARM_FAULT_COUNT] = {
	[SWARM_CRASH] = {crash}, [SWARM_POWER] = {power}, [SWARM_LEAVE] = {leave},
	[SWARM_ANNOUNCE] = {announce}, [SWARM_PAUSE] = {pause_process}, [SWARM_CLOG] = {clog_host},
	[SWARM_PARTITION] = {partition}, [SWARM_CUT] = {cut}, [SWARM_DEAF] = {deaf},
	[SWARM_MUTE] = {mute}, [SWARM_OFFLINE] = {offline}, [SWARM_PLANE] = {plane},
	[SWARM_MOVE] = {move}, [SWARM_WEATHER] = {weather}, [SWARM_DRIFT] = {drift},
	[SWARM_WALL] = {wall}, [SWARM_DISK] = {disk}, [SWARM_KEEP] = {keep}, [SWARM_TAG] = {tag},
	[SWARM_FORGET] = {forget}, [SWARM_PING] = {ping}, [SWARM_JOIN] = {join},
	[SWARM_GARBAGE] = {garbage}, [SWARM_REPLAY] = {replay},
};

static void again(struct swarm *s, uint32_t f)
{
	const kith_us gap = s->plan->gaps[f];

	s->kinds[f].next = cluster_now(s->cluster) + swarm_between(&s->kinds[f].rng, gap / 2, 3 * gap / 2);
}

void swarm_faults_begin(struct swarm *s)
{
	uint32_t f;

	for (f = 0; f < SWARM_FAULT_COUNT; f++) {
		swarm_knob(&s->kinds[f].rng, s->plan->seed, swarm_fault_name((enum swarm_fault)f));
		s->kinds[f].next = KITH_NEVER;
		if (s->plan->gaps[f] != 0)
			again(s, f);
	}
}

kith_us swarm_faults_next(const struct swarm *s)
{
	kith_us next = KITH_NEVER;
	size_t i;

	for (i = 0; i < SWARM_FAULT_COUNT; i++)
		if (s->kinds[i].next < next)
			next = s->kinds[i].next;
	for (i = 0; i < s->repair_count; i++)
		if (s->repairs[i].at < next)
			next = s->repairs[i].at;
	return next;
}

void swarm_faults_run(struct swarm *s)
{
	const kith_us now = cluster_now(s->cluster);
	size_t i = 0;
	uint32_t f;

	while (i < s->repair_count) {
		const struct swarm_repair due = s->repairs[i];

		if (due.at > now) {
			i++;
			continue;
		}
		memmove(&s->repairs[i], &s->repairs[i + 1],
			(--s->repair_count - i) * sizeof(*s->repairs));
		due.fn(s, due.a, due.b);
	}
	for (f = 0; f < SWARM_FAULT_COUNT; f++) {
		if (s->kinds[f].next > now)
			continue;
		s->kinds[f].struck++;
		again(s, f);
		kinds[f].strike(s, &s->kinds[f].rng);
	}
}

void swarm_faults_stop(struct swarm *s)
{
	struct cluster *c = s->cluster;
	struct kith_rng r;
	uint32_t i;

	say(s, "all faults stop");
	s->repair_count = 0;
	for (i = 0; i < SWARM_FAULT_COUNT; i++)
		s->kinds[i].next = KITH_NEVER;
	cluster_heal(c);
	net_weather_init(&c->net.weather);
	swarm_knob(&r, s->plan->seed, "who stays down");
	for (i = 0; i < s->plan->hosts; i++) {
		const bool stays_down = i != 0 && swarm_chance(&r, s->plan->stay_down_percent);

		c->net.hosts[i].clogged_until = cluster_now(c);
		end_process(s, i, 0);
		resume(s, i, 0);
		cluster_drift(c, i, 0);
		cluster_wall_skew(c, i, 0, true);
		if (c->nodes[i].disk_hangs)
			reset(s, i, 0);
		if (c->nodes[i].node == NULL && (i == 0 || (!s->is_gone[i] && !stays_down)))
			swarm_start(s, i);
		if (c->nodes[i].node == NULL)
			s->is_gone[i] = true;
	}
}
