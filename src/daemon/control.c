/* SPDX-License-Identifier: ISC */
#include "daemon/control.h"
#include "base/addr.h"
#include "base/list.h"
#include "daemon/accept.h"
#include "daemon/clock.h"
#include "daemon/listen.h"
#include "files/disk.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_ROOM = 16 * 1024, BACKLOG = 64, SOCKET_MODE = 0660 };

struct client {
	ev_io io;
	struct kith_link link;
	struct kith_control *control;
	struct kith_rpc_conn *conn;
	bool is_blocked; /* the socket takes no more for now */
};

struct kith_control {
	struct kith_host *host; /* borrowed, as is rpc */
	struct kith_rpc *rpc;
	struct kith_link clients;
	struct kith_accept local, tcp;
	bool has_local, has_tcp;
};

struct kith_rpc_time kith_control_time(void)
{
	return (struct kith_rpc_time){kith_clock_now(), kith_clock_unix_ms()};
}

/* --- clients --------------------------------------------------------------------------------- */

static void destroy(struct client *c)
{
	ev_io_stop(c->control->host->loop, &c->io);
	close(c->io.fd);
	kith_rpc_close(&c->conn);
	kith_list_remove(&c->link);
	free(c);
}

static void listen_for(struct client *c, int events)
{
	struct ev_loop *loop = c->control->host->loop;

	if ((c->io.events & (EV_READ | EV_WRITE)) == events &&
	    ev_is_active(&c->io) == (events != 0))
		return;
	ev_io_stop(loop, &c->io);
	ev_io_set(&c->io, c->io.fd, events);
	if (events != 0)
		ev_io_start(loop, &c->io);
}

/* Writes what the socket takes, then asks the loop for what is needed next. */
static void flush(struct client *c)
{
	const uint8_t *p;
	size_t len;

	c->is_blocked = false;
	while ((len = kith_rpc_output(c->conn, &p)) > 0) {
		ssize_t n = send(c->io.fd, p, len, MSG_NOSIGNAL);

		if (n >= 0) {
			kith_rpc_consume(c->conn, kith_control_time(), (size_t)n);
		} else if (errno == EAGAIN) {
			c->is_blocked = true;
			break;
		} else if (errno != EINTR) {
			destroy(c);
			return;
		}
	}
	if (!c->is_blocked && kith_rpc_is_closed(c->conn)) {
		destroy(c);
		return;
	}
	listen_for(c, (c->is_blocked ? EV_WRITE : 0) |
			      (kith_rpc_wants_input(c->conn) ? EV_READ : 0));
}

static void read_some(struct client *c)
{
	uint8_t buf[READ_ROOM];
	ssize_t n = recv(c->io.fd, buf, sizeof buf, 0);

	if (n > 0)
		kith_rpc_input(c->conn, kith_control_time(), buf, (size_t)n);
	else if (n == 0)
		kith_rpc_eof(c->conn, kith_control_time());
	else if (errno != EAGAIN && errno != EINTR)
		destroy(c);
}

static void on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct client *c = io->data;

	(void)loop;
	/* A broken connection shows as both; a write finds out without harming unread requests. */
	if (events & EV_WRITE)
		flush(c);
	else if (events & EV_READ)
		read_some(c);
}

static void add(struct kith_control *control, int fd, enum kith_rpc_kind kind)
{
	struct client *c = calloc(1, sizeof *c);

	if (c == NULL) {
		close(fd);
		return;
	}
	c->control = control;
	c->conn = kith_rpc_open(control->rpc, kith_control_time(), kind, c);
	if (c->conn == NULL) {
		close(fd);
		free(c);
		return;
	}
	ev_io_init(&c->io, on_event, fd, EV_READ);
	c->io.data = c;
	kith_list_append(&control->clients, &c->link);
	ev_io_start(control->host->loop, &c->io);
}

static void on_local(void *ctx, int fd)
{
	struct kith_control *control = ctx;
	struct ucred who = {.pid = -1};
	socklen_t len = sizeof who;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0)
		kith_log(control->host->log, CONTROL_CONNECT, kith_f_number("pid", who.pid),
			 kith_f_number("uid", who.uid), kith_f_number("gid", who.gid));
	add(control, fd, KITH_RPC_UNIX);
}

static void on_tcp(void *ctx, int fd)
{
	add(ctx, fd, KITH_RPC_TCP);
}

void kith_control_flush(struct kith_control *control)
{
	struct kith_rpc_conn *conn;

	while ((conn = kith_rpc_ready(control->rpc)) != NULL)
		flush(kith_rpc_user(conn));
}

bool kith_control_is_flushed(const struct kith_control *control)
{
	return kith_rpc_is_idle(control->rpc);
}

struct kith_control *kith_control_new(struct kith_host *host, struct kith_rpc *rpc,
				      const struct kith_control_sockets *s)
{
	struct kith_control *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->host = host;
	c->rpc = rpc;
	kith_list_init(&c->clients);
	c->has_local = s->local >= 0;
	c->has_tcp = s->tcp >= 0;
	if (c->has_local)
		kith_accept_start(&c->local, host, s->local, on_local, c);
	if (c->has_tcp)
		kith_accept_start(&c->tcp, host, s->tcp, on_tcp, c);
	return c;
}

