/* SPDX-License-Identifier: ISC */
/*
 * sim/look.h: how a run is looked at while it goes: a line for each change of what somebody holds of
 * somebody, every decision, all packets. To look changes nothing of what is seen.
 */
#ifndef KITH_SIM_LOOK_H
#define KITH_SIM_LOOK_H

#include "sim/cluster.h"
#include "sim/pcap.h"

struct look {
	bool events;       /* each event of each node, an aligned line on standard output */
	bool trace;        /* each decision, too */
	struct pcap *pcap; /* all packets; or NULL */
};

/* Before cluster_new(). */
void look_opts(const struct look *l, struct cluster_opts *o);
/* After it. */
void look_at(const struct look *l, struct cluster *c);

#endif
