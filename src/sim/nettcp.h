/* SPDX-License-Identifier: ISC */
/*
 * sim/nettcp.h: TCP of the network in sim/net.h, as far as its users can tell it from the
 * real one. Ordered, reliable; what the weather loses comes a retransmission later.
 *
 *	connect to a listening process   CONNECTED after one round trip, ACCEPTED half of one later
 *	to a stopped process             the same: its kernel accepts (at most NETTCP_BACKLOG)
 *	to a host without the process    REFUSED after one round trip
 *	to nobody, or through a cut      FAILED after 3 s (the SYN is sent twice)
 *	an open stream through a cut     FAILED 5 s after the first unsendable byte
 *	the process at the other end     CLOSED, or FAILED (reset), whichever the seed says
 *	  is killed
 *
 * At most NETTCP_WINDOW bytes are under way or unread in each direction; WRITABLE comes when all
 * that was written is within the window.
 */
#ifndef KITH_SIM_NETTCP_H
#define KITH_SIM_NETTCP_H

#include "sim/net.h"

enum {
	NETTCP_WINDOW = 64 * 1024,
	NETTCP_SEGMENT = 1400,
	NETTCP_HEADERS = 52, /* IPv4, TCP with time stamps; counted against the bandwidth */
	NETTCP_BACKLOG = 128
};
#define NETTCP_SYN_AGAIN (1 * KITH_SECOND)
#define NETTCP_SYN_TIMEOUT (3 * KITH_SECOND)
#define NETTCP_STUCK (5 * KITH_SECOND)
#define NETTCP_RETRANSMIT (200 * KITH_MS)

/* Opens a connection that the process of `host` calls `id`. */
void nettcp_connect(struct net *net, uint32_t host, uint64_t id, const struct kith_addr *to);
/* Writes. An id that is not open here (any more) is ignored, as the far end may just have closed. */
void nettcp_write(struct net *net, uint32_t host, uint64_t id, const uint8_t *buf, size_t len);
/* Closes once what was written is out; the process hears no more of it. */
void nettcp_close(struct net *net, uint32_t host, uint64_t id);
/* Connections that this host's process has open or is opening. */
uint32_t nettcp_count(const struct net *net, uint32_t host);

/* For net.c only. */
void nettcp_consumed(struct net *net, uint32_t host, uint64_t id, size_t len);
void nettcp_kill(struct net *net, uint32_t host);
void nettcp_break(struct net *net, uint32_t host);
void nettcp_fini(struct net *net);

#endif
