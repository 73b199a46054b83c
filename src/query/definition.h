/* SPDX-License-Identifier: ISC */
/*
 * query/definition.h: what is said of a service that this host offers, in one piece of memory without
 * pointers, so that it can be copied, compared and kept.
 *
 *	arguments of kith.register, a [service.NAME] section, an entry of the kept file
 *	-> msgpack map -> kith_definition_read() -> kith_definition_def() -> kith_node_service_put()
 *
 * Reading judges all that can be judged without the node, and puts maps in the order of their keys, so
 * that the same said in another order is the same.
 */
#ifndef KITH_QUERY_DEFINITION_H
#define KITH_QUERY_DEFINITION_H

#include "query/out.h"
#include "query/tree.h"
#include <kith/kith.h>

struct kith_definition {
	char name[KITH_SERVICE_NAME_MAX + 1];
	char id[KITH_SERVICE_ID_MAX + 1];
	char note[KITH_SERVICE_NOTE_MAX + 1];
	uint16_t port, weight;
	enum kith_service_health health;
	/* msgpack values, one behind the other in `values`; 0 bytes: nothing is said. */
	uint16_t addrs_len, ports_len, tags_len, meta_len;
	uint8_t values[KITH_RECORD_MAX];
};

/* From a map with the keys of kith.register (query/calls.h); others are skipped. KITH_EINVAL, or
 * KITH_ETOOBIG, with a sentence (size >= 128); *d is written on success only. */
KITH_MUST_USE int kith_definition_read(struct kith_value map, struct kith_definition *d, char *why,
				       size_t size);
/* The same keys and values into a map that is open. */
void kith_definition_write(struct kith_writer *w, const struct kith_definition *d);
/* As the node wants it: not in maintenance. It borrows from d. */
void kith_definition_def(const struct kith_definition *d, struct kith_service_def *def);
bool kith_definition_is_same(const struct kith_definition *a, const struct kith_definition *b);

/* {text: number} of named ports, [text] of addresses or tags, as the node has them. */
void kith_write_ports(struct kith_writer *w, struct kith_bytes ports);
void kith_write_texts(struct kith_writer *w, struct kith_bytes texts);

#endif
