/* SPDX-License-Identifier: ISC */
#include "files/disk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/tmpdir.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tmpdir dir;
static struct kith_report report;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kith_report_clear(&report);
	tmpdir_remove(&dir);
	return 0;
}

static void write_then_read(void **state)
{
	struct stat st;
	char *data;
	size_t len;

	(void)state;
	umask(0);
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "a"), 0, "one\0two", 7, &report),
			 KITH_FILE_OK);
	assert_int_equal(stat(dir.file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(kith_file_read(dir.file, KITH_FILE_SECRET, &data, &len, &report),
			 KITH_FILE_OK);
	assert_int_equal(len, 7);
	assert_memory_equal(data, "one\0two", 8);
	kith_file_free(&data, len);
	assert_null(data);
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "a"), 0, "", 0, &report), KITH_FILE_OK);
	assert_string_equal(tmpdir_read(&dir, "a"), "");
	assert_int_equal(access(tmpdir_file(&dir, "a.tmp"), F_OK), -1);
	assert_int_equal(report.count, 0);
}

static void new_files_do_not_overwrite(void **state)
{
	(void)state;
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "a"), KITH_FILE_NEW, "1", 1, &report),
			 KITH_FILE_OK);
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "a"), KITH_FILE_NEW, "2", 1, &report),
			 KITH_FILE_EXISTS);
	assert_string_equal(tmpdir_read(&dir, "a"), "1");
	assert_int_equal(access(tmpdir_file(&dir, "a.tmp"), F_OK), -1);
	assert_non_null(strstr(kith_report_text(&report), "/a: it exists already"));
}

/* What a crash left is in the way of nobody, and a link there leads nowhere. */
static void old_temporary_files_do_not_matter(void **state)
{
	char victim[512];

	(void)state;
	snprintf(victim, sizeof victim, "%s", tmpdir_write(&dir, "victim", "precious"));
	assert_int_equal(symlink(victim, tmpdir_file(&dir, "a.tmp")), 0);
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "a"), 0, "new", 3, &report), KITH_FILE_OK);
	assert_string_equal(tmpdir_read(&dir, "a"), "new");
	assert_string_equal(tmpdir_read(&dir, "victim"), "precious");
}

static void readings_that_fail(void **state)
{
	char *data = NULL;
	size_t len;
	FILE *big;

	(void)state;
	assert_int_equal(kith_file_read(tmpdir_file(&dir, "none"), 0, &data, &len, &report),
			 KITH_FILE_ABSENT);
	assert_int_equal(report.count, 0);
	assert_int_equal(kith_file_read(dir.path, 0, &data, &len, &report), KITH_FILE_BAD);
	assert_int_equal(mkfifo(tmpdir_file(&dir, "fifo"), 0600), 0);
	assert_int_equal(kith_file_read(dir.file, 0, &data, &len, &report), KITH_FILE_BAD);
	assert_non_null(strstr(kith_report_text(&report), "/fifo: not a regular file\n"));
	big = fopen(tmpdir_file(&dir, "big"), "w");
	assert_non_null(big);
	assert_int_equal(ftruncate(fileno(big), KITH_FILE_SIZE_MAX + 1), 0);
	fclose(big);
	assert_int_equal(kith_file_read(dir.file, 0, &data, &len, &report), KITH_FILE_BAD);
	assert_non_null(strstr(kith_report_text(&report), "/big: larger than 64 KiB"));
	assert_int_equal(report.count, 3);
	assert_null(data);
}

static void open_secrets_are_refused(void **state)
{
	char *data;
	size_t len;

	(void)state;
	tmpdir_write(&dir, "s", "x");
	assert_int_equal(chmod(dir.file, 0640), 0);
	assert_int_equal(kith_file_read(dir.file, KITH_FILE_SECRET, &data, &len, &report),
			 KITH_FILE_OK);
	kith_file_free(&data, len);
	assert_int_equal(chmod(dir.file, 0644), 0);
	assert_int_equal(kith_file_read(dir.file, KITH_FILE_SECRET, &data, &len, &report),
			 KITH_FILE_DENIED);
	assert_non_null(strstr(kith_report_text(&report), "(mode 0644); it is a secret: chmod o= "));
	assert_int_equal(kith_file_read(dir.file, 0, &data, &len, &report), KITH_FILE_OK);
	kith_file_free(&data, len);
}

/* A file size limit fails a write as a full disk does. */
static void full_disk_keeps_the_old_content(void **state)
{
	char data[4096];

	(void)state;
	memset(data, 'n', sizeof data);
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "a"), 0, "old", 3, &report), KITH_FILE_OK);
	tmpdir_limit(1000);
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "a"), 0, data, sizeof data, &report),
			 KITH_FILE_FULL);
	tmpdir_limit(0);
	assert_string_equal(tmpdir_read(&dir, "a"), "old");
	assert_int_equal(access(tmpdir_file(&dir, "a.tmp"), F_OK), -1);
	assert_non_null(strstr(kith_report_text(&report), "free some space"));
	assert_int_equal(report.count, 1);
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "a"), 0, data, sizeof data, &report),
			 KITH_FILE_OK);
}

static void missing_directories(void **state)
{
	(void)state;
	assert_int_equal(kith_file_write(tmpdir_file(&dir, "no/a"), 0, "x", 1, &report),
			 KITH_FILE_OS);
	assert_int_equal(report.count, 1);
}

static void results_and_exit_codes(void **state)
{
	(void)state;
	assert_int_equal(kith_file_result_of(ENOSPC), KITH_FILE_FULL);
	assert_int_equal(kith_file_result_of(EDQUOT), KITH_FILE_FULL);
	assert_int_equal(kith_file_result_of(EROFS), KITH_FILE_DENIED);
	assert_int_equal(kith_file_result_of(EIO), KITH_FILE_OS);
	assert_int_equal(kith_file_exit_code(KITH_FILE_BAD), 78);
	assert_int_equal(kith_file_exit_code(KITH_FILE_BUSY), 75);
	assert_int_equal(kith_file_exit_code(KITH_FILE_DENIED), 77);
	assert_int_equal(kith_file_exit_code(KITH_FILE_FULL), 71);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(write_then_read, setup, teardown),
		cmocka_unit_test_setup_teardown(new_files_do_not_overwrite, setup, teardown),
		cmocka_unit_test_setup_teardown(old_temporary_files_do_not_matter, setup, teardown),
		cmocka_unit_test_setup_teardown(readings_that_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(open_secrets_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(full_disk_keeps_the_old_content, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_directories, setup, teardown),
		cmocka_unit_test_setup_teardown(results_and_exit_codes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
