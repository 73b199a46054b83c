/* SPDX-License-Identifier: ISC */
#include "files/disk.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 1100, SECRET_MODE = S_IRUSR | S_IWUSR };

enum kith_file_result kith_file_result_of(int error)
{
	switch (error) {
	case 0:
		return KITH_FILE_OK;
	case ENOENT:
		return KITH_FILE_ABSENT;
	case EEXIST:
		return KITH_FILE_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
		return KITH_FILE_DENIED;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return KITH_FILE_FULL;
	default:
		return KITH_FILE_OS;
	}
}

int kith_file_exit_code(enum kith_file_result result)
{
	switch (result) {
	case KITH_FILE_OK:
		return 0;
	case KITH_FILE_ABSENT:
	case KITH_FILE_BAD:
	case KITH_FILE_EXISTS:
		return 78;
	case KITH_FILE_BUSY:
		return 75;
	case KITH_FILE_DENIED:
		return 77;
	case KITH_FILE_FULL:
	case KITH_FILE_OS:
		return 71;
	}
	return 71;
}

static enum kith_file_result refused(struct kith_report *r, const char *path, const char *verb,
				     int error)
{
	enum kith_file_result result = kith_file_result_of(error);
	const char *cure = "";

	if (result == KITH_FILE_DENIED)
		cure = error == EROFS ? "; the file system is read-only"
				      : "; run as the user who owns it, or change its owner";
	else if (result == KITH_FILE_FULL)
		cure = "; free some space, what was there before is still there";
	kith_report_add(r, path, 0, "cannot %s: %s%s", verb, strerror(error), cure);
	return result;
}

static enum kith_file_result check_kind(const char *path, int fd, unsigned flags,
					struct kith_report *r)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return refused(r, path, "look at it", errno);
	if (!S_ISREG(st.st_mode)) {
		kith_report_add(r, path, 0, "not a regular file");
		return KITH_FILE_BAD;
	}
	/* The group may read it: root:kith 0640 is how a package installs a secret. */
	if ((flags & KITH_FILE_SECRET) && (st.st_mode & S_IRWXO) != 0) {
		kith_report_add(r, path, 0,
				"open to every user of this host (mode %04o); it is a secret: chmod o= %s",
				(unsigned)(st.st_mode & 07777), path);
		return KITH_FILE_DENIED;
	}
	return KITH_FILE_OK;
}

/* Up to max bytes into buf; -1 with errno. */
static ssize_t read_all(int fd, char *buf, size_t max)
{
	size_t len = 0;

	while (len < max) {
		ssize_t n = read(fd, buf + len, max - len);

		if (n == 0)
			break;
		if (n > 0)
			len += (size_t)n;
		else if (errno != EINTR)
			return -1;
	}
	return (ssize_t)len;
}

static enum kith_file_result read_open(const char *path, int fd, size_t max, char **data,
				       size_t *len, struct kith_report *r)
{
	enum kith_file_result result;
	char *buf = malloc(max + 2);
	ssize_t n;

	if (buf == NULL)
		return refused(r, path, "read it", ENOMEM);
	n = read_all(fd, buf, max + 1);
	if (n < 0) {
		result = refused(r, path, "read it", errno);
	} else if ((size_t)n > max) {
		kith_report_add(r, path, 0, "larger than %zu KiB; is it the right file?", max / 1024);
		result = KITH_FILE_BAD;
	} else {
		buf[n] = '\0';
		*data = buf;
		*len = (size_t)n;
		return KITH_FILE_OK;
	}
	explicit_bzero(buf, max + 2);
	free(buf);
	return result;
}

