/* SPDX-License-Identifier: ISC */
#include "query/dns_service.h"
#include "base/addr.h"
#include "base/check.h"
#include "base/text.h"
#include "query/dns_record.h"

#include <string.h>

enum { SRV_PRIORITY = 1 };

/* --- where an instance is -------------------------------------------------------------------- */

static bool is_addr(struct kith_bytes text, struct kith_addr *addr)
{
	char copy[KITH_ADDR_TEXT_MAX];

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	return kith_addr_scan(copy, 0, addr) == 0;
}

/* Its first own address, or its name: what an SRV record points to. false: it has none of its own. */
static bool own_place(const struct kith_offer *o, struct kith_addr *addr, struct kith_bytes *text)
{
	size_t at = 0;

	if (!kith_text_next(o->service.addrs, &at, text))
		return false;
	if (!is_addr(*text, addr))
		*addr = (struct kith_addr){.family = 0};
	return true;
}

/* The first address of the type's family: one share of the work for one instance. */
static bool addr_of(const struct kith_offer *o, enum kith_dns_type type, struct kith_addr *addr)
{
	struct kith_bytes text;
	bool has_own = false;
	size_t at = 0;

	while (kith_text_next(o->service.addrs, &at, &text)) {
		has_own = true;
		if (is_addr(text, addr) && kith_dns_fits(addr, type))
			return true;
	}
	for (uint8_t i = 0; i < o->member->addr_count && !has_own; i++) {
		*addr = o->member->addrs[i];
		if (kith_dns_fits(addr, type))
			return true;
	}
	return false;
}

/* --- addresses ------------------------------------------------------------------------------- */

/* Whether it is among the answers that begin at `first`: they all have this owner and this length. */
static bool is_written(const struct kith_dns_writer *w, size_t first, const struct kith_addr *addr)
{
	const size_t head = 2 + 10, len = addr->family == 4 ? 4 : 16;

	for (size_t at = first; at < kith_dns_at(w); at += head + len)
		if (memcmp(kith_dns_written(w, at + head), addr->ip, len) == 0)
			return true;
	return false;
}

static bool put_addrs(struct kith_dns_answer *a, enum kith_dns_type type)
{
	const size_t first = kith_dns_at(&a->w);
	struct kith_addr addr;

	for (uint32_t i = 0; i < a->picked.count; i++)
		if (addr_of(kith_dns_picked_at(&a->picked, i), type, &addr) &&
		    !is_written(&a->w, first, &addr) &&
		    !kith_dns_put_addr(a, KITH_DNS_ANSWER, KITH_DNS_QUESTION, &addr))
			return false;
	return true;
}

/* A node's name in a domain of ours has its addresses in the same answer. */
static void follow(struct kith_dns_answer *a, const struct kith_dns_name *host, size_t host_at)
{
	const struct kith_member *m = NULL;
	struct kith_dns_meaning meaning;

	kith_dns_name_mean(&meaning, host, a->set.domains, a->set.domain_count);
	if (meaning.kind == KITH_DNS_NODE && meaning.zone.len == 0)
		m = kith_directory_member(a->directory, meaning.name);
	if (m == NULL || m->status == KITH_STATUS_LEFT)
		return;
	if (kith_dns_asks(a, KITH_DNS_TYPE_A) &&
	    !kith_dns_put_addrs(a, KITH_DNS_ANSWER, host_at, m, KITH_DNS_TYPE_A))
		return;
	if (kith_dns_asks(a, KITH_DNS_TYPE_AAAA))
		(void)kith_dns_put_addrs(a, KITH_DNS_ANSWER, host_at, m, KITH_DNS_TYPE_AAAA);
}

/* An instance whose address is the name of a host: an alias, which must stand alone (RFC 1034, 3.6.2). So
 * there is one if no instance has an address, and then of one instance. */
static void put_alias(struct kith_dns_answer *a)
{
	for (uint32_t i = 0; i < a->picked.count; i++) {
		struct kith_dns_name host;
		struct kith_bytes text;
		struct kith_addr addr;

		if (!own_place(kith_dns_picked_at(&a->picked, i), &addr, &text) || addr.family != 0 ||
		    !kith_dns_name_read(&host, text))
			continue;
		if (kith_dns_put_name(a, KITH_DNS_TYPE_CNAME, &host))
			follow(a, &host, kith_dns_at(&a->w) - host.len);
		return;
	}
}

static bool has_addrs(const struct kith_dns_answer *a)
{
	struct kith_addr addr;

	for (uint32_t i = 0; i < a->picked.count; i++) {
		const struct kith_offer *o = kith_dns_picked_at(&a->picked, i);

		if (addr_of(o, KITH_DNS_TYPE_A, &addr) || addr_of(o, KITH_DNS_TYPE_AAAA, &addr))
			return true;
	}
	return false;
}

static void answer_addrs(struct kith_dns_answer *a)
{
	const uint16_t before = a->w.counts[KITH_DNS_ANSWER];

	if (kith_dns_asks(a, KITH_DNS_TYPE_A) && !put_addrs(a, KITH_DNS_TYPE_A))
		return;
	if (kith_dns_asks(a, KITH_DNS_TYPE_AAAA) && !put_addrs(a, KITH_DNS_TYPE_AAAA))
		return;
	if (a->w.counts[KITH_DNS_ANSWER] == before && !has_addrs(a))
		put_alias(a);
}

/* --- SRV ------------------------------------------------------------------------------------- */

