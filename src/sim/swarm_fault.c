/* SPDX-License-Identifier: ISC */
#include "sim/swarm_fault.h"

#include "sim/faults.h"
#include "sim/swarm_strike.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void swarm_say(const struct swarm *s, const char *format, ...)
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

/* Host 0 is the seed that everybody has: it never leaves for good and never moves. It is told of all
 * others, or it might come back with an empty disk after it left, and nobody would ask for it. */
static void join_all(struct swarm *s)
{
	struct kith_addr seeds[SWARM_HOSTS_MAX];
	uint32_t i;

	for (i = 1; i < s->plan->hosts; i++)
		seeds[i - 1] = cluster_addr(s->cluster, i);
	cluster_join_addrs(s->cluster, 0, seeds, s->plan->hosts - 1);
}

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
	else
		join_all(s);
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

static void again(struct swarm *s, uint32_t f)
{
	const kith_us gap = s->plan->gaps[f];

	s->kinds[f].next = cluster_now(s->cluster) + swarm_between(&s->kinds[f].rng, gap / 2, 3 * gap / 2);
}

void swarm_faults_begin(struct swarm *s)
{
	uint32_t f;

	for (f = 0; f < SWARM_STRANGERS; f++)
		s->strangers[f] = cluster_stranger(s->cluster);
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
		swarm_strike(s, (enum swarm_fault)f, &s->kinds[f].rng);
	}
}

void swarm_set_weather(struct swarm *s, const struct net_weather *w)
{
	struct net *net = &s->cluster->net;
	struct net_weather between = *w;
	uint8_t i, k;

	net->weather = *w;
	between.delay_us += s->plan->zone_delay_us;
	for (i = 1; i <= s->plan->zones; i++)
		for (k = 1; k < i; k++)
			net_zone_weather(net, i, k, &between);
}

void swarm_faults_stop(struct swarm *s)
{
	struct cluster *c = s->cluster;
	struct net_weather w;
	struct kith_rng r;
	uint32_t i;

	swarm_say(s, "all faults stop");
	s->repair_count = 0;
	for (i = 0; i < SWARM_FAULT_COUNT; i++)
		s->kinds[i].next = KITH_NEVER;
	cluster_heal(c);
	net_weather_init(&w);
	swarm_set_weather(s, &w);
	swarm_knob(&r, s->plan->seed, "who stays down");
	for (i = 0; i < s->plan->hosts; i++) {
		const bool stays_down = i != 0 && swarm_chance(&r, s->plan->stay_down_percent);

		c->net.hosts[i].clogged_until = cluster_now(c);
		swarm_end_process(s, i, 0);
		swarm_resume(s, i, 0);
		cluster_drift(c, i, 0);
		cluster_wall_skew(c, i, 0, true);
		if (c->nodes[i].disk_hangs)
			swarm_reset(s, i, 0);
		if (c->nodes[i].node == NULL && (i == 0 || (!s->is_gone[i] && !stays_down)))
			swarm_start(s, i);
		if (c->nodes[i].node == NULL)
			s->is_gone[i] = true;
	}
	/* Whoever was told before may have lost its disk: the operator makes sure. */
	for (i = 0; i < s->plan->hosts; i++)
		if (c->nodes[i].is_revoked)
			(void)cluster_revoke(c, 0, i);
}
