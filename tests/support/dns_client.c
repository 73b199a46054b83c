/* SPDX-License-Identifier: ISC */
#include "support/dns_client.h"
#include "base/check.h"
#include "base/text.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

enum { ID = 0x1234, HEADER = 12, RECORDS_MAX = 4096 };

/* --- queries --------------------------------------------------------------------------------- */

void dns_query_u16(struct dns_query *q, uint16_t v)
{
	KITH_ASSERT(q->len + 2 <= sizeof(q->p));
	q->p[q->len++] = (uint8_t)(v >> 8);
	q->p[q->len++] = (uint8_t)v;
}

static void put_name(struct dns_query *q, const char *name)
{
	size_t head = q->len++;

	q->p[head] = 0;
	for (const char *p = name; *p != '\0'; p++) {
		if (*p == '.') {
			head = q->len++;
			q->p[head] = 0;
			continue;
		}
		if (*p == '\\')
			p++;
		q->p[q->len++] = (uint8_t)*p;
		q->p[head]++;
	}
	if (q->p[head] != 0)
		q->p[q->len++] = 0;
	KITH_ASSERT(q->len < sizeof(q->p));
}

struct dns_query dns_query(const char *name, uint16_t type)
{
	static const uint8_t header[HEADER] = {ID >> 8, ID & 0xFF, 1, 0, 0, 1};
	struct dns_query q = {.len = HEADER};

	memcpy(q.p, header, sizeof(header));
	put_name(&q, name);
	dns_query_u16(&q, type);
	dns_query_u16(&q, 1);
	return q;
}

struct dns_query dns_query_edns(const char *name, uint16_t type, uint16_t size, uint8_t version)
{
	struct dns_query q = dns_query(name, type);

	q.p[11] = 1;
	q.p[q.len++] = 0;
	dns_query_u16(&q, 41);
	dns_query_u16(&q, size);
	dns_query_u16(&q, version);
	dns_query_u16(&q, 0);
	dns_query_u16(&q, 0);
	return q;
}

/* --- answers --------------------------------------------------------------------------------- */

unsigned dns_count(struct kith_bytes answer, unsigned section)
{
	const size_t at = 4 + 2 * (size_t)section;

	KITH_ASSERT(section <= 3 && answer.len >= HEADER);
	return (unsigned)answer.p[at] << 8 | answer.p[at + 1];
}

bool dns_is_cut(struct kith_bytes answer)
{
	return (answer.p[2] & 0x02) != 0;
}

bool dns_is_well_formed(struct kith_bytes answer)
{
	ldns_pkt *pkt = NULL;
	bool is = ldns_wire2pkt(&pkt, answer.p, answer.len) == LDNS_STATUS_OK &&
		  ldns_pkt_size(pkt) == answer.len;

	ldns_pkt_free(pkt);
	return is;
}

static const char *rcode_name(unsigned rcode)
{
	static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};

	return rcode == 16 ? "BADVERS" : rcode < sizeof(names) / sizeof(names[0]) ? names[rcode] : "?";
}

/* "OWNER TYPE DATA", the owner unless it is the name that was asked for. */
static char *rr_text(const ldns_rr *rr, const ldns_rdf *asked)
{
	char *type = ldns_rr_type2str(ldns_rr_get_type(rr)), *owner = ldns_rdf2str(ldns_rr_owner(rr));
	static char text[2048];
	struct kith_text t;

	kith_text_init(&t, text, sizeof(text));
	if (asked == NULL || ldns_rdf_size(ldns_rr_owner(rr)) != ldns_rdf_size(asked) ||
	    memcmp(ldns_rdf_data(ldns_rr_owner(rr)), ldns_rdf_data(asked), ldns_rdf_size(asked)) != 0) {
		kith_text_str(&t, owner);
		kith_text_str(&t, " ");
	}
	kith_text_str(&t, type);
	for (size_t i = 0; i < ldns_rr_rd_count(rr) && ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA; i++) {
		char *data = ldns_rdf2str(ldns_rr_rdf(rr, i));

		kith_text_str(&t, " ");
		kith_text_str(&t, data);
		free(data);
	}
	KITH_ASSERT(!t.cut);
	free(type);
	free(owner);
	return strdup(text);
}

static int in_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void tell_section(struct kith_text *t, const ldns_rr_list *list, const ldns_rdf *asked)
{
	char *texts[RECORDS_MAX];
	const size_t count = ldns_rr_list_rr_count(list);

	KITH_ASSERT(count <= RECORDS_MAX);
	for (size_t i = 0; i < count; i++)
		texts[i] = rr_text(ldns_rr_list_rr(list, i), asked);
	if (count > 1)
		qsort(texts, count, sizeof(texts[0]), in_order);
	for (size_t i = 0; i < count; i++) {
		kith_text_str(t, i > 0 ? ", " : " ");
		kith_text_str(t, texts[i]);
		free(texts[i]);
	}
}

static void tell_flags(struct kith_text *t, const ldns_pkt *pkt)
{
	kith_text_str(t, ldns_pkt_aa(pkt) ? " aa" : "");
	kith_text_str(t, ldns_pkt_tc(pkt) ? " tc" : "");
	kith_text_str(t, ldns_pkt_ra(pkt) ? " ra" : "");
	kith_text_str(t, ldns_pkt_ad(pkt) ? " ad" : "");
	kith_text_str(t, ldns_pkt_cd(pkt) ? " cd" : "");
}

const char *dns_told(const struct dns_query *q, struct kith_bytes answer)
{
	static char text[1 << 18];
	const ldns_rdf *asked = NULL;
	struct kith_text t;
	ldns_pkt *pkt;

	kith_text_init(&t, text, sizeof(text));
	if (answer.len == 0)
		return "nothing";
	KITH_ASSERT(ldns_wire2pkt(&pkt, answer.p, answer.len) == LDNS_STATUS_OK);
	KITH_ASSERT(ldns_pkt_qr(pkt) && ldns_pkt_id(pkt) == ID && ldns_pkt_rd(pkt) == (q->p[2] & 1));
	if (ldns_pkt_qdcount(pkt) > 0) {
		size_t len = HEADER;

		while (q->p[len] != 0)
			len += 1u + q->p[len];
		len += 1 + 2 + 2;
		KITH_ASSERT(answer.len >= len &&
			    memcmp(answer.p + HEADER, q->p + HEADER, len - HEADER) == 0);
		asked = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(pkt), 0));
	}
	kith_text_str(&t, rcode_name(ldns_pkt_get_rcode(pkt) |
				     (unsigned)ldns_pkt_edns_extended_rcode(pkt) << 4));
	tell_flags(&t, pkt);
	kith_text_str(&t, ":");
	tell_section(&t, ldns_pkt_answer(pkt), asked);
	kith_text_str(&t, ldns_pkt_nscount(pkt) + ldns_pkt_arcount(pkt) > 0 ? " /" : "");
	tell_section(&t, ldns_pkt_authority(pkt), NULL);
	kith_text_str(&t, ldns_pkt_arcount(pkt) > 0 ? " /" : "");
	tell_section(&t, ldns_pkt_additional(pkt), NULL);
	kith_text_str(&t, ldns_pkt_edns(pkt) ? " / edns" : "");
	KITH_ASSERT(!t.cut);
	ldns_pkt_free(pkt);
	return text;
}
