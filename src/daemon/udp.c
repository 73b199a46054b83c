/* SPDX-License-Identifier: ISC */
#include "daemon/udp.h"
#include "base/addr.h"
#include "daemon/clock.h"
#include "daemon/sockaddr.h"
#include <errno.h>
#include <ev.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH = 32,
	ROOM = 1536,       /* longer than any datagram of ours, so that a longer one shows */
	READ_BATCHES = 256 /* a turn: 8,192 datagrams; a flood must not keep time from passing */
};

struct batch {
	struct mmsghdr headers[BATCH];
	struct iovec pieces[BATCH];
	struct sockaddr_storage addrs[BATCH];
	uint8_t data[BATCH][ROOM];
	unsigned count;
};

struct udp_socket {
	ev_io io;
	struct kith_udp *udp;
	struct kith_addr local;
	struct batch out;
};

struct kith_udp {
	struct kith_host *host; /* borrowed */
	struct udp_socket *sockets; /* owned */
	size_t count;
	uint64_t dropped;
	struct batch in; /* used within one read */
};

/* --- errors ---------------------------------------------------------------------------------- */

static bool read_why(const struct sock_extended_err *e, enum kith_unreachable *why)
{
	if (e->ee_origin == SO_EE_ORIGIN_ICMP && e->ee_type == 3 && e->ee_code != 4)
		*why = e->ee_code == 3 ? KITH_UNREACHABLE_PORT : KITH_UNREACHABLE_HOST;
	else if (e->ee_origin == SO_EE_ORIGIN_ICMP6 && e->ee_type == 1)
		*why = e->ee_code == 4 ? KITH_UNREACHABLE_PORT : KITH_UNREACHABLE_HOST;
	else
		return false; /* ours (too big), or a redirect, or a time exceeded */
	return true;
}

static bool find_why(struct msghdr *m, enum kith_unreachable *why)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		struct sock_extended_err e;

		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof e);
		return read_why(&e, why);
	}
	return false;
}

/* Empties the error queue; true if there was anything. */
static bool drain_errors(struct udp_socket *s)
{
	bool any = false;

	for (;;) {
		_Alignas(struct cmsghdr) char control[512];
		struct sockaddr_storage to = {0};
		uint8_t quoted[ROOM];
		struct iovec piece = {quoted, sizeof quoted};
		struct msghdr m = {
			.msg_name = &to,
			.msg_namelen = sizeof to,
			.msg_iov = &piece,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof control,
		};
		ssize_t n = recvmsg(s->io.fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);
		enum kith_unreachable why;
		struct kith_addr addr;

		if (n < 0)
			return any;
		any = true;
		addr = kith_sockaddr_read(&to);
		if (addr.family != 0 && find_why(&m, &why))
			kith_node_unreachable(s->udp->host->node, kith_clock_now(), &addr, why,
					      quoted, (size_t)n);
	}
}

/* --- in -------------------------------------------------------------------------------------- */

static void deliver(struct kith_udp *u, unsigned count)
{
	kith_us now = kith_clock_now();

	for (unsigned i = 0; i < count; i++) {
		struct kith_addr from = kith_sockaddr_read(&u->in.addrs[i]);

		kith_node_datagram(u->host->node, now, &from, u->in.data[i],
				   u->in.headers[i].msg_len);
	}
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct udp_socket *s = (struct udp_socket *)(void *)io;
	struct kith_udp *u = s->udp;

	(void)loop;
	(void)events;
	for (int i = 0; i < READ_BATCHES; i++) {
		int n;

		for (int j = 0; j < BATCH; j++)
			u->in.headers[j].msg_hdr.msg_namelen = sizeof u->in.addrs[j];
		n = recvmmsg(io->fd, u->in.headers, BATCH, MSG_DONTWAIT, NULL);
		if (n > 0) {
			deliver(u, (unsigned)n);
			if (n < BATCH)
				return;
			continue;
		}
		/* An error of an earlier send, or a queue that only looks readable for its errors. */
		if (errno == EAGAIN) {
			if (i == 0)
				(void)drain_errors(s);
			return;
		}
		if (errno != EINTR && !drain_errors(s) && i > BATCH)
			return;
	}
}

