/* SPDX-License-Identifier: ISC */
#include "sim/marks.h"

#include <assert.h>
#include <string.h>

/* Names of each table, and where the marks of it begin. */
static const char *const stats[] = {
#define X(name, help) #name,
	KITH_STATS(X)
#undef X
};
static const char *const drops[] = {
#define X(name, help) #name,
	KITH_DROPS(X)
#undef X
};
static const char *const events[] = {
#define X(upper, lower, help) #lower,
	KITH_EVENTS(X)
#undef X
};
static const char *const dropped[] = {
#define X(upper, counter) #counter,
	KITH_DROPPED(X)
#undef X
};
static const char *const seeds[] = {
#define X(upper, lower, help) #lower,
	KITH_SEED_RESULTS(X)
#undef X
};
static const char *const pings[] = {
#define X(upper, lower, help) #lower,
	KITH_PING_RESULTS(X)
#undef X
};
static const char *const whys[] = {
#define X(upper, lower, help) #lower,
	KITH_WHY_KINDS(X)
#undef X
};
static const char *const faults[] = {
#define X(upper, lower, most, help) #lower,
	SWARM_FAULTS(X)
#undef X
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
enum {
	STATS = 0,
	DROPS = STATS + COUNT(stats),
	EVENTS = DROPS + COUNT(drops),
	DROPPED = EVENTS + COUNT(events),
	SEEDS = DROPPED + COUNT(dropped),
	PINGS = SEEDS + COUNT(seeds),
	WHYS = PINGS + COUNT(pings),
	FAULTS = WHYS + COUNT(whys),
	STATUSES = FAULTS + COUNT(faults),
	ALL = STATUSES + KITH_STATUS_COUNT * KITH_STATUS_COUNT
};
_Static_assert((int)ALL <= (int)MARKS_MAX, "a place for every mark");
_Static_assert(sizeof(struct kith_stats) == (COUNT(stats) + COUNT(drops)) * sizeof(uint64_t),
	       "the counters are one array after the other");

static const struct {
	const char *kind;
	const char *const *names;
	uint32_t first, count;
} tables[] = {
	{"stats", stats, STATS, COUNT(stats)},         {"drops", drops, DROPS, COUNT(drops)},
	{"event", events, EVENTS, COUNT(events)},      {"dropped", dropped, DROPPED, COUNT(dropped)},
	{"seed", seeds, SEEDS, COUNT(seeds)},          {"ping", pings, PINGS, COUNT(pings)},
	{"why", whys, WHYS, COUNT(whys)},              {"fault", faults, FAULTS, COUNT(faults)},
};

void marks_stats(struct marks *m, const struct kith_stats *s)
{
	uint64_t all[COUNT(stats) + COUNT(drops)];
	uint32_t i;

	memcpy(all, s, sizeof(all));
	for (i = 0; i < COUNT(all); i++)
		m->hits[STATS + i] += all[i];
}

void marks_event(struct marks *m, const struct kith_event *e)
{
	assert(e->kind < COUNT(events));
	m->hits[EVENTS + e->kind]++;
	if (e->kind == KITH_EVENT_DROPPED && e->dropped < COUNT(dropped))
		m->hits[DROPPED + e->dropped]++;
	if (e->kind == KITH_EVENT_SEED && e->result < COUNT(seeds))
		m->hits[SEEDS + e->result]++;
	if (e->kind == KITH_EVENT_PING && e->ping < COUNT(pings))
		m->hits[PINGS + e->ping]++;
	if (e->from != e->to && e->from < KITH_STATUS_COUNT && e->to < KITH_STATUS_COUNT)
		m->hits[STATUSES + e->from * KITH_STATUS_COUNT + e->to]++;
}

void marks_why(struct marks *m, const struct kith_why *w)
{
	if (w->kind < COUNT(whys))
		m->hits[WHYS + w->kind]++;
}

void marks_fault(struct marks *m, enum swarm_fault f, uint64_t times)
{
	m->hits[FAULTS + f] += times;
}

uint32_t marks_count(void)
{
	return ALL;
}

const char *marks_name(uint32_t i, char *buf, size_t size)
{
	size_t t;

	if (i >= STATUSES) {
		snprintf(buf, size, "status.%s-%s",
			 kith_status_name((enum kith_status)((i - STATUSES) / KITH_STATUS_COUNT)),
			 kith_status_name((enum kith_status)((i - STATUSES) % KITH_STATUS_COUNT)));
		return buf;
	}
	for (t = 0; t + 1 < COUNT(tables) && i >= tables[t + 1].first; t++)
		;
	snprintf(buf, size, "%s.%s", tables[t].kind, tables[t].names[i - tables[t].first]);
	return buf;
}

/* No status becomes itself, and what the table of the protocol forbids is the checker's. */
static bool is_possible(uint32_t i)
{
	const uint32_t from = (i - STATUSES) / KITH_STATUS_COUNT;
	const uint32_t to = (i - STATUSES) % KITH_STATUS_COUNT;

	if (i < STATUSES)
		return true;
	return from != to && !(to == KITH_STATUS_SUSPECT && from != KITH_STATUS_ALIVE) &&
	       !(from == KITH_STATUS_LEFT && to == KITH_STATUS_FAILED);
}

void marks_print(const struct marks *m, FILE *f)
{
	uint32_t i, reached = 0, possible = 0;
	const char *before = ", never: ";
	char name[64];

	for (i = 0; i < ALL; i++) {
		possible += is_possible(i);
		reached += is_possible(i) && m->hits[i] != 0;
	}
	fprintf(f, "marks: reached %u of %u", reached, possible);
	for (i = 0; i < ALL; i++)
		if (is_possible(i) && m->hits[i] == 0) {
			fprintf(f, "%s%s", before, marks_name(i, name, sizeof(name)));
			before = ", ";
		}
	fputc('\n', f);
}
