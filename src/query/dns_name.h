/* SPDX-License-Identifier: ISC */
/*
 * query/dns_name.h: names of the DNS in wire form (labels, each behind its length, and an empty one at the
 * end), and what one that was asked for means: node, service, address or nothing.
 *
 *	a domain of ours:	NODE.node[.ZONE]	[TAG.]SERVICE.service[.ZONE]
 *				_SERVICE._TAG[.service][.ZONE]	HEX.addr[.ZONE]	ns	ZONE
 *	the reverse trees:	4.3.2.1.in-addr.arpa	... .ip6.arpa
 *
 * This looks at the words alone; whether there is such a node or zone is dns_answer.c's to find. Letters
 * count alike in either case everywhere.
 */
#ifndef KITH_QUERY_DNS_NAME_H
#define KITH_QUERY_DNS_NAME_H

#include <kith/types.h>
#include <stdbool.h>

enum {
	KITH_DNS_NAME_MAX = 255,   /* RFC 1035, with the lengths and the empty label */
	KITH_DNS_LABEL_MAX = 63,
	KITH_DNS_DOMAIN_MAX = 128, /* of a configured domain: "NODE.node." before it still fits */
	KITH_DNS_DOMAINS_MAX = 8
};

struct kith_dns_name {
	uint8_t b[KITH_DNS_NAME_MAX];
	uint8_t len; /* 0: not begun */
};

/* Writes labels in front to back; false, and the name is of no use: a label is empty or too long, or the
 * name is. */
KITH_MUST_USE bool kith_dns_name_label(struct kith_dns_name *n, struct kith_bytes label);
/* Each part between two dots a label. */
KITH_MUST_USE bool kith_dns_name_labels(struct kith_dns_name *n, struct kith_bytes text);
/* The labels of `tail` and with them the end; NULL: the end alone. */
KITH_MUST_USE bool kith_dns_name_end(struct kith_dns_name *n, const struct kith_dns_name *tail);
/* A whole name from text, with or without the last dot. */
KITH_MUST_USE bool kith_dns_name_read(struct kith_dns_name *n, struct kith_bytes text);

/* A domain of ours, of letters that all can type. */
KITH_MUST_USE bool kith_dns_domain_read(struct kith_dns_name *n, const char *text);

enum kith_dns_kind {
	KITH_DNS_FOREIGN, /* in no domain of ours */
	KITH_DNS_NOTHING, /* in a domain of ours, and no name can be like that */
	KITH_DNS_APEX,    /* the domain itself */
	KITH_DNS_SERVER,  /* ns: we */
	KITH_DNS_KEYWORD, /* node, service, addr: there are names below it */
	KITH_DNS_ZONE,    /* a zone, if there is such a one */
	KITH_DNS_TAG,     /* _TAG.service, _TAG: there are names below it, if any service has the tag */
	KITH_DNS_NODE,
	KITH_DNS_SERVICE,
	KITH_DNS_ADDR,
	KITH_DNS_REVERSE
};

struct kith_dns_meaning {
	enum kith_dns_kind kind;
	uint8_t domain;           /* which one, and where in the name it begins */
	uint8_t apex;
	bool is_srv;              /* SERVICE: written without the word, so only SRV records are there */
	bool has_tag;
	struct kith_bytes name;   /* of node, service; or the tag of a TAG */
	struct kith_bytes tag;
	struct kith_bytes zone;   /* empty: none was named */
	struct kith_addr addr;
	char text[3 * KITH_DNS_NAME_MAX]; /* what the above point to, if not to the name that was read */
};

/* `name` is well-formed, and borrowed by the meaning. */
void kith_dns_name_mean(struct kith_dns_meaning *m, const struct kith_dns_name *name,
			const struct kith_dns_name *domains, size_t domain_count);

/* Whether `name`, written with dots, lies below `above`: "a.b" does below "b". */
bool kith_dns_is_above(struct kith_bytes above, struct kith_bytes name);

#endif
