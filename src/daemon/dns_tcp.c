/* SPDX-License-Identifier: ISC */
#include "daemon/dns_tcp.h"
#include "base/list.h"
#include "daemon/accept.h"
#include "daemon/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECTIONS_MAX = 64,
	HEAD = 2 /* a length */
};
static const double idle_s = 10.;

struct connection {
	ev_io io;
	struct kith_link link;
	struct kith_dns_tcp *tcp;
	double used;       /* loop time of its last question, or of its begin */
	uint8_t in[HEAD + KITH_DNS_QUERY_MAX];
	size_t in_len;
	uint8_t *out;      /* owned; what the socket has not taken of the last answer, from `at` to `len` */
	size_t at, len;
	bool has_ended;    /* the other side asks no more */
};

struct kith_dns_tcp {
	struct kith_host *host; /* borrowed, as is dns */
	struct kith_dns *dns;
	struct kith_link head;  /* that of the oldest question comes first */
	size_t count;
	ev_timer idle;
	struct kith_accept accepts[2 * KITH_LISTENS_MAX];
	size_t accept_count;
};

static void destroy(struct connection *c)
{
	ev_io_stop(c->tcp->host->loop, &c->io);
	close(c->io.fd);
	kith_list_remove(&c->link);
	c->tcp->count--;
	kith_dns_counters(c->tcp->dns)->connections--;
	free(c->out);
	free(c);
}

static void drop(struct connection *c)
{
	kith_dns_counters(c->tcp->dns)->connections_dropped++;
	destroy(c);
}

static struct connection *oldest(const struct kith_dns_tcp *tcp)
{
	return kith_list_is_empty(&tcp->head)
		       ? NULL
		       : KITH_CONTAINER(tcp->head.next, struct connection, link);
}

/* When the oldest one is to go. */
static void set_timer(struct kith_dns_tcp *tcp)
{
	const struct connection *c = oldest(tcp);
	const double left = c != NULL ? c->used + idle_s - ev_now(tcp->host->loop) : 0.;

	ev_timer_stop(tcp->host->loop, &tcp->idle);
	if (c == NULL)
		return;
	ev_timer_set(&tcp->idle, left > 0. ? left : 0., 0.);
	ev_timer_start(tcp->host->loop, &tcp->idle);
}

static void on_idle(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct kith_dns_tcp *tcp = timer->data;
	struct connection *c;

	(void)events;
	while ((c = oldest(tcp)) != NULL && c->used + idle_s <= ev_now(loop))
		destroy(c);
	set_timer(tcp);
}

static void use(struct connection *c)
{
	c->used = ev_now(c->tcp->host->loop);
	kith_list_remove(&c->link);
	kith_list_append(&c->tcp->head, &c->link);
}

/* --- answers --------------------------------------------------------------------------------- */

static void listen_for(struct connection *c, int events)
{
	ev_io_stop(c->tcp->host->loop, &c->io);
	ev_io_set(&c->io, c->io.fd, events);
	ev_io_start(c->tcp->host->loop, &c->io);
}

/* Keeps what the socket did not take; false: no memory. */
static bool keep(struct connection *c, const uint8_t head[HEAD], struct kith_bytes answer, size_t sent)
{
	c->at = 0;
	c->len = HEAD + answer.len - sent;
	c->out = malloc(c->len);
	if (c->out == NULL)
		return false;
	if (sent < HEAD) {
		memcpy(c->out, head + sent, HEAD - sent);
		memcpy(c->out + HEAD - sent, answer.p, answer.len);
	} else {
		memcpy(c->out, answer.p + (sent - HEAD), c->len);
	}
	listen_for(c, EV_WRITE);
	return true;
}

