/* SPDX-License-Identifier: ISC */
#include "support/tmpdir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void tmpdir_make(struct tmpdir *t)
{
	const char *base = getenv("TMPDIR");

	snprintf(t->path, sizeof t->path, "%s/kith-unit.XXXXXX", base != NULL ? base : "/tmp");
	assert_non_null(mkdtemp(t->path));
}

void tmpdir_remove(struct tmpdir *t)
{
	DIR *dir = opendir(t->path);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)remove(tmpdir_file(t, entry->d_name));
	closedir(dir);
	assert_int_equal(rmdir(t->path), 0);
}

const char *tmpdir_file(struct tmpdir *t, const char *name)
{
	snprintf(t->file, sizeof t->file, "%s/%s", t->path, name);
	return t->file;
}

const char *tmpdir_write(struct tmpdir *t, const char *name, const char *text)
{
	int fd = open(tmpdir_file(t, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return t->file;
}

const char *tmpdir_read(struct tmpdir *t, const char *name)
{
	static char text[65536];
	int fd = open(tmpdir_file(t, name), O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof text - 1);
	assert_true(n >= 0);
	close(fd);
	text[n] = '\0';
	return text;
}

void tmpdir_limit(size_t bytes)
{
	static const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct rlimit limit;

	assert_int_equal(sigaction(SIGXFSZ, &ignore, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes != 0 ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}
