/* SPDX-License-Identifier: ISC */
#include "query/dns_record.h"
#include "base/addr.h"

#include <string.h>

enum {
	/* For nobody, since there are no secondaries: what Consul says. */
	SOA_REFRESH_S = 3600,
	SOA_RETRY_S = 600,
	SOA_EXPIRE_S = 86400,
	STRING_MAX = 255 /* of the strings that a TXT record is made of */
};

bool kith_dns_fits(const struct kith_addr *addr, enum kith_dns_type type)
{
	return addr->family == (type == KITH_DNS_TYPE_A ? 4 : 6);
}

bool kith_dns_put_addr(struct kith_dns_answer *a, enum kith_dns_section section, size_t owner,
		       const struct kith_addr *addr)
{
	const bool is_v4 = addr->family == 4;

	kith_dns_record(&a->w, section, owner, is_v4 ? KITH_DNS_TYPE_A : KITH_DNS_TYPE_AAAA, a->set.ttl_s);
	kith_dns_put_bytes(&a->w, addr->ip, is_v4 ? 4 : 16);
	return kith_dns_record_end(&a->w);
}

/* A member may list one host with two ports. */
static bool is_first_of_host(const struct kith_member *m, uint8_t i)
{
	for (uint8_t j = 0; j < i; j++)
		if (kith_addr_same_host(&m->addrs[j], &m->addrs[i]))
			return false;
	return true;
}

bool kith_dns_put_addrs(struct kith_dns_answer *a, enum kith_dns_section section, size_t owner,
			const struct kith_member *m, enum kith_dns_type type)
{
	for (uint8_t i = 0; i < m->addr_count; i++)
		if (kith_dns_fits(&m->addrs[i], type) && is_first_of_host(m, i) &&
		    !kith_dns_put_addr(a, section, owner, &m->addrs[i]))
			return false;
	return true;
}

void kith_dns_add_addrs(struct kith_dns_answer *a, size_t owner, const struct kith_member *m)
{
	if (kith_dns_put_addrs(a, KITH_DNS_ADDITIONAL, owner, m, KITH_DNS_TYPE_A))
		(void)kith_dns_put_addrs(a, KITH_DNS_ADDITIONAL, owner, m, KITH_DNS_TYPE_AAAA);
}

void kith_dns_put_soa(struct kith_dns_answer *a, enum kith_dns_section section)
{
	const size_t apex = KITH_DNS_QUESTION + a->meaning.apex;

	kith_dns_record(&a->w, section, apex, KITH_DNS_TYPE_SOA, a->set.negative_ttl_s);
	kith_dns_put_below(&a->w, "ns", apex);
	kith_dns_put_below(&a->w, "hostmaster", apex);
	kith_dns_put_u32(&a->w, a->unix_s);
	kith_dns_put_u32(&a->w, SOA_REFRESH_S);
	kith_dns_put_u32(&a->w, SOA_RETRY_S);
	kith_dns_put_u32(&a->w, SOA_EXPIRE_S);
	kith_dns_put_u32(&a->w, a->set.negative_ttl_s);
	(void)!kith_dns_record_end(&a->w); /* an answer of one SOA always fits */
}

bool kith_dns_put_txt(struct kith_dns_answer *a, struct kith_bytes key, struct kith_bytes value)
{
	static const char bare[] = "rfc1035-";
	uint8_t text[KITH_TAGS_MAX + 1];
	size_t len = 0, at = 0;

	if (key.len + 1 + value.len > sizeof(text))
		return true; /* no member has such a one */
	if (key.len < sizeof(bare) - 1 || memcmp(key.p, bare, sizeof(bare) - 1) != 0) {
		memcpy(text, key.p, key.len);
		text[key.len] = '=';
		len = key.len + 1;
	}
	memcpy(text + len, value.p, value.len);
	len += value.len;
	kith_dns_record(&a->w, KITH_DNS_ANSWER, KITH_DNS_QUESTION, KITH_DNS_TYPE_TXT, a->set.ttl_s);
	do {
		const uint8_t n = len - at < STRING_MAX ? (uint8_t)(len - at) : STRING_MAX;

		kith_dns_put_bytes(&a->w, &n, 1);
		kith_dns_put_bytes(&a->w, text + at, n);
		at += n;
	} while (at < len);
	return kith_dns_record_end(&a->w);
}

bool kith_dns_put_name(struct kith_dns_answer *a, enum kith_dns_type type,
		       const struct kith_dns_name *name)
{
	kith_dns_record(&a->w, KITH_DNS_ANSWER, KITH_DNS_QUESTION, (uint16_t)type, a->set.ttl_s);
	kith_dns_put_bytes(&a->w, name->b, name->len);
	return kith_dns_record_end(&a->w);
}

bool kith_dns_node_name(struct kith_dns_name *n, const struct kith_member *m,
			const struct kith_dns_name *domain)
{
	n->len = 0;
	return kith_dns_name_labels(n, kith_dns_text(m->name)) &&
	       kith_dns_name_label(n, kith_dns_text("node")) && kith_dns_name_end(n, domain);
}
