/* SPDX-License-Identifier: ISC */
#include "daemon/resolve.h"
#include "base/addr.h"
#include "daemon/sockaddr.h"
#include <ares.h>
#include <ev.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	SOCKETS_MAX = 64,
	TARGETS_MAX = 8, /* hosts of one SRV answer that are asked for */
	TIMEOUT_MS = 2000,
	TRIES = 2,
	CLASS_IN = 1, TYPE_SRV = 33 /* RFC 1035, RFC 2782 */
};

struct kith_resolver {
	struct ev_loop *loop; /* borrowed */
	ares_channel channel;
	ev_timer timer;
	ev_io sockets[SOCKETS_MAX]; /* fd -1: free */
	unsigned asked;       /* questions under way */
	bool is_stale;        /* make a new channel before the next question */
	bool is_ending;
};

/* One question of ours: one lookup, or one for SRV and then one for each target. */
struct question {
	struct kith_resolver *resolver;
	kith_resolved_f on_resolved;
	void *ctx;
	uint64_t ticket;
	uint16_t port;
	unsigned pending;
	int status; /* of the last lookup that failed */
	struct kith_addr addrs[KITH_RESOLVED_MAX];
	size_t count;
};

struct lookup {
	struct question *question;
	uint16_t port;
};

/* --- the loop -------------------------------------------------------------------------------- */

/* c-ares changes its mind with every call, so this follows every call. */
static void set_timer(struct kith_resolver *r)
{
	struct timeval most = {.tv_sec = 60}, next, *wait;

	ev_timer_stop(r->loop, &r->timer);
	if (r->asked == 0)
		return;
	wait = ares_timeout(r->channel, &most, &next);
	ev_timer_set(&r->timer, (double)wait->tv_sec + (double)wait->tv_usec / 1e6, 0.);
	ev_timer_start(r->loop, &r->timer);
}

static void on_socket(struct ev_loop *loop, ev_io *io, int events)
{
	struct kith_resolver *r = io->data;

	(void)loop;
	ares_process_fd(r->channel, (events & EV_READ) ? io->fd : ARES_SOCKET_BAD,
			(events & EV_WRITE) ? io->fd : ARES_SOCKET_BAD);
	set_timer(r);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct kith_resolver *r = timer->data;

	(void)loop;
	(void)events;
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_timer(r);
}

static ev_io *find_socket(struct kith_resolver *r, int fd)
{
	for (int i = 0; i < SOCKETS_MAX; i++)
		if (r->sockets[i].fd == fd)
			return &r->sockets[i];
	return NULL;
}

static void on_state(void *ctx, ares_socket_t fd, int readable, int writable)
{
	struct kith_resolver *r = ctx;
	ev_io *s = find_socket(r, fd);
	int events = (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);

	if (s == NULL)
		s = events != 0 ? find_socket(r, -1) : NULL;
	if (s == NULL)
		return; /* the question times out: more sockets than name servers and tries need */
	ev_io_stop(r->loop, s);
	ev_io_set(s, events != 0 ? fd : -1, events);
	if (events != 0)
		ev_io_start(r->loop, s);
}

static bool make_channel(struct kith_resolver *r)
{
	struct ares_options o = {
		.timeout = TIMEOUT_MS,
		.tries = TRIES,
		.sock_state_cb = on_state,
		.sock_state_cb_data = r,
	};

	return ares_init_options(&r->channel, &o, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
							  ARES_OPT_SOCK_STATE_CB) == ARES_SUCCESS;
}

/* --- questions ------------------------------------------------------------------------------- */

static void finish(struct question *q)
{
	const char *why = q->count > 0 ? "" : q->status != ARES_SUCCESS ? ares_strerror(q->status)
									: "the name has no address";

	q->resolver->asked--;
	if (!q->resolver->is_ending)
		q->on_resolved(q->ctx, q->ticket, q->addrs, q->count, why);
	free(q);
}

static void end_lookup(struct lookup *l, int status)
{
	struct question *q = l->question;

	free(l);
	if (status != ARES_SUCCESS)
		q->status = status;
	if (--q->pending == 0)
		finish(q);
}

static void add_addr(struct question *q, const struct sockaddr *from, socklen_t len, uint16_t port)
{
	struct sockaddr_storage s = {0};
	struct kith_addr a;

	if (len > sizeof s)
		return;
	memcpy(&s, from, len);
	a = kith_sockaddr_read(&s);
	a.port = port;
	if (q->count < KITH_RESOLVED_MAX && kith_addr_is_usable(&a))
		q->addrs[q->count++] = a;
}

