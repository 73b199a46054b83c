/* SPDX-License-Identifier: ISC */
#include "files/epoch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/tmpdir.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct kith_mid mid = {{1, 2, 3}}, other = {{1, 2, 4}};
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

static enum kith_file_result read_epoch(uint32_t *epoch)
{
	return kith_epoch_read(dir.path, &mid, epoch, &report);
}

static void write_then_read(void **state)
{
	static const uint32_t epochs[] = {0, 1, 17, UINT32_MAX};
	uint32_t epoch = 99;

	(void)state;
	assert_int_equal(read_epoch(&epoch), KITH_FILE_ABSENT);
	assert_int_equal(epoch, 99);
	for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
		assert_int_equal(kith_epoch_write(dir.path, &mid, epochs[i], &report), KITH_FILE_OK);
		assert_int_equal(read_epoch(&epoch), KITH_FILE_OK);
		assert_int_equal(epoch, epochs[i]);
	}
	assert_int_equal(report.count, 0);
}

/* A torn write is any prefix of the file, or any byte of it lost: the other copy holds. */
static void one_torn_copy_is_survived(void **state)
{
	static const char *const names[] = {"epoch", "epoch.old"};
	char whole[512], torn[512];
	uint32_t epoch;
	size_t len;

	(void)state;
	assert_int_equal(kith_epoch_write(dir.path, &mid, 41, &report), KITH_FILE_OK);
	snprintf(whole, sizeof whole, "%s", tmpdir_read(&dir, "epoch"));
	assert_string_equal(tmpdir_read(&dir, "epoch.old"), whole);
	len = strlen(whole);
	for (size_t i = 0; i < 2 * len; i++) {
		snprintf(torn, sizeof torn, "%s", whole);
		if (i < len)
			torn[i] = '\0';
		else
			torn[i - len] ^= 1;
		tmpdir_write(&dir, names[i % 2], torn);
		epoch = 0;
		assert_int_equal(read_epoch(&epoch), KITH_FILE_OK);
		assert_int_equal(epoch, 41);
		tmpdir_write(&dir, names[i % 2], whole);
	}
}

static void the_higher_copy_counts(void **state)
{
	char newer[512];
	uint32_t epoch;

	(void)state;
	assert_int_equal(kith_epoch_write(dir.path, &mid, 8, &report), KITH_FILE_OK);
	snprintf(newer, sizeof newer, "%s", tmpdir_read(&dir, "epoch"));
	assert_int_equal(kith_epoch_write(dir.path, &mid, 7, &report), KITH_FILE_OK);
	tmpdir_write(&dir, "epoch.old", newer);
	assert_int_equal(read_epoch(&epoch), KITH_FILE_OK);
	assert_int_equal(epoch, 8);
	assert_int_equal(unlink(tmpdir_file(&dir, "epoch")), 0);
	assert_int_equal(read_epoch(&epoch), KITH_FILE_OK);
	assert_int_equal(epoch, 8);
}

static void two_bad_copies_are_refused_with_the_cure(void **state)
{
	uint32_t epoch = 99;

	(void)state;
	tmpdir_write(&dir, "epoch", "");
	assert_int_equal(read_epoch(&epoch), KITH_FILE_BAD);
	tmpdir_write(&dir, "epoch.old", "version = 1\nepoch = 3\n");
	assert_int_equal(read_epoch(&epoch), KITH_FILE_BAD);
	assert_non_null(strstr(kith_report_text(&report), "cure: a new identity (kith admit NAME"));
	assert_int_equal(epoch, 99);
}

static void the_epoch_of_another_identity_is_none(void **state)
{
	uint32_t epoch = 99;

	(void)state;
	assert_int_equal(kith_epoch_write(dir.path, &other, 500, &report), KITH_FILE_OK);
	assert_int_equal(read_epoch(&epoch), KITH_FILE_BAD);
	assert_non_null(strstr(kith_report_text(&report), "/epoch: it belongs to another identity\n"));
}

static void full_disk(void **state)
{
	uint32_t epoch = 0;

	(void)state;
	assert_int_equal(kith_epoch_write(dir.path, &mid, 5, &report), KITH_FILE_OK);
	tmpdir_limit(20);
	assert_int_equal(kith_epoch_write(dir.path, &mid, 6, &report), KITH_FILE_FULL);
	tmpdir_limit(0);
	assert_int_equal(read_epoch(&epoch), KITH_FILE_OK);
	assert_int_equal(epoch, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(write_then_read, setup, teardown),
		cmocka_unit_test_setup_teardown(one_torn_copy_is_survived, setup, teardown),
		cmocka_unit_test_setup_teardown(the_higher_copy_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(two_bad_copies_are_refused_with_the_cure, setup, teardown),
		cmocka_unit_test_setup_teardown(the_epoch_of_another_identity_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(full_disk, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
