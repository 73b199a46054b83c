/* SPDX-License-Identifier: ISC */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* A signal writes its number here; a full pipe has enough of them. It stays open, as the handlers stay:
 * kith ends with its child. */
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
	const int error = errno;
	const unsigned char byte = (unsigned char)number;

	(void)!write(signal_pipe[1], &byte, 1);
	errno = error;
}

static bool catch_signals(void)
{
	static const int numbers[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	return true;
}

/* In the child. What kept it from running goes through the pipe, which running closes. */
static void become(char *const *argv, pid_t parent, int report)
{
	int error;

#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
	if (getppid() == parent)
		execvp(argv[0], argv);
	error = errno;
	(void)!write(report, &error, sizeof(error));
	_exit(KITH_CHILD_NOT_RUN);
}

static void note_end(struct kith_child *ch)
{
	int status;

	if (ch->has_ended || waitpid(ch->pid, &status, WNOHANG) != ch->pid)
		return;
	ch->has_ended = true;
	ch->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

enum kith_exit kith_child_start(struct kith_child *ch, struct kith_cli *c, char *const *argv)
{
	const pid_t parent = getpid();
	int report[2], error = 0;
	ssize_t got;

	*ch = (struct kith_child){.pid = -1, .signals = -1};
	if (!catch_signals() || pipe2(report, O_CLOEXEC) != 0)
		return kith_cli_fail_errno(c, errno, NULL, "making a pipe");
	ch->signals = signal_pipe[0];
	ch->pid = fork();
	if (ch->pid == 0)
		become(argv, parent, report[1]);
	close(report[1]);
	if (ch->pid < 0) {
		error = errno;
		close(report[0]);
		return kith_cli_fail_errno(c, error, NULL, "cannot start %s", argv[0]);
	}
	while ((got = read(report[0], &error, sizeof(error))) < 0 && errno == EINTR)
		;
	close(report[0]);
	if (got != (ssize_t)sizeof(error))
		return KITH_EXIT_YES;
	while (waitpid(ch->pid, NULL, 0) < 0 && errno == EINTR)
		;
	kith_cli_fail(c, KITH_EXIT_USAGE, "command", NULL, "cannot run %s: %s", argv[0], strerror(error));
	return (enum kith_exit)(error == ENOENT ? KITH_CHILD_NOT_FOUND : KITH_CHILD_NOT_RUN);
}

int kith_child_signal(struct kith_child *ch)
{
	unsigned char number;

	while (read(ch->signals, &number, 1) == 1) {
		if (number != SIGCHLD)
			return number;
		note_end(ch);
	}
	return 0;
}
