/* SPDX-License-Identifier: ISC */
#include "daemon/listen.h"
#include "base/addr.h"
#include "daemon/sockaddr.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

enum {
	BACKLOG = 256,          /* as many unauthenticated connections as the node holds */
	FREE_PORT_TRIES = 32,   /* the port UDP got may be taken for TCP */
	RECEIVE_BUFFER = 4 << 20, /* a burst of all peers' gossip while we were not scheduled */
	SEND_BUFFER = 1 << 20,
	SEGMENT = 1280 - 40 - 20, /* headers of IPv6 and TCP; the kernel takes off TCP's options */
};

static bool set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

static int open_socket(const struct kith_addr *a, int type)
{
	struct sockaddr_storage s;
	socklen_t len = kith_sockaddr_write(a, &s);
	int fd = socket(s.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -1;
	if ((a->family == 6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) ||
	    (type == SOCK_STREAM && !set(fd, SOL_SOCKET, SO_REUSEADDR, 1)) ||
	    bind(fd, (struct sockaddr *)&s, len) != 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Whom an answer of the DNS is for learns of its loss by waiting, and asks again; what a router says of its
 * path is nothing that anybody has proved. Answers come from the address that was asked. */
static bool set_dns_options(int fd, const struct kith_addr *a)
{
	if (a->family == 4)
		return set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT) &&
		       (!kith_addr_is_unspecified(a) || set(fd, IPPROTO_IP, IP_PKTINFO, 1));
	return set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT) &&
	       (!kith_addr_is_unspecified(a) || set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
}

/* Datagrams of gossip are never fragmented, and what the network says about them is heard. */
static bool set_gossip_options(int fd, const struct kith_addr *a)
{
	if (a->family == 4)
		return set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO) &&
		       set(fd, IPPROTO_IP, IP_RECVERR, 1);
	return set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO) &&
	       set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
}

void kith_tcp_short_segments(int fd)
{
	(void)set(fd, IPPROTO_TCP, TCP_MAXSEG, SEGMENT);
}

int kith_listen_tcp(const struct kith_addr *a)
{
	int fd = open_socket(a, SOCK_STREAM), error;

	if (fd < 0)
		return -1;
	kith_tcp_short_segments(fd);
	if (listen(fd, BACKLOG) != 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Buffers are a wish: the kernel's limit may be lower. */
static bool set_udp_options(int fd, const struct kith_addr *a, enum kith_option_id id)
{
	(void)set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
	(void)set(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER);
	return id == KITH_OPTION_DNS_LISTEN ? set_dns_options(fd, a) : set_gossip_options(fd, a);
}

static int open_udp(const struct kith_addr *a, enum kith_option_id id)
{
	int fd = open_socket(a, SOCK_DGRAM), error;

	if (fd >= 0 && !set_udp_options(fd, a, id)) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Both sockets on one port; with port 0 the next free one that both can have. */
static bool open_pair(struct kith_listen *l, struct kith_addr a, enum kith_option_id id)
{
	for (int i = 0; i < FREE_PORT_TRIES; i++) {
		l->udp = open_udp(&a, id);
		if (l->udp < 0)
			return false;
		l->addr = kith_sockaddr_local(l->udp);
		l->tcp = kith_listen_tcp(&l->addr);
		if (l->tcp >= 0)
			return true;
		close(l->udp);
		if (a.port != 0 || errno != EADDRINUSE)
			return false;
	}
	return false;
}

static bool has_no_family(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

static int blame(const struct kith_conf *c, enum kith_option_id id, size_t i, const struct kith_addr *a,
		 int error, struct kith_report *r)
{
	char text[KITH_ADDR_TEXT_MAX];
	const char *cure = "";

	kith_addr_print(a, text, sizeof text);
	if (error == EADDRINUSE)
		cure = "; another program has the port (ss -lunp, ss -ltnp), is another kithd running?";
	else if (error == EADDRNOTAVAIL)
		cure = "; this host has no such address (ip addr)";
	else if (error == EACCES || error == EPERM)
		cure = "; ports below 1024 need a privilege, use a higher one";
	kith_conf_blame(c, id, i, r, "cannot listen on %s: %s%s", text,
			strerror(error), cure);
	return error == EACCES || error == EPERM ? 77 : 71;
}

static void close_pair(struct kith_listen *l)
{
	if (l->udp >= 0)
		close(l->udp);
	if (l->tcp >= 0)
		close(l->tcp);
}

static void tell_missing(struct kith_log *log, const char *family)
{
	if (log != NULL)
		kith_log(log, LISTEN_FAMILY, kith_f_text("missing", family));
}

/* [::]: IPv4 too, at the same port; one of the two is enough. A free port of the one family may be
 * taken in the other. */
static int open_both(struct kith_listens *l, struct kith_addr v6, enum kith_option_id id,
		     struct kith_log *log)
{
	static const uint8_t any[4];
	struct kith_listen *six = &l->all[l->count], *four = six + 1;
	int error = 0;

	for (int i = 0; i < FREE_PORT_TRIES; i++) {
		if (!open_pair(six, v6, id)) {
			if (!has_no_family(errno))
				return errno;
			tell_missing(log, "IPv6");
			if (!open_pair(six, kith_addr_make(4, any, v6.port), id))
				return errno;
			l->count++;
			return 0;
		}
		if (open_pair(four, kith_addr_make(4, any, six->addr.port), id)) {
			l->count += 2;
			return 0;
		}
		error = errno;
		if (has_no_family(error)) {
			tell_missing(log, "IPv4");
			l->count++;
			return 0;
		}
		close_pair(six);
		if (v6.port != 0 || error != EADDRINUSE)
			return error;
	}
	return error;
}

int kith_listens_open(struct kith_listens *l, const struct kith_conf *c, enum kith_option_id id,
		      struct kith_log *log, struct kith_report *r)
{
	*l = (struct kith_listens){0};
	for (size_t i = 0; i < kith_conf_count(c, id); i++) {
		struct kith_addr a = kith_option_addr(&kith_options[id], kith_conf_item(c, id, i));
		int error = 0;

		if (a.family == 6 && kith_addr_is_unspecified(&a))
			error = open_both(l, a, id, log);
		else if (open_pair(&l->all[l->count], a, id))
			l->count++;
		else
			error = errno;
		if (error != 0) {
			kith_listens_close(l);
			return blame(c, id, i, &a, error, r);
		}
	}
	if (l->count > 0 || id != KITH_OPTION_NETWORK_LISTEN)
		return 0;
	kith_conf_blame(c, id, 0, r, "there is no address to listen on");
	return 78;
}

void kith_listens_pretend(struct kith_listens *l, const struct kith_conf *c)
{
	static const uint8_t any[4];

	*l = (struct kith_listens){0};
	for (size_t i = 0; i < kith_conf_count(c, KITH_OPTION_NETWORK_LISTEN); i++) {
		const enum kith_option_id id = KITH_OPTION_NETWORK_LISTEN;
		struct kith_addr a = kith_option_addr(&kith_options[id], kith_conf_item(c, id, i));

		if (a.port == 0)
			a.port = 1; /* as good as any: nobody opens it */
		l->all[l->count++] = (struct kith_listen){a, -1, -1};
		if (a.family == 6 && kith_addr_is_unspecified(&a))
			l->all[l->count++] =
				(struct kith_listen){kith_addr_make(4, any, a.port), -1, -1};
	}
}

void kith_listens_close(struct kith_listens *l)
{
	for (size_t i = 0; i < l->count; i++)
		close_pair(&l->all[i]);
	l->count = 0;
}
