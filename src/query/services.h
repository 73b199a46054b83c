/* SPDX-License-Identifier: ISC */
/*
 * query/services.h: the rows kith.services, kith.register, kith.deregister and kith.maintenance.
 *
 * A change goes to the node at once (query/offers.h). Its answer waits until the host has it on disk,
 * and says so; what lives for a session alone is answered at once.
 */
#ifndef KITH_QUERY_SERVICES_H
#define KITH_QUERY_SERVICES_H

#include "query/table.h"

void kith_services_list(struct kith_request *r); /* services_list.c */
void kith_services_register(struct kith_request *r);
void kith_services_deregister(struct kith_request *r);
void kith_services_drain(struct kith_request *r);
/* The change that waits on this connection is on disk, or will not come there. */
void kith_services_kept(struct kith_rpc_conn *c, struct kith_rpc_time t, bool is_on_disk);

#endif