static bool send_answer(struct connection *c, struct kith_bytes answer)
{
	uint8_t head[HEAD] = {(uint8_t)(answer.len >> 8), (uint8_t)answer.len};
	uint8_t *bytes = (uint8_t *)(uintptr_t)answer.p; /* it is only read */
	struct iovec pieces[2] = {{head, HEAD}, {bytes, answer.len}};
	struct msghdr m = {.msg_iov = pieces, .msg_iovlen = 2};
	ssize_t n;

	do {
		n = sendmsg(c->io.fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		return false;
	if (n < 0)
		n = 0;
	return (size_t)n == HEAD + answer.len || keep(c, head, answer, (size_t)n);
}

/* Answers what is there in whole, until the socket takes no more. false: the connection is to go. */
static bool answer_all(struct connection *c)
{
	size_t at = 0;

	while (c->out == NULL && c->in_len - at >= HEAD) {
		const size_t len = (size_t)c->in[at] << 8 | c->in[at + 1];
		struct kith_bytes answer;

		if (len > KITH_DNS_QUERY_MAX)
			return false;
		if (c->in_len - at < HEAD + len)
			break;
		answer = kith_dns_answer(c->tcp->dns, KITH_DNS_TCP, (uint32_t)(kith_clock_unix_ms() / 1000),
					 (struct kith_bytes){c->in + at + HEAD, len});
		if (answer.len == 0)
			return false;
		use(c);
		at += HEAD + len;
		if (!send_answer(c, answer))
			return false;
	}
	c->in_len -= at;
	memmove(c->in, c->in + at, c->in_len);
	return true;
}

/* --- events ---------------------------------------------------------------------------------- */

static void go_on(struct connection *c)
{
	if (!answer_all(c))
		drop(c);
	else if (c->has_ended && c->out == NULL)
		destroy(c);
}

static void write_some(struct connection *c)
{
	ssize_t n = send(c->io.fd, c->out + c->at, c->len - c->at, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			destroy(c);
		return;
	}
	c->at += (size_t)n;
	if (c->at < c->len)
		return;
	free(c->out);
	c->out = NULL;
	listen_for(c, EV_READ);
	go_on(c);
}

static void read_some(struct connection *c)
{
	ssize_t n = recv(c->io.fd, c->in + c->in_len, sizeof c->in - c->in_len, MSG_DONTWAIT);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			destroy(c);
		return;
	}
	c->in_len += (size_t)n;
	c->has_ended = n == 0;
	go_on(c);
}

static void on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct connection *c = io->data;

	(void)loop;
	(void)events;
	if (c->out != NULL)
		write_some(c);
	else
		read_some(c);
}

static void on_connected(void *ctx, int fd)
{
	struct kith_dns_tcp *tcp = ctx;
	struct connection *c = calloc(1, sizeof *c);

	if (c == NULL) {
		close(fd);
		return;
	}
	if (tcp->count == CONNECTIONS_MAX)
		drop(oldest(tcp));
	tcp->count++;
	kith_dns_counters(tcp->dns)->connections++;
	kith_dns_counters(tcp->dns)->connections_opened++;
	c->tcp = tcp;
	ev_io_init(&c->io, on_event, fd, EV_READ);
	c->io.data = c;
	ev_io_start(tcp->host->loop, &c->io);
	use(c);
	if (!ev_is_active(&tcp->idle))
		set_timer(tcp);
}

struct kith_dns_tcp *kith_dns_tcp_new(struct kith_host *host, struct kith_dns *dns,
				      const struct kith_listens *l)
{
	struct kith_dns_tcp *tcp = calloc(1, sizeof *tcp);

	if (tcp == NULL)
		return NULL;
	tcp->host = host;
	tcp->dns = dns;
	kith_list_init(&tcp->head);
	ev_init(&tcp->idle, on_idle);
	tcp->idle.data = tcp;
	for (size_t i = 0; i < l->count; i++)
		kith_accept_start(&tcp->accepts[tcp->accept_count++], host, l->all[i].tcp, on_connected,
				  tcp);
	return tcp;
}

void kith_dns_tcp_free(struct kith_dns_tcp **tcp)
{
	struct connection *c;

	if (*tcp == NULL)
		return;
	for (size_t i = 0; i < (*tcp)->accept_count; i++)
		kith_accept_stop(&(*tcp)->accepts[i]);
	while ((c = oldest(*tcp)) != NULL)
		destroy(c);
	ev_timer_stop((*tcp)->host->loop, &(*tcp)->idle);
	free(*tcp);
	*tcp = NULL;
}
