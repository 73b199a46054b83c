/* SPDX-License-Identifier: ISC */
/*
 * kith/service.h: services: what hosts of the cluster offer. A node offers those of its host, which are
 * told to all as signed records, and lists those of everybody; kith/kith.h includes this.
 */
#ifndef KITH_SERVICE_H
#define KITH_SERVICE_H

#include <kith/types.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kith_node;

/* A service that this host offers: one instance, told apart from others of the host by its id. Texts are
 * UTF-8 without control characters. The msgpack values may be empty. */
struct kith_service_def {
	const char *name;        /* 1 to KITH_SERVICE_NAME_MAX bytes */
	const char *id;          /* 1 to KITH_SERVICE_ID_MAX bytes; NULL: the name */
	uint16_t port;           /* 0: none */
	uint16_t weight;         /* its share of the work among those of its name; 0: none, if others can */
	bool maintenance;        /* drained: it stays listed, and no answer names it */
	enum kith_service_health health;
	const char *note;        /* why, at most KITH_SERVICE_NOTE_MAX bytes; NULL: nothing to say */
	struct kith_bytes addrs; /* array of texts, IP literals or names of hosts, preferred first, at most
	                          * KITH_SERVICE_ADDRS_MAX; none: those of the member */
	struct kith_bytes ports; /* map of text to number: named ones, at most KITH_SERVICE_PORTS_MAX */
	struct kith_bytes tags;  /* array of texts */
	struct kith_bytes meta;  /* map of text to text */
};
/* Offers a service to the whole cluster, or changes what is said of it; nothing is sent when nothing
 * differs. It is offered until it is dropped or the node ends, and told as soon as the node has started;
 * the host offers it again after a restart. KITH_EINVAL: a field is out of its range; KITH_ETOOBIG: over
 * some 860 bytes in all; KITH_ERIGHT: our certificate does not allow the name, or addresses that are not
 * this member's; KITH_EFULL: 256 are offered; KITH_ESTATE after leave; KITH_ENOMEM. */
KITH_API KITH_MUST_USE int kith_node_service_put(struct kith_node *n, kith_us now,
						 const struct kith_service_def *def);
/* Withdraws it. KITH_ENOTFOUND; KITH_ESTATE after leave; KITH_ENOMEM: it is still offered. */
KITH_API KITH_MUST_USE int kith_node_service_drop(struct kith_node *n, kith_us now, const char *id);

/* A service as this node sees it. Pointers are borrowed; the texts do not end in NUL. */
struct kith_service {
	struct kith_mid owner;
	const char *node;          /* the owner's name, and its zone; these two end in NUL */
	const char *zone;
	enum kith_status status;   /* of the owner */
	bool self, quarantined;    /* is the owner */
	uint8_t key[8];            /* made of the id: names it among those of its owner */
	uint32_t epoch, seq;       /* of its record */
	struct kith_bytes name, id, note;
	uint16_t port, weight;
	bool maintenance;
	enum kith_service_health health;
	uint32_t health_since;     /* unix seconds, on the owner's clock */
	struct kith_bytes addrs, ports, tags, meta; /* as in kith_service_def */
	kith_us changed;           /* when this was learned, on the node's clock */
};
/* Walks all services that are known, in the order of their owners' ids and then of their keys, also of
 * members that failed: start with *cursor = 0; 1 and *s, or 0 at the end. */
KITH_API KITH_MUST_USE int kith_node_services(const struct kith_node *n, uint64_t *cursor,
					      struct kith_service *s);
/* One service of a member. KITH_ENOTFOUND. */
KITH_API KITH_MUST_USE int kith_node_service(const struct kith_node *n, const struct kith_mid *owner,
					     struct kith_bytes id, struct kith_service *s);
/* Whether an answer may name it: its owner is alive, suspect or restarting and not quarantined, and it is
 * neither in maintenance nor critical. */
KITH_API bool kith_service_is_usable(const struct kith_service *s);
/* The next text of addrs or tags: *at = 0 to start; 1 and *text, or 0 at the end. meta is walked with
 * kith_tag_next(). */
KITH_API KITH_MUST_USE int kith_text_next(struct kith_bytes texts, size_t *at, struct kith_bytes *text);
/* The next of the named ports, likewise. */
KITH_API KITH_MUST_USE int kith_port_next(struct kith_bytes ports, size_t *at, struct kith_bytes *name,
					  uint16_t *port);

/* "passing", ...; "?" when out of range. */
KITH_API const char *kith_service_health_name(enum kith_service_health h);

#ifdef __cplusplus
}
#endif
#endif
