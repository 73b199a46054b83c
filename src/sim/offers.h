/* SPDX-License-Identifier: ISC */
/*
 * sim/offers.h: services in a simulated cluster. What a host offers it offers again at each start, as a
 * daemon does that keeps it; their id is the name.
 */
#ifndef KITH_SIM_OFFERS_H
#define KITH_SIM_OFFERS_H

#include "sim/cluster.h"

/* Host i offers it on that port, or on another one; port 0: it withdraws it. */
int cluster_offer(struct cluster *c, uint32_t i, const char *name, uint16_t port);
/* The port on which the observer lists the service of `who` as usable; 0: it does not. */
uint16_t cluster_offered(struct cluster *c, uint32_t observer, uint32_t who, const char *name);
/* The process of host i is new: it offers what its host does. */
void cluster_offer_again(struct cluster *c, uint32_t i);
/* From now on the observer (or CLUSTER_ANY: every other host that runs) may never miss it. */
void cluster_steady(struct cluster *c, uint32_t observer, uint32_t who, const char *name);
void cluster_check_steady(struct cluster *c);
/* Every host lists of every other one that runs what that one offers itself, record by record. */
void cluster_check_services(struct cluster *c);

#endif
