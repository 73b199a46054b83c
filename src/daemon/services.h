/* SPDX-License-Identifier: ISC */
/*
 * daemon/services.h: the [service.NAME] sections as definitions of query/definition.h, by the way that
 * those of a client take: a map as kith.register wants it, read by the same judge.
 */
#ifndef KITH_DAEMON_SERVICES_H
#define KITH_DAEMON_SERVICES_H

#include "daemon/conf.h"
#include "query/definition.h"

/* Zero it to start. */
struct kith_services {
	struct kith_definition *all; /* owned; in the order of the sections */
	uint32_t count;
};

/* 0, 71 without memory, or 78 with a sentence in r for each section that is wrong, or has the id of one
 * before it. */
KITH_MUST_USE int kith_services_read(struct kith_services *out, const struct kith_conf *c,
				     struct kith_report *r);
void kith_services_free(struct kith_services *s);
/* Why the node refused the i-th section, as a sentence with its cure in r. 71 or 78. */
int kith_services_blame(const struct kith_conf *c, size_t i, int error, const char *node,
			struct kith_report *r);

#endif
