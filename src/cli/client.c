/* SPDX-License-Identifier: ISC */
#include "cli/client.h"

#include "base/mem.h"
#include "cli/answer.h"
#include "query/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024, RPC_VERSION = 1, REQUEST_MAX = 1 << 20 };

int64_t kith_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum kith_exit too_late(struct kith_client *k)
{
	return kith_cli_fail(k->cli, KITH_EXIT_TIMEOUT, "timeout",
			     "a longer --timeout waits longer; journalctl -u kithd -n 20 may tell why",
			     "no answer from kithd within %.1fs",
			     (double)k->cli->timeout_ms / 1000);
}

static enum kith_exit broken(struct kith_client *k, const char *what)
{
	return kith_cli_fail(k->cli, KITH_EXIT_BUG, "bad_answer",
			     "is it a kithd of another version? kith version and kithd --version tell",
			     "%s is no answer that kith understands: %s", k->cli->socket, what);
}

/* Polls for `events` until the deadline. */
static enum kith_exit await(struct kith_client *k, short events)
{
	for (;;) {
		struct pollfd p = {.fd = k->fd, .events = events};
		int64_t left = k->deadline_ms - kith_now_ms();
		int got;

		if (left <= 0)
			return too_late(k);
		got = poll(&p, 1, left > 3600000 ? 3600000 : (int)left);
		if (got > 0)
			return KITH_EXIT_YES;
		if (got < 0 && errno != EINTR)
			return kith_cli_fail_errno(k->cli, errno, NULL, "waiting for kithd");
	}
}

static enum kith_exit unreachable(struct kith_client *k, int error)
{
	const char *socket = k->cli->socket;

	if (error == EACCES || error == EPERM)
		return kith_cli_fail(k->cli, KITH_EXIT_FORBIDDEN, "denied",
				     "become a member of its group (ls -l shows it), or use sudo",
				     "not allowed to talk to kithd at %s: %s", socket,
				     strerror(error));
	return kith_cli_fail(k->cli, KITH_EXIT_UNREACHABLE, "daemon_down",
			     "start it with: systemctl start kithd        look at: journalctl -u "
			     "kithd -n 20\n--socket PATH asks another one",
			     "cannot reach kithd at %s: %s", socket,
			     error == ENOENT ? "no such socket"
			     : error == ECONNREFUSED ? "nobody listens there" : strerror(error));
}

/* A unix socket connects at once, or its queue of connections is full: then try again. */
static enum kith_exit dial(struct kith_client *k, const struct sockaddr_un *to)
{
	for (;;) {
		struct timespec pause = {.tv_nsec = 10000000};

		if (connect(k->fd, (const struct sockaddr *)to, sizeof(*to)) == 0)
			return KITH_EXIT_YES;
		if (errno != EAGAIN && errno != EINTR)
			return unreachable(k, errno);
		if (kith_now_ms() >= k->deadline_ms)
			return too_late(k);
		nanosleep(&pause, NULL);
	}
}

static enum kith_exit handshake(struct kith_client *k)
{
	struct kith_writer w;
	struct kith_buf body;
	enum kith_exit got;

	kith_buf_init(&body, &kith_alloc_libc, REQUEST_MAX);
	kith_write_init(&w, &kith_form_msgpack, &body);
	kith_write_map(&w);
	kith_write_key_u64(&w, "Version", RPC_VERSION);
	kith_write_end(&w);
	got = kith_client_call(k, "handshake", &body, NULL);
	kith_buf_fini(&body);
	return got;
}

enum kith_exit kith_client_open(struct kith_client *k, struct kith_cli *c)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	enum kith_exit got;

	memset(k, 0, sizeof(*k));
	k->cli = c;
	k->fd = -1;
	k->deadline_ms = kith_now_ms() + c->timeout_ms;
	if (strlen(c->socket) >= sizeof(to.sun_path))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "--socket: the path is longer than the %zu bytes of the system",
				     sizeof(to.sun_path) - 1);
	memcpy(to.sun_path, c->socket, strlen(c->socket) + 1);
	k->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (k->fd < 0)
		return kith_cli_fail_errno(c, errno, NULL, "making a socket");
	got = dial(k, &to);
	return got == KITH_EXIT_YES ? handshake(k) : got;
}

void kith_client_close(struct kith_client *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
	free(k->ahead);
	k->ahead = NULL;
}

static enum kith_exit send_all(struct kith_client *k, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(k->fd, p, len, MSG_NOSIGNAL);
		enum kith_exit got;

		if (sent >= 0) {
			p += sent;
			len -= (size_t)sent;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return unreachable(k, errno);
		got = await(k, POLLOUT);
		if (got != KITH_EXIT_YES)
			return got;
	}
	return KITH_EXIT_YES;
}

static enum kith_exit send_request(struct kith_client *k, const char *command,
				   const struct kith_buf *body)
{
	struct kith_writer w;
	struct kith_buf out;
	enum kith_exit got;

	kith_buf_init(&out, &kith_alloc_libc, REQUEST_MAX);
	kith_write_init(&w, &kith_form_msgpack, &out);
	kith_write_map(&w);
	kith_write_key_text(&w, "Command", command);
	kith_write_key_u64(&w, "Seq", ++k->seq);
	kith_write_end(&w);
	if (body != NULL)
		kith_buf_add(&out, body->p, body->len);
	if (out.bad || (body != NULL && body->bad))
		got = kith_cli_fail(k->cli, KITH_EXIT_USAGE, "usage", NULL,
				    "the request is longer than kithd takes");
	else
		got = send_all(k, (const char *)out.p, out.len);
	kith_buf_fini(&out);
	return got;
}

