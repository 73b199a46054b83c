/* SPDX-License-Identifier: ISC */
#include "cli/spawn.h"

#include "cli/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { NOT_STARTED = 127 };

/* In the child, between fork and exec: only calls that are safe there. */
static void become(char *const *argv, int out, int err)
{
	int none = open("/dev/null", O_RDONLY);

	if (none >= 0 && dup2(none, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(err, STDERR_FILENO) >= 0)
		execv(argv[0], argv);
	_exit(NOT_STARTED);
}

static int exit_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void nap(long ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

bool kith_spawn_ended(pid_t *pid, int wait_ms)
{
	int64_t deadline = kith_now_ms() + wait_ms;
	int status;

	while (*pid > 0) {
		pid_t got = waitpid(*pid, &status, WNOHANG);

		if (got == *pid || (got < 0 && errno == ECHILD)) {
			*pid = 0;
			break;
		}
		if (kith_now_ms() >= deadline)
			return false;
		nap(5);
	}
	return true;
}

enum kith_exit kith_spawn_start(struct kith_cli *c, char *const *argv, const char *log, pid_t *pid)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	pid_t parent = getpid();
	pid_t child;

	if (fd < 0)
		return kith_cli_fail_errno(c, errno, NULL, "cannot write %s", log);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
#ifdef __linux__
		prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
		if (getppid() != parent)
			_exit(NOT_STARTED);
		become(argv, fd, fd);
	}
	close(fd);
	if (child < 0)
		return kith_cli_fail_errno(c, errno, NULL, "cannot start %s", argv[0]);
	*pid = child;
	return KITH_EXIT_YES;
}

struct pipe_text {
	int fd;
	char *text; /* owned */
	size_t len, room;
};

/* Takes what is there. False: the end, or no memory. */
static bool pipe_read(struct pipe_text *p)
{
	ssize_t got;

	if (p->room - p->len < 4096) {
		char *text = realloc(p->text, p->room + 65536);

		if (text == NULL)
			return false;
		p->text = text;
		p->room += 65536;
	}
	got = read(p->fd, p->text + p->len, p->room - p->len - 1);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (got <= 0)
		return false;
	p->len += (size_t)got;
	if (p->len > KITH_SPAWN_OUTPUT_MAX)
		p->len = KITH_SPAWN_OUTPUT_MAX; /* what follows is read and thrown away */
	return true;
}

/* Reads both until both are closed. False: time over. */
static bool drain(struct pipe_text pipes[2], int64_t deadline_ms)
{
	bool open[2] = {true, true};

	while (open[0] || open[1]) {
		struct pollfd p[2] = {{.fd = open[0] ? pipes[0].fd : -1, .events = POLLIN},
				      {.fd = open[1] ? pipes[1].fd : -1, .events = POLLIN}};
		int64_t left = deadline_ms - kith_now_ms();

		if (left <= 0)
			return false;
		if (poll(p, 2, left > 1000 ? 1000 : (int)left) <= 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (open[i] && p[i].revents != 0)
				open[i] = pipe_read(&pipes[i]);
	}
	return true;
}

static enum kith_exit collect(struct kith_cli *c, pid_t child, const char *name,
			      struct pipe_text pipes[2], struct kith_spawned *s)
{
	int status = 0;
	bool in_time = drain(pipes, kith_now_ms() + c->timeout_ms);

	if (!in_time)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	for (int i = 0; i < 2; i++) {
		close(pipes[i].fd);
		if (pipes[i].text == NULL)
			pipes[i].text = strdup("");
		else
			pipes[i].text[pipes[i].len] = '\0';
	}
	s->status = exit_of(status);
	s->out = pipes[0].text;
	s->err = pipes[1].text;
	if (s->out == NULL || s->err == NULL)
		return kith_cli_fail_errno(c, ENOMEM, NULL, "reading the output of %s", name);
	if (!in_time)
		return kith_cli_fail(c, KITH_EXIT_TIMEOUT, "timeout", NULL,
				     "%s did not end within %.1fs", name,
				     (double)c->timeout_ms / 1000);
	if (s->status == NOT_STARTED)
		return kith_cli_fail(c, KITH_EXIT_UNREACHABLE, "no_kithd",
				     "KITHD in the environment names the program",
				     "%s could not be started", name);
	return KITH_EXIT_YES;
}

enum kith_exit kith_spawn_run(struct kith_cli *c, char *const *argv, struct kith_spawned *s)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	pid_t child = -1;

	memset(s, 0, sizeof(*s));
	if (pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0)
		child = fork();
	if (child == 0)
		become(argv, out[1], err[1]);
	if (out[1] >= 0)
		close(out[1]);
	if (err[1] >= 0)
		close(err[1]);
	if (child > 0) {
		struct pipe_text pipes[2] = {{.fd = out[0]}, {.fd = err[0]}};

		return collect(c, child, argv[0], pipes, s);
	}
	kith_cli_fail_errno(c, errno, NULL, "cannot start %s", argv[0]);
	if (out[0] >= 0)
		close(out[0]);
	if (err[0] >= 0)
		close(err[0]);
	return c->failure.exit;
}

void kith_spawned_fini(struct kith_spawned *s)
{
	free(s->out);
	free(s->err);
	memset(s, 0, sizeof(*s));
}
