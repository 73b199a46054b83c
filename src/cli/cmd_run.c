/* SPDX-License-Identifier: ISC */
#include "cli/cmd_run.h"

#include "base/addr.h"
#include "cli/ask.h"
#include "cli/child.h"
#include "cli/define.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TIMEOUT_MS = 2000,  /* of a question to kithd: signals wait meanwhile */
	PROBE_MS = 100,     /* between two looks whether the port is open, and the bound of one */
	RETRY_MS = 250,     /* when kithd is not there: so long, and twice as long each time */
	RETRY_MAX_MS = 5000,
	NAME_MAX_LEN = 256
};

const struct kith_flag kith_run_flags[] = {
	{"service", 'S', "NAME[:PORT]", "what the command offers, and where it listens"},
	KITH_DEFINE_FLAGS,
	{"ready-tcp", 0, NULL, "offer it once its port takes a connection"},
	{"grace", 'g', "DUR", "so long between the drain and the signal; 0s without"},
	{NULL, 0, NULL, NULL},
};

struct run {
	struct kith_cli *c;          /* borrowed, as args */
	const struct kith_args *args;
	char name[NAME_MAX_LEN];
	unsigned long port;          /* 0: none */
	int64_t grace_ms;
	bool wants_port;             /* --ready-tcp, and it is not open yet */
	struct kith_child child;
	struct kith_client k;        /* open while it is registered */
	bool is_registered, was_registered;
	bool is_refused;             /* at its first try: the command is ended */
	int64_t try_ms, retry_ms;    /* when it is tried again; how long after that */
	int stop;                    /* the signal that ends it, once it came; sent at: */
	int64_t stop_ms;             /* INT64_MAX: it is sent */
	char told[sizeof(((struct kith_failure *)0)->message)]; /* last, so that it is told once */
};

/* --- the command line ------------------------------------------------------------------------ */

/* "web:8080"; the port is what follows the last colon, if it is a number. */
static enum kith_exit read_service(struct run *run, const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t len = strlen(text);

	if (colon != NULL && kith_number_parse(colon + 1, 1, 65535, &run->port))
		len = (size_t)(colon - text);
	else if (colon != NULL && colon[1] >= '0' && colon[1] <= '9')
		return kith_cli_fail(run->c, KITH_EXIT_USAGE, "usage", NULL,
				     "--service: '%s' is no port from 1 to 65535", colon + 1);
	if (len == 0 || len >= sizeof(run->name))
		return kith_cli_fail(run->c, KITH_EXIT_USAGE, "usage", "--service web, --service web:8080",
				     "--service: '%s' is not NAME or NAME:PORT", text);
	memcpy(run->name, text, len);
	run->name[len] = '\0';
	return KITH_EXIT_YES;
}

static enum kith_exit read_flags(struct run *run)
{
	const char *service = kith_args_get(run->args, "service"), *grace = kith_args_get(run->args, "grace");
	enum kith_exit got;

	if (run->c->json)
		return kith_cli_fail(run->c, KITH_EXIT_USAGE, "usage", NULL,
				     "run: standard output is the command's, so there is no --json");
	if (service == NULL)
		return kith_cli_fail(run->c, KITH_EXIT_USAGE, "usage",
				     "kith run --service web:8080 -- COMMAND",
				     "run: what does the command offer? --service is missing");
	got = read_service(run, service);
	if (got != KITH_EXIT_YES)
		return got;
	run->wants_port = kith_args_has(run->args, "ready-tcp");
	if (run->wants_port && run->port == 0)
		return kith_cli_fail(run->c, KITH_EXIT_USAGE, "usage", "--service NAME:PORT",
				     "--ready-tcp: no port to wait for");
	if (grace != NULL && !kith_duration_parse(grace, &run->grace_ms))
		return kith_cli_fail(run->c, KITH_EXIT_USAGE, "usage", NULL,
				     "--grace: '%s' is not a duration (use 5s, 2m, 1h)", grace);
	return KITH_EXIT_YES;
}

/* --- is it ready? ---------------------------------------------------------------------------- */

static bool takes_connection(const struct kith_addr *a)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(a->port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(a->port)};
	const bool is_v4 = a->family == 4;
	const int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int error = 0;

	if (fd < 0)
		return false;
	memcpy(&v4.sin_addr, a->ip, 4);
	memcpy(&v6.sin6_addr, a->ip, 16);
	if (connect(fd, is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6,
		    is_v4 ? sizeof(v4) : sizeof(v6)) != 0)
		error = errno;
	if (error == EINPROGRESS &&
	    (poll(&p, 1, PROBE_MS) != 1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0))
		error = ETIMEDOUT;
	close(fd);
	return error == 0;
}

/* At an address that it is offered at, else at those of loopback. */
static bool is_open(const struct run *run)
{
	static const char *const loopback[] = {"127.0.0.1", "::1"};
	const uint16_t port = (uint16_t)run->port;
	bool has_addr = false, is = false;
	struct kith_addr a;
	const char *text;
	unsigned at = 0;

	while (!is && (text = kith_args_next(run->args, "addr", &at)) != NULL) {
		if (kith_addr_scan(text, port, &a) != 0)
			continue;
		has_addr = true;
		is = takes_connection(&a);
	}
	for (int i = 0; i < 2 && !has_addr && !is; i++)
		is = kith_addr_scan(loopback[i], port, &a) == 0 && takes_connection(&a);
	return is;
}