/* Makes sure that there is something ahead. */
static enum kith_exit read_more(struct kith_client *k)
{
	if (k->ahead == NULL && (k->ahead = malloc(READ_SIZE)) == NULL)
		return kith_cli_fail_errno(k->cli, ENOMEM, NULL, "reading kithd's answer");
	while (k->ahead_at == k->ahead_len) {
		ssize_t got = recv(k->fd, k->ahead, READ_SIZE, 0);
		enum kith_exit waited;

		if (got > 0) {
			k->ahead_at = 0;
			k->ahead_len = (size_t)got;
			return KITH_EXIT_YES;
		}
		if (got == 0)
			return kith_cli_fail(k->cli, KITH_EXIT_UNREACHABLE, "daemon_gone",
					     "look at: journalctl -u kithd -n 20",
					     "kithd closed the connection before it answered");
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return unreachable(k, errno);
		waited = await(k, POLLIN);
		if (waited != KITH_EXIT_YES)
			return waited;
	}
	return KITH_EXIT_YES;
}

static enum kith_exit read_value(struct kith_client *k, struct kith_reply *d)
{
	for (;;) {
		enum kith_exit exit = read_more(k);
		size_t used = 0;
		int got;

		if (exit != KITH_EXIT_YES)
			return exit;
		got = kith_reply_feed(d, k->ahead + k->ahead_at, k->ahead_len - k->ahead_at, &used);
		if (got == 1) {
			k->ahead_at += used;
			return KITH_EXIT_YES;
		}
		if (got == KITH_ENOMEM)
			return kith_cli_fail_errno(k->cli, ENOMEM, NULL, "reading kithd's answer");
		if (got == KITH_ETOOBIG)
			return broken(k, "it is too long");
		if (got < 0)
			return broken(k, "it is not msgpack");
		k->ahead_at = k->ahead_len;
	}
}

/* Whether these words of Serf's protocol come without a body, whatever was asked. */
static bool has_no_body(const char *error)
{
	static const char *const bare[] = {"Handshake required", "Unsupported IPC version",
					   "Handshake already performed", "Authentication required",
					   "Unsupported command"};

	for (size_t i = 0; i < sizeof(bare) / sizeof(*bare); i++)
		if (strcmp(error, bare[i]) == 0)
			return true;
	return false;
}

static enum kith_exit refused(struct kith_client *k, const char *command, const char *error,
			      struct kith_reply *reply)
{
	struct kith_reply none = {.is_complete = false};
	struct kith_value detail;
	enum kith_exit exit;
	bool known = false;

	if (strcmp(error, "Unsupported command") == 0)
		return kith_cli_fail(k->cli, KITH_EXIT_REFUSED, "unsupported",
				     "kithd is of another version: kithd --version tells",
				     "this kithd does not know %s", command);
	reply = reply != NULL ? reply : &none;
	detail = kith_reply_get(reply->root, "error");
	exit = (enum kith_exit)kith_reply_uint(detail, "exit", KITH_EXIT_REFUSED);
#define X(name, number, meaning) known |= exit == KITH_EXIT_##name;
	KITH_EXITS(X)
#undef X
	if (!known || exit == KITH_EXIT_YES)
		exit = KITH_EXIT_REFUSED;
	if (k->cli->json && kith_value_is(detail, KITH_TREE_MAP))
		k->cli->failure.is_told = kith_answer_value(k->cli, reply->root) == KITH_EXIT_YES;
	return kith_cli_fail(k->cli, exit, kith_reply_text(reply, detail, "code", "refused"),
			     kith_reply_text(reply, detail, "hint", NULL), "%s",
			     kith_reply_text(reply, detail, "message", error));
}

/* Reads a header; *error is its text, borrowed from *header. */
static enum kith_exit read_header(struct kith_client *k, struct kith_reply *header,
				  const char **error)
{
	enum kith_exit got = read_value(k, header);
	uint64_t seq;

	if (got != KITH_EXIT_YES)
		return got;
	if (!kith_value_u64(kith_reply_get(header->root, "Seq"), &seq) || seq != k->seq)
		return broken(k, "its header is for another request");
	*error = kith_reply_text(header, header->root, "Error", NULL);
	return *error != NULL ? KITH_EXIT_YES : broken(k, "its header lacks Error");
}

enum kith_exit kith_client_call(struct kith_client *k, const char *command,
				const struct kith_buf *body, struct kith_reply *reply)
{
	struct kith_reply header;
	const char *error = "";
	enum kith_exit got;

	kith_reply_init(&header);
	k->deadline_ms = kith_now_ms() + k->cli->timeout_ms;
	got = send_request(k, command, body);
	if (got == KITH_EXIT_YES)
		got = read_header(k, &header, &error);
	if (got == KITH_EXIT_YES && reply != NULL && !has_no_body(error))
		got = read_value(k, reply);
	if (got == KITH_EXIT_YES && *error != '\0')
		got = refused(k, command, error, reply);
	kith_reply_fini(&header);
	return got;
}

enum kith_exit kith_client_next(struct kith_client *k, struct kith_reply *record)
{
	struct kith_reply header;
	const char *error = "";
	enum kith_exit got;

	kith_reply_init(&header);
	k->deadline_ms = INT64_MAX;
	got = read_header(k, &header, &error);
	if (got == KITH_EXIT_YES)
		got = *error == '\0' ? read_value(k, record) : broken(k, error);
	kith_reply_fini(&header);
	return got;
}

enum kith_exit kith_client_ask(struct kith_cli *c, const char *command,
			       const struct kith_buf *body, struct kith_reply *reply)
{
	struct kith_client k;
	enum kith_exit got = kith_client_open(&k, c);

	if (got == KITH_EXIT_YES)
		got = kith_client_call(&k, command, body, reply);
	kith_client_close(&k);
	return got;
}
