/* SPDX-License-Identifier: ISC */
#include "daemon/stream.h"
#include "base/check.h"
#include "base/list.h"
#include "base/mem.h"
#include "daemon/accept.h"
#include "daemon/clock.h"
#include "daemon/sockaddr.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	READ_ROOM = 16 * 1024,
	STREAMS_MAX = 1024,       /* four times the node's bound for unauthenticated ones */
	PENDING_MAX = 256 * 1024, /* 64 KiB past a missing WRITABLE, and a frame of 64 KiB, twice */
};
static const double linger_s = 2.; /* for the other side's end of file */

enum stage {
	CONNECTING,
	OPEN,
	FINISHING, /* the node has forgotten it; pending bytes still go out */
	LINGERING  /* end of file was said; waiting for theirs */
};

struct stream {
	ev_io io;
	ev_timer linger;
	struct kith_link link;
	struct kith_streams *all;
	uint64_t id;
	enum stage stage;
	uint8_t *pending; /* owned; bytes [at, len) wait for the socket */
	uint32_t at, len, room;
	bool owes_writable;
	bool is_half_closed; /* the other side said end of file while our bytes still go out */
};

struct kith_streams {
	struct kith_host *host; /* borrowed */
	struct kith_link head;
	size_t count;
	uint64_t next_id; /* even */
	struct kith_accept *accepts; /* owned */
	size_t accept_count;
};

/* --- one stream ------------------------------------------------------------------------------ */

static struct stream *find(struct kith_streams *all, uint64_t id)
{
	for (struct kith_link *l = all->head.next; l != &all->head; l = l->next) {
		struct stream *s = KITH_CONTAINER(l, struct stream, link);

		if (s->id == id && s->stage < FINISHING)
			return s;
	}
	return NULL;
}

static void listen_for(struct stream *s, int events)
{
	struct ev_loop *loop = s->all->host->loop;

	if ((s->io.events & (EV_READ | EV_WRITE)) == events && ev_is_active(&s->io))
		return;
	ev_io_stop(loop, &s->io);
	ev_io_set(&s->io, s->io.fd, events);
	ev_io_start(loop, &s->io);
}

static void destroy(struct stream *s)
{
	struct ev_loop *loop = s->all->host->loop;

	ev_io_stop(loop, &s->io);
	ev_timer_stop(loop, &s->linger);
	close(s->io.fd);
	kith_list_remove(&s->link);
	s->all->count--;
	free(s->pending);
	free(s);
}

static void tell(struct stream *s, enum kith_stream_what what)
{
	kith_node_stream(s->all->host->node, kith_clock_now(), s->id, what, NULL);
}

/* The node forgets the id with this, so the stream goes first: the node may name it no more. */
static void end(struct stream *s, enum kith_stream_what what)
{
	struct kith_node *node = s->all->host->node;
	uint64_t id = s->id;
	bool known = s->stage < FINISHING;

	destroy(s);
	if (known)
		kith_node_stream(node, kith_clock_now(), id, what, NULL);
}

static void begin_linger(struct stream *s)
{
	s->stage = LINGERING;
	(void)shutdown(s->io.fd, SHUT_WR);
	listen_for(s, EV_READ);
	ev_timer_set(&s->linger, linger_s, 0.);
	ev_timer_start(s->all->host->loop, &s->linger);
}

/* --- events ---------------------------------------------------------------------------------- */

static void on_linger_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	destroy(timer->data);
}

/* False: the stream is gone. */
static bool finish_connect(struct stream *s)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(s->io.fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error != 0) {
		end(s, error == ECONNREFUSED ? KITH_STREAM_REFUSED : KITH_STREAM_FAILED);
		return false;
	}
	s->stage = OPEN;
	listen_for(s, EV_READ);
	tell(s, KITH_STREAM_CONNECTED);
	return true;
}

/* Writes what the socket takes. False: the stream is gone. */
static bool write_pending(struct stream *s)
{
	while (s->at < s->len) {
		ssize_t n = send(s->io.fd, s->pending + s->at, s->len - s->at, MSG_NOSIGNAL);

		if (n > 0) {
			s->at += (uint32_t)n;
		} else if (errno == EAGAIN) {
			return true;
		} else if (errno != EINTR) {
			end(s, KITH_STREAM_FAILED);
			return false;
		}
	}
	s->at = s->len = 0;
	if (s->stage == FINISHING && s->is_half_closed) {
		destroy(s);
		return false;
	}
	if (s->stage == FINISHING) {
		begin_linger(s);
		return true;
	}
	listen_for(s, EV_READ);
	if (s->owes_writable) {
		s->owes_writable = false;
		tell(s, KITH_STREAM_WRITABLE);
	}
	return true;
}

/* One piece an event: its signatures are checked in 3 ms or so, and then it is the turn of the
 * other sockets, whose datagrams are probes. */
static void read_some(struct stream *s)
{
	uint8_t buf[READ_ROOM];
	ssize_t n = recv(s->io.fd, buf, sizeof buf, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == 0 && s->stage == FINISHING) {
		s->is_half_closed = true;
		listen_for(s, EV_WRITE);
		return;
	}
	if (n <= 0) {
		end(s, n == 0 ? KITH_STREAM_CLOSED : KITH_STREAM_FAILED);
		return;
	}
	/* The node only queues what it wants done, so the stream outlives this call. */
	if (s->stage == OPEN)
		kith_node_stream_data(s->all->host->node, kith_clock_now(), s->id, buf, (size_t)n);
}