static void on_addrs(void *ctx, int status, int timeouts, struct ares_addrinfo *found)
{
	struct lookup *l = ctx;

	(void)timeouts;
	if (status == ARES_SUCCESS && found != NULL)
		for (struct ares_addrinfo_node *n = found->nodes; n != NULL; n = n->ai_next)
			add_addr(l->question, n->ai_addr, n->ai_addrlen, l->port);
	if (found != NULL)
		ares_freeaddrinfo(found);
	end_lookup(l, status);
}

static struct lookup *new_lookup(struct question *q, uint16_t port)
{
	struct lookup *l = calloc(1, sizeof *l);

	if (l == NULL) {
		q->status = ARES_ENOMEM;
		return NULL;
	}
	*l = (struct lookup){q, port};
	q->pending++;
	return l;
}

static void look_up_host(struct question *q, const char *host, uint16_t port)
{
	static const struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_NOSORT, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct lookup *l = new_lookup(q, port);

	if (l != NULL)
		ares_getaddrinfo(q->resolver->channel, host, NULL, &hints, on_addrs, l);
}

static void on_services(void *ctx, int status, int timeouts, unsigned char *buf, int len)
{
	struct lookup *l = ctx;
	struct ares_srv_reply *all = NULL;
	unsigned asked = 0;

	(void)timeouts;
	if (status == ARES_SUCCESS)
		status = ares_parse_srv_reply(buf, len, &all);
	for (struct ares_srv_reply *s = all; s != NULL && asked < TARGETS_MAX; s = s->next, asked++)
		if (s->port != 0)
			look_up_host(l->question, s->host, s->port);
	if (all != NULL)
		ares_free_data(all);
	end_lookup(l, status);
}

static void look_up_services(struct question *q, const char *name)
{
	struct lookup *l = new_lookup(q, 0);

	if (l != NULL)
		ares_query(q->resolver->channel, name, CLASS_IN, TYPE_SRV, on_services, l);
}

void kith_resolver_ask(struct kith_resolver *r, const char *host, uint16_t port,
		       kith_resolved_f on_resolved, void *ctx, uint64_t ticket)
{
	struct question *q = calloc(1, sizeof *q);

	if (q == NULL) {
		on_resolved(ctx, ticket, NULL, 0, "out of memory");
		return;
	}
	if (r->is_stale && r->asked == 0) {
		ares_channel old = r->channel;

		if (make_channel(r)) {
			r->is_stale = false;
			ares_destroy(old);
		} else {
			r->channel = old;
		}
	}
	*q = (struct question){.resolver = r, .on_resolved = on_resolved, .ctx = ctx,
			       .ticket = ticket, .port = port};
	r->asked++;
	/* Answers may come within the call: our own share keeps the question alive until then. */
	q->pending = 1;
	if (*host == '_')
		look_up_services(q, host);
	else
		look_up_host(q, host, port);
	if (--q->pending == 0)
		finish(q);
	set_timer(r);
}

const char *kith_resolver_version(void)
{
	static const char version[] = "c-ares " ARES_VERSION_STR;

	return version;
}

/* --- life ------------------------------------------------------------------------------------ */

struct kith_resolver *kith_resolver_new(struct ev_loop *loop)
{
	struct kith_resolver *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->loop = loop;
	for (int i = 0; i < SOCKETS_MAX; i++) {
		ev_io_init(&r->sockets[i], on_socket, -1, 0);
		r->sockets[i].data = r;
	}
	ev_init(&r->timer, on_timer);
	r->timer.data = r;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		free(r);
		return NULL;
	}
	if (!make_channel(r)) {
		ares_library_cleanup();
		free(r);
		return NULL;
	}
	return r;
}

void kith_resolver_free(struct kith_resolver **resolver)
{
	struct kith_resolver *r = *resolver;

	if (r == NULL)
		return;
	r->is_ending = true;
	ares_destroy(r->channel); /* ends every question */
	ev_timer_stop(r->loop, &r->timer);
	for (int i = 0; i < SOCKETS_MAX; i++)
		ev_io_stop(r->loop, &r->sockets[i]);
	ares_library_cleanup();
	free(r);
	*resolver = NULL;
}

void kith_resolver_reload(struct kith_resolver *r)
{
	r->is_stale = true;
}
