/* SPDX-License-Identifier: ISC */
/*
 * sim/faults.h: what may go wrong with the hosts and the network of a cluster, and what
 * strangers and replayers do to it. A fault holds until it is mended; nothing here lets time pass.
 */
#ifndef KITH_SIM_FAULTS_H
#define KITH_SIM_FAULTS_H

#include "sim/cluster.h"

/* --- hosts ------------------------------------------------------------------------------------ */

void cluster_pause(struct cluster *c, uint32_t i);           /* SIGSTOP */
void cluster_resume(struct cluster *c, uint32_t i);
void cluster_move(struct cluster *c, uint32_t i);            /* a new address; a start tells it */
/* Whether this is an address of host i, or was before it moved. */
bool cluster_had_addr(const struct cluster *c, uint32_t i, const struct kith_addr *a);
void cluster_wall_skew(struct cluster *c, uint32_t i, int64_t ms, bool trusted);
void cluster_drift(struct cluster *c, uint32_t i, int32_t ppm);
void cluster_disk_hangs(struct cluster *c, uint32_t i, bool hangs);

/* --- network faults -------------------------------------------------------------------------- */

/* Nothing of host i is lost, but what it sends or gets from now on arrives only then. */
void cluster_clog(struct cluster *c, uint32_t i, kith_us during);

void cluster_cut_off(struct cluster *c, uint32_t i); /* host i hears and is heard by nobody */
void cluster_reconnect(struct cluster *c, uint32_t i);
void cluster_cut(struct cluster *c, uint32_t a, uint32_t b); /* both directions */
void cluster_cut_one_way(struct cluster *c, uint32_t from, uint32_t to);
void cluster_cut_udp(struct cluster *c, uint32_t a, uint32_t b); /* TCP still passes */
void cluster_stall(struct cluster *c, uint32_t a, uint32_t b);   /* UDP does, streams hang */
void cluster_mend(struct cluster *c, uint32_t a, uint32_t b);
void cluster_deafen(struct cluster *c, uint32_t i, bool deaf); /* sends, but hears nobody */
void cluster_mute(struct cluster *c, uint32_t i, bool mute);   /* hears, but nobody hears it */
/* Hosts below `first` on one side, the others on the other. */
void cluster_partition(struct cluster *c, uint32_t first);
void cluster_heal(struct cluster *c); /* partition, cuts and cut-off hosts are all mended */

/* --- packets and strangers -------------------------------------------------------------------- */

void cluster_record(struct cluster *c, bool on); /* all that is sent, from now on */
void cluster_packets_drop(struct cluster *c);
/* Puts a recorded datagram in front of node `to` again. */
void cluster_replay(struct cluster *c, const struct cluster_packet *p, uint32_t to);
/* Any datagram with any source. */
void cluster_inject(struct cluster *c, const struct kith_addr *from, uint32_t to,
		    const uint8_t *buf, size_t len);
struct cluster_stranger *cluster_stranger(struct cluster *c);
/* Opens a stream to node `to`. */
void cluster_stranger_connect(struct cluster_stranger *s, uint32_t to);
void cluster_stranger_send(struct cluster_stranger *s, const uint8_t *buf, size_t len);
void cluster_stranger_hang_up(struct cluster_stranger *s);

#endif
