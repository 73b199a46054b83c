/* SPDX-License-Identifier: ISC */
/*
 * daemon/listen.h: the sockets of gossip, and those of the DNS: for each address a UDP socket and a TCP
 * listener on one port. IPv6 sockets are IPv6 only and [::] opens 0.0.0.0 beside it, so that no address
 * ever arrives mapped and each family's socket options mean what they say.
 */
#ifndef KITH_DAEMON_LISTEN_H
#define KITH_DAEMON_LISTEN_H

#include "daemon/conf.h"
#include "daemon/log.h"

struct kith_listen {
	struct kith_addr addr; /* as bound, with its port */
	int udp, tcp;          /* owned */
};

struct kith_listens {
	struct kith_listen all[2 * KITH_LISTENS_MAX];
	size_t count;
};

/* Opens what an option says, KITH_OPTION_NETWORK_LISTEN or KITH_OPTION_DNS_LISTEN. 0, or an exit code
 * (71, 77) with sentences in r. log may be NULL. */
KITH_MUST_USE int kith_listens_open(struct kith_listens *l, const struct kith_conf *c,
				    enum kith_option_id id, struct kith_log *log, struct kith_report *r);
/* The addresses of gossip that would be opened, with no sockets (-1): to check a configuration while a
 * daemon runs. */
void kith_listens_pretend(struct kith_listens *l, const struct kith_conf *c);
void kith_listens_close(struct kith_listens *l);

/* Lets no TCP packet of this socket, nor of those that it accepts, be longer than 1280 bytes, as
 * no datagram is: a path that swallows longer ones without a word then does not matter. A wish. */
void kith_tcp_short_segments(int fd);

/* A TCP listener with short segments, not blocking. -1 with errno. */
int kith_listen_tcp(const struct kith_addr *a);

#endif
