/* SPDX-License-Identifier: ISC */
#include "lib/config.h"

#include "base/addr.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/limits.h"
#include "wire/record.h"
#include <string.h>

/* 3-membership.md, Time-outs; WAN's express round stays twice Td, since it scales with Td. */
static const struct kith_timing profiles[KITH_PROFILE_COUNT] = {
	[KITH_PROFILE_LAN] = {.period = KITH_SECOND, .probe_timeout = 200 * KITH_MS,
			      .relay_timeout = 300 * KITH_MS, .gossip_tick = 200 * KITH_MS},
	[KITH_PROFILE_LOCAL] = {.period = KITH_SECOND, .probe_timeout = 100 * KITH_MS,
				.relay_timeout = 200 * KITH_MS, .gossip_tick = 100 * KITH_MS},
	[KITH_PROFILE_WAN] = {.period = 3 * KITH_SECOND, .probe_timeout = KITH_SECOND,
			      .relay_timeout = 1500 * KITH_MS, .gossip_tick = 500 * KITH_MS},
};

void kith_config_init(struct kith_config *c, enum kith_profile profile)
{
	memset(c, 0, sizeof(*c));
	c->size = sizeof(*c);
	c->alloc = kith_alloc_libc;
	c->profile = (unsigned)profile < KITH_PROFILE_COUNT ? profile : KITH_PROFILE_LAN;
	c->timing = profiles[c->profile];
	c->reap_after = 24 * 3600 * KITH_SECOND;
	c->max_members = KITH_MEMBERS_DEFAULT;
}

static bool is_within(kith_us v, kith_us lo, kith_us hi)
{
	return v >= lo && v <= hi;
}

int kith_config_check(const struct kith_config *c)
{
	const struct kith_timing *t = &c->timing;
	int i;

	if (c->size != sizeof(*c) || c->alloc.realloc == NULL || c->alloc.free == NULL ||
	    c->cluster == NULL || !kith_name_is_valid(c->cluster, KITH_CLUSTER_NAME_MAX))
		return KITH_EINVAL;
	if (c->certificate.p == NULL || c->certificate.len == 0 ||
	    c->certificate.len > KITH_CERTIFICATE_MAX || c->authority_count == 0 ||
	    c->authority_count > KITH_AUTHORITIES_MAX || c->cluster_key_count == 0 ||
	    c->cluster_key_count > KITH_CLUSTER_KEYS_MAX)
		return KITH_EINVAL;
	if (c->addr_count == 0 || c->addr_count > KITH_ADDRS_MAX)
		return KITH_EINVAL;
	for (i = 0; i < c->addr_count; i++)
		if (!kith_addr_is_usable(&c->addrs[i]))
			return KITH_EINVAL;
	if (c->tags.len > KITH_TAGS_MAX || !kith_tags_are_valid(c->tags) ||
	    (unsigned)c->profile >= KITH_PROFILE_COUNT)
		return KITH_EINVAL;
	if (!is_within(t->period, 100 * KITH_MS, 60 * KITH_SECOND) ||
	    !is_within(t->probe_timeout, 10 * KITH_MS, t->period) ||
	    !is_within(t->relay_timeout, 10 * KITH_MS, t->period) ||
	    !is_within(t->gossip_tick, 20 * KITH_MS, 10 * KITH_SECOND) ||
	    t->probe_timeout + t->relay_timeout > t->period)
		return KITH_EINVAL;
	if (c->reap_after < KITH_SECOND || c->reap_after == KITH_NEVER || c->max_members == 0 ||
	    c->max_members > KITH_MEMBERS_MAX)
		return KITH_EINVAL;
	return 0;
}
