/* SPDX-License-Identifier: ISC */
/*
 * query/dns_wire.h: one message of the DNS: the question out of a query's bytes, and an answer written
 * record by record into one buffer. The bytes are ldns's to read and to write, but for two things:
 *
 *	What reaches its parser has passed a guard on the header first: two TSIG records in one query are
 *	a leak there, and no query needs more than one record besides its question.
 *	Answers are not built as its objects, but written straight into a buffer, with owners as pointers to
 *	names that are already there (RFC 1035, 4.1.4). A record that does not fit is taken back whole, and
 *	the answer then says that it is cut; room for the OPT record is kept from the start.
 *
 * The layout of an answer: header, the question as it came, answers, authority, additional, OPT.
 */
#ifndef KITH_QUERY_DNS_WIRE_H
#define KITH_QUERY_DNS_WIRE_H

#include "query/dns.h"
#include "query/dns_name.h"

#include <ldns/buffer.h>

enum {
	KITH_DNS_HEADER = 12,
	KITH_DNS_MESSAGE_MAX = 65535
};

enum kith_dns_rcode {
	KITH_DNS_NOERROR = 0,
	KITH_DNS_FORMERR = 1,
	KITH_DNS_SERVFAIL = 2,
	KITH_DNS_NXDOMAIN = 3,
	KITH_DNS_NOTIMP = 4,
	KITH_DNS_REFUSED = 5,
	KITH_DNS_BADVERS = 16 /* its upper bits are in the OPT record */
};

struct kith_dns_question {
	uint16_t id;
	uint8_t opcode;
	bool recursion_desired, checking_disabled;
	bool is_read;              /* what follows is */
	struct kith_dns_name name; /* in the client's letter case */
	uint16_t type, class;
	bool has_edns;
	uint8_t edns_version;
	uint16_t edns_size;
};

/* 0, or the rcode of the answer that says no more; -1: nothing that an answer is due to. */
KITH_MUST_USE int kith_dns_question_read(struct kith_dns_question *q, const uint8_t *p, size_t len);

enum kith_dns_section { KITH_DNS_ANSWER, KITH_DNS_AUTHORITY, KITH_DNS_ADDITIONAL, KITH_DNS_SECTIONS };

struct kith_dns_writer {
	ldns_buffer *out;   /* owned */
	size_t limit;       /* of the message, without its OPT record */
	size_t record;      /* where the one under way begins */
	size_t data;        /* and where its data does */
	enum kith_dns_section section;
	uint16_t counts[KITH_DNS_SECTIONS];
	bool is_cut;        /* a record did not fit */
};

/* KITH_ENOMEM. */
KITH_MUST_USE int kith_dns_writer_init(struct kith_dns_writer *w);
void kith_dns_writer_fini(struct kith_dns_writer *w);

/* Begins the answer to q, of at most `limit` bytes. */
void kith_dns_begin(struct kith_dns_writer *w, const struct kith_dns_question *q, size_t limit);
/* Ends it; its bytes are in w->out. */
struct kith_bytes kith_dns_end(struct kith_dns_writer *w, const struct kith_dns_question *q, unsigned rcode,
			       bool is_authoritative, uint16_t own_size);

/* A record: its begin, its data, its end. `owner` is where the name lies in the message, whole. */
void kith_dns_record(struct kith_dns_writer *w, enum kith_dns_section section, size_t owner, uint16_t type,
		     uint32_t ttl_s);
void kith_dns_put_u16(struct kith_dns_writer *w, uint16_t v);
void kith_dns_put_u32(struct kith_dns_writer *w, uint32_t v);
void kith_dns_put_bytes(struct kith_dns_writer *w, const void *p, size_t len);
/* The text `label`, and then the name at `tail`. */
void kith_dns_put_below(struct kith_dns_writer *w, const char *label, size_t tail);
/* false: it did not fit, and is taken back. */
KITH_MUST_USE bool kith_dns_record_end(struct kith_dns_writer *w);

/* Where the next byte will be. */
size_t kith_dns_at(const struct kith_dns_writer *w);
const uint8_t *kith_dns_written(const struct kith_dns_writer *w, size_t at);

#endif
