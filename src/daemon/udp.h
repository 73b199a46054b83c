/* SPDX-License-Identifier: ISC */
/*
 * daemon/udp.h: datagrams in and out, 32 a system call. What comes goes straight to the node; what
 * goes out is collected until kith_udp_flush(), once a turn of the loop. ICMP errors are read from
 * the socket's error queue and told to the node with what they quote.
 */
#ifndef KITH_DAEMON_UDP_H
#define KITH_DAEMON_UDP_H

#include "daemon/host.h"
#include "daemon/listen.h"

struct kith_udp;

/* Takes over the UDP sockets of `l`, which stay owned there. host is borrowed. NULL: no memory. */
struct kith_udp *kith_udp_new(struct kith_host *host, const struct kith_listens *l);
void kith_udp_free(struct kith_udp **u);
/* Copies it into the batch of the socket that fits `to`; no socket of its family: dropped. */
void kith_udp_send(struct kith_udp *u, const struct kith_addr *to, const uint8_t *p, size_t len);
void kith_udp_flush(struct kith_udp *u);
/* Datagrams that the kernel did not take. */
uint64_t kith_udp_dropped(const struct kith_udp *u);

#endif