/* --- out ------------------------------------------------------------------------------------- */

/* Loopback reaches loopback only, and a socket bound to one address sends from there. */
static struct udp_socket *choose(struct kith_udp *u, const struct kith_addr *to)
{
	struct udp_socket *second = NULL;

	for (size_t i = 0; i < u->count; i++) {
		struct udp_socket *s = &u->sockets[i];

		if (s->local.family != to->family)
			continue;
		if (kith_addr_is_loopback(&s->local) == kith_addr_is_loopback(to) ||
		    kith_addr_is_unspecified(&s->local))
			return s;
		if (second == NULL)
			second = s;
	}
	return second;
}

static void flush(struct udp_socket *s)
{
	unsigned at = 0, failures = 0;

	while (at < s->out.count) {
		int n = sendmmsg(s->io.fd, s->out.headers + at, s->out.count - at, MSG_DONTWAIT);

		if (n > 0) {
			at += (unsigned)n;
			failures = 0;
			continue;
		}
		/* The error may be an earlier datagram's: then the second try of this one works. */
		if (errno != EINTR && (++failures == 2 || errno == EAGAIN)) {
			s->udp->dropped++;
			at++;
			failures = 0;
		} else {
			(void)drain_errors(s);
		}
	}
	s->out.count = 0;
}

void kith_udp_send(struct kith_udp *u, const struct kith_addr *to, const uint8_t *p, size_t len)
{
	struct udp_socket *s = choose(u, to);
	struct batch *b;
	unsigned i;

	if (s == NULL || len > ROOM) {
		u->dropped++;
		return;
	}
	b = &s->out;
	i = b->count++;
	memcpy(b->data[i], p, len);
	b->pieces[i].iov_len = len;
	b->headers[i].msg_hdr.msg_namelen = kith_sockaddr_write(to, &b->addrs[i]);
	if (b->count == BATCH)
		flush(s);
}

void kith_udp_flush(struct kith_udp *u)
{
	for (size_t i = 0; i < u->count; i++)
		flush(&u->sockets[i]);
}

uint64_t kith_udp_dropped(const struct kith_udp *u)
{
	return u->dropped;
}

/* --- life ------------------------------------------------------------------------------------ */

static void init_batch(struct batch *b)
{
	for (int i = 0; i < BATCH; i++) {
		b->pieces[i] = (struct iovec){b->data[i], ROOM};
		b->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &b->addrs[i],
			.msg_namelen = sizeof b->addrs[i],
			.msg_iov = &b->pieces[i],
			.msg_iovlen = 1,
		};
	}
}

struct kith_udp *kith_udp_new(struct kith_host *host, const struct kith_listens *l)
{
	struct kith_udp *u = calloc(1, sizeof *u);

	if (u == NULL)
		return NULL;
	u->sockets = calloc(l->count, sizeof *u->sockets);
	if (u->sockets == NULL) {
		free(u);
		return NULL;
	}
	u->host = host;
	init_batch(&u->in);
	for (size_t i = 0; i < l->count; i++) {
		struct udp_socket *s = &u->sockets[u->count++];

		s->udp = u;
		s->local = l->all[i].addr;
		init_batch(&s->out);
		ev_io_init(&s->io, on_readable, l->all[i].udp, EV_READ);
		ev_io_start(host->loop, &s->io);
	}
	return u;
}

void kith_udp_free(struct kith_udp **u)
{
	if (*u == NULL)
		return;
	for (size_t i = 0; i < (*u)->count; i++)
		ev_io_stop((*u)->host->loop, &(*u)->sockets[i].io);
	free((*u)->sockets);
	free(*u);
	*u = NULL;
}
