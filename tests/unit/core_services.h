/* SPDX-License-Identifier: ISC */
/* unit/core_services.h: services of the people of unit/core_fix.h, and of the node. */
#ifndef KITH_TEST_CORE_SERVICES_H
#define KITH_TEST_CORE_SERVICES_H

#include "unit/core_fix.h"

/* A record of a service of this person in its epoch, with that number. `port` 0: it is deleted. */
size_t person_service(struct fix *f, struct person *p, const char *id, uint32_t seq, uint16_t port,
		      uint8_t out[KITH_RECORD_MAX]);
/* The same, given to the store as `deliverer` would bring it by datagram (NULL: as a synchronisation). */
enum kith_store_result person_offers(struct fix *f, struct person *p, struct person *deliverer,
				     const char *id, uint32_t seq, uint16_t port);
/* The port of a member's service as the node lists it; -1: it does not. */
int fix_port(const struct fix *f, const struct kith_mid *mid, const char *id);
/* How many services events told of with this change. */
uint32_t fix_changes(const struct fix *f, enum kith_service_change change);
/* The node offers it. */
int fix_offer(struct fix *f, const char *id, uint16_t port);
int fix_withdraw(struct fix *f, const char *id);

#endif