/* HEX.addr.DOMAIN */
static bool addr_name(struct kith_dns_name *n, const struct kith_addr *addr,
		      const struct kith_dns_name *domain)
{
	char hex[2 * sizeof(addr->ip) + 1];

	kith_hex_write(addr->ip, addr->family == 4 ? 4 : 16, hex);
	n->len = 0;
	return kith_dns_name_label(n, kith_dns_text(hex)) &&
	       kith_dns_name_label(n, kith_dns_text("addr")) && kith_dns_name_end(n, domain);
}

/* Where an SRV record points to, and whose addresses belong to that. false: nowhere. */
struct target {
	struct kith_dns_name name;
	const struct kith_member *member;
	struct kith_addr addr; /* family 0: none */
};

static bool find_target(const struct kith_dns_answer *a, const struct kith_offer *o, struct target *t)
{
	const struct kith_dns_name *domain = &a->set.domains[a->meaning.domain];
	struct kith_bytes text;

	t->member = NULL;
	t->addr = (struct kith_addr){.family = 0};
	if (own_place(o, &t->addr, &text))
		return t->addr.family != 0 ? addr_name(&t->name, &t->addr, domain)
					   : kith_dns_name_read(&t->name, text);
	t->member = o->member;
	if (kith_dns_node_name(&t->name, o->member, domain))
		return true;
	/* A name that the DNS cannot spell, like "a..b". */
	t->member = NULL;
	t->addr = o->member->addrs[0];
	return o->member->addr_count > 0 && addr_name(&t->name, &t->addr, domain);
}

/* One port of one host is one instance to whoever asks, even if it was registered twice. */
static bool has_target(const struct kith_dns_answer *a, const struct target *t, uint16_t port)
{
	for (uint32_t i = 0; i < a->target_count; i++) {
		const size_t at = a->target_at[i];
		const uint8_t *p = kith_dns_written(&a->w, at - 2);

		if (p[0] == port >> 8 && p[1] == (port & 0xFF) && at + t->name.len <= kith_dns_at(&a->w) &&
		    memcmp(p + 2, t->name.b, t->name.len) == 0)
			return true;
	}
	return false;
}

static bool put_srv(struct kith_dns_answer *a, const struct kith_offer *o, const struct target *t)
{
	const uint32_t i = a->target_count;

	kith_dns_record(&a->w, KITH_DNS_ANSWER, KITH_DNS_QUESTION, KITH_DNS_TYPE_SRV, a->set.ttl_s);
	kith_dns_put_u16(&a->w, SRV_PRIORITY);
	kith_dns_put_u16(&a->w, o->service.weight);
	kith_dns_put_u16(&a->w, o->service.port);
	kith_dns_put_bytes(&a->w, t->name.b, t->name.len);
	if (!kith_dns_record_end(&a->w))
		return false;
	KITH_ASSERT(i < KITH_DNS_TARGETS_MAX);
	a->target_at[i] = (uint16_t)(kith_dns_at(&a->w) - t->name.len);
	a->target_member[i] = t->member;
	a->target_addr[i] = t->addr;
	a->target_count++;
	return true;
}

static bool is_first_of_target(const struct kith_dns_answer *a, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (a->target_member[j] == a->target_member[i] &&
		    kith_addr_same_host(&a->target_addr[j], &a->target_addr[i]))
			return false;
	return true;
}

static void answer_srv(struct kith_dns_answer *a)
{
	a->target_count = 0;
	for (uint32_t i = 0; i < a->picked.count; i++) {
		const struct kith_offer *o = kith_dns_picked_at(&a->picked, i);
		struct target t;

		if (find_target(a, o, &t) && !has_target(a, &t, o->service.port) && !put_srv(a, o, &t))
			return;
	}
	for (uint32_t i = 0; i < a->target_count && !a->w.is_cut; i++) {
		if (!is_first_of_target(a, i))
			continue;
		if (a->target_member[i] != NULL)
			kith_dns_add_addrs(a, a->target_at[i], a->target_member[i]);
		else if (a->target_addr[i].family != 0)
			(void)kith_dns_put_addr(a, KITH_DNS_ADDITIONAL, a->target_at[i],
						&a->target_addr[i]);
	}
}

/* --- all ------------------------------------------------------------------------------------- */

bool kith_dns_service(struct kith_dns_answer *a)
{
	const struct kith_member *self = a->directory->self;
	const bool wants_srv = a->meaning.is_srv || a->q->type == KITH_DNS_TYPE_SRV;
	const struct kith_dns_wanted wanted = {
		.name = a->meaning.name,
		.tag = a->meaning.tag,
		.zone = a->meaning.zone,
		.has_tag = a->meaning.has_tag,
		.only_passing = a->set.only_passing,
		.no_idle = !wants_srv,
		.prefer_zone = a->set.prefer_zone && a->meaning.zone.len == 0 && self != NULL,
		.zone_min = a->set.zone_min,
		.own_zone = self != NULL ? kith_dns_text(self->zone) : (struct kith_bytes){0},
	};

	if (kith_dns_pick(&a->picked, a->directory, &wanted, &a->rng, a->directory->alloc) != 0) {
		a->has_memory = false;
		return false;
	}
	if (a->picked.count == 0)
		return a->picked.is_above;
	if (!wants_srv)
		answer_addrs(a);
	else if (kith_dns_asks(a, KITH_DNS_TYPE_SRV))
		answer_srv(a);
	return true;
}
