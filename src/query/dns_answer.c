/* SPDX-License-Identifier: ISC */
#include "query/dns_answer.h"
#include "query/dns_record.h"
#include "query/dns_service.h"

#include <string.h>

/* --- nodes ----------------------------------------------------------------------------------- */

static bool is_in_zone(const struct kith_dns_answer *a, const struct kith_member *m)
{
	return a->meaning.zone.len == 0 ||
	       kith_fold_compare(kith_dns_text(m->zone), a->meaning.zone) == 0;
}

/* One that left has no name any more; one that failed keeps it, for whoever wants to see to it. */
static bool is_listed(const struct kith_dns_answer *a, const struct kith_member *m)
{
	return m->status != KITH_STATUS_LEFT && is_in_zone(a, m);
}

static bool is_above_nodes(const struct kith_dns_answer *a)
{
	const struct kith_directory *d = a->directory;

	for (uint32_t i = 0; i < d->member_count; i++)
		if (is_listed(a, &d->members[i]) &&
		    kith_dns_is_above(a->meaning.name, kith_dns_text(d->members[i].name)))
			return true;
	return false;
}

/* The addresses and tags of a member that are asked for. */
static void put_member(struct kith_dns_answer *a, const struct kith_member *m, bool has_tags)
{
	struct kith_bytes key = {0}, value = {0};
	size_t at = 0;

	if (kith_dns_asks(a, KITH_DNS_TYPE_A) &&
	    !kith_dns_put_addrs(a, KITH_DNS_ANSWER, KITH_DNS_QUESTION, m, KITH_DNS_TYPE_A))
		return;
	if (kith_dns_asks(a, KITH_DNS_TYPE_AAAA) &&
	    !kith_dns_put_addrs(a, KITH_DNS_ANSWER, KITH_DNS_QUESTION, m, KITH_DNS_TYPE_AAAA))
		return;
	if (!has_tags || !kith_dns_asks(a, KITH_DNS_TYPE_TXT))
		return;
	while (kith_tag_next(m->tags, &at, &key, &value))
		if (!kith_dns_put_txt(a, key, value))
			return;
}

static bool answer_node(struct kith_dns_answer *a)
{
	const struct kith_member *m = kith_directory_member(a->directory, a->meaning.name);

	if (m == NULL || !is_listed(a, m))
		return is_above_nodes(a);
	put_member(a, m, true);
	return true;
}

/* --- the others ------------------------------------------------------------------------------ */

static bool answer_addr(struct kith_dns_answer *a)
{
	const struct kith_addr *addr = &a->meaning.addr;

	if (kith_dns_asks(a, addr->family == 4 ? KITH_DNS_TYPE_A : KITH_DNS_TYPE_AAAA))
		(void)kith_dns_put_addr(a, KITH_DNS_ANSWER, KITH_DNS_QUESTION, addr);
	return true;
}

static bool answer_reverse(struct kith_dns_answer *a)
{
	const struct kith_member *m = kith_directory_member_at(a->directory, a->meaning.addr);
	struct kith_dns_name name;

	if (m == NULL || m->status == KITH_STATUS_LEFT || !kith_dns_asks(a, KITH_DNS_TYPE_PTR) ||
	    !kith_dns_node_name(&name, m, &a->set.domains[0]))
		return false;
	(void)kith_dns_put_name(a, KITH_DNS_TYPE_PTR, &name);
	return true;
}

static bool answer_apex(struct kith_dns_answer *a)
{
	size_t target;

	if (kith_dns_asks(a, KITH_DNS_TYPE_SOA))
		kith_dns_put_soa(a, KITH_DNS_ANSWER);
	if (!kith_dns_asks(a, KITH_DNS_TYPE_NS))
		return true;
	kith_dns_record(&a->w, KITH_DNS_ANSWER, KITH_DNS_QUESTION, KITH_DNS_TYPE_NS, a->set.ttl_s);
	target = kith_dns_at(&a->w);
	kith_dns_put_below(&a->w, "ns", KITH_DNS_QUESTION + a->meaning.apex);
	if (kith_dns_record_end(&a->w) && a->directory->self != NULL)
		kith_dns_add_addrs(a, target, a->directory->self);
	return true;
}

/* The name of the domain's server, which each member is. */
static bool answer_server(struct kith_dns_answer *a)
{
	if (a->directory->self != NULL)
		put_member(a, a->directory->self, false);
	return true;
}

static bool answer_tag(const struct kith_dns_answer *a)
{
	return kith_fold_compare(a->meaning.name, kith_dns_text("tcp")) == 0 ||
	       kith_dns_has_tag(a->directory, a->meaning.name, a->meaning.zone);
}

/* --- zones ----------------------------------------------------------------------------------- */

static bool is_above_zones(const struct kith_dns_answer *a)
{
	const struct kith_directory *d = a->directory;

	for (uint32_t i = 0; i < d->zone_count; i++)
		if (kith_dns_is_above(a->meaning.zone, kith_dns_text(d->zones[i])))
			return true;
	return false;
}

/* The zone that is named, which may be written "ZONE.dc", too; and whether there is such a one. */
static bool find_zone(struct kith_dns_answer *a)
{
	const struct kith_bytes suffix = kith_dns_text("dc");
	struct kith_bytes *zone = &a->meaning.zone;

	if (zone->len == 0 || kith_directory_has_zone(a->directory, *zone))
		return true;
	if (!kith_dns_is_above(suffix, *zone))
		return false;
	zone->len -= suffix.len + 1;
	return kith_directory_has_zone(a->directory, *zone);
}

/* Nothing is at a name that is only a part of others; but it is there (RFC 8020). */
static bool answer_missing_zone(const struct kith_dns_answer *a)
{
	return a->meaning.kind == KITH_DNS_ZONE &&
	       (is_above_zones(a) || kith_fold_compare(a->meaning.zone, kith_dns_text("dc")) == 0);
}

/* --- all ------------------------------------------------------------------------------------- */

/* Writes the records; whether there is such a name. */
static bool answer(struct kith_dns_answer *a)
{
	if (!find_zone(a))
		return answer_missing_zone(a);
	switch (a->meaning.kind) {
	case KITH_DNS_FOREIGN:
	case KITH_DNS_NOTHING:
		return false;
	case KITH_DNS_APEX:
		return answer_apex(a);
	case KITH_DNS_SERVER:
		return answer_server(a);
	case KITH_DNS_KEYWORD:
	case KITH_DNS_ZONE:
		return true;
	case KITH_DNS_TAG:
		return answer_tag(a);
	case KITH_DNS_NODE:
		return answer_node(a);
	case KITH_DNS_SERVICE:
		return kith_dns_service(a);
	case KITH_DNS_ADDR:
		return answer_addr(a);
	case KITH_DNS_REVERSE:
		return answer_reverse(a);
	}
	return false;
}

unsigned kith_dns_answer_write(struct kith_dns_answer *a)
{
	bool exists;

	a->has_memory = true;
	exists = answer(a);
	if (!a->has_memory)
		return KITH_DNS_SERVFAIL;
	/* Of an address that is nobody's we know nothing, not even that it has no name. */
	if (a->meaning.kind == KITH_DNS_REVERSE)
		return exists ? KITH_DNS_NOERROR : KITH_DNS_REFUSED;
	if (a->w.counts[KITH_DNS_ANSWER] == 0 && !a->w.is_cut)
		kith_dns_put_soa(a, KITH_DNS_AUTHORITY);
	return exists ? KITH_DNS_NOERROR : KITH_DNS_NXDOMAIN;
}
