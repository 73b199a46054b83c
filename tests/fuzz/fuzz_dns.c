/* SPDX-License-Identifier: ISC */
/*
 * DNS queries: arbitrary bytes behind one that chooses the transport and the settings. Whatever they are,
 * the answer is well-formed, no longer than its client takes, and belongs to the query; and what is no
 * query has none.
 */
#include "base/check.h"
#include "query/dns.h"
#include "support/dns_world.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

enum { TCP = 1, PREFER_ZONE = 2, ONLY_PASSING = 4, LONG = 8, LIMITED = 16 };

static struct dns_world *world(void)
{
	static struct dns_world w;

	if (w.dns == NULL) {
		dns_world_init(&w);
		dns_world_offer_sixty(&w);
		w.six->addrs = DNS_MSGPACK("\x91\xAF" "n2.node.consul.");
	}
	return &w;
}

static void choose(struct dns_world *w, uint8_t how)
{
	w->config.prefer = (how & PREFER_ZONE) != 0 ? KITH_DNS_PREFER_ZONE : KITH_DNS_PREFER_ANY;
	w->config.only_passing = (how & ONLY_PASSING) != 0;
	w->config.udp_limit = (how & LONG) != 0 ? KITH_DNS_UDP_MOST : 1232;
	w->config.zone_min = 1;
	dns_world_set(w);
}

static bool is_query(const uint8_t *p, size_t len)
{
	return len >= 12 && (p[2] & 0x80) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	struct dns_world *w = world();
	struct kith_bytes query, answer;
	enum kith_dns_transport transport = KITH_DNS_UDP;
	bool is_tcp, is_limited;

	if (len == 0)
		return 0;
	query = (struct kith_bytes){buf + 1, len - 1};
	is_tcp = (buf[0] & TCP) != 0;
	is_limited = (buf[0] & LIMITED) != 0;
	if (is_tcp)
		transport = KITH_DNS_TCP;
	else if (is_limited)
		transport = KITH_DNS_UDP_LIMITED;
	choose(w, buf[0]);
	answer = kith_dns_answer(w->dns, transport, 1800000000, query);
	KITH_ASSERT((answer.len > 0) == is_query(query.p, query.len));
	if (answer.len == 0)
		return 0;
	KITH_ASSERT(is_tcp || !is_limited || answer.len <= query.len);
	KITH_ASSERT(is_tcp || answer.len <= w->config.udp_limit);
	KITH_ASSERT(memcmp(answer.p, query.p, 2) == 0);
	KITH_ASSERT((answer.p[2] & 0xF9) == (0x80 | (query.p[2] & 0x79)));
	KITH_ASSERT(dns_is_well_formed(answer));
	return 0;
}
