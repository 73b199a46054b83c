/* SPDX-License-Identifier: ISC */
#include "files/state.h"
#include "base/check.h"
#include "files/epoch.h"
#include "files/fields.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct parse {
	uint8_t seed[KITH_KEY_LEN];
	uint8_t count;
};

static const char *take_identity(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;

	(void)continued;
	return kith_field_key(value, &p->seed, &p->count);
}

static const struct kith_field fields[] = {{"identity", 1, 1, false, take_identity}};

static enum kith_file_result refused(const char *path, struct kith_report *r)
{
	int error = errno;
	enum kith_file_result result = kith_file_result_of(error);

	kith_report_add(r, path, 0, "cannot use it as state directory: %s; %s", strerror(error),
			result == KITH_FILE_ABSENT ? "make the directory above it first"
						   : "it must be owned by the user that kithd runs as");
	return result == KITH_FILE_DENIED || result == KITH_FILE_FULL ? result : KITH_FILE_OS;
}

/* Who holds it is for the sentence only. */
static enum kith_file_result busy(const char *path, int fd, struct kith_report *r)
{
	char holder[32] = "";
	ssize_t n = pread(fd, holder, sizeof holder - 1, 0);

	holder[n > 0 ? n : 0] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
	kith_report_add(r, path, 0,
			"in use by another process%s%s; stop it first, or name another directory "
			"with --state", *holder != '\0' ? ", " : "", holder);
	return KITH_FILE_BUSY;
}

static enum kith_file_result take_lock(const char *path, int fd, struct kith_report *r)
{
	char pid[32];
	int len = snprintf(pid, sizeof pid, "pid %ld\n", (long)getpid());

	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? busy(path, fd, r) : refused(path, r);
	/* On a full disk the lock still holds, it only does not tell by whom. */
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)len, 0) != len)
		errno = 0;
	return KITH_FILE_OK;
}

enum kith_file_result kith_state_open(struct kith_state *s, const char *path,
				      struct kith_report *r)
{
	struct kith_state out = {.lock_fd = -1};
	enum kith_file_result result;
	char lock[KITH_PATH_MAX];

	/* The longest name and its ".tmp" must fit behind it. */
	if (strlen(path) + 24 > sizeof out.path) {
		errno = ENAMETOOLONG;
		return refused(path, r);
	}
	memcpy(out.path, path, strlen(path) + 1);
	if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST)
		return refused(path, r);
	out.lock_fd = open(kith_state_path(&out, KITH_STATE_LOCK, lock),
			   O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (out.lock_fd < 0)
		return refused(path, r);
	result = take_lock(path, out.lock_fd, r);
	if (result != KITH_FILE_OK) {
		close(out.lock_fd);
		return result;
	}
	*s = out;
	return KITH_FILE_OK;
}

void kith_state_close(struct kith_state *s)
{
	close(s->lock_fd); /* releases the lock; the file stays, so that the lock stays one file */
	s->lock_fd = -1;
}

const char *kith_state_path(const struct kith_state *s, const char *name, char *out)
{
	int len = snprintf(out, KITH_PATH_MAX, "%s/%s", s->path, name);

	KITH_ASSERT(len > 0 && len < KITH_PATH_MAX);
	return out;
}

enum kith_file_result kith_state_identity_read(const struct kith_state *s,
					       uint8_t seed[KITH_KEY_LEN], struct kith_report *r)
{
	struct parse p = {0};
	enum kith_file_result result;
	char path[KITH_PATH_MAX], *text;
	size_t len;

	kith_state_path(s, KITH_STATE_IDENTITY, path);
	result = kith_file_read(path, KITH_FILE_SECRET, &text, &len, r);
	if (result != KITH_FILE_OK)
		return result;
	result = kith_fields_parse(path, text, len, fields, sizeof fields / sizeof *fields, &p, r);
	kith_file_free(&text, len);
	if (result == KITH_FILE_OK)
		memcpy(seed, p.seed, KITH_KEY_LEN);
	explicit_bzero(&p, sizeof p);
	return result;
}

enum kith_file_result kith_state_identity_write(const struct kith_state *s,
						const uint8_t seed[KITH_KEY_LEN],
						const struct kith_mid *mid, struct kith_report *r)
{
	char path[KITH_PATH_MAX], text[256];
	enum kith_file_result result;
	struct kith_text t;

	kith_state_path(s, KITH_STATE_IDENTITY, path);
	if (access(path, F_OK) == 0) {
		kith_report_add(r, path, 0,
				"another identity is installed here; use an empty state directory");
		return KITH_FILE_EXISTS;
	}
	result = kith_epoch_write(s->path, mid, 0, r);
	if (result != KITH_FILE_OK)
		return result;
	kith_text_init(&t, text, sizeof text);
	kith_text_str(&t, "# SECRET: who has this is this member\nversion = 1\n");
	kith_field_print_key(&t, "identity", seed);
	result = kith_file_write(path, KITH_FILE_NEW, text, t.len, r);
	explicit_bzero(text, sizeof text);
	return result;
}

static enum kith_file_result install_identity(const struct kith_state *s,
					      const struct kith_idfile *f,
					      const struct kith_mid *mid, struct kith_report *r)
{
	uint8_t installed[KITH_KEY_LEN];
	enum kith_file_result result = kith_state_identity_read(s, installed, r);
	bool same = result == KITH_FILE_OK && f->has_identity &&
		    memcmp(installed, f->identity, KITH_KEY_LEN) == 0;

	explicit_bzero(installed, sizeof installed);
	if (result == KITH_FILE_ABSENT && !f->has_identity) {
		kith_report_add(r, s->path, 0,
				"the identity file is for an identity made on its host (admit --key), "
				"and there is none here; is this the right host?");
		return KITH_FILE_BAD;
	}
	if (result == KITH_FILE_OK && (same || !f->has_identity))
		return KITH_FILE_OK;
	if (result != KITH_FILE_OK && result != KITH_FILE_ABSENT)
		return result;
	return kith_state_identity_write(s, f->identity, mid, r);
}

enum kith_file_result kith_state_install(const struct kith_state *s, const struct kith_idfile *f,
					 const struct kith_mid *mid, struct kith_report *r)
{
	struct kith_idfile without = *f;
	enum kith_file_result result = install_identity(s, f, mid, r);
	char path[KITH_PATH_MAX];

	if (result != KITH_FILE_OK)
		return result;
	explicit_bzero(without.identity, sizeof without.identity);
	without.has_identity = false;
	result = kith_idfile_write(kith_state_path(s, KITH_STATE_JOIN, path), 0, &without, r);
	kith_idfile_wipe(&without);
	return result;
}