/* --- registered ------------------------------------------------------------------------------ */

/* What failed is told, once, and forgotten: the run goes on. */
static void tell(struct run *run)
{
	struct kith_failure *f = &run->c->failure;

	if (strcmp(run->told, f->message) != 0)
		kith_cli_report(run->c);
	memcpy(run->told, f->message, sizeof(run->told));
	*f = (struct kith_failure){.exit = KITH_EXIT_YES};
}

static enum kith_exit enroll(struct run *run)
{
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_bool(&q.w, "session", true);
	got = kith_define_write(run->c, run->args, run->name, run->port, &q.w);
	kith_write_end(&q.w);
	if (got == KITH_EXIT_YES)
		got = kith_client_open(&run->k, run->c);
	if (got == KITH_EXIT_YES)
		got = kith_client_call(&run->k, "kith.register", &q.buf, &r);
	kith_buf_fini(&q.buf);
	kith_reply_fini(&r);
	if (got != KITH_EXIT_YES)
		kith_client_close(&run->k);
	return got;
}

static void try_to_enroll(struct run *run)
{
	const enum kith_exit got = enroll(run);

	if (got == KITH_EXIT_YES) {
		run->is_registered = run->was_registered = true;
		run->retry_ms = RETRY_MS;
		run->told[0] = '\0';
		kith_cli_say(run->c, "kith: %s is offered by this host", run->name);
		return;
	}
	/* What kithd refuses at the first try is a mistake of whoever wrote the command line. */
	if (got != KITH_EXIT_UNREACHABLE && got != KITH_EXIT_TIMEOUT && !run->was_registered) {
		run->is_refused = true;
		run->stop = SIGTERM;
		run->stop_ms = kith_now_ms();
		return;
	}
	tell(run);
	run->try_ms = kith_now_ms() + run->retry_ms;
	run->retry_ms = 2 * run->retry_ms < RETRY_MAX_MS ? 2 * run->retry_ms : RETRY_MAX_MS;
}

/* kithd sends nothing that was not asked for: what can be read is the end. */
static void lose(struct run *run)
{
	kith_client_close(&run->k);
	run->is_registered = false;
	run->try_ms = kith_now_ms() + RETRY_MS;
	kith_cli_say(run->c, "kith: kithd is gone; %s is offered again when it is back", run->name);
}

static void drain(struct run *run)
{
	struct kith_reply r;
	struct kith_ask q;

	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_text(&q.w, "id", kith_define_id(run->args, run->name));
	kith_write_key_bool(&q.w, "on", true);
	kith_write_key_text(&q.w, "reason", "it is being stopped");
	kith_write_end(&q.w);
	if (kith_client_call(&run->k, "kith.maintenance", &q.buf, &r) != KITH_EXIT_YES)
		tell(run);
	kith_buf_fini(&q.buf);
	kith_reply_fini(&r);
}

/* --- the loop -------------------------------------------------------------------------------- */

static void take_signal(struct run *run, int number)
{
	if (number != SIGTERM && number != SIGINT) {
		kill(run->child.pid, number);
		return;
	}
	/* The second one has no patience. */
	run->stop_ms = kith_now_ms();
	if (run->stop == 0 && run->is_registered) {
		drain(run);
		run->stop_ms = kith_now_ms() + run->grace_ms;
	}
	run->stop = number;
}

/* What is due. When it is to be called again, in milliseconds; -1: when something comes. */
static int step(struct run *run)
{
	int64_t now = kith_now_ms(), next = INT64_MAX;

	if (run->stop == 0 && !run->is_registered && now >= run->try_ms) {
		if (run->wants_port && !is_open(run)) {
			run->try_ms = kith_now_ms() + PROBE_MS;
		} else {
			run->wants_port = false;
			try_to_enroll(run);
		}
		now = kith_now_ms();
	}
	if (run->stop != 0 && now >= run->stop_ms) {
		kill(run->child.pid, run->stop);
		run->stop_ms = INT64_MAX;
	}
	if (run->stop != 0)
		next = run->stop_ms;
	else if (!run->is_registered)
		next = run->try_ms;
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : next - now > 60000 ? 60000 : (int)(next - now);
}

static void loop(struct run *run)
{
	while (!run->child.has_ended) {
		const int timeout_ms = step(run);
		struct pollfd p[2] = {
			{.fd = run->child.signals, .events = POLLIN},
			{.fd = run->is_registered ? run->k.fd : -1, .events = POLLIN},
		};
		int number;

		if (poll(p, 2, timeout_ms) < 0 && errno != EINTR)
			break;
		if (p[1].revents != 0)
			lose(run);
		while ((number = kith_child_signal(&run->child)) != 0)
			take_signal(run, number);
	}
}

enum kith_exit kith_cmd_run(struct kith_cli *c, const struct kith_args *a)
{
	struct run run = {.c = c, .args = a, .k = {.fd = -1}, .retry_ms = RETRY_MS, .stop_ms = INT64_MAX};
	enum kith_exit got = read_flags(&run);

	if (got == KITH_EXIT_YES)
		got = kith_child_start(&run.child, c, a->operands);
	if (got != KITH_EXIT_YES)
		return got;
	if (!c->timeout_given)
		c->timeout_ms = TIMEOUT_MS;
	loop(&run);
	kith_client_close(&run.k);
	return run.is_refused ? c->failure.exit : (enum kith_exit)run.child.status;
}