static void on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct stream *s = io->data;

	(void)loop;
	if (s->stage == CONNECTING) {
		(void)finish_connect(s);
		return;
	}
	if ((events & EV_WRITE) && !write_pending(s))
		return;
	if (events & EV_READ)
		read_some(s);
}

static struct stream *add(struct kith_streams *all, int fd, uint64_t id, enum stage stage)
{
	struct stream *s = calloc(1, sizeof *s);
	int on = 1;

	if (s == NULL)
		return NULL;
	/* Small messages of a handshake must not wait for each other. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	s->all = all;
	s->id = id;
	s->stage = stage;
	ev_io_init(&s->io, on_event, fd, stage == CONNECTING ? EV_WRITE : EV_READ);
	s->io.data = s;
	ev_init(&s->linger, on_linger_over);
	s->linger.data = s;
	kith_list_append(&all->head, &s->link);
	all->count++;
	ev_io_start(all->host->loop, &s->io);
	return s;
}

static void on_accepted(void *ctx, int fd)
{
	struct kith_streams *all = ctx;
	struct kith_addr from = kith_sockaddr_peer(fd);
	uint64_t id = all->next_id;

	if (from.family == 0 || all->count >= STREAMS_MAX || add(all, fd, id, OPEN) == NULL) {
		close(fd);
		return;
	}
	all->next_id += 2;
	kith_node_stream(all->host->node, kith_clock_now(), id, KITH_STREAM_ACCEPTED, &from);
}

/* --- the node's wishes ----------------------------------------------------------------------- */

void kith_streams_connect(struct kith_streams *all, uint64_t id, const struct kith_addr *to)
{
	struct sockaddr_storage addr;
	socklen_t len = kith_sockaddr_write(to, &addr);
	int fd = -1, error = EMFILE;

	if (all->count < STREAMS_MAX) {
		fd = socket(addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		error = fd < 0 ? errno : 0;
	}
	if (fd >= 0)
		kith_tcp_short_segments(fd);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, len) != 0 && errno != EINPROGRESS)
		error = errno;
	if (error == 0 && add(all, fd, id, CONNECTING) != NULL)
		return;
	if (fd >= 0)
		close(fd);
	kith_node_stream(all->host->node, kith_clock_now(), id,
			 error == ECONNREFUSED ? KITH_STREAM_REFUSED : KITH_STREAM_FAILED, NULL);
}

void kith_streams_write(struct kith_streams *all, uint64_t id, const uint8_t *p, size_t len)
{
	struct stream *s = find(all, id);

	if (s == NULL)
		return;
	KITH_ASSERT(s->stage == OPEN);
	if (s->at > 0) {
		memmove(s->pending, s->pending + s->at, s->len - s->at);
		s->len -= s->at;
		s->at = 0;
	}
	KITH_ASSERT(s->len + len <= PENDING_MAX);
	if (!kith_mem_grow(&kith_alloc_libc, (void **)&s->pending, &s->room,
			   s->len + (uint32_t)len, 1)) {
		end(s, KITH_STREAM_FAILED);
		return;
	}
	memcpy(s->pending + s->len, p, len);
	s->len += (uint32_t)len;
	s->owes_writable = true;
	/* Sent from the loop: many small writes of one turn become one call. */
	listen_for(s, EV_READ | EV_WRITE);
}

void kith_streams_finish(struct kith_streams *all, uint64_t id)
{
	struct stream *s = find(all, id);

	if (s == NULL)
		return;
	if (s->stage == CONNECTING) {
		destroy(s);
		return;
	}
	s->stage = FINISHING;
	listen_for(s, EV_READ | EV_WRITE);
}

bool kith_streams_are_flushed(struct kith_streams *all)
{
	for (struct kith_link *l = all->head.next; l != &all->head; l = l->next)
		if (KITH_CONTAINER(l, struct stream, link)->len > 0)
			return false;
	return true;
}

/* --- life ------------------------------------------------------------------------------------ */

struct kith_streams *kith_streams_new(struct kith_host *host, const struct kith_listens *l)
{
	struct kith_streams *all = calloc(1, sizeof *all);

	if (all == NULL)
		return NULL;
	all->accepts = calloc(l->count, sizeof *all->accepts);
	if (all->accepts == NULL) {
		free(all);
		return NULL;
	}
	all->host = host;
	all->next_id = 2;
	kith_list_init(&all->head);
	for (size_t i = 0; i < l->count; i++)
		kith_accept_start(&all->accepts[all->accept_count++], host, l->all[i].tcp,
				  on_accepted, all);
	return all;
}

void kith_streams_free(struct kith_streams **all)
{
	struct kith_streams *a = *all;

	if (a == NULL)
		return;
	for (size_t i = 0; i < a->accept_count; i++)
		kith_accept_stop(&a->accepts[i]);
	while (!kith_list_is_empty(&a->head))
		destroy(KITH_CONTAINER(a->head.next, struct stream, link));
	free(a->accepts);
	free(a);
	*all = NULL;
}
