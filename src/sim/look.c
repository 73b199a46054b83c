/* SPDX-License-Identifier: ISC */
#include "sim/look.h"

void look_opts(const struct look *l, struct cluster_opts *o)
{
	o->events = l->events;
	o->echo = l->trace;
	o->trace |= l->trace;
}

void look_at(const struct look *l, struct cluster *c)
{
	if (l->pcap != NULL)
		pcap_sniff(l->pcap, c);
}
