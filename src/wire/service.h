/* SPDX-License-Identifier: ISC */
/*
 * wire/service.h: the body of a service record, kind 2: what a host offers, one instance a record. Who may
 * offer it, and which record of two counts, is core/store's and core/catalogue's.
 *
 *	0 key[8] | 8 flags | 9 health | 10 since u32 | 14 port u16 | 16 weight u16 | len8 name | len8 id |
 *	len8 note | len16 addrs | len16 ports | len16 tags | len16 meta
 *
 * The last four are msgpack values, or nothing: arrays of texts, maps of text to number and of text to
 * text. Of one that is deleted key and flags count alone. Bytes after these belong to a later version and
 * are skipped. Nothing is copied: what is read points into the body.
 */
#ifndef KITH_WIRE_SERVICE_H
#define KITH_WIRE_SERVICE_H

#include <kith/types.h>
#include <stdbool.h>

enum { KITH_SERVICE_KEY = 8 };
enum kith_service_flag {
	KITH_SERVICE_DELETED = 1 << 0,    /* it is offered no longer */
	KITH_SERVICE_MAINTENANCE = 1 << 1 /* it is drained */
};

struct kith_service_body {
	uint8_t key[KITH_SERVICE_KEY]; /* of the id, so that two of an owner have two */
	uint8_t flags;
	uint8_t health;        /* enum kith_service_health */
	uint32_t since;        /* unix seconds: it has this health */
	uint16_t port, weight;
	struct kith_bytes name, id, note;           /* borrowed */
	struct kith_bytes addrs, ports, tags, meta; /* borrowed msgpack */
};

/* KITH_EMALFORMED: a text or a value is out of its bounds or its form, or the health is unknown. */
KITH_MUST_USE int kith_service_body_read(struct kith_bytes body, struct kith_service_body *s);
/* *len is room in, length out. KITH_EINVAL: as above; KITH_ETOOBIG: no room. */
KITH_MUST_USE int kith_service_body_write(const struct kith_service_body *s, uint8_t *out, size_t *len);

/* Whether the bytes are UTF-8 without control characters, so that they fit on a line. */
bool kith_service_text_is_valid(struct kith_bytes text);
/* The next text of an array of texts, the next pair of a map of text to number: *at = 0 to start; 1, or 0
 * at the end. The bytes are valid. */
KITH_MUST_USE int kith_texts_next(struct kith_bytes texts, size_t *at, struct kith_bytes *text);
KITH_MUST_USE int kith_ports_next(struct kith_bytes ports, size_t *at, struct kith_bytes *name,
				  uint16_t *port);

#endif
