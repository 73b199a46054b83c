/* SPDX-License-Identifier: ISC */
/*
 * sim/process.h: the host loop of libkith(3) in virtual time, for one node of a cluster:
 * inputs, then a tick, then everything that the node wants done. The checks that hold in every
 * story (sim/cluster.h) are made here.
 */
#ifndef KITH_SIM_PROCESS_H
#define KITH_SIM_PROCESS_H

#include "sim/cluster.h"

/* The node was just made: its first tick, its clocks. */
void process_begin(struct cluster_node *n);
/* Frees the node and checks that nothing of it is left. */
void process_end(struct cluster_node *n);
/* One input from the network, without a tick. */
void process_input(void *ctx, uint32_t host, const struct net_input *in);
/* The sockets are empty: tick, and do what the node wants. */
void process_idle(void *ctx, uint32_t host);
void process_tick(struct cluster_node *n);
int64_t process_wall_clock(const struct cluster_node *n);

#endif
