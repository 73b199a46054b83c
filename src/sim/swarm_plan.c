/* SPDX-License-Identifier: ISC */
#include "sim/swarm_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOST_FAULTS_FOR (120 * KITH_SECOND)
#define LEAST_FAULTS_FOR (30 * KITH_SECOND)

static const struct {
	const char *name;
	uint32_t most;
} kinds[SWARM_FAULT_COUNT] = {
#define X(upper, lower, most, help) [SWARM_##upper] = {#lower, most},
	SWARM_FAULTS(X)
#undef X
};

const char *swarm_fault_name(enum swarm_fault f)
{
	return (unsigned)f < SWARM_FAULT_COUNT ? kinds[f].name : "?";
}

/* --- drawing ---------------------------------------------------------------------------------- */

void swarm_knob(struct kith_rng *r, uint64_t seed, const char *knob)
{
	uint64_t words[2] = {seed, 0xcbf29ce484222325u};
	uint8_t bytes[16];
	size_t i;

	for (; *knob != '\0'; knob++)
		words[1] = (words[1] ^ (uint8_t)*knob) * 0x100000001b3u;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(words[i / 8] >> 8 * (i % 8));
	kith_rng_init(r, bytes);
}

int64_t swarm_between(struct kith_rng *r, int64_t lo, int64_t hi)
{
	return hi <= lo ? lo : lo + (int64_t)(kith_rng_next(r) % (uint64_t)(hi - lo + 1));
}

bool swarm_chance(struct kith_rng *r, uint32_t percent)
{
	return kith_rng_below(r, 100) < percent;
}

int64_t swarm_up_to(struct kith_rng *r, int64_t max)
{
	return swarm_between(r, 0, swarm_chance(r, 50) ? max / 10 : max);
}

/* The loss that a fault brings comes on top of nothing: a third of all networks is a good one. */
void swarm_weather(struct kith_rng *r, struct net_weather *w)
{
	net_weather_init(w);
	if (swarm_chance(r, 30))
		return;
	w->delay_us = swarm_chance(r, 50) ? swarm_between(r, 100, 1000)
					  : swarm_between(r, 1000, 100 * KITH_MS);
	w->jitter_us = swarm_between(r, 0, 2 * w->delay_us);
	w->loss_ppm = swarm_chance(r, 60) ? (uint32_t)swarm_up_to(r, 300000) : 0;
	w->duplicate_ppm = swarm_chance(r, 40) ? (uint32_t)swarm_up_to(r, 500000) : 0;
	w->reorder_ppm = swarm_chance(r, 40) ? (uint32_t)swarm_up_to(r, 300000) : 0;
	w->reorder_us = swarm_between(r, 1000, 500 * KITH_MS);
	w->corrupt_ppm = swarm_chance(r, 30) ? (uint32_t)swarm_up_to(r, 50000) : 0;
	w->bytes_per_s = swarm_chance(r, 10) ? (uint32_t)swarm_between(r, 20000, 1000000) : 0;
	w->icmp = swarm_chance(r, 70);
}

static uint32_t draw_hosts(struct kith_rng *r)
{
	const uint32_t size = kith_rng_below(r, 100);

	/* A run costs the square of its hosts, and most faults need few of them. */
	if (size < 55)
		return (uint32_t)swarm_between(r, SWARM_HOSTS_MIN, 8);
	if (size < 90)
		return (uint32_t)swarm_between(r, 9, 20);
	return (uint32_t)swarm_between(r, 21, SWARM_HOSTS_MAX);
}

static void draw_faults(struct swarm_plan *p)
{
	struct kith_rng r;
	char knob[32];
	uint32_t f;

	for (f = 0; f < SWARM_FAULT_COUNT; f++) {
		snprintf(knob, sizeof(knob), "gap %s", kinds[f].name);
		swarm_knob(&r, p->seed, knob);
		p->gaps[f] = swarm_chance(&r, 50)
				     ? p->faults_for / swarm_between(&r, 1, kinds[f].most) : 0;
	}
	if (p->planes < 2)
		p->gaps[SWARM_PLANE] = 0;
}

