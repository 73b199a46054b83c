/* SPDX-License-Identifier: ISC */
#include "files/state.h"
#include "files/epoch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/tmpdir.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tmpdir dir;
static struct kith_report report;
static struct kith_state s;
static const struct kith_mid mid = {{9}};

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&dir);
	return kith_state_open(&s, dir.path, &report) == KITH_FILE_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	kith_state_close(&s);
	kith_report_clear(&report);
	tmpdir_remove(&dir);
	return 0;
}

static struct kith_idfile idfile(uint8_t identity)
{
	struct kith_idfile f = {.cluster = "prod", .authority_count = 1, .cluster_key_count = 1,
				.name = "web-1", .certificate_len = 48, .has_identity = true};

	memset(f.identity, identity, sizeof f.identity);
	return f;
}

static void one_process_holds_it(void **state)
{
	struct kith_state second;
	char pid[64];

	(void)state;
	assert_int_equal(kith_state_open(&second, dir.path, &report), KITH_FILE_BUSY);
	snprintf(pid, sizeof pid, "in use by another process, pid %ld;", (long)getpid());
	assert_non_null(strstr(kith_report_text(&report), pid));
	kith_state_close(&s);
	assert_int_equal(kith_state_open(&s, dir.path, &report), KITH_FILE_OK);
}

static void the_directory_is_made_private(void **state)
{
	struct kith_state made;
	struct stat st;
	char path[600];

	(void)state;
	snprintf(path, sizeof path, "%s/made", dir.path);
	umask(0);
	assert_int_equal(kith_state_open(&made, path, &report), KITH_FILE_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	kith_state_close(&made);
	snprintf(path, sizeof path, "%s/made/lock", dir.path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(kith_state_open(&made, tmpdir_file(&dir, "no/parent"), &report),
			 KITH_FILE_OS);
	assert_non_null(strstr(kith_report_text(&report), "make the directory above it first"));
	tmpdir_write(&dir, "file", "");
	assert_int_equal(kith_state_open(&made, dir.file, &report), KITH_FILE_OS);
}

/* Two names, one file: an identity must never lie there without an epoch. */
static void an_identity_comes_with_its_epoch(void **state)
{
	uint8_t seed[KITH_KEY_LEN] = {5}, back[KITH_KEY_LEN];
	uint32_t epoch = 99;

	(void)state;
	assert_int_equal(kith_state_identity_read(&s, back, &report), KITH_FILE_ABSENT);
	assert_int_equal(kith_state_identity_write(&s, seed, &mid, &report), KITH_FILE_OK);
	assert_int_equal(kith_state_identity_read(&s, back, &report), KITH_FILE_OK);
	assert_memory_equal(seed, back, sizeof seed);
	assert_int_equal(kith_epoch_read(dir.path, &mid, &epoch, &report), KITH_FILE_OK);
	assert_int_equal(epoch, 0);
	assert_int_equal(kith_epoch_write(dir.path, &mid, 3, &report), KITH_FILE_OK);
	assert_int_equal(kith_state_identity_write(&s, seed, &mid, &report), KITH_FILE_EXISTS);
	assert_int_equal(kith_epoch_read(dir.path, &mid, &epoch, &report), KITH_FILE_OK);
	assert_int_equal(epoch, 3);
}

static void install_splits_the_identity_off(void **state)
{
	struct kith_idfile f = idfile(7), back;
	uint8_t seed[KITH_KEY_LEN];

	(void)state;
	assert_int_equal(kith_state_install(&s, &f, &mid, &report), KITH_FILE_OK);
	assert_int_equal(kith_state_identity_read(&s, seed, &report), KITH_FILE_OK);
	assert_memory_equal(seed, f.identity, sizeof seed);
	assert_int_equal(kith_idfile_read(tmpdir_file(&dir, "cluster.join"), &back, &report),
			 KITH_FILE_OK);
	assert_false(back.has_identity);
	assert_string_equal(back.name, "web-1");
}

/* A renewed certificate, or a new cluster key, is installed over the old file. */
static void install_again(void **state)
{
	struct kith_idfile f = idfile(7), without = f, stranger = idfile(8), back;
	uint32_t epoch;

	(void)state;
	assert_int_equal(kith_state_install(&s, &f, &mid, &report), KITH_FILE_OK);
	assert_int_equal(kith_epoch_write(dir.path, &mid, 3, &report), KITH_FILE_OK);
	f.certificate[0] = 1;
	assert_int_equal(kith_state_install(&s, &f, &mid, &report), KITH_FILE_OK);
	without.has_identity = false;
	without.certificate[0] = 2;
	assert_int_equal(kith_state_install(&s, &without, &mid, &report), KITH_FILE_OK);
	assert_int_equal(kith_state_install(&s, &stranger, &mid, &report), KITH_FILE_EXISTS);
	assert_int_equal(kith_idfile_read(tmpdir_file(&dir, "cluster.join"), &back, &report),
			 KITH_FILE_OK);
	assert_int_equal(back.certificate[0], 2);
	assert_int_equal(kith_epoch_read(dir.path, &mid, &epoch, &report), KITH_FILE_OK);
	assert_int_equal(epoch, 3);
}

static void install_without_identity_needs_one(void **state)
{
	struct kith_idfile f = idfile(7);

	(void)state;
	f.has_identity = false;
	assert_int_equal(kith_state_install(&s, &f, &mid, &report), KITH_FILE_BAD);
	assert_int_equal(access(tmpdir_file(&dir, "cluster.join"), F_OK), -1);
	assert_non_null(strstr(kith_report_text(&report), "is this the right host?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_process_holds_it, setup, teardown),
		cmocka_unit_test_setup_teardown(the_directory_is_made_private, setup, teardown),
		cmocka_unit_test_setup_teardown(an_identity_comes_with_its_epoch, setup, teardown),
		cmocka_unit_test_setup_teardown(install_splits_the_identity_off, setup, teardown),
		cmocka_unit_test_setup_teardown(install_again, setup, teardown),
		cmocka_unit_test_setup_teardown(install_without_identity_needs_one, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
