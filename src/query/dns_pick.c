/* SPDX-License-Identifier: ISC */
#include "query/dns_pick.h"
#include "base/mem.h"
#include "query/dns_name.h"

#include <string.h>

static struct kith_bytes text_of(const char *s)
{
	return (struct kith_bytes){(const uint8_t *)s, strlen(s)};
}

static bool is_in(const struct kith_offer *o, struct kith_bytes zone)
{
	return kith_fold_compare(text_of(o->member->zone), zone) == 0;
}

enum match { NONE, ABOVE, SAME };

/* A tag "a.b" is two labels, and a name of its last one alone lies above it. */
static enum match match_tag(const struct kith_service *s, struct kith_bytes tag)
{
	struct kith_bytes each;
	enum match best = NONE;
	size_t at = 0;

	while (best != SAME && kith_text_next(s->tags, &at, &each)) {
		if (kith_fold_compare(each, tag) == 0)
			best = SAME;
		else if (kith_dns_is_above(tag, each))
			best = ABOVE;
	}
	return best;
}

bool kith_dns_has_tag(const struct kith_directory *d, struct kith_bytes tag, struct kith_bytes zone)
{
	for (uint32_t i = 0; i < d->offer_count; i++)
		if ((zone.len == 0 || is_in(&d->offers[i], zone)) &&
		    match_tag(&d->offers[i].service, tag) == SAME)
			return true;
	return false;
}

static bool is_wanted(struct kith_dns_picked *p, const struct kith_offer *o,
		      const struct kith_dns_wanted *w)
{
	enum match match = SAME;

	if (!kith_service_is_usable(&o->service) ||
	    (w->only_passing && o->service.health != KITH_SERVICE_PASSING) ||
	    (w->zone.len > 0 && !is_in(o, w->zone)))
		return false;
	if (w->has_tag)
		match = match_tag(&o->service, w->tag);
	p->is_above |= match == ABOVE;
	return match == SAME;
}

typedef bool sieve_f(const struct kith_offer *o, const struct kith_dns_wanted *w);

static bool has_weight(const struct kith_offer *o, const struct kith_dns_wanted *w)
{
	(void)w;
	return o->service.weight > 0;
}

static bool is_near(const struct kith_offer *o, const struct kith_dns_wanted *w)
{
	return is_in(o, w->own_zone);
}

static bool is_sound(const struct kith_offer *o, const struct kith_dns_wanted *w)
{
	(void)w;
	return o->service.status != KITH_STATUS_SUSPECT;
}

static bool is_near_and_sound(const struct kith_offer *o, const struct kith_dns_wanted *w)
{
	return is_near(o, w) && is_sound(o, w);
}

/* Moves those that pass to the front, from `first` to below `end`; how many they are. */
static uint32_t sift(struct kith_dns_picked *p, uint32_t first, uint32_t end, sieve_f *passes,
		     const struct kith_dns_wanted *w)
{
	uint32_t kept = first;

	for (uint32_t i = first; i < end; i++) {
		const uint32_t place = p->places[i];

		if (!passes(&p->range.first[place], w))
			continue;
		p->places[i] = p->places[kept];
		p->places[kept++] = place;
	}
	return kept - first;
}

static void order(struct kith_dns_picked *p, const struct kith_dns_wanted *w, uint32_t first, uint32_t end,
		  struct kith_rng *rng)
{
	const uint32_t near = w->prefer_zone ? sift(p, first, end, is_near, w) : 0;

	kith_rng_shuffle(rng, p->places + first, near);
	kith_rng_shuffle(rng, p->places + first + near, end - first - near);
}

int kith_dns_pick(struct kith_dns_picked *p, const struct kith_directory *d,
		  const struct kith_dns_wanted *w, struct kith_rng *rng, const struct kith_alloc *alloc)
{
	void *places = p->places;
	uint32_t kept, sound;

	p->range = kith_directory_offers(d, w->name);
	p->count = 0;
	p->is_above = false;
	if (!kith_mem_grow(alloc, &places, &p->room, p->range.count, sizeof(*p->places)))
		return KITH_ENOMEM;
	p->places = places;
	for (uint32_t i = 0; i < p->range.count; i++)
		if (is_wanted(p, &p->range.first[i], w))
			p->places[p->count++] = i;
	if (p->count == 0)
		return 0;
	if (w->no_idle && (kept = sift(p, 0, p->count, has_weight, w)) > 0)
		p->count = kept;
	if (w->prefer_zone) {
		kept = sift(p, 0, p->count, is_near_and_sound, w);
		if (kept > 0 && kept >= w->zone_min)
			p->count = kept;
	}
	sound = sift(p, 0, p->count, is_sound, w);
	order(p, w, 0, sound, rng);
	order(p, w, sound, p->count, rng);
	return 0;
}
