/* SPDX-License-Identifier: ISC */
#include "cli/install.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum kith_exit find_places(struct kith_install *in, struct kith_cli *c, const char *state,
				  const char *config)
{
	if (!kith_place_state(state, in->state_dir))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "name it with --state DIR",
				     "no state directory: HOME is not set, or the path is too long");
	if (state != NULL && config == NULL)
		return KITH_EXIT_YES; /* a place of one's own: the system's kith.conf is not its */
	if (!kith_place_config(config, in->config_dir))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "name it with --config DIR",
				     "no place for kith.conf: HOME is not set, or the path is too long");
	snprintf(in->config_path, sizeof(in->config_path), "%s/kith.conf", in->config_dir);
	return KITH_EXIT_YES;
}

enum kith_exit kith_install_open(struct kith_install *in, struct kith_cli *c, const char *state,
				 const char *config)
{
	struct kith_report report = {.text = NULL};
	enum kith_file_result result;
	enum kith_exit got;
	int error;

	memset(in, 0, sizeof(*in));
	got = find_places(in, c, state, config);
	if (got != KITH_EXIT_YES)
		return got;
	error = kith_place_make(in->state_dir, 0700);
	if (error == 0)
		error = kith_place_become_owner(in->state_dir);
	if (error != 0)
		return kith_cli_fail_errno(c, error, "use sudo, or --state DIR",
					   "cannot use the state directory %s", in->state_dir);
	result = kith_state_open(&in->state, in->state_dir, &report);
	kith_place_return();
	if (result == KITH_FILE_OK)
		in->is_open = true;
	else
		got = kith_admit_file_failure(c, result, &report, in->state_dir,
					      result == KITH_FILE_BUSY ? "stop kithd first: systemctl stop kithd"
								       : "use sudo, or --state DIR");
	kith_report_clear(&report);
	return got;
}

void kith_install_close(struct kith_install *in)
{
	if (in->is_open)
		kith_state_close(&in->state);
	in->is_open = false;
}

enum kith_exit kith_install_identity(struct kith_install *in, struct kith_cli *c,
				     uint8_t seed[KITH_KEY_LEN], bool *found)
{
	struct kith_report report = {.text = NULL};
	enum kith_exit got = KITH_EXIT_YES;
	enum kith_file_result result = kith_state_identity_read(&in->state, seed, &report);

	*found = result == KITH_FILE_OK;
	if (result != KITH_FILE_OK && result != KITH_FILE_ABSENT)
		got = kith_admit_file_failure(c, result, &report, in->state_dir, NULL);
	kith_report_clear(&report);
	return got;
}

/* What is written between begin() and finish() belongs to the owner of the state directory. */
static enum kith_exit begin(struct kith_install *in, struct kith_cli *c)
{
	int error = kith_place_become_owner(in->state_dir);

	if (error == 0)
		return KITH_EXIT_YES;
	return kith_cli_fail_errno(c, error, NULL, "cannot write as the owner of %s",
				   in->state_dir);
}

static enum kith_exit finish(struct kith_install *in, struct kith_cli *c,
			     enum kith_file_result result, struct kith_report *report)
{
	enum kith_exit got = KITH_EXIT_YES;

	kith_place_return();
	if (result != KITH_FILE_OK)
		got = kith_admit_file_failure(
			c, result, report, in->state_dir,
			result == KITH_FILE_EXISTS
				? "this host is a member already; --state DIR names another place"
				: NULL);
	kith_report_clear(report);
	return got;
}

enum kith_exit kith_install_new_identity(struct kith_install *in, struct kith_cli *c,
					 const uint8_t seed[KITH_KEY_LEN],
					 const struct kith_mid *mid)
{
	struct kith_report report = {.text = NULL};
	enum kith_exit got = begin(in, c);

	if (got != KITH_EXIT_YES)
		return got;
	return finish(in, c, kith_state_identity_write(&in->state, seed, mid, &report), &report);
}

enum kith_exit kith_install_file(struct kith_install *in, struct kith_cli *c,
				 const struct kith_idfile *f, const struct kith_mid *mid)
{
	struct kith_report report = {.text = NULL};
	enum kith_exit got = begin(in, c);

	if (got != KITH_EXIT_YES)
		return got;
	return finish(in, c, kith_state_install(&in->state, f, mid, &report), &report);
}

enum kith_exit kith_install_config(struct kith_install *in, struct kith_cli *c,
				   const struct kith_idfile *f)
{
	char text[4096];
	int fd, len, error;
	ssize_t written;

	if (in->config_path[0] == '\0')
		return KITH_EXIT_YES;
	error = kith_place_make(in->config_dir, 0755);
	if (error != 0)
		return kith_cli_fail_errno(c, error, "use sudo, or --config DIR",
					   "cannot make the directory %s", in->config_dir);
	fd = open(in->config_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return KITH_EXIT_YES;
	if (fd < 0)
		return kith_cli_fail_errno(c, errno, "use sudo, or --config DIR",
					   "cannot write %s", in->config_path);
	len = snprintf(text, sizeof(text),
		       "; Settings of kithd: kith.conf(5) has them all, kithd --print-config the "
		       "effective ones.\n"
		       "; The cluster, its keys and seeds come from cluster.join in the state "
		       "directory.\n"
		       "; This host is %s of %s.\n",
		       f->name, f->cluster);
	written = write(fd, text, (size_t)len);
	error = written < 0 ? errno : written != len ? ENOSPC : 0;
	if (close(fd) != 0 && error == 0)
		error = errno;
	in->config_written = error == 0;
	if (error == 0)
		return KITH_EXIT_YES;
	unlink(in->config_path);
	return kith_cli_fail_errno(c, error, NULL, "cannot write %s", in->config_path);
}

const char *kith_install_start(const struct kith_install *in, char *out, size_t size)
{
	if (kith_place_is_system(in->state_dir) && access("/run/systemd/system", F_OK) == 0)
		snprintf(out, size, "systemctl enable --now kithd");
	else if (in->config_path[0] == '\0')
		snprintf(out, size, "kithd --state %s", in->state_dir);
	else
		snprintf(out, size, "kithd -c %s --state %s", in->config_path, in->state_dir);
	return out;
}

void kith_install_say(const struct kith_install *in, struct kith_cli *c)
{
	if (in->config_path[0] != '\0')
		kith_cli_say(c, in->config_written ? "  %s  written"
						   : "  %s  was there and is left as it is",
			     in->config_path);
}
