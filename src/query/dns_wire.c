/* SPDX-License-Identifier: ISC */
#include "query/dns_wire.h"
#include "base/check.h"

#include <ldns/packet.h>
#include <ldns/util.h>
#include <ldns/wire2host.h>
#include <string.h>

/* --- the question ---------------------------------------------------------------------------- */

enum {
	FLAG_RESPONSE = 0x80,  /* in the third byte */
	FLAG_AUTHORITATIVE = 0x04,
	FLAG_CUT = 0x02,
	FLAG_RECURSION_DESIRED = 0x01,
	FLAG_CHECKING_DISABLED = 0x10, /* in the fourth */
	OPT_LEN = 11
};

static unsigned count_at(const uint8_t *p, size_t at)
{
	return (unsigned)p[at] << 8 | p[at + 1];
}

/* What the parser is shown at all. A query has one question and perhaps one record, which is OPT. */
static int guard(struct kith_dns_question *q, const uint8_t *p, size_t len)
{
	if (len < KITH_DNS_HEADER || (p[2] & FLAG_RESPONSE) != 0)
		return -1; /* an answer to it could go round in circles */
	q->id = (uint16_t)count_at(p, 0);
	q->opcode = p[2] >> 3 & 0xF;
	q->recursion_desired = (p[2] & FLAG_RECURSION_DESIRED) != 0;
	q->checking_disabled = (p[3] & FLAG_CHECKING_DISABLED) != 0;
	if (q->opcode != 0)
		return KITH_DNS_NOTIMP;
	if (len > KITH_DNS_QUERY_MAX || count_at(p, 4) != 1 || count_at(p, 6) != 0 || count_at(p, 8) != 0 ||
	    count_at(p, 10) > 1)
		return KITH_DNS_FORMERR;
	return 0;
}

static int take(struct kith_dns_question *q, const ldns_pkt *pkt)
{
	const ldns_rr *rr = ldns_rr_list_rr(ldns_pkt_question(pkt), 0);
	const ldns_rdf *owner = rr != NULL ? ldns_rr_owner(rr) : NULL;

	if (owner == NULL || ldns_rdf_size(owner) == 0 || ldns_rdf_size(owner) > KITH_DNS_NAME_MAX)
		return KITH_DNS_FORMERR;
	q->name.len = (uint8_t)ldns_rdf_size(owner);
	memcpy(q->name.b, ldns_rdf_data(owner), q->name.len);
	q->type = (uint16_t)ldns_rr_get_type(rr);
	q->class = (uint16_t)ldns_rr_get_class(rr);
	q->has_edns = ldns_pkt_edns(pkt);
	q->edns_version = ldns_pkt_edns_version(pkt);
	q->edns_size = ldns_pkt_edns_udp_size(pkt);
	q->is_read = true;
	return q->has_edns && q->edns_version != 0 ? KITH_DNS_BADVERS : 0;
}

int kith_dns_question_read(struct kith_dns_question *q, const uint8_t *p, size_t len)
{
	ldns_pkt *pkt = NULL;
	int rcode;

	*q = (struct kith_dns_question){.is_read = false};
	rcode = guard(q, p, len);
	if (rcode != 0)
		return rcode;
	if (ldns_wire2pkt(&pkt, p, len) != LDNS_STATUS_OK)
		return KITH_DNS_FORMERR;
	rcode = take(q, pkt);
	ldns_pkt_free(pkt);
	return rcode;
}

const char *kith_dns_library(void)
{
	return "ldns " LDNS_VERSION;
}

/* --- the answer ------------------------------------------------------------------------------ */

enum {
	/* The longest record is written before it is known that it does not fit: an owner, its fixed part,
	 * and as data a tag with its lengths or two names. */
	SLACK = KITH_DNS_NAME_MAX + 10 + 2 * KITH_TAGS_MAX,
	POINTER = 0xC000, /* and to what lies below that offset */
	POINTER_END = 0x4000,
	CLASS_IN = 1,
	TYPE_OPT = 41
};

int kith_dns_writer_init(struct kith_dns_writer *w)
{
	*w = (struct kith_dns_writer){.out = ldns_buffer_new(KITH_DNS_MESSAGE_MAX + SLACK)};
	return w->out != NULL ? 0 : KITH_ENOMEM;
}

void kith_dns_writer_fini(struct kith_dns_writer *w)
{
	ldns_buffer_free(w->out);
	w->out = NULL;
}

size_t kith_dns_at(const struct kith_dns_writer *w)
{
	return ldns_buffer_position(w->out);
}

const uint8_t *kith_dns_written(const struct kith_dns_writer *w, size_t at)
{
	return ldns_buffer_at(w->out, at);
}

void kith_dns_put_u16(struct kith_dns_writer *w, uint16_t v)
{
	ldns_buffer_write_u16(w->out, v);
}

