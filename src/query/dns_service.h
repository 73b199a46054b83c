/* SPDX-License-Identifier: ISC */
/* query/dns_service.h: the instances of a service as records. */
#ifndef KITH_QUERY_DNS_SERVICE_H
#define KITH_QUERY_DNS_SERVICE_H

#include "query/dns_answer.h"

/* Writes what is asked for of the service that a->meaning names; whether there is an instance to use, or a
 * name further down. */
bool kith_dns_service(struct kith_dns_answer *a);

#endif
