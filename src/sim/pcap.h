/* SPDX-License-Identifier: ISC */
/*
 * sim/pcap.h: what the simulated network carries, as a file that tcpdump and Wireshark read: the
 * classic format with microseconds and raw IP packets (LINKTYPE_RAW), each as it was sent, before
 * the weather had its way. Of a TCP stream the data are there, in segments with running sequence
 * numbers, and none of the packets that only a kernel sees. Longer writes are cut at 60,000 bytes.
 */
#ifndef KITH_SIM_PCAP_H
#define KITH_SIM_PCAP_H

#include "sim/cluster.h"

struct pcap;

/* NULL, and errno: the file could not be made. */
struct pcap *pcap_open(const char *file);
/* Every packet of this cluster from now on. */
void pcap_sniff(struct pcap *p, struct cluster *c);
/* Closes and frees; false: not all could be written. */
bool pcap_close(struct pcap **p);

#endif