/* Zones of any size: some have less members than a zone needs. */
static void draw_zones(struct swarm_plan *p)
{
	const int64_t most_us = p->profile == KITH_PROFILE_LOCAL ? 10 * KITH_MS : 100 * KITH_MS;
	struct kith_rng r;
	uint32_t i;

	swarm_knob(&r, p->seed, "zones");
	if (swarm_chance(&r, 60))
		return;
	p->zones = (uint8_t)swarm_between(&r, 1, SWARM_ZONES_MAX);
	p->zone_delay_us = swarm_up_to(&r, most_us);
	for (i = 0; i < p->hosts; i++)
		p->zone_of[i] = (uint8_t)(1 + swarm_up_to(&r, p->zones - 1));
}

void swarm_plan(struct swarm_plan *p, uint64_t seed, uint32_t hosts, kith_us faults_for)
{
	struct kith_rng r;

	memset(p, 0, sizeof(*p));
	p->seed = seed;
	swarm_knob(&r, seed, "hosts");
	p->hosts = hosts != 0 ? hosts : draw_hosts(&r);
	swarm_knob(&r, seed, "faults for");
	p->faults_for = faults_for != 0
				? faults_for
				: swarm_between(&r, LEAST_FAULTS_FOR, MOST_FAULTS_FOR);
	swarm_knob(&r, seed, "profile");
	p->profile = swarm_chance(&r, 70) ? KITH_PROFILE_LAN
					  : (enum kith_profile)kith_rng_below(&r, KITH_PROFILE_COUNT);
	swarm_knob(&r, seed, "planes");
	p->planes = swarm_chance(&r, 25) ? 2 : 1;
	swarm_knob(&r, seed, "check");
	p->check = p->hosts <= 12 || swarm_chance(&r, 10);
	swarm_knob(&r, seed, "tick late");
	p->tick_late_us = swarm_chance(&r, 50) ? KITH_MS : swarm_between(&r, 0, 100 * KITH_MS);
	swarm_knob(&r, seed, "persist");
	p->persist_us = swarm_chance(&r, 50) ? 2 * KITH_MS : swarm_between(&r, 0, 2 * KITH_SECOND);
	swarm_knob(&r, seed, "start within");
	p->start_within = swarm_chance(&r, 50) ? 0 : swarm_up_to(&r, p->faults_for);
	swarm_knob(&r, seed, "weather");
	swarm_weather(&r, &p->weather);
	draw_zones(p);
	swarm_knob(&r, seed, "stay down");
	p->stay_down_percent = swarm_chance(&r, 50) ? 0 : (uint32_t)swarm_between(&r, 10, 100);
	draw_faults(p);
}

void swarm_plan_text(const struct swarm_plan *p, char text[SWARM_PLAN_TEXT])
{
	static const char *const profiles[KITH_PROFILE_COUNT] = {
		[KITH_PROFILE_LAN] = "lan", [KITH_PROFILE_LOCAL] = "local",
		[KITH_PROFILE_WAN] = "wan"};
	const struct net_weather *w = &p->weather;
	int len = snprintf(text, SWARM_PLAN_TEXT,
			   "seed %" PRIu64 ": %u hosts, %.0f s, %s, %u network%s, %.1f+%.1f ms, lost %.1f %%, "
			   "doubled %.1f %%, broken %.1f %%, late %.1f %%;",
			   p->seed, p->hosts, (double)p->faults_for / 1e6, profiles[p->profile],
			   p->planes, p->planes > 1 ? "s" : "", (double)w->delay_us / 1e3,
			   (double)w->jitter_us / 1e3, w->loss_ppm / 1e4, w->duplicate_ppm / 1e4,
			   w->corrupt_ppm / 1e4, w->reorder_ppm / 1e4);
	uint32_t f;

	if (p->zones > 0 && len > 0 && len < SWARM_PLAN_TEXT)
		len += snprintf(text + len, (size_t)(SWARM_PLAN_TEXT - len), " %u zones, %.1f ms apart;",
				p->zones, (double)p->zone_delay_us / 1e3);
	for (f = 0; f < SWARM_FAULT_COUNT && len > 0 && len < SWARM_PLAN_TEXT; f++)
		if (p->gaps[f] != 0)
			len += snprintf(text + len, (size_t)(SWARM_PLAN_TEXT - len), " %s/%.0fs",
					kinds[f].name, (double)p->gaps[f] / 1e6);
}