static enum kith_file_result read_file(const char *path, unsigned flags, size_t max, char **data,
				       size_t *len, struct kith_report *r)
{
	enum kith_file_result result;
	/* Not blocking: somebody may have put a FIFO there. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? KITH_FILE_ABSENT : refused(r, path, "open it", errno);
	result = check_kind(path, fd, flags, r);
	if (result == KITH_FILE_OK)
		result = read_open(path, fd, max, data, len, r);
	close(fd);
	return result;
}

enum kith_file_result kith_file_read(const char *path, unsigned flags, char **data, size_t *len,
				     struct kith_report *r)
{
	return read_file(path, flags, KITH_FILE_SIZE_MAX, data, len, r);
}

enum kith_file_result kith_file_read_long(const char *path, size_t max, char **data, size_t *len,
					  struct kith_report *r)
{
	struct stat st;

	/* As large as it is, not as large as it may be; should it grow meanwhile, it is refused. */
	if (stat(path, &st) == 0 && st.st_size >= 0 && (size_t)st.st_size < max)
		max = (size_t)st.st_size;
	return read_file(path, 0, max, data, len, r);
}

void kith_file_free(char **data, size_t len)
{
	if (*data == NULL)
		return;
	explicit_bzero(*data, len);
	free(*data);
	*data = NULL;
}

static int write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n >= 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno != EINTR) {
			return errno;
		}
	}
	return 0;
}

static int write_temporary(const char *path, const void *data, size_t len)
{
	int error, fd;

	/* What a crash left behind; under its name nothing else may lie. */
	if (unlink(path) != 0 && errno != ENOENT)
		return errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, SECRET_MODE);
	if (fd < 0)
		return errno;
	error = write_all(fd, data, len);
	if (error == 0 && fsync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	return error;
}

static int sync_directory_of(const char *path)
{
	char dir[PATH_ROOM];
	const char *slash = strrchr(path, '/');
	int error = 0, fd;

	if (slash == NULL)
		snprintf(dir, sizeof dir, ".");
	else
		snprintf(dir, sizeof dir, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	/* Some file systems know no fsync of a directory; they have nothing better to offer. */
	if (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
		error = errno;
	close(fd);
	return error;
}

static int move_into_place(const char *temporary, const char *path, unsigned flags)
{
	if (!(flags & KITH_FILE_NEW))
		return rename(temporary, path) != 0 ? errno : 0;
	/* link(), other than rename(), fails when the name is taken. */
	if (link(temporary, path) != 0)
		return errno;
	(void)unlink(temporary);
	return 0;
}

enum kith_file_result kith_file_write(const char *path, unsigned flags, const void *data, size_t len,
				      struct kith_report *r)
{
	char temporary[PATH_ROOM];
	enum kith_file_result result;
	int error;

	if ((size_t)snprintf(temporary, sizeof temporary, "%s.tmp", path) >= sizeof temporary)
		return refused(r, path, "write it", ENAMETOOLONG);
	error = write_temporary(temporary, data, len);
	if (error == 0)
		error = move_into_place(temporary, path, flags);
	if (error != 0)
		(void)unlink(temporary);
	else
		error = sync_directory_of(path);
	if (error == 0)
		return KITH_FILE_OK;
	if (error == EEXIST) {
		kith_report_add(r, path, 0, "it exists already, and is not overwritten");
		return KITH_FILE_EXISTS;
	}
	result = refused(r, path, "write it", error);
	/* Here ENOENT is a missing directory, which is not an absent file. */
	return result == KITH_FILE_ABSENT ? KITH_FILE_OS : result;
}

static int append_open(int fd, const void *data, size_t len)
{
	struct stat st;
	int error;

	if (fstat(fd, &st) != 0)
		return errno;
	error = write_all(fd, data, len);
	if (error == 0 && fsync(fd) != 0)
		error = errno;
	/* Half a piece would hide whatever is added behind it later. */
	if (error != 0 && ftruncate(fd, st.st_size) != 0)
		return errno;
	return error;
}

enum kith_file_result kith_file_append(const char *path, const void *data, size_t len,
				       struct kith_report *r)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW), error;

	if (fd < 0)
		return errno == ENOENT ? KITH_FILE_ABSENT : refused(r, path, "open it", errno);
	error = append_open(fd, data, len);
	if (close(fd) != 0 && error == 0)
		error = errno;
	return error == 0 ? KITH_FILE_OK : refused(r, path, "write it", error);
}