void kith_dns_put_u32(struct kith_dns_writer *w, uint32_t v)
{
	ldns_buffer_write_u32(w->out, v);
}

void kith_dns_put_bytes(struct kith_dns_writer *w, const void *p, size_t len)
{
	ldns_buffer_write(w->out, p, len);
}

/* A name that lies in the message: a pointer to it where one reaches so far, else the name again. */
static void put_name_at(struct kith_dns_writer *w, size_t at)
{
	const uint8_t *name = kith_dns_written(w, at);
	size_t len = 0;

	if (at < POINTER_END) {
		kith_dns_put_u16(w, (uint16_t)(POINTER | at));
		return;
	}
	while (name[len] != 0)
		len += 1u + name[len];
	kith_dns_put_bytes(w, name, len + 1);
}

void kith_dns_put_below(struct kith_dns_writer *w, const char *label, size_t tail)
{
	const size_t len = strlen(label);

	KITH_ASSERT(len > 0 && len <= KITH_DNS_LABEL_MAX);
	ldns_buffer_write_u8(w->out, (uint8_t)len);
	kith_dns_put_bytes(w, label, len);
	put_name_at(w, tail);
}

void kith_dns_begin(struct kith_dns_writer *w, const struct kith_dns_question *q, size_t limit)
{
	static const uint8_t header[KITH_DNS_HEADER];

	KITH_ASSERT(limit >= KITH_DNS_UDP_LEAST && limit <= KITH_DNS_MESSAGE_MAX);
	w->limit = limit - (q->has_edns ? OPT_LEN : 0);
	w->is_cut = false;
	memset(w->counts, 0, sizeof(w->counts));
	ldns_buffer_clear(w->out);
	kith_dns_put_bytes(w, header, sizeof(header));
	if (!q->is_read)
		return;
	kith_dns_put_bytes(w, q->name.b, q->name.len);
	kith_dns_put_u16(w, q->type);
	kith_dns_put_u16(w, q->class);
}

void kith_dns_record(struct kith_dns_writer *w, enum kith_dns_section section, size_t owner, uint16_t type,
		     uint32_t ttl_s)
{
	w->section = section;
	w->record = kith_dns_at(w);
	put_name_at(w, owner);
	kith_dns_put_u16(w, type);
	kith_dns_put_u16(w, CLASS_IN);
	kith_dns_put_u32(w, ttl_s);
	kith_dns_put_u16(w, 0);
	w->data = kith_dns_at(w);
}

bool kith_dns_record_end(struct kith_dns_writer *w)
{
	const size_t end = kith_dns_at(w);

	if (end > w->limit || w->counts[w->section] == UINT16_MAX) {
		ldns_buffer_set_position(w->out, w->record);
		w->is_cut = true;
		return false;
	}
	ldns_buffer_write_u16_at(w->out, w->data - 2, (uint16_t)(end - w->data));
	w->counts[w->section]++;
	return true;
}

static void put_opt(struct kith_dns_writer *w, unsigned rcode, uint16_t own_size)
{
	ldns_buffer_write_u8(w->out, 0);
	kith_dns_put_u16(w, TYPE_OPT);
	kith_dns_put_u16(w, own_size);
	ldns_buffer_write_u8(w->out, (uint8_t)(rcode >> 4));
	ldns_buffer_write_u8(w->out, 0); /* version */
	kith_dns_put_u16(w, 0);
	kith_dns_put_u16(w, 0);
	w->counts[KITH_DNS_ADDITIONAL]++;
}

struct kith_bytes kith_dns_end(struct kith_dns_writer *w, const struct kith_dns_question *q, unsigned rcode,
			       bool is_authoritative, uint16_t own_size)
{
	if (q->has_edns)
		put_opt(w, rcode, own_size);
	ldns_buffer_write_u16_at(w->out, 0, q->id);
	ldns_buffer_write_u8_at(w->out, 2,
				(uint8_t)(FLAG_RESPONSE | q->opcode << 3 |
					  (is_authoritative ? FLAG_AUTHORITATIVE : 0) |
					  (w->is_cut ? FLAG_CUT : 0) |
					  (q->recursion_desired ? FLAG_RECURSION_DESIRED : 0)));
	ldns_buffer_write_u8_at(w->out, 3, (uint8_t)((q->checking_disabled ? FLAG_CHECKING_DISABLED : 0) |
						     (rcode & 0xF)));
	ldns_buffer_write_u16_at(w->out, 4, q->is_read);
	for (size_t i = 0; i < KITH_DNS_SECTIONS; i++)
		ldns_buffer_write_u16_at(w->out, 6 + 2 * i, w->counts[i]);
	return (struct kith_bytes){ldns_buffer_begin(w->out), kith_dns_at(w)};
}
