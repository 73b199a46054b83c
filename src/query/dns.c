/* SPDX-License-Identifier: ISC */
#include "query/dns.h"
#include "base/check.h"
#include "base/mem.h"
#include "query/dns_answer.h"

#include <string.h>

enum { CLASS_IN = 1, TYPE_IXFR = 251, TYPE_AXFR = 252 };

struct kith_dns {
	struct kith_dns_answer a;
	struct kith_dns_counters counters;
};

/* --- settings -------------------------------------------------------------------------------- */

int kith_dns_set(struct kith_dns *dns, const struct kith_dns_config *c)
{
	struct kith_dns_settings s = {
		.ttl_s = c->ttl_s,
		.negative_ttl_s = c->negative_ttl_s,
		.zone_min = c->zone_min,
		.udp_limit = c->udp_limit,
		.prefer_zone = c->prefer == KITH_DNS_PREFER_ZONE,
		.only_passing = c->only_passing,
	};

	KITH_ASSERT(c->udp_limit >= KITH_DNS_UDP_LEAST && c->udp_limit <= KITH_DNS_UDP_MOST);
	if (c->domain_count == 0 || c->domain_count > KITH_DNS_DOMAINS_MAX)
		return KITH_EINVAL;
	for (size_t i = 0; i < c->domain_count; i++)
		if (!kith_dns_domain_read(&s.domains[s.domain_count++], c->domains[i]))
			return KITH_EINVAL;
	dns->a.set = s;
	return 0;
}

int kith_dns_new(struct kith_dns **out, const struct kith_dns_config *c, struct kith_directory *directory,
		 const uint8_t seed[16])
{
	struct kith_dns *dns = kith_mem_new(directory->alloc, 1, sizeof(*dns));
	int rc;

	if (dns == NULL)
		return KITH_ENOMEM;
	dns->a.directory = directory;
	kith_rng_init(&dns->a.rng, seed);
	rc = kith_dns_set(dns, c);
	if (rc == 0)
		rc = kith_dns_writer_init(&dns->a.w);
	if (rc != 0)
		kith_dns_free(&dns);
	else
		*out = dns;
	return rc;
}

void kith_dns_free(struct kith_dns **dns)
{
	const struct kith_alloc *alloc;

	if (*dns == NULL)
		return;
	alloc = (*dns)->a.directory->alloc;
	kith_dns_writer_fini(&(*dns)->a.w);
	kith_mem_free(alloc, (*dns)->a.picked.places);
	kith_mem_free(alloc, *dns);
	*dns = NULL;
}

struct kith_dns_counters *kith_dns_counters(struct kith_dns *dns)
{
	return &dns->counters;
}

/* --- answers --------------------------------------------------------------------------------- */

static size_t limit_of(const struct kith_dns *dns, enum kith_dns_transport transport,
		       const struct kith_dns_question *q)
{
	size_t limit = q->has_edns ? q->edns_size : 0;

	if (transport == KITH_DNS_TCP)
		return KITH_DNS_MESSAGE_MAX;
	if (limit > dns->a.set.udp_limit)
		limit = dns->a.set.udp_limit;
	return limit > KITH_DNS_UDP_LEAST ? limit : KITH_DNS_UDP_LEAST;
}

/* Before the node has started it knows nobody, and would deny that there is anybody. */
static bool is_ready(struct kith_directory *d)
{
	struct kith_view v;

	kith_node_view(d->node, &v);
	return v.started && kith_directory_update(d) == 0;
}

static unsigned find(struct kith_dns *dns, const struct kith_dns_question *q)
{
	struct kith_dns_answer *a = &dns->a;

	if (q->class != CLASS_IN || q->type == TYPE_AXFR || q->type == TYPE_IXFR)
		return KITH_DNS_REFUSED;
	kith_dns_name_mean(&a->meaning, &q->name, a->set.domains, a->set.domain_count);
	if (a->meaning.kind == KITH_DNS_FOREIGN)
		return KITH_DNS_REFUSED;
	if (!is_ready(a->directory))
		return KITH_DNS_SERVFAIL;
	a->q = q;
	return kith_dns_answer_write(a);
}

static void count(struct kith_dns *dns, enum kith_dns_transport transport, unsigned rcode)
{
	struct kith_dns_counters *c = &dns->counters;

	c->queries++;
	c->queries_tcp += transport == KITH_DNS_TCP;
	c->truncated += dns->a.w.is_cut;
	c->limited += transport == KITH_DNS_UDP_LIMITED;
	c->nxdomain += rcode == KITH_DNS_NXDOMAIN;
	c->refused += rcode == KITH_DNS_REFUSED;
	c->malformed += rcode == KITH_DNS_FORMERR;
	c->unsupported += rcode == KITH_DNS_NOTIMP || rcode == KITH_DNS_BADVERS;
	c->unready += rcode == KITH_DNS_SERVFAIL;
}

struct kith_bytes kith_dns_answer(struct kith_dns *dns, enum kith_dns_transport transport, uint32_t unix_s,
				  struct kith_bytes query)
{
	struct kith_dns_writer *w = &dns->a.w;
	struct kith_dns_question q;
	int read = kith_dns_question_read(&q, query.p, query.len);
	unsigned rcode = KITH_DNS_NOERROR;

	if (read < 0) {
		dns->counters.ignored++;
		return (struct kith_bytes){NULL, 0};
	}
	dns->a.unix_s = unix_s;
	kith_dns_begin(w, &q, limit_of(dns, transport, &q));
	if (read != 0)
		rcode = (unsigned)read;
	else if (transport == KITH_DNS_UDP_LIMITED)
		w->is_cut = true;
	else
		rcode = find(dns, &q);
	if (rcode == KITH_DNS_SERVFAIL || rcode == KITH_DNS_REFUSED)
		kith_dns_begin(w, &q, limit_of(dns, transport, &q)); /* nothing that was half written */
	count(dns, transport, rcode);
	return kith_dns_end(w, &q, rcode,
			    (rcode == KITH_DNS_NOERROR || rcode == KITH_DNS_NXDOMAIN) &&
				    transport != KITH_DNS_UDP_LIMITED,
			    dns->a.set.udp_limit);
}