void kith_control_free(struct kith_control **control)
{
	struct kith_control *c = *control;

	if (c == NULL)
		return;
	if (c->has_local)
		kith_accept_stop(&c->local);
	if (c->has_tcp)
		kith_accept_stop(&c->tcp);
	while (!kith_list_is_empty(&c->clients))
		destroy(KITH_CONTAINER(c->clients.next, struct client, link));
	free(c);
	*control = NULL;
}

/* --- listening ------------------------------------------------------------------------------- */

static int blame_path(const char *path, const char *cure, struct kith_report *r)
{
	int error = errno;

	kith_report_add(r, path, 0, "cannot make the control socket: %s%s", strerror(error), cure);
	return error == EACCES || error == EPERM || error == EROFS ? 77 : 71;
}

/* A socket that nobody serves is left from a crash; one that answers belongs to another daemon. */
static int remove_stale(const struct sockaddr_un *a, struct kith_report *r)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answers, refused;

	if (fd < 0)
		return blame_path(a->sun_path, "", r);
	answers = connect(fd, (const struct sockaddr *)a, sizeof *a) == 0 || errno == EAGAIN;
	refused = !answers && errno == ECONNREFUSED;
	close(fd);
	if (answers) {
		kith_report_add(r, a->sun_path, 0,
				"another kithd serves this socket; stop it, or name another one with "
				"--socket");
		return 75;
	}
	if (refused && unlink(a->sun_path) != 0)
		return blame_path(a->sun_path, "; remove it", r);
	return 0;
}

/* The last directory of the path, where it is missing: a user's run-time directory starts empty. */
static void make_directory_of(const char *path)
{
	char dir[256];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof dir)
		return;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	(void)!mkdir(dir, 0755); /* bind() tells if it matters */
}

static int set_access(const char *path, const struct kith_conf *c, struct kith_report *r)
{
	gid_t group = (gid_t)kith_conf_number(c, KITH_OPTION_CONTROL_GROUP);

	if (kith_conf_is_set(c, KITH_OPTION_CONTROL_GROUP) && chown(path, (uid_t)-1, group) != 0) {
		kith_conf_blame(c, KITH_OPTION_CONTROL_GROUP, 0, r,
				"cannot give %s to the group: %s; the user that kithd runs as must be in "
				"it", path, strerror(errno));
		return 77;
	}
	return chmod(path, SOCKET_MODE) == 0 ? 0 : blame_path(path, "", r);
}

static int open_local(struct kith_control_sockets *s, const struct kith_conf *c,
		      struct kith_report *r)
{
	const char *path = kith_conf_text(c, KITH_OPTION_CONTROL_SOCKET);
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	mode_t mask;
	int code, bound;

	if (strlen(path) >= sizeof a.sun_path) {
		kith_report_add(r, path, 0, "a socket's path has at most %zu characters; name a shorter "
				"one with --socket", sizeof a.sun_path - 1);
		return 78;
	}
	memcpy(a.sun_path, path, strlen(path) + 1);
	make_directory_of(path);
	code = remove_stale(&a, r);
	if (code != 0)
		return code;
	s->local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->local < 0)
		return blame_path(path, "", r);
	/* Nobody may connect before the group is set. */
	mask = umask(0177);
	bound = bind(s->local, (struct sockaddr *)&a, sizeof a);
	umask(mask);
	if (bound != 0)
		return blame_path(path, "; name another one with --socket", r);
	memcpy(s->path, path, strlen(path) + 1);
	code = set_access(path, c, r);
	if (code != 0)
		return code;
	return listen(s->local, BACKLOG) == 0 ? 0 : blame_path(path, "", r);
}

static int open_tcp(struct kith_control_sockets *s, const struct kith_conf *c, bool has_key,
		    struct kith_report *r)
{
	if (!kith_conf_is_set(c, KITH_OPTION_RPC_LISTEN))
		return 0;
	s->addr = kith_option_addr(&kith_options[KITH_OPTION_RPC_LISTEN],
				   kith_conf_text(c, KITH_OPTION_RPC_LISTEN));
	if (!kith_addr_is_loopback(&s->addr) && !has_key) {
		kith_conf_blame(c, KITH_OPTION_RPC_LISTEN, 0, r,
				"everybody who reaches it could control this member; set "
				"rpc.auth-key-file, or listen on 127.0.0.1");
		return 78;
	}
	s->tcp = kith_listen_tcp(&s->addr);
	if (s->tcp >= 0)
		return 0;
	kith_conf_blame(c, KITH_OPTION_RPC_LISTEN, 0, r, "cannot listen there: %s", strerror(errno));
	return errno == EACCES ? 77 : 71;
}

int kith_control_open(struct kith_control_sockets *s, const struct kith_conf *c, bool has_key,
		      struct kith_report *r)
{
	int code;

	*s = (struct kith_control_sockets){.local = -1, .tcp = -1};
	code = open_local(s, c, r);
	if (code == 0)
		code = open_tcp(s, c, has_key, r);
	if (code != 0)
		kith_control_close(s);
	return code;
}

void kith_control_close(struct kith_control_sockets *s)
{
	if (s->local >= 0)
		close(s->local);
	if (s->tcp >= 0)
		close(s->tcp);
	if (*s->path != '\0')
		(void)unlink(s->path);
	*s = (struct kith_control_sockets){.local = -1, .tcp = -1};
}
